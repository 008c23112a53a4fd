"""The forecast: who is still there, what they will bring, and how the models did in their exam."""

from __future__ import annotations

from ltvlib.definitions.metric import Metric
from ltvlib.errors import N_

METRICS = (
    Metric(
        "probability_alive",
        N_("Chance still to be here"),
        "share",
        N_(
            "From how often and how lately the customer bought, under the model that did best in the exam. Nobody has seen it: a silent customer may come back."
        ),
        N_("Whether silence is a pause or a farewell."),
        N_("The model found no stable answer."),
        source="Schmittlein, Morrison & Colombo (1987); Fader, Hardie & Lee (2005)",
    ),
    Metric(
        "expected_margin",
        N_("Expected profit, {months} months"),
        "money",
        N_(
            "Expected orders within {months} months x expected margin of an order. Only of customers known today; newcomers are not in it."
        ),
        N_("What today's customers will still bring if all goes on as before."),
        N_("The model found no stable answer."),
        source="Fader, Hardie & Lee (2005), RFM and CLV; Gamma-Gamma for the margin of an order",
    ),
    Metric(
        "late_factor",
        N_("Late against own rhythm"),
        "number",
        N_(
            "Days since the last order / usual days between the customer's own orders. With few gaps the rhythm is drawn towards that of all."
        ),
        N_("1 = due today, 2 = silent twice as long as usual."),
        N_("Nobody has ordered on two days yet."),
        good="down",
    ),
    Metric(
        "margin_at_risk",
        N_("Forecast profit at risk"),
        "money",
        N_("What would be expected of the customer if it were sure they are still here, less what is expected now."),
        N_("What it is worth at most to make sure that the customer stays."),
        N_("The chance still to be here is 0 or unknown."),
        good="down",
    ),
    Metric(
        "newcomer_margin",
        N_("Expected profit of a newcomer, {months} months"),
        "money",
        N_(
            "Expected orders of a new customer within {months} months of the first, that one included, x gross margin of an order of the channel."
        ),
        N_("What may be paid for winning a customer, judged before the months have passed."),
        N_("The channel has too few customers, or the model found no stable answer."),
        source="Fader, Hardie & Lee (2005); Schmittlein, Morrison & Colombo (1987), expected orders of a new customer",
    ),
    Metric(
        "renewals",
        N_("Still paying"),
        "share",
        N_("Subscribers who renewed at least so often / all who could have; by the model: shifted beta-geometric."),
        N_("How long subscribers stay, and whether those who stayed long stay on."),
        N_("The customers do not pay by the calendar."),
        source="Fader & Hardie (2007), How to project customer retention",
    ),
    Metric(
        "exam",
        N_("The forecast's exam"),
        "",
        N_(
            "Every method learns from the first part of the data and forecasts the rest, which is then held against what happened. Customers won later are left out."
        ),
        N_("How far the forecast would have been off on your own customers."),
        N_("The data are too short for an exam."),
        good="",
        source="Fader & Hardie; hold-out validation",
    ),
)
