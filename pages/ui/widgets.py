"""Typed one-of-many widgets whose choice stands in the link, in words that do not depend on the language.

Streamlit's own ``bind`` writes the formatted label into the URL, so a link made in one language would not
open in another; here the option itself (``month``, ``margin``, ``salon``) is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any, Literal, TypeVar, cast

import streamlit as st

T = TypeVar("T")
N = TypeVar("N", int, float)


def switch(
    label: str, options: Sequence[T], words: Callable[[T], str], key: str, default: T | None = None, **more: Any
) -> T:
    """A row of buttons of which one is always on (two to five options)."""
    first = options[0] if default is None else default
    _prepare(key, options, first)
    value = st.segmented_control(
        label, options, format_func=fixed(options, words), required=True, key=key, persist_state="session", **more
    )
    return _linked(key, cast(T, value), first)


def choose(
    label: str, options: Sequence[T], words: Callable[[T], str], key: str, default: T | None = None, **more: Any
) -> T:
    """A drop-down list of which one is always chosen."""
    first = options[0] if default is None else default
    _prepare(key, options, first)
    value = st.selectbox(
        label, cast(Any, options), format_func=fixed(options, words), key=key, persist_state="session", **more
    )
    return _linked(key, cast(T, value), first)


def slide(label: str, low: N, high: N, default: N, step: N, key: str, **more: Any) -> N:
    """A slider whose place stands in the link, also where it was moved by something else than a hand."""
    if key not in st.session_state:
        st.session_state[key] = _number(st.query_params.get(key), default)
    st.session_state[key] = min(max(st.session_state[key], low), high)
    value = st.slider(label, low, high, step=step, key=key, persist_state="session", **more)
    return _linked(key, cast(N, value), default)


def _number(text: str | None, default: N) -> N:
    try:
        found = type(default)(text or "")
    except ValueError:
        return default
    return found if isfinite(found) else default


def fixed(options: Sequence[T], words: Callable[[T], str]) -> Callable[[T], str]:
    """The words said once, now: they must not depend on the session the widget is asked from later."""
    names = {option: words(option) for option in options}
    return names.__getitem__


def _prepare(key: str, options: Sequence[T], default: T) -> None:
    """Put the link's choice, else the default, into an untouched or outdated widget."""
    if key in st.session_state and st.session_state[key] in options:
        return
    wanted = st.query_params.get(key)
    st.session_state[key] = next((option for option in options if str(option) == wanted), default)


def _linked(key: str, value: T, default: T) -> T:
    """Write a choice other than the default into the link."""
    if value != default:
        if st.query_params.get(key) != str(value):
            st.query_params[key] = str(value)
    elif key in st.query_params:
        del st.query_params[key]
    return value


def accent() -> Literal["primary", "secondary"]:
    """Type of the main button of a form: white letters cannot be read on the light green of the dark theme."""
    return "secondary" if st.context.theme.type == "dark" else "primary"
