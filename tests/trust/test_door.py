"""Sign-in: the door is open without a provider, closed with one, and the owner's list decides who comes in."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import door
from tests.conftest import ROOT

ACCESS = {"emails": ["Owner@Example.com"], "domains": ["salon.example"]}


@pytest.mark.parametrize(
    ("user", "is_in"),
    [
        ({"email": "owner@example.com"}, True),
        ({"email": "OWNER@example.com", "email_verified": True}, True),
        ({"email": "anna@salon.example"}, True),
        ({"email": "anna@SALON.example", "email_verified": False}, False),
        ({"email": "other@example.com"}, False),
        ({"email": "owner@example.com.evil.example"}, False),
        ({"email": "anna@evil.example@salon.example"}, False),
        ({"email": "salon.example"}, False),
        ({"email": ""}, False),
        ({"email": None}, False),
        ({}, False),
    ],
)
def test_the_list_decides(user: dict, is_in: bool):
    assert door.may_enter(user, ACCESS) is is_in


def test_without_a_list_everybody_the_provider_knows_comes_in():
    assert door.may_enter({"email": "anybody@anywhere.example"}, {})
    assert door.may_enter({}, {"emails": []})


def visitor() -> AppTest:
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)


def test_a_closed_door_shows_nothing_but_itself():
    at = visitor()
    at.secrets["auth"] = {"redirect_uri": "https://example.com/oauth2callback", "cookie_secret": "x"}
    at.run()
    assert not at.exception
    assert [button.label for button in at.button] == ["Sign in"]
    assert not at.sidebar.selectbox


def test_an_open_door_is_not_seen():
    at = visitor().run()
    assert not at.exception
    assert "Sign in" not in [button.label for button in at.button]
    assert at.sidebar.selectbox


@pytest.mark.parametrize(("email", "is_in"), [("anna@salon.example", True), ("other@example.com", False)])
def test_who_is_signed_in_meets_the_list(monkeypatch: pytest.MonkeyPatch, email: str, is_in: bool):
    class Somebody(dict):
        is_logged_in = True

    monkeypatch.setattr("streamlit.user", Somebody(email=email))
    at = visitor()
    at.secrets["auth"] = {"redirect_uri": "https://example.com/oauth2callback", "cookie_secret": "x"}
    at.secrets["access"] = ACCESS
    at.run()
    assert not at.exception
    assert bool(at.sidebar.selectbox) is is_in
    assert ("may not open" in str([error.value for error in at.error])) is not is_in
