"""A mapping from an earlier month: a JSON file that anybody may have written, checked before it is used."""

from __future__ import annotations

import dataclasses

import streamlit as st

from ltvlib.ingest.model import Mapping
from pages.ui.registry import Upload

FORM = ("map_", "ask_", "rate_")
"""Keys of the form's widgets: they keep what they show, so a mapping is applied by forgetting it."""


def apply(upload: Upload, text: bytes) -> bool:
    """Use a saved mapping for ``upload``; false where the file is none."""
    found = read(text)
    if found is None:
        return False
    upload.mapping = found
    for key in [str(key) for key in st.session_state]:
        if key.startswith(FORM):
            del st.session_state[key]
    return True


def read(text: bytes) -> Mapping | None:
    """The mapping in a saved file, ``None`` where it is damaged or not one of ours."""
    try:
        found = Mapping.from_json(text.decode("utf-8"))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return dataclasses.replace(found, notes=()) if _is_sound(found) else None


def _is_sound(found: Mapping) -> bool:
    """Every value is of its kind; names of columns that a file does not have do no harm."""
    texts = (found.date_format, found.currency, found.amount_is, found.preset, found.decimal)
    lists = (found.sale_statuses, found.refund_statuses)
    return (
        isinstance(found.fields, dict)
        and isinstance(found.rates, dict)
        and _are_texts((*texts, *found.fields, *found.fields.values(), *found.rates))
        and all(_is_number(rate, 1e9) for rate in found.rates.values())
        and (found.margin_rate is None or _is_number(found.margin_rate, 1.0))
        and all(each is None or (isinstance(each, list | tuple) and _are_texts(tuple(each))) for each in lists)
        and isinstance(found.minor_units, bool)
        and found.merge_duplicates in (None, True, False)
    )


def _are_texts(values: tuple[object, ...]) -> bool:
    return all(isinstance(value, str) and len(value) < 1000 for value in values)


def _is_number(value: object, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most
