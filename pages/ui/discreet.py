"""A log without customer data: of an error it keeps the type and the place, never the words.

Texts of errors quote what they stumbled over (``Could not convert 'ivan@example.com'``), and Streamlit logs
every traceback. ``LTV_DEBUG=1`` keeps them whole for people at work on the code.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

_standard = logging.getLogRecordFactory()


def install() -> None:
    """Use :func:`record` for everything logged in this process."""
    if not os.environ.get("LTV_DEBUG"):
        logging.setLogRecordFactory(record)


def record(*parts: Any, **more: Any) -> logging.LogRecord:
    """A log record whose traceback is replaced by the error's type and place."""
    made = _standard(*parts, **more)
    error = made.exc_info[1] if made.exc_info else None
    if error is not None:
        made.msg, made.args = "%s (%s)", (_words(made), place(error))
    made.exc_info, made.exc_text, made.stack_info = None, None, None
    return made


def place(error: BaseException) -> str:
    """``KeyError at cohorts.py:120``: where it was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} at {where}"


def _words(made: logging.LogRecord) -> str:
    """The message as written in the code; values filled into it may be the error's own words."""
    return str(made.msg).split("%", 1)[0].strip()
