"""Words and truths beside the tables."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any


def as_moment(day: str) -> datetime:
    """An ISO date as the moment it begins."""
    return datetime.fromisoformat(day)


def write_json(path: Path, value: Any) -> None:
    """Write readable JSON that is the same on every run."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
