"""The sample data sets that ship with the product."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ltvlib.opening import open_csv_folder
from ltvlib.workspace import DataSet, Workspace

SAMPLE_DIR = Path(__file__).parents[1] / "sample_data"


@dataclass(frozen=True)
class Sample:
    """A sample set: its name, title and story by language, line of business, and what its programmes cost."""

    name: str
    title: dict[str, str]
    sentence: dict[str, str]
    currency: str
    as_of: dt.date
    industry: str = ""
    programmes: dict[str, dict[str, Any]] = field(default_factory=dict)


@cache
def samples() -> Mapping[str, Sample]:
    """All sample sets with a ``meta.json``, in the order people should meet them; read once, every page asks for them."""
    order = ("salon", "kids", "electronics", "b2b", "crm")
    found = {}
    for name in order:
        path = SAMPLE_DIR / name / "meta.json"
        if path.exists():
            meta = json.loads(path.read_text(encoding="utf-8"))
            found[name] = Sample(
                name,
                meta["title"],
                meta["sentence"],
                meta["currency"],
                dt.date.fromisoformat(meta["as_of"]),
                meta.get("industry", ""),
                meta.get("programmes", {}),
            )
    return MappingProxyType(found)


def open_sample(name: str) -> Workspace:
    """Open a sample set; raises ``KeyError`` for an unknown name."""
    sample = samples()[name]
    info = DataSet(name, sample.title["en"], sample.currency, sample.as_of, "cost", 1.0, f"sample_data/{name}")
    return open_csv_folder(SAMPLE_DIR / name, info)
