"""What happens around the orders in every set: arrivals, marketing, NPS, competitors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sample_data._core import Book, Dice, months_until, next_month

FLAT = (1.0,) * 12


def arrivals(dice: Dice, as_of: datetime, total: int, growth: float, season: Sequence[float] = FLAT) -> list[date]:
    """Days on which new customers come, in order: growth per month, season, chance."""
    months = months_until(as_of)
    weights = [growth**i * season[month.month - 1] * dice.skewed(1, 0.07) for i, month in enumerate(months)]
    chosen = Counter(dice.pick(months, weights) for _ in range(total))
    return sorted(_some_day(dice, month) for month in months for _ in range(chosen[month]))


def _some_day(dice: Dice, month: date) -> date:
    length = (next_month(month) - month).days
    days = [month + timedelta(days=i) for i in range(length)]
    return dice.pick(days, [(1, 1, 1, 1.1, 1.3, 1.5, 1.3)[day.weekday()] for day in days])


def spend(book: Book, dice: Dice, won: Sequence[tuple[date, str]], cac: Mapping[str, float]) -> None:
    """Marketing by month and channel: a budget that follows the customers of three months."""
    counts = Counter((day.replace(day=1), channel) for day, channel in won)
    months = months_until(book.as_of)
    for i, month in enumerate(months):
        near = months[max(0, i - 1) : i + 2]
        for channel, price in cac.items():
            usual = sum(counts[m, channel] for m in near) / len(near)
            amount = round(usual * price * dice.skewed(1, 0.06), -1)
            if amount:
                book.add("marketing_spend", month=month, channel=channel, amount=f"{amount:.2f}")


def ask_nps(
    book: Book, dice: Dice, who: str, at: datetime, mood: float, *, scale: str, wishes: Sequence[str], via: str
) -> None:
    """The two questions: a score that follows the mood and, below 10, what to improve."""
    lowest = int(scale.split("-")[0])
    score = max(lowest, min(10, round(8.3 + 1.6 * mood + 0.8 * dice.normal())))
    wish = dice.pick(wishes) if score < 10 and dice.chance(0.8) else None
    book.add(
        "nps_responses", customer_id=who, answered_at=at, score=score, scale=scale, improvement=wish, asked_via=via
    )


def watch_competitors(book: Book, rows: str, source: str) -> None:
    """Journal of offers from ``date | competitor | criterion | theirs | ours`` lines."""
    for row in rows.strip().splitlines():
        day, competitor, criterion, theirs, ours = (part.strip() for part in row.split("|"))
        checked = datetime.fromisoformat(day) + timedelta(hours=11)
        book.add(
            "competitor_offers",
            competitor=competitor,
            criterion=criterion,
            their_value=theirs,
            our_value=ours,
            checked_at=checked,
            source=source,
        )


def register_x(book: Book, rows: str) -> None:
    """The X register from ``who | potential | gap | cost | months | probability`` lines."""
    for row in rows.strip().splitlines():
        who, potential, gap, cost, months, probability = (part.strip() for part in row.split("|"))
        book.add(
            "x_register",
            customer_id=who,
            potential_revenue_per_year=potential,
            product_gap=gap,
            development_cost=cost,
            months_to_build=months,
            probability=probability,
        )
