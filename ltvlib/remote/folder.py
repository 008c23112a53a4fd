"""A folder of marts: written by a scheduled run or a connection, opened like an upload."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from ltvlib.codes import Codes
from ltvlib.engine import Database, EngineLimits, literal, quote, sql_text
from ltvlib.errors import LtvError, ReadError
from ltvlib.ingest.hiding import PERSONAL
from ltvlib.ingest.identity import first_key
from ltvlib.ingest.report import ImportReport
from ltvlib.opening import create_empty
from ltvlib.remote.dialect import DIALECTS, Engine
from ltvlib.remote.finish import MARTS, finish
from ltvlib.remote.reduce import Bounds, Extent, Progress, Stopped, fetch
from ltvlib.remote.report import Survey
from ltvlib.schema import TABLES
from ltvlib.settings import EPOCH, month_number
from ltvlib.workspace import DataSet, Facts, Workspace

PASSPORT = "marts.json"
LIMITS = EngineLimits(memory_mb=6_144, temp_mb=100_000, seconds=3_600)
_BACK = "marts/customer_back_aligned"


@dataclass(frozen=True)
class Written:
    """What was written: the passport of the data set, bytes fetched as Arrow, and the parts of the customers."""

    info: DataSet
    moved_bytes: int
    extent: Extent


def quiet(what: str, share: float) -> None:
    """No progress wanted."""


def never() -> bool:
    """Nobody stops this."""
    return False


def write(
    engine: Engine,
    found: Survey,
    out: Path,
    title: str,
    bounds: Bounds | None = None,
    progress: Progress = quiet,
    stopped: Stopped = never,
    codes: Codes | None = None,
) -> Written:
    """Reduce on the engine and write the marts to ``out``, which is replaced only when everything is there.

    With ``codes``, phones, e-mails and names of customers stand in the marts as codes only.

    Raises:
        LtvError: the engine failed or it was stopped; ``out`` is as it was.
    """
    extent = Extent.of(found, bounds or Bounds())
    work = out.with_name(f".{out.name}.part")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        moved = fetch(engine, found, work / "got", extent, progress, stopped)
        progress("Building the tables", 0.95)
        info = replace(_info(engine, found, title, extent), is_hidden=codes is not None)
        _finish(work, info, found, codes)
        shutil.rmtree(out, ignore_errors=True)
        work.rename(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Written(info, moved, extent)


def _info(engine: Engine, found: Survey, title: str, extent: Extent) -> DataSet:
    return DataSet(
        "upload",
        title,
        found.report.currency,
        found.as_of,
        found.margin_source,
        found.margin_rate,
        f"{engine.dialect.name}: {'.'.join(found.source.table)}",
        unknown_margins=found.unknown_margins,
        customer_share=extent.customer_share,
        order_share=extent.order_share,
    )


def _finish(work: Path, info: DataSet, found: Survey, codes: Codes | None) -> None:
    with closing(Database(LIMITS)) as database:
        key = first_key(found.source.mapping.fields) if codes is not None else ""
        finish(database, work / "got", codes, key in PERSONAL)
        for name in MARTS:
            if name in database.tables():
                database.copy_to_parquet(f"select * from {quote(name)}", work / f"{name}.parquet")  # noqa: S608
        facts = _facts(database, found, info.customer_share == 1)
    shutil.rmtree(work / "got")
    content = {
        "info": {**asdict(info), "as_of": info.as_of.isoformat()},
        "facts": {**asdict(facts), "first_day": str(facts.first_day), "last_day": str(facts.last_day)},
        "report": json.loads(found.report.to_json()),
    }
    (work / PASSPORT).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


_FACTS = (
    """select count(*), sum(orders), sum(refunds), min(first_day), max(last_day), sum(revenue) from mart_customer"""
)


def _facts(database: Database, found: Survey, is_whole: bool) -> Facts:
    """Size and reach; what the survey counted and no customer carries are the refunds of people who never ordered.

    Raises:
        LtvError: the orders are others than those that were counted: the table changed while it was read.
    """
    customers, orders, refunds, first, last, revenue = database.rows(_FACTS)[0]
    days = [EPOCH + dt.timedelta(days=int(day)) for day in (first, last)]
    total = Decimal(found.report.reconciliation[-1].amount)
    if is_whole and (orders, customers) != (found.orders, found.buyers):
        raise LtvError("The table changed while it was read; read it again.")
    orphans = found.report.refunds - int(refunds) if is_whole else 0
    left = float(total - revenue) if orphans else 0.0
    return Facts(int(customers), int(orders), int(refunds), days[0], days[1], orphans, left)


def is_marts(folder: Path) -> bool:
    """Whether a folder holds marts."""
    return folder.is_dir() and (folder / PASSPORT).is_file()


def is_remote(info: DataSet) -> bool:
    """Whether a data set was reduced in a database: its rows cannot be shown here."""
    return info.source.split(":")[0] in DIALECTS


def report_of(folder: Path) -> ImportReport:
    """What became of the rows of the remote table when the marts were written."""
    return ImportReport.from_dict(_passport(folder)["report"])


def _passport(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / PASSPORT).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReadError("This folder holds no marts that can be read; write them again.") from error
    return found


def open_marts(folder: Path, limits: EngineLimits | None = None) -> Workspace:
    """Open a folder of marts as a data set; raises ``ReadError`` where it holds none."""
    content = _passport(folder)
    info = DataSet(**{**content["info"], "as_of": dt.date.fromisoformat(content["info"]["as_of"])})
    database = Database(limits)
    try:
        present = _load(database, folder, info)
        return Workspace(database, info, present).opened(_read_facts(content["facts"]))
    except BaseException:
        database.close()
        raise


def _read_facts(content: Mapping[str, Any]) -> Facts:
    days = {name: dt.date.fromisoformat(content[name]) for name in ("first_day", "last_day")}
    return Facts(**{**content, **days})


def _load(database: Database, folder: Path, info: DataSet) -> frozenset[str]:
    """Tables from their files, everything else of a data set empty; the canonical tables that are there."""
    there = {name for name in MARTS if (folder / f"{name}.parquet").exists()}
    for name in sorted(there):
        source = literal(str(folder / f"{name}.parquet"))
        database.execute(f"create table {quote(name)} as select * from read_parquet({source})")  # noqa: S608
    for table in TABLES.values():
        if table.name not in there and table.name != "orders":
            database.execute(create_empty(table))
    for mart in ("touch", "fulfilment"):
        database.execute(_EMPTY_MARTS[mart])
    if "mart_customer_back" not in there:
        text = sql_text(_BACK).replace("{{as_of_month}}", str(month_number(info.as_of)))
        database.execute(text)
    lines = bool(database.rows("select 1 from order_lines limit 1"))
    return frozenset({"orders", "customers"} | ({"order_lines"} if lines else set()))


_EMPTY_MARTS = {
    "touch": "create table mart_touch (customer_key integer, day integer, kind varchar, manager varchar, outcome varchar)",
    "fulfilment": "create table mart_fulfilment (customer_key integer, order_key integer, order_number integer, "
    "day integer, month integer, margin decimal(18, 4), manager varchar, late_days integer, is_late integer, "
    "documents_ok integer, has_complaint integer, complaint varchar)",
}
