"""Rows read straight from a clean file: no copy is written, a view does the work of one.

``RawTable.source`` holds what the view needs, as plain JSON. Line numbers are made only by queries that ask
for them: they are wanted for refused rows, and numbering makes reading slower.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from string import Template
from typing import Any

from ltvlib.engine import literal, quote
from ltvlib.errors import LtvError, ReadError
from ltvlib.ingest.cells import SPACES
from ltvlib.ingest.model import RawTable
from ltvlib.ingest.values import compose

_READ_CSV = Template(
    """read_csv($path, auto_detect = false, header = false, skip = $skip, columns = {$columns}, delim = $delim,
    quote = '"', escape = '"', compression = 'none', strict_mode = true, null_padding = false, ignore_errors = false,
    max_line_size = $longest)"""
)
_TRIMMED = f"(?s)[^{SPACES}](?:.*[^{SPACES}])?"


class NotPlainError(Exception):
    """The file is not as clean as it seemed: it has to be read with care, into a copy."""


@contextmanager
def trusting(raw: RawTable) -> Iterator[None]:
    """Any complaint of the strict reader about a file read straight means: read with care, say what is wrong where."""
    try:
        yield
    except (LtvError, MemoryError):
        raise
    except Exception as error:
        if not raw.source or not type(error).__module__.startswith(("duckdb", "_duckdb")):
            raise
        raise NotPlainError from error


def stamps(files: Iterable[Path]) -> list[list[Any]]:
    """Files with what shows whether they were changed: size and time."""
    return [[str(path), *_stamp(path)] for path in files]


def _stamp(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]


def is_literal(path: Path) -> bool:
    """Whether the database takes the path for one file, not for a pattern of names."""
    return not set("*?[]{}") & set(str(path))


def check_unchanged(raw: RawTable) -> None:
    """Raise ``ReadError`` when a file is not the one that was inspected."""
    for name, *known in raw.source.get("files", ()):
        path = Path(name)
        if not path.exists() or _stamp(path) != known:
            raise ReadError("The file has changed since it was looked at; open it again.")


def relation(raw: RawTable) -> str:
    """SQL of the rows as ``line, c0..cN``."""
    if not raw.source:
        return f"from read_parquet({literal(raw.path)})"
    return _csv(raw) if raw.source["kind"] == "csv" else _parquet(raw)


def is_trimmed(name: str) -> str:
    """SQL test that a text neither begins nor ends with a space; the pattern is for letters beyond ASCII."""
    plain = f"{name} >= '!' and strlen({name}) = length({name}) and reverse({name}) >= '!'"
    return f"case when {plain} then true else regexp_full_match({name}, {literal(_TRIMMED)}) end"


# -- text ----------------------------------------------------------------------------------------------


def csv_rows(source: Mapping[str, Any]) -> str:
    """SQL of the table function with the dialect fixed; wider rows than the header raise an error."""
    keys = [f"c{place}" for place in range(source["fields"])]
    text = _READ_CSV.substitute(
        path=literal(source["files"][0][0]),
        skip=source["skip"],
        columns=", ".join(f"'{key}': 'VARCHAR'" for key in keys),
        delim=literal(source["delimiter"]),
        longest=source["longest"],
    )
    extra = keys[source["width"] :]
    if not extra:
        return text
    # A value in a column taken for empty stops the fast way.
    checks = " and ".join(f"{key} is null" for key in extra)
    return f"{text} where case when {checks} then true else error('wider') end"


def trimmed(key: str, spaces: str, value: str) -> str:
    """SQL of a trimmed column; the costly trim runs only on values that begin or end with a space."""
    if not spaces:
        return value
    tests = [f"prefix({key}, {literal(char)}) or suffix({key}, {literal(char)})" for char in spaces]
    return f"case when {' or '.join(tests)} then nullif(trim({value}, {literal(spaces)}), '') else {value} end"


def _csv(raw: RawTable) -> str:
    keys = [column.key for column in raw.columns]
    values = ", ".join(f"{trimmed(key, raw.source['spaces'], key)} as {key}" for key in keys)
    line = f"row_number() over () + {raw.source['skip']}"
    return compose("select {line} as line, {values} from {rows}", line=line, values=values, rows=csv_rows(raw.source))


# -- Parquet -------------------------------------------------------------------------------------------


def _parquet(raw: RawTable) -> str:
    files = [item[0] for item in raw.source["files"]]
    names = zip(raw.columns, raw.source["names"], raw.source["casts"], strict=True)
    values = [
        f"{_value(quote(name), cast, column.kind != 'text' or bool(column.proven.get('trimmed')))} as {column.key}"
        for column, name, cast in names
    ]
    listed = ", ".join(literal(name) for name in files)
    line = "file_row_number + 1" + (f" + {_offsets(raw, files)}" if len(files) > 1 else "")
    options = "file_row_number = true" + (", filename = true" if len(files) > 1 else "")
    sql = "select {line} as line, {values} from read_parquet([{files}], {options})"
    return compose(sql, line=line, values=", ".join(values), files=listed, options=options)


def _offsets(raw: RawTable, files: list[str]) -> str:
    """SQL of the rows in the files before the one of a row."""
    before = dict(zip(files, raw.source["before"], strict=True))
    pairs = ", ".join(f"{literal(name)}: {count}" for name, count in before.items())
    return f"(map {{{pairs}}})[filename]"


def _value(name: str, cast: str, is_plain: bool) -> str:
    if is_plain or cast != "{}":
        return cast.format(name)
    return f"case when {is_trimmed(name)} then {name} else nullif(trim({name}, {literal(SPACES)}), '') end"
