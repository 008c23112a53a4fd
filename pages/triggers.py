"""Which event calls for which message, to whom does it go today, and did earlier ones pay?"""

import streamlit as st

from pages.ui import choices, outreach, people_choice, triggers_results, triggers_view
from pages.ui.components import heading
from pages.ui.words import _

heading(_("Triggers"), _("Which event calls for which message, to whom does it go today, and did earlier ones pay?"))
people_choice.hint()
found = choices.filters()
regulation = outreach.regulation()
view = outreach.standing(choices.rules(found), found)
rules = triggers_view.rules()
people = triggers_view.audience(rules, view, regulation)

triggers_view.summary(rules, people)
picked = triggers_view.picker(rules)
left, right = st.columns(2)
with left:
    triggers_view.editor(rules, picked)
with right:
    triggers_view.discount(picked, choices.rules(found), found)
triggers_view.launch(picked, people, view)
triggers_results.draw(view)
st.caption(outreach.kept_words())
