"""A process that writes touches to a journal until it is killed; every line on stdout was acknowledged."""

import datetime as dt
import sys
from pathlib import Path

from ltvlib.journal import Journal


def main() -> None:
    """Write two tables in one transaction, then say so."""
    journal = Journal(Path(sys.argv[1]))
    start = journal.count("touches")
    for place in range(start, start + 100_000):
        row = {"touch_id": str(place), "customer_id": "c", "touched_at": dt.datetime(2025, 1, 1), "kind": "call"}
        touch = journal.appending("touches", [{**row, "origin": "list"}])
        owner = [{"customer_id": str(place), "manager": "m", "since": dt.datetime(2025, 1, 1), "reason": "r"}]
        journal.write([*touch, *journal.appending("owners", owner)])
        print(place, flush=True)


if __name__ == "__main__":
    main()
