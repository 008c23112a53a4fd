"""Sections of the page about what moves the profit."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from ltvlib import abcdx, concentration, drivers, survival
from ltvlib.concentration import Leaving
from ltvlib.control import Judged
from ltvlib.definitions import METRICS
from ltvlib.driver_tree import PARTS, Tree
from ltvlib.drivers import Change
from ltvlib.engine import Answer
from ltvlib.settings import AbcdxRules, Attribute, Filters
from ltvlib.survival import Clock
from ltvlib.trends import MAX_ORDERS
from pages.ui import choices, driver_charts, drivers_lifetimes, drivers_story, session
from pages.ui.components import chart, definition, downloads, label, nothing, table
from pages.ui.people import customer_list, people_heading
from pages.ui.widgets import choose, switch
from pages.ui.words import DASH, _, by_unit, plural, symbol

BY_SEGMENT = "segment"
LAPSES = (30, 45, 60, 90, 120, 180, 270, 365)
VIEWS = ("drivers", "people")


def periods(found: Filters) -> tuple[int | None, int | None]:
    """Length of the period and how many months back it is compared, as the reader chose them."""
    lengths = session.remember(drivers.lengths, found)
    left, right = st.columns(2)
    months = None
    if len(lengths) > 1:
        with left:
            months = switch(_("Length of the period"), lengths, choices.window_name, choices.key("drivers_months"))
    period, _before = session.remember(drivers.periods, found, months)
    backs = drivers.comparisons(session.workspace(), period)
    if len(backs) < 2:
        return months, backs[0] if backs else None
    with right:
        words = {backs[0]: _("The period before"), 12: _("The same months a year earlier")}
        back = switch(_("Compared with"), backs, words.__getitem__, choices.key("drivers_back"))
    return months, back


def no_comparison(found: Change) -> None:
    """Why two periods cannot be compared."""
    if not found.period.is_complete:
        nothing(_("The last month is not complete yet, so there is no equal period before to compare with."))
    else:
        nothing(_("The file does not reach back far enough to compare with the period before."))


def changed(found: Change, rules: AbcdxRules, filters: Filters, chosen: tuple[int | None, int | None]) -> None:
    """The waterfall, the same as a table, and the groups behind it."""
    currency = session.workspace().info.currency
    names = {"drivers": _("What customers did"), "people": _("Whose profit it is")}
    view = switch(_("Show"), VIEWS, names.__getitem__, "drivers_view", label_visibility="collapsed")
    tree = found.tree if view == "drivers" else found.groups
    slug = "profit_drivers" if view == "drivers" else "profit_by_group"
    left, right = st.columns([4, 3])
    with left:
        start = (_("Profit {span}", span=drivers_story.span(found.before)), found.tree.before.margin)
        end = (_("Profit {span}", span=drivers_story.span(found.period)), found.tree.now.margin)
        steps = drivers_story.steps(tree, currency)
        title = drivers_story.strongest(steps, currency)
        picture = session.once(driver_charts.waterfall, start, steps, end, currency)
        chart(picture, "waterfall", title, _alt(title, start, steps, end, currency), found.answer, (slug,))
        st.caption(drivers_story.reading(tree, view == "drivers"), help=definition(slug))
    with right:
        parts_table(tree, slug, view == "drivers", currency)
    _by_group(rules, filters, chosen)


def _alt(
    title: str,
    start: tuple[str, float],
    steps: list[tuple[str, float]],
    end: tuple[str, float],
    currency: str,
) -> str:
    """The waterfall read aloud."""
    lines = [f"{name}: {drivers_story.signed(money, currency)}" for name, money in (start, *steps, end)]
    return title + ". " + "; ".join(lines)


def parts_table(tree: Tree, slug: str, is_drivers: bool, currency: str) -> None:
    """Drivers before, now, and what each did to the profit."""
    rows = [_row("customers", tree, tree.customers_effect, currency)] if is_drivers else []
    rows += [_row(part, tree, tree.effects[part], currency) for part in PARTS]
    frame = pd.DataFrame([row for row in rows if row is not None])
    frame.insert(0, "what", [part_name(part) if is_drivers else _short(part) for part in frame.pop("part")])
    title = _("What moved and what it did to the profit")
    columns = {
        "what": st.column_config.TextColumn(_("Driver")),
        "before": st.column_config.TextColumn(_("Before")),
        "now": st.column_config.TextColumn(_("Now")),
        "effect": st.column_config.NumberColumn(
            _("Effect, {currency}", currency=symbol(currency)), format="localized", help=definition(slug)
        ),
    }
    with st.container(border=True):
        st.markdown(f"**{title}**", help=definition(slug))
        table(frame.round({"effect": 0}), "parts", title, columns)
        titles = {name: str(column["label"]) for name, column in columns.items()}
        downloads(lambda: frame.rename(columns=titles), "profit_drivers", "parts")


def _row(part: str, tree: Tree, effect: float, currency: str) -> dict[str, object] | None:
    if part in ("reactivated", "refunds") and not effect:
        return None
    before, now = DASH, DASH
    if part in ("new", "reactivated"):
        now = drivers_story.whole(tree.counts[part])
    elif part == "lost":
        before = drivers_story.whole(tree.counts[part])
    elif part != "refunds":
        before, now = (by_unit(value, METRICS[part].unit, currency) for value in tree.value(part))
    return {"part": part, "before": before, "now": now, "effect": effect}


def part_name(part: str) -> str:
    """Short name of a part of the change."""
    people = {
        "new": _("· new"),
        "reactivated": _("· bought again"),
        "lost": _("· did not buy"),
        "refunds": _("Refunds without an order"),
    }
    return people.get(part) or label(part)


def _by_group(rules: AbcdxRules, filters: Filters, chosen: tuple[int | None, int | None]) -> None:
    """The change of every group with its own parts."""
    kinds = [BY_SEGMENT, *(attribute.value for attribute in choices.attributes())]
    with st.container(border=True):
        by = choose(_("Where it happened, by"), kinds, _kind, choices.key("drivers_by"))
        answer = (
            session.remember(drivers.by_segment, rules, filters, *chosen)
            if by == BY_SEGMENT
            else session.remember(drivers.by_attribute, Attribute(by), filters, *chosen)
        )
        if by == BY_SEGMENT:
            st.caption(
                _(
                    "Everybody stands in the segment of the earlier date. The best of then can mostly fall and newcomers only add, so compare the rows by what moved them."
                )
            )
        _groups_table(answer, by)


def _kind(kind: str) -> str:
    return _("Segment") if kind == BY_SEGMENT else choices.attribute_name(Attribute(kind))


def _groups_table(answer: Answer, by: str) -> None:
    frame = answer.frame.copy()
    words = choices.segment_name if by == BY_SEGMENT else (lambda group: group or _("not known"))
    frame["group"] = [words(group) for group in frame["group"]]
    sign = symbol(session.workspace().info.currency)
    money: Any = st.column_config.NumberColumn
    columns = {
        "group": st.column_config.TextColumn(_kind(by), pinned=True),
        "change": money(_("Change, {currency}", currency=sign), format="localized"),
        "margin_before": money(_("Profit before, {currency}", currency=sign), format="localized"),
        "margin_now": money(_("Profit now, {currency}", currency=sign), format="localized"),
        **{part: money(_short(part), format="localized", help=definition("profit_drivers")) for part in PARTS},
    }
    shown = {name: column for name, column in columns.items() if name == "group" or frame[name].fillna(0).any()}
    table(frame.round(0), "drivers_groups", _("Change of the profit by group"), shown)
    titles = {name: str(column["label"]) for name, column in shown.items()}
    downloads(lambda: frame[list(shown)].rename(columns=titles), "profit_by_group", "drivers_groups")


def _short(part: str) -> str:
    return {
        "new": _("New customers"),
        "reactivated": _("Bought again"),
        "lost": _("Did not buy"),
        "refunds": _("Refunds without an order"),
    }.get(part) or label(part)


def news(figures: dict[str, Judged]) -> None:
    """Small charts of the key figures by month, each with its verdict."""
    currency = session.workspace().info.currency
    st.markdown(drivers_story.news(figures), help=definition("news"))
    st.caption(_("The shaded band is the usual range. Diamonds are news, everything else is a wobble."))
    with st.grid(3, gap="small", min_column_width=300):
        for slug, found in figures.items():
            unit = METRICS[slug].unit
            title = f"{label(slug)} · {drivers_story.verdict(found)}"
            with st.container():
                picture = session.once(driver_charts.control, found, unit, currency)
                alt = title + ". " + drivers_story.usual(found, currency, unit)
                chart(picture, f"news_{slug}", title, alt)
                st.caption(drivers_story.usual(found, currency, unit))


def lifetimes(found: Filters) -> None:
    """How long customers stay, by both clocks."""
    default = session.remember(survival.default_lapse, found)
    options = sorted({*LAPSES, default})
    lapse = choose(
        _("A customer counts as gone after a silence of more than"),
        options,
        _days,
        choices.key("lapse"),
        default,
        help=_("At first a silence longer than 90 % of all gaps between orders in your data, but at least 30 days."),
    )
    first = session.remember(survival.lifetime, Clock.FIRST_ORDER, lapse, found)
    second = session.remember(survival.lifetime, Clock.SECOND_ORDER, lapse, found)
    if not first.curve.customers:
        nothing(drivers_lifetimes.too_young(lapse))
        return
    st.markdown(drivers_lifetimes.lifetime(first.curve, second.curve), help=definition("customer_lifetime"))
    names = {
        _("All customers, from the first order"): first.curve,
        _("Those who came back, from the second order"): second.curve,
    }
    curves = {name: curve for name, curve in names.items() if curve.customers}
    title = _("Share of customers still with you, with its 95 % interval")
    alt = title + ". " + drivers_lifetimes.lifetime(first.curve, second.curve).replace("**", "")
    chart(session.once(driver_charts.survival, curves), "survival", title, alt, first.answer, ("customer_lifetime",))
    st.caption(drivers_lifetimes.seen_to(first))
    _newcomers(lapse, found)


def _newcomers(lapse: int, found: Filters) -> None:
    """Whether newcomers stay as long as those of a year earlier."""
    if session.workspace().facts().orders > MAX_ORDERS:
        return
    points = session.remember(survival.over_time, Clock.FIRST_ORDER, lapse, found)
    told = drivers_lifetimes.moved(points[-1].curve, points[-5].curve) if len(points) > 4 else ""
    if not told:
        return
    title = _("Of the new customers of 12 months: {told}", told=told)
    chart(
        session.once(driver_charts.newcomers, points),
        "newcomers",
        title,
        title,
        points[-1].answer,
        ("customer_lifetime",),
    )


def _days(days: int) -> str:
    return plural("{n} day", "{n} days", days)


def largest(rules: AbcdxRules, found: Filters) -> None:
    """What goes with the largest customers, and who they are."""
    lost: Leaving = session.remember(concentration.if_largest_leave, rules, found)
    if not lost.leaving:
        nothing(_("No customer made a profit in this window."))
        return
    currency = session.workspace().info.currency
    st.markdown(drivers_story.leaving(lost, currency), help=definition("largest_leave"))
    with st.container(border=True):
        people_heading(_("The largest customers"), lost.people, abcdx_limit())
        if not lost.is_a:
            st.caption(drivers_story.everybody(lost))
        customer_list(lost.people, "largest_customers", "largest", lambda: lost.people)


def abcdx_limit() -> int:
    """More people than the list can have."""
    return len(abcdx.SEGMENTS) * concentration.LEAVING
