"""Scenarios and the plan as a file: JSON with a version, read back with every value checked."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ltvlib.costs import CostKind, CostLine, VariableCosts
from ltvlib.errors import LimitError, LtvError, ReadError
from ltvlib.plan_levers import Lever, LeverKind, Levers, segments_of
from ltvlib.plan_today import YEAR

FORMAT, VERSION = "ltv-workbench-plan", 2
"""Version 1 did not hold the variable costs."""
MAX_BYTES = 200_000
"""A file of scenarios is a short text."""
MAX_SCENARIOS = 12
"""More cannot be compared side by side."""
MAX_NAME = 60
MAX_NUMBER = 1e15
"""No figure of a plan is larger; beyond it sums are no longer exact."""
MAX_COSTS = 50
SERIES = ("new_customers", "orders", "revenue", "contribution", "profit")
RATES = ("cac", "orders_per_customer", "average_order_value", "margin_rate", "came_again_rate")


@dataclass(frozen=True)
class Scenario:
    """Levers under a name."""

    name: str
    levers: Levers


@dataclass(frozen=True)
class Expected:
    """What a plan promises.

    Attributes:
        first_month: first of the 12 months (year * 12 + month - 1).
        series: one value a month for every name in :data:`SERIES`: counts and money.
        rates: :data:`RATES` of the year; ``nan`` = could not be said when the plan was made.
    """

    first_month: int
    series: Mapping[str, tuple[float, ...]]
    rates: Mapping[str, float]


@dataclass(frozen=True)
class Plan:
    """A scenario that was made the plan.

    Attributes:
        name: what the owner calls it.
        title, currency: the data set it was made on.
        made_on: end of the data it was made on (exclusive).
        channels: channels it was limited to; empty = all.
        costs: variable costs taken off its margin; ``None`` = not known (a file of version 1).
        levers: what is to be done.
        expected: what it should bring.
    """

    name: str
    title: str
    currency: str
    made_on: dt.date
    levers: Levers
    expected: Expected
    channels: tuple[str, ...] = ()
    costs: VariableCosts | None = None

    @property
    def has_spend(self) -> bool:
        """Whether marketing spend is taken off its profit: only with a CAC, ``nan`` = no spend was on record."""
        return not math.isnan(self.expected.rates["cac"])

    @property
    def last_day(self) -> dt.date:
        """Last day of the data it was made on, for people."""
        return self.made_on - dt.timedelta(days=1)


@dataclass(frozen=True)
class PlanFile:
    """What one file holds: scenarios in the order they were saved, and the plan, if any."""

    scenarios: tuple[Scenario, ...] = ()
    plan: Plan | None = field(default=None)

    def to_json(self) -> str:
        """The file as text; undefined figures are ``null``."""
        content = {
            "format": FORMAT,
            "version": VERSION,
            "scenarios": [{"name": row.name, "levers": _levers_out(row.levers)} for row in self.scenarios],
            "plan": None if self.plan is None else _plan_out(self.plan),
        }
        return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)


def together(mine: Iterable[Scenario], found: Iterable[Scenario]) -> tuple[Scenario, ...]:
    """Scenarios of this session with those of a file behind them; the file's counts where a name is in both.

    Raises:
        LimitError: together they are more than :data:`MAX_SCENARIOS`; none of them is dropped in silence.
    """
    added = tuple(found)
    names = {row.name for row in added}
    rows = (*(row for row in mine if row.name not in names), *added)
    if len(rows) > MAX_SCENARIOS:
        raise LimitError("With the scenarios of the file there would be {n}, at most {limit} can be compared: delete some of yours first.", n=len(rows), limit=MAX_SCENARIOS)  # fmt: skip
    return rows


def clean_name(text: str) -> str:
    """A name as one short line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:MAX_NAME].strip()


def read_plan(data: bytes) -> PlanFile:
    """Scenarios and plan from a file; every value is checked.

    Raises:
        LimitError: the file is longer than a plan can be.
        ReadError: it is not a plan of this product, or a value in it cannot be.
    """
    if len(data) > MAX_BYTES:
        raise LimitError("A plan is at most {limit} KB long; this file is something else.", limit=MAX_BYTES // 1000)
    try:
        return _file(json.loads(data.decode("utf-8-sig"), parse_constant=_refuse))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError, LtvError) as error:
        if isinstance(error, ReadError):
            raise
        raise ReadError("This file is not a plan saved here, or it was changed; save the plan again and take that file.") from None  # fmt: skip


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _file(content: dict[str, Any]) -> PlanFile:
    if content["format"] != FORMAT:
        raise ValueError("another format")
    if type(content["version"]) is not int or content["version"] < 1:
        raise ValueError("not a version")
    if content["version"] > VERSION:
        raise ReadError("This plan was saved by a newer version of the program; update the program and open it again.")
    rows = _list(content["scenarios"])
    if len(rows) > MAX_SCENARIOS:
        raise ValueError("too many scenarios")
    scenarios = {scenario.name: scenario for scenario in map(_scenario, rows)}
    plan = content.get("plan")
    return PlanFile(tuple(scenarios.values()), None if plan is None else _plan(plan, content["version"]))


def _scenario(row: dict[str, Any]) -> Scenario:
    return Scenario(_name(row["name"]), _levers(row["levers"]))


def _levers(rows: dict[str, Any]) -> Levers:
    return Levers.of({LeverKind(name): _lever(LeverKind(name), row) for name, row in rows.items()})


def _lever(kind: LeverKind, row: dict[str, Any]) -> Lever:
    letters = [_text(letter) for letter in _list(row.get("segments", []))]
    return Lever(_number(row.get("effect", 0)), _number(row.get("cost", 0)), segments_of(kind, letters))


def _plan(row: dict[str, Any], version: int) -> Plan:
    expected = row["expected"]
    channels = tuple(_text(channel)[:200] for channel in _list(row.get("channels", []))[:200])
    return Plan(
        _name(row["name"]), clean_name(_text(row["title"])), _currency(row["currency"]),
        _day(row["made_on"]), _levers(row["levers"]),
        Expected(
            _month(expected["first_month"]),
            {name: _year(expected["series"][name]) for name in SERIES},
            {name: _rate(expected["rates"][name]) for name in RATES},
        ),
        channels, None if version == 1 else _costs(row["costs"]),
    )  # fmt: skip


def _costs(rows: object) -> VariableCosts | None:
    if rows is None:
        return None
    lines = _list(rows)
    if len(lines) > MAX_COSTS:
        raise ValueError("too many costs")
    return VariableCosts(tuple(map(_cost, lines)))


def _cost(row: dict[str, Any]) -> CostLine:
    return CostLine(clean_name(_text(row["name"])), CostKind(_text(row["kind"])), _number(row["amount"]))


def _plan_out(plan: Plan) -> dict[str, Any]:
    first = plan.expected.first_month
    return {
        "name": plan.name,
        "title": plan.title,
        "currency": plan.currency,
        "made_on": plan.made_on.isoformat(),
        "channels": list(plan.channels),
        "levers": _levers_out(plan.levers),
        "costs": None if plan.costs is None else [_cost_out(line) for line in plan.costs.lines],
        "expected": {
            "first_month": f"{first // 12:04d}-{first % 12 + 1:02d}",
            "series": {name: list(plan.expected.series[name]) for name in SERIES},
            "rates": {name: _null(plan.expected.rates[name]) for name in RATES},
        },
    }


def _levers_out(levers: Levers) -> dict[str, Any]:
    return {
        kind.value: {"effect": lever.effect, "cost": lever.cost, "segments": [s.value for s in lever.segments]}
        for kind, lever in levers.by_kind
    }


def _cost_out(line: CostLine) -> dict[str, Any]:
    return {"name": line.name, "kind": line.kind.value, "amount": line.amount}


def _null(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MAX_NUMBER:
        raise ValueError("not a number")
    return float(value)


def _rate(value: object) -> float:
    return float("nan") if value is None else _number(value)


def _year(values: object) -> tuple[float, ...]:
    found = tuple(_number(value) for value in _list(values))
    if len(found) != YEAR:
        raise ValueError("not 12 months")
    return found


def _day(text: object) -> dt.date:
    day = dt.date.fromisoformat(_text(text))
    if not 1900 <= day.year <= 2200:
        raise ValueError("not a date of a plan")
    return day


def _month(text: object) -> int:
    day = _day(_text(text) + "-01")
    return day.year * 12 + day.month - 1


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _name(value: object) -> str:
    name = clean_name(_text(value))
    if not name:
        raise ValueError("no name")
    return name


def _currency(value: object) -> str:
    if not re.fullmatch(r"[A-Z]{3}|", _text(value)):
        raise ValueError("not a currency")
    return _text(value)
