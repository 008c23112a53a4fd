"""Sign-in at the front door, where ``.streamlit/secrets.toml`` names a provider (OpenID Connect); else the door is open.

[auth]                      # Streamlit's own section: redirect_uri, cookie_secret, client_id, client_secret, server_metadata_url
[access]                    # who may come in; without it everybody whom the provider knows
emails = ["owner@example.com"]
domains = ["example.com"]
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from pages.ui.words import _


def enter() -> None:
    """Let the run go on for those who may come in; for others the page ends at the door."""
    secrets = _secrets()
    if "auth" not in secrets:
        return
    if not getattr(st.user, "is_logged_in", False):  # unknown where Streamlit has no such sign-in configured
        st.title(_("Know what your customers are worth"))
        st.button(_("Sign in"), type="primary", icon=":material/login:", on_click=st.login)
        st.stop()
    if not may_enter(dict(st.user), secrets.get("access", {})):
        st.error(_("This account may not open the workbench. Ask its owner to add you, or sign in with another one."))
        st.button(_("Sign out"), on_click=st.logout)
        st.stop()
    with st.sidebar:
        st.button(_("Sign out"), icon=":material/logout:", on_click=st.logout, type="tertiary")


def has_sign_in() -> bool:
    """Whether a provider is named."""
    return "auth" in _secrets()


def may_enter(user: Mapping[str, Any], access: Mapping[str, Any]) -> bool:
    """Whether a signed-in user is on the list; without a list everybody is.

    An address that the provider says is not verified counts as none: anybody may claim it.
    """
    emails, domains = ({str(one).casefold() for one in access.get(name, ())} for name in ("emails", "domains"))
    if not emails and not domains:
        return True
    email = str(user.get("email") or "").casefold()
    if user.get("email_verified") is False or email.count("@") != 1:
        return False
    return email in emails or email.split("@")[1] in domains


def _secrets() -> Mapping[str, Any]:
    try:
        return dict(st.secrets)
    except StreamlitSecretNotFoundError:
        return {}
