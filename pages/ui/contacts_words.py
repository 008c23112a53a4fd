"""What contacts did, in words: a sentence for each kind, and why some cannot be judged."""

from __future__ import annotations

import math

from ltvlib.like_with_like import Difference
from ltvlib.outreach.contact_effect import HAND_OVER, ContactEffect
from ltvlib.outreach.words import Kind
from ltvlib.programmes.effect import Doubt
from pages.ui.words import _, count, number, plural, short_money


def name(what: str) -> str:
    """A kind of contact, many of them."""
    return {
        Kind.CALL.value: _("Calls"),
        Kind.VISIT.value: _("Visits"),
        Kind.MESSAGE.value: _("Messages"),
        Kind.EMAIL.value: _("E-mails"),
        Kind.OTHER.value: _("Other contacts"),
        HAND_OVER: _("Hand-overs"),
    }[what]


def points(found: Difference) -> str:
    """A difference of shares in points with its interval."""
    if not math.isfinite(found.low):
        return ""
    low, high = number(found.low * 100, 0), number(found.high * 100, 0)
    return _("{value} points ({low} to {high})", value=number(found.value * 100, 0), low=low, high=high)


def is_clear(found: Difference) -> bool:
    """Whether the interval leaves out nothing at all."""
    return math.isfinite(found.low) and (found.low > 0 or found.high < 0)


def sentence(one: ContactEffect, days: int, currency: str) -> str:
    """What a kind of contact did, where it is more than chance."""
    seen = one.effect
    assert seen is not None
    said = []
    if is_clear(seen.returned):
        text = _("of 100 customers {exposed} ordered again within {days} days, of 100 like ones {others}")
        shares = [number(100 * min(1.0, max(0.0, x)), 0) for x in (seen.returned.exposed, seen.returned.others)]
        said.append(text.format(exposed=shares[0], others=shares[1], days=count(days)))
    if is_clear(seen.orders):
        low, high = number(seen.orders.low, 1), number(seen.orders.high, 1)
        text = _("{value} orders a customer more than like ones in {days} days ({low} to {high})")
        if seen.orders.value < 0:
            text = _("orders a customer against like ones in {days} days: {value} ({low} to {high})")
        said.append(text.format(value=number(seen.orders.value, 1), low=low, high=high, days=count(days)))
    if is_clear(seen.profit):
        low, high = short_money(seen.profit.low, currency), short_money(seen.profit.high, currency)
        text = _("profit a customer against like ones: {value} ({low} to {high})")
        said.append(text.format(value=short_money(seen.profit.value, currency), low=low, high=high))
    return f"**{name(one.what)}**: " + "; ".join(said) + "."


def silence(one: ContactEffect) -> str:
    """Why a kind of contact is not said to have done anything."""
    if one.effect is None and one.farewells:
        return _("all were made when the loss was on record already: they asked why, and could bring nothing back")
    if one.effect is None:
        return _("too few customers whose days after the contact are known, or nobody like them")
    doubt = one.effect.doubt
    if doubt is None:
        return _("nothing beyond chance is seen")
    return {
        Doubt.SILENT: _(
            "most were made when the customer had fallen silent. Whoever chose them may have known who had really left, and the data do not; draw lots for a half the next time (the page Triggers does)"
        ),
        Doubt.NO_HISTORY: _(
            "most were made right after the first order, so nobody knows what these customers would have done"
        ),
        Doubt.UNLIKE: _("those contacted were other customers than the rest, and too few of the rest are like them"),
        Doubt.BEFORE: _("those contacted already did better or worse than like customers before the contact"),
    }[doubt]


def title(found: tuple[ContactEffect, ...]) -> str:
    """The message of the picture."""
    best = [one for one in found if one.is_shown and one.effect is not None and is_clear(one.effect.returned)]
    if not best:
        return _("Who was contacted comes back as often as like customers, within chance")
    first = max(best, key=lambda one: abs(one.effect.returned.value) if one.effect else 0)
    assert first.effect is not None
    more = round(100 * first.effect.returned.value)
    kind = name(first.what)
    if more < 0:
        return plural(
            "{kind}: of 100 customers {n} fewer ordered again than of like ones",
            "{kind}: of 100 customers {n} fewer ordered again than of like ones",
            -more,
            kind=kind,
        )
    return plural(
        "{kind}: of 100 customers {n} more ordered again than of like ones",
        "{kind}: of 100 customers {n} more ordered again than of like ones",
        more,
        kind=kind,
    )


def row(one: ContactEffect) -> dict[str, object]:
    """A line of the table."""
    seen = one.effect
    line: dict[str, object] = {"what": name(one.what), "customers": one.contacted}
    if seen is None:
        return {**line, "verdict": silence(one)}
    return {
        **line,
        "exposed": seen.returned.exposed,
        "others": seen.returned.others,
        "points": points(seen.returned),
        "orders": seen.orders.value,
        "profit": seen.profit.value,
        "compared": f"{count(seen.returned.n_exposed)} / {count(seen.returned.n_others)}",
        "verdict": _("more than chance") if one.is_shown else silence(one),
    }
