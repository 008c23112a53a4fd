"""The short lists an owner brings beside the orders, declared: their columns, what these are called, and what must be there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ltvlib.errors import N_
from ltvlib.ingest.short_table import Words
from ltvlib.ingest.synonyms import CUSTOMER_KEYS, headers_of


class Form(StrEnum):
    """How the cells of a column are read."""

    KEY = "key"
    TEXT = "text"
    REMARK = "remark"
    DATE = "date"
    YES_NO = "yes or no"
    NO_YES = "no or yes"


@dataclass(frozen=True)
class ListKind:
    """One kind of list.

    Attributes:
        name: canonical table it fills.
        forms: how each field is read, in the order of the form on screen.
        words: what the columns are called.
        needed: groups of fields; the file must have a column, and a row a value, for one of each group.
        reasons: why a row without a value of that group is refused.
        by_values: the field of dates that is looked for by its values where no header names it; empty for none.
    """

    name: str
    forms: Mapping[str, Form]
    words: Words
    needed: tuple[tuple[str, ...], ...]
    reasons: tuple[str, ...]
    by_values: str = ""


TOO_LONG = N_("A list has at most {limit} rows; this one is longer. Export it year by year.")
DAY_OR_MONTH = N_("The dates of the column {column} can be read with the day or the month first; say which.")
NO_DATE = N_("The file has no column of dates.")

TOUCHES = ListKind(
    "touches",
    {
        **dict.fromkeys(CUSTOMER_KEYS, Form.KEY),
        "touched_at": Form.DATE,
        **dict.fromkeys(("kind", "manager", "outcome", "note"), Form.TEXT),
    },
    Words(
        {
            "customer_id": headers_of("customer_id"),
            "phone": (
                *headers_of("phone"), "номер абонента", "номер телефона клиента", "кому", "caller", "caller number",
                "to number", "client phone",
            ),
            "email": (*headers_of("email"), "recipient", "получатель email"),
            "name": (
                *headers_of("name"), "связанный контакт", "основной контакт", "контакты", "crm", "related to", "contact",
                "contact name", "related contact", "who", "lead", "лид", "organization", "организация", "контактное лицо",
            ),
            "touched_at": (
                "touched at", "activity date", "call date", "дата звонка", "дата и время звонка", "дата контакта",
                "дата касания", "дата выполнения", "дата завершения", "дата выполнения задачи", "дата и время", "время начала",
                "дата начала", "start time", "start date", "begin", "completed at", "completed date", "дата события",
                "дата встречи", "sent at", "дата отправки", "date time", "datetime", "timestamp", "дата создания",
                "created at", "created", "date", "дата", "due date", "срок", "крайний срок", "deadline", "когда", "день", "day",
            ),
            "kind": (
                "kind", "activity type", "type", "тип дела", "тип задачи", "тип контакта", "тип касания", "тип события",
                "тип активности", "тип", "вид контакта", "вид касания", "вид", "task type", "call type", "канал связи",
                "способ связи", "способ", "канал", "channel", "событие", "event", "direction", "направление",
            ),
            "manager": (
                *headers_of("manager"), "кто", "исполнитель", "оператор", "кто звонил", "user", "user name", "agent", "assigned",
                "activity assigned to", "автор", "created by", "кем создано", "author",
            ),
            "outcome": (
                "outcome", "call outcome", "result", "call result", "результат", "результат звонка", "результат задачи", "итог",
                "исход", "статус звонка", "call status", "disposition", "статус", "status", "состояние",
            ),
            "note": (
                "note", "notes", "comment", "comments", "комментарий", "примечание", "текст задачи", "текст", "описание", "тема",
                "subject", "description", "название",
            ),
        },
        TOO_LONG,
        DAY_OR_MONTH,
        NO_DATE,
    ),
    (CUSTOMER_KEYS, ("touched_at",)),
    ("no_customer", "no_date"),
    "touched_at",
)  # fmt: skip
"""Contacts made in the past: activities of a CRM, a register of calls, a mailing."""

FULFILMENTS = ListKind(
    "fulfilments",
    {
        "order_id": Form.TEXT,
        "promised_at": Form.DATE,
        "delivered_at": Form.DATE,
        "documents_ok": Form.YES_NO,
        "documents_wrong": Form.NO_YES,
        "complaint": Form.REMARK,
    },
    Words(
        {
            "order_id": (
                "номер заказа клиента", "номер заказа им", "заказ покупателя", "order reference", "reference", "your order",
                "customer order", *headers_of("order_id"),
            ),
            "promised_at": (
                "promised at", "promised", "promised date", "promised delivery", "estimated delivery", "estimated delivery date",
                "order estimated delivery date", "expected delivery", "expected delivery date", "expected at", "eta", "due at",
                "due date", "deadline", "delivery due", "planned delivery", "planned delivery date", "обещано",
                "обещанная дата", "обещанная дата доставки", "плановая дата доставки", "плановая дата вручения",
                "дата доставки план", "дата доставки плановая", "план доставки", "ожидаемая дата доставки",
                "желаемая дата доставки", "расчетная дата доставки", "плановая дата", "плановая дата отгрузки", "срок доставки",
                "срок поставки", "срок", "крайний срок", "план",
            ),
            "delivered_at": (
                "delivered at", "delivered", "delivered on", "date delivered", "actual delivery", "actual delivery date",
                "order delivered customer date", "delivery date", "fulfilled at", "completed at", "фактическая дата доставки",
                "фактическая дата вручения", "дата фактической доставки", "дата доставки факт", "дата вручения",
                "вручено", "вручен", "доставлено", "доставлен", "факт доставки", "дата доставки", "дата выдачи", "выдано",
                "дата получения", "дата выполнения", "фактическая дата", "дата отгрузки факт", "дата отгрузки", "факт",
            ),
            "documents_ok": (
                "documents ok", "documents right", "papers ok", "документы в порядке", "документы верны", "документы ок",
                "документы корректны", "документы оформлены", "документы", "documents",
            ),
            "documents_wrong": (
                "documents wrong", "wrong documents", "papers wrong", "document error", "ошибка в документах",
                "ошибки в документах", "документы с ошибкой", "неверные документы", "замечания по документам",
            ),
            "complaint": (
                "complaint", "complaints", "claim", "reclamation", "issue", "problem", "жалоба", "жалобы", "претензия",
                "претензии", "рекламация", "замечание", "замечания", "проблема", "причина обращения", "комментарий клиента",
            ),
        },
        TOO_LONG,
        DAY_OR_MONTH,
        NO_DATE,
    ),
    (("order_id",), ("promised_at", "delivered_at", "documents_ok", "documents_wrong", "complaint")),
    ("no_order", "nothing_told"),
)  # fmt: skip
"""What became of each order: a register of a delivery service, shipments of a warehouse, claims."""

KINDS = {kind.name: kind for kind in (TOUCHES, FULFILMENTS)}
"""All lists by the canonical table they fill."""
