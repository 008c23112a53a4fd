"""The whole workspace as one file, and back: a zip of CSV files with a manifest.

A file that people carry around is not to be trusted when it comes back, so :func:`restore` runs in the limited child
process and hands on clean Parquet, as for every upload.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from ltvlib.engine import Database, EngineLimits, Statement, literal, quote
from ltvlib.errors import LtvError, ReadError
from ltvlib.ingest.model import Limits
from ltvlib.ingest.zips import Archive
from ltvlib.journal.store import VERSION, Journal, migrations
from ltvlib.schema import TABLES

FORMAT = "ltv-workspace"
MANIFEST = "manifest.json"
SKIPPED = ("data_sets",)
"""Tables of the journal that say where things lie on this computer."""


def save(journal: Journal, tables: Mapping[str, Path], info: Mapping[str, Any] | None, target: Path) -> None:
    """Write the journal and the canonical ``tables`` into one zip at ``target``."""
    manifest = {"format": FORMAT, VERSION: max(migrations()), "info": info}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive, closing(Database()) as database:
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False))
        for name in journal.tables():
            if name not in SKIPPED:
                frame = journal.frame(name)
                archive.writestr(f"journal/{name}.csv", frame.to_csv(index=False, lineterminator="\n"))
        for name, path in tables.items():
            rows = target.with_name(f"{target.name}.{name}")
            database.copy_to_csv(f"from read_parquet({literal(str(path))})", rows)
            archive.write(rows, f"data/{name}.csv")
            rows.unlink()


def restore(source: Path, out_dir: Path, limits: Limits, engine: EngineLimits) -> dict[str, Any]:
    """Read such a zip into clean Parquet files: ``out_dir/journal/*.parquet`` and ``out_dir/data/*.parquet``.

    Returns the manifest with the names of what was found. Runs in the child process only.

    Raises:
        ReadError: the file is no workspace, is damaged, or was saved by a newer version.
    """
    archive = Archive(source, limits)
    members = {info.filename: info for info in archive.members}
    if MANIFEST not in members:
        raise ReadError("This file is not a saved workspace; choose one that was saved here.")
    manifest = _manifest(b"".join(archive.pieces(members[MANIFEST])))
    for folder in ("journal", "data"):
        (out_dir / folder).mkdir(parents=True, exist_ok=True)
    journal = Journal()
    found: dict[str, Any] = {"info": manifest.get("info"), "journal": [], "data": []}
    with closing(journal), closing(Database(engine)) as database:
        for kind, known in (("journal", _journal_types(journal)), ("data", _data_types())):
            for name, types in known.items():
                member = members.get(f"{kind}/{name}.csv")
                if member is not None:
                    _table(database, b"".join(archive.pieces(member)), types, out_dir / kind / f"{name}.parquet")
                    found[kind].append(name)
    return found


def _manifest(content: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(content)
        version = int(manifest[VERSION])
        is_ours = manifest["format"] == FORMAT
    except (ValueError, KeyError, TypeError) as error:
        raise ReadError("This file is not a saved workspace; choose one that was saved here.") from error
    if not is_ours:
        raise ReadError("This file is not a saved workspace; choose one that was saved here.")
    if version > max(migrations()):
        raise ReadError("This workspace was saved by a newer version of the app; update the app to open it.")
    return dict(manifest)


def _journal_types(journal: Journal) -> dict[str, dict[str, str]]:
    return {name: journal.types(name) for name in journal.tables() if name not in SKIPPED}


def _data_types() -> dict[str, dict[str, str]]:
    return {name: {column.name: column.type for column in table.columns} for name, table in TABLES.items()}


def _table(database: Database, content: bytes, types: Mapping[str, str], target: Path) -> None:
    """One CSV with a known header to Parquet with known types; a missing column is empty, a strange value an error."""
    path = target.with_suffix(".csv")
    path.write_bytes(content)
    header = content.split(b"\n", 1)[0].decode("utf-8", "replace").strip().split(",")
    if not set(header) <= set(types):
        raise ReadError("The saved workspace is damaged; choose another copy of it.")
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in header)
    wanted = ", ".join(
        f"cast({quote(name) if name in header else 'null'} as {kind}) as {quote(name)}" for name, kind in types.items()
    )
    read = (
        f"read_csv({literal(str(path))}, auto_detect=false, header=true, delim=',', quote='\"', escape='\"', "
        f"compression='none', columns={{{columns}}})"
    )
    try:
        database.copy_to_parquet(f"select {wanted} from {read}", target)  # noqa: S608  # names checked above
    except LtvError:
        raise
    except Exception as error:
        raise ReadError("The saved workspace is damaged; choose another copy of it.") from error
    finally:
        path.unlink(missing_ok=True)


def taking_in(journal: Journal, folder: Path, names: list[str]) -> list[Statement]:
    """The statements that put the restored tables of a journal in place of what it holds; for one transaction."""
    steps: list[Statement] = [
        (f"delete from {quote(name)} where $all", {"all": True})  # noqa: S608  # quoted name
        for name in journal.tables()
        if name not in SKIPPED
    ]
    with closing(Database()) as database:
        for name in names:
            columns = journal.columns(name)
            sql = f"select * from read_parquet({literal(str(folder / f'{name}.parquet'))})"  # noqa: S608  # our own path
            rows = [dict(zip(columns, row, strict=True)) for row in database.rows(sql)]
            steps += journal.appending(name, [row for row in rows if row.get("name") != VERSION])
    return [*steps, journal.putting(VERSION, max(migrations()))]
