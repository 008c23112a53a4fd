"""Net promoter score."""

from __future__ import annotations

from ltvlib.definitions.metric import Metric
from ltvlib.errors import N_

METRICS = (
    Metric(
        "nps",
        N_("NPS"),
        "points",
        N_(
            "Answers of 9 and 10 less answers of 6 and below, in percent of all answers: from -100 to 100 points. Answers on the scale 0-10 and on 1-10 are never counted together."
        ),
        N_("Whether more customers praise you to others or warn others off."),
        N_("Nobody has answered; an interval needs ten answers."),
        source="Reichheld (2003); interval: Bonett & Price (2012), Rocks (2016)",
    ),
    Metric(
        "nps_answered_share",
        N_("Share who answered"),
        "share",
        N_("Customers who answered within 12 months / customers who bought within 12 months."),
        N_("Whether the score speaks for the base or for a few."),
        N_("Nobody bought within 12 months."),
    ),
    Metric(
        "nps_money",
        N_("A detractor costs"),
        "money",
        N_(
            "Profit of the chosen days after an answer of 9 or 10 less that after an answer of 6 or below, among customers alike in the profit of the year before, number of orders, channel and season, as far as there are enough of them."
        ),
        N_("What it may be worth to make one dissatisfied customer content."),
        N_("Fewer than twenty people on one of the sides."),
        good="down",
        source="Imbens & Rubin (2015), Causal Inference, ch. 17",
    ),
)
