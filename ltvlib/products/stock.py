"""What is out of stock, as the owner says: kept in the journal of the data set, never offered."""

from __future__ import annotations

from collections.abc import Sequence

from ltvlib.errors import LtvError
from ltvlib.journal import Journal
from ltvlib.products.items import Level, names
from ltvlib.workspace import Workspace

SETTING = "out_of_stock"
"""Where the journal keeps the list."""
LONGEST = 1_000_000
"""Bytes of a list; more is not a list made by people."""


def out_of_stock(journal: Journal) -> tuple[str, ...]:
    """Names of products, as shown, that must not be offered."""
    return tuple(journal.setting(SETTING, []))


def keep(journal: Journal, workspace: Workspace, chosen: Sequence[str], file: bytes = b"") -> tuple[str, ...]:
    """Keep ``chosen`` and whatever a file names; what the data do not know is left out. Returns the list."""
    if len(file) > LONGEST:
        raise LtvError("A list of more than 1 MB is not a list of what is out of stock; shorten it.")
    found = tuple(dict.fromkeys([*chosen, *read(workspace, file)]))
    journal.put(SETTING, list(found))
    return found


def read(workspace: Workspace, file: bytes) -> list[str]:
    """Products named in a file, by name or code, one a line or in any cell of a CSV; UTF-8, else cp1251."""
    try:
        text = file.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = file.decode("cp1251", errors="replace")
    cells = {cell.strip().strip('"').casefold() for line in text.splitlines() for cell in (line, *_cells(line))}
    shown = names(workspace, Level.PRODUCT)
    known = workspace.database.rows("select product_key, product, product_id from mart_product order by product_key")
    return [
        shown[key] for key, name, code in known if {name.casefold(), code.casefold(), shown[key].casefold()} & cells
    ]


def _cells(line: str) -> list[str]:
    return [cell for mark in (";", ",", "\t") for cell in line.split(mark)]
