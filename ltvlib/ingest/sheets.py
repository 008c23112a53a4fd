"""Spreadsheets: XLSX, XLSM, XLS and ODS, after a look at their XML that keeps the reader out of trouble."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ltvlib.errors import N_, LimitError, ReadError
from ltvlib.ingest.grid import Grid, read_grid
from ltvlib.ingest.model import Limits, Note, RawTable, ReadOptions
from ltvlib.ingest.rawfile import Progress, silent
from ltvlib.ingest.xlsxscan import scan_workbook

_LOOKED_AT = 12


def read_sheet(
    source: Path,
    container: str,
    out_dir: Path,
    options: ReadOptions | None = None,
    limits: Limits | None = None,
    progress: Progress = silent,
) -> RawTable:
    """Read one sheet of a workbook into a raw table.

    Raises:
        ReadError: the workbook is damaged, protected, or has no such sheet.
        LimitError: the sheet is larger than allowed.
    """
    options, limits = options or ReadOptions(), limits or Limits()
    progress("Checking the workbook", 0.05)
    formulas = scan_workbook(source, limits).formulas if container != "xls" else 0
    progress("Opening the workbook", 0.2)
    book = _open(source)
    names = [meta.name for meta in book.sheets_metadata if _is_visible_sheet(meta)] or list(book.sheet_names)
    sheet = _sheet(book, names, options.sheet)
    _check_size(sheet, limits)
    table = read_grid(_grid(sheet, container), out_dir, options, limits, progress)
    return replace(
        table, sheet=sheet.name, sheets=tuple(names), notes=(*_notes(names, sheet.name, formulas), *table.notes)
    )


def _open(source: Path) -> Any:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_path(str(source))
    except PasswordError as error:
        raise ReadError("The workbook is protected by a password; save it without one and upload it again.") from error
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged() from error


def _damaged() -> ReadError:
    return ReadError("The workbook is damaged and cannot be opened; open it in Excel and save it again as XLSX or CSV.")


def _is_visible_sheet(meta: Any) -> bool:
    return str(meta.typ).endswith("WorkSheet") and str(meta.visible).endswith(".Visible")


def _load(book: Any, name: str) -> Any:
    from python_calamine import CalamineError

    try:
        return book.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged() from error


def _sheet(book: Any, names: Sequence[str], wanted: str | None) -> Any:
    """The sheet asked for, or the first that holds something like a table."""
    if wanted is not None:
        if wanted not in book.sheet_names:
            raise ReadError(
                "The workbook has no sheet with that name; choose one of its {count} sheets.", count=len(names)
            )
        return _load(book, wanted)
    fallback = None
    for name in names[:_LOOKED_AT]:
        sheet = _load(book, name)
        if sheet.height >= 3 and sheet.width >= 2:
            return sheet
        if sheet.height and fallback is None:
            fallback = sheet
    if fallback is None:
        raise ReadError("The workbook is empty; export the table again.")
    return fallback


def _check_size(sheet: Any, limits: Limits) -> None:
    if sheet.height > limits.sheet_rows:
        raise LimitError(
            "The sheet has more than {limit} rows; save it as CSV, which may be far longer.", limit=limits.sheet_rows
        )
    if sheet.height * sheet.width > limits.sheet_cells:
        raise LimitError("The sheet has more than {limit} cells; save it as CSV.", limit=limits.sheet_cells)


def _grid(sheet: Any, container: str) -> Grid:
    def rows() -> Iterator[tuple[int, Sequence[Any]]]:
        return enumerate(sheet.iter_rows(), 1)

    return Grid(rows, sheet.width, container)


def _notes(names: Sequence[str], read: str, formulas: int) -> tuple[Note, ...]:
    notes = []
    if len(names) > 1:
        text = N_("The workbook has {count} sheets; the sheet {sheet} was read.")
        notes.append(Note(text, {"count": len(names), "sheet": read[:60]}))
    if formulas:
        text = N_(
            "{count} formulas have no stored result and are read as empty; open the file in Excel and save it again."
        )
        notes.append(Note(text, {"count": formulas}, "warn"))
    return tuple(notes)
