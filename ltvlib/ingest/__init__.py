"""Any export to canonical tables, in two steps a page calls: ``inspect`` the file, then ``load`` it.

Both run in a limited child process (:mod:`ltvlib.ingest.process`): the file itself is never parsed here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping as Dict
from pathlib import Path
from typing import TYPE_CHECKING

from ltvlib.ingest.model import Inspection, Limits, Mapping, RawTable, ReadOptions
from ltvlib.ingest.process import Cancelled, CancelledError, ProgressCall, run
from ltvlib.ingest.report import ImportReport, ListRead, NpsRead, SpendRead

if TYPE_CHECKING:  # the reading child begins here, and has no use for a cipher library where nobody is hidden
    from ltvlib.codes import Codes

__all__ = ["CancelledError", "inspect", "load", "read_list", "read_nps", "read_spend"]


def inspect(
    source: Path,
    work_dir: Path,
    options: ReadOptions | None = None,
    limits: Limits | None = None,
    on_progress: ProgressCall | None = None,
    cancelled: Cancelled | None = None,
    mapping: Mapping | None = None,
    codes: Codes | None = None,
) -> Inspection:
    """Read ``source`` (a file, or a folder of Parquet files), look at its columns and propose a mapping.

    The raw table goes to ``work_dir``. A large clean file is not copied there: it has to stay as it is until
    ``load`` has run, which reads it again. Numbers of payment cards become codes; with ``codes``, what is shown of phones,
    e-mails and names is covered.

    Raises:
        ReadError: the file is no table; the sentence says what to do.
        LimitError: a stated limit was reached.
        CancelledError: ``cancelled`` said so.
    """
    payload = {
        "source": str(source.resolve()),
        "out_dir": str(work_dir.resolve()),
        "options": json.loads((options or ReadOptions()).to_json()),
        "mapping": json.loads(mapping.to_json()) if mapping else None,
        "people_key": codes.key.hex() if codes else "",
    }
    found = run("inspect", payload, limits=limits or Limits(), on_progress=on_progress, cancelled=cancelled)
    return Inspection.from_dict(found)


def load(
    raw: RawTable,
    mapping: Mapping,
    out_dir: Path,
    limits: Limits | None = None,
    on_progress: ProgressCall | None = None,
    cancelled: Cancelled | None = None,
    codes: Codes | None = None,
) -> ImportReport:
    """Turn a raw table into the canonical tables in ``out_dir``, every record accounted for.

    With ``codes``, phones, e-mails and names leave the reading process as codes only, unless the mapping keeps them readable.

    Raises:
        MappingError: a column cannot be used as mapped.
        ReadError: a file that is read straight was changed since ``inspect``.
        LimitError: a stated limit was reached.
        CancelledError: ``cancelled`` said so.
    """
    payload = {
        "raw": json.loads(raw.to_json()),
        "mapping": json.loads(mapping.to_json()),
        "out_dir": str(out_dir.resolve()),
        "people_key": codes.key.hex() if codes else "",
    }
    found = run("convert", payload, limits=limits or Limits(), on_progress=on_progress, cancelled=cancelled)
    return ImportReport.from_dict(found)


def read_spend(source: Path, work_dir: Path, limits: Limits | None = None) -> SpendRead:
    """Marketing spend by month and channel from any table file, every record used or refused with its reason.

    Raises:
        ReadError: the file is no table.
        MappingError: no column of months or amounts was found.
        LimitError: a stated limit was reached.
    """
    payload = {"source": str(source.resolve()), "out_dir": str(work_dir.resolve())}
    return SpendRead.from_dict(run("spend", payload, limits=limits or Limits()))


def read_nps(source: Path, work_dir: Path, lowest: int = 0, limits: Limits | None = None) -> NpsRead:
    """Answers to the survey from any table file, on the scale ``lowest``..10; every record used or refused with its reason.

    Raises:
        ReadError: the file is no table.
        MappingError: no column of scores or dates was found.
        LimitError: a stated limit was reached.
    """
    payload = {"source": str(source.resolve()), "out_dir": str(work_dir.resolve()), "lowest": lowest}
    return NpsRead.from_dict(run("nps", payload, limits=limits or Limits()))


def read_list(
    source: Path,
    work_dir: Path,
    kind: str,
    columns: Dict[str, str] | None = None,
    day_first: bool | None = None,
    limits: Limits | None = None,
) -> ListRead:
    """Past contacts (``kind`` = ``touches``) or what became of orders (``fulfilments``) from any table file.

    ``columns`` (field -> header, "" = none) corrects what the headers propose; ``day_first`` settles dates left open.
    Every record is used or refused with its reason; what is missing or open is told in the result.

    Raises:
        ReadError: the file is no table.
        MappingError: the table is too long.
        LimitError: a stated limit was reached.
    """
    payload = {
        "source": str(source.resolve()),
        "out_dir": str(work_dir.resolve()),
        "kind": kind,
        "columns": dict(columns) if columns is not None else None,
        "day_first": day_first,
    }
    return ListRead.from_dict(run("list", payload, limits=limits or Limits()))
