"""Lists beside the orders, hand-drawn as amoCRM, telephony and delivery services write them; every record is accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest

from ltvlib import ingest
from ltvlib.errors import ReadError
from ltvlib.ingest.list_kinds import KINDS, Form
from ltvlib.ingest.report import ListRead
from ltvlib.schema import TABLES


def read(folder: Path, text: str, kind: str, encoding: str = "utf-8", **choices: object) -> ListRead:
    path = folder / "list.csv"
    path.write_bytes(text.encode(encoding))
    found = ingest.read_list(path, folder / "raw", kind, **choices)  # type: ignore[arg-type]
    if not (found.missing or found.doubtful):
        assert found.records == len(found.rows) + len(found.refused)
    return found


def refused(found: ListRead) -> list[tuple[int, str]]:
    return [(one.line, one.reason) for one in found.refused]


TASKS = (
    "Тип задачи;Дата создания;Дата выполнения;Ответственный;Контакт;Мобильный телефон;Результат\n"
    "Звонок;01.03.2025;05.03.2025 12:30;Анна;Иван  Ёлкин;8 (912) 123-45-67, 8 495 000;не дозвонились\n"
    "Встреча;01.03.2025;06.03.2025 09:00;Анна;;+7 912 123-45-67;договорились\n"
    ";01.03.2025;16.03.2025 10:00;;;;\n"
    "Письмо;01.03.2025;;Олег;Пётр;;\n"
)


def test_tasks_of_amocrm_in_cp1251(tmp_path):
    """The day it was done counts, not the day it was made up; the phone is the first one, in its normal form."""
    found = read(tmp_path, TASKS, "touches", "cp1251")
    assert found.columns["touched_at"] == "Дата выполнения"
    assert found.rows[0] == (
        2,
        {
            "phone": "79121234567",
            "name": "иван елкин",
            "touched_at": "2025-03-05T12:30:00",
            "kind": "Звонок",
            "manager": "Анна",
            "outcome": "не дозвонились",
        },
    )
    assert found.rows[1][1]["phone"] == "79121234567"
    assert refused(found) == [(4, "no_customer"), (5, "no_date")]


def test_activities_in_english(tmp_path):
    text = "Activity type,Activity date,Contact ID,Email,Owner,Call outcome\nCall,2025-03-05,17,A@X.example,Ann,Left voicemail\n"
    found = read(tmp_path, text, "touches")
    assert found.rows == (
        (
            2,
            {
                "customer_id": "17",
                "email": "a@x.example",
                "touched_at": "2025-03-05T00:00:00",
                "kind": "Call",
                "manager": "Ann",
                "outcome": "Left voicemail",
            },
        ),
    )


def test_a_column_of_dates_without_a_name_is_found_by_its_values(tmp_path):
    found = read(tmp_path, "Клиент;Отметка\nИван;05.03.2025\n", "touches")
    assert found.columns["touched_at"] == "Отметка"


REGISTER = (
    "№ отправления;Номер заказа;Плановая дата доставки;Дата вручения;Документы;Претензия\n"
    "T1;100;05.03.2025;17.03.2025;да;нет\n"
    "T2;101;05.03.2025;не доставлен;ошибка;Бой\n"
    "T3;102;;;;\n"
    "T4;103;06.03.2025;вчера;;\n"
    "T5;;06.03.2025;;;\n"
    "T6;104;06.03.2025;;может быть;\n"
)


def test_a_register_of_a_delivery_service(tmp_path):
    found = read(tmp_path, REGISTER, "fulfilments")
    assert found.columns["order_id"] == "Номер заказа"
    promised = "2025-03-05T00:00:00"
    assert found.rows == (
        (
            2,
            {"order_id": "100", "promised_at": promised, "delivered_at": "2025-03-17T00:00:00", "documents_ok": "true"},
        ),
        (3, {"order_id": "101", "promised_at": promised, "documents_ok": "false", "complaint": "Бой"}),
    )
    assert refused(found) == [(4, "nothing_told"), (5, "bad_date"), (6, "no_order"), (7, "bad_flag")]


@pytest.mark.parametrize(("cell", "read_as"), [("да", "false"), ("нет", "true"), ("", None), ("нет подписи", "false")])
def test_a_column_of_mistakes_is_turned_round(tmp_path, cell, read_as):
    found = read(tmp_path, f"Заказ;Обещано;Ошибка в документах\n1;2025-03-05;{cell}\n", "fulfilments")
    assert found.rows[0][1].get("documents_wrong") == read_as


def test_day_and_month_are_asked_not_guessed(tmp_path):
    text = "order,eta,delivered\n1,03/04/2025,05/04/2025\n"
    found = read(tmp_path, text, "fulfilments")
    assert (found.rows, found.doubtful) == ((), ("eta", "delivered"))
    day = read(tmp_path, text, "fulfilments", day_first=True)
    month = read(tmp_path, text, "fulfilments", day_first=False)
    assert day.rows[0][1]["promised_at"] == "2025-04-03T00:00:00"
    assert month.rows[0][1]["promised_at"] == "2025-03-04T00:00:00"


def test_what_is_missing_is_told_and_can_be_said_by_hand(tmp_path):
    text = "a,b,c\n1,2025-01-05,2025-01-07\n"
    found = read(tmp_path, text, "fulfilments")
    assert (found.missing, found.headers) == (("order_id", "promised_at"), ("a", "b", "c"))
    mapped = read(tmp_path, text, "fulfilments", columns={"order_id": "a", "promised_at": "b", "delivered_at": "c"})
    assert mapped.rows[0][1]["delivered_at"] == "2025-01-07T00:00:00"
    corrected = read(tmp_path, text, "fulfilments", columns={"order_id": "a", "promised_at": "c", "delivered_at": ""})
    assert corrected.rows[0][1] == {"order_id": "1", "promised_at": "2025-01-07T00:00:00"}


def test_what_is_no_table_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    with pytest.raises(ReadError):
        ingest.read_list(path, tmp_path / "raw", "touches")


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_a_list_fills_its_canonical_table(kind):
    """Every field is a column of the table, a key of a customer, or says the opposite of one; needed fields are fields."""
    names = set(TABLES[kind.name].names)
    other = {field for field, form in kind.forms.items() if form in (Form.KEY, Form.NO_YES)} | {"note"}
    assert set(kind.forms) - other <= names
    assert {field for group in kind.needed for field in group} <= set(kind.forms) == set(kind.words.fields)
    assert len(kind.needed) == len(kind.reasons)
