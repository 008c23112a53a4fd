"""Paragraphs that read the numbers for the owner. Words only; every figure comes computed."""

from __future__ import annotations

import math

from ltvlib.abcdx import Stability
from ltvlib.kpis import Figure, Overview, Pareto
from pages.ui.words import _, count, day, percent, plural, short_money

FEW = 20
"""Customers below which one of them is more than 5 %, the share that divides firm borders from fair ones."""


def overview(view: Overview, curve: Pareto, currency: str) -> str:
    """The overview in a few sentences."""
    figures = view.figures
    lines = [
        _(
            "From {first} to {last} **{customers}** bought, and their orders left **{margin}** of gross margin.",
            first=day(view.period.first_day),
            last=day(view.period.last_day),
            customers=plural("{n} customer", "{n} customers", int(figures["customers"].value)),
            margin=short_money(figures["margin"].value, currency),
        ),
        _trend(view),
        _worth(figures["ltv_m"], currency),
        _returning(figures),
    ]
    if not math.isnan(curve.top20):
        lines.append(_("The best fifth of customers makes {share} of the profit.", share=percent(curve.top20)))
    return " ".join(line for line in lines if line)


def _trend(view: Overview) -> str:
    margin = view.figures["margin"]
    if not view.period.is_complete:
        return _("The last month is not complete yet, so there is no equal period before to compare with.")
    if not view.has_before:
        return _("The file does not reach back far enough to compare with the period before.")
    if math.isnan(margin.change):  # the period before made no profit
        return ""
    if abs(margin.change) < 0.02:
        return _("That is about as much as in the period before.")
    if margin.change > 0:
        return _("That is {change} more than in the period before.", change=percent(margin.change))
    return _("That is {change} less than in the period before.", change=percent(-margin.change))


def _worth(ltv: Figure, currency: str) -> str:
    if math.isnan(ltv.value):
        return _("No month of new customers is complete yet, so their worth cannot be said.")
    return plural(
        "A new customer brings **{money}** of profit in the first month.",
        "A new customer brings **{money}** of profit in the first {n} months.",
        ltv.months,
        money=short_money(ltv.value, currency),
    )


def _returning(figures: dict[str, Figure]) -> str:
    gap, repeat = figures["median_days_between_orders"].value, figures["repeat_purchase_rate"].value
    if math.isnan(repeat):
        return ""
    text = _("{share} of the customers bought more than once", share=percent(repeat))
    if math.isnan(gap):
        return text + "."
    return text + ", " + plural("usually {n} day apart.", "usually {n} days apart.", round(gap))


def cohort_title(measure: str, basis: str) -> str:
    """Heading of a cohort chart, basis included."""
    money = _("profit (gross margin)") if basis == "margin" else _("revenue")
    return {
        "active_customers": _("How many customers of each cohort were active"),
        "retention_rate": _("Which part of each cohort ordered again"),
        "rolling_retention_rate": _("Which part of each cohort ordered then or later"),
        "orders_per_customer": _("Orders per active customer"),
        "average_order_value": _("Average order value"),
        "revenue": _("Revenue of each cohort"),
        "margin": _("Gross margin of each cohort"),
        "cumulative_ltv": _("Cumulative {money} per customer acquired", money=money),
    }[measure]


def stability(found: Stability) -> str:
    """What the ±10 % test says."""
    share, customers = found.worst_share, found.customers
    if math.isnan(share):
        return ""
    part = percent(share, 1)
    if customers < FEW:
        return plural(
            "Only {n} customer bought in the window: too few to say whether the borders stand firm.",
            "Only {n} customers bought in the window: too few to say whether the borders stand firm.",
            customers,
        )
    if found.is_equally_often:
        return _(
            "All {n} customers of this window ordered equally often, so no number of orders divides them. Take a longer window.",
            n=count(customers),
        )
    if share < 0.05:
        return _(
            "The borders stand firm: moving one of them by 10 % (orders: by at least one) relabels at most {part} of {n} customers.",
            part=part,
            n=count(customers),
        )
    if share < 0.15:
        return _(
            "The borders are fair: moving one of them by 10 % (orders: by at least one) relabels up to {part} of {n} customers.",
            part=part,
            n=count(customers),
        )
    return _(
        "The borders run through a crowd: moving one of them by 10 % (orders: by at least one) relabels up to {part} of {n} customers. Try another border.",
        part=part,
        n=count(customers),
    )
