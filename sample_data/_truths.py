"""The truths of every set: the planted parameter, the measured number, one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from sample_data import _measure as m
from sample_data._measure import Files, Numbers

Truths = dict[str, Numbers]
ABCDX_RULES = {
    "salon": (3000, 6),
    "kids": (2500, 3),
    "electronics": (15000, 2),
    "b2b": (2000, 12),
    "crm": (150, 12),
}
NPS_DAYS = {"salon": (0, 90), "kids": (0, 180), "electronics": (0, 180), "b2b": (120, 240), "crm": (150, 190)}


def truth(sentence: str, definition: str, measured: Numbers, planted: Any = None) -> Numbers:
    """One truth as it stands in ``truth.json``."""
    return {"sentence": sentence, "definition": definition, "planted": planted, "measured": measured}


def common(name: str, files: Files, planted: dict[str, Any]) -> Truths:
    """The truths every set has."""
    return {
        "totals": _totals(files),
        "first_sale_and_channels": _channels(files, planted["channels"]),
        "payback": _payback(files),
        "abcdx": _abcdx(files, *ABCDX_RULES[name]),
        "profit_concentration": _concentration(files),
        "season": _season(files, planted.get("season")),
        "nps_and_return": _nps(files, *NPS_DAYS[name]),
    }


def _totals(files: Files) -> Numbers:
    start = files.as_of.replace(year=files.as_of.year - 1)
    active = files.sales[files.sales["ordered_at"] >= start]["customer_id"].nunique()
    measured = {
        "orders": len(files.sales),
        "refunds": len(files.orders) - len(files.sales),
        "customers": len(files.firsts),
        "active_last_12_months": active,
        "revenue": m.money(files.orders["revenue"].sum()),
        "gross_margin": m.money(files.orders["gross_margin"].sum()),
    }
    words = f"{len(files.firsts)} customers made {len(files.sales)} orders; {active} bought in the last 12 months."
    return truth(words, "Refunds lower revenue and margin and are not orders.", measured)


def _channels(files: Files, planted: Any) -> Numbers:
    measured = m.channels(files)
    whole = measured["all"]
    parts = {name: row for name, row in measured.items() if name != "all"}
    poorest = min(parts, key=lambda name: parts[name]["margin_per_customer"])
    sign = "pays for" if whole["first_order_romi"] > 0 else "does not pay for"
    words = (
        f"The first sale {sign} the marketing: first margin {whole['first_margin']}, CAC {whole['cac']}; "
        f"{poorest} (CAC {parts[poorest]['cac']}) brings the poorest customers."
    )
    return truth(
        words, "CAC = spend / customers of the channel; ROMI on the margin of first orders.", measured, planted
    )


def _payback(files: Files) -> Numbers:
    measured = m.payback(files)
    words = f"Margin per customer reaches the CAC of {measured['cac']} in month {measured['payback_month_index']}."
    definition = "Cohorts with months 0-12 complete; month 0 is the month of the first order; refunds included."
    return truth(words, definition, measured)


def _abcdx(files: Files, value: float, often: int) -> Numbers:
    measured = m.abcdx(files, value, often)
    total = sum(row["gross_margin"] for row in measured.values())
    active = sum(row["customers"] for name, row in measured.items() if name != "inactive")
    a = measured["A"]
    words = (
        f"{a['customers']} A customers of {active} active ones bring "
        f"{a['gross_margin'] / total:.0%} of the gross margin of the last 12 months."
    )
    definition = "Revenue (less refunds) / orders at or above the value; orders at or above often; X register first."
    return truth(words, definition, measured, {"average_order_value": value, "orders": often})


def _concentration(files: Files) -> Numbers:
    share = m.top_share(files)
    words = f"The best 20% of customers bring {share:.0%} of the gross margin."
    return truth(words, "Customers by total gross margin; the best int(20%).", {"top_20_share": share})


def _season(files: Files, planted: Any) -> Numbers:
    measured = m.season(files)
    high, low = max(measured, key=lambda k: measured[k]), min(measured, key=lambda k: measured[k])
    words = f"Month {high} is {measured[high]:.2f} of the usual number of orders, month {low} only {measured[low]:.2f}."
    definition = "Orders of a month over their centred 12-month moving average, mean by calendar month."
    return truth(words, definition, measured, planted)


def _nps(files: Files, after: int, days: int) -> Numbers:
    measured = m.nps(files, days, after)
    groups = measured["groups"]
    words = (
        f"NPS is {measured['nps']:.0f}; {groups['promoter']['return_rate']:.0%} of promoters and "
        f"{groups['detractor']['return_rate']:.0%} of detractors buy in days {after}-{days} after answering."
    )
    definition = f"Promoters 9-10, detractors up to 6; a sale more than {after} and up to {days} days after the answer."
    return truth(
        words,
        definition,
        measured | {"after": after, "days": days},
        "the score follows the mood that also moves staying",
    )


def two_rates(groups: Numbers, first: str, second: str, words: str) -> str:
    """A sentence with the return rates of two groups."""
    return words.format(groups[first]["return_rate"], groups[second]["return_rate"])


def by_first_fulfilment(files: Files, days: int, label: Callable[[pd.DataFrame], pd.Series]) -> Numbers:
    """Return rate after the first order by what ``label`` says of its delivery."""
    done = files.table("fulfilments").set_index("order_id")
    known = done[done["delivered_at"].notna()]
    events = m.first_events(files)
    return m.return_by(files, events.assign(label=events["order_id"].map(label(known))), "label", days)


def lateness(done: pd.DataFrame) -> pd.Series:
    """``late`` or ``on_time`` for every delivered order."""
    return (done["delivered_at"] > done["promised_at"]).map({True: "late", False: "on_time"})
