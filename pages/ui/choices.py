"""Filters and ABCDX rules of this session, kept in widgets whose keys stand in the URL.

Widgets are drawn in one place (the sidebar, the segments page); every page reads the same state through
:func:`filters` and :func:`rules`. Keys carry the data set's name, so that choices do not leak between sets.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import streamlit as st

from ltvlib import abcdx, xregister
from ltvlib.settings import AbcdxRules, AbcdxSegment, Attribute, Filters, month_number
from ltvlib.workspace import Workspace
from pages.ui import session
from pages.ui.widgets import fixed
from pages.ui.words import _, month, plural

WINDOWS = (3, 6, 12, 18, 24, 36)


def attribute_name(attribute: Attribute) -> str:
    """What an attribute is called."""
    return {
        Attribute.CHANNEL: _("Channel"),
        Attribute.FIRST_PRODUCT: _("First product"),
        Attribute.FIRST_CATEGORY: _("First category"),
        Attribute.CITY: _("City"),
        Attribute.MANAGER: _("Manager"),
        Attribute.INDUSTRY: _("Industry"),
    }[attribute]


def segment_name(segment: str) -> str:
    """What a segment is called in a sentence."""
    return {
        "A": _("A: much and often"),
        "B": _("B: much, rarely"),
        "C": _("C: little, often"),
        "D": _("D: little, rarely"),
        "X": _("X: could be huge"),
        "inactive": _("Inactive"),
        "new": _("Not a customer yet"),
    }[segment]


def short_segment(segment: str) -> str:
    """A segment's letter."""
    return _("Inactive") if segment == "inactive" else segment


def key(name: str) -> str:
    """Widget key of a choice for the open data set."""
    return f"{session.chosen()}_{name}"


def attributes() -> dict[Attribute, list[str]]:
    """Attributes that tell customers apart in this data set, with their values, the most common first."""
    values = {attribute: session.remember(_values, attribute) for attribute in Attribute}
    return {attribute: found for attribute, found in values.items() if len(found) > 1}


def _values(workspace: Workspace, attribute: Attribute) -> list[str]:
    return workspace.values_of(attribute)


def months() -> list[dt.date]:
    """First days of the months of the data set, the one after the last included (as an end)."""
    facts, as_of = session.workspace().facts(), session.workspace().info.as_of
    if facts.first_day is None:
        return []
    last = month_number(as_of - dt.timedelta(days=1))
    return [dt.date(m // 12, m % 12 + 1, 1) for m in range(month_number(facts.first_day), last + 1)]


def filters(with_segments: bool = True) -> Filters:
    """The filters chosen in the sidebar."""
    state = st.session_state
    chosen = tuple((a, tuple(state.get(key(a.value)) or ())) for a in Attribute if state.get(key(a.value)))
    since, until = _span()
    segments = tuple(AbcdxSegment(s) for s in state.get(key("segments")) or ()) if with_segments else ()
    found = Filters(chosen, segments, None, since, until)
    return replace(found, rules=rules(found)) if segments else found


def _span() -> tuple[int | None, int | None]:
    known = months()
    span = st.session_state.get(key("period"))
    if not known or not span:
        return None, None
    first, last = span
    since = month_number(first) if first > known[0] else None
    until = month_number(last) + 1 if last < known[-1] else None
    return since, until


def rules(found: Filters | None = None) -> AbcdxRules:
    """The ABCDX rules of the sliders, or the defaults where they were not touched yet."""
    state = st.session_state
    window = state.get(key("window")) or 12
    until = found.until if found else None
    default = session.remember(abcdx.default_rules, window, Filters(until=until))
    return AbcdxRules(
        float(state.get(key("value"), default.value_threshold)),
        int(state.get(key("often"), default.often_threshold)),
        window,
        x_customers(),
    )


def x_customers() -> tuple[str, ...]:
    """Ids on the X register of this session: the data set's own, as edited here."""
    edited = st.session_state.get(key("x_register"))
    if edited is not None:
        return tuple(str(row["customer_id"]) for row in edited if row.get("customer_id"))
    return tuple(session.remember(_registered))


def _registered(workspace: Workspace) -> list[str]:
    return [str(customer) for customer in xregister.registered(workspace)["customer_id"]]


def sidebar() -> None:
    """Draw the filters, the same on every page."""
    known = months()
    label = _("Filters")
    active = describe(filters())
    with st.expander(label + (f" ({len(active)})" if active else ""), icon=":material/filter_list:"):
        if len(known) > 1:
            st.select_slider(
                _("Period"),
                known,
                value=(known[0], known[-1]),
                format_func=fixed(known, month),
                key=key("period"),
                persist_state="session",
                help=_(
                    "Orders of these months count. Cohorts that began earlier are left out; the segments' window ends where the period ends."
                ),
            )
        for attribute, values in attributes().items():
            st.multiselect(
                attribute_name(attribute),
                values,
                format_func=fixed(values, lambda value: value or _("not known")),
                key=key(attribute.value),
                persist_state="session",
                placeholder=_("All"),
            )
        st.pills(
            _("Segments"),
            [segment.value for segment in AbcdxSegment],
            selection_mode="multi",
            format_func=fixed([segment.value for segment in AbcdxSegment], short_segment),
            key=key("segments"),
            persist_state="session",
        )
        if active:
            st.button(_("Clear filters"), on_click=clear, width="stretch")


def clear() -> None:
    """Forget all filters of the open data set (callback)."""
    for name in ("period", "segments", *(attribute.value for attribute in Attribute)):
        st.session_state.pop(key(name), None)


def describe(found: Filters) -> list[str]:
    """The active filters in words, for passports and headings."""
    lines = [
        f"{attribute_name(a)}: {', '.join(value or _('not known') for value in values)}"
        for a, values in found.attributes
    ]
    if found.since is not None or found.until is not None:
        known = months()
        first = dt.date(found.since // 12, found.since % 12 + 1, 1) if found.since is not None else known[0]
        last = dt.date((found.until - 1) // 12, (found.until - 1) % 12 + 1, 1) if found.until is not None else known[-1]
        lines.append(_("Period: {first} to {last}", first=month(first), last=month(last)))
    if found.segments:
        lines.append(_("Segments") + ": " + ", ".join(segment_name(s.value) for s in found.segments))
    return lines


def window_name(size: int) -> str:
    """A window length in words."""
    return plural("{n} month", "{n} months", size)
