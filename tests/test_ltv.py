"""The LTV laboratory: one definition of LTV everywhere, intervals against theory, formulas by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from ltvlib import ltv, samples
from ltvlib import spend as spend_of
from ltvlib.cohorts import ltv_at
from ltvlib.costs import CostKind, CostLine, VariableCosts
from ltvlib.intervals import Estimate, bootstrap_means, normal_mean
from ltvlib.ltv import Decision, Definition, Extension, Historic, SimpleFormula
from ltvlib.settings import Attribute, Basis, Filters, month_number
from ltvlib.spend import Spend
from tests.conftest import open_rows

NAN = float("nan")
FEES = VariableCosts((CostLine("fees", CostKind.OF_REVENUE, 0.1), CostLine("box", CostKind.PER_ORDER, 5.0)))


@pytest.fixture(scope="module", params=["salon", "b2b"])
def sample(request):
    workspace = samples.open_sample(request.param)
    yield workspace
    workspace.close()


@pytest.mark.parametrize("months", [3, 12, 24])
def test_the_laboratory_and_the_overview_say_the_same_ltv(sample, months: int):
    found = ltv.historic(sample, months, spend_of.of_workspace(sample))
    for definition, basis in ((Definition.REVENUE, Basis.REVENUE), (Definition.MARGIN, Basis.MARGIN)):
        value, customers = ltv_at(sample, months, basis)
        assert (found.rows[definition].value, found.n) == (pytest.approx(value, rel=1e-12), customers)
    assert found.rows[Definition.CONTRIBUTION] == found.rows[Definition.MARGIN], "no variable costs were named"


def test_after_cac_is_contribution_less_cac(sample):
    found = ltv.historic(sample, 12, spend_of.of_workspace(sample), FEES)
    left, after = found.rows[Definition.CONTRIBUTION], found.rows[Definition.AFTER_CAC]
    for name in ("value", "low", "high"):
        assert getattr(after, name) == pytest.approx(getattr(left, name) - found.cac)
    assert np.isnan(ltv.historic(sample, 12, Spend(), FEES).rows[Definition.AFTER_CAC].value)


def test_discounting_lowers_and_zero_changes_nothing(sample):
    spend = spend_of.of_workspace(sample)
    plain = ltv.historic(sample, 12, spend).rows[Definition.MARGIN].value
    weaker = ltv.historic(sample, 12, spend, annual_rate=0.2).rows[Definition.MARGIN].value
    assert plain / 1.2 < weaker < plain


def rows_by_hand() -> list[dict]:
    """Two customers of January: 100 + 60 a month later, and 40; margin 50 %; complete for 2 months at 1 March."""
    return [
        {"customer_id": "a", "ordered_at": "2024-01-05", "revenue": 100.0},
        {"customer_id": "a", "ordered_at": "2024-02-05", "revenue": 60.0},
        {"customer_id": "b", "ordered_at": "2024-01-15", "revenue": 40.0},
        {"customer_id": "c", "ordered_at": "2024-03-15", "revenue": 999.0},
    ]


def test_ltv_by_hand(tmp_path):
    """3 months at 1 April: a 160, b 40 of revenue; contribution a 80 - 16 - 10 = 54, b 20 - 4 - 5 = 11. CAC 30."""
    workspace = open_rows(tmp_path, rows_by_hand(), dt.date(2024, 4, 1), 0.5)
    january = month_number(dt.date(2024, 1, 1))
    found = ltv.historic(workspace, 3, Spend.of([(january, "x", 60), (january + 2, "x", 500)]), FEES)
    assert {name: row.value for name, row in found.rows.items()} == pytest.approx(
        {"revenue": 100.0, "margin": 50.0, "contribution": 32.5, "after_cac": 2.5}
    )
    assert (found.n, found.cac) == (2, 30.0)
    yearly = 1.1**12 - 1  # ten percent a month
    later = ltv.historic(workspace, 3, Spend(), annual_rate=yearly).rows[Definition.REVENUE].value
    assert later == pytest.approx((140 + 60 / 1.1) / 2)
    assert np.isnan(found.rows[Definition.REVENUE].low), "two customers give no interval"
    assert ltv.known_horizons(workspace) == [3]
    assert ltv.known_horizons(workspace, Filters(since=january + 1)) == []


def test_decisions():
    def at(revenue: float, margin: float, left: float, cac: float) -> Decision:
        values = {Definition.REVENUE: revenue, Definition.MARGIN: margin, Definition.CONTRIBUTION: left}
        rows = {name: Estimate(value, value, value, 5) for name, value in values.items()}
        return ltv.decision(Historic(12, {**rows, Definition.AFTER_CAC: rows["contribution"]}, cac, 0, 1, None))

    assert at(10, 6, 5, 5) is Decision.ALL_PAY
    assert at(10, 6, 4, 5) is Decision.ONLY_MARGIN
    assert at(10, 4, 3, 5) is Decision.ONLY_REVENUE
    assert at(4, 3, 2, 5) is Decision.NONE_PAYS
    assert at(4, 3, 2, NAN) is Decision.NO_CAC


def test_a_segment_filter_hides_the_cac_for_a_reason_of_its_own(sample):
    found = ltv.historic(sample, 12, spend_of.of_workspace(sample), filters=Filters(((Attribute.MANAGER, ("",)),)))
    assert not found.is_spend_known
    assert ltv.decision(found) is Decision.CAC_NOT_BY_FILTER


def test_the_bootstrap_covers_the_truth_as_often_as_it_says():
    """400 samples of 60 customers of a skewed population with mean 1: near 95 % of the intervals hold it."""
    generator = np.random.default_rng(7)
    held = 0
    for _ in range(400):
        found = bootstrap_means(generator.gamma(2.0, 0.5, (60, 1)), resamples=400)[0]
        held += found.low <= 1.0 <= found.high
    assert 0.90 <= held / 400 <= 0.98


def test_the_bootstrap_of_many_is_the_normal_limit():
    values = np.random.default_rng(3).gamma(1.5, 100.0, (20_000, 2))
    for drawn, column in zip(bootstrap_means(values), values.T, strict=True):
        limit = normal_mean(column.sum(), (column**2).sum(), len(column))
        assert drawn.value == pytest.approx(limit.value)
        assert drawn.high - drawn.low == pytest.approx(limit.high - limit.low, rel=0.08)
    assert bootstrap_means(values) == bootstrap_means(values), "the same data give the same interval"


def test_the_normal_mean_by_hand():
    """1 to 12: sum 78, squares 650, mean 6.5, sample variance 13, standard error sqrt(13/12) = 1.040833."""
    found = normal_mean(78.0, 650.0, 12)
    assert (found.value, found.high - found.value) == (6.5, pytest.approx(1.959964 * 1.040833, rel=1e-6))
    assert np.isnan(normal_mean(0.0, 0.0, 0).value)


def test_few_customers_get_no_interval():
    for found in (bootstrap_means(np.arange(9.0)[:, None])[0], normal_mean(36.0, 204.0, 9)):
        assert (found.value, found.n) == (4.0, 9)
        assert np.isnan([found.low, found.high]).all()


def test_the_simple_formula_is_the_product_of_what_it_shows():
    found = SimpleFormula(100.0, 4.0, 0.5, 0.25)
    assert (found.lifetime_years, found.value) == (4.0, 800.0)
    assert np.isnan(SimpleFormula(100.0, 4.0, 0.5, 0.0).value), "nobody was lost: no lifetime"


def test_the_simple_formula_on_rows(tmp_path):
    """2023: a, b, c order; 2024: a twice (100, 50), d once (90). Lost: b and c, churn 2/3, lifetime 1.5 years."""
    days = [("a", "2023-03-01", 10), ("b", "2023-04-01", 10), ("c", "2023-05-01", 10)]
    days += [("a", "2024-02-01", 100), ("a", "2024-02-20", 50), ("d", "2024-06-01", 90), ("z", "2022-12-31", 5)]
    rows = [{"customer_id": name, "ordered_at": day, "revenue": float(money)} for name, day, money in days]
    workspace = open_rows(tmp_path, rows, dt.date(2025, 1, 1), 0.5)
    found = ltv.simple_formula(workspace)
    assert (found.average_order_value, found.orders_per_year) == (80.0, 1.5)
    assert (found.margin_rate, found.yearly_churn) == (0.5, pytest.approx(2 / 3))
    assert found.value == pytest.approx(80 * 1.5 * 0.5 * 1.5)
    assert np.isnan(ltv.simple_formula(workspace, filters=Filters(since=month_number(dt.date(2023, 2, 1)))).value)
    costly = ltv.simple_formula(workspace, VariableCosts((CostLine("care", CostKind.PER_ACTIVE_MONTH, 12.0),)))
    assert costly.margin_rate == pytest.approx((120 - 24) / 240), "a in February and d in June: two active months"


def test_a_curve_that_halves_is_carried_on_by_halves():
    """Seen 2^12 ... 1 over thirteen months: every month keeps a half; carried on without decline at the last level."""
    seen = 2.0 ** np.arange(12, -1, -1)
    measured = ltv._decline(seen)
    assert measured == pytest.approx(0.5)
    found, level = Extension(seen, 1.0, measured), seen[-6:].mean()
    assert found.curve(15).tolist() == pytest.approx([*np.cumsum(seen), seen.sum() + level, seen.sum() + 2 * level])
    assert found.value(6) == seen[:6].sum()
    assert np.isnan(Extension(np.ones(3), NAN, NAN).value(12))
    assert np.isnan(ltv._decline(np.ones(12)))
    assert ltv._decline(np.linspace(1, 2, 24)) == 1.0, "growth is not carried on"


@pytest.mark.parametrize("months", range(13, 36))
def test_the_first_order_is_no_part_of_the_decline(months: int):
    """100 in the month of the first order and 10 in every later one is no decline, however many months were seen."""
    seen = np.array([100.0] + [10.0] * (months - 1))
    assert ltv._decline(seen) == pytest.approx(1.0)
    assert Extension(seen, 1.0, 1.0).value(60) == pytest.approx(100 + 59 * 10)


def test_discounting_does_not_change_the_assumption_shown(sample):
    plain, weaker = ltv.extension(sample), ltv.extension(sample, annual_rate=0.3)
    assert weaker.keeps == plain.keeps == plain.measured
    assert weaker.value(60) < plain.value(60)


def test_the_extension_keeps_what_was_seen(sample):
    found = ltv.extension(sample)
    assert 12 <= len(found.seen) <= 34
    assert 0 < found.keeps <= 1
    assert (np.diff(found.curve(60)) >= -1e-9).all()
    slower = ltv.extension(sample, keeps=0.5)
    assert slower.value(len(found.seen)) == found.value(len(found.seen))
    assert slower.value(60) < found.value(60)
