"""The headless twin: ``python -m ltvlib marts`` writes marts for scheduled runs, ``segments`` asks for exact segments only."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from ltvlib.errors import LtvError
from ltvlib.ingest.model import Mapping
from ltvlib.remote import connect, folder, sampling
from ltvlib.remote.dialect import Engine
from ltvlib.remote.reduce import Bounds
from ltvlib.remote.report import Survey, survey
from ltvlib.remote.seven import Asked, Seven
from ltvlib.settings import AbcdxRules

_REMOTE = {"duckdb": "path", "spark": "remote", "postgres": "conninfo", "adbc": "conninfo", "clickhouse": "dsn"}


def parser() -> argparse.ArgumentParser:
    """The arguments of ``python -m ltvlib``."""
    top = argparse.ArgumentParser("python -m ltvlib")
    commands = top.add_subparsers(dest="command", required=True)
    marts = commands.add_parser("marts", help="reduce a table of orders where it lives, and write the marts as Parquet")
    _where(marts)
    marts.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder; replaced when all is there")
    marts.add_argument("--most-orders", type=int, default=Bounds().orders, help="orders up to which all are fetched")
    marts.add_argument("--most-customers", type=int, default=Bounds().customers, help="the same of customers")
    segments = commands.add_parser("segments", help="the ABCDX table and who moved, added up where the orders live")
    _where(segments)
    segments.add_argument("--value", type=float, required=True, help="average order value from which it is high")
    segments.add_argument("--often", type=int, required=True, help="orders in the window from which it is often")
    segments.add_argument("--months", type=int, default=12, help="length of the window")
    segments.add_argument("--then", type=int, default=12, help="months back of the window to compare with")
    segments.add_argument("--now", type=int, default=0, help="months back of the window of the table")
    return top


def _where(command: argparse.ArgumentParser) -> None:
    """Which engine, table and mapping."""
    command.add_argument("--engine", required=True, choices=connect.ENGINES)
    command.add_argument("--remote", required=True, help="DuckDB file, sc://host:port, or a connection string")
    command.add_argument(
        "--orders", required=True, metavar="TABLE", help="name of the table, with its schema where needed"
    )
    command.add_argument(
        "--mapping", type=Path, metavar="FILE", help="saved on the page Data; else the proposal is taken"
    )
    command.add_argument("--currency", default="", help="currency of the amounts, such as EUR")
    command.add_argument("--margin-rate", type=float, help="gross margin / revenue where no column tells it, 0..1")
    command.add_argument("--zone", default="", help="time zone of the business, for columns that know theirs")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it is done, 1 with a sentence on the error stream when it is not."""
    given = parser().parse_args(arguments)
    try:
        settings = {_REMOTE[given.engine]: given.remote}
        with closing(connect.connect(given.engine, settings, given.zone)) as engine:
            found = _surveyed(engine, given)
            _warn(found, given)
            told = _write(engine, found, given) if given.command == "marts" else _segments(engine, found, given)
    except LtvError as error:
        _say(str(error))
        return 1
    print(json.dumps(told, ensure_ascii=False))  # noqa: T201
    return 0


def _surveyed(engine: Engine, given: argparse.Namespace) -> Survey:
    table = connect.find_table(engine, given.orders)
    mapping = _mapping(given.mapping) if given.mapping else sampling.look(engine, table).proposal
    mapping = replace(mapping, currency=given.currency or mapping.currency or "USD")
    if given.margin_rate is not None:
        mapping = replace(mapping, margin_rate=given.margin_rate)
    return survey(engine, connect.source(engine, table, mapping, given.zone))


def _warn(found: Survey, given: argparse.Namespace) -> None:
    """What a page would say on top of every figure, on the error stream."""
    if found.margin_source == "none":
        _say("Neither cost nor profit is in the table: profit is revenue here. --margin-rate says what is left of it.")
    if not given.currency and not given.mapping:
        _say(f"The currency of the amounts is not known: they are called {found.report.currency}. --currency names it.")


def _segments(engine: Engine, found: Survey, given: argparse.Namespace) -> dict[str, object]:
    """Rows of the segments and of the moves; money in ten-thousandths, so that nothing is rounded."""
    rules = AbcdxRules(given.value, given.often, given.months)
    seven = Seven(found, engine.dialect, Asked(rules, given.then, now=given.now))
    return {name: seven.ask(engine, name).to_pylist() for name in ("segment_table", "moves")}


def _write(engine: Engine, found: Survey, given: argparse.Namespace) -> dict[str, object]:
    bounds = Bounds(given.most_orders, given.most_customers)
    return _summary(found, folder.write(engine, found, given.out, given.orders, bounds, _tell))


def _mapping(path: Path) -> Mapping:
    try:
        return Mapping.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise LtvError("This is not a saved mapping.") from error


def _tell(what: str, share: float) -> None:
    _say(f"{share:4.0%} {what}")


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201


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
        "currency": report.currency,
        "margin": found.margin_source,
        "as_of": found.as_of.isoformat(),
        "moved_bytes": written.moved_bytes,
        "customer_share": written.info.customer_share,
        "order_share": written.info.order_share,
    }


if __name__ == "__main__":
    raise SystemExit(main())
