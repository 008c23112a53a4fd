"""What a contact was and what came of it, from the words people use in their systems.

Kinds and outcomes in files are free text in two languages; here they become a few values that rules can speak of.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Kind(StrEnum):
    """By what a customer is contacted."""

    CALL = "call"
    VISIT = "visit"
    MESSAGE = "message"
    EMAIL = "e-mail"
    OTHER = "other"


class Outcome(StrEnum):
    """What came of a contact logged in the app. ``NO_ANSWER`` reached nobody; ``OPT_OUT`` is the last contact ever."""

    ORDERED = "ordered"
    TALKED = "talked"
    LATER = "call later"
    REFUSED = "refused"
    NO_ANSWER = "no answer"
    OPT_OUT = "do not contact"


_KINDS = {
    Kind.EMAIL: r"e-?mail|mail|почт|письм|рассылк|newsletter",
    Kind.MESSAGE: r"message|sms|смс|сообщ|whats|telegram|телеграм|viber|вайбер|чат|chat|push|мессендж|vk|вк\b",
    Kind.VISIT: r"visit|meeting|встреч|визит|выезд|demo|демо",
    Kind.CALL: r"call|звон|phone|телефон|набор|дозвон",
}
_UNREACHED = re.compile(
    r"no answer|unanswered|not reached|unreachable|no reply|no response|voicemail|busy|wrong number|bounced|missed|"
    r"не ответ|нет ответ|без ответ|не дозвон|недозвон|не берет|не берёт|не взял|не доступ|недоступ|сброс|занято|автоответ|"
    r"не доставлен|неверный номер|не удалось|пропущ"
)


def kind_of(text: str | None) -> Kind:
    """The kind behind a word such as ``звонок``, ``Video meeting``, ``SMS``; ``OTHER`` where none is known."""
    word = (text or "").casefold()
    return next((kind for kind, pattern in _KINDS.items() if re.search(pattern, word)), Kind.OTHER)


def is_reached(outcome: str | None) -> bool:
    """Whether a contact with this outcome reached the customer; an unknown or missing outcome counts as reached."""
    return not (isinstance(outcome, str) and _UNREACHED.search(outcome.casefold()))
