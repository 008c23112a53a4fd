"""The salon's orders as a human would get them: cp1251, totals, copies, phones in every style."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from sample_data._core import Dice
from sample_data._measure import load
from sample_data._story import write_json

SINCE = datetime(2024, 7, 1)
NBSP = "\xa0"
HEADER = "№ заказа;Дата;Клиент;Телефон;Услуга;Количество;Сумма;Себестоимость;Мастер;Источник;Статус"
PREAMBLE = ("Выгрузка заказов;;;;;;;;;;", "Период: 01.07.2024 - 31.10.2025;;;;;;;;;;", "")
SPOILT = {"no_customer": 9, "bad_date": 4, "bad_amount": 3}
CANCELLED, COPIES, NAMELESS = 140, 24, 12
BAD_DATES = ("31.02.2025", "31.04.2025", "00.05.2025", "32.01.2025")
BAD_AMOUNTS = ("бесплатно", "по сертификату", "???")


@dataclass(frozen=True)
class Row:
    """One line of the export before it is written out; ``fate`` is what a careful reader does with it."""

    order_id: str
    at: datetime
    client: str
    name: str
    phone: str
    service: str
    quantity: int
    amount: Decimal
    cost: Decimal
    master: str
    source: str
    status: str
    fate: str
    day: str = ""
    amount_text: str = ""

    def text(self) -> str:
        """The line as it stands in the file."""
        day = self.day or f"{self.at:%d.%m.%Y}"
        money = self.amount_text or amount(self.amount)
        cells = [self.order_id, f"{day} {self.at:%H:%M}", self.name, self.phone, self.service, str(self.quantity)]
        return ";".join([*cells, money, amount(self.cost), self.master, self.source, self.status])


def amount(value: Decimal) -> str:
    """An amount in Russian dress: NBSP between thousands, decimal comma."""
    return f"{value:,.2f}".replace(",", NBSP).replace(".", ",")


def build_messy(salon: Path, root: Path, seed: int = 16) -> Path:
    """Write the export and its truth under ``root``; gives the folder."""
    dice = Dice(seed)
    rows = _rows(salon, dice)
    rows = _spoil(rows, dice)
    rows = sorted([*rows, *_cancelled(rows, dice)], key=lambda row: (row.at, row.order_id))
    rows = _with_copies(rows, dice)
    lines = _lines(rows)
    folder = root / "messy"
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(lines) + "\n"
    (folder / "salon_export_cp1251.csv").write_bytes(text.encode("cp1251"))
    write_json(folder / "truth.json", _truth(rows, lines))
    return folder


def _rows(salon: Path, dice: Dice) -> list[Row]:
    orders, lines, customers = (load(salon / f"{t}.csv") for t in ("orders", "order_lines", "customers"))
    recent = orders[orders["ordered_at"] >= SINCE].merge(lines, on="order_id", suffixes=("_order", ""))
    names = dict(zip(customers["customer_id"], customers["name"], strict=True))
    phones = _phones(sorted(names), dice)
    spelled: dict[str, tuple[str, str]] = {}
    for record in recent.to_dict("records"):
        who = record["customer_id"]
        spelled.setdefault(record["order_id"], (_name_style(names[who], dice), _phone_style(phones[who], dice)))
    return [_row(record, phones, spelled) for record in recent.to_dict("records")]


def _phones(ids: list[str], dice: Dice) -> dict[str, str]:
    """Ten different digits for every client; 000-prefixed codes belong to nobody."""
    return {who: f"9{dice.between(0, 99):02d}000{place:04d}" for place, who in enumerate(ids, start=1)}


def _row(record: Mapping[Any, Any], phones: dict[str, str], spelled: dict[str, tuple[str, str]]) -> Row:
    name, phone = spelled[record["order_id"]]
    return Row(
        order_id=record["order_id"],
        at=pd.Timestamp(record["ordered_at"]).to_pydatetime(),
        client=phones[record["customer_id"]],
        name=name,
        phone=phone,
        service=record["product_name"],
        quantity=int(record["quantity"]),
        amount=Decimal(f"{record['revenue']:.2f}"),
        cost=Decimal(f"{record['cost']:.2f}"),
        master=record["manager"],
        source=record["channel"],
        status="Возврат" if record["is_refund"] else "Оплачен",
        fate="used",
    )


def _name_style(name: str, dice: Dice) -> str:
    styles = (name, name.upper(), f" {name}", name.replace(" ", "  "), name.replace("ё", "е"), name.lower())
    return dice.pick(styles, (80, 4, 4, 4, 5, 3))


def _phone_style(digits: str, dice: Dice) -> str:
    a, b, c, d = digits[:3], digits[3:6], digits[6:8], digits[8:]
    styles = (f"+7 {a} {b}-{c}-{d}", f"8 {a} {b}-{c}-{d}", f"8({a}){b}{c}{d}", f"7{digits}", f"8 {a} {b} {c} {d} ")
    return dice.pick(styles, (55, 25, 8, 7, 5))


def _spoil(rows: list[Row], dice: Dice) -> list[Row]:
    """Break a few single-line orders, each in one way; take the name from a few others."""
    size = Counter(row.order_id for row in rows)
    alone = [i for i, row in enumerate(rows) if size[row.order_id] == 1 and row.status == "Оплачен"]
    for fate, count in SPOILT.items():
        for number in range(count):
            place = alone.pop(dice.between(0, len(alone) - 1))
            rows[place] = _broken(rows[place], fate, number)
    for _ in range(NAMELESS):
        place = alone.pop(dice.between(0, len(alone) - 1))
        rows[place] = replace(rows[place], name="")
    return rows


def _broken(row: Row, fate: str, number: int) -> Row:
    if fate == "no_customer":
        return replace(row, name="", phone="", fate=fate)
    if fate == "bad_date":
        return replace(row, day=BAD_DATES[number], fate=fate)
    return replace(row, amount_text=BAD_AMOUNTS[number], fate=fate)


def _cancelled(rows: list[Row], dice: Dice) -> list[Row]:
    """Visits that were booked and did not happen, under numbers of their own."""
    sound = [row for row in rows if row.fate == "used" and row.status == "Оплачен"]
    booked = [dice.pick(sound) for _ in range(CANCELLED)]
    return [
        replace(row, order_id=f"{90000 + number}", status="Отменён", fate="cancelled", day="")
        for number, row in enumerate(booked, start=1)
    ]


def _with_copies(rows: list[Row], dice: Dice) -> list[Row]:
    """A few rows follow themselves once more, letter for letter."""
    sound = [i for i, row in enumerate(rows) if row.fate == "used" and row.status == "Оплачен"]
    chosen = {sound.pop(dice.between(0, len(sound) - 1)) for _ in range(COPIES)}
    out: list[Row] = []
    for place, row in enumerate(rows):
        out.append(row)
        if place in chosen:
            out.append(replace(row, fate="duplicate"))
    return out


def _lines(rows: list[Row]) -> list[str]:
    """Preamble, header, months with their totals, the header once more in the middle, the grand total."""
    months: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        months[f"{row.at:%m.%Y}"].append(row)
    lines = [*PREAMBLE, HEADER]
    for number, (month, part) in enumerate(months.items()):
        lines += [HEADER] if number == len(months) // 2 else []
        lines += [row.text() for row in part]
        lines.append(f"Итого за {month};;;;;;{amount(printed(part))};;;;")
    return [*lines, f"Итого;;;;;;{amount(printed(rows))};;;;"]


def printed(rows: list[Row]) -> Decimal:
    """The total a cash desk prints: everything with a number in it but the cancelled visits."""
    return sum((row.amount for row in rows if row.fate not in ("cancelled", "bad_amount")), Decimal(0))


def _truth(rows: list[Row], lines: list[str]) -> dict[str, Any]:
    fates = Counter(row.fate for row in rows)
    used = [row for row in rows if row.fate == "used"]
    refunds = [row for row in used if row.status == "Возврат"]
    sales = [row for row in used if row.status == "Оплачен"]
    service = len(lines) - len(PREAMBLE) - 1 - len(rows)
    return {
        "sentence": "An honest reader finds the same customers and money whatever the phones and totals look like.",
        "file": {"encoding": "cp1251", "delimiter": ";", "decimal": ",", "thousands": "NBSP", "header_line": 4},
        "lines": {"all": len(lines), "preamble": len(PREAMBLE), "header": 1, "after_header": len(lines) - 4},
        "rows_by_fate": {
            "used": len(used),
            "duplicate": fates["duplicate"],
            "cancelled": fates["cancelled"],
            "no_customer": fates["no_customer"],
            "bad_date": fates["bad_date"],
            "bad_amount": fates["bad_amount"],
            "repeated_header": 1,
            "total_row": service - 1,
        },
        "used_rows_without_name": sum(not row.name for row in used),
        "expected": _expected(sales, refunds),
        "bridge_from_printed_total": _bridge(rows),
        "customers_without_merging": _unmerged(used),
    }


def _expected(sales: list[Row], refunds: list[Row]) -> dict[str, Any]:
    used = [*sales, *refunds]
    revenue = sum((row.amount for row in used), Decimal(0))
    orders = {row.order_id: row.client for row in sales}
    per_client = Counter(orders.values())
    return {
        "orders": len(orders),
        "refund_documents": len({row.order_id for row in refunds}),
        "customers": len({row.client for row in used}),
        "customers_with_an_order": len(per_client),
        "repeat_purchase_rate": round(sum(n > 1 for n in per_client.values()) / len(per_client), 4),
        "revenue": float(revenue),
        "refunded": float(sum((row.amount for row in refunds), Decimal(0))),
        "gross_margin": float(revenue - sum((row.cost for row in used), Decimal(0))),
    }


def _bridge(rows: list[Row]) -> dict[str, float]:
    """From the last «Итого» to the revenue that may be used, step by step."""
    steps = {"printed_total": float(printed(rows))}
    for fate in ("duplicate", "no_customer", "bad_date"):
        steps[f"less_{fate}"] = -float(sum((row.amount for row in rows if row.fate == fate), Decimal(0)))
    return steps | {"revenue": float(sum((row.amount for row in rows if row.fate == "used"), Decimal(0)))}


def _unmerged(used: list[Row]) -> dict[str, Any]:
    """What a reader would count who takes every spelling for a client."""
    orders = {row.order_id: row for row in used if row.status == "Оплачен"}
    spelled = Counter((row.name, row.phone) for row in orders.values())
    repeat = sum(n > 1 for n in spelled.values()) / len(spelled)
    return {"customers_with_an_order": len(spelled), "repeat_purchase_rate": round(repeat, 4)}
