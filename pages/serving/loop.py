"""An event loop that is woken once, however many messages wait for it.

Every element of a page is handed from the thread of its run to the loop, and each hand-over writes a byte to a socket so that
the loop awakes. Writing lets go of the interpreter's lock; to get it back while another run is reckoning takes up to 5 ms, for
each of some sixty elements. While a byte lies unread the loop is going to look anyway, so the next one is left out.
"""

from __future__ import annotations

import asyncio


class Loop(asyncio.SelectorEventLoop):
    """The usual loop of Linux and macOS with fewer wake-ups."""

    _is_woken = False

    def _write_to_self(self) -> None:
        if not self._is_woken:
            self._is_woken = True
            super()._write_to_self()  # type: ignore[misc]

    def _read_from_self(self) -> None:
        super()._read_from_self()  # type: ignore[misc]
        # Only now: a byte written between the mark and the reading would be read, and nothing would wake the loop again.
        # What was handed over meanwhile already stands in line, and the loop does not sleep while anything does.
        self._is_woken = False
