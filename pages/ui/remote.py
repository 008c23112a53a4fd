"""The database that a tab is connected to."""

from __future__ import annotations

from dataclasses import dataclass, field

from ltvlib.ingest.model import Inspection
from ltvlib.remote.dialect import Engine
from ltvlib.remote.reduce import Bounds
from pages.ui.counting import Counting


@dataclass
class Remote:
    """A database this tab is connected to: the engine, what to call it, and the table that is being looked at.

    ``bounds`` say how much is fetched of it; ``counting`` asks it about all customers once a data set was made of it.
    """

    engine: Engine
    name: str
    tables: tuple[tuple[str, ...], ...]
    zone: str = ""
    table: tuple[str, ...] = ()
    inspection: Inspection | None = field(default=None, repr=False)
    bounds: Bounds = field(default_factory=Bounds)
    counting: Counting | None = field(default=None, repr=False)

    def halt(self) -> None:
        """Stop what is counted beside the page: an engine answers one question at a time."""
        if self.counting is not None:
            self.counting.halt()

    def close(self) -> None:
        """Stop what runs and let go of the database."""
        self.halt()
        self.engine.close()
