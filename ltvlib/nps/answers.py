"""All answers of a data set, from its file and from the app, and the score by period and by what is known of the people."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ltvlib import ratios
from ltvlib.days import day_numbers
from ltvlib.engine import Answer
from ltvlib.journal import Journal
from ltvlib.nps.score import Group, Nps, Scale, groups, is_valid, nps, standing_out
from ltvlib.populations import classified, rule_params
from ltvlib.settings import EPOCH, AbcdxRules, Filters, month_start, months_before
from ltvlib.workspace import Workspace

LIMIT = 500_000
ATTRIBUTES = ("segment", "channel", "manager", "first_category", "first_product", "city", "industry", "asked_via")
"""What answers can be compared by; ``segment`` first."""
COLUMNS = ["response_id", "customer_id", "answered_at", "score", "scale", "improvement", "asked_via"]


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers on one scale.

    Attributes:
        frame: one row an answer: response_id, customer_id (missing for strangers), answered_at, score, scale, improvement,
            asked_via, group, day (since 1970), and of known customers name, segment, channel, manager, city, industry,
            first_product, first_category.
        asked: customer_id and answered_at of every answer, whatever its scale.
        people: the customers of the data with segment, orders and margin of the last 12 months.
        scale: the scale counted.
        others: answers on the other scale, left out.
        refused: answers with a score outside their scale, left out.
        answer: the query behind.
        as_of: end of the data, exclusive; answers given in the app come later.
    """

    frame: pd.DataFrame
    asked: pd.DataFrame
    people: pd.DataFrame
    scale: Scale
    others: int
    refused: int
    answer: Answer
    as_of: dt.date


def answers(
    workspace: Workspace,
    journal: Journal,
    rules: AbcdxRules,
    filters: Filters | None = None,
    scale: Scale | None = None,
) -> Answers:
    """Every answer on ``scale`` (the most used one where not given) of the customers that pass ``filters``.

    Answers given in the app after the end of the data count too, unless ``filters`` end earlier. A segment is that of the
    end of the data.
    """
    filters = filters or Filters()
    end = workspace.as_of(filters)
    params = {"with_strangers": int(filters.is_empty), "limit": LIMIT}
    found = workspace.ask("nps_answers", params, filters=replace(filters, until=None))
    rows = _joined(found.frame, journal)
    asked = rows[["customer_id", "answered_at"]]
    if filters.until is not None:
        rows = rows[rows["answered_at"] < pd.Timestamp(end)]
    if filters.since is not None:
        rows = rows[rows["answered_at"] >= pd.Timestamp(month_start(filters.since))]
    limit = LIMIT if len(rows) else 0  # a large base is not fetched for nothing
    people = _people(workspace, rules, filters, end, limit)
    if not filters.is_empty:
        rows = rows[rows["customer_id"].isin(set(people["customer_id"]))]
    scale = scale or _usual(rows)
    same = rows["scale"] == scale.value
    valid = is_valid(rows["score"], scale)
    known = people.drop(columns=["orders", "margin"])
    kept = rows[same & valid].merge(known, on="customer_id", how="left").reset_index(drop=True)
    kept["group"] = groups(kept["score"])
    kept["day"] = day_numbers(kept["answered_at"])
    return Answers(kept, asked, people, scale, int((~same).sum()), int((same & ~valid).sum()), found, end)


def _joined(data: pd.DataFrame, journal: Journal) -> pd.DataFrame:
    """Answers of the file and of the app in one table, in order of time."""
    written = journal.frame("nps_responses")[COLUMNS]
    data = data.assign(response_id=response_ids(data))[COLUMNS]
    parts = [part for part in (data, written) if len(part)]
    rows = pd.concat(parts, ignore_index=True) if parts else written
    for name in ("customer_id", "improvement", "asked_via"):
        rows[name] = rows[name].astype(object).where(rows[name].notna(), None)
    rows["answered_at"] = pd.to_datetime(rows["answered_at"]).astype("datetime64[us]")
    rows["score"] = rows["score"].astype(float)
    return rows.sort_values("answered_at", kind="stable").reset_index(drop=True)


def response_ids(rows: pd.DataFrame) -> list[str]:
    """An id for every row that stays the same when the same row is read again; the second of two equal rows gets another."""
    texts = ["\x1f".join(str(value) for value in row) for row in rows[COLUMNS[1:]].itertuples(index=False)]
    seen: Counter[str] = Counter()
    number = []
    for text in texts:
        number.append(seen[text])
        seen[text] += 1
    return [hashlib.sha256(f"{text}\x1f{n}".encode()).hexdigest()[:32] for text, n in zip(texts, number, strict=True)]


def _usual(rows: pd.DataFrame) -> Scale:
    """The scale with the most answers; 0-10 where there is none."""
    known = rows.loc[rows["scale"].isin([scale.value for scale in Scale]), "scale"].value_counts()
    return Scale(str(known.index[0])) if len(known) else Scale.ZERO_TEN


def _people(workspace: Workspace, rules: AbcdxRules, filters: Filters, end: dt.date, limit: int) -> pd.DataFrame:
    params = {
        **rule_params(rules),
        "from_day": (months_before(end, 12) - EPOCH).days,
        "as_of_day": (end - EPOCH).days,
        "limit": limit,
    }
    parts = {"classified": classified(rules, filters.until, workspace)}
    return workspace.ask("nps_people", params, filters=filters, expressions=parts).frame


def score_of(frame: pd.DataFrame) -> Nps:
    """The score of some answers; a stranger's answers count as one person each."""
    who = frame["customer_id"].where(frame["customer_id"].notna(), frame["response_id"])
    return nps(frame["score"], who)


def lately(found: Answers, months: int = 12, back: int = 0) -> pd.DataFrame:
    """The answers of the last ``months`` months of the data and since, or of the ``months`` that ended ``back`` months ago."""
    end = months_before(found.as_of, back)
    at = found.frame["answered_at"]
    inside = at >= pd.Timestamp(months_before(end, months))
    return found.frame[inside & (at < pd.Timestamp(end))] if back else found.frame[inside]


def by_quarter(frame: pd.DataFrame) -> pd.DataFrame:
    """The score of every quarter with an answer: quarter (first day), value, low, high, n."""
    starts = frame["answered_at"].dt.to_period("Q").dt.start_time
    rows = [{"quarter": start.date(), **_row(score_of(part))} for start, part in frame.groupby(starts)]
    return pd.DataFrame(rows, columns=["quarter", *_ROW])


def by_attribute(frame: pd.DataFrame, attribute: str, least: int = 1) -> pd.DataFrame:
    """The score of every value of an attribute, the most answers first: value ("" = not known), score, and ``stands_out``.

    ``stands_out``: it differs from that of all others by more than chance, all values looked at together. Values with fewer
    than ``least`` answers are left out.
    """
    keys = frame[attribute].fillna("").astype(str)
    sizes = keys.value_counts()
    values = [value for value in sizes.index if sizes[value] >= least]
    parts = [(score_of(frame[keys == value]), score_of(frame[keys != value])) for value in values]
    rows = [
        {"name": value, **_row(part), "stands_out": mark}
        for value, (part, _rest), mark in zip(values, parts, standing_out(parts), strict=True)
    ]
    return pd.DataFrame(rows, columns=["name", *_ROW, "stands_out"])


_ROW = ("value", "low", "high", "n", "promoters", "passives", "detractors")


def _row(found: Nps) -> dict[str, float]:
    return {name: getattr(found, name) for name in _ROW}


def attributes_of(frame: pd.DataFrame) -> list[str]:
    """Attributes that tell answers apart: at least two values are known."""
    return [name for name in ATTRIBUTES if name in frame and frame[name].dropna().nunique() > 1]


def counts(frame: pd.DataFrame) -> dict[Group, int]:
    """Answers by group."""
    sizes = frame["group"].value_counts()
    return {group: int(sizes.get(group.value, 0)) for group in Group}


def answered_share(answered: ArrayLike, customers: ArrayLike) -> np.ndarray:
    """Customers who answered / customers. Unit: share 0..1. Undefined without customers."""
    return np.asarray(ratios.divide(answered, customers))
