"""The definition of every metric as data: one record feeds tooltips, the help page and the README table.

Texts are English translation keys; ``{months}``-like placeholders are filled by the page.
"""

from __future__ import annotations

from ltvlib.definitions import (
    acquisition,
    customers,
    drivers,
    forecast,
    market,
    nps,
    outreach,
    planning,
    products,
    programmes,
    service,
)
from ltvlib.definitions.metric import Metric

__all__ = ["METRICS", "Metric", "markdown_table"]

METRICS: dict[str, Metric] = {
    metric.slug: metric
    for part in (
        customers,
        acquisition,
        drivers,
        planning,
        forecast,
        outreach,
        service,
        nps,
        products,
        programmes,
        market,
    )
    for metric in part.METRICS
}
"""All metrics by slug."""


def markdown_table() -> str:
    """All definitions as the Markdown table that stands in the README."""
    lines = ["| figure | what it tells you | how it is counted |", "| --- | --- | --- |"]
    lines += [
        f"| {metric.label} | {metric.meaning} | {metric.formula} |".replace("{months}", "12")
        for metric in METRICS.values()
    ]
    return "\n".join(lines)
