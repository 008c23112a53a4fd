"""People as codes: the same phone, e-mail or name always gives the same code, and no code leads back to the person.

A plain hash is no protection: all phone numbers of a country are tried in minutes. A code is an HMAC (RFC 2104 with
SHA-256) under a key that only the visitor's own session, or the owner's own kept workspace, has.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

PREFIX = "P-"
_DIGITS = 16
"""Hexadecimal digits of a code: among ten million people two share one with a chance of 1 to 400,000."""
_BLOCK = 64


@dataclass(frozen=True)
class Codes:
    """Makes codes under one key of 32 bytes."""

    key: bytes = field(repr=False)

    def of(self, text: str) -> str:
        """The code of a text in its normal form."""
        return PREFIX + hmac.digest(self.key, text.encode(), "sha256").hex()[:_DIGITS].upper()

    def sql(self, text: str) -> str:
        """The same in SQL; NULL where ``text`` is."""
        block = self.key.ljust(_BLOCK, b"\0")
        inner, outer = (_blob(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))
        digest = f"sha256({outer} || unhex(sha256({inner} || encode({text}))))"
        return f"'{PREFIX}' || upper(left({digest}, {_DIGITS}))"


def _blob(data: bytes) -> str:
    return f"unhex('{data.hex()}')"
