"""Every page but the one that data come from, in the order of the sidebar."""

PAGES = (
    "overview",
    "segments",
    "cohorts",
    "forecast",
    "calls",
    "regulation",
    "triggers",
    "service",
    "nps",
    "losses",
    "products",
    "programmes",
    "market",
    "acquisition",
    "ltv",
    "drivers",
    "plan",
    "definitions",
)
