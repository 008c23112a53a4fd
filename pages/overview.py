"""What is a customer worth in profit, and is it getting better?"""

import streamlit as st

from ltvlib import kpis
from pages.ui import beginning_note, charts, choices, session, story
from pages.ui.components import chart, heading, nothing, passport, tile
from pages.ui.widgets import switch
from pages.ui.words import _, percent, plural

heading(_("Overview"), _("What is a customer worth in profit, and is it getting better?"))
found = choices.filters()
view = session.remember(kpis.overview, found)
if not len(view.months):
    nothing(_("No customer passes the filters. Clear some of them in the sidebar."))
    st.stop()

currency = session.workspace().info.currency
compared = plural("vs previous month", "vs previous {n} months", view.period.months)
st.markdown(story.overview(view, session.remember(kpis.pareto, found), currency))
with st.grid(3, gap="small", min_column_width=160):
    for figure in view.figures.values():
        tile(figure, _("vs a year earlier") if figure.slug == "ltv_m" else compared)

facts, by_month = view.answers
names = {"margin": _("Gross margin"), "revenue": _("Revenue")}
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    basis = switch(_("Show"), list(names), names.__getitem__, "months_basis", label_visibility="collapsed")
    passport("tiles", facts, tuple(view.figures))
left, right = st.columns([3, 2])
with left:
    title = (
        _("Gross margin by month: first orders and returning customers")
        if basis == "margin"
        else _("Revenue by month: first orders and returning customers")
    )
    months = session.once(charts.months, view.months, basis, currency)
    chart(months, "months", title, title, by_month, ("margin", "revenue"))
    beginning_note.draw()
with right:
    curve = session.remember(kpis.pareto, found)
    if curve.customers and curve.top20 == curve.top20:
        title = _("The best 20 % of customers bring {share} of the profit", share=percent(curve.top20))
        chart(session.once(charts.pareto, curve), "pareto", title, title, curve.answer, ("pareto",))
    else:
        nothing(_("There is no profit in this period, so its concentration is undefined."))
