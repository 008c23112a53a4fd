"""Do newcomers come back, and what do they bring over time?"""

import streamlit as st

from ltvlib import cohorts
from ltvlib.cohorts import Measure
from ltvlib.definitions import METRICS
from ltvlib.settings import Attribute, Basis, Grain
from pages.ui import choices, cohort_charts, cohort_view, session, story
from pages.ui.components import chart, definition, heading, label, nothing
from pages.ui.widgets import choose, switch
from pages.ui.words import _

heading(_("Cohorts"), _("Do newcomers come back, and what do they bring over time?"))
found = choices.filters()
currency = session.workspace().info.currency

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

metric = METRICS[measure.value]
title = story.cohort_title(measure.value, basis.value)
view = cohort_charts.View(table, metric.unit, currency, label(measure.value))
st.caption(definition(measure.value).replace("\n\n", " · "))
heat, curves, numbers = st.tabs(
    [_("Table of colours"), _("Curves"), _("Numbers")], on_change="rerun", key="cohort_tabs"
)
picked = None
if heat.open:
    with heat:
        figure = cohort_charts.heatmap(view)
        event = chart(
            figure,
            "cohort_heat",
            title + ". " + _("Click a cell to see its customers."),
            title,
            table.answer,
            (measure.value,),
            on_select="rerun",
            selection_mode="points",
        )
        picked = cohort_view.from_chart(event, table)
if curves.open:
    with curves:
        chart(
            cohort_charts.curves(view),
            "cohort_curves",
            title,
            title,
            table.answer,
            (measure.value,),
        )
if numbers.open:
    with numbers:
        picked = cohort_view.numbers(table, metric.unit, title)
cohort_view.people(table, picked, by, found)
