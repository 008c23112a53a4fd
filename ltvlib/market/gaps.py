"""Where a rival is better than us, by how many lost customers named it and the profit they took along."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from ltvlib.market.offers import Checks, better_than_us
from ltvlib.market.values import is_about
from ltvlib.settings import months_before

FACTS = ["named", "named_last_year", "margin_before", "named_otherwise"]


def gaps(found: Checks, losses: pd.DataFrame, end: dt.date) -> pd.DataFrame:
    """Offers of rivals that beat ours, the most named by lost customers first, then the dearest.

    ``losses`` is the frame of :class:`ltvlib.losses.Register`. A lost customer names a gap who went to this rival, or said no
    rival, for a reason about this criterion (:func:`ltvlib.market.values.is_about`). Adds to the columns of a check: named
    (such losses), named_last_year (those of the 12 months before ``end``), margin_before (profit of the year before each, added
    up; money), named_otherwise (went to this rival for another reason), reasons (those that counted). One customer may name
    several gaps, so they must not be added up.
    """
    rows = better_than_us(found)
    reasons = {str(reason) for reason in losses["reason"].dropna()}
    year = pd.Timestamp(months_before(end, 12))
    facts = [_named(*pair, losses, reasons, year) for pair in zip(rows["competitor"], rows["criterion"], strict=True)]
    rows[[*FACTS, "reasons"]] = pd.DataFrame(facts, columns=[*FACTS, "reasons"], index=rows.index)
    order = ["named", "margin_before", "named_otherwise", "gap"]
    return rows.sort_values(order, ascending=False, na_position="last").reset_index(drop=True)


def _named(
    competitor: str, criterion: str, losses: pd.DataFrame, reasons: set[str], year: pd.Timestamp
) -> tuple[int, int, float, int, str]:
    """Losses, those since ``year``, their profit, losses to this rival for something else, the reasons that counted."""
    is_named = _names(competitor, criterion, losses, reasons)
    chosen = losses[is_named]
    otherwise = int(((losses["competitor"].map(_key) == _key(competitor)) & ~is_named).sum())
    seen = sorted(str(reason) for reason in chosen["reason"].unique())
    recent = int((chosen["lost_at"] >= year).sum())
    return len(chosen), recent, float(chosen["margin_before"].sum()), otherwise, ", ".join(seen)


def _names(competitor: str, criterion: str, losses: pd.DataFrame, reasons: set[str]) -> pd.Series:
    """Which losses name a gap."""
    about = {reason for reason in reasons if is_about(reason, criterion)}
    rival = losses["competitor"].map(_key)
    return losses["reason"].isin(about) & ((rival == _key(competitor)) | (rival == ""))


def behind(found: Checks, losses: pd.DataFrame) -> pd.DataFrame:
    """Losses that name at least one gap, each once: what may be added up."""
    reasons = {str(reason) for reason in losses["reason"].dropna()}
    is_named = pd.Series(False, index=losses.index)
    for pair in better_than_us(found)[["competitor", "criterion"]].itertuples(index=False):
        is_named |= _names(str(pair[0]), str(pair[1]), losses, reasons)
    return losses[is_named]


def unwatched(found: Checks, losses: pd.DataFrame) -> pd.DataFrame:
    """Rivals and reasons that lost customers named and no check is about: competitor, reason, losses, margin_before, most first."""
    watched = {(_key(row.competitor), str(row.criterion)) for row in found.latest.itertuples()}
    named = losses[losses["competitor"].map(_key) != ""]
    groups = named.groupby(["competitor", "reason"]).agg(
        losses=("customer_id", "size"), margin_before=("margin_before", "sum")
    )
    rows = groups.reset_index()
    is_watched = [
        any(rival == _key(row.competitor) and is_about(str(row.reason), criterion) for rival, criterion in watched)
        for row in rows.itertuples()
    ]
    rows = rows[~pd.Series(is_watched, index=rows.index, dtype=bool)]
    return rows.sort_values(["losses", "margin_before"], ascending=False).reset_index(drop=True)


def _key(name: object) -> str:
    """A rival's name without case and stray spaces; empty where none is told."""
    return " ".join(name.split()).casefold() if isinstance(name, str) else ""
