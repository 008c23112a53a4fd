"""A list of contacts as files that other systems take: amoCRM, Bitrix24, a calendar.

Column names are those of the import forms of the systems in their Russian and English editions (amoCRM: contacts and tasks
from a table; Bitrix24: leads from CSV with ``;``). Files with names and phones are made for the owner's own computer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5

import icalendar
import pandas as pd

from ltvlib import export

AMO = {
    "name": "Полное имя контакта",
    "phone": "Рабочий телефон",
    "email": "Рабочий email",
    "manager": "Ответственный",
    "title": "Название сделки",
    "reason": "Примечание",
    "due": "Дата задачи",
    "segment": "Теги",
}
BITRIX = {
    "title": "Название лида",
    "name": "Имя",
    "phone": "Рабочий телефон",
    "email": "Рабочий e-mail",
    "manager": "Ответственный",
    "reason": "Комментарий",
    "due": "Дата начала",
    "segment": "Дополнительно об источнике",
}
MINUTES = 15
"""Length of a call in the calendar."""
DAY_BEGINS = 9


def to_amo(people: pd.DataFrame, day: dt.date) -> bytes:
    """CSV for amoCRM: comma, UTF-8; ``people`` has customer_id, name, phone, email, manager, title, reason, segment."""
    return export.to_csv(_rows(people, AMO, day))


def to_bitrix(people: pd.DataFrame, day: dt.date) -> bytes:
    """CSV for Bitrix24: semicolon, UTF-8; the same columns."""
    return export.to_csv(_rows(people, BITRIX, day), delimiter=";")


def _rows(people: pd.DataFrame, names: dict[str, str], day: dt.date) -> pd.DataFrame:
    full = people.assign(due=day.strftime("%d.%m.%Y")).reindex(columns=list(names))
    full["name"] = people["name"].fillna(people["customer_id"])
    full["phone"] = people["phone"].str.replace(
        r"\D", "", regex=True
    )  # a plus would need an apostrophe against formulas
    return full.rename(columns=names)


def to_calendar(people: pd.DataFrame, day: dt.date, made_at: dt.datetime, titles: Sequence[str]) -> bytes:
    """An iCalendar file (RFC 5545) with one appointment of 15 minutes a customer, from nine o'clock on, one after the other.

    ``titles`` are the appointments' names, one a row. Times float: nine is nine wherever the calendar is opened.
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//LTV Workbench//EN")
    calendar.add("version", "2.0")
    start = dt.datetime.combine(day, dt.time(DAY_BEGINS))
    for place, (title, row) in enumerate(zip(titles, people.itertuples(), strict=True)):
        event = icalendar.Event()
        begins = start + dt.timedelta(minutes=MINUTES * place)
        event.add("uid", f"{uuid5(NAMESPACE_URL, f'{day.isoformat()}/{row.customer_id}')}@ltv-workbench")
        event.add("dtstamp", made_at.astimezone(dt.UTC))
        event.add("dtstart", begins)
        event.add("dtend", begins + dt.timedelta(minutes=MINUTES))
        event.add("summary", title)
        event.add("description", str(row.reason))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def masked(text: object) -> str:
    """A phone or an address with all but its first and last two characters hidden; empty stays empty."""
    shown = "" if text is None or text != text else str(text).strip()
    if len(shown) <= 4:
        return "•" * len(shown)
    return shown[:2] + "".join(letter if letter in " -()@." else "•" for letter in shown[2:-2]) + shown[-2:]
