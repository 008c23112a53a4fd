"""What a browser knows of widgets: the value each starts with and what a hand could choose next."""

from __future__ import annotations

import random
from typing import Any

from streamlit.proto.Slider_pb2 import Slider
from streamlit.proto.WidgetStates_pb2 import WidgetState

FIELDS = {
    "slider": "double_array_value",
    "selectbox": "string_value",
    "radio": "string_value",
    "multiselect": "string_array_value",
    "button_group": "string_array_value",
    "checkbox": "bool_value",
    "text_input": "string_value",
    "text_area": "string_value",
    "number_input": "double_value",
    "date_input": "string_array_value",
}
"""In which field of a widget's state each kind of widget reports its value."""


def state(widget_id: str, field: str, value: Any) -> WidgetState:
    """A widget's state as it goes over the wire."""
    found = WidgetState(id=widget_id)
    if field.endswith("array_value"):
        getattr(found, field).data.extend(value)
        getattr(found, field).SetInParent()
    else:
        setattr(found, field, value)
    return found


def field_of(kind: str, proto: Any) -> str:
    """The field for ``proto``; a slider over words reports words."""
    return "string_array_value" if kind == "slider" and proto.type == Slider.SELECT_SLIDER else FIELDS[kind]


def options(kind: str, proto: Any) -> list[str]:
    """The words that can be chosen, as the server compares them."""
    if kind == "button_group":
        return [f"{option.content_icon} {option.content}".strip() for option in proto.options]
    return list(proto.options)


def first(kind: str, proto: Any) -> WidgetState | None:
    """The state that a browser reports for a widget nobody touched; what the server set wins over the default."""
    if kind not in FIELDS:
        return None
    value = _set_value(kind, proto) if getattr(proto, "set_value", False) else _default(kind, proto)
    return None if value is None else state(proto.id, field_of(kind, proto), value)


def _set_value(kind: str, proto: Any) -> Any:
    for name in ("raw_values", "raw_value"):
        if hasattr(proto, name) and (kind != "slider" or proto.type == Slider.SELECT_SLIDER):
            return getattr(proto, name)
    return proto.value


def _default(kind: str, proto: Any) -> Any:
    words = options(kind, proto) if hasattr(proto, "options") else []
    if kind in ("selectbox", "radio"):
        place = proto.default
        return words[place] if proto.HasField("default") and 0 <= place < len(words) else None
    if kind in ("multiselect", "button_group") or (kind == "slider" and proto.type == Slider.SELECT_SLIDER):
        return [words[int(place)] for place in proto.default]
    if kind in ("text_input", "text_area", "number_input") and not proto.HasField("default"):
        return None
    return proto.default


def other(kind: str, proto: Any, now: WidgetState | None, dice: random.Random) -> WidgetState | None:
    """A value that a hand could choose next, different from ``now``; ``None`` where there is none."""
    if kind not in FIELDS or proto.disabled or getattr(proto, "ignore_rerun", False) or proto.form_id:
        return None
    field = field_of(kind, proto)
    chosen = getattr(now, field) if now is not None else None
    value = _other_value(kind, proto, chosen, dice)
    return None if value is None else state(proto.id, field, value)


def _other_value(kind: str, proto: Any, chosen: Any, dice: random.Random) -> Any:
    if kind == "checkbox":
        return not chosen
    if kind == "slider":
        return _moved(proto, list(chosen.data) if chosen is not None else [], dice)
    if kind not in ("selectbox", "radio", "button_group", "multiselect"):
        return None
    words = options(kind, proto)
    if kind in ("selectbox", "radio"):
        left = [word for word in words if word != chosen]
        return dice.choice(left) if left else None
    held = list(chosen.data) if chosen is not None else []
    is_single = kind == "button_group" and proto.click_mode == 0
    if held and not is_single:
        return []
    left = [word for word in words if word not in held]
    return [dice.choice(left)] if left else None


def _moved(proto: Any, now: list[Any], dice: random.Random) -> list[Any] | None:
    if proto.type == Slider.SELECT_SLIDER:
        size = len(proto.default)
        if len(proto.options) <= size:
            return None
        places = sorted(dice.sample(range(len(proto.options)), size))
        return [proto.options[place] for place in places]
    if proto.max <= proto.min:
        return None
    steps = int((proto.max - proto.min) / (proto.step or 1))
    moved = [min(proto.max, proto.min + dice.randint(0, max(steps, 1)) * proto.step) for _ in proto.default]
    return sorted(moved) if moved != now else None
