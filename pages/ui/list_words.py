"""Words of the lists brought beside the orders: fields, what is missing, why a row was not used."""

from __future__ import annotations

from pages.ui.mapping_words import step_name
from pages.ui.words import _


def field_names() -> dict[str, str]:
    """Fields of contacts and deliveries with their names."""
    return {
        "customer_id": _("Customer number"),
        "phone": _("Phone"),
        "email": _("E-mail"),
        "name": _("Customer's name"),
        "touched_at": _("When"),
        "kind": _("By (call, visit, message)"),
        "manager": _("Who made the contact"),
        "outcome": _("What came of it"),
        "note": _("Note"),
        "order_id": _("Order number"),
        "promised_at": _("Promised for"),
        "delivered_at": _("Delivered on"),
        "documents_ok": _("Documents right: yes or no"),
        "documents_wrong": _("Documents wrong: yes or no"),
        "complaint": _("Complaint"),
    }


def missing_name(field: str) -> str:
    """What a file must have, where no column for it was found; ``field`` is the first of its group."""
    return {
        "customer_id": _("who was contacted: a customer number, phone, e-mail or name"),
        "touched_at": _("when the contact was made"),
        "order_id": _("the number of the order"),
        "promised_at": _("what became of the order: promised, delivered, documents or a complaint"),
    }[field]


def why(reason: str) -> str:
    """Why a row was not used."""
    return {
        "no_customer": _("Nobody is named"),
        "unknown_customer": _("No such customer in the orders"),
        "several_customers": _("Several customers are called so"),
        "not_yet": _("In the future: planned, not made"),
        "no_order": _("No order number"),
        "unknown_order": _("No such order in the data"),
        "several_orders": _("Several orders have this number"),
        "nothing_told": _("Says nothing of the order"),
        "bad_flag": _("Neither yes nor no"),
    }.get(reason) or step_name(reason)
