"""Forgetting for good: what was freed is overwritten, so that nothing of a deleted file can be found in memory.

Freed memory keeps its content until somebody else needs the place. :func:`strictly` starts the program with allocators
that overwrite what they get back; :func:`clean` does the rest after a deletion: cycles are collected and the free places
of Python's own allocator are filled. Both do nothing where the system has not got it (other systems than Linux with
glibc). The standard library only: this is imported before everything else.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import re
import sys
import threading

STRICT = {
    "GLIBC_TUNABLES": "glibc.malloc.perturb=85:glibc.malloc.tcache_count=0",
    "DUCKDB_JE_MALLOC_CONF": "junk:free",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
"""The C library and DuckDB overwrite what is freed, at once; Arrow uses the C library's allocator."""
HEADER = sys.getsizeof(b"")
LARGEST = 512
"""Bytes; larger objects do not live in Python's own pools."""
_CLASS = re.compile(r"^\s*\d+\s+(\d+)\s+\d+\s+\d+\s+(\d+)\s*$", re.M)
_POOLS = re.compile(r"(\d+) unused pools \* (\d+) bytes")
_guard = threading.Lock()


def strictly() -> None:
    """Start this program again in an environment of overwriting allocators, unless that is done or the user chose one.

    Allocators read their settings when a process begins, so this is the only way; the process keeps its number.
    """
    if sys.platform == "linux" and not STRICT.keys() & os.environ.keys():
        os.execve(sys.executable, sys.orig_argv, {**os.environ, **STRICT})


def clean() -> None:
    """After something was deleted: take it out of the memory that nobody uses any more."""
    with _guard:
        gc.collect()
        _fill_free_places()


async def let_go() -> None:
    """Make Streamlit forget the session that it served last: its loop keeps it at hand until another one speaks.

    A visitor who says one word and leaves takes that place.
    """
    from streamlit import runtime
    from streamlit.proto.BackMsg_pb2 import BackMsg

    if not runtime.exists():
        return
    house = runtime.get_instance()
    visitor = house.connect_session(_Nobody(), {})
    house.handle_backmsg(visitor, BackMsg(app_heartbeat=True))
    await asyncio.sleep(0.2)
    house.close_session(visitor)


class _Nobody:
    """A browser that reads nothing."""

    client_context = None

    def write_forward_msg(self, message: object) -> None:
        """Nothing is done with it."""


def _fill_free_places() -> None:
    """Take every free place of Python's small-object pools, write zeros into it, give it back."""
    free, spare = _free_places()
    held = [bytes(max(2, size - HEADER)) for size, count in free.items() if size > HEADER for _ in range(count)]
    held += [bytes(LARGEST - HEADER) for _ in range(spare // LARGEST)]
    _fill_tiny({size: count for size, count in free.items() if size <= HEADER})
    del held


def _fill_tiny(free: dict[int, int]) -> None:
    """Places too small for a ``bytes`` object."""
    take, give = ctypes.pythonapi.PyObject_Malloc, ctypes.pythonapi.PyObject_Free
    take.restype, take.argtypes, give.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
    for size, count in free.items():
        places = [take(size) for _ in range(count)]
        for place in places:
            ctypes.memset(place, 0, size)
            give(place)


def _free_places() -> tuple[dict[int, int], int]:
    """Free places by size in Python's pools, and bytes of pools that no size uses; empty where they cannot be told."""
    text = _statistics()
    free = {int(size): int(count) for size, count in _CLASS.findall(text)}
    return free, sum(int(count) * int(size) for count, size in _POOLS.findall(text))


def _statistics() -> str:
    """What Python says about its own pools; it writes to a C stream, here one in memory."""
    try:
        library, report = ctypes.CDLL(None), ctypes.pythonapi._PyObject_DebugMallocStats
        library.open_memstream.restype, library.fclose.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
        report.argtypes, library.free.argtypes = [ctypes.c_void_p], [ctypes.c_void_p]
    except (OSError, AttributeError, TypeError):
        return ""
    text, size = ctypes.c_char_p(), ctypes.c_size_t()
    stream = library.open_memstream(ctypes.byref(text), ctypes.byref(size))
    if not stream:
        return ""
    report(stream)
    library.fclose(stream)
    found = text.value or b""
    library.free(ctypes.cast(text, ctypes.c_void_p))
    return found.decode("ascii", "replace")
