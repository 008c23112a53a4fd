"""The forecast's further sections in words: season, independence, newcomers by channel, renewals."""

from __future__ import annotations

import math

from ltvlib.forecast_checks import SeasonCheck
from ltvlib.models.independence import Independence
from ltvlib.subscriptions import Period, Subscriptions
from pages.ui.forecast_story import sentence, verdict_of
from pages.ui.words import DASH, _, count, day, number, percent, short_money


def season(check: SeasonCheck, months: int) -> str:
    """Whether a season makes the forecast doubtful, and what it did in the exam."""
    found = check.season
    if math.isnan(found.strength):
        return _(
            "Season: the history has {n} complete months; two years are needed to tell a season from chance.",
            n=found.months,
        )
    if not found.is_strong:
        return _(
            "Season: none that would mislead the forecast; the calendar months differ no more than chance lets them."
        )
    text = _(
        "Season: strong. The best calendar month brings {swing} times the orders of the weakest, and the forecast knows nothing of it: trust whole years more than parts of a year.",
        swing=number(found.swing, 1),
    )
    if not math.isnan(check.halves[0]):
        text += " " + _(
            "In the exam the first half year was off by {first}, the second by {second}.",
            first=_signed(check.halves[0]),
            second=_signed(check.halves[1]),
        )
    if months < 12:
        text += " " + _(
            "By the season alone the coming {months} months bring {share} than usual ones.",
            months=months,
            share=_more_or_less(check.ahead(months)),
        )
    return text


def _signed(share: float) -> str:
    return DASH if math.isnan(share) else ("+" if share > 0 else "") + percent(share)


def _more_or_less(share: float) -> str:
    return _("{share} more", share=percent(share)) if share > 0 else _("{share} less", share=percent(-share))


def unrelated(check: Independence) -> str:
    """The correlation of frequency and money, with its number and what it means."""
    if math.isnan(check.correlation):
        return sentence(check.message)
    return (
        _(
            "Frequency and money: correlation {r} (95 % interval: {low} to {high}; 0 = unrelated, 1 = always together).",
            r=number(check.correlation, 2),
            low=number(check.low, 2),
            high=number(check.high, 2),
        )
        + " "
        + sentence(check.message)
    )


def newcomers(rows: list[tuple[str, float]], months: int, currency: str) -> str:
    """One message: the best and the weakest channel by what a newcomer is expected to bring."""
    known = sorted((row for row in rows if not math.isnan(row[1])), key=lambda row: -row[1])
    if len(known) < 2:
        return _("What a newcomer is expected to bring in {months} months, and what winning one costs", months=months)
    return _(
        "In {months} months a newcomer is expected to bring {best} from {first}, and {worst} from {last}",
        months=months,
        best=short_money(known[0][1], currency),
        first=known[0][0],
        worst=short_money(known[-1][1], currency),
        last=known[-1][0],
    )


def paying_by(period: Period) -> str:
    """What the data look like."""
    return {
        Period.WEEK: _("Your customers pay by the week, like subscribers."),
        Period.MONTH: _("Your customers pay by the month, like subscribers."),
        Period.QUARTER: _("Your customers pay by the quarter, like subscribers."),
        Period.YEAR: _("Your customers pay by the year, like subscribers."),
    }[period]


def period_axis(period: Period) -> str:
    """The axis of renewals."""
    return {
        Period.WEEK: _("Weeks since the first payment"),
        Period.MONTH: _("Months since the first payment"),
        Period.QUARTER: _("Quarters since the first payment"),
        Period.YEAR: _("Years since the first payment"),
    }[period]


def renewals(found: Subscriptions) -> str:
    """The exam of the renewals in one sentence, and how long those of today will stay."""
    text = paying_by(found.period) + " "
    text += _(
        "Learnt up to {day}, the renewal model expected **{expected}** renewals after it; **{happened}** happened: {verdict}.",
        day=day(found.split),
        expected=count(found.expected_renewals),
        happened=count(found.happened_renewals),
        verdict=verdict_of(found.miss),
    )
    if not found.is_trusted:
        return text + " " + _("That is too far off, so it says nothing about the future.")
    return (
        text
        + " "
        + _(
            "A subscriber of today is expected to pay **{year}** more times within a year and **{two}** within two.",
            year=number(found.stay[0], 1),
            two=number(found.stay[1], 1),
        )
    )
