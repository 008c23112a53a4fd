"""What is proposed, and what is asked."""

from dataclasses import replace

import pytest

from ltvlib.ingest.mapping import apply_preset
from ltvlib.ingest.model import Inspection, Mapping
from ltvlib.ingest.profile import inspect_raw
from ltvlib.ingest.synonyms import judge_status, normal, preset_for
from tests.ingest.tables import raw_table

BITRIX = "ID;Название сделки;Стадия сделки;Сумма;Валюта;Дата создания;Дата начала;Ответственный;Контакт;Контакт: ID;Товар;Цена;Количество"
BITRIX_ROWS = """
1;Сделка;Сделка успешна;7 000,50;RUB;01.11.2025 10:00:00;30.10.2025 17:19:43;Иван;Анна;55;Стол;5 000,50;1
1;Сделка;Сделка успешна;7 000,50;RUB;01.11.2025 10:00:00;30.10.2025 17:19:43;Иван;Анна;55;Стул;1 000,00;2
2;Сделка;Сделка провалена;900,00;RUB;01.11.2025 10:00:00;31.10.2025 09:00:00;Иван;Пётр;56;Стул;900,00;1
"""
AMO = "ID;Название сделки;Бюджет ;Ответственный;Дата создания сделки;Дата закрытия;Этап сделки;Полное имя контакта;Рабочий телефон;utm_source"
AMO_ROWS = """
1;a;1000;Иван;05.03.2025 10:00:00;не закрыта;Успешно реализовано;Анна;'+7 912 000-00-01;vk
2;b;2000;Иван;15.03.2025 10:00:00;16.03.2025 10:00:00;Закрыто и не реализовано;Пётр;'+7 912 000-00-02;vk
"""


def fields(tmp_path, header, rows):
    return inspect_raw(raw_table(tmp_path, header, rows)).proposal


def asked(inspection):
    return {question.field: question for question in inspection.questions}


def test_bitrix24(tmp_path):
    found = fields(tmp_path, BITRIX, BITRIX_ROWS)
    assert found.preset == "bitrix24"
    wanted = {
        "order_id": "ID", "customer_id": "Контакт: ID", "ordered_at": "Дата начала", "revenue": "Сумма",
        "unit_price": "Цена", "quantity": "Количество", "status": "Стадия сделки", "manager": "Ответственный",
        "name": "Контакт", "product_name": "Товар", "currency": "Валюта",
    }  # fmt: skip
    assert found.fields == wanted
    assert found.sale_statuses == ("Сделка успешна",)


def test_amocrm(tmp_path):
    found = fields(tmp_path, AMO, AMO_ROWS)
    assert found.preset == "amocrm"
    assert found.fields["revenue"] == "Бюджет "
    assert found.fields["ordered_at"] == "Дата создания сделки"
    assert found.fields["phone"] == "Рабочий телефон"
    assert found.fields["channel"] == "utm_source"
    assert found.sale_statuses == ("Успешно реализовано",)


@pytest.mark.parametrize(
    ("header", "row", "preset", "wanted"),
    [
        (
            "Name;Email;Financial Status;Total;Subtotal;Taxes;Created at;Lineitem name;Lineitem price;Lineitem quantity;Refunded Amount",
            "#1;a@b.c;paid;45.00;40.00;5.00;2025-01-03 14:05:30 +0300;Mug;40.00;1;0.00", "shopify",
            {"order_id": "Name", "email": "Email", "revenue": "Total", "refund": "Refunded Amount", "ordered_at": "Created at"},
        ),
        (
            "Order Number;Order Status;Order Date;Order Total Amount;Email (Billing);Item Name;Item Cost;Quantity",
            "7;wc-completed;2025-01-13 10:00;99.50;a@b.c;Mug;99.50;1", "woocommerce",
            {"order_id": "Order Number", "revenue": "Order Total Amount", "status": "Order Status"},
        ),
        (
            "id;Created (UTC);Amount;Amount Refunded;Currency;Status;Customer ID;Customer Email",
            "ch_1;2025-01-13 10:00:00;12.50;0.00;usd;Paid;cus_1;a@b.c", "stripe",
            {"order_id": "id", "revenue": "Amount", "refund": "Amount Refunded", "customer_id": "Customer ID"},
        ),
        (
            "Номер;Дата оформления;Статус;Клиент;Телефон;Сумма;Источник;Менеджер",
            "1A;13.01.2025 10:00;Выполнен;Анна;89120000001;1 000,00;сайт;Ольга", "retailcrm",
            {"order_id": "Номер", "ordered_at": "Дата оформления", "phone": "Телефон", "manager": "Менеджер"},
        ),
        (
            "Дата;Сотрудник;Услуга;Статус визита;Стоимость;Клиент;Телефон",
            "13.01.2025 10:00;Ольга;Стрижка;Пришел;1500;Анна;89120000001", "yclients",
            {"manager": "Сотрудник", "product_name": "Услуга", "revenue": "Стоимость", "status": "Статус визита"},
        ),
        (
            "Регистратор;Дата;Контрагент;Номенклатура;Количество;Выручка;Себестоимость;Валовая прибыль",
            "Реализация 1;13.01.2025;ООО Ромашка;Стол;2;2 000,00;1 200,00;800,00", "",
            {"order_id": "Регистратор", "name": "Контрагент", "product_name": "Номенклатура", "revenue": "Выручка",
             "cost": "Себестоимость", "margin": "Валовая прибыль", "quantity": "Количество"},
        ),
        (
            "order_id;customer_id;ordered_at;revenue;gross_margin;is_refund;channel",
            "A;7;2025-01-13 10:00:00;10.00;4.00;false;site", "canonical",
            {"order_id": "order_id", "customer_id": "customer_id", "ordered_at": "ordered_at", "revenue": "revenue",
             "margin": "gross_margin", "is_refund": "is_refund", "channel": "channel"},
        ),
    ],
)  # fmt: skip
def test_known_exports(tmp_path, header, row, preset, wanted):
    found = fields(tmp_path, header, row)
    assert found.preset == preset
    assert wanted.items() <= found.fields.items()


def test_twin_columns_are_asked_about(tmp_path):
    raw = raw_table(tmp_path, "Заказ;Дата;Клиент;Сумма;Сумма (2)", "A-1;13.02.2025;Анна;120,00;100,00")
    found = inspect_raw(raw)
    assert found.proposal.fields["revenue"] == "Сумма"
    assert asked(found)["revenue"].options == ("Сумма", "Сумма (2)")


def test_day_and_month_are_asked_about_until_chosen(tmp_path):
    raw = raw_table(tmp_path, "order;customer id;date;amount", "A-1;1;03/04/2025;10\nA-2;2;05/06/2025;20")
    found = inspect_raw(raw)
    question = asked(found)["date_format"]
    assert question.options == ("%d/%m/%Y", "%m/%d/%Y")
    chosen = replace(found.proposal, date_format="%m/%d/%Y")
    assert "date_format" not in asked(inspect_raw(raw, chosen))


def test_one_value_far_down_settles_the_decimal_sign(tmp_path):
    rows = [[f"A-{n}", "c", "2025-01-13", "1.234"] for n in range(20_000)] + [["Z", "c", "2025-01-13", "1.234,5"]]
    found = inspect_raw(raw_table(tmp_path, "order;customer id;date;amount", rows))
    assert found.profiles[3].decimal == ","
    assert "decimal" not in asked(found)


def test_what_must_be_asked(tmp_path):
    header = "order;customer id;date;amount;currency;status"
    found = inspect_raw(raw_table(tmp_path, header, "A;1;2025-01-13;1,234;rub;foo\nB;2;2025-01-14;5,555;usd;paid"))
    questions = asked(found)
    assert questions["decimal"].options == (",", ".")
    assert set(questions["currency"].options) == {"RUB", "USD"}
    assert set(questions["sale_statuses"].options) == {"foo", "paid"}
    assert found.proposal.sale_statuses == ("paid",)


def test_missing_columns_are_asked_for(tmp_path):
    found = inspect_raw(raw_table(tmp_path, "a;b", "x;y\nz;w"))
    assert {"ordered_at", "revenue", "customer_id"} <= asked(found).keys()


def test_destroyed_ids_are_told(tmp_path):
    found = inspect_raw(raw_table(tmp_path, "order;phone;date;amount", "A;7,91E+10;2025-01-13;5"))
    assert found.profiles[1].destroyed_ids == 1
    assert any("scientific notation" in note.template for note in found.notes)


def test_a_thin_order_total_is_asked_about(tmp_path):
    header = "order;customer id;date;amount;product"
    found = inspect_raw(raw_table(tmp_path, header, "A;1;2025-01-13;100;x\nA;1;2025-01-13;100;y\nB;2;2025-01-14;5;x"))
    assert asked(found)["amount_is"].options == ("order", "line")


def test_typed_columns_need_no_guess(tmp_path):
    from datetime import datetime

    rows = [["A", 17.0, datetime(2025, 1, 13), 12.5]]
    found = inspect_raw(raw_table(tmp_path, "order;customer id;date;amount", rows))
    assert [profile.looks_like for profile in found.profiles] == ["id", "id", "date", "money"]
    assert not found.questions


def test_presets_fit_next_months_file(tmp_path):
    saved = Mapping({"order_id": "Номер", "revenue": "Сумма ", "channel": "Источник"}, currency="RUB")
    fitted = apply_preset(Mapping.from_json(saved.to_json()), raw_table(tmp_path, "Номер;сумма", "1;2"))
    assert fitted.fields == {"order_id": "Номер", "revenue": "сумма"}
    assert fitted.currency == "RUB"
    assert [note.params["field"] for note in fitted.notes] == ["channel"]
    assert Mapping.from_json(fitted.to_json()) == fitted


def test_inspection_crosses_the_process_border(tmp_path):
    found = inspect_raw(raw_table(tmp_path, AMO, AMO_ROWS))
    assert Inspection.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    ("status", "verdict"),
    [("Выполнен", "sale"), ("Сделка провалена", "cancelled"), ("Закрыто и не реализовано", "cancelled"),
     ("Возврат", "refund"), ("partially_refunded", "sale"), ("Не оплачен", "pending"), ("unfulfilled", "pending"),
     ("wc-completed", "sale"), ("Отменён", "cancelled"), ("Синий", "unknown")],
)  # fmt: skip
def test_statuses(status, verdict):
    assert judge_status(status) == verdict


def test_headers_are_compared_without_case_and_signs():
    assert normal(" Контакт:  Рабочий e-mail ") == "контакт рабочий e mail"
    assert preset_for(["nothing"]) is None


def test_a_number_of_orders_is_no_amount(tmp_path):
    """A list of customers of a shop: "total" stands in the names of a count and of an amount."""
    header = "customer_key;order_num_total_ever;customer_value_total_ever;first_order_date"
    rows = "\n".join(f"K{n};{1 + n % 4};{100 + 7 * n}.50;2024-0{1 + n % 9}-1{n % 9}" for n in range(12))
    found = fields(tmp_path, header, rows).fields
    assert found["revenue"] == "customer_value_total_ever"
    assert found["customer_id"] == "customer_key"
