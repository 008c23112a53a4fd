"""LTV Workbench: the metric math of customer lifetime value, in profit.

Import the modules you need: ``from ltvlib import cohorts, abcdx, kpis``. Importing this package alone loads
nothing heavy, because the reading process does it at every start.
"""

__all__ = [
    "abcdx",
    "cohorts",
    "definitions",
    "export",
    "ingest",
    "kpis",
    "ratios",
    "samples",
    "schema",
    "settings",
    "workspace",
    "xregister",
]
