"""Sentences about how long customers stay. Words only; every figure comes computed."""

from __future__ import annotations

import datetime as dt
import math

from ltvlib.survival import AFTER, Curve, Lifetime, has_moved
from pages.ui.words import _, day, number, percent, plural

DAYS_A_MONTH = 30.44


def long(days: float) -> str:
    """A time people can grasp: days up to three months, months up to three years, years beyond."""
    if days < 3 * DAYS_A_MONTH:
        return plural("{n} day", "{n} days", round(days))
    if days < 36 * DAYS_A_MONTH:
        return plural("{n} month", "{n} months", round(days / DAYS_A_MONTH))
    years = round(days / 365.25, 1)
    return plural("{n} year", "{n} years", int(years)) if years % 1 == 0 else _("{n} years", n=number(years, 1))


def too_young(lapse: int) -> str:
    """Why there is no lifetime: nobody has been a customer for longer than the silence that counts as gone."""
    return plural(
        "Nobody's first order is more than {n} day old, so nobody can be told gone yet. Choose a shorter silence or open a longer file.",
        "Nobody's first order is more than {n} days old, so nobody can be told gone yet. Choose a shorter silence or open a longer file.",
        lapse,
    )


def seen_to(found: Lifetime) -> str:
    """Up to which day customers are seen."""
    return _(
        "Customers are seen up to {day}: who has left since cannot be told yet from who is only silent.",
        day=day(found.cut - dt.timedelta(days=1)),
    )


def _range(curve: Curve) -> str:
    """The 95 % interval in brackets, with a space before it; empty where there is none."""
    low, high = curve.median_interval
    if math.isnan(low):
        return ""
    if math.isnan(high):
        return " " + _("(95 % interval: {low} or more)", low=long(low))
    if long(low) == long(high):
        return ""
    return " " + _("(95 % interval: {low} to {high})", low=long(low), high=long(high))


def lifetime(first: Curve, second: Curve) -> str:
    """Both clocks in two sentences."""
    return " ".join([_newcomers(first), *([_returners(second)] if second.customers else [])])


def _newcomers(curve: Curve) -> str:
    if math.isnan(curve.median):
        return _("**More than half** of all customers are still with you.")
    if not curve.median:
        return _("**At least half** of all customers ordered once and never came back.")
    return _("Half of all customers stay **{time}** or less{range}.", time=long(curve.median), range=_range(curve))


def _returners(curve: Curve) -> str:
    if math.isnan(curve.median):
        return _("Of those who came back for a second order **more than half** are still with you.")
    if not curve.median:
        return _("Of those who came back for a second order **at least half** never ordered again.")
    return _(
        "Of those who came back for a second order half stay **{time}** from then on{range}.",
        time=long(curve.median),
        range=_range(curve),
    )


def moved(now: Curve, before: Curve) -> str:
    """Whether newcomers stay longer or shorter than those of a year earlier."""
    share, share_before = now.still_here(AFTER)[0], before.still_here(AFTER)[0]
    if math.isnan(share) or math.isnan(share_before):
        return ""
    pair = {"now": percent(share), "before": percent(share_before)}
    if has_moved(now, before):
        return _("{now} are still with you half a year later, a year earlier it was {before}: that is news.", **pair)
    return _("{now} are still with you half a year later, a year earlier it was {before}: a wobble.", **pair)
