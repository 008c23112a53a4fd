"""Where do rivals beat us, what does it cost, and what happened after they moved?"""

import streamlit as st

from ltvlib import losses
from ltvlib.market import offers
from pages.ui import choices, market_event, market_journal, market_view, outreach, session
from pages.ui.components import heading, nothing
from pages.ui.words import _

heading(_("Market"), _("Where do rivals beat you, what does it cost, and what happened after they moved?"))
found = choices.filters()
rules, day = choices.rules(found), outreach.day()
checks = session.remember(offers.checks, session.journal())
settings = offers.MarketSettings.of(session.journal())

if checks.frame.empty:
    nothing(
        _(
            "This is the place for what rivals offer against you: prices, delivery, service, reviews, with the date and the source. Write the first check down below; from the second one on you see what changed and what your customers did then."
        )
    )
else:
    register = session.remember(losses.register, session.journal(), rules, found)
    market_view.summary(checks, register, session.once(offers.due, checks, day, settings.days), settings.days)
    market_view.gaps(checks, register)
market_journal.reminder(checks, day, settings)
if not checks.frame.empty:
    market_event.event(checks, rules, found)
    market_view.overlay(checks, register, found)
    market_journal.listed(checks, settings)
st.caption(outreach.kept_words())
