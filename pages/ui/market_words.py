"""Competitors in words."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Hashable, Mapping, Sequence

import pandas as pd

from ltvlib.market.effect import ALL, Around, Shift, relative
from ltvlib.market.values import Better
from pages.ui import choices
from pages.ui.components import plain
from pages.ui.words import DASH, _, day, number, percent, plural, short_money

Row = Mapping[Hashable, object]


def text(value: object) -> str:
    """A value as written, a dash where nothing was."""
    return str(value) if isinstance(value, str) and value else DASH


def better_name(better: object) -> str:
    """Which value is better for a customer."""
    return {
        Better.LESS: _("less is better"),
        Better.MORE: _("more is better"),
        Better.UNKNOWN: _("not known"),
    }[Better(str(better))]


def side_name(side: object) -> str:
    """Whose offer is better."""
    return {"theirs": _("theirs"), "ours": _("ours"), "equal": _("equal"), "unknown": DASH}[str(side)]


def verdict(gaps: pd.DataFrame, currency: str) -> str:
    """The dearest gap, or that there is none."""
    if gaps.empty:
        return _("None of the rivals' offers on record is better than yours.")
    top = gaps.iloc[0]
    if not top["named"]:
        return plural(
            "Rivals are better in {n} offer, but no lost customer on record named it.",
            "Rivals are better in {n} offers, but no lost customer on record named one of them.",
            len(gaps),
        )
    return _(
        "The gap that lost customers name most: **{rival}**, “{criterion}”, {theirs} against your {ours}. Customers who left for this reason: **{losses}**, {recent} of them in the last 12 months; the profit they took along is {money} a year.",
        rival=plain(top["competitor"]),
        criterion=plain(top["criterion"]),
        theirs=plain(text(top["their_value"])),
        ours=plain(text(top["our_value"])),
        losses=number(top["named"], 0),
        recent=number(top["named_last_year"], 0),
        money=short_money(float(top["margin_before"]), currency),
    )


def event_name(row: Row) -> str:
    """What was seen on which day, on one line."""
    facts = {
        "day": day(_date(row["checked_at"])),
        "rival": str(row["competitor"]),
        "criterion": str(row["criterion"]),
        "theirs": text(row["their_value"]),
        "ours": text(row["our_value"]),
    }
    if row["mover"] in ("theirs", "both"):
        return _("{day} · {rival} · {criterion}: {before} → {theirs}", before=text(row["previous_theirs"]), **facts)
    if row["mover"] == "ours":
        return _(
            "{day} · we against {rival} · {criterion}: {before} → {ours}", before=text(row["previous_ours"]), **facts
        )
    return _("{day} · {rival} · {criterion}: {theirs}", **facts)


def seen_words(row: Row) -> str:
    """When a change may have happened: the checks tell only between which days."""
    if not row["mover"]:
        return _("No change was seen at this check; you look at what happened around it.")
    return _(
        "Seen on {day}; at the check before, on {before}, it was still the old value. The change lies between.",
        day=day(_date(row["checked_at"])),
        before=day(_date(row["previous_at"])),
    )


def title(found: Around) -> str:
    """The message of the comparison: who ordered less, who more, who neither."""
    segments = [shift for shift in found.shifts if shift.segment != ALL]
    fell = [shift.segment for shift in segments if shift.is_shown and shift.value < 0]
    rose = [shift.segment for shift in segments if shift.is_shown and shift.value > 0]
    whole = next((shift for shift in found.shifts if shift.segment == ALL), None)
    if not found.has_year_before:
        return _("Orders before and after: no year before to compare with")
    if fell and rose:
        return _("Orders fell in {fell} and rose in {rose}", fell=_letters(fell), rose=_letters(rose))
    if fell:
        return _("Orders fell in {segments}; elsewhere nothing beyond chance", segments=_letters(fell))
    if rose:
        return _("Orders rose in {segments}; elsewhere nothing beyond chance", segments=_letters(rose))
    if whole is not None and whole.is_shown:
        return _whole_title(whole)
    return _("Orders went on as the year before suggests: what differs is within chance")


def _whole_title(whole: Shift) -> str:
    """All customers together moved, though no segment by itself is told from chance."""
    part = relative(whole)
    if math.isnan(part):
        return _("All customers together ordered otherwise than the year before suggests")
    if part < 0:
        return _("All customers together ordered {part} less than the year before suggests", part=percent(-part))
    return _("All customers together ordered {part} more than the year before suggests", part=percent(part))


def _letters(segments: Sequence[str]) -> str:
    return ", ".join(choices.short_segment(segment) for segment in segments)


def segment_name(segment: str) -> str:
    """A segment, or all together."""
    return choices.segment_name(segment) if segment else _("All together")


def row(shift: Shift) -> dict[str, object]:
    """The figures behind one segment."""
    known = math.isfinite(shift.low)
    interval = f"{number(shift.value, 2)} ({number(shift.low, 2)} … {number(shift.high, 2)})"
    return {
        "segment": segment_name(shift.segment),
        "customers": shift.customers,
        "before": shift.before,
        "after": shift.after,
        "before_then": shift.before_then,
        "after_then": shift.after_then,
        "difference": interval if known else number(shift.value, 2),
        "verdict": _judgement(shift, known),
    }


def _judgement(shift: Shift, known: bool) -> str:
    if not known:
        return _("too few to say")
    if math.isnan(shift.p_value):
        return _("no year before to compare with")
    if not shift.is_shown:
        return _("within chance")
    return _("fell") if shift.value < 0 else _("rose")


def _date(value: object) -> dt.date:
    return pd.Timestamp(str(value)).date()
