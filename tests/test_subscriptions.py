"""Who pays by the calendar, and how long they stay: by hand, in a drawn world, and on the samples."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from ltvlib import forecast, samples, subscriptions
from ltvlib.models.counts import Counts
from ltvlib.models.sbg import fit_sbg
from ltvlib.subscriptions import Period, expected_renewals, paying_period, renewals
from tests.conftest import open_rows
from tests.test_pages import healthy, visit


def test_lives_by_hand():
    """Weeks as the unit, paid by the week, seen after 10 weeks.

    Ann paid in weeks 0 to 9: 9 renewals, silent 1 week, here. Bob paid in weeks 0 to 3, then never: 3 renewals, ended at
    the 4th. Cid paid once, in week 9: here without a renewal. Dee paid once, in week 0: ended at the 1st. Eve pays every
    third week: left out.
    """
    counts = Counts([9, 3, 0, 0, 3], [9.0, 3, 0, 0, 9], [10.0, 10, 1, 10, 10], np.array([1.0, 2, 3, 4, 5]))
    found = renewals(counts, Period.WEEK)
    assert found.others == 5
    assert found.ended.tolist() == [4, 0, 0, 2]
    assert found.still.tolist() == [3, 0, 0, 0, 0, 0, 0, 0, 0, 1]


def test_counted_survival_by_hand():
    """100 begin: 20 end at the first renewal, 30 are seen no further than 0, 10 of the other 50 end at the second."""
    found = subscriptions.Renewals(np.array([20.0, 10.0]), np.array([30.0, 0.0, 40.0]), 0.0)
    # of the 70 who came to a first renewal 50 made it, of those 50 at the second 40
    np.testing.assert_allclose(
        found.survival, [1.0, 50 / 70, 50 / 70 * 40 / 50, 50 / 70 * 40 / 50][: len(found.survival)]
    )
    assert len(found.survival) == 3
    assert fit_sbg(found.survivors).subscribers == 100


def test_expected_renewals_by_hand():
    """Here after 2 renewals, next due in half a period, 2 periods ahead: the third and fourth renewal are due."""
    counts = Counts([2.0, 0.0], [2.0, 0.0], [2.5, 4.0], np.ones(2))
    fit = fit_sbg([100, 70, 55, 46, 40, 36])
    s = fit.survival(np.arange(6))
    found = expected_renewals(fit, counts, Period.WEEK, 14.0)
    np.testing.assert_allclose(found, [(s[3] + s[4]) / s[2], 0.0])


def rows_of(n: int, seed: int, alpha: float, beta: float, as_of: dt.date, days: int = 30) -> list[dict]:
    """Subscribers of a shifted beta-geometric who pay every 30 or 31 days until they end."""
    draw = np.random.default_rng(seed)
    rows = []
    for person in range(n):
        day, chance = as_of - dt.timedelta(days=int(draw.integers(1, 900))), draw.beta(alpha, beta)
        while day < as_of:
            rows.append(
                {"customer_id": f"c{person}", "ordered_at": dt.datetime.combine(day, dt.time(9)), "revenue": 10.0}
            )
            day += dt.timedelta(days=days + int(draw.integers(0, 2)))
            if draw.random() < chance:
                break
    return rows


def test_a_drawn_world_is_found_again(tmp_path: Path):
    """700 subscribers with known alpha and beta: survival within 4 points, the exam within a tenth."""
    as_of = dt.date(2025, 7, 1)
    workspace = open_rows(tmp_path, rows_of(700, 3, 0.8, 4.0, as_of), as_of, 0.5)
    assert paying_period(workspace) is Period.MONTH
    found = subscriptions.subscriptions(workspace, as_of - dt.timedelta(days=365))
    ages = np.arange(13)
    truth = fit_sbg([100, 90, 82])  # only for its formula
    truth.parameters.update(alpha=0.8, beta=4.0)
    np.testing.assert_allclose(found.fit.survival(ages), truth.survival(ages), atol=0.04)
    np.testing.assert_allclose(found.happened[:13], truth.survival(ages), atol=0.05)
    assert found.is_trusted
    assert abs(found.miss) < 0.1
    assert 0 < found.stay[0] < found.stay[1] < 24
    workspace.close()


def test_only_the_subscription_among_the_samples():
    for name in samples.samples():
        workspace = samples.open_sample(name)
        assert (paying_period(workspace) is Period.MONTH) == (name == "crm"), name
        if name != "crm":
            assert subscriptions.subscriptions(workspace, workspace.as_of() - dt.timedelta(days=365)) is None
        workspace.close()


def test_the_exam_of_the_crm_holds_what_happened():
    workspace = samples.open_sample("crm")
    record = forecast.exam(workspace)
    found = subscriptions.subscriptions(workspace, record.split)
    assert found.happened_renewals <= record.score.happened
    assert found.happened_renewals >= 0.95 * record.score.happened, "few pay in another rhythm"
    assert found.is_trusted
    assert (np.diff(found.happened) <= 0).all()
    workspace.close()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_page_has_the_section_only_where_it_fits(language: str):
    def charts(data: str) -> int:
        return len(healthy(visit("forecast", data, language)).subheader)

    assert charts("crm") == charts("salon") + 1


def test_too_few_gaps_say_nothing(tmp_path: Path):
    workspace = open_rows(tmp_path, rows_of(6, 1, 0.8, 8.0, dt.date(2025, 7, 1)), dt.date(2025, 7, 1), 0.5)
    assert paying_period(workspace) is None
    workspace.close()
