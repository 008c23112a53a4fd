"""Is every customer kept in contact, by the right person, as often as we decided?"""

import streamlit as st

from pages.ui import choices, contacts_did, contacts_file, outreach, regulation_view, roles_view
from pages.ui.components import heading
from pages.ui.words import _

heading(_("Touches and roles"), _("Is every customer kept in contact, by the right person, as often as we decided?"))
found = choices.filters()
regulation = outreach.regulation()
with st.spinner(_("Looking up who is due, and what each is expected to bring ...")):
    view = outreach.standing(choices.rules(found), found)
roles = outreach.manager_roles(found)

regulation_view.summary(view, roles, regulation)
regulation_view.picture(view)
names = [_("Rules"), _("Managers"), _("Hand-overs and orphans"), _("What our contacts did")]
rules, people, moves, did = st.tabs(names, on_change="rerun", key="regulation_tabs")
if rules.open:
    with rules:
        regulation_view.rules(regulation)
if people.open:
    with people:
        roles_view.managers(view, roles)
if moves.open:
    with moves:
        roles_view.hand_overs(view, roles, regulation)
        roles_view.orphans(view, roles)
        roles_view.undo()
if did.open:
    with did:
        contacts_did.section(roles, found)
contacts_file.bring()
st.caption(outreach.kept_words())
