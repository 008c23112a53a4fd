"""The verdict in words: whether the first sale pays, when repeat purchases do, and how much money is out."""

from __future__ import annotations

import math

from ltvlib.payback import CashGap, Payback, Verdict
from pages.ui.words import _, percent, plural, short_money

NOTICEABLE = 0.15
"""A change of the cost of a new customer worth a sentence."""


def summary(found: Payback, currency: str) -> str:
    """The verdict, and where the cost of a customer is heading."""
    return " ".join(filter(None, (verdict(found, currency), trend(found, currency))))


def verdict(found: Payback, currency: str) -> str:
    """The verdict of the company or of a channel with the numbers it rests on."""
    numbers = {
        "cac": short_money(found.cac, currency),
        "first": short_money(found.first_order_margin, currency),
        "romi": percent(found.first_order_romi),
        "margin": short_money(found.margin, currency),
    }
    kind = found.verdict
    if kind is Verdict.FIRST_SALE:
        text = _(
            "**The first sale pays for the marketing.** A new customer costs {cac}, the first order leaves {first}: what was spent comes back at once with {romi} on top. What repeat purchases bring is gain.",
            **numbers,
        )
    elif kind is Verdict.REPEATS:
        text = _repeats(found, numbers, currency)
    elif kind is Verdict.NOT_YET:
        text = _(
            "**Does not pay back within what we have seen.** A new customer costs {cac} and has brought {margin} by month {n}.",
            n=found.horizon,
            **numbers,
        )
    elif kind is Verdict.NO_SPEND:
        text = _(
            "**What a new customer costs is not on record.** By month {n} a customer has brought {margin}: whoever costs more does not pay back by then.",
            n=found.horizon,
            **numbers,
        )
    elif kind is Verdict.FREE:
        text = _(
            "**Nothing was spent to win these customers.** By month {n} one has brought {margin}.",
            n=found.horizon,
            **numbers,
        )
    elif kind is Verdict.NO_CUSTOMERS:
        text = _("**Money was spent, but no new customers came from it** in these months.")
    else:
        text = _("No month of new customers is old enough to judge. Choose a shorter horizon.")
    return text


def _repeats(found: Payback, numbers: dict[str, str], currency: str) -> str:
    month = int(found.payback_month)
    if month == 0:
        return _(
            "**The first order alone does not pay, repeat purchases in the same month do.** A new customer costs {cac}, the first order leaves {first}.",
            **numbers,
        )
    return _(
        "**You live on repeat purchases: month {n} pays the marketing back.** A new customer costs {cac}, the first order leaves only {first}; by month {n} the customer has brought {sum}.",
        n=month,
        sum=short_money(found.affordable_cac(month), currency),
        **numbers,
    )


def short_verdict(found: Payback) -> str:
    """The verdict in a few words, for a table."""
    kind = found.verdict
    if kind is Verdict.REPEATS:
        month = int(found.payback_month)
        return _("Repeat purchases: month {n}", n=month) if month else _("Repeat purchases: same month")
    if kind is Verdict.NOT_YET:
        return plural("Not within {n} month", "Not within {n} months", found.horizon)
    return {
        Verdict.FIRST_SALE: _("Pays on the first sale"),
        Verdict.NO_SPEND: _("Spend not on record"),
        Verdict.FREE: _("Nothing spent"),
        Verdict.NO_CUSTOMERS: _("Spend without customers"),
        Verdict.TOO_YOUNG: _("Too young to judge"),
    }[kind]


def payback(found: Payback) -> str:
    """When the money is back, for a tile."""
    if found.verdict is Verdict.FIRST_SALE:
        return _("first sale")
    if not math.isnan(found.payback_month):
        return _("month {n}", n=int(found.payback_month)) if found.payback_month else _("same month")
    return _("not reached yet") if found.spend > 0 and found.customers else "–"


def trend(found: Payback, currency: str) -> str:
    """A warning where winning customers costs clearly more or less now than in the months judged."""
    change = found.cac_change
    if math.isnan(change) or abs(change) < NOTICEABLE:
        return ""
    text = (
        _("In the last three complete months a new customer costs {cac}, {change} more than in the months judged.")
        if change > 0
        else _("In the last three complete months a new customer costs {cac}, {change} less than in the months judged.")
    )
    return text.format(cac=short_money(found.recent_cac, currency), change=percent(abs(change)))


def curve_title(found: Payback, name: str, currency: str) -> str:
    """One message for the payback curve."""
    money = short_money(found.cac, currency)
    if math.isnan(found.cac):
        return _("{name}: what a customer has brought by each month", name=name)
    if found.verdict is Verdict.FIRST_SALE:
        return _("{name}: the first order already brings back the {money} paid", name=name, money=money)
    if math.isnan(found.payback_month):
        return _("{name}: the {money} paid for a customer are not back yet", name=name, money=money)
    return _(
        "{name}: the {money} paid for a customer are back in month {n}",
        name=name,
        money=money,
        n=int(found.payback_month),
    )


def cash(gap: CashGap, customers: int, horizon: int, currency: str) -> str:
    """How much money is out for a planned number of new customers a month."""
    start = plural("Winning {n} new customer every month: ", "Winning {n} new customers every month: ", customers)
    if math.isnan(gap.money):
        return ""
    if gap.money == 0:
        return start + _("no money is ever out, every month's newcomers pay for themselves.")
    money = short_money(gap.money, currency)
    if gap.is_seen:
        return start + _(
            "at the deepest point, month {n}, **{money}** of your money is out; from then on the customers carry it.",
            n=int(gap.month),
            money=money,
        )
    return start + _(
        "after month {n} **{money}** of your money is out and the gap still grows.", n=horizon, money=money
    )
