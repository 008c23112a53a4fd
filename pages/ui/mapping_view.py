"""The mapping form: which column is which, what must be asked, and the words for fates and steps."""

from __future__ import annotations

import dataclasses
import json

import pandas as pd
import streamlit as st

from ltvlib.ingest.model import ImportReport, Inspection, Mapping, Question, Step
from ltvlib.schema import ORDERS
from pages.ui import receive
from pages.ui.components import plain, table
from pages.ui.registry import Session, Upload
from pages.ui.widgets import choose, fixed
from pages.ui.words import _, count, language, plural, say

NONE = "–"
CURRENCIES = ("RUB", "USD", "EUR", "GBP", "KZT", "BYN", "UAH", "TRY", "CNY", "AED", "PLN", "CZK", "CHF", "JPY")


def field_names() -> dict[str, str]:
    """Canonical fields in the order of the form, with their names."""
    return {
        "ordered_at": _("Date of the order"),
        "revenue": _("Amount paid"),
        "customer_id": _("Customer number or name"),
        "phone": _("Phone"),
        "email": _("E-mail"),
        "name": _("Customer's name"),
        "order_id": _("Order number"),
        "status": _("Status"),
        "document_type": _("Type of document"),
        "cost": _("Cost of goods"),
        "margin": _("Profit"),
        "product_name": _("Product or service"),
        "product_id": _("Product code"),
        "category": _("Category"),
        "quantity": _("Quantity"),
        "unit_price": _("Price of one"),
        "refund": _("Refunded amount"),
        "discount": _("Discount"),
        "currency": _("Currency"),
        "channel": _("Channel"),
        "manager": _("Manager"),
        "city": _("City"),
    }


MAIN = ("ordered_at", "revenue", "customer_id", "phone", "order_id", "status", "cost", "product_name")


def draw(mine: Session, upload: Upload) -> None:
    """Preview, the form, and the button that builds the data set."""
    found = upload.inspection
    if found is None:
        return
    raw = found.raw
    st.caption(_how(found))
    for note in raw.notes:
        (st.warning if note.level != "info" else st.caption)(plain(say(note), 600))
    _preview(found)
    with st.form(f"mapping_{upload.path.stem}", border=False):
        mapping = _form(found, upload.mapping or found.proposal)
        wanted = st.form_submit_button(_("Build my data set"), type="primary", icon=":material/play_arrow:")
    if wanted:
        failure = receive.load(mine, mapping)
        if failure is None:
            st.rerun()
        st.error(say(failure), icon=":material/error:")
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


def _preview(found: Inspection) -> None:
    frame = pd.DataFrame(found.preview, columns=[column.name for column in found.raw.columns])
    used = {column: field_names().get(name, name) for name, column in found.proposal.fields.items()}
    columns = {
        name: st.column_config.TextColumn(f"{name} → {used[name]}" if name in used else name) for name in frame.columns
    }
    table(frame, "preview", _("First rows of the file"), columns, height=210)


def _form(found: Inspection, start: Mapping) -> Mapping:
    names = [column.name for column in found.raw.columns]
    fields: dict[str, str] = {}
    _pick(fields, MAIN, names, start)
    with st.expander(_("More columns")):
        _pick(fields, tuple(f for f in field_names() if f not in MAIN), names, start)
    answers = {question.field: _ask(question, start) for question in found.questions}
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
        usual = start.currency or ("RUB" if language() == "ru" or found.raw.encoding == "cp1251" else "USD")
        currencies = [usual, *(code for code in CURRENCIES if code != usual)]
        currency = choose(_("Currency of the amounts"), currencies, str, "map_currency_code", usual)
    mapping = dataclasses.replace(start, fields=fields, margin_rate=percent / 100, currency=currency)
    return _with_answers(mapping, answers)


def _pick(fields: dict[str, str], wanted: tuple[str, ...], names: list[str], start: Mapping) -> None:
    words = field_names()
    with st.grid(4, gap="small", min_column_width=200):
        for field in wanted:
            current = start.fields.get(field)
            options = [NONE, *names]
            help_text = next((_(c.meaning) for c in ORDERS.columns if c.name == field), None)
            value = choose(
                words[field], options, str, f"map_{field}", current if current in options else NONE, help=help_text
            )
            if value != NONE:
                fields[field] = value


def _ask(question: Question, start: Mapping) -> object:
    """A choice that is never guessed."""
    if question.field == "sale_statuses":
        default = [o for o in question.options if o in (start.sale_statuses or ())]
        return tuple(st.multiselect(say(question), question.options, default=default, key="ask_sale_statuses"))
    return st.radio(
        plain(say(question), 300),
        question.options,
        index=None,
        key=f"ask_{question.field}",
        format_func=fixed(question.options, _option_name),
    )


def _option_name(option: str) -> str:
    words = {
        "%d": _("day first"),
        "%m": _("month first"),
        "line": _("amount of each line"),
        "order": _("order total repeated on each line"),
    }
    return next(
        (
            f"{word} ({option})" if option.startswith("%") else word
            for start, word in words.items()
            if option.startswith(start)
        ),
        option,
    )


def _with_answers(mapping: Mapping, answers: dict[str, object]) -> Mapping:
    known = {field.name for field in dataclasses.fields(Mapping)}
    given = {name: value for name, value in answers.items() if name in known and value not in (None, "")}
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
        saved = st.file_uploader(_("Use a saved mapping"), ["json"], key="use_mapping")
        if saved is not None and st.button(_("Apply"), key="apply_mapping"):
            try:
                upload.mapping = Mapping.from_json(saved.getvalue().decode("utf-8"))
            except (ValueError, TypeError, json.JSONDecodeError):
                st.error(_("This is not a saved mapping."))
            else:
                st.rerun()


def reconciliation(mine: Session, found: ImportReport) -> list[Step]:
    """The steps of the import, and the refunds of people who never ordered in this file."""
    steps = list(found.reconciliation)
    if mine.workspace is None or not steps:
        return steps
    facts = mine.workspace.facts()
    if not facts.orphan_refunds:
        return steps
    last = steps.pop()
    orphan = Step("orphan_refunds", facts.orphan_refunds, f"{facts.orphan_revenue:.2f}")
    return [*steps, orphan, dataclasses.replace(last, amount=mine.workspace.ltv_revenue())]


def step_name(slug: str) -> str:
    """A reconciliation step in words."""
    return {
        "file_total": _("Sum of the amounts in the file"),
        "cancelled": _("Not a sale (cancelled, unpaid)"),
        "refunds": _("Returns and refunds"),
        "duplicates": _("Exact duplicates"),
        "older_versions": _("Older versions of the same order"),
        "repeated_totals": _("Order total repeated on each line"),
        "no_customer": _("Without a customer"),
        "other_currency": _("Other currencies"),
        "orphan_refunds": _("Refunds of people without an order here"),
        "ltv_revenue": _("Revenue counted"),
    }.get(slug, reason_name(slug))


def reason_name(slug: str) -> str:
    """Why a row was not used, in words."""
    return {
        "totals": _("Totals row"),
        "repeated_header": _("Header repeated"),
        "units": _("Row of units"),
        "footer": _("Note below the table"),
        "comment": _("Comment"),
        "too_many_fields": _("More fields than columns"),
        "too_few_fields": _("Fewer fields than columns"),
        "open_quote": _("Quote that never closes"),
        "line_too_long": _("Line too long"),
        "cancelled": _("Not a sale (cancelled, unpaid)"),
        "no_customer": _("No customer"),
        "other_currency": _("Another currency"),
    }.get(slug, slug.replace("_", " "))


def summary(found: ImportReport) -> str:
    """One line for the toast."""
    return _("{used} of {records} rows used", used=count(found.used), records=count(found.records))
