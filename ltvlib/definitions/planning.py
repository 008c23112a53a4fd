"""The what-if plan: levers, cash, break-even effects."""

from __future__ import annotations

from ltvlib.definitions.metric import Metric
from ltvlib.errors import N_

METRICS = (
    Metric(
        "plan_profit",
        N_("Profit of the year"),
        "money",
        N_("Margin after variable costs - marketing spend - cost of the levers, 12 months."),
        N_("What customers leave in a year, before rent, salaries and taxes."),
    ),
    Metric(
        "plan_ltv",
        N_("Newcomer by month {months}"),
        "money",
        N_(
            "Margin after variable costs of a new customer by month {months} after the month of the first order; under a plan, first and later orders change as those of the year's newcomers do."
        ),
        N_("How much you can pay to win one customer."),
        N_("No month of new customers is complete yet."),
    ),
    Metric(
        "came_again_rate",
        N_("Customers who come back"),
        "share",
        N_("Customers of the 12 months before who ordered in these 12 months / customers of the 12 months before."),
        N_("How many of last year's customers you kept."),
        N_("The data do not reach back before these 12 months."),
    ),
    Metric(
        "margin_rate",
        N_("Margin, share of revenue"),
        "share",
        N_("Margin after variable costs / revenue."),
        N_("How much of every sale is left."),
        N_("No revenue."),
    ),
    Metric(
        "lever_gain",
        N_("Brings a year"),
        "money",
        N_(
            "Profit of the year with this lever alone - profit of the year as it was, before the cost of the lever. In the bridge, what levers make together is shared out evenly over every order of moving them (Shapley value)."
        ),
        N_("What the lever adds when nothing else changes."),
        source="Shapley (1953), A Value for n-Person Games",
    ),
    Metric(
        "gain_per_cost",
        N_("Brings for each unit of money"),
        "number",
        N_("What the lever alone brings a year / what it costs a year. Above 1 it pays for itself."),
        N_("Where the next rouble or dollar earns most."),
        N_("The lever has no cost yet."),
    ),
    Metric(
        "break_even_effect",
        N_("Pays for itself from"),
        "share",
        N_("The smallest effect whose gain in a year is the cost of the lever, solved exactly."),
        N_("How far the lever must move before it earns anything."),
        N_("The lever has no cost, or no effect is enough."),
        good="down",
    ),
)
