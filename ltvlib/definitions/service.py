"""Service quality and losses."""

from __future__ import annotations

from ltvlib.definitions.metric import Metric
from ltvlib.errors import N_

METRICS = (
    Metric(
        "late_share",
        N_("Late deliveries"),
        "share",
        N_("Orders delivered after the promised moment / orders with a promise and a delivery."),
        N_("How often a promise is broken."),
        N_("No order has both a promise and a delivery."),
        good="down",
    ),
    Metric(
        "return_after",
        N_("Came back"),
        "share",
        N_(
            "Customers who ordered again within the chosen number of days after the order / customers whose days after it are all known. Compared with like orders: the same first product, channel, season and history, as far as there are enough of them."
        ),
        N_("What the customers do after a good and after a bad experience."),
        N_("Nobody is alike enough to compare with."),
        source="Imbens & Rubin (2015), Causal Inference, ch. 17",
    ),
    Metric(
        "service_cost",
        N_("What it costs a year"),
        "money",
        N_(
            "Profit that like customers bring more in the days after the order x orders with this trouble in the last 12 months."
        ),
        N_("What it would bring to put this right."),
        N_("Too few orders on one of the sides."),
        good="down",
    ),
    Metric(
        "won_back_share",
        N_("Won back"),
        "share",
        N_("Lost customers who ordered again after the day of the loss / lost customers."),
        N_("How many farewells were not the last word."),
        N_("No loss is written down."),
    ),
)
