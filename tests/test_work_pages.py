"""Deliveries and contacts of one's own as a visitor brings them: read, corrected, taken, kept through the session, deleted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.registry import HOME, REGISTRY
from pages.ui.words import _catalogue
from tests.test_pages import own, visit
from tests.trust.visitors import build, drop, export, files, healthy, mine, owner, visitor

pytestmark = pytest.mark.timeout(180)
ORDERS = export("ALPHA")
REGISTER = (
    "Заказ №;Обещано;Доставлено;Жалоба\n"
    + "".join(f"alpha {n};2023-05-01;2023-05-0{1 + n % 3};{'бой' if n % 5 == 0 else 'нет'}\n" for n in range(40))
    + "alpha 1;2023-05-01;2023-05-09;\nnobody's;2023-05-01;;\n"
).encode("cp1251")
CONTACTS = (
    "Дата;Контакт;E-mail;Тип;Результат\n"
    + "".join(f"0{1 + n}.06.2024;ALPHA person {n};ALPHA{n}@example.com;звонок;договорились\n" for n in range(5))
    + "01.06.2024;Stranger;;звонок;\n"
).encode()


def brought(at: AppTest, kind: str, data: bytes) -> AppTest:
    """The file dropped and read; it waits to be taken."""
    next(box for box in at.file_uploader if str(box.key).startswith(kind)).upload("list.csv", data, "text/csv").run()
    return healthy(at.button(key=f"{kind}_read").click().run())


def on(at: AppTest, page: str) -> AppTest:
    return healthy(at.switch_page(f"pages/{page}.py").run())


def words(at: AppTest) -> str:
    return "\n".join(element.value for element in [*at.markdown, *at.caption, *at.info, *at.warning])


def marts(at: AppTest) -> int:
    return int(mine(at).workspace.database.rows("select count(*) from mart_fulfilment")[0][0])


def test_deliveries_bring_the_page_to_life_and_stay_until_the_data_are_deleted():
    at = on(owner(ORDERS), "service")
    assert "Nobody has said yet what became of the orders" in words(at)
    brought(at, "fulfilments", REGISTER)
    assert "42 lines in the file = 40 used + 1 merged + 1 refused." in words(at)
    assert "40 orders are told of for the first time." in words(at)
    refused = next(frame.value for frame in at.dataframe if "reason" in frame.value)
    assert refused[["line", "reason"]].to_numpy().tolist() == [[43, "No such order in the data"]]
    assert marts(at) == 0, "nothing is taken before it is looked at"
    healthy(at.button(key="deliveries_take").click().run())
    assert marts(at) == 40
    assert "Nobody has said yet" not in words(at)
    assert len(at.get("plotly_chart")) >= 1
    assert not [name for name in files(mine(at).folder) if name.endswith((".upload", "orders.parquet"))]
    at.session_state["lang"] = "ru"
    healthy(at.run())
    assert marts(at) == 40
    on(at, "segments").multiselect(key="upload_channel").set_value(["web"]).run()
    on(at, "service")
    assert "Пока неизвестно" not in words(at)
    assert "Nobody has said yet" not in words(at)
    on(at, "data").button(key="forget").click().run()
    healthy(at)
    assert not list(mine(at).folder.iterdir())
    assert mine(at).workspace is None


def test_the_same_deliveries_again_are_not_told_for_the_first_time():
    at = on(owner(ORDERS), "service")
    for fresh in (40, 0):
        brought(at, "fulfilments", REGISTER)
        assert f"{fresh} orders are told of for the first time." in words(at)
        healthy(at.button(key="deliveries_take").click().run())
    assert marts(at) == 40


def test_columns_are_corrected_by_hand_and_a_file_can_be_put_back():
    at = on(owner(ORDERS), "service")
    brought(at, "fulfilments", b"what,a,b\nALPHA-1,03/04/2023,05/04/2023\n")
    assert "No column tells the number of the order" in words(at)
    for label, column in (("Order number", "what"), ("Promised for", "a"), ("Delivered on", "b")):
        next(box for box in at.selectbox if box.label == label).set_value(column)
    next(box for box in at.selectbox if box.label == "Dates are written with").set_value("month")
    next(button for button in at.button if button.label == "Read with these columns").click().run()
    assert "1 lines in the file = 1 used + 0 merged + 0 refused." in words(healthy(at))
    shown = next(frame.value for frame in at.dataframe if "promised_at" in frame.value)
    assert shown["promised_at"].tolist() == ["Mar 4, 2023"]
    healthy(at.button(key="deliveries_drop").click().run())
    assert marts(at) == 0
    assert not [name for name in files(mine(at).folder) if name.endswith(".upload")]


def test_what_is_no_table_is_refused_in_a_sentence():
    at = on(owner(ORDERS), "service")
    next(iter(at.file_uploader)).upload("list.csv", b"\x89PNG\r\n\x1a\n" + bytes(1000), "text/csv").run()
    at.button(key="fulfilments_read").click().run()
    assert not at.exception
    assert len(at.error) == 1


@pytest.mark.parametrize("data", ["salon", "electronics"])
def test_a_sample_says_that_it_takes_no_deliveries(data: str):
    at = healthy(visit("service", data))
    assert "The samples are shared by everybody" in words(at)
    assert not at.file_uploader


def test_contacts_are_written_down_once_and_can_be_taken_back():
    at = on(owner(ORDERS), "calls")
    for fresh, known in ((5, ""), (0, "5 were here already.")):
        brought(at, "touches", CONTACTS)
        assert "6 lines in the file = 5 used + 0 merged + 1 refused." in words(at)
        assert f"{fresh} contacts are new." in words(at)
        assert known in words(at)
        if fresh:
            healthy(at.button(key="touches_take").click().run())
            assert mine(at).journal("upload").count("touches") == 5
        else:
            healthy(at.button(key="touches_drop").click().run())
    on(at, "regulation")
    assert "5 contacts of list.csv are written down." in words(at).replace("\\", "")
    healthy(at.button(key="touches_undo").click().run())
    assert mine(at).journal("upload").count("touches") == 0


def test_contacts_of_a_sample_live_in_this_tab_only():
    at = healthy(visit("regulation", "salon"))
    brought(at, "touches", "Дата;Клиент\n01.06.2025;C0001\n".encode())
    healthy(at.button(key="touches_take").click().run())
    assert REGISTRY.session(at.session_state["uid"]).journal("salon").count("touches") == 1
    other = healthy(visit("regulation", "salon"))
    assert REGISTRY.session(other.session_state["uid"]).journal("salon").count("touches") == 0


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("data", ["salon", "kids", "electronics", "b2b"])
def test_what_contacts_did_is_said_for_every_sample(data: str, language: str):
    tab = _catalogue(language).gettext("What our contacts did")
    at = visit("regulation", data, language, regulation_tabs=tab)
    shown = next(frame.value for frame in healthy(at).dataframe if "verdict" in frame.value)
    assert len(shown) >= 1
    assert shown["verdict"].str.len().min() > 10


@pytest.mark.parametrize(
    "rows", [[], [{"customer_id": "c1", "ordered_at": "2025-01-10", "revenue": 100.0}]], ids=["empty", "one customer"]
)
def test_little_data_have_nothing_to_say_of_contacts(rows: list[dict], tmp_path):
    at = healthy(visit("regulation", "upload", uid=own(tmp_path, rows), regulation_tabs="What our contacts did"))
    assert "Fewer than twenty customers are on record as contacted." in words(at)
    assert "The samples are shared by everybody" in words(on(at, "service"))


def test_the_forecast_says_where_its_customers_stand_on_the_list_of_today():
    at = healthy(visit("forecast", "salon"))
    shown = next(frame.value for frame in at.dataframe if "place" in frame.value)
    assert shown["place"].notna().any()
    assert "the column “Place today” shows where a customer stands there" in words(at)


@pytest.fixture
def home(tmp_path, monkeypatch) -> Iterator[None]:
    REGISTRY.close_home()
    monkeypatch.setenv("LTV_HOME", str(tmp_path / "home"))
    yield
    REGISTRY.close_home()


def test_what_is_kept_keeps_its_deliveries_and_contacts(home):
    """Told before the orders are kept, told after, opened anew, deleted for good."""
    at = on(owner(ORDERS), "service")
    brought(at, "fulfilments", REGISTER).button(key="deliveries_take").click().run()
    brought(on(at, "calls"), "touches", CONTACTS).button(key="touches_take").click().run()
    healthy(on(at, "data").button(key="home_keep").click().run())
    assert at.session_state["data"] == HOME
    assert len(REGISTRY.kept().database.rows("select 1 from mart_fulfilment")) == 40
    assert REGISTRY.home().journal.count("touches") == 5
    on(at, "service")
    brought(at, "fulfilments", b"order,promised,delivered\nALPHA-50,2023-05-01,2023-05-02\n")
    healthy(at.button(key="deliveries_take").click().run())
    assert len(REGISTRY.kept().database.rows("select 1 from mart_fulfilment")) == 41
    again = healthy(build(drop(healthy(visitor()), ORDERS)))
    healthy(again.button(key="home_append").click().run())
    assert len(REGISTRY.kept().database.rows("select 1 from mart_fulfilment")) == 41, "the same orders again"
    REGISTRY.close_home()
    assert len(REGISTRY.kept().database.rows("select 1 from mart_fulfilment")) == 41
    healthy(on(again, "data").button(key="home_forget").click().run())
    assert REGISTRY.home().info() is None
    assert REGISTRY.home().journal.count("touches") == 0
