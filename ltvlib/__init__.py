"""LTV Workbench: the metric math of customer lifetime value, in profit.

Import the modules you need: ``from ltvlib import cohorts, abcdx, kpis``. Importing this package alone loads
nothing heavy, because the reading process does it at every start.
"""

__all__ = [
    "abcdx",
    "cohorts",
    "concentration",
    "control",
    "costs",
    "definitions",
    "drivers",
    "economics",
    "export",
    "ingest",
    "intervals",
    "kpis",
    "ltv",
    "opening",
    "payback",
    "plan",
    "ratios",
    "samples",
    "schema",
    "settings",
    "shapley",
    "spend",
    "survival",
    "workspace",
    "xregister",
]
