"""Triggers in the reader's language: names, meanings, first texts of messages."""

from __future__ import annotations

from ltvlib.outreach.runs import Effect, Verdict
from ltvlib.outreach.triggers import Event, Rule
from ltvlib.outreach.words import Kind
from pages.ui.words import _, count, number, plural, short_money


def event_name(event: object) -> str:
    """What a trigger is called."""
    return {
        Event.LOW_NPS: _("Low score in the survey"),
        Event.AFTER_FIRST: _("After the first order"),
        Event.BEFORE_DUE: _("Before the usual next order"),
        Event.LATE: _("Late: 1.5 usual gaps of silence"),
        Event.VERY_LATE: _("Very late: 2 usual gaps of silence"),
        Event.FELL: _("Fell to a lower segment"),
        Event.ROSE: _("Rose to a higher segment"),
        Event.ANNIVERSARY: _("Anniversary of the first order"),
    }[Event(str(event))]


def defaults() -> list[Rule]:
    """The rules to begin with, in the order in which they win over each other."""
    sorry = _(
        "{name}, thank you for your answer. We are sorry it was not better: when may we call you to put it right?"
    )
    thanks = _("{name}, thank you for your first order! Is everything as you hoped? {offer}")
    due = _("{name}, it will soon be time again. Shall we put you down? {offer}")
    late = _("{name}, we have not seen you for {days} days and would be glad to. {offer}")
    very_late = _("{name}, it has been {days} days. Is there anything we should do better? {offer}")
    fell = _("{name}, you used to come more often. What is missing? {offer}")
    rose = _("{name}, thank you for {orders} orders! We value it. {offer}")
    year = _("{name}, a year ago and more you came to us for the first time. Thank you for staying! {offer}")
    return [
        Rule(Event.LOW_NPS, 0, sorry, kind=Kind.CALL),
        Rule(Event.AFTER_FIRST, 3, thanks),
        Rule(Event.BEFORE_DUE, 5, due),
        Rule(Event.LATE, 0, late),
        Rule(Event.VERY_LATE, 0, very_late),
        Rule(Event.ANNIVERSARY, 3, year),
        Rule(Event.FELL, 0, fell, is_on=False),
        Rule(Event.ROSE, 0, rose, is_on=False),
    ]


def verdict(effect: Effect, currency: str) -> str:
    """What may be said of a trigger, in a sentence."""
    total, low, high = (short_money(value, currency) for value in effect.total)
    if effect.verdict is Verdict.WORKED:
        return _("**It worked**: {total} of extra profit ({low} to {high}).", total=total, low=low, high=high)
    if effect.verdict is Verdict.LOST:
        return _("**It lost money**: {total} ({low} to {high}).", total=total, low=low, high=high)
    if effect.verdict is Verdict.NOT_SHOWN:
        return _("**No effect to be seen**, and an effect this small would need far too many customers to be shown.")
    if effect.complete < 1:
        return _("**Too early to say**: the days after the message are not all in your data yet. Upload newer orders.")
    if effect.needed == effect.needed and effect.needed > 0:
        more = plural("about {n} more customer", "about {n} more customers", _rounded(effect.needed))
        return _("**Too early to say**: needs {more}.", more=more)
    return _("**Too early to say**: too few customers on one of the sides.")


def _rounded(needed: float) -> int:
    """Two digits are all such a figure is good for."""
    size = 10 ** max(0, len(str(int(needed))) - 2)
    return max(10, round(needed / size) * size)


def difference(effect: Effect) -> str:
    """Extra orders of a hundred messages."""
    if effect.orders != effect.orders:
        return ""
    return _(
        "{orders} extra orders per 100 messages ({low} to {high})",
        orders=number(effect.orders * 100, 1),
        low=number(effect.orders_low * 100, 1),
        high=number(effect.orders_high * 100, 1),
    )


def sizes(effect: Effect) -> str:
    """How many were messaged and kept aside."""
    return _("{treated} messaged, {control} kept aside", treated=count(effect.treated), control=count(effect.control))
