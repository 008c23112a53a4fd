"""Typed one-of-many widgets: a value always comes back, in the type of the options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import streamlit as st

T = TypeVar("T")


def switch(
    label: str, options: Sequence[T], words: Callable[[T], str], key: str, default: T | None = None, **more: Any
) -> T:
    """A row of buttons of which one is always on (two to five options)."""
    first = options[0] if default is None else default
    return cast(
        T, st.segmented_control(label, options, format_func=words, default=first, required=True, key=key, **more)
    )


def choose(label: str, options: Sequence[T], words: Callable[[T], str], key: str, index: int = 0, **more: Any) -> T:
    """A drop-down list of which one is always chosen."""
    return cast(T, st.selectbox(label, cast(Any, options), index=index, format_func=words, key=key, **more))
