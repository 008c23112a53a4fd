"""The truths of the two sets that sell to companies."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from sample_data import _measure as m
from sample_data._b2b import FARMERS, X_ID
from sample_data._measure import Files, Numbers
from sample_data._truths import Truths, by_first_fulfilment, lateness, truth, two_rates


def b2b(files: Files, planted: dict[str, Any]) -> Truths:
    """Papers, late deliveries, hand-over to farmers, X, the price war, the harness."""
    papers = by_first_fulfilment(files, 180, _papers)
    harness = m.pair(files, "Sealed connector", "Custom cable harness")
    return {
        "first_papers": truth(
            two_rates(
                papers, "wrong", "ok", "Wrong papers on the first order leave {:.0%} coming back instead of {:.0%}."
            ),
            "A sale within 180 days after the first order.",
            {"days": 180, "groups": papers},
            {key: planted[f"second_order_when_papers_{key}"] for key in ("ok", "wrong")},
        ),
        "late_delivery": _late(files, planted),
        "hand_over_to_farmers": _farmers(files, planted),
        "x_customer": _x_customer(files),
        "price_war": _price_war(files, planted),
        "harness_with_sealed_connector": truth(
            f"{harness['confidence']:.0%} of orders with a sealed connector have a cable harness too.",
            "Orders with both over all orders.",
            harness,
            planted["harness_attach_with_sealed"],
        ),
    }


def _papers(done: pd.DataFrame) -> pd.Series:
    return done["documents_ok"].map({True: "ok", False: "wrong"})


def _late(files: Files, planted: dict[str, Any]) -> Numbers:
    done = files.table("fulfilments").set_index("order_id")
    label = lateness(done[done["delivered_at"].notna()])
    later = files.sales[~files.sales["order_id"].isin(files.firsts["order_id"])].rename(columns={"ordered_at": "at"})
    groups = m.return_by(files, later.assign(label=later["order_id"].map(label)), "label", 120)
    words = "{:.0%} of late deliveries are followed by another order within 120 days, {:.0%} of those on time."
    chances = {key: planted[key] for key in ("leave_after_on_time", "leave_after_late", "late_share")}
    definition = "Every order after the first; a sale within 120 days after it."
    return truth(two_rates(groups, "late", "on_time", words), definition, {"days": 120, "groups": groups}, chances)


def _farmers(files: Files, planted: dict[str, Any]) -> Numbers:
    third = files.sales[files.sales.groupby("customer_id").cumcount() == 2]
    window = pd.Timedelta(days=180)
    third = third[(third["ordered_at"] + window < files.as_of) & (third["customer_id"] != X_ID)]
    joined = third[["customer_id", "ordered_at", "manager"]].merge(
        files.sales, on="customer_id", suffixes=("", "_next")
    )
    age = joined["ordered_at_next"] - joined["ordered_at"]
    inside = (age > pd.Timedelta(0)) & (age <= window)
    by_customer = joined.assign(n=inside).groupby("customer_id")["n"].sum()
    role = third.set_index("customer_id")["manager"].isin(FARMERS).map({True: "farmer", False: "hunter"})
    groups = by_customer.groupby(role).agg(["size", "mean"])
    measured = {
        str(k): {"customers": int(r["size"]), "orders": round(float(r["mean"]), 4)} for k, r in groups.iterrows()
    }
    words = (
        f"In the 180 days after the third order a farmer's customer orders {measured['farmer']['orders']:.1f} times, "
        f"one kept by a hunter {measured['hunter']['orders']:.1f} times."
    )
    definition = "By the manager of the third order; the X customer left out."
    return truth(
        words,
        definition,
        {"days": 180, "farmers": list(FARMERS), "groups": measured},
        planted["kept_by_hunter_gap_factor"],
    )


def _x_customer(files: Files) -> Numbers:
    start = files.as_of.replace(year=files.as_of.year - 1)
    recent = files.orders[(files.orders["customer_id"] == X_ID) & (files.orders["ordered_at"] >= start)]
    everyone = files.orders[files.orders["ordered_at"] >= start]["revenue"].sum()
    register = files.table("x_register").set_index("customer_id")["potential_revenue_per_year"]
    potential = m.money(register.loc[[X_ID]].sum())
    measured = {
        "customer_id": X_ID,
        "revenue_last_12_months": m.money(recent["revenue"].sum()),
        "potential_revenue_per_year": potential,
        "potential_over_revenue_of_all": m.rate(potential, everyone),
    }
    words = f"Pomona Devices bought for {measured['revenue_last_12_months']} EUR in a year and could buy for {potential:.0f}."
    return truth(words, "Net revenue of the 12 months before the end against the X register.", measured)


def _price_war(files: Files, planted: dict[str, Any]) -> Numbers:
    lost = files.table("losses").query("competitor == 'Kestrel Parts' and reason == 'Price'")["lost_at"]
    since = datetime.fromisoformat(planted["price_war_from"])
    measured = {"before": int((lost < since).sum()), "since": int((lost >= since).sum())}
    words = f"Kestrel Parts took {measured['before']} customers on price in 26 months and {measured['since']} in the 8 since March 2025."
    chances = {key: planted[key] for key in ("price_war_from", "price_war_extra_leave")}
    return truth(words, "Rows of losses, reason Price, Kestrel Parts.", measured, chances)


def crm(files: Files, planted: dict[str, Any]) -> Truths:
    """Webinars, integrations, late launches, reasons to leave, annual plans."""
    return {
        "webinar_and_retention": _webinars(files, planted),
        "integration_and_retention": _integrations(files, planted),
        "late_launch": _launch(files, planted),
        "reasons_to_leave": _reasons(files),
    }


def monthly_payers(files: Files) -> pd.DataFrame:
    """Customers whose first order is a monthly plan: customer_id, order_id, at."""
    heads = files.lines.drop_duplicates("order_id").set_index("order_id")["product_id"]
    first = m.first_events(files)
    return first[first["order_id"].map(heads) != "CRM-Y"]


def still_paying(files: Files, base: pd.DataFrame, landmark: int, until: int) -> pd.DataFrame:
    """Those of ``base`` with a sale at or after ``landmark`` days, and whether they pay at or after ``until`` days."""
    full = base[base["at"] + pd.Timedelta(days=until + 31) < files.as_of]
    last = files.sales.groupby("customer_id")["ordered_at"].max()
    age = (full["customer_id"].map(last) - full["at"]).dt.days
    return full.assign(back=age >= until)[age >= landmark]


def _kept(events: pd.DataFrame) -> Numbers:
    sums = events.groupby("label")["back"].agg(["size", "sum"])
    return {str(k): {"events": int(r["size"]), "return_rate": m.rate(r["sum"], r["size"])} for k, r in sums.iterrows()}


def _webinars(files: Files, planted: dict[str, Any]) -> Numbers:
    base = still_paying(files, monthly_payers(files), 180, 360)
    seen = files.table("participations").groupby("customer_id")["happened_at"].min()
    early = (base["customer_id"].map(seen) - base["at"]).dt.days < 180
    groups = _kept(base.assign(label=early.map({True: "attended", False: "did_not"})))
    words = "Of monthly payers alive at day 180, {:.0%} who saw a webinar by then still pay at day 360, {:.0%} of the others."
    chances = {
        key: planted[key] for key in ("webinar_churn_factor", "mood_effect_on_attending", "mood_effect_on_log_churn")
    }
    definition = "Landmark at day 180, last sale at day 360 or later; naive: gladder customers attend more."
    return truth(two_rates(groups, "attended", "did_not", words), definition, {"groups": groups}, chances)


def _integrations(files: Files, planted: dict[str, Any]) -> Numbers:
    base = still_paying(files, monthly_payers(files), 0, 180)
    with_one = set(files.lines[files.lines["category"] == "Integrations"]["order_id"])
    label = base["order_id"].isin(with_one).map({True: "with", False: "without"})
    groups = _kept(base.assign(label=label))
    words = "{:.0%} who start with an integration pay at day 180 or later, {:.0%} without one."
    definition = "Monthly payers by an integration line in the first order; given at random."
    planted_part = planted["integration_churn_factor"]
    return truth(two_rates(groups, "with", "without", words), definition, {"groups": groups}, planted_part)


def _launch(files: Files, planted: dict[str, Any]) -> Numbers:
    done = files.table("fulfilments").set_index("order_id")
    base = still_paying(files, monthly_payers(files), 0, 180)
    label = base["order_id"].map(lateness(done[done["delivered_at"].notna()]))
    groups = _kept(base.assign(label=label))
    words = "{:.0%} still pay at day 180 after a late launch, {:.0%} after one on time."
    chances = {key: planted[key] for key in ("late_start_churn_factor", "late_start_share")}
    definition = "Monthly payers by the launch date against the promise; last sale at day 180 or later."
    return truth(two_rates(groups, "late", "on_time", words), definition, {"groups": groups}, chances)


def _reasons(files: Files) -> Numbers:
    losses = files.table("losses")
    reasons = {str(k): int(v) for k, v in losses["reason"].value_counts().sort_index().items()}
    rivals = {str(k): int(v) for k, v in losses["competitor"].value_counts().sort_index().items()}
    top = max(reasons, key=lambda key: reasons[key])
    words = f"{len(losses)} customers left; the first reason is “{top}” ({reasons[top]})."
    return truth(words, "Rows of losses.", {"reasons": reasons, "competitors": rivals})
