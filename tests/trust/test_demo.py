"""Demo mode: people are hidden whatever is asked, nothing is kept, a click starts afresh, files may be off."""

from __future__ import annotations

import pytest

from tests.trust.visitors import build, drop, export, healthy, mine, said, visitor


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LTV_DEMO", "1")
    monkeypatch.setenv("LTV_PEOPLE", "keep")


def button(at, label: str):
    return next(found for found in at.button if found.label == label)


def test_a_demo_hides_people_and_says_so(demo):
    at = healthy(drop(visitor(), export("ALPHA")))
    assert not [radio for radio in at.radio if radio.label == "Names, phones and e-mails"]
    healthy(build(at))
    assert mine(at).workspace.info.is_hidden
    rows = mine(at).workspace.database.rows("select customer_id, name, email from customers")
    assert rows
    assert all(who.startswith("P-") and name is None and "@" not in email for who, name, email in rows)
    assert "Demo." in said(at)


def test_a_click_starts_afresh(demo):
    at = healthy(build(healthy(drop(visitor(), export("ALPHA")))))
    session = mine(at)
    session.journal("salon").put("note", {"text": "ALPHA"})
    healthy(button(at, "Start afresh").click().run())
    assert session.workspace is None
    assert not list(session.folder.iterdir())
    assert session.journal("salon").setting("note") is None
    assert "ALPHA" not in said(at)


def test_a_demo_of_samples_takes_no_file(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LTV_DEMO", "samples")
    at = healthy(visitor())
    assert not [found for found in at.file_uploader if str(found.key).startswith("upload_")]
    assert "sample data" in said(at)


def test_elsewhere_the_owner_chooses():
    at = healthy(drop(visitor(), export("ALPHA")))
    choice = next(radio for radio in at.radio if radio.label == "Names, phones and e-mails")
    assert choice.value == "hide"
    choice.set_value("keep")
    healthy(build(at))
    assert not mine(at).workspace.info.is_hidden
    assert mine(at).workspace.database.rows("select count(*) from customers where name like 'ALPHA%'")[0][0]
    assert "Demo" not in said(at)
