"""The database that a tab is connected to."""

from __future__ import annotations

from dataclasses import dataclass, field

from ltvlib.ingest.model import Inspection
from ltvlib.remote.dialect import Engine


@dataclass
class Remote:
    """A database this tab is connected to: the engine, what to call it, and the table that is being looked at."""

    engine: Engine
    name: str
    tables: tuple[tuple[str, ...], ...]
    zone: str = ""
    table: tuple[str, ...] = ()
    inspection: Inspection | None = field(default=None, repr=False)
