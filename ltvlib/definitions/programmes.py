"""Programmes: what taking part did, and whether it paid."""

from __future__ import annotations

from ltvlib.definitions.metric import Metric
from ltvlib.errors import N_

METRICS = (
    Metric(
        "programme_effect",
        N_("Extra profit a participant"),
        "money",
        N_(
            "Gross margin of participants in the days after joining, less that of customers in the same state who could have joined at the time and did not: the same number of orders, silence, profit of the year before, season, age and channel, as far as there are enough of them."
        ),
        N_("What taking part did, beyond what such customers bring anyway."),
        N_("Too few participants whose days after joining are known, or nobody like them."),
        source="Iacus, King & Porro (2012), Coarsened exact matching; Imbens & Rubin (2015)",
    ),
    Metric(
        "programme_result",
        N_("Result of the programme"),
        "money",
        N_(
            "Extra profit of all participants less gifts, running cost, points and cashback paid out, and what is owed for open points."
        ),
        N_("Whether the programme earned more than it cost."),
        N_("The effect is not known."),
    ),
    Metric(
        "hidden_trait",
        N_("What a hidden trait would have to do"),
        "number",
        N_(
            "E-value: RR + root of RR x (RR - 1), with RR the share of participants who come back / that of like customers. 1 = no hidden trait is needed."
        ),
        N_(
            "How many times likelier a wish nobody recorded would have to make both joining and coming back, to explain the whole difference."
        ),
        N_("Nobody of one of the groups came back."),
        good="",
        source="VanderWeele & Ding (2017), Sensitivity analysis in observational research: introducing the E-value",
    ),
)
