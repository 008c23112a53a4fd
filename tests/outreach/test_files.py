"""Files for other systems, read back by other readers."""

from __future__ import annotations

import csv
import datetime as dt
import io

import icalendar
import pandas as pd

from ltvlib.outreach import files

DAY = dt.date(2025, 7, 1)
PEOPLE = pd.DataFrame(
    {
        "customer_id": ["c1", "c2"],
        "name": ["Анна; Петрова, «Лён»", None],
        "phone": ["+7 000 000-01-00", None],
        "email": [None, "c2@example.com"],
        "manager": ["Олег", None],
        "title": ["Позвонить: Анна", "=1+1"],
        "reason": ["обычно раз в 21 день, молчит 48", "x\ny"],
        "segment": ["A", "B"],
    }
)


def test_amo_and_bitrix_rows():
    for make, delimiter in ((files.to_amo, ","), (files.to_bitrix, ";")):
        text = make(PEOPLE, DAY).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text), delimiter=delimiter))
        assert len(rows) == 2
        assert "Анна; Петрова, «Лён»" in rows[0].values()
        assert "c2" in rows[1].values()  # nameless: the id stands for the name
        assert "01.07.2025" in rows[0].values()
        assert rows[0]["Рабочий телефон"] == "70000000100"  # a plus would be taken for a formula
        assert "=1+1" not in rows[1].values()


def test_a_calendar_that_another_reader_opens():
    data = files.to_calendar(PEOPLE, DAY, dt.datetime(2025, 6, 30, 12), ["Call Анна", "Call c2"])
    events = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == ["Call Анна", "Call c2"]
    assert [event.decoded("dtstart") for event in events] == [
        dt.datetime(2025, 7, 1, 9),
        dt.datetime(2025, 7, 1, 9, 15),
    ]
    assert str(events[1]["description"]) == "x\ny"
    assert len({str(event["uid"]) for event in events}) == 2


def test_masks_hide_all_but_the_ends():
    assert files.masked("+7 000 123-45-67") == "+7 ••• •••-••-67"
    assert files.masked("ann@example.com") == "an•@•••••••.•om"
    assert files.masked("123") == "•••"
    assert files.masked(None) == ""
    assert files.masked(float("nan")) == ""
