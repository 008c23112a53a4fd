"""Frozen values that turn to and from JSON: they cross the border to the limited child process."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Self


class JsonValue:
    """JSON round trip for flat frozen dataclasses whose nested parts are declared in ``_nested``."""

    _nested: dict[str, type[Any]] = {}

    def to_json(self) -> str:
        """The value as JSON text."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)  # type: ignore[call-overload]

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Rebuild from ``dataclasses.asdict`` output; unknown keys are ignored."""
        known: dict[str, Any] = {}
        for item in dataclasses.fields(cls):  # type: ignore[arg-type]
            if item.name not in data:
                continue
            value = data[item.name]
            kind = cls._nested.get(item.name)
            if kind is not None and value is not None:
                if isinstance(value, list | tuple):
                    value = tuple(kind.from_dict(part) for part in value)
                else:
                    value = kind.from_dict(value)
            elif isinstance(value, list):
                value = tuple(tuple(part) if isinstance(part, list) else part for part in value)
            known[item.name] = value
        return cls(**known)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Rebuild from ``to_json`` output."""
        return cls.from_dict(json.loads(text))
