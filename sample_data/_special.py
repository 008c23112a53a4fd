"""The truths that belong to one set each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from sample_data import _measure as m
from sample_data._measure import Files, Numbers
from sample_data._truths import Truths, by_first_fulfilment, lateness, truth, two_rates


def salon(files: Files, planted: dict[str, Any]) -> Truths:
    """Gateway service, care products, the departed master, messages."""
    first = m.gateway(files, 120)
    names = ("Маникюр с покрытием", "Причёска на событие")
    attach = m.pair(files, "Окрашивание в один тон", "Шампунь для окрашенных волос")
    return {
        "gateway_service": truth(
            two_rates(first, *names, "{:.0%} come back after a first manicure, {:.0%} after a first event hairdo."),
            "A sale within 120 days after the first order, by its first line.",
            {"days": 120, "groups": first},
            planted["first_stay"],
        ),
        "shampoo_after_colouring": truth(
            f"Shampoo for coloured hair follows colouring {attach['lift']:.1f} times as often as chance would have it.",
            "Orders with both over all orders.",
            attach,
            {"care_attach_after_colouring": planted["care_attach_after_colouring"]},
        ),
        "departed_master": _departed(files, planted),
        "win_back_message": _messages(files, planted),
        "loyalty_card": _card(files, planted),
        "masters": _masters(files, planted),
    }


def _masters(files: Files, planted: dict[str, Any]) -> Numbers:
    master = files.firsts.set_index("order_id")["manager"]
    events = m.first_events(files)
    groups = m.return_by(files, events.assign(label=events["order_id"].map(master)), "label", 120)
    best = max(groups, key=lambda name: groups[name]["return_rate"])
    words = f"{best} brings back {groups[best]['return_rate']:.0%} of new clients, more than any other master."
    definition = "A sale within 120 days after the first order, by its master."
    return truth(words, definition, {"days": 120, "groups": groups}, planted["masters"])


def _card(files: Files, planted: dict[str, Any]) -> Numbers:
    holders = set(files.table("participations").query("kind == 'loyalty'")["customer_id"])
    third = files.sales[files.sales.groupby("customer_id").cumcount() == 2]
    third = third[third["ordered_at"] >= datetime(2024, 3, 1)]
    label = third["customer_id"].isin(holders).map({True: "holder", False: "other"})
    groups = m.return_by(files, third.assign(at=third["ordered_at"], label=label), "label", 90)
    words = (
        "{:.0%} of card holders come again after the third visit, {:.0%} of others: partly because loyal clients join."
    )
    definition = "Third visit since 2024-03-01, a sale within 90 days; naive: holders joined then or later."
    effect = {"dropout_factor": planted["card_dropout_factor"], "discount": 0.05}
    return truth(two_rates(groups, "holder", "other", words), definition, {"days": 90, "groups": groups}, effect)


def _departed(files: Files, planted: dict[str, Any]) -> Numbers:
    left, gone = datetime(2024, 10, 1), "Ольга Белова"
    last = files.sales[files.sales["ordered_at"] < left].drop_duplicates("customer_id", keep="last")
    hers = last[(last["manager"] == gone) & (last["ordered_at"] > left - pd.Timedelta(days=90))]
    called = set(files.table("touches").query("outcome == 'передан мастеру'")["customer_id"])
    label = hers["customer_id"].isin(called).map({True: "handed_over", False: "orphan"})
    groups = m.return_by(files, hers.assign(at=pd.Timestamp(left), label=label), "label", 120)
    words = "After a master left, {:.0%} of the clients handed over by a call came back and {:.0%} of the others."
    definition = "Last visit with her in the 90 days before 2024-10-01; a sale within 120 days after that date."
    measured = {"days": 120, "left_at": "2024-10-01", "manager": gone, "groups": groups}
    return truth(two_rates(groups, "handed_over", "orphan", words), definition, measured, planted["orphan_leaves"])


def _messages(files: Files, planted: dict[str, Any]) -> Numbers:
    sent = files.table("touches").query("kind == 'сообщение'")
    back = m.came_back(files, sent.rename(columns={"touched_at": "at"}), 30)["back"]
    measured = {"days": 30, "messages": len(back), "return_rate": m.rate(back.sum(), len(back))}
    words = f"{measured['return_rate']:.0%} of silent clients come back within 30 days of a message."
    chances = {key: planted[key] for key in ("message_brings_back", "unprompted_return")}
    return truth(words, "A sale within 30 days after the message; sent to a random half.", measured, chances)


def kids(files: Files, planted: dict[str, Any]) -> Truths:
    """Gateway workshop, parties on time, the birthday call, the newsletter that changes nothing."""
    first = m.gateway(files, 180)
    return {
        "gateway_workshop": truth(
            two_rates(
                first, "Мастер-класс", "Разовый билет", "{:.0%} return after a first workshop, {:.0%} after a ticket."
            ),
            "A sale within 180 days after the first order, by its first line.",
            {"days": 180, "groups": first},
            {key: planted[key] for key in ("first_visit_return", "first_workshop_return")},
        ),
        "party_on_time": _parties(files, planted),
        "birthday_call": _birthday_calls(files, planted),
        "newsletter_without_effect": _newsletter(files, planted),
    }


def party_events(files: Files) -> pd.DataFrame:
    """Parties as events with the lateness of their start and the next party within 300-430 days."""
    ids = set(files.lines[files.lines["product_id"].isin(["B1", "B2", "B3"])]["order_id"])
    parties = files.sales[files.sales["order_id"].isin(ids)]
    following = parties.groupby("customer_id")["ordered_at"].shift(-1)
    started = lateness(files.table("fulfilments").set_index("order_id"))
    days = (following - parties["ordered_at"]).dt.days
    events = parties.assign(start=parties["order_id"].map(started), again=days.between(300, 430))
    return events[events["ordered_at"] + pd.Timedelta(days=430) < files.as_of]


def _groups(events: pd.DataFrame, label: str) -> Numbers:
    sums = events.groupby(label)["again"].agg(["size", "sum"])
    return {str(k): {"events": int(r["size"]), "return_rate": m.rate(r["sum"], r["size"])} for k, r in sums.iterrows()}


def _parties(files: Files, planted: dict[str, Any]) -> Numbers:
    groups = _groups(party_events(files), "start")
    words = "{:.0%} of families book again next year after a party that began on time, {:.0%} after a late one."
    chances = {key: planted[key] for key in ("party_again_on_time", "party_again_late", "party_late_share")}
    definition = "Next party 300-430 days later; parties at least 430 days before the end."
    return truth(two_rates(groups, "on_time", "late", words), definition, {"groups": groups}, chances)


def _birthday_calls(files: Files, planted: dict[str, Any]) -> Numbers:
    events = party_events(files)
    events = events[events["ordered_at"] >= datetime(2023, 6, 8)]
    calls = files.table("touches")[["customer_id", "touched_at"]]
    joined = events[["customer_id", "order_id", "ordered_at"]].merge(calls, on="customer_id")
    age = (joined["touched_at"] - joined["ordered_at"]).dt.days
    called = set(joined[age.between(270, 400)]["order_id"])
    label = events["order_id"].isin(called).map({True: "called", False: "not_called"})
    groups = _groups(events.assign(call=label), "call")
    words = "A call a month before the birthday: {:.0%} book again, {:.0%} without it."
    definition = "Parties since 2023-06-08; call 270-400 days after the party; a random half is called."
    return truth(
        two_rates(groups, "called", "not_called", words),
        definition,
        {"groups": groups},
        {"adds": planted["birthday_call_adds"]},
    )


def _newsletter(files: Files, planted: dict[str, Any]) -> Numbers:
    readers = set(files.table("participations")["customer_id"])
    events = m.first_events(files)
    label = events["customer_id"].isin(readers).map({True: "reader", False: "other"})
    groups = m.return_by(files, events.assign(label=label), "label", 180)
    words = "{:.0%} of newsletter readers return against {:.0%} of others, yet the letter changes nothing: regulars subscribe."
    measured = {"days": 180, "groups": groups}
    definition = "A sale within 180 days after the first order: a naive comparison with a known effect of zero."
    return truth(
        two_rates(groups, "reader", "other", words), definition, measured, {"true_effect": planted["newsletter_effect"]}
    )


def electronics(files: Files, planted: dict[str, Any]) -> Truths:
    """Late first delivery, accessories, the gateway category, buyers who wait for discounts."""
    late = by_first_fulfilment(files, 180, lateness)
    first = m.gateway_category(files, 180)
    return {
        "late_first_delivery": truth(
            two_rates(late, "late", "on_time", "A late first delivery leaves {:.0%} coming back instead of {:.0%}."),
            "A sale within 180 days after the first order, delivered orders only.",
            {"days": 180, "groups": late},
            {"return_factor": planted["late_return_factor"], "late_share": planted["late_share"]},
        ),
        "gateway_category": truth(
            two_rates(
                first, "Умный дом", "Телевизоры", "{:.0%} return after a first smart-home order, {:.0%} after a TV."
            ),
            "A sale within 180 days after the first order, by the category of its first line.",
            {"days": 180, "groups": first},
            planted["first_stay"],
        ),
        "accessories": _accessories(files, planted),
        "card_by_lot": _card_by_lot(files, planted),
        "discount_only_buyers": _discounts(files, planted),
    }


def _card_by_lot(files: Files, planted: dict[str, Any]) -> Numbers:
    holders = set(files.table("participations")["customer_id"])
    events = m.first_events(files)
    label = events["customer_id"].isin(holders).map({True: "holder", False: "other"})
    groups = m.return_by(files, events.assign(label=label), "label", 180)
    words = (
        "{:.0%} of card holders return against {:.0%} of others; the card was offered by lot, so this is its effect."
    )
    definition = "A sale within 180 days after the first order; the card is taken at the first order."
    effect = {key: planted[key] for key in ("card_share", "card_return_factor")}
    return truth(two_rates(groups, "holder", "other", words), definition, {"days": 180, "groups": groups}, effect)


def _accessories(files: Files, planted: dict[str, Any]) -> Numbers:
    heads = files.lines.drop_duplicates("order_id")
    phones = set(heads[heads["category"] == "Смартфоны"]["order_id"])
    extra = set(files.lines[files.lines["category"] == "Аксессуары"]["order_id"])
    sold = files.sales[files.sales["order_id"].isin(phones)]
    rates = sold.assign(hit=sold["order_id"].isin(extra)).groupby("manager")["hit"].mean()
    best = str(rates.idxmax())
    measured = {
        "attach_rate_phones": m.rate(len(phones & extra), len(phones)),
        "attach_rate_phones_by_manager": {str(k): round(float(v), 4) for k, v in rates.items()},
        "pair": m.pair(files, "Чехол", "Защитное стекло"),
        "laptop_bag": m.pair(files, "Ноутбук Strela 14", "Сумка для ноутбука"),
    }
    words = f"An accessory goes with {measured['attach_rate_phones']:.0%} of phones; {best} attaches {rates.max():.0%}."
    definition = "Orders whose first line is a phone; an accessory line in the same order."
    return truth(words, definition, measured, {"best_seller_factor": planted["best_seller_attach_factor"]})


def _discounts(files: Files, planted: dict[str, Any]) -> Numbers:
    sales = files.sales.assign(promo=files.sales["status"] == "Акция")
    per = sales.groupby("customer_id")["promo"].agg(["size", "mean"])
    repeat = per[per["size"] >= 2]
    only = repeat.index[repeat["mean"] == 1]
    margin = files.orders.groupby("customer_id")["gross_margin"].sum() / per["size"]
    measured = {
        "repeat_buyers": len(repeat),
        "discount_only": len(only),
        "margin_per_order_discount_only": m.money(margin[only].mean()),
        "margin_per_order_other": m.money(margin[repeat.index.difference(only)].mean()),
    }
    words = f"{len(only)} of {len(repeat)} repeat buyers have bought only at a discount."
    definition = (
        "Customers with 2+ orders, all with status «Акция»; mean over customers of margin (less refunds) / orders."
    )
    return truth(words, definition, measured, planted["discount_only_share"])
