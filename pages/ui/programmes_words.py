"""Programmes in words: earned, lost or cannot tell, and how far the comparison may be trusted."""

from __future__ import annotations

import math

from ltvlib.programmes.account import Account, Verdict
from ltvlib.programmes.effect import ALARM, Doubt, Effect
from ltvlib.programmes.lists import Programme
from pages.ui.components import plain
from pages.ui.words import _, count, percent, plural, short_money


def verdict(one: Programme, found: Effect | None, money: Account, days: int, currency: str) -> str:
    """The verdict in one sentence."""
    name, result = plain(one.name), short_money(abs(money.result), currency)
    if found is not None and found.doubt is not None:
        return "**" + _("{name}: cannot tell.", name=name) + "** " + doubt(found)
    if money.verdict is Verdict.EARNED:
        text = _("{name} **earned** {result} more than it cost, {one} a participant, within {days} days of joining.")
    elif money.verdict is Verdict.LOST:
        text = _(
            "{name} **lost** {result}: it cost more than it brought, {one} a participant, within {days} days of joining."
        )
    else:
        text = "**" + _("{name}: cannot tell yet.") + "** " + _needed(money)
    return text.format(
        name=name, result=result, one=short_money(abs(money.per_participant), currency), days=count(days)
    )


def _needed(money: Account) -> str:
    if math.isfinite(money.needed) and money.needed >= 1:
        more = plural(
            "about {n} participant more", "about {n} participants more", max(10, round(money.needed / 10) * 10)
        )
        return _("The interval holds both a gain and a loss. It would take {more} to tell.", more=more)
    return _("Too few participants, or too few like customers.")


def doubt(found: Effect) -> str:
    """Why the difference cannot be taken for the effect."""
    return {
        Doubt.NO_HISTORY: _(
            "Most joined with their first order, so nobody knows what they would have done: those who wanted to come back anyway may have joined. Draw lots for a part of the newcomers and compare these."
        ),
        Doubt.UNLIKE: _(
            "Participants and the others were different people before, and there are too few like others to compare with."
        ),
        Doubt.BEFORE: _("Participants already did better or worse than like customers before they joined."),
        Doubt.SILENT: _(
            "Most were chosen when they had fallen silent. Whoever chose them may have known who had really left; the others, silent for as long, partly had not. Draw lots for a half the next time: the page Triggers does that by itself."
        ),
        None: "",
    }[found.doubt]


def kind_of_proof(found: Effect | None) -> str:
    """Whether lots decided or people chose."""
    if found is None or found.is_experiment:
        return _("An experiment: lots decided who took part, so what is left is the effect and chance.")
    return _(
        "A comparison, not an experiment: people chose to join. Like customers are compared, but the wish to join is on nobody's record."
    )


def interval(low: float, high: float, currency: str) -> str | None:
    """The 95 % interval under a figure."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return None
    return _("{low} to {high}", low=short_money(low, currency), high=short_money(high, currency))


def estimates_title(found: Effect) -> str:
    """What the three estimates say together."""
    if math.isfinite(found.profit.low) and found.naive.value > 0 and found.profit.low <= 0:
        return _("Participants bring more than others, but not more than customers like them")
    return _("The same question asked three ways; the line is the 95 % interval")


def checks(found: Effect, currency: str) -> list[str]:
    """What speaks for and against the comparison."""
    matched = _(
        "{n} participants found {others} like customers; {lost} found nobody and are left out.",
        n=count(found.profit.n_exposed),
        others=count(found.profit.n_others),
        lost=count(found.profit.unmatched),
    )
    late = found.participants - found.profit.n_exposed - found.profit.unmatched
    if late > 0:
        matched += " " + _("{n} joined too lately: their days are not over yet.", n=count(late))
    lines = [matched, _("{share} of the participants had ordered before they joined.", share=percent(found.history))]
    if found.is_experiment:
        return lines
    for words, check in (
        (_("As if they had joined {days} days earlier"), found.placebo),
        (_("Movement before joining"), found.pre_trend),
    ):
        if math.isfinite(check.p_value):
            said = (
                _("a difference that should not be there")
                if check.p_value < ALARM
                else _("nothing to be seen, as it should be")
            )
            lines.append(words.format(days=count(found.days)) + f": {short_money(check.value, currency)}, {said}.")
    return lines


def trait_names() -> dict[str, str]:
    """Traits in which the groups are compared."""
    return {
        "occasions": _("Orders so far"),
        "silent_days": _("Days since the last order"),
        "past_margin": _("Profit of the year before"),
        "age_days": _("Days as a customer"),
    }
