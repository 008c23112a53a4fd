"""The key under which the people of a workspace are hidden (:mod:`ltvlib.codes`)."""

from __future__ import annotations

import secrets

from ltvlib.codes import Codes
from ltvlib.journal.store import Journal

SETTING = "people"


def codes_of(journal: Journal) -> Codes:
    """Makes the codes of this workspace; the key is made at first use, and lives and dies with the journal."""
    found = journal.setting(SETTING) or {}
    if "key" not in found:
        found = {"key": secrets.token_hex(32)}
        journal.put(SETTING, found)
    return Codes(bytes.fromhex(str(found["key"])))
