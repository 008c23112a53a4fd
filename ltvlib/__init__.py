"""LTV Workbench: the metric math of customer lifetime value, in profit.

Import the modules you need: ``from ltvlib import cohorts, abcdx, kpis``. Importing this package alone loads
nothing heavy, because the reading process does it at every start.
"""

__all__ = [
    "abcdx",
    "acquisition_facts",
    "cohorts",
    "concentration",
    "control",
    "costs",
    "definitions",
    "drivers",
    "economics",
    "export",
    "forecast",
    "forecast_data",
    "ingest",
    "intervals",
    "kpis",
    "ltv",
    "models",
    "opening",
    "payback",
    "plan",
    "ratios",
    "rhythm",
    "samples",
    "schema",
    "settings",
    "shapley",
    "spend",
    "survival",
    "workspace",
    "xregister",
]
