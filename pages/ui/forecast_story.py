"""The forecast in words: its track record first, then what it says, and why a customer is worth a call."""

from __future__ import annotations

import math

import pandas as pd

from ltvlib.forecast import Exam, Forecast
from ltvlib.models.forecast import Interval
from ltvlib.models.holdout import Method
from ltvlib.models.messages import Message
from pages.ui.words import DASH, _, count, number, percent, plural, short_money


def sentence(message: Message) -> str:
    """What a model has to say, in the reader's language."""
    return _(message.template).format(**message.params)


def method_name(method: Method) -> str:
    """A method in words."""
    return {
        Method.PARETO_NBD: "Pareto/NBD",
        Method.BG_NBD: "BG/NBD",
        Method.MBG_NBD: "MBG/NBD",
        Method.LAST_PERIOD: _("As lately: everybody repeats the last period"),
        Method.OWN_RATE: _("As always: everybody keeps the own pace"),
        Method.AVERAGE_RATE: _("All alike: everybody at the average pace"),
    }[method]


def track_record(found: Exam) -> str:
    """The exam of the chosen model in one or two sentences."""
    score = found.score
    if score is None:
        return _("No model found a stable answer on the first part of your data, so nothing is forecast.")
    text = _(
        "Learnt on the first {learnt}, the model expected **{expected}** orders of these customers in the {exam} after them; **{happened}** happened: {verdict}.",
        learnt=days(found.learnt_days),
        exam=days(found.exam_days),
        expected=count(score.expected),
        happened=count(score.happened),
        verdict=verdict_of(score.miss),
    )
    return text if found.is_trusted else text + " " + refusal()


def refusal() -> str:
    """Why no money is shown."""
    return _(
        "**That is too far off to plan money by, so no money is forecast.** The order of the customers below still holds better than chance: use it for calls, not for budgets."
    )


def verdict_of(miss: float) -> str:
    """How far a total was off, in words."""
    if abs(miss) < 0.01:
        return _("as good as exact")
    if miss > 0:
        return _("{share} too many", share=percent(miss))
    return _("{share} too few", share=percent(-miss))


def rival(found: Exam) -> str:
    """Where a rule of thumb did better, and what a season may have done to the exam."""
    lines = []
    if found.best is not None and found.best.fit is None and found.score is not None:
        text = _(
            "A rule of thumb came closer customer by customer: {name}. Take single customers below as a direction, not as a promise."
        )
        lines.append(text.format(name=method_name(found.best.method)))
    if not found.is_whole_year:
        lines.append(_("The exam is shorter than a year: with a strong season it may flatter or slander the forecast."))
    return " ".join(lines)


def days(length: int) -> str:
    """A span in months where it is long enough."""
    if length < 75:
        return plural("{n} day", "{n} days", length)
    return plural("{n} month", "{n} months", round(length / 30.4375))


def base(found: Forecast, currency: str) -> str:
    """What the base is worth."""
    total = found.totals[found.months].total
    customers = found.data.counts.customers
    return _(
        "Of your {customers} about **{alive}** may still buy. Within {months} months today's customers will bring about **{value}** of gross margin (95 % interval: {low} to {high}).",
        customers=plural("{n} customer", "{n} customers", round(customers)),
        alive=count(found.alive),
        months=count(found.months),
        value=short_money(total.value, currency),
        low=short_money(total.low, currency),
        high=short_money(total.high, currency),
    )


def beyond_chance(found: Exam) -> str:
    """What the interval does not hold."""
    if found.score is None:
        return ""
    return _(
        "The interval holds chance and what the model could not learn, not a change of times. In the exam the total was off by {miss}.",
        miss=percent(abs(found.score.miss), 1),
    )


def per_customer(found: Forecast, exam: Exam, currency: str) -> str:
    """What a customer of today's base will still bring, with the model, the horizon and the interval in the sentence."""
    one = found.per_customer
    return _(
        "Within the next {months} months one of today's {n} customers will bring **{value}** of gross margin on average (95 % interval: {low} to {high}), by {model}. In the exam its total was off by {miss}. This is still to come and stands beside, never among, what was brought.",
        months=count(found.months),
        n=count(found.data.counts.customers),
        value=short_money(one.value, currency),
        low=short_money(one.low, currency),
        high=short_money(one.high, currency),
        model=method_name(Method(found.fit.model.value)),
        miss=percent(abs(exam.score.miss), 1) if exam.score else DASH,
    )


def spread(total: Interval, currency: str) -> str:
    """The interval of a tile."""
    return f"{short_money(total.low, currency)} – {short_money(total.high, currency)}"


def reasons(people: pd.DataFrame, currency: str) -> list[str]:
    """One sentence a customer: why they are worth a call."""
    said = _(
        "usually every {rhythm} days, silent for {silent}; {margin} of profit in the last 12 months, {total} in all"
    )
    columns = ("rhythm_days", "days_since_last_order", "margin_12m", "margin")
    return [
        said.format(
            rhythm=number(float(rhythm), 0),
            silent=count(float(silent)),
            margin=short_money(float(lately), currency),
            total=short_money(float(total), currency),
        )
        for rhythm, silent, lately, total in zip(*(people[name] for name in columns), strict=True)
    ]


def tracking_title(found: Exam) -> str:
    """One message for the tracking chart."""
    score = found.score
    if score is None or math.isnan(score.miss):
        return _("What happened in the exam")
    return _(
        "The exam, week by week: expected {expected}, happened {happened}",
        expected=count(score.expected),
        happened=count(score.happened),
    )


def against_naive(found: Exam) -> str:
    """How far off single customers were, beside the textbook's formula."""
    score, naive = found.score, found.naive
    if score is None or naive is None:
        return ""
    said = _(
        "Average miss on one customer, in orders: **{model}** by the forecast, **{naive}** by the textbook formula (everybody at the average pace).",
        model=number(score.mae, 2),
        naive=number(naive.mae, 2),
    )
    return said if score.mae < naive.mae else said + " " + _("So the simple formula was no worse here.")


def one_person(row: pd.Series, months: int, currency: str, with_money: bool) -> str:
    """What one customer is expected to do within the horizon, with intervals, and why they are wide."""
    text = _(
        "Within {months} months: about **{orders}** orders (95 % interval: {low} to {high}).",
        months=months,
        orders=number(float(row["expected_orders"]), 1),
        low=count(float(row["orders_low"])),
        high=count(float(row["orders_high"])),
    )
    if with_money:
        text += " " + _(
            "Gross margin: about **{value}** (95 % interval: {low} to {high}).",
            value=short_money(float(row["expected_margin"]), currency),
            low=short_money(float(row["margin_low"]), currency),
            high=short_money(float(row["margin_high"]), currency),
        )
    return (
        text
        + " "
        + _(
            "The interval of one person is wide, because whether a single customer comes is mostly chance; together they are far surer."
        )
    )


def range_of(low: float, high: float, currency: str) -> str:
    """An interval of money in a cell."""
    return DASH if math.isnan(low) else f"{short_money(low, currency)} – {short_money(high, currency)}"
