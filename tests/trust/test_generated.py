"""Exports as no person would write them, but as programs do: whatever the mix, no record disappears in silence.

Each example writes a file whose records are known beforehand and reads it the way an upload is read. 3,000 in the tests; ``make fuzz`` takes
50,000 (``LTV_FUZZ=17``, a factor). Every record is used, merged into another or refused with a reason; and where every
cell of the amounts is good, the file's sum is found to the cent.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as some

from ltvlib.engine import EngineLimits
from ltvlib.errors import LtvError
from ltvlib.ingest.convert import convert
from ltvlib.ingest.direct import NotPlainError
from ltvlib.ingest.hierarchy import unfold
from ltvlib.ingest.profile import inspect_raw
from ltvlib.ingest.reader import read_raw
from ltvlib.ingest.report import ImportReport
from tests.trust.load import figures

FACTOR = int(os.environ.get("LTV_FUZZ", "1"))
PARTS = 6
EXAMPLES = 3_000 * FACTOR // PARTS
LIMITS = EngineLimits(threads=1, memory_mb=1_024, seconds=60)
pytestmark = pytest.mark.timeout(900 * FACTOR)

HEADERS = (
    ("Order ID", "Order date", "Customer", "Email", "Total", "Status"),
    ("Номер заказа", "Дата", "Клиент", "E-mail", "Сумма", "Статус"),
    ("order_number", "created_at", "customer_id", "email", "amount", "state"),
)
DATES = ("%Y-%m-%d", "%d.%m.%Y", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M", "%Y/%m/%d")
NAMES = (
    "Анна Ёлкина",
    "O'Neil, Pat",
    'The "Best" Ltd',
    "Zoë\u00a0Long",
    "李雷",
    "a;b",
    "tab\tname",
    "line\nbreak",
    "x" * 120,
)


@dataclass(frozen=True)
class Export:
    """A file and what is known of it."""

    content: bytes
    records: int
    total: Decimal | None
    """Sum of the amounts; ``None`` where some cell is no number."""


def number(value: Decimal, comma: bool, grouped: str) -> str:
    text = f"{value:,.2f}".replace(",", "_").replace(".", "," if comma else ".")
    return text.replace("_", grouped)


@some.composite
def exports(draw: some.DrawFn) -> Export:
    """One export: a shape of file, and rows of which some are odd."""
    header = draw(some.sampled_from(HEADERS))
    pattern = draw(some.sampled_from(DATES))
    delimiter = draw(some.sampled_from(";,\t|"))
    comma = draw(some.booleans())
    grouped = draw(some.sampled_from(("", " ", "\u00a0")))
    encoding = draw(some.sampled_from(("utf-8", "utf-8-sig", "utf-16", "cp1251")))
    preamble = draw(some.sampled_from(("", "Orders of the year\n\n", "sep=")))
    rows, total, last = [], Decimal(0), Decimal(0)
    is_clean = True
    for n in range(draw(some.integers(3, 40))):
        day = dt.datetime(2023, 1, 1) + dt.timedelta(
            days=draw(some.integers(0, 800)), minutes=draw(some.integers(0, 1439))
        )
        amount = Decimal(draw(some.integers(-50_000, 900_000))) / 100
        cell, when = number(amount, comma, grouped), day.strftime(pattern)
        odd = draw(some.integers(0, 19))
        order, name = str(1000 + n), f"{draw(some.sampled_from(NAMES))} {draw(some.integers(0, 6))}"
        if odd == 0:
            cell, is_clean = draw(some.sampled_from(("", "n/a", "ten", "#REF!", "1.2.3"))), False
        elif odd == 1:
            when = draw(some.sampled_from(("", "yesterday", "31.02.2024", "0")))
        elif odd == 2:
            name = ""
        elif odd == 3 and rows:
            rows.append(rows[-1])
            total += last
        elif odd == 4 and rows:
            order = rows[-1][0]
        total, last = total + amount, amount
        status = draw(some.sampled_from(("paid", "paid", "paid", "cancelled", "", "оплачен")))
        rows.append((order, when, name, f"p{n % 7}@example.com" if odd != 2 else "", cell, status))
    if encoding == "cp1251":
        rows = [tuple(cell.encode("cp1251", "replace").decode("cp1251") for cell in row) for row in rows]
    out = io.StringIO()
    out.write(preamble + (delimiter + "\n" if preamble == "sep=" else ""))
    writer = csv.writer(out, delimiter=delimiter, lineterminator=draw(some.sampled_from(("\n", "\r\n"))))
    writer.writerows([header, *rows])
    return Export(out.getvalue().encode(encoding), len(rows), total if is_clean else None)


def read(export: Export, folder: Path) -> ImportReport | LtvError:
    """What an upload comes to; a choice that is asked is answered the first way."""
    path = folder / "orders.csv"
    path.write_bytes(export.content)
    try:
        try:
            raw = read_raw(path, folder / "raw", direct=True)
            found = inspect_raw(unfold(raw, LIMITS), None, LIMITS)
        except NotPlainError:
            raw = read_raw(path, folder / "raw")
            found = inspect_raw(unfold(raw, LIMITS), None, LIMITS)
        mapping = found.proposal
        for question in found.questions:
            if question.options and question.field in ("date_format", "decimal", "amount_is"):
                mapping = replace(mapping, **{question.field: question.options[0]})
        return convert(found.raw, mapping, folder / "out", limits=LIMITS)
    except LtvError as error:
        return error


def complaint(export: Export, report: ImportReport | LtvError) -> str:
    """What is wrong; a file that is refused as a whole with a sentence loses nothing in silence."""
    if isinstance(report, LtvError):
        return ""
    if report.records != export.records:
        return f"{export.records} records were written, {report.records} are accounted for"
    if report.used + report.merged + report.refused != report.records:
        return f"{report.used} used + {report.merged} merged + {report.refused} refused are not {report.records}"
    steps = [Decimal(step.amount) for step in report.reconciliation]
    if sum(steps[:-1]) != steps[-1]:
        return "the reconciliation does not add up"
    if export.total is not None and steps[0] != export.total:
        return f"the file's sum is {export.total}, found was {steps[0]}"
    return ""


def refused_rows(folder: Path) -> int:
    path = folder / "out" / "refused.parquet"
    return pq.read_metadata(path).num_rows if path.exists() else 0


COUNTED = {"examples": 0, "read": 0}


@pytest.mark.parametrize("part", range(PARTS))
def test_no_record_is_lost_in_silence(part: int):
    @seed(part + 100 * FACTOR)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(exports())
    def look(export: Export) -> None:
        folder = Path(tempfile.mkdtemp(prefix="ltv-generated-"))
        try:
            report = read(export, folder)
            COUNTED["examples"] += 1
            assert complaint(export, report) == ""
            if isinstance(report, ImportReport):
                COUNTED["read"] += 1
                assert refused_rows(folder) == report.refused
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    COUNTED.update(examples=0, read=0)
    look()
    assert COUNTED["read"] > EXAMPLES // 2, "most are read, not refused as a whole"
    figures.keep("generated", f"{_together(part):,} exports, 0 silent losses", "0 silent losses", part=part, **COUNTED)


def _together(part: int) -> int:
    """Examples of this part and of the parts before it that other processes looked at; the parts begin with 0."""
    folder = figures.FOLDER / "generated"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / str(part)).write_text(str(COUNTED["examples"]))
    return sum(int((folder / str(n)).read_text()) for n in range(PARTS) if (folder / str(n)).exists())


def test_a_loss_is_noticed(tmp_path: Path):
    """Self-test: the same export with a record that the reader never sees, and with a report that forgets one."""
    rows = [f"{n};2024-01-{n:02};c{n % 3};{n},50" for n in range(1, 21)]
    content = "\n".join(["Order ID;Order date;Customer;Total", *rows]).encode()
    total = sum(Decimal(n) + Decimal("0.50") for n in range(1, 21))
    report = read(Export(content, 20, total), tmp_path)
    assert isinstance(report, ImportReport)
    assert complaint(Export(content, 20, total), report) == ""
    assert "21 records" in complaint(Export(content, 21, total), report)
    assert "not 20" in complaint(Export(content, 20, total), replace(report, used=report.used - 1))
    assert "sum" in complaint(Export(content, 20, total + 1), report)
