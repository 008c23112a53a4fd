"""Sections of the cohorts page: the table of numbers and the people behind a cell."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import streamlit as st

from ltvlib import cohorts
from ltvlib.cohorts import CohortTable
from ltvlib.engine import Answer
from ltvlib.settings import Attribute, Filters, Grain
from pages.ui import choices, cohort_charts, session
from pages.ui.cohort_charts import View, age_title
from pages.ui.components import downloads, nothing, plain, table, wide_chart
from pages.ui.people import ALL, SHOWN_PEOPLE, customer_list, people_heading
from pages.ui.words import _, period

Cell = tuple[int, int]
READABLE = 24
SHOWN_ROWS = 40
BY_DATE = "date"


def grain_name(grain: Grain) -> str:
    """Name of a cohort period."""
    return {Grain.WEEK: _("Week"), Grain.MONTH: _("Month"), Grain.QUARTER: _("Quarter"), Grain.YEAR: _("Year")}[grain]


def usual_grain() -> Grain:
    """The grain whose table can be read at a glance: months up to two years of data, quarters beyond."""
    return Grain.MONTH if len(choices.months()) <= READABLE else Grain.QUARTER


def row_kinds() -> list[str]:
    """What the rows of the table may be: dates, or an attribute of this data set."""
    return [BY_DATE, *(attribute.value for attribute in choices.attributes())]


def row_kind(kind: str) -> str:
    """What the rows of the table are, in words."""
    return _("Date of the first order") if kind == BY_DATE else choices.attribute_name(Attribute(kind))


def row_title(table: CohortTable, row: int) -> str:
    """Name of one row."""
    value = table.rows[row]
    return period(value, table.grain) if isinstance(value, dt.date) else value or _("not known")


def heat(view: View, hint: str, title: str, answer: Answer, slugs: tuple[str, ...]) -> Any:
    """The table of colours; returns what was clicked."""
    return wide_chart(
        session.once(cohort_charts.names, view),
        session.once(cohort_charts.heatmap, view),
        "cohort_heat",
        hint,
        title,
        answer,
        slugs,
        (view.names_width, view.least_width),
        on_select="rerun",
        selection_mode="points",
    )


def from_chart(event: Any, found: CohortTable) -> Cell | None:
    """Row and age of the cell clicked in the heatmap; its markers are the known cells in order."""
    points = event["selection"]["points"]
    rows, ages = found.known_cells
    if not points or points[0]["point_index"] >= len(rows):
        return None
    place = points[0]["point_index"]
    return int(rows[place]), int(ages[place])


def numbers(found: CohortTable, unit: str, title: str) -> Cell | None:
    """The same numbers as a table; returns the cell that was clicked."""
    frame = found.frame()
    frame.insert(0, "row", [row_title(found, row) for row in range(len(found.rows))])
    frame = frame.drop(columns=["cohort"])
    form = {"share": "percent", "number": "%.2f"}.get(unit, "localized")
    frame = frame.round({str(age): 3 if unit == "share" else 0 if unit == "money" else 2 for age in range(found.ages)})
    columns: dict[str, Any] = {
        "row": st.column_config.TextColumn(_("Cohort"), pinned=True),
        "customers": st.column_config.NumberColumn(_("Customers"), format="localized"),
        **{str(age): st.column_config.NumberColumn(str(age), format=form) for age in range(found.ages)},
    }
    with st.container(border=True):
        st.markdown(f"**{title}**")
        st.caption(
            age_title(found)
            + ". "
            + _("Empty cells are periods that are not complete yet. Click a cell to see its customers.")
        )
        event = table(frame, "cohort_numbers", title, columns, on_select="rerun", selection_mode="single-cell")
        downloads(lambda: frame, "cohorts", "cohort_numbers")
    cells = event["selection"].get("cells") or []
    if not cells or not str(cells[0][1]).isdigit():
        return None
    return int(cells[0][0]), int(cells[0][1])


def people(found: CohortTable, cell: Cell | None, by: Attribute | None, filters: Filters) -> None:
    """The customers of the clicked cell who ordered in it, with downloads."""
    if cell is None or cell[0] >= len(found.rows):
        return
    row, age = cell
    value = found.rows[row]
    cohort = value if isinstance(value, dt.date) else None
    group = None if by is None else str(value)
    cell_of: dict[str, Any] = {"cohort": cohort, "by": by, "group": group, "filters": filters}
    answer = session.remember(cohorts.cell_customers, found.grain, age, limit=SHOWN_PEOPLE, **cell_of)
    space = session.workspace()
    with st.container(border=True):
        people_heading(f"{plain(row_title(found, row))}, {age}", answer, SHOWN_PEOPLE)
        if answer.rows:
            everyone = partial(cohorts.cell_customers, space, found.grain, age, limit=ALL, **cell_of)
            customer_list(answer, "cohort_customers", "cell_people", everyone)
        else:
            nothing(_("Nobody ordered in this cell."))
