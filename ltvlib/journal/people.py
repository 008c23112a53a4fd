"""The key under which the people of a workspace are hidden (:mod:`ltvlib.codes`)."""

from __future__ import annotations

from ltvlib.codes import Codes
from ltvlib.journal.store import Journal

SETTING = "people"


def codes_of(journal: Journal) -> Codes:
    """Makes the codes of this workspace; the key is made at first use, and lives and dies with the journal."""
    return Codes(bytes.fromhex(journal.secret(SETTING)))
