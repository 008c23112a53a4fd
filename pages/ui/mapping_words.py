"""Words of the mapping form and the import report: fields, reconciliation steps, reasons."""

from __future__ import annotations

from pages.ui.words import _

SET_ASIDE = frozenset(
    (
        "totals",
        "repeated_header",
        "units",
        "footer",
        "comment",
        "too_many_fields",
        "too_few_fields",
        "open_quote",
        "line_too_long",
    )
)
"""Reasons of the reader: lines that never became rows."""


def field_names() -> dict[str, str]:
    """Canonical fields in the order of the form, with their names."""
    return {
        "ordered_at": _("Date of the order"),
        "revenue": _("Amount paid"),
        "customer_id": _("Customer's number or card"),
        "phone": _("Phone"),
        "email": _("E-mail"),
        "name": _("Customer's name or company"),
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
        "updated_at": _("Date of the last change"),
        "cancelled_at": _("Date of cancellation"),
        "is_refund": _("Refund: yes or no"),
    }


def field_helps() -> dict[str, str]:
    """What belongs into a field, where its name does not say it all."""
    return {
        "customer_id": _(
            "The number under which your own system keeps the customer: card, account, client or tax number. Leave it empty if the file has none."
        ),
        "name": _("Used for rows that have nothing surer: two customers of the same name count as one."),
    }


def step_name(slug: str) -> str:
    """A reconciliation step in words."""
    return {
        "file_total": _("Sum of the amounts in the file"),
        "repeated_order_total": _("Order total repeated on each line"),
        "currency_conversion": _("Amounts converted to the currency"),
        "return_sign": _("Returns counted as minus"),
        "refund_column": _("Refunded amounts"),
        "orphan_refunds": _("Refunds without an order here"),
        "ltv_revenue": _("Revenue counted"),
        "set_aside": _("Lines set aside"),
    }.get(slug) or reason_name(slug)


def reason_name(slug: str) -> str:
    """Why a row was not used, in words."""
    return {
        "totals": _("Totals row"),
        "repeated_header": _("Header repeated"),
        "units": _("Row of units"),
        "footer": _("Note below the table"),
        "group": _("Heading of a group, written down to its rows"),
        "comment": _("Comment"),
        "too_many_fields": _("More fields than columns"),
        "too_few_fields": _("Fewer fields than columns"),
        "open_quote": _("Quote that never closes"),
        "line_too_long": _("Line too long"),
        "no_customer": _("No customer"),
        "no_date": _("No date"),
        "bad_date": _("Date cannot be read"),
        "no_amount": _("No amount"),
        "bad_number": _("Number cannot be read"),
        "other_currency": _("Another currency"),
        "duplicate": _("Exact duplicate"),
        "older_version": _("Older version of the order"),
        "cancelled": _("Cancelled"),
        "not_a_sale": _("Not a sale"),
        "returned": _("Returned order"),
    }.get(slug, slug.replace("_", " "))
