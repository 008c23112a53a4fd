"""Competitors: gaps, what they cost, what followed an event."""

from __future__ import annotations

from ltvlib.definitions.metric import Metric
from ltvlib.errors import N_

METRICS = (
    Metric(
        "market_gaps",
        N_("Rivals offer better"),
        "count",
        N_(
            "Latest checks of every rival and criterion in which their value beats yours. Prices, days and minimum orders: less is better; ratings, guarantees and discounts: more; yes is better than no. You can correct the direction."
        ),
        N_("Where a customer who compares would choose the rival."),
        good="down",
    ),
    Metric(
        "market_named",
        N_("Customers lost over it"),
        "count",
        N_(
            "Losses on record for a reason about this criterion, to this rival or with no rival told. A reason is about a criterion where both speak of the same thing (price, delivery, service, reviews, range, terms) or share a word."
        ),
        N_("Which gap customers really leave for."),
        good="down",
    ),
    Metric(
        "market_margin",
        N_("Profit they took along"),
        "money",
        N_("Profit of the year before the loss, added up over the lost customers who named the gap."),
        N_("What it is worth to close the gap."),
        good="down",
    ),
    Metric(
        "market_shift",
        N_("What changed after the event"),
        "number",
        N_(
            "Orders a customer a month in the days after the event less those in the days before it; less the same change a year earlier of customers who stood in the same segment then and, as far as there are enough of them, had been silent as long and ordered as much. The segment is that of the day the days before begin."
        ),
        N_("Whether customers order less since a rival moved, the season and the usual fading set aside."),
        N_("The days after the event are not all in the data, or too few customers stand in the segment."),
        source="Angrist & Pischke (2009), Mostly Harmless Econometrics, ch. 5 (difference in differences)",
    ),
    Metric(
        "market_due",
        N_("To be checked again"),
        "count",
        N_("Rivals and criteria whose latest check is older than the days you chose."),
        N_("What you do not know any more."),
        good="down",
    ),
)
