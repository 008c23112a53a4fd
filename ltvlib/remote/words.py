"""What goes wrong with a database, in words; never with a password or a row in them."""

from __future__ import annotations

import re

from ltvlib.errors import LtvError

_LONGEST = 200
_BRIDGE = "An error occurred while calling"
"""What stands above the message where Python talks to a JVM."""


def missing(what: str, packages: str) -> LtvError:
    """A driver that is not installed."""
    return LtvError(
        "Reading from {what} needs a package that is not installed: pip install {packages}",
        what=what,
        packages=packages,
    )


def refused(error: BaseException) -> LtvError:
    """The engine failed, refused the question or is gone. Only the kind of the failure and its first line are told."""
    text = str(error).strip()
    lines = [line.strip(" :") for line in text.splitlines()] or [""]
    first = lines[1] if len(lines) > 1 and lines[0].startswith(_BRIDGE) else lines[0]
    first = re.sub(r"(?i)(password|passwd|pwd|token)\s*[=:]\s*\S+", r"\1=***", first)
    first = re.sub(r"//[^@/\s]+@", "//***@", first)
    return LtvError(
        "The database stopped answering or refused the question ({kind}: {text}). Nothing was written.",
        kind=type(error).__name__,
        text=first[:_LONGEST],
    )
