"""Files that begin in the middle of the business's life, and those that only shrink, grow or are small."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from ltvlib.beginning import Beginning, beginning, of_months
from ltvlib.samples import open_sample, samples
from pages.ui.registry import REGISTRY
from tests.conftest import open_rows
from tests.test_pages import healthy, visit

WHOLE = [True] * 10


def months(new: list[int], complete: list[bool] | None = None) -> pd.DataFrame:
    days = [dt.date(2024 + n // 12, n % 12 + 1, 1) for n in range(len(new))]
    return pd.DataFrame({"month": days, "new_customers": new, "is_complete": complete or [True] * len(new)})


# usual = median of the year from the fourth month on; a month stands out above twice of it, the first by 2 roots of its count
CASES = {
    "two months stand out": ([60, 25, 8, 6, 5, 7, 6, 5, 6, 4], None, Beginning(day := dt.date(2024, 1, 1), dt.date(2024, 2, 1), 60, 6.0)),
    "one month": ([60, 8, 8, 6, 5, 7, 6, 5, 6, 4], None, Beginning(day, day, 60, 6.0)),
    "exactly twice is not beyond twice": ([12, 8, 8, 6, 6, 6, 6, 6, 6, 6], None, None),
    "a business that begins": ([2, 3, 5, 6, 8, 9, 12, 14, 15, 18], None, None),
    "a slow decline over years": ([30, 28, 27, *range(26, 14, -1), *[3] * 30], None, None),
    "few customers": ([6, 1, 1, 1, 1, 1, 1, 1, 1, 1], None, None),
    "a part of the first month": ([30, 40, 7, 6, 5, 7, 6, 5, 6, 4], [False, *WHOLE[1:]], Beginning(day, dt.date(2024, 2, 1), 30, 6.0)),
    "a short part of the first month": ([6, 40, 7, 6, 5, 7, 6, 5, 6, 4], [False, *WHOLE[1:]], Beginning(day, dt.date(2024, 2, 1), 40, 6.0)),
    "the second of two whole months is a campaign": ([6, 40, 7, 6, 5, 7, 6, 5, 6, 4], None, None),
    "the last month has only begun": ([60, 8, 8, 6, 6, 6, 0], [*[True] * 6, False], None),
    "too short": ([60, 8, 8, 6, 6, 6], None, None),
    "nothing": ([], [], None),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_by_hand(case: str):
    new, complete, expected = CASES[case]
    assert of_months(months(new, complete)) == expected


def test_the_samples_begin_with_their_business():
    assert {name: beginning(open_sample(name)) for name in samples()} == dict.fromkeys(samples())


def mid_life(folder: Path) -> str:
    """A session whose file begins among 60 regulars who come every month; three new ones come a month. Its id."""
    rows = []
    for month in range(18):
        day = dt.datetime(2024 + month // 12, month % 12 + 1, 2, 12)
        regulars = [f"old{n}" for n in range(60)] if month % 2 == 0 else [f"old{n}" for n in range(0, 60, 2)]
        for who in [*regulars, *(f"new{month}-{n}" for n in range(3))]:
            rows.append({"customer_id": who, "ordered_at": day, "revenue": 100.0})
    REGISTRY.session(folder.name).workspace = open_rows(folder, rows, dt.date(2025, 7, 1), 0.3)
    return folder.name


COUNTS_NEW = ("overview", "cohorts", "acquisition", "ltv")


def said(at) -> list:
    return [one for one in at.caption if "in mid-life" in one.value]


@pytest.mark.parametrize("page", COUNTS_NEW)
def test_where_new_is_counted_it_is_said_once_with_its_definition(page: str, tmp_path: Path):
    (found,) = said(healthy(visit(page, "upload", uid=mid_life(tmp_path))))
    assert "in Jan 2024 many count as new" in found.value
    assert "first order in the file falls into the period" in found.help
    assert "63" in found.help
    assert "3." in found.help


def test_it_is_not_said_of_a_period_that_begins_later(tmp_path: Path):
    uid, later = mid_life(tmp_path), (dt.date(2024, 6, 1), dt.date(2025, 6, 1))
    for page in ("overview", "cohorts", "ltv"):
        assert not said(healthy(visit(page, "upload", uid=uid, upload_period=later)))
    assert not said(healthy(visit("plan", "upload", uid=uid))), "a plan stands on the last 12 months"
    assert not said(healthy(visit("drivers", "upload", uid=uid))), "two half years, from the seventh month on"
    assert said(healthy(visit("drivers", "upload", uid=uid, upload_drivers_back=12))), "with the first half of the file"


@pytest.mark.parametrize("page", ["overview", "cohorts"])
def test_it_is_not_said_of_a_file_that_begins_with_its_business(page: str):
    assert not said(healthy(visit(page, "salon")))
