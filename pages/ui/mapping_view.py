"""The mapping form: which column is which, what must be asked, and the words for fates and steps."""

from __future__ import annotations

import dataclasses
import re

import pandas as pd
import streamlit as st

from ltvlib.ingest.model import Inspection, Mapping, Question
from ltvlib.ingest.report import ImportReport, Step
from ltvlib.schema import ORDERS
from pages.ui import arrival, people_choice, receive, saved_mapping
from pages.ui.components import plain, table
from pages.ui.dropped import handed_over
from pages.ui.mapping_words import field_helps, field_names
from pages.ui.registry import Session, Upload
from pages.ui.widgets import accent, choose, fixed
from pages.ui.words import _, date_format, language, plural, say

NONE = "–"
_CYRILLIC = re.compile("[а-яё]", re.I)
CURRENCIES = ("RUB", "USD", "EUR", "GBP", "KZT", "BYN", "UAH", "TRY", "CNY", "AED", "PLN", "CZK", "CHF", "JPY")


WHO = ("customer_id", "phone", "email", "name")
"""Fields that tell one customer from another, the surest first."""
MAIN = ("ordered_at", "revenue", "order_id", "status", "product_name", "cost")


def draw(mine: Session, upload: Upload) -> None:
    """Preview, the form, and the button that builds the data set."""
    found = upload.inspection
    if found is None:
        return
    raw = found.raw
    st.caption(_how(found))
    for note in (*raw.notes, *found.notes):
        (st.warning if note.level != "info" else st.caption)(plain(say(note), 600))
    preview(found)
    with st.form(f"mapping_{upload.path.stem}", border=False):
        mapping = form(found, upload.mapping or found.proposal)
        wanted = st.form_submit_button(_("Build my data set"), type=accent(), icon=":material/play_arrow:")
    if wanted:
        failure = receive.load(mine, mapping)
        if failure is None:
            arrival.show()
        st.error(say(failure), icon=":material/error:")
    else:
        receive.hurry(mine, upload, mapping)
    _presets(upload)


def _how(found: Inspection) -> str:
    raw = found.raw
    parts = [
        plural("{n} row", "{n} rows", raw.rows),
        plural("{n} column", "{n} columns", len(raw.columns)),
        raw.container.upper(),
    ]
    if raw.encoding:
        parts.append(_("encoding {name}", name=raw.encoding))
    if raw.delimiter:
        parts.append(_("separator {name}", name={"\t": _("tab"), " ": _("space")}.get(raw.delimiter, raw.delimiter)))
    if raw.header_line > 1:
        parts.append(_("header in line {n}", n=raw.header_line))
    if raw.set_aside:
        parts.append(
            plural(
                "{n} line set aside (totals, repeated headers, broken lines)",
                "{n} lines set aside (totals, repeated headers, broken lines)",
                len(raw.set_aside),
            )
        )
    if found.proposal.preset:
        parts.append(_("looks like an export of {system}", system=found.proposal.preset))
    return plain(" · ".join(parts), 400)


def _who(mapping: Mapping) -> str:
    """Which column tells one customer from another."""
    words = field_names()
    key = next((field for field in WHO if field in mapping.fields), None)
    if key is None:
        return _("No column was found that tells who bought. Choose it here.")
    return _(
        "Customers are told apart by: {field} (column {column}).", field=words[key], column=plain(mapping.fields[key])
    )


def _one_is_enough() -> str:
    return _(
        "One of these columns is enough. Every row goes by the first of them that it has; spellings of the same phone, e-mail or name are merged."
    )


def preview(found: Inspection) -> None:
    """The first rows, with what their columns are taken for."""
    frame = pd.DataFrame(found.preview, columns=[column.name for column in found.raw.columns])
    used = {column: field_names().get(name, name) for name, column in found.proposal.fields.items()}
    columns = {
        name: st.column_config.TextColumn(f"{name} → {used[name]}" if name in used else name) for name in frame.columns
    }
    table(frame, "preview", _("First rows of the file"), columns, height=210)


def form(found: Inspection, start: Mapping) -> Mapping:
    """The fields of the form, to stand inside one; the mapping as it is chosen."""
    names = [column.name for column in found.raw.columns]
    fields: dict[str, str] = {}
    st.markdown("**" + _("When, how much and what") + "**")
    _wanted(found, MAIN)
    _pick(fields, MAIN, names, start)
    st.markdown("**" + _("Who bought") + "**")
    _wanted(found, WHO)
    st.caption(_who(start) + " " + _one_is_enough())
    _pick(fields, WHO, names, start)
    with st.expander(_("More columns")):
        _pick(fields, tuple(f for f in field_names() if f not in (*MAIN, *WHO)), names, start)
    answers = {question.field: _ask(question, start) for question in found.questions}
    people = people_choice.draw(found, start)
    left, right = st.columns(2)
    with left:
        rate = start.margin_rate if start.margin_rate is not None else 0.3
        percent = st.slider(
            _("Gross margin in percent of revenue, used where the file has no cost or profit column"),
            0,
            100,
            round(rate * 100),
            format="%d%%",
            help=_(
                "LTV is profit. With 30 % margin an order of 1,000 leaves 300. The pages say that this is an assumption."
            ),
        )
    with right:
        currency, rates = _currency(found, start)
    statuses = _statuses(found, start)
    mapping = dataclasses.replace(
        start,
        fields=fields,
        margin_rate=percent / 100,
        currency=currency,
        rates=rates,
        sale_statuses=statuses,
        people=people,
    )
    return _with_answers(mapping, answers)


def _currency(found: Inspection, start: Mapping) -> tuple[str, dict[str, float]]:
    """The currency of the amounts; where the file has several, the one to count in and rates for the others."""
    asked = next((question for question in found.questions if question.field == "currency"), None)
    if asked is None:
        is_russian = language() == "ru" or any(_CYRILLIC.search(column.name) for column in found.raw.columns)
        usual = start.currency or ("RUB" if is_russian else "USD")
        codes = [usual, *(code for code in CURRENCIES if code != usual)]
        return choose(_("Currency of the amounts"), codes, str, "map_currency_code", usual), {}
    st.warning(plain(say(asked), 300), icon=":material/help:")
    kept = choose(_("Count in"), list(asked.options), str, "map_currency_kept", start.currency or asked.options[0])
    rates = {}
    for code in asked.options:
        if code != kept:
            words = _("1 {code} in {kept}; leave 0 to refuse these rows", code=code, kept=kept)
            rate = st.number_input(words, 0.0, value=start.rates.get(code, 0.0), format="%.4f", key=f"rate_{code}")
            if rate > 0:
                rates[code] = rate
    return kept, rates


def _pick(fields: dict[str, str], wanted: tuple[str, ...], names: list[str], start: Mapping) -> None:
    words = field_names()
    with st.grid(4, gap="small", min_column_width=200):
        for field in wanted:
            current = start.fields.get(field)
            options = [NONE, *names]
            known = next((_(c.meaning) for c in ORDERS.columns if c.name == field), None)
            about = field_helps().get(field, known)
            value = choose(
                words[field], options, str, f"map_{field}", current if current in options else NONE, help=about
            )
            if value != NONE:
                fields[field] = value


def _wanted(found: Inspection, fields: tuple[str, ...]) -> None:
    """Which column is still looked for, above the lists where it is chosen."""
    for question in found.questions:
        if question.field in fields:
            st.warning(plain(say(question), 300), icon=":material/help:")


def _ask(question: Question, start: Mapping) -> object:
    """A choice that is never guessed. Columns, statuses and currencies have lists of their own in the form."""
    if question.field in (*field_names(), "sale_statuses"):
        return None
    st.markdown("**" + plain(say(question), 300) + "**")
    return st.radio(
        plain(say(question), 300),
        question.options,
        index=None,
        key=f"ask_{question.field}",
        format_func=fixed(question.options, _option_name),
        label_visibility="collapsed",
        horizontal=True,
    )


def _statuses(found: Inspection, start: Mapping) -> tuple[str, ...] | None:
    """Which statuses count as sales: always shown, with the default ticked."""
    if not found.statuses:
        return start.sale_statuses
    unknown = next((question for question in found.questions if question.field == "sale_statuses"), None)
    if unknown is not None:
        st.warning(plain(say(unknown), 300), icon=":material/help:")
    every = list(found.statuses)
    default = [status for status in every if status in (start.sale_statuses or ())]
    return tuple(
        st.multiselect(
            _("Which statuses count as sales?"),
            every,
            default=default,
            key=f"map_sale_statuses_{found.raw.path}",  # a key of this file: the browser keeps what it knows of others
            help=_("Returns and cancelled orders are recognised apart; a return lowers the revenue."),
        )
    )


def _option_name(option: str) -> str:
    """An answer in words."""
    if "%" in option:
        return date_format(option)
    words = {
        "line": _("amount of each line"),
        "order": _("order total repeated on each line"),
        ",": _("comma: 1 234,56"),
        ".": _("point: 1,234.56"),
        "yes": _("yes"),
        "no": _("no"),
    }
    return words.get(option, option)


def _with_answers(mapping: Mapping, answers: dict[str, object]) -> Mapping:
    known = {field.name for field in dataclasses.fields(Mapping)}
    given = {name: value for name, value in answers.items() if name in known and value not in (None, "")}
    if "minor_units" in given:
        given["minor_units"] = given["minor_units"] == "yes"
    return dataclasses.replace(mapping, **given)  # type: ignore[arg-type]


def _presets(upload: Upload) -> None:
    """Save the mapping for next month's file, or use a saved one."""
    with st.popover(_("Save or use a mapping"), icon=":material/bookmark:"):
        if upload.mapping is not None:
            st.download_button(
                _("Save this mapping"),
                upload.mapping.to_json(),
                "mapping.json",
                "application/json",
                key="save_mapping",
                on_click="ignore",
            )
        saved = handed_over(_("Use a saved mapping"), ["json"], _("Apply"), "use_mapping")
        if saved is not None:
            if saved_mapping.apply(upload, saved):
                st.rerun()
            st.error(_("This is not a saved mapping."))


def reconciliation(mine: Session, found: ImportReport) -> list[Step]:
    """The steps of the import from all rows of the file on, and the refunds of people who never ordered in it."""
    steps = list(found.reconciliation)
    if mine.workspace is None or not steps:
        return steps
    steps[0] = dataclasses.replace(steps[0], rows=found.records)
    facts = mine.workspace.facts()
    if not facts.orphan_refunds:
        return steps
    last = steps.pop()
    orphan = Step("orphan_refunds", facts.orphan_refunds, f"{-facts.orphan_revenue:.2f}")
    kept = dataclasses.replace(last, rows=last.rows - facts.orphan_refunds, amount=mine.workspace.ltv_revenue())
    return [*steps, orphan, kept]
