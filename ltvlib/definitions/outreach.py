"""Working the base: the touch regulation, roles, and what they keep."""

from __future__ import annotations

from ltvlib.definitions.metric import Metric
from ltvlib.errors import N_

METRICS = (
    Metric(
        "coverage",
        N_("Contacted in time"),
        "share",
        N_("Customers contacted within the longest gap of their rule / customers with a rule."),
        N_("Whether the base is kept in contact the way you decided."),
        N_("No customer has a rule."),
    ),
    Metric(
        "profit_at_risk",
        N_("Profit at risk"),
        "money",
        N_(
            "Profit of the last window x how far the silence has gone: 0 at one usual gap between orders, 1 at three, in a straight line between. Where the forecast passed its exam, its figure stands instead."
        ),
        N_("What may be lost if nobody contacts these customers."),
        good="down",
    ),
    Metric(
        "kept_share",
        N_("Profit kept"),
        "share",
        N_(
            "Profit of the last window from customers who brought profit in the window before / their profit then. Above 100 % where they grew."
        ),
        N_("Whether customers who brought money go on bringing it."),
        N_("None of the customers brought profit in the window before."),
    ),
    Metric(
        "kept_index",
        N_("Kept against like customers"),
        "number",
        N_(
            "Profit kept / profit that customers of the same segments kept on average. 1 = as good as this mix of customers lets expect."
        ),
        N_("Compares managers fairly: who was given the better customers does not win by that."),
        N_("None of the customers brought profit in the window before."),
        source="Indirect standardisation, as in epidemiology (observed / expected)",
    ),
    Metric(
        "contact_returns",
        N_("Came back more often"),
        "share",
        N_(
            "Share of the customers contacted who ordered again in the days after, less that of customers in the same state who were not contacted then: the same silence, number of orders, largest order in these days of earlier years, profit, lateness, season and age, as far as there are enough of them; and whether their manager has left."
        ),
        N_("What the contact did, beyond what such customers do anyway."),
        N_("Fewer than twenty customers on a side, or all were known to be lost."),
        source="Iacus, King & Porro (2012), Coarsened exact matching; Imbens & Rubin (2015)",
    ),
    Metric(
        "contact_profit",
        N_("Extra profit a customer contacted"),
        "money",
        N_("Gross margin of the days after the contact, less that of like customers who were not contacted then."),
        N_("What a contact may cost before it loses money."),
        N_("Fewer than twenty customers on a side, or all were known to be lost."),
        source="Imbens & Rubin (2015), Causal Inference, ch. 17",
    ),
)
