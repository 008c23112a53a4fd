"""Filters as SQL: one condition on customers, put into the first CTE of every metric."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ltvlib.engine import quote, sql_text
from ltvlib.settings import AbcdxRules, Attribute, Filters, Window

if TYPE_CHECKING:
    from ltvlib.workspace import Workspace


@dataclass(frozen=True)
class Population:
    """A condition that follows ``where true`` on ``mart_customer``, and its bound values."""

    sql: str = ""
    params: dict[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, filters: Filters, workspace: Workspace) -> Population:
        """The condition for ``filters``; identifiers come from closed enums, values are bound."""
        parts: list[str] = []
        params: dict[str, object] = {}
        for attribute, values in filters.attributes:
            if values:
                key = f"only_{attribute.value}"
                parts.append(
                    f"and coalesce({quote(attribute.value)}, '') in (select unnest(cast(${key} as varchar[])))"
                )
                params[key] = list(values)
        if filters.until is not None:
            parts.append("and first_month < $until")
            params["until"] = filters.until
        if filters.segments:
            if filters.rules is None:
                raise ValueError("segments are chosen under rules: give Filters both")
            inner = classified(filters.rules, filters.until, workspace)
            for name in rule_params(filters.rules):  # the metric may classify by other rules of its own
                inner = inner.replace(f"${name}", f"$only_{name}")
            parts.append(sql_text("metrics/only_segments").replace("{{classified}}", inner))
            params["only_segments"] = [segment.value for segment in filters.segments]
            params.update({f"only_{name}": value for name, value in rule_params(filters.rules).items()})
        return cls("\n    ".join(parts), params)


def classified(rules: AbcdxRules, until: int | None, workspace: Workspace, shift: int = 0) -> str:
    """SQL that gives every customer of a window its segment under ``rules`` (bind :func:`rule_params`)."""
    table = workspace.window(Window(rules.window_months, shift, until))
    return sql_text("metrics/classified").replace("{{window}}", quote(table))


def grouped_by(attribute: Attribute) -> str:
    """SQL that gives every customer the value of an attribute as ``grp``."""
    return sql_text("metrics/grouped_by_attribute").replace("{{attribute}}", quote(attribute.value))


def grouped_by_segment(rules: AbcdxRules, until: int | None, workspace: Workspace, shift: int = 0) -> str:
    """SQL that gives every customer its segment under ``rules`` as ``grp`` (bind :func:`rule_params`)."""
    inner = classified(rules, until, workspace, shift)
    return sql_text("metrics/grouped_by_segment").replace("{{classified}}", inner)


def rule_params(rules: AbcdxRules) -> dict[str, object]:
    """Bound values of :func:`classified`; the money threshold is a decimal with four places, compared exactly."""
    return {
        "value_threshold": f"{rules.value_threshold:.4f}",
        "often_threshold": rules.often_threshold,
        "x_customers": list(rules.x_customers),
    }
