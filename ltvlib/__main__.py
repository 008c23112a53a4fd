"""The headless twin: ``python -m ltvlib marts`` writes the marts of a data set for scheduled runs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from ltvlib.errors import LtvError
from ltvlib.ingest.model import Mapping
from ltvlib.remote import connect, folder, sampling
from ltvlib.remote.dialect import Engine
from ltvlib.remote.reduce import Bounds
from ltvlib.remote.report import Survey, survey

_REMOTE = {"duckdb": "path", "spark": "remote", "postgres": "conninfo", "clickhouse": "dsn"}


def parser() -> argparse.ArgumentParser:
    """The arguments of ``python -m ltvlib``."""
    top = argparse.ArgumentParser("python -m ltvlib")
    marts = top.add_subparsers(dest="command", required=True).add_parser(
        "marts", help="reduce a table of orders where it lives, and write the marts as Parquet"
    )
    marts.add_argument("--engine", required=True, choices=connect.ENGINES)
    marts.add_argument(
        "--remote", required=True, help="DuckDB file, sc://host:port, or a connection string of Postgres or ClickHouse"
    )
    marts.add_argument(
        "--orders", required=True, metavar="TABLE", help="name of the table, with its schema where needed"
    )
    marts.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="folder to write; replaced when all is there"
    )
    marts.add_argument(
        "--mapping",
        type=Path,
        metavar="FILE",
        help="a mapping saved on the page Data; without it the proposal is taken",
    )
    marts.add_argument(
        "--zone", default="", help="time zone of the business for columns with a time zone, such as Europe/Berlin"
    )
    marts.add_argument("--most-orders", type=int, default=Bounds().orders, help="orders up to which all are fetched")
    marts.add_argument(
        "--most-customers", type=int, default=Bounds().customers, help="customers up to which all are fetched"
    )
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it is done, 1 with a sentence on the error stream when it is not."""
    given = parser().parse_args(arguments)
    try:
        settings = {_REMOTE[given.engine]: given.remote}
        with closing(connect.connect(given.engine, settings, given.zone)) as engine:
            _write(engine, given)
    except LtvError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _write(engine: Engine, given: argparse.Namespace) -> None:
    table = connect.find_table(engine, given.orders)
    mapping = _mapping(given.mapping) if given.mapping else sampling.look(engine, table).proposal
    found = survey(engine, connect.source(engine, table, mapping, given.zone))
    bounds = Bounds(given.most_orders, given.most_customers)
    written = folder.write(engine, found, given.out, given.orders, bounds, _tell)
    print(json.dumps(_summary(found, written), ensure_ascii=False))  # noqa: T201


def _mapping(path: Path) -> Mapping:
    try:
        return Mapping.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise LtvError("This is not a saved mapping.") from error


def _tell(what: str, share: float) -> None:
    print(f"{share:4.0%} {what}", file=sys.stderr)  # noqa: T201


def _summary(found: Survey, written: folder.Written) -> dict[str, object]:
    report = found.report
    return {
        "rows": report.records,
        "used": report.used,
        "refused": report.reasons,
        "orders": report.orders,
        "refunds": report.refunds,
        "customers": found.buyers,
        "revenue": report.reconciliation[-1].amount,
        "as_of": found.as_of.isoformat(),
        "moved_bytes": written.moved_bytes,
        "customer_share": written.info.customer_share,
        "order_share": written.info.order_share,
    }


if __name__ == "__main__":
    raise SystemExit(main())
