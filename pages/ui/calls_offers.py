"""The next best offer beside a customer to be called, where the data name products."""

from __future__ import annotations

import pandas as pd

from ltvlib.products import next_offer, stock
from ltvlib.products.items import Level
from ltvlib.settings import Filters
from pages.ui import patience, products_offer, session

AT_ONCE = 20_000
"""Customers up to which the offers are learned when the list is opened; above, the page Products does it."""


def with_offers(people: pd.DataFrame, found: Filters) -> pd.DataFrame:
    """The list with ``offer`` and ``because``, empty where there is none."""
    return session.once(_beside, people, offers(people, found))


def _beside(people: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    table = table.reindex(people["customer_id"].astype(str))
    return people.assign(offer=table["offer"].to_numpy(), because=table["because"].to_numpy())


def offers(people: pd.DataFrame, found: Filters) -> pd.DataFrame:
    """Offer and its reason by customer_id (``offer``, ``because``); empty where the data have no lines."""
    nothing = session.once(_nothing)
    space = session.workspace()
    if "order_lines" not in space.present or people.empty:
        return nothing
    asked = (Level.PRODUCT, next_offer.DAYS, found)
    is_small = space.facts().customers <= AT_ONCE
    advice = session.remember(next_offer.adviser, *asked) if is_small else patience.known(next_offer.adviser, *asked)
    if advice is None:
        return nothing
    missing = stock.out_of_stock(session.journal())
    listed = session.once(_ids, people)
    rows = session.remember(next_offer.offers_for, listed, missing, advice, found)
    return session.once(_told, rows)


def _nothing() -> pd.DataFrame:
    return pd.DataFrame({"offer": [], "because": []}, index=pd.Index([], name="customer_id"))


def _ids(people: pd.DataFrame) -> tuple[str, ...]:
    return tuple(people["customer_id"].astype(str))


def _told(rows: pd.DataFrame) -> pd.DataFrame:
    """The offers in words, by customer_id."""
    table = pd.DataFrame(
        {"customer_id": rows["customer_id"], "offer": rows["product"], "because": products_offer.reasons(rows)}
    )
    return table.set_index("customer_id")
