"""Words of the what-if plan: levers, verdicts, reasons. Every figure comes computed."""

from __future__ import annotations

import datetime as dt
import math

from ltvlib.plan import Outcome, against
from ltvlib.plan_fact import NotYet, PlanAgainstFact
from ltvlib.plan_levers import POINTS, LeverKind, Levers
from ltvlib.plan_today import YEAR, Today
from ltvlib.plan_worth import Hopeless, Worth
from pages.ui.words import DASH, _, count, day, money, number, percent, plural, short_money


def title(kind: LeverKind) -> str:
    """What a lever is in the owner's words."""
    return {
        LeverKind.FREQUENCY: _("Touches and reminders"),
        LeverKind.ORDER_VALUE: _("Cross-sell and upsell"),
        LeverKind.RETENTION: _("Quality and service"),
        LeverKind.MARGIN: _("Fewer discounts"),
        LeverKind.CAC: _("Cheaper advertising"),
        LeverKind.NEW_CUSTOMERS: _("More newcomers"),
    }[kind]


def help_text(kind: LeverKind) -> str:
    """What the lever assumes."""
    return {
        LeverKind.FREQUENCY: _(
            "Orders after the first become more; a newcomer's first order is not made by reminders. The extra orders are like the usual ones."
        ),
        LeverKind.ORDER_VALUE: _("Every order brings more revenue and, in the same proportion, more margin."),
        LeverKind.RETENTION: _(
            "More of the customers of the year before order again. Those won back buy like those who came back by themselves: a little optimistic, so plan with care."
        ),
        LeverKind.MARGIN: _("Of every 100 of revenue this much more is left: fewer discounts, better purchase prices."),
        LeverKind.CAC: _(
            "What one new customer costs: marketing spend of these months / new customers. To the left: cheaper."
        ),
        LeverKind.NEW_CUSTOMERS: _(
            "More people come for the first time, and every one of them costs as much marketing as today; where the next ones are dearer, move the cost of a newcomer too. Only what they bring within these 12 months counts: whoever comes last has had little time."
        ),
    }[kind]


def for_whom(kind: LeverKind) -> str:
    """Question above the segments of a lever."""
    if kind is LeverKind.RETENTION:
        return _("For which customers? By their segment in the year before.")
    return _("For which customers? By their segment now.")


def slider_format(kind: LeverKind) -> str:
    """How the slider writes its value."""
    return "%+.1f" if kind in POINTS else "%+.0f %%"


def effect(kind: LeverKind, value: float) -> str:
    """An effect in words."""
    sign = "+" if value > 0 else "\u2212" if value < 0 else ""
    if kind is LeverKind.RETENTION:
        return _("{points} of 100 customers", points=sign + number(abs(value) * 100))
    if kind is LeverKind.MARGIN:
        return _("{points} of 100 of revenue", points=sign + number(abs(value) * 100))
    return sign + percent(abs(value), 0 if abs(value * 100 - round(value * 100)) < 1e-9 else 1)


def today_words(kind: LeverKind, now: Outcome, currency: str) -> str:
    """Label of a slider: what moves, and where it stands today."""
    return {
        LeverKind.FREQUENCY: _("Orders a customer, now {n}", n=number(now.orders_per_customer, 1)),
        LeverKind.ORDER_VALUE: _("Average check, now {money}", money=short_money(now.average_order_value, currency)),
        LeverKind.RETENTION: _("Come back of 100, now {n}", n=hundred(now.came_again_rate)),
        LeverKind.MARGIN: _("Left of 100, now {n}", n=hundred(now.margin_rate)),
        LeverKind.CAC: _("Cost of a newcomer, now {money}", money=short_money(now.cac, currency)),
        LeverKind.NEW_CUSTOMERS: _("Newcomers a month, now {n}", n=number(now.new_customers_a_month, 0)),
    }[kind]


def payback(month: float) -> str:
    """In which month a newcomer has paid back."""
    if math.isnan(month):
        return DASH
    return plural("month {n}", "month {n}", int(month)) if month else _("first month")


def hundred(share: float) -> str:
    """A share as so many of 100, without a sign."""
    return number(share * 100, 0)


def headline(now: Outcome, plan: Outcome, levers: Levers, currency: str) -> str:
    """What the plan brings, in one or two sentences."""
    if not levers.by_kind:
        return _(
            "If the next 12 months are like the last, they bring **{money}** of profit. What would you change?",
            money=short_money(now.profit, currency),
        )
    change, total = against(now, plan).profit, short_money(plan.profit, currency)
    amount = short_money(abs(change), currency)
    if change >= 0.5:
        text = _(
            "The plan brings **{total}** of profit in 12 months: **{amount} more** than today.",
            total=total,
            amount=amount,
        )
    elif change <= -0.5:
        text = _(
            "The plan brings **{total}** of profit in 12 months: **{amount} less** than today.",
            total=total,
            amount=amount,
        )
    else:
        text = _("The plan brings **{total}** of profit in 12 months: as much as today.", total=total)
    if not levers.monthly_cost:
        return text + " " + _("The levers cost nothing yet: enter what they cost a month.")
    return (
        text
        + " "
        + _("The cost of the levers, {money} a year, is taken off.", money=short_money(plan.lever_costs, currency))
    )


def strongest(kind: LeverKind, is_own: bool) -> str:
    """The message of the levers by strength: which is first, at which steps."""
    if is_own:
        return _("With your values the most comes from: {lever}", lever=title(kind))
    return _("Moved by 10% or one point, the most comes from: {lever}", lever=title(kind))


def break_even(row: Worth) -> str:
    """From which effect on a lever pays for itself, or why never."""
    if row.reason is not None:
        return hopeless(row)
    size = effect(row.kind, abs(row.break_even)).lstrip("+")
    small = number(abs(row.break_even) * 100, 1)
    return {
        LeverKind.FREQUENCY: _("Touches and reminders pay for themselves once customers order **{size}** more often.", size=size),
        LeverKind.ORDER_VALUE: _("Cross-sell and upsell pay for themselves once the average check is **{size}** higher.", size=size),
        LeverKind.RETENTION: _("Quality and service pay for themselves once **{n}** more of 100 customers come back.", n=small),
        LeverKind.MARGIN: _("Giving fewer discounts pays for itself once **{n}** more is left of every 100 of revenue.", n=small),
        LeverKind.CAC: _("The work on advertising pays for itself once a new customer costs **{size}** less.", size=size),
        LeverKind.NEW_CUSTOMERS: _("The work on newcomers pays for itself once **{size}** more of them come.", size=size),
    }[row.kind]  # fmt: skip


def hopeless(row: Worth) -> str:
    """Why no effect of a lever pays for it."""
    name = title(row.kind)
    return {
        Hopeless.NO_SPEND: _(
            "{lever}: nothing to save, no marketing spend is on record. Enter it on the Acquisition page.", lever=name
        ),
        Hopeless.NO_CUSTOMERS: _("{lever}: there are no such customers to work with.", lever=name),
        Hopeless.LOSES: _("{lever}: the more of it, the lower the profit of the year.", lever=name),
        Hopeless.OUT_OF_REACH: _("{lever}: even the largest possible effect does not earn this cost.", lever=name),
    }[row.reason or Hopeless.LOSES]


def best(rows: tuple[Worth, ...], currency: str) -> str:
    """Which lever earns most for its cost."""
    paid = [row for row in rows if row.cost]
    if not paid:
        return _("Enter what your levers cost a month, and you will see which one earns most for its cost.")
    first = paid[0]
    if first.gain_per_cost >= 1:
        return _(
            "**{lever}** earns most for its cost: every {one} put into it brings **{much}**.",
            lever=title(first.kind),
            one=money(1.0, currency),
            much=money(first.gain_per_cost, currency),
        )
    return _("No lever earns its cost with the effect you set. See below from where on each pays for itself.")


def grounds(today: Today, margin: str) -> list[str]:
    """On which months the plan stands and what is missing in them."""
    last = today.end_day - dt.timedelta(days=1)
    lines = [
        plural(
            "Today = the month from {first} to {last}: {customers} customers, {new} of them new. Profit = {margin} less marketing spend.",
            "Today = the {n} months from {first} to {last}: {customers} customers, {new} of them new. Profit = {margin} less marketing spend.",
            today.months, first=day(today.first_day), last=day(last), margin=margin,
            customers=count(today.customers), new=count(today.new_customers),
        )
    ]  # fmt: skip
    if today.months < YEAR:
        lines.append(
            _("That is less than a year: the year is these months scaled up, without the seasons they do not hold.")
        )
    if not today.has_spend:
        lines.append(_("No marketing spend is on record, so newcomers look free. Enter it on the Acquisition page."))
    elif today.spend_months < today.months:
        lines.append(
            plural(
                "Marketing spend is on record for {n} of these months; the others are counted at the same cost of a new customer.",
                "Marketing spend is on record for {n} of these months; the others are counted at the same cost of a new customer.",
                today.spend_months,
            )
        )
    if not today.base.sum():
        lines.append(
            _(
                "The data do not reach back before these months: who comes back is not known, and that lever does nothing."
            )
        )
    elif today.months_before < today.months:
        lines.append(_("The file holds only part of the year before, so who comes back is counted on that part."))
    if today.ignored:
        lines.append(
            _("Filters other than channel and period are left aside here: marketing spend is known by channel only.")
        )
    return lines


def not_yet(reason: NotYet | None) -> str:
    """Why a figure of plan against fact is a dash."""
    if reason is None:
        return ""
    return {
        NotYet.TOO_EARLY: _("needs 12 months"),
        NotYet.NOT_PLANNED: _("the data of the plan could not say it"),
        NotYet.NO_SPEND: _("no marketing spend on record for these months"),
        NotYet.NO_ORDERS: _("no orders in these months"),
    }[reason]


def verdict(view: PlanAgainstFact, currency: str) -> str:
    """Plan against fact in one sentence, or why there is none yet."""
    if view.without_spend:
        return plural(
            "Whether the plan is kept cannot be said yet: for {n} of the months compared no marketing spend is on record. Enter it on the Acquisition page, 0 where nothing was spent.",
            "Whether the plan is kept cannot be said yet: for {n} of the months compared no marketing spend is on record. Enter it on the Acquisition page, 0 where nothing was spent.",
            view.without_spend,
        )
    return kept_promise(view.profit.planned, view.profit.actual, view.months, currency)


def same_ground(view: PlanAgainstFact, has_spend: bool) -> list[str]:
    """On which margin and spend plan and fact stand, and what the plan does not say."""
    named = [line.name for line in view.costs.lines if line.amount]
    margin = (
        _("contribution margin (gross margin less {costs})", costs=", ".join(named)) if named else _("gross margin")
    )
    lines = [
        _("Profit of plan and fact = {margin} less marketing spend.", margin=margin)
        if has_spend
        else _(
            "Profit of plan and fact = {margin}. The plan was made without marketing spend, so the fact is counted without it too.",
            margin=margin,
        )
    ]
    if view.has_plan_costs:
        return [*lines, _("The variable costs are those the plan was made with, whatever is entered now.")]
    return [
        *lines,
        _(
            "This plan file is older and does not say which variable costs it was made with; the fact is counted with those entered now."
        ),
    ]


def kept_promise(planned: float, actual: float, months: int, currency: str) -> str:
    """Plan against fact in one sentence; money a month on average."""
    much, wanted = short_money(actual, currency), short_money(planned, currency)
    if actual >= planned:
        return plural(
            "The plan is kept: in {n} month the profit was **{much}** a month, **{wanted}** were planned.",
            "The plan is kept: over {n} months the profit was **{much}** a month, **{wanted}** were planned.",
            months, much=much, wanted=wanted,
        )  # fmt: skip
    return plural(
        "Behind the plan: in {n} month the profit was **{much}** a month, **{wanted}** were planned.",
        "Behind the plan: over {n} months the profit was **{much}** a month, **{wanted}** were planned.",
        months, much=much, wanted=wanted,
    )  # fmt: skip
