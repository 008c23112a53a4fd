"""Sentences of the page about what moves the profit. Words only; every figure comes computed."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ltvlib.concentration import Leaving
from ltvlib.control import Judged
from ltvlib.driver_tree import PARTS, Tree
from ltvlib.drivers import Change
from ltvlib.kpis import Period
from pages.ui.components import label
from pages.ui.words import _, by_unit, count, day, month, number, percent, plural, short_money


def span(period: Period) -> str:
    """First and last day of a period."""
    return f"{day(period.first_day)} – {day(period.last_day)}"


def signed(value: float, currency: str) -> str:
    """Money with its sign, plus included."""
    return ("+" if value > 0 else "") + short_money(value, currency)


def left_aside() -> str:
    """Why segments chosen in the sidebar do not count here."""
    return _(
        "The choice of segments is left aside on this page: a segment says how a customer buys now, so the best of now would always seem to have grown. Where it happened, by segment, starts from the segment of then."
    )


def step(part: str, tree: Tree, currency: str) -> str:
    """What one part of the change is, in words with the driver's values."""
    if part in ("new", "reactivated", "lost"):
        return _people(part, tree.counts[part])
    if part == "refunds":
        return _("Refunds without an order")
    if part == "orders_per_customer":
        return _frequency(*tree.value(part))
    if part == "average_order_value":
        return _order_value(*tree.value(part), tree, currency)
    return _rate(*tree.value(part))


def _people(part: str, n: int) -> str:
    if part == "new":
        return plural("{n} new customer", "{n} new customers", n)
    if part == "reactivated":
        return plural("{n} earlier customer bought again", "{n} earlier customers bought again", n)
    return plural("{n} customer did not buy in this period", "{n} customers did not buy in this period", n)


def _frequency(before: float, now: float) -> str:
    pair = {"before": number(before, 2), "now": number(now, 2)}
    if now >= before:
        return _("Each bought more often: {before} → {now} orders", **pair)
    return _("Each bought less often: {before} → {now} orders", **pair)


def _order_value(before: float, now: float, tree: Tree, currency: str) -> str:
    if math.isnan(tree.effects["gross_margin_rate"]):
        return _("Profit of an order")
    pair = {"before": short_money(before, currency), "now": short_money(now, currency)}
    if now >= before:
        return _("An order was larger: {before} → {now}", **pair)
    return _("An order was smaller: {before} → {now}", **pair)


def _rate(before: float, now: float) -> str:
    pair = {"before": percent(before, 1), "now": percent(now, 1)}
    if now >= before:
        return _("More of the price stayed as profit: {before} → {now}", **pair)
    return _("Less of the price stayed as profit: {before} → {now}", **pair)


def steps(tree: Tree, currency: str) -> list[tuple[str, float]]:
    """The parts that moved something, with their words, in display order."""
    moved = {part: tree.effects[part] for part in PARTS if abs(tree.effects[part]) >= 0.005}
    return [(step(part, tree, currency), money) for part, money in moved.items()]


def reading(tree: Tree, is_drivers: bool) -> str:
    """How to read the waterfall."""
    if is_drivers:
        return _(
            "Customers who bought in only one of the periods count as average customers; the parts sum to the change."
        )
    return plural(
        "Customers who bought in only one of the periods count with their own profit. Orders, order value and margin rate are those of the {n} customer who bought in both periods. The parts sum to the change.",
        "Customers who bought in only one of the periods count with their own profit. Orders, order value and margin rate are those of the {n} customers who bought in both periods. The parts sum to the change.",
        tree.counts["returning"],
    )


def strongest(moved: list[tuple[str, float]], currency: str) -> str:
    """The message of the waterfall."""
    if not moved:
        return _("Nothing moved the profit")
    what, money = max(moved, key=lambda pair: abs(pair[1]))
    return _("Moved the profit most: {what} ({money})", what=what, money=signed(money, currency))


def change(found: Change, currency: str) -> str:
    """The change of the profit and its strongest parts."""
    before, now = found.tree.before.margin, found.tree.now.margin
    pair = {
        "span": span(found.period),
        "before_span": span(found.before),
        "now": short_money(now, currency),
        "before": short_money(before, currency),
        "change": short_money(abs(found.change), currency),
    }
    if abs(found.change) < 0.005:
        return _("From {span} the profit was **{now}**, the same as from {before_span}.", **pair)
    if found.change > 0:
        text = _(
            "From {span} the profit was **{now}**, **{change} more** than the {before} from {before_span}.", **pair
        )
    else:
        text = _(
            "From {span} the profit was **{now}**, **{change} less** than the {before} from {before_span}.", **pair
        )
    return " ".join([text, *_strongest(found.tree, currency)])


def _strongest(tree: Tree, currency: str) -> list[str]:
    moved = sorted(steps(tree, currency), key=lambda pair: pair[1])
    lines = []
    if moved and moved[-1][1] > 0:
        what, money = moved[-1]
        lines.append(_("What helped most: {what} ({money}).", what=what, money=signed(money, currency)))
    if moved and moved[0][1] < 0:
        what, money = moved[0]
        lines.append(_("What cost most: {what} ({money}).", what=what, money=signed(money, currency)))
    return lines


def verdict(found: Judged) -> str:
    """What the last month of a figure is, in a few words."""
    if not found.is_known:
        return _("too few months to say")
    return _("news: {why}", why=_why(found)) if found.last else _("a wobble")


def _why(found: Judged) -> str:
    """Why the last month is news."""
    if abs(found.last) == 2:
        return _("above the usual range") if found.last > 0 else _("below the usual range")
    n = found.run_length
    if found.last > 0:
        return plural("{n} month in a row above the usual level", "{n} months in a row above the usual level", n)
    return plural("{n} month in a row below the usual level", "{n} months in a row below the usual level", n)


def news(figures: Mapping[str, Judged]) -> str:
    """What of the last complete month is news and what is a wobble."""
    known = [found for found in figures.values() if found.is_known]
    if not known:
        return _("There are too few complete months yet to tell news from a wobble.")
    when, told = month(known[0].months[-1]), _told(known)
    calm = ", ".join(_lower(label(found.slug)) for found in known if not found.last)
    if not told:
        return _(
            "In {month} nothing is news: {figures} moved within their usual range, a wobble.", month=when, figures=calm
        )
    if not calm:
        return _("News in {month}: {figures}.", month=when, figures=told)
    return _("News in {month}: {news}. Only a wobble: {calm}.", month=when, news=told, calm=calm)


def headline(figures: Mapping[str, Judged]) -> str:
    """The last complete month in one sentence, for the top of the page."""
    known = [found for found in figures.values() if found.is_known]
    if not known:
        return ""
    when, told = month(known[0].months[-1]), _told(known)
    if told:
        return _("News in {month}: {figures}.", month=when, figures=told)
    return _("By month it is a wobble: in {month} nothing left its usual range.", month=when)


def _told(known: list[Judged]) -> str:
    return "; ".join(f"{_lower(label(found.slug))} ({_why(found)})" for found in known if found.last)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def usual(found: Judged, currency: str, unit: str) -> str:
    """The usual range of the last month in words."""
    if not found.is_known:
        return ""
    low, high = (by_unit(float(limit[-1]), unit, currency) for limit in (found.lower, found.upper))
    now = by_unit(float(found.values[-1]), unit, currency)
    if found.is_seasonal:
        return _(
            "{month}: {now}. Going by the same month a year earlier, {low} to {high} would be usual.",
            month=month(found.months[-1]),
            now=now,
            low=low,
            high=high,
        )
    return _("{month}: {now}. Usual is {low} to {high}.", month=month(found.months[-1]), now=now, low=low, high=high)


def leaving(found: Leaving, currency: str) -> str:
    """What goes with the largest customers."""
    before, after = found.per_customer
    words = {
        "lost": short_money(found.lost, currency),
        "share": percent(found.share, 1),
        "before": short_money(before, currency),
        "after": short_money(after, currency),
        "window": plural("{n} month", "{n} months", found.months),
    }
    if found.is_a:
        text = plural(
            "If the largest A customer leaves, **{lost}** of the profit of the last {window} goes: {share} of it.",
            "If the {n} largest A customers leave, **{lost}** of the profit of the last {window} goes: {share} of it.",
            found.leaving,
            **words,
        )
    else:
        text = plural(
            "If the largest customer leaves, **{lost}** of the profit of the last {window} goes: {share} of it.",
            "If the {n} largest customers leave, **{lost}** of the profit of the last {window} goes: {share} of it.",
            found.leaving,
            **words,
        )
    if math.isnan(after):
        return text
    return text + " " + _("Profit per customer goes from {before} to {after}.", **words)


def everybody(found: Leaving) -> str:
    """Why the list is not of A customers."""
    return "" if found.is_a else _("There are fewer than five A customers, so these are the largest of all.")


def people(n: int) -> str:
    """A number of customers."""
    return plural("{n} customer", "{n} customers", n)


def whole(n: float) -> str:
    """A count."""
    return count(n)
