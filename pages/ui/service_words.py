"""Service quality in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from ltvlib.service import Harm, Trouble
from pages.ui.words import DASH, _, count, number, percent, plural, short_money

RATES = {"late_share": Trouble.LATE, "wrong_documents_share": Trouble.DOCUMENTS, "complaint_share": Trouble.COMPLAINT}


def name(harm: Harm) -> str:
    """What went wrong with which orders."""
    first = {
        Trouble.LATE: _("First order late"),
        Trouble.DOCUMENTS: _("Wrong documents with the first order"),
        Trouble.COMPLAINT: _("Complaint about the first order"),
    }
    later = {
        Trouble.LATE: _("Later order late"),
        Trouble.DOCUMENTS: _("Wrong documents with a later order"),
        Trouble.COMPLAINT: _("Complaint about a later order"),
    }
    return (first if harm.on_first else later)[harm.trouble]


def short(harm: Harm) -> str:
    """The same on two lines, for the axis of a chart."""
    trouble = {Trouble.LATE: _("late"), Trouble.DOCUMENTS: _("wrong documents"), Trouble.COMPLAINT: _("complaint")}
    return (_("First order") if harm.on_first else _("Later order")) + "<br>" + trouble[harm.trouble]


def sentence(harm: Harm, currency: str) -> str:
    """What the trouble does, and what it costs a year where the money is told from chance too."""
    text = _(
        "**{name}**: {exposed} come back within {days} days, {others} of like customers without it.",
        name=name(harm),
        exposed=percent(harm.returned.exposed),
        others=percent(harm.returned.others),
        days=count(harm.days),
    )
    value, low, high = harm.cost_a_year
    if low > 0:
        one = short_money(-harm.profit.value, currency)
        text += " " + _("One costs about **{one}** of profit in these days.", one=one)
        text += " " + _(
            "{orders} of the last 12 months cost about **{money}** of profit ({low} to {high}).",
            orders=plural("{n} such order", "{n} such orders", harm.a_year),
            money=short_money(value, currency),
            low=short_money(low, currency),
            high=short_money(high, currency),
        )
    return text


def chart_title(harms: Sequence[Harm]) -> str:
    """The message of the comparison."""
    shown = [harm for harm in harms if harm.is_shown and harm.returned.value < 0]
    if not shown:
        return _("Customers come back as often after a trouble as without it")
    worst = min(shown, key=lambda harm: harm.returned.value)
    points = number(-worst.returned.value * 100, 0)
    return _("{name}: {points} of 100 customers fewer come back", name=name(worst), points=points)


def worst_rate(frame: pd.DataFrame) -> tuple[str, str, str]:
    """Which rate is worth a line over the months: its column, name and message."""
    names = {
        "late_share": _("Late deliveries"),
        "wrong_documents_share": _("Wrong documents"),
        "complaint_share": _("Complaints"),
    }
    means = {what: frame[what].mean() for what in names}
    known = {what: mean for what, mean in means.items() if mean == mean}
    what = max(known, key=known.__getitem__) if known else "complaint_share"
    last, all_time = frame[what].tail(3).mean(), frame[what].mean()
    title = _(
        "{name}: {last} in the last three months, {mean} on average",
        name=names[what],
        last=percent(last),
        mean=percent(all_time),
    )
    return what, names[what], title


def row(harm: Harm, currency: str) -> dict[str, Any]:
    """The figures behind one comparison."""
    value, low, high = (100 * x for x in (harm.returned.value, harm.returned.low, harm.returned.high))
    known = math.isfinite(low)
    cost = harm.cost_a_year
    return {
        "name": name(harm),
        "exposed": harm.returned.exposed,
        "others": harm.returned.others,
        "interval": f"{number(value, 0)} ({number(low, 0)} … {number(high, 0)})" if known else DASH,
        "profit": round(harm.profit.value) if harm.profit.n_exposed else None,
        "orders": f"{count(harm.returned.n_exposed)} / {count(harm.returned.n_others)}",
        "a_year": harm.a_year,
        "cost": f"{short_money(cost[0], currency)} ({short_money(cost[1], currency)} … {short_money(cost[2], currency)})"
        if math.isfinite(cost[1])
        else DASH,
        "verdict": _verdict(harm, known),
    }


def _verdict(harm: Harm, known: bool) -> str:
    if not known:
        return _("too few to say")
    if not harm.is_shown:
        return _("within chance")
    return _("does harm") if harm.returned.value < 0 else _("more come back")
