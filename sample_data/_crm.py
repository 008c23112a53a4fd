"""CRM seller: monthly and annual subscriptions, integrations, churn reasons, webinars."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from math import exp
from typing import Any

from sample_data import _market as market
from sample_data._core import DAY, Book, Dice, Line, Sale, at_hour, price_list, sell
from sample_data._people import companies

AS_OF = datetime(2025, 11, 1)
META = {
    "name": "crm",
    "title": {"en": "Tandem CRM", "ru": "Разработчик CRM Tandem"},
    "sentence": {
        "en": "Subscriptions live on retention: a start on time, one integration and a webinar keep a customer paying.",
        "ru": "Подписка живёт удержанием: запуск в срок, одна интеграция и вебинар — и клиент продолжает платить.",
    },
    "currency": "USD",
    "as_of": "2025-11-01",
    "industry": "software subscriptions",
    "programmes": {
        name: {"per_participant": 15} for name in ("Sales funnel in an hour", "Telephony live", "Reports that sell")
    },
}
PRICES = price_list("""
    CRM-M | Tandem Team, month | Subscription | 24.00 | 0.20
    CRM-P | Tandem Pro, month | Subscription | 39.00 | 0.18
    CRM-Y | Tandem Team, year | Subscription | 240.00 | 0.20
    INT-T | Telephony integration | Integrations | 29.00 | 0.35
    INT-M | Messenger integration | Integrations | 19.00 | 0.30
    INT-E | Accounting integration | Integrations | 45.00 | 0.40
    SRV-S | Set-up and import | Services | 350.00 | 0.70
""")
SELLERS = ("Liam Garner", "Rosa Keller", "Noah Fischer")
KEEPERS = ("Clara Dunne", "Simon Ekberg")
CHANNELS = {"Search ads": 0.36, "Partners": 0.2, "Content": 0.24, "App directory": 0.2}
CAC = {"Search ads": 1150, "Partners": 980, "Content": 420, "App directory": 260}
CHANNEL_RISK = {"Search ads": 1.0, "Partners": 0.7, "Content": 0.8, "App directory": 1.9}
CHANNEL_SEATS = {"Search ads": 6, "Partners": 9, "Content": 6, "App directory": 3}
PLANTED: dict[str, Any] = {
    "channels": {"cac": CAC, "churn_factor": CHANNEL_RISK},
    "monthly_churn": 0.052,
    "webinar_churn_factor": 0.4,
    "integration_churn_factor": 0.4,
    "late_start_churn_factor": 2.5,
    "late_start_share": 0.22,
    "mood_effect_on_log_churn": -0.35,
    "mood_effect_on_attending": 0.03,
    "annual_renewal": 0.78,
    "start_with_integration_share": 0.36,
}
REASONS = {
    "Too expensive": 0.28,
    "Missing feature": 0.24,
    "Poor support": 0.14,
    "Never got started": 0.2,
    "Closed": 0.14,
}
RIVALS = ("Pipewise", "Dealnest", "Orbitdesk")
WISHES = ("Mobile app is slow", "Need an offline mode", "Reports are hard to build", "Support answers slowly")
INDUSTRIES = ("Real estate", "Education", "Wholesale", "Clinics", "Agencies", "Logistics")
CITIES = ("Denver", "Austin", "Toronto", "Leeds", "Dublin", "Tampa")
OFFERS = """
    2024-01-16 | Pipewise | Price per seat, USD | 22 | 24
    2024-07-09 | Dealnest | Free plan | yes | no
    2025-01-21 | Pipewise | Price per seat, USD | 19 | 24
    2025-05-13 | Orbitdesk | Mobile app rating | 4.7 | 4.1
    2025-09-23 | Pipewise | Price per seat, USD | 19 | 24
    2025-09-23 | Dealnest | Support answer, hours | 2 | 9
"""
X_ROWS = """
    Halden Retail Group | 480000.00 | Installation on own servers and 900 seats | 210000.00 | 8 | 0.3
    Civic Clinics Network | 260000.00 | Patient consent log and audit trail | 90000.00 | 5 | 0.45
"""


@dataclass
class Account:
    """A subscriber during the simulation."""

    id: str
    channel: str
    mood: float
    seats: int
    plan: str
    keeper: str
    late_start: bool
    integrations: list[str] = field(default_factory=list)
    attended: bool = False


def fill(book: Book, dice: Dice) -> None:
    """Live through the history of the product."""
    days = market.arrivals(dice, AS_OF, 600, 0.985)
    names = companies(
        dice, 600, "Realty|Academy|Trading|Clinic|Agency|Freight|Studio|Partners|Foods|Travel|Dental|Print"
    )
    won = []
    for number, day in enumerate(days, start=1):
        channel = dice.draw(CHANNELS)
        account = _newcomer(dice, f"A-{number:04d}", channel)
        first = at_hour(dice, day, 9, 19)
        won.append((day, channel))
        seller = dice.pick(SELLERS)
        _start(book, dice, account, first, seller)
        _subscribe(book, dice, account, first)
        _customer(book, dice, account, first, names[number - 1])
    market.spend(book, dice, won, CAC)
    market.watch_competitors(book, OFFERS, "Rival web site")
    market.register_x(book, X_ROWS)


def _newcomer(dice: Dice, who: str, channel: str) -> Account:
    plan = dice.pick(("CRM-M", "CRM-P", "CRM-Y"), (62, 23, 15))
    seats = max(1, min(60, round(dice.skewed(CHANNEL_SEATS[channel], 0.6))))
    late = dice.chance(PLANTED["late_start_share"])
    account = Account(who, channel, dice.normal(), seats, plan, dice.pick(KEEPERS), late)
    if dice.chance(PLANTED["start_with_integration_share"]):
        account.integrations.append(dice.pick(("INT-T", "INT-M", "INT-E"), (4, 4, 2)))
    return account


def _start(book: Book, dice: Dice, account: Account, first: datetime, seller: str) -> None:
    """The first invoice: seats, set-up for some, integrations bought at once; and the launch."""
    lines = [sell(PRICES[account.plan], account.seats), *(sell(PRICES[i]) for i in account.integrations)]
    if dice.chance(0.3):
        lines.append(sell(PRICES["SRV-S"]))
    key = book.sale(Sale(account.id, first, account.channel, seller, "Paid"), lines)
    promised = at_hour(dice, first + dice.between(7, 14) * DAY, 16, 18, 60)
    shift = dice.between(3, 20) if account.late_start else -dice.between(0, 4)
    done = promised + shift * DAY
    complaint = "Launch slipped" if account.late_start and dice.chance(0.4) else None
    book.add(
        "fulfilments",
        order_id=key,
        promised_at=promised,
        delivered_at=done if done < AS_OF else None,
        documents_ok=not dice.chance(0.03),
        complaint=complaint,
    )


def _subscribe(book: Book, dice: Dice, account: Account, first: datetime) -> None:
    month = 0
    while True:
        month += 1
        at = _pay_day(first, month)
        if at >= AS_OF:
            return
        _month_around(book, dice, account, at)
        yearly = account.plan == "CRM-Y"
        if yearly and month % 12:
            _pay(book, dice, account, at, [])
            continue
        leave = 1 - PLANTED["annual_renewal"] if yearly else _risk(account, month)
        if dice.chance(leave):
            return _lost(book, dice, account, at, month)
        _grow(dice, account)
        _pay(book, dice, account, at, [sell(PRICES[account.plan], account.seats)])


def _risk(account: Account, month: int) -> float:
    """Chance to leave this month: every planted factor multiplies it."""
    log_mood = PLANTED["mood_effect_on_log_churn"] * account.mood
    risk = PLANTED["monthly_churn"] * CHANNEL_RISK[account.channel] * exp(log_mood)
    risk *= PLANTED["webinar_churn_factor"] if account.attended else 1.0
    risk *= PLANTED["integration_churn_factor"] if account.integrations else 1.0
    risk *= PLANTED["late_start_churn_factor"] if account.late_start and month <= 6 else 1.0
    return float(min(risk, 0.9))


def _grow(dice: Dice, account: Account) -> None:
    if dice.chance(0.03 + 0.01 * account.mood):
        account.seats += dice.between(1, 3)
    if account.plan == "CRM-M" and dice.chance(0.008):
        account.plan = "CRM-P"
    if len(account.integrations) < 2 and dice.chance(0.012):
        missing = [i for i in ("INT-T", "INT-M", "INT-E") if i not in account.integrations]
        account.integrations.append(dice.pick(missing))


def _pay(book: Book, dice: Dice, account: Account, at: datetime, lines: list[Line]) -> None:
    """The seats on one invoice, the integrations on another an hour later."""
    head = Sale(account.id, at, account.channel, account.keeper, "Paid")
    if lines:
        book.sale(head, lines)
    if lines and dice.chance(0.012):
        when = at_hour(dice, at + dice.between(1, 9) * DAY, 9, 18)
        book.refund(Sale(account.id, when, account.channel, account.keeper, "Refund"), lines, cost_back=False)
    if account.integrations:
        later = at.replace(minute=at.minute + 4)
        add_ons = [sell(PRICES[i]) for i in account.integrations]
        book.sale(Sale(account.id, later, account.channel, account.keeper, "Paid"), add_ons)


def _month_around(book: Book, dice: Dice, account: Account, at: datetime) -> None:
    """Webinars, calls and NPS in the month before a payment."""
    before = at_hour(dice, at - dice.between(3, 25) * DAY, 11, 17)
    if dice.chance(max(0.01, 0.045 + PLANTED["mood_effect_on_attending"] * account.mood)):
        account.attended = True
        programme = dice.pick(("Sales funnel in an hour", "Reports that sell", "Telephony live"))
        kind = "auto-webinar" if programme == "Telephony live" else "webinar"
        book.add("participations", customer_id=account.id, programme=programme, kind=kind, happened_at=before)
    if dice.chance(0.22):
        kind = dice.pick(("call", "e-mail", "video meeting"), (4, 5, 2))
        outcome = dice.pick(("talked", "no answer", "question solved", "upsell offered"), (4, 3, 3, 1))
        book.add(
            "touches", customer_id=account.id, touched_at=before, kind=kind, manager=account.keeper, outcome=outcome
        )
    if dice.chance(0.06):
        mood = account.mood - (0.7 if account.late_start else 0.0)
        via = dice.pick(("e-mail", "in the product"))
        market.ask_nps(book, dice, account.id, before, mood, scale="0-10", wishes=WISHES, via=via)


def _lost(book: Book, dice: Dice, account: Account, at: datetime, month: int) -> None:
    early = account.late_start and month <= 6
    reason = "Never got started" if early and dice.chance(0.5) else dice.draw(REASONS)
    rival = dice.pick(RIVALS, (4, 2, 1)) if reason in ("Too expensive", "Missing feature") else None
    lost = at_hour(dice, at + dice.between(1, 20) * DAY, 9, 18)
    book.add("losses", customer_id=account.id, lost_at=lost, reason=reason, competitor=rival)


def _customer(book: Book, dice: Dice, account: Account, first: datetime, name: str) -> None:
    tried = max(datetime(2023, 1, 1, 9), at_hour(dice, first - dice.between(5, 14) * DAY, 9, 19))
    book.add(
        "customers",
        customer_id=account.id,
        name=name,
        acquired_at=min(tried, first),
        channel=account.channel,
        manager=account.keeper,
        city=dice.pick(CITIES),
        industry=dice.pick(INDUSTRIES),
        potential_revenue_per_year=f"{account.seats * dice.pick((1, 1, 2, 4)) * 468:.2f}",
    )


def _pay_day(first: datetime, months: int) -> datetime:
    """Same day of the month at the same time; the 29th to 31st pay on the 28th."""
    place = first.year * 12 + first.month - 1 + months
    return first.replace(year=place // 12, month=place % 12 + 1, day=min(first.day, 28))
