"""One customer base under every definition of LTV: revenue, margins, after CAC, at horizons and beyond what was seen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from ltvlib import ratios
from ltvlib.acquisition_facts import usable_filters
from ltvlib.cohorts import cohort_cube
from ltvlib.costs import CostKind, VariableCosts, discount_factors
from ltvlib.economics import cac_of_months
from ltvlib.engine import Answer
from ltvlib.intervals import NOTHING, Estimate, bootstrap_means, normal_mean
from ltvlib.settings import Filters, Grain, Window, month_number, period_number
from ltvlib.spend import Spend
from ltvlib.workspace import Workspace

HORIZONS = (3, 6, 12, 24, 36)
"""Horizons in calendar months, the month of the first order included."""
MAX_BOOTSTRAP = 20_000
"""Customers up to which they are drawn again; beyond, the normal limit is the same to the eye."""
SEEN_CUSTOMERS, SEEN_MONTHS = 30, 6
"""Customers, and months of first orders, that must have completed a month of life before it is read as a habit."""


class Definition(StrEnum):
    """What LTV is counted in."""

    REVENUE = "revenue"
    MARGIN = "margin"
    CONTRIBUTION = "contribution"
    AFTER_CAC = "after_cac"


@dataclass(frozen=True)
class Historic:
    """LTV at one horizon: the same customers under every definition.

    Attributes:
        months: horizon; the month of the first order is the first.
        rows: estimate by definition; ``AFTER_CAC`` is contribution less ``cac``.
        cac: spend / customers of the same months of first orders; ``nan`` where not all of them have spend on record.
        is_spend_known: whether spend is known under these filters (by channel and period only).
        first, end: months of first orders, ``first`` <= month < ``end``.
        answer: the query behind it.
    """

    months: int
    rows: dict[Definition, Estimate]
    cac: float
    first: int
    end: int
    answer: Answer
    is_spend_known: bool = True

    @property
    def n(self) -> int:
        """Customers behind every row."""
        return self.rows[Definition.REVENUE].n


@dataclass(frozen=True)
class SimpleFormula:
    """Average order value x orders a year x margin rate x lifetime, with every factor shown.

    ``lifetime_years`` = 1 / ``yearly_churn``; the churn is the share of customers active in one year who did not order
    in the next. ``margin_rate`` is contribution / revenue.
    """

    average_order_value: float
    orders_per_year: float
    margin_rate: float
    yearly_churn: float

    @property
    def lifetime_years(self) -> float:
        """1 / yearly churn; ``nan`` where nobody was lost."""
        return float(ratios.divide(1.0, self.yearly_churn))

    @property
    def value(self) -> float:
        """The product of the four."""
        return self.average_order_value * self.orders_per_year * self.margin_rate * self.lifetime_years


@dataclass(frozen=True)
class Extension:
    """A curve carried on beyond what was seen.

    Attributes:
        seen: contribution per customer in month_index 0, 1, ... as far as enough customers have completed it.
        keeps: part of the month before that every further month brings (0..1), measured or chosen, before discounting.
        measured: the part measured on the last months; ``nan`` where too few were seen.
        monthly: value of money a month later against now, 1 without discounting.
    """

    seen: np.ndarray
    keeps: float
    measured: float
    monthly: float = 1.0

    def value(self, months: int) -> float:
        """Contribution per customer within ``months``: seen as far as it goes, then declining. ``nan`` if nothing is known."""
        curve = self.curve(months)
        return float(curve[-1]) if len(curve) else float("nan")

    def curve(self, months: int) -> np.ndarray:
        """Cumulative contribution at month_index 0..months - 1.

        The level the tail begins at is the mean of the last months seen, which stands for their middle.
        """
        if not len(self.seen) or np.isnan(self.keeps):
            return np.zeros(0)
        span = _span(len(self.seen))
        further = np.arange(1, max(0, months - len(self.seen)) + 1)
        tail = float(self.seen[-span:].mean()) * (self.keeps * self.monthly) ** (further + (span - 1) / 2)
        return np.asarray(np.cumsum(np.concatenate([self.seen[:months], tail])))


_LEAST = 6
"""Months that each part of the comparison needs at least."""


def _span(seen: int) -> int:
    """Months compared: a year, so that the season is in both parts, or half of a shorter history.

    The month of the first order is in neither: everybody bought in it.
    """
    return min(12, (seen - 1) // 2)


def historic(
    workspace: Workspace,
    months: int,
    spend: Spend,
    costs: VariableCosts | None = None,
    annual_rate: float = 0.0,
    filters: Filters | None = None,
) -> Historic:
    """LTV within the first ``months`` calendar months of life, of customers whose ``months`` months are complete.

    Of those the ones won in the newest 12 months, as on the overview. Future months are worth less by
    ``annual_rate`` (:func:`ltvlib.costs.discount_factors`). The interval draws customers; the CAC is taken as known.
    """
    filters, costs = filters or Filters(), costs or VariableCosts()
    end = period_number(workspace.as_of(filters), Grain.MONTH) - months + 1
    first = min(end, max(end - 12, _first_month(workspace, filters)))
    params = {
        "months": months,
        "factors": discount_factors(annual_rate, months).tolist(),
        "cohort_from": first,
        "cohort_to": end,
        "end_period": period_number(workspace.as_of(filters), Grain.MONTH),
        **{kind.value: costs.rate(kind) for kind in CostKind},
    }
    moments = workspace.ask("horizon_moments", params, filters=filters)
    row = moments.frame.iloc[0]
    n = int(row["customers"])
    names = ("revenue", "margin", "contribution")
    if 0 < n <= MAX_BOOTSTRAP:
        values = workspace.ask("horizon_values", params, filters=filters).frame
        found = bootstrap_means(values.sort_values(list(names))[list(names)].to_numpy(dtype=float))
    else:
        found = [normal_mean(float(row[name]), float(row[f"{name}_squared"]), n) for name in names]
    cac = cac_of_months(workspace, spend, first, end, filters)
    rows = dict(zip((Definition.REVENUE, Definition.MARGIN, Definition.CONTRIBUTION), found, strict=True))
    rows[Definition.AFTER_CAC] = NOTHING if np.isnan(cac) else rows[Definition.CONTRIBUTION].shifted(-cac)
    return Historic(months, rows, cac, first, end, moments, not usable_filters(filters)[1])


def known_horizons(workspace: Workspace, filters: Filters | None = None) -> list[int]:
    """Horizons that some customer has completed."""
    filters = filters or Filters()
    first, end = _first_month(workspace, filters), period_number(workspace.as_of(filters), Grain.MONTH)
    return [months for months in HORIZONS if first + months <= end]


def _first_month(workspace: Workspace, filters: Filters) -> int:
    """First month with first orders; far away where there are none."""
    day = workspace.facts().first_day
    if day is None:
        return 10**6
    return max(month_number(day), filters.since if filters.since is not None else 0)


def simple_formula(
    workspace: Workspace, costs: VariableCosts | None = None, filters: Filters | None = None
) -> SimpleFormula:
    """The textbook formula on the last 12 complete calendar months and the 12 before them.

    The churn is ``nan`` where the data, or the months chosen by the filter, do not reach back two years.
    """
    filters, costs = filters or Filters(), costs or VariableCosts()
    until = month_number(workspace.as_of(filters))
    window = Window(12, 0, until)
    names = {"window": workspace.window(window), "before": workspace.window(window.before(12))}
    facts = workspace.ask("window_facts", filters=filters, names={"window": names["window"]}).frame.iloc[0]
    kept = workspace.ask("kept_customers", filters=filters, names=names).frame.iloc[0]
    active = _active_months(workspace, until, filters)
    left = costs.contribution(facts["margin"], facts["revenue"], facts["orders"], active)
    is_open = filters.since is None or filters.since <= until - 24
    has_before = is_open and workspace.covers(window.before(12))
    lost = 1 - ratios.share(kept["kept"], kept["before"]) if has_before else float("nan")
    return SimpleFormula(
        float(ratios.average_order_value(facts["revenue"], facts["orders"])),
        float(ratios.orders_per_customer(facts["orders"], facts["customers"])),
        float(ratios.margin_rate(left, facts["revenue"])),
        float(lost),
    )


def _active_months(workspace: Workspace, until: int, filters: Filters) -> float:
    """Customer-months with an order in the 12 calendar months before ``until``."""
    end = min(until, month_number(workspace.as_of(filters) - dt.timedelta(days=1)) + 1)
    months = workspace.ask("months", {"end_month": end}, filters=filters).frame
    return float(months.loc[months["month"] >= until - 12, "customers"].sum())


def extension(
    workspace: Workspace,
    costs: VariableCosts | None = None,
    keeps: float | None = None,
    annual_rate: float = 0.0,
    filters: Filters | None = None,
) -> Extension:
    """The curve of contribution per customer carried on: every further month brings ``keeps`` of the month before.

    Seen is as far as ``SEEN_CUSTOMERS`` customers of ``SEEN_MONTHS`` months have completed. Where ``keeps`` is not chosen it is measured: the
    monthly decline between the last year of life seen and the year before it (halves of a shorter history), at most 1.
    Undefined with fewer than thirteen months seen, or where either part made no profit. Discounting weakens later months.
    """
    costs = costs or VariableCosts()
    cube, _ = cohort_cube(workspace, None, filters)
    if not len(cube.cohorts):
        return Extension(np.zeros(0), float("nan"), float("nan"))
    left = costs.contribution(cube.margin, cube.revenue, cube.orders, cube.customers)
    n = (cube.mature[None] * cube.all_sizes).sum(axis=(0, 1))
    per_customer = ratios.divide((left * cube.mature[None]).sum(axis=(0, 1)), n)
    is_seen = (n >= SEEN_CUSTOMERS) & (cube.mature.sum(axis=0) >= SEEN_MONTHS)
    ages = int(np.argmin(np.append(is_seen, False)))
    seen = per_customer[:ages]
    measured = _decline(seen)
    monthly = float(discount_factors(annual_rate, 2)[1])
    return Extension(
        seen * discount_factors(annual_rate, ages), measured if keeps is None else keeps, measured, monthly
    )


def _decline(seen: np.ndarray) -> float:
    """Part of a month's contribution that the next month brings: the last year seen against the year before it."""
    span = _span(len(seen))
    if span < _LEAST:
        return float("nan")
    late, early = float(seen[-span:].sum()), float(seen[-2 * span : -span].sum())
    if late <= 0 or early <= 0:
        return float("nan")
    return float(min(1.0, (late / early) ** (1 / span)))


def table(found: list[Historic]) -> pd.DataFrame:
    """One row a horizon: months, customers, cac, and for every definition its value, ``<name>_low`` and ``<name>_high``."""
    rows = []
    for one in found:
        row: dict[str, float] = {"months": one.months, "customers": one.n, "cac": one.cac}
        for name, estimate in one.rows.items():
            row |= {name.value: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
        rows.append(row)
    return pd.DataFrame(rows)


class Decision(StrEnum):
    """What would be decided differently under another definition."""

    ALL_PAY = "all_pay"
    ONLY_REVENUE = "only_revenue"
    ONLY_MARGIN = "only_margin"
    NONE_PAYS = "none_pays"
    NO_CAC = "no_cac"
    CAC_NOT_BY_FILTER = "cac_not_by_filter"


def decision(found: Historic) -> Decision:
    """Which definitions say that a customer is worth more than was paid within the horizon."""
    if np.isnan(found.cac) or not found.n:
        return Decision.NO_CAC if found.is_spend_known else Decision.CAC_NOT_BY_FILTER
    worth = {definition: row.value >= found.cac for definition, row in found.rows.items()}
    if worth[Definition.CONTRIBUTION]:
        return Decision.ALL_PAY
    if worth[Definition.MARGIN]:
        return Decision.ONLY_MARGIN
    return Decision.ONLY_REVENUE if worth[Definition.REVENUE] else Decision.NONE_PAYS
