"""What changed my profit, and is it news or a wobble?"""

import streamlit as st

from ltvlib import control, drivers, kpis
from pages.ui import beginning_note, choices, drivers_story, drivers_view, session
from pages.ui.components import heading, nothing
from pages.ui.words import _

heading(_("What moves the profit"), _("What changed my profit, and is it news or a wobble?"))
found, is_ignored = drivers.usable_filters(choices.filters())
if is_ignored:
    st.caption(drivers_story.left_aside())
view = session.remember(kpis.overview, found)
if not len(view.months):
    nothing(_("No customer passes the filters. Clear some of them in the sidebar."))
    st.stop()

currency = session.workspace().info.currency
rules = choices.rules(found)
chosen = drivers_view.periods(found)
change = session.remember(drivers.change, found, *chosen)
figures = control.figures(view.months)
told = [drivers_story.change(change, currency)] if change.is_comparable else []
st.markdown("\n\n".join([*told, drivers_story.headline(figures)]))
names = [_("What changed"), _("News or a wobble"), _("How long customers stay"), _("If the largest leave")]
changed, news, lifetimes, largest = st.tabs(names, on_change="rerun", key="driver_tabs")
if changed.open:
    with changed:
        if change.is_comparable:
            beginning_note.draw(change.before.first_day)
            drivers_view.changed(change, rules, found, chosen)
        else:
            drivers_view.no_comparison(change)
if news.open:
    with news:
        drivers_view.news(figures)
if lifetimes.open:
    with lifetimes:
        drivers_view.lifetimes(found)
if largest.open:
    with largest:
        drivers_view.largest(rules, found)
