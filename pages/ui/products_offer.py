"""The next best offer of every customer, examined; what is out of stock; lists per manager and per product."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ltvlib.outreach.contacts import with_dates
from ltvlib.products import next_offer, stock
from ltvlib.products.items import Level
from ltvlib.products.next_offer import Exam
from ltvlib.products.recommend import Model
from ltvlib.settings import Filters
from pages.ui import choices, dropped, outreach, products_words, session
from pages.ui.components import chart, definition, downloads, nothing, table
from pages.ui.people import customer_columns
from pages.ui.plots import laid_out, safe
from pages.ui.widgets import accent, choose
from pages.ui.words import _, count, number, percent, plural, short_money, symbol

ALL = "*"
SHOWN = 1_000
BARS = 10
MOST_NAMED = 2_000


def draw(found: Filters) -> None:
    """The whole tab."""
    level = Level.PRODUCT
    advice = session.remember(next_offer.adviser, level, next_offer.DAYS, found)
    _exam(advice.exam)
    missing = stock.out_of_stock(session.journal())
    offers = session.remember(next_offer.offers_for, None, missing, advice, found)
    if offers.empty:
        nothing(
            _("There is nobody to offer anything new to: everybody has everything, or nobody ordered within a year.")
        )
    else:
        left, right = st.columns([3, 2])
        with left:
            _by_product(offers)
        with right:
            _stock(missing)
        _listed(offers)
        return
    _stock(missing)


def _exam(exam: Exam) -> None:
    """What the offers are worth: the exam on the last days, in a sentence."""
    told = {
        "customers": count(exam.customers),
        "days": count(exam.days),
        "ours": percent(exam.ours),
        "popular": percent(exam.popular),
        "low": number(100 * exam.low, 1),
        "high": number(100 * exam.high, 1),
    }
    if exam.customers < next_offer.ENOUGH:
        st.markdown(
            _(
                "Too few customers bought anything new in the last {days} days to examine the offers: take them as ideas.",
                **told,
            )
        )
        return
    st.markdown(
        _(
            "Examined on your own data: of {customers} customers who bought something new in the last {days} days, **{ours}** bought one of three offers made from the data before; the three bestsellers would have met **{popular}**.",
            **told,
        )
    )
    if exam.is_better:
        st.caption(
            _("That is {low} to {high} percentage points more than the bestsellers (95 % interval).", **told)
            + " "
            + _model(exam.model)
        )
        return
    st.warning(
        _(
            "Here the offers do not beat a plain list of bestsellers: the difference is {low} to {high} percentage points (95 % interval), within chance. Offer the bestsellers a customer does not have, or ask.",
            **told,
        ),
        icon=":material/balance:",
    )


def _model(model: Model) -> str:
    """What the offers rest on."""
    regression = _("They come from a regression of every product on all others, chosen on earlier days.")
    return {
        Model.NEXT: _("They come from what owners of the same things bought later, chosen on earlier days."),
        Model.TOGETHER: _(
            "They come from what goes together oftener than chance and sells lately, chosen on earlier days."
        ),
        Model.REGRESSION: regression,
        Model.BOLD: regression,
        Model.POPULAR: _(
            "On earlier days nothing did better than the bestsellers, so these are the bestsellers a customer does not have."
        ),
    }[model]


def _by_product(offers: pd.DataFrame) -> None:
    """To how many customers each product is offered."""
    sums = next_offer.by_product(offers)
    top = sums.head(BARS).iloc[::-1]
    currency = session.workspace().info.currency
    figure = go.Figure(
        go.Bar(
            x=top["customers"],
            y=[safe(name) for name in top["product"]],
            orientation="h",
            marker_color=products_words.colors()["good"],
            text=[short_money(money, currency) for money in top["expected"]],
            textposition="auto",
            hovertemplate="%{y}: %{x}<extra></extra>",
        )
    )
    laid_out(figure, 130 + 30 * len(top), xaxis={"title": _("Customers")}, yaxis={"automargin": True})
    title = _(
        "{customers} with a next best offer; left alone, they would bring about {money} with it in {days} days",
        customers=plural("{n} customer", "{n} customers", len(offers)),
        money=short_money(float(sums["expected"].sum()), currency),
        days=count(next_offer.DAYS),
    )
    chart(figure, "products_offers", title, title, None)
    st.caption(
        _(
            "On each bar: expected profit = the chance to buy it unasked, as in the exam, x the profit of an order of the product. What asking adds, only trying tells."
        )
    )


def _stock(missing: tuple[str, ...]) -> None:
    """What is out of stock: chosen here or taken from a file; kept with the data set."""
    known = list(products_words.names(Level.PRODUCT).values())[:MOST_NAMED]
    with st.container(border=True), st.form("stock_form", border=False):
        st.markdown("**" + _("What is out of stock is never offered") + "**")
        chosen = st.multiselect(
            _("Out of stock"),
            known,
            default=[name for name in missing if name in known],
            placeholder=_("Choose products"),
        )
        asked = _("or a list as a file: one name or code a line")
        file = dropped.field(asked, ["csv", "txt"], "stock_file", max_upload_size=1)
        if st.form_submit_button(_("Keep the list"), type=accent()):
            text = file.getvalue() if file else b""
            dropped.let_go(file, "stock_file")
            stock.keep(session.journal(), session.workspace(), chosen, text)
            outreach.rerun()
        st.caption(outreach.kept_words())


def _listed(offers: pd.DataFrame) -> None:
    """One offer a customer, per manager and per product, with the reason in a sentence."""
    with st.container(border=True):
        title = _("The next best offer of each customer")
        st.markdown(f"**{title}**")
        left, right = st.columns(2)
        with left:
            manager = _picked(offers["manager"].dropna(), _("Manager"), _("All managers"), "offer_of")
        with right:
            product = _picked(offers["product"], _("Product"), _("All products"), "offer_what")
        mine = offers[(offers["manager"] == manager) | (manager == ALL)]
        mine = mine[(mine["product"] == product) | (product == ALL)]
        shown = with_dates(mine.head(SHOWN))
        shown["reason"] = reasons(mine.head(SHOWN))
        columns = _columns()
        columns = {name: one for name, one in columns.items() if name in shown and shown[name].notna().any()}
        st.caption(plural("{n} customer", "{n} customers", len(mine)) + " · " + _("the most expected profit first"))
        table(shown.round({"chance": 3, "expected": 0}), "products_offers_table", title, columns, height=480)

        def rows() -> pd.DataFrame:
            full = with_dates(mine).assign(reason=reasons(mine))
            return full[list(columns)].rename(columns={name: str(one["label"]) for name, one in columns.items()})

        downloads(rows, "next_offers", "next_offers")


def _picked(values: pd.Series, title: str, everything: str, key: str) -> str:
    names = [ALL, *values.value_counts().index[:MOST_NAMED]]
    return choose(title, names, lambda name: everything if name == ALL else str(name), choices.key(key))


def _columns() -> dict[str, Any]:
    sign = symbol(session.workspace().info.currency)
    about, text, num = customer_columns(""), st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "customer_id": about["customer_id"],
        "name": about["name"],
        "product": text(_("Offer")),
        "reason": text(_("Why"), width="large"),
        "expected": num(_("Expected profit, {currency}", currency=sign), format="localized"),
        "chance": num(_("Chance unasked"), format="percent", help=definition("offer_hit_rate")),
        "also": text(_("Else")),
        "manager": about["manager"],
        "last_at": st.column_config.DateColumn(_("Last order"), format="localized"),
    }


def reasons(offers: pd.DataFrame) -> list[str]:
    """Why each offer is made, one sentence a customer."""
    return [_reason(row) for row in offers.to_dict("records")]


def _reason(row: dict[Hashable, Any]) -> str:
    if not isinstance(row["because"], str):
        return _("bought by many lately, and this customer does not have it yet")
    return _(
        "bought {because}: {later} of {first} such customers took this later",
        because=row["because"],
        later=count(row["bought_later"]),
        first=count(row["bought_first"]),
    )
