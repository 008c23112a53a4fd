"""NPS in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ltvlib.nps.bias import Bias
from ltvlib.nps.money import COMPARED, Worth
from ltvlib.nps.queue import Status
from ltvlib.nps.score import Group, Nps, difference
from ltvlib.nps.themes import Theme
from ltvlib.settings import Attribute, Grain
from pages.ui import choices
from pages.ui.words import DASH, _, count, number, percent, period, plural, short_money


def points(value: float) -> str:
    """A score without decimals; a real minus sign."""
    return DASH if math.isnan(value) else number(round(value), 0).replace("-", "\u2212")


def range_and_n(found: Nps) -> str:
    """Interval and number of answers of a score."""
    if math.isnan(found.low):
        return plural("{n} answer", "{n} answers", found.n)
    return _("{low} to {high}, n = {n}", low=points(found.low), high=points(found.high), n=count(found.n))


def shares(low: float, high: float) -> str:
    """An interval of shares."""
    return _("{low} to {high}", low=percent(low), high=percent(high))


def standing(now: Nps) -> str:
    """The score in a sentence."""
    if not now.n:
        return _("Nobody has answered in the last 12 months.")
    answers = plural("{n} answer", "{n} answers", now.n)
    if math.isnan(now.low):
        return _("**NPS is {value}**, from {answers}: too few to rely on.", value=points(now.value), answers=answers)
    return _(
        "**NPS is {value}** ({low} to {high}, {answers} in 12 months): {promoters} praise you, {detractors} warn others off.",
        value=points(now.value),
        low=points(now.low),
        high=points(now.high),
        answers=answers,
        promoters=percent(now.promoters / now.n),
        detractors=percent(now.detractors / now.n),
    )


def change(now: Nps, before: Nps) -> str:
    """What the score has done in a year."""
    value, low, high, _p = difference(now, before)
    if math.isnan(low):
        return ""
    texts = {"by": points(abs(value)), "before": points(before.value)}
    if low > 0:
        return _("It is {by} points higher than a year before ({before}).", **texts)
    if high < 0:
        return _("It is {by} points lower than a year before ({before}).", **texts)
    return _("Against the year before ({before}) the change is within chance.", **texts)


def in_money(worth: Worth | None) -> str:
    """What a detractor does, where it is more than chance."""
    if worth is None:
        return ""
    group = Group.DETRACTOR
    if worth.is_shown[group] or worth.returns_shown[group]:
        found = worth.returned[group]
        return _(
            "Within {days} days of the answer {exposed} of the detractors buy again, of like promoters {others}.",
            days=count(worth.days),
            exposed=percent(found.exposed),
            others=percent(found.others),
        )
    return ""


def money_tile(worth: Worth | None, currency: str) -> tuple[str, str | None]:
    """Profit a detractor brings less, with its interval."""
    if worth is None:
        return DASH, None
    found = worth.profit[Group.DETRACTOR]
    if math.isnan(found.low):
        return DASH, _("too few to say")
    if not worth.is_shown[Group.DETRACTOR]:
        return DASH, _("within chance in {days} days", days=count(worth.days))
    return short_money(-found.value, currency), _(
        "{low} to {high} in {days} days",
        low=short_money(-found.high, currency),
        high=short_money(-found.low, currency),
        days=count(worth.days),
    )


def money_title(worth: Worth, currency: str) -> str:
    """The message of the money chart."""
    found = worth.profit[Group.DETRACTOR]
    if worth.is_shown[Group.DETRACTOR] and found.value < 0:
        return _(
            "A detractor brings {money} less than a like promoter in the {days} days after the answer",
            money=short_money(-found.value, currency),
            days=count(worth.days),
        )
    if worth.returns_shown[Group.DETRACTOR]:
        return _("Detractors come back less often than like promoters")
    return _("In profit, detractors and like promoters differ within chance")


def money_sentence(group: Group, worth: Worth, currency: str) -> str:
    """One group against like promoters, in returns and in profit."""
    back, money = worth.returned[group], worth.profit[group]
    name = {Group.DETRACTOR: _("Detractors (0-6)"), Group.PASSIVE: _("Passives (7-8)")}[group]
    if math.isnan(money.low):
        return _("**{name}**: fewer than twenty on a side, so nothing can be said yet.", name=name)
    verdict = _("more than chance") if worth.is_shown[group] else _("within chance")
    return _(
        "**{name}**: {exposed} bought again, {others} of like promoters; profit differs by {money} ({low} to {high}): {verdict}.",
        name=name,
        exposed=percent(back.exposed),
        others=percent(back.others),
        money=short_money(money.value, currency),
        low=short_money(money.low, currency),
        high=short_money(money.high, currency),
        verdict=verdict,
    )


def alike(worth: Worth) -> str:
    """In what compared customers are alike."""
    least = min(worth.keys[group] for group in COMPARED)
    known = [_("profit of the year before"), _("number of orders"), _("channel"), _("half of the year")]
    if not least:
        return _("There are too few promoters to find like customers for everybody: all are compared with all.")
    return _(
        "Compared customers are alike in: {keys}. Nobody drew lots: what the data do not know stays in the difference.",
        keys=", ".join(known[:least]),
    )


def quarter_line(row: Mapping[Any, Any]) -> str:
    """One quarter on hover."""
    name = period(row["quarter"], Grain.QUARTER)
    return f"{name}: {points(row['value'])} ({points(row['low'])} … {points(row['high'])}), n = {count(row['n'])}"


def time_title(frame: pd.DataFrame) -> str:
    """The message of the score over time."""
    known = frame.dropna(subset=["low"])
    if len(known) < 2:
        return _("NPS by quarter")
    lowest, highest = known["value"].min(), known["value"].max()
    return _("NPS by quarter: between {low} and {high}", low=points(lowest), high=points(highest))


def group_title(frame: pd.DataFrame, by: str) -> str:
    """The message of the comparison."""
    marked = frame[frame["stands_out"]]
    what = attribute_name(by)
    if marked.empty:
        return _("{what}: no group differs from the rest by more than chance", what=what)
    lowest = marked.sort_values("value").iloc[0]
    return _(
        "{what}: “{name}” stands out with {value}",
        what=what,
        name=value_name(by, lowest["name"]),
        value=points(lowest["value"]),
    )


def bias_title(check: Bias, currency: str) -> str:
    """Who answers, in one line."""
    found = check.profit
    if found.low > 0:
        return _(
            "The better customers answer: they brought {money} more in 12 months than those who did not",
            money=short_money(found.value, currency),
        )
    if found.high < 0:
        return _(
            "The weaker customers answer: they brought {money} less in 12 months than those who did not",
            money=short_money(-found.value, currency),
        )
    return _("Those who answer and those who do not bring about the same profit")


def bias_text(check: Bias) -> str:
    """What the score would be if all segments answered alike."""
    if math.isnan(check.reweighted):
        return _("Some segments have fewer than ten answers, so the score cannot be weighed by the whole base yet.")
    return _(
        "If every segment answered as often as it is large, NPS would be {weighed} instead of {value}.",
        weighed=points(check.reweighted),
        value=points(check.score),
    )


def attribute_name(name: str) -> str:
    """What answers are compared by."""
    if name == "segment":
        return _("Segment")
    if name == "asked_via":
        return _("Way of asking")
    return choices.attribute_name(Attribute(name))


def value_name(by: str, value: str) -> str:
    """A value of an attribute."""
    if not value:
        return _("not known")
    return choices.segment_name(value) if by == "segment" else value


def group_name(group: Group) -> str:
    """A group with its scores."""
    return {
        Group.DETRACTOR: _("Detractors (0-6)"),
        Group.PASSIVE: _("Passives (7-8)"),
        Group.PROMOTER: _("Promoters (9-10)"),
    }[group]


def status_name(status: str) -> str:
    """Where a low score stands."""
    return {Status.NEW: _("new"), Status.CALLED: _("called"), Status.FIXED: _("fixed")}[Status(status)]


def theme_name(theme: Theme) -> str:
    """What a theme is called."""
    return theme.name or _("other words")
