"""SQL texts of the library, and the quoting of what cannot be a bound value."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from textwrap import indent

# Packing is most of the work of writing; ids are not worth a dictionary, and what repeats has far fewer values than this.
# Version 2 writes numbers and lengths as differences: half the bytes, which costs less than moving them to the disk and back.
QUICK_PARQUET = "format parquet, parquet_version v2, compression uncompressed, dictionary_size_limit 500"
"""How temporary files are written that this program reads back itself."""
SQL_DIR = Path(__file__).parent / "sql"


@cache
def sql_text(name: str) -> str:
    """Text of ``ltvlib/sql/<name>.sql``; ``-- include: other`` lines are replaced by that file's text, indented alike."""
    text = (SQL_DIR / f"{name}.sql").read_text(encoding="utf-8")
    return re.sub(r"^( *)-- include: (\S+)$", lambda m: indent(sql_text(m[2]).rstrip(), m[1]), text, flags=re.M)


def quote(identifier: str) -> str:
    """An SQL identifier, quoted; raises ``ValueError`` on a NUL byte or an empty name."""
    if not identifier or "\0" in identifier:
        raise ValueError("not an identifier")
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL string literal; only for places where DuckDB takes no bound value (file names)."""
    return "'" + text.replace("\0", "").replace("'", "''") + "'"
