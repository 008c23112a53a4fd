"""The LTV laboratory in words: which decision hangs on the definition, and what the forecasts assume."""

from __future__ import annotations

import math

from ltvlib.ltv import Decision, Definition, Extension, Historic, SimpleFormula, decision
from pages.ui.words import _, count, number, percent, plural, short_money


def definition_name(definition: Definition) -> str:
    """What LTV is counted in."""
    return {
        Definition.REVENUE: _("Revenue"),
        Definition.MARGIN: _("Gross margin"),
        Definition.CONTRIBUTION: _("Contribution margin"),
        Definition.AFTER_CAC: _("After the cost of winning them"),
    }[definition]


def horizon(months: int) -> str:
    """``ltv_m`` of a horizon in words: never a lifetime."""
    return plural("first {n} month", "first {n} months", months)


def title(found: Historic, currency: str, margin: str) -> str:
    """One message for the definitions side by side."""
    return plural(
        "The same {n} customer, {span}: {revenue} of revenue, {left} of {margin}",
        "The same {n} customers, {span}: {revenue} of revenue each, {left} of {margin}",
        found.n,
        span=horizon(found.months),
        revenue=short_money(found.rows[Definition.REVENUE].value, currency),
        left=short_money(found.rows[Definition.CONTRIBUTION].value, currency),
        margin=margin,
    )


def verdict(found: Historic, currency: str) -> str:
    """Which decision would change between the definitions."""
    numbers = {
        "revenue": short_money(found.rows[Definition.REVENUE].value, currency),
        "gross": short_money(found.rows[Definition.MARGIN].value, currency),
        "left": short_money(found.rows[Definition.CONTRIBUTION].value, currency),
        "cac": short_money(found.cac, currency),
        "span": horizon(found.months),
    }
    text = {
        Decision.ALL_PAY: _(
            "**Whatever you count, a customer earns back the {cac} paid ({span}).** What changes is how much you may pay: counted in revenue up to {revenue}, but only {left} is really left to pay with."
        ),
        Decision.ONLY_MARGIN: _(
            "**The definition decides here.** Counted in gross margin ({gross}) a customer earns back the {cac} paid ({span}); after the variable costs {left} is left: by gross margin you would go on advertising, by contribution margin stop."
        ),
        Decision.ONLY_REVENUE: _(
            "**The definition decides here.** Counted in revenue ({revenue}) a customer is worth more than the {cac} paid ({span}); in margin ({left}) less: by revenue you would go on advertising, by profit stop or wait longer."
        ),
        Decision.NONE_PAYS: _(
            "**Under no definition does a customer bring back the {cac} paid** ({span}): {revenue} of revenue, {left} of margin."
        ),
        Decision.CAC_NOT_BY_FILTER: _(
            "**Counted in revenue you could pay {revenue} for a customer, but only {left} is left to pay with** ({span}). Spend is known by channel and month only, so under these filters nothing is said about what remains."
        ),
        Decision.NO_CAC: _(
            "**Counted in revenue you could pay {revenue} for a customer, but only {left} is left to pay with** ({span}). What a customer costs is not on record for these months, so nothing is said about what remains."
        ),
    }[decision(found)]
    return text.format(**numbers)


def interval(low: float, high: float, currency: str) -> str:
    """A 95 % interval."""
    if math.isnan(low):
        return _("too few customers for an interval")
    return _("95 % interval: {low} to {high}", low=short_money(low, currency), high=short_money(high, currency))


def simple(found: SimpleFormula, currency: str) -> str:
    """The textbook formula with its factors."""
    if math.isnan(found.value):
        return _("The simple formula needs two full years in which somebody left; this file does not have them.")
    return _(
        "{check} a check x {orders} orders a year x {rate} of margin x {years} years of life = **{value}**. The life is 1 / yearly churn: {churn} of last year's customers did not come this year.",
        check=short_money(found.average_order_value, currency),
        orders=number(found.orders_per_year),
        rate=percent(found.margin_rate),
        years=number(found.lifetime_years),
        value=short_money(found.value, currency),
        churn=percent(found.yearly_churn),
    )


def extended(found: Extension, months: int, currency: str) -> str:
    """The curve carried on, with its assumption."""
    if math.isnan(found.keeps):
        return _(
            "Fewer than thirteen months of life were seen, or they brought no profit: the curve cannot be carried on."
        )
    text = _(
        "Seen: {seen} months of life. Assumed: every further month brings {keeps} of the month before. Then a customer brings **{value}** within {months} months.",
        seen=count(len(found.seen)),
        keeps=percent(found.keeps, 1),
        value=short_money(found.value(months), currency),
        months=count(months),
    )
    if found.measured >= 1:
        text += " " + _("No decline was seen in the data, so this is the bright end.")
    return text
