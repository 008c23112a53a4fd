"""Do newcomers come back, and what do they bring over time?"""

import streamlit as st

from ltvlib import cohorts
from ltvlib.cohorts import Measure
from ltvlib.definitions import METRICS
from ltvlib.settings import Attribute, Basis, Grain
from pages.ui import beginning_note, choices, cohort_charts, cohort_view, session, story
from pages.ui.components import chart, definition, heading, label, nothing
from pages.ui.widgets import choose, switch
from pages.ui.words import _

heading(_("Cohorts"), _("Do newcomers come back, and what do they bring over time?"))
found, currency = choices.filters(), session.workspace().info.currency

first, second = st.columns([3, 2])
with first:
    measure = choose(_("Show"), list(Measure), label, "measure", Measure.CUMULATIVE_LTV)
    rows = choose(_("Rows"), cohort_view.row_kinds(), cohort_view.row_kind, choices.key("cohort_by"))
    by = Attribute(rows) if rows != cohort_view.BY_DATE else None
with second:
    grain = switch(_("Period"), list(Grain), cohort_view.grain_name, choices.key("grain"), cohort_view.usual_grain())
    is_ltv = measure is Measure.CUMULATIVE_LTV
    basis = switch(_("Basis"), list(Basis), label, "basis", Basis.MARGIN) if is_ltv else Basis.MARGIN

table = session.remember(cohorts.cohort_table, measure, grain=grain, basis=basis, by=by, filters=found)
if not table.rows:
    nothing(_("No customer passes the filters. Clear some of them in the sidebar."))
    st.stop()
if not len(table.known_cells[0]):
    nothing(_("No period of a customer's life is complete yet, so there is nothing to show. Choose a shorter period."))
    st.stop()

metric = METRICS[measure.value]
title = story.cohort_title(measure.value, basis.value)
# a table by product or city can have hundreds of rows; pictures show the largest, the tab with numbers all of them
shown = table if by is None else session.once(cohorts.CohortTable.largest, table, cohort_view.SHOWN_ROWS)
view = session.once(cohort_charts.View, shown, metric.unit, currency, label(measure.value))
st.caption(definition(measure.value).replace("\n\n", " · "))
beginning_note.draw()
tabs = [_("Table of colours"), _("Curves"), _("Numbers")]
heat, curves, numbers = st.tabs(tabs, on_change="rerun", key="cohort_tabs")
about = (title, table.answer, (measure.value,))
source, picked = shown, None
if heat.open:
    with heat:
        hint = title + ". " + _("Click a cell to see its customers.")
        event = cohort_view.heat(view, hint, *about)
        picked = cohort_view.from_chart(event, shown)
if curves.open:
    with curves:
        chart(session.once(cohort_charts.curves, view), "cohort_curves", title, *about)
if numbers.open:
    with numbers:
        source, picked = table, cohort_view.numbers(table, metric.unit, title)
if len(shown.rows) < len(table.rows) and not numbers.open:
    st.caption(_("The {n} largest rows are drawn; the tab with numbers has all of them.", n=len(shown.rows)))
cohort_view.people(source, picked, by, found)
