"""Files that lie, break or attack: one sentence, no harm, nothing of theirs told."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from ltvlib.ingest.model import Limits
from pages.ui import discreet, receive
from pages.ui.registry import Upload
from tests.trust.visitors import HEADER, PAGES, build, drop, export, files, healthy, mine, owner, said, visitor

pytestmark = pytest.mark.timeout(60)

NASTY_NAME = "../../x<script>alert(1)</script>.csv"
VALUES = (
    "<b>bold</b>",
    "</script><script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "![x](http://192.0.2.1/x.png)",
    "[link](javascript:alert(1))",
    "{braces} {0} {n} {{x}} %s %d %(name)s",
    "$a_b$ costs $5 and $6",
    "=cmd|' /C calc'!A0",
    ":red[text] :material/delete: :smile:",
    "x" * 3000,
    "👩‍👩‍👧‍👦 🇫🇷",
    "שלום \u202etxt.exe\u202c عربى",
    "a\u0000b",
    "' or 1=1; drop table orders; --",
    '"c0"',
    "%{x} %{customdata[0]} <extra></extra>",
    "--",
    "nan",
)


def bomb() -> bytes:
    """A small archive that inflates beyond the limit."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("o.csv", "w", force_zip64=True) as out,
    ):
        block = bytes(16 << 20)
        for _ in range(5):
            out.write(block)
    return buffer.getvalue()


def damaged() -> bytes:
    """A workbook cut in the middle."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook>" + "secret@example.com" * 500)
    return buffer.getvalue()[: len(buffer.getvalue()) // 2]


BROKEN = {
    "a picture": ("photo.csv", lambda: b"\x89PNG\r\n\x1a\n" + b"secret@example.com" * 200 + bytes(2000)),
    "a cut workbook": ("cut.xlsx", damaged),
    "a zip bomb": ("bomb.zip", bomb),
    "nothing": ("empty.csv", lambda: b""),
    "blanks": ("blank.csv", lambda: b"\r\n \r\n\t\r\n"),
    "a bare header": ("header.csv", lambda: b"date,sum,customer\r\n"),
    "a nasty name": (NASTY_NAME, lambda: bytes(300) + b"secret@example.com"),
}


@pytest.fixture(scope="module")
def other() -> AppTest:
    """Somebody at work while others drop broken files."""
    return owner(export("OMEGA"))


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_is_one_sentence(
    what: str, other: AppTest, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    name, make = BROKEN[what]
    monkeypatch.setattr(receive, "Upload", partial(Upload, limits=Limits(inflated_mb=50)))
    with caplog.at_level(logging.DEBUG):
        at = drop(visitor(), make(), name)
    assert not at.exception
    if at.error:
        assert len(at.error) == 1
        assert len(at.error[0].value) < 300
        assert at.error[0].value.rstrip().endswith((".", "!", "?"))
        assert mine(at).upload is None
        assert not list(mine(at).folder.iterdir())
    else:  # a file without rows is still a table: the page must say that, not fail
        assert what == "a bare header"
    assert "secret" not in said(at) + caplog.text
    assert "Traceback" not in said(at) + caplog.text
    assert healthy(drop(at, export("ALPHA"))).selectbox(key="map_revenue").value == "Total", "the page is usable"
    other.switch_page("pages/segments.py").run()
    assert "OMEGA" in said(healthy(other))


def test_names_are_labels_only():
    assert receive.clean_name(NASTY_NAME) == "script>.csv"
    assert receive.clean_name("C:\\private\\orders.csv") == "orders.csv"
    assert receive.clean_name("a\x00b\u202e\ud800c.csv") == "abc.csv"
    assert receive.clean_name("../") == "upload"
    assert len(receive.clean_name("n" * 5000)) == receive.NAME_LIMIT
    at = owner(export("ALPHA"), "../../etc/passwd/" + "![x](http://192.0.2.1/y.png)" + ".csv")
    assert "../" not in said(at)
    for name in files(mine(at).folder):
        assert "passwd" not in name


def nasty_header() -> tuple[str, ...]:
    return (
        "=cmd",
        "Order date",
        "Customer",
        "![x](http://192.0.2.1/h.png)",
        "Total",
        "<img src=x onerror=alert(1)>",
        "{n}",
        "$x$",
    )


def test_nasty_headers_are_shown_and_can_be_mapped():
    at = healthy(drop(visitor(), export("ALPHA", header=nasty_header())))
    at.selectbox(key="map_channel").set_value("<img src=x onerror=alert(1)>").run()
    healthy(build(at))
    for text in [*at.markdown, *at.caption, *at.warning]:
        assert "<img" not in text.value.replace("\\<img", "")
        assert "![x](http" not in text.value


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_page_survives_every_value(language: str):
    data = export("{mark}", 120, VALUES, HEADER)
    at = healthy(build(healthy(drop(visitor(), data))))
    at.session_state["lang"] = language
    for page in PAGES:
        at.switch_page(f"pages/{page}.py").run()
        healthy(at)
        options = at.multiselect(key="upload_channel").options
        assert len(options) > 10
        for value in options if (page, language) == ("overview", "en") else options[:2]:
            at.multiselect(key="upload_channel").set_value([value]).run()
            healthy(at)
            for text in [*at.markdown, *at.caption, *at.warning]:
                assert "<img" not in text.value.replace("\\<img", "")
                assert "![x](" not in text.value
        at.multiselect(key="upload_channel").set_value([]).run()
    at.session_state["upload_cohort_by"] = "channel"
    for measure in ("retention_rate", "cumulative_ltv"):
        at.query_params["measure"] = measure
        healthy(at.run())
    charts = " ".join(chart.proto.spec for chart in at.get("plotly_chart"))
    assert charts
    assert "<img" not in charts
    assert "</script>" not in charts


def test_the_log_has_the_place_of_an_error_not_its_words(caplog: pytest.LogCaptureFixture):
    discreet.install()
    log = logging.getLogger("tests.trust.log")
    try:
        int("ivan@example.com")
    except ValueError as error:
        log.error("Uncaught app execution", exc_info=error)
        log.exception("failed for %s", error)
    assert "ivan" not in caplog.text
    assert "ValueError at test_uploads.py" in caplog.text
    log.info("plain %s", "words")


SAVED = {"fields": {"revenue": "Total", "ordered_at": "Order date", "customer_id": "Email"}, "margin_rate": 0.4}
NOT_SAVED = (
    [],
    5,
    {"fields": [1]},
    {"fields": {"revenue": 5}},
    {"fields": {}, "margin_rate": "x"},
    {"fields": {}, "margin_rate": 1e9},
    {"fields": {}, "margin_rate": float("nan")},
    {"fields": {}, "rates": {"USD": "b"}},
    {"fields": {}, "sale_statuses": 5},
    {"fields": {}, "decimal": ["."]},
    {"fields": {}, "unknown": 1, "minor_units": "maybe"},
)


def saved(at, content: bytes):
    uploader = next(found for found in at.file_uploader if found.key.startswith("use_mapping_"))
    uploader.upload("mapping.json", content, "application/json").run()
    return at.button(key="use_mapping_apply").click().run()


def test_a_saved_mapping_is_applied_whole():
    at = healthy(saved(drop(visitor(), export("ALPHA")), json.dumps(SAVED).encode()))
    assert at.selectbox(key="map_customer_id").value == "Email"
    assert at.selectbox(key="map_product_name").value == "–"
    assert healthy(build(at)).session_state["data"] == "upload"
    assert mine(at).upload.mapping.margin_rate == 0.4


def test_a_false_mapping_is_one_sentence():
    at = drop(visitor(), export("ALPHA"))
    for content in [*(json.dumps(each).encode() for each in NOT_SAVED), b"\xff\xfe", b"[" * 100_000]:
        saved(at, content)
        assert not at.exception, content[:60]
        assert [e.value for e in at.error] == ["This is not a saved mapping."], content[:60]
    healthy(build(at.run()))


def test_the_form_asks_who_bought_in_one_place():
    """All four ways to tell customers apart stand together, and say which one the file has."""
    at = healthy(drop(visitor(), export("ALPHA")))
    who = [at.selectbox(key=f"map_{field}") for field in ("customer_id", "phone", "email", "name")]
    places = [[box.key for box in at.selectbox].index(box.key) for box in who]
    assert places == list(range(places[0], places[0] + 4))
    assert [box.value for box in who] == ["–", "–", "Email", "Customer"]
    told = next(one.value for one in at.caption if one.value.startswith("Customers are told apart by"))
    assert "E-mail (column Email)" in told
    assert "One of these columns is enough" in told
    assert healthy(build(at)).session_state["data"] == "upload"
    assert mine(at).upload.report.customer_key == "email"


def test_what_is_missing_is_asked_above_its_list():
    """A file without customers: the question stands before the lists of the group, not below the form."""
    rows = b"Order,Date,Total\nA1,2025-01-01,5\nA2,2025-01-02,6\n"
    at = healthy(drop(visitor(), rows))
    (question,) = [one.value for one in at.warning]
    assert question.startswith("Which column tells who bought")
    order = [
        one.key if one.type == "selectbox" else one.value for one in at.main if one.type in ("selectbox", "warning")
    ]
    assert order.index(question) == order.index("map_customer_id") - 1
    assert [one.value for one in build(at).error] == [
        "Choose the column that tells who bought: the customer's number, phone, e-mail or name."
    ]


@pytest.mark.parametrize(("orders", "is_list"), [(1, True), (2, False)])
def test_a_list_of_customers_is_told_from_orders(orders: int, is_list: bool):
    rows = [f"c{n},2025-0{1 + order}-0{1 + n % 9},{10 + n}" for n in range(20) for order in range(orders)]
    at = healthy(build(drop(visitor(), ("customer id,date,total\n" + "\n".join(rows) + "\n").encode())))
    assert any("exactly one order here" in one.value for one in at.warning) is is_list


@pytest.mark.parametrize(
    ("header", "currency"), [("Номер;Дата;Клиент;Сумма", "RUB"), ("No;Date;Customer;Total", "USD")]
)
def test_a_file_with_russian_headers_is_taken_for_roubles(header: str, currency: str):
    at = healthy(drop(visitor(), f"{header}\n1;05.01.2025;Anna;5\n2;26.01.2025;Boris;7\n".encode()))
    assert at.selectbox(key="map_currency_code").value == currency
