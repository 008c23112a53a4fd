"""Components supplier: hunters and farmers, a few A customers, one huge X, late papers, a rival's price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp
from typing import Any

from sample_data import _market as market
from sample_data._core import DAY, Book, Dice, Line, Sale, at_hour, price_list, sell
from sample_data._people import companies

AS_OF = datetime(2025, 11, 1)
META = {
    "name": "b2b",
    "title": {"en": "Northgate Components", "ru": "Поставщик компонентов Northgate"},
    "sentence": {
        "en": "Fourteen A customers bring half of the profit; one device maker could outweigh them all if the product grew up.",
        "ru": "Четырнадцать клиентов A дают половину прибыли; один производитель устройств перевесит всех, если доработать продукт.",
    },
    "currency": "EUR",
    "as_of": "2025-11-01",
    "industry": "electronic components supply",
    "programmes": {"Northgate forum": {"per_participant": 180}, "Connector day": {"per_participant": 90}},
}
PRICES = price_list("""
    00101 | Board-to-board connector | Connectors | 1.90 | 0.68
    00102 | Sealed connector | Connectors | 6.40 | 0.62
    00103 | Crimp contacts, reel | Connectors | 38.00 | 0.66
    00201 | Temperature sensor | Sensors | 4.80 | 0.60
    00202 | Pressure sensor | Sensors | 17.50 | 0.56
    00301 | DC converter 24 V | Power | 22.00 | 0.70
    00302 | DC converter 48 V | Power | 41.00 | 0.69
    00401 | Cable assembly | Cables | 9.20 | 0.64
    00402 | Custom cable harness | Cables | 27.00 | 0.52
    00501 | Design-in service | Services | 850.00 | 0.45
""")
X_ID, X_NAME = "000042", "Pomona Devices"
HUNTERS = ("Daniel Archer", "Ines Castell")
FARMERS = ("Grace Holt", "Henry Brandt", "Maya Lindqvist")
GONE = "Peter Novak"
INDUSTRIES = {
    "Industrial automation": 5,
    "Medical devices": 3,
    "Automotive": 4,
    "Consumer electronics": 3,
    "Lighting": 3,
}
BASKETS = {
    "Industrial automation": {"00202": 5, "00301": 4, "00302": 3, "00401": 4, "00102": 3},
    "Medical devices": {"00201": 5, "00202": 3, "00101": 3, "00402": 4},
    "Automotive": {"00102": 5, "00103": 4, "00402": 5, "00302": 2},
    "Consumer electronics": {"00101": 6, "00201": 3, "00103": 3, "00401": 2},
    "Lighting": {"00301": 6, "00401": 4, "00101": 2},
}
CHANNELS = {"Trade fairs": 0.3, "Cold outreach": 0.28, "Search ads": 0.24, "Referrals": 0.18}
CAC = {"Trade fairs": 5200, "Cold outreach": 3900, "Search ads": 1300, "Referrals": 700}
CHANNEL_SIZE = {"Trade fairs": 1.5, "Cold outreach": 1.0, "Search ads": 0.4, "Referrals": 1.3}
PLANTED: dict[str, Any] = {
    "channels": {"cac": CAC, "size": CHANNEL_SIZE},
    "mood_effect_on_log_leave": -0.7,
    "first_papers_wrong_share": 0.2,
    "second_order_when_papers_ok": 0.94,
    "second_order_when_papers_wrong": 0.48,
    "late_share": 0.13,
    "leave_after_on_time": 0.004,
    "leave_after_late": 0.05,
    "kept_by_hunter_gap_factor": 1.9,
    "handed_to_farmer_share": 0.6,
    "price_war_from": "2025-03-01",
    "price_war_extra_leave": 0.04,
    "harness_attach_with_sealed": 0.5,
}
WAR = datetime(2025, 3, 1)
GAPS = ("Halogen-free variant", "Smaller packs", "48 h delivery", "UL certificate", None, None, None, None)
CITIES = ("Rotterdam", "Leipzig", "Lyon", "Gdansk", "Graz", "Porto", "Aarhus", "Brno")
WISHES = ("Delivery dates keep moving", "Papers came wrong", "Answer quotes faster", "Show stock online")
RIVALS = ("Kestrel Parts", "Volta Supply")
REASONS = {"Price": 0.2, "Late deliveries": 0.2, "Missing product": 0.15, "Project ended": 0.25}
OFFERS = """
    2024-03-12 | Kestrel Parts | Sealed connector, EUR | 6.35 | 6.40
    2024-09-10 | Volta Supply | Delivery, days | 4 | 6
    2025-03-04 | Kestrel Parts | Sealed connector, EUR | 5.60 | 6.40
    2025-03-04 | Kestrel Parts | DC converter 24 V, EUR | 19.50 | 22.00
    2025-06-17 | Volta Supply | Minimum order, EUR | 150 | 300
    2025-09-16 | Kestrel Parts | Sealed connector, EUR | 5.55 | 6.40
    2025-09-16 | Volta Supply | Delivery, days | 3 | 6
"""
X_ROWS = f"""
    {X_ID} | 4200000.00 | Micro connector with 0.3 mm pitch, certified low noise | 380000.00 | 9 | 0.35
    Solenne Medical Group | 950000.00 | Sterilisable sensor housing | 140000.00 | 7 | 0.4
    Tramontane Rail | 700000.00 | Fire-rated cable harness | 60000.00 | 4 | 0.55
"""


@dataclass
class Firm:
    """A customer during the simulation."""

    id: str
    name: str
    channel: str
    industry: str
    size: float
    gap_days: float
    mood: float
    hunter: str
    owner: str = ""
    orders: int = 0
    last: datetime | None = None


def fill(book: Book, dice: Dice) -> None:
    """Live through the history of the supplier."""
    days = market.arrivals(dice, AS_OF, 180, 0.962)
    names = companies(dice, 180, "Automation|Medical|Motors|Devices|Lighting|Systems|Controls|Works")
    won = []
    for number, day in enumerate(days, start=1):
        channel = dice.draw(CHANNELS)
        firm = _newcomer(dice, f"{number:06d}", names[number - 1], channel)
        first = at_hour(dice, _weekday(datetime(day.year, day.month, day.day)), 8, 18)
        if first >= AS_OF:
            first -= 7 * DAY
        won.append((first.date(), channel))
        _life(book, dice, firm, first)
    market.spend(book, dice, won, CAC)
    market.watch_competitors(book, OFFERS, "Quotes seen by customers")
    market.register_x(book, X_ROWS)


def _newcomer(dice: Dice, who: str, name: str, channel: str) -> Firm:
    size = min(dice.skewed(1.0, 0.95), 9.0) * CHANNEL_SIZE[channel]
    gap = max(6.0, dice.skewed(15.5, 0.6) / size**0.35)
    hunter = dice.pick((*HUNTERS, GONE), (4, 4, 2))
    firm = Firm(who, name, channel, dice.draw(INDUSTRIES), size, gap, dice.normal(), hunter, hunter)
    if who == X_ID:
        firm.name, firm.industry, firm.size, firm.gap_days = X_NAME, "Consumer electronics", 0.35, 70
    return firm


def _life(book: Book, dice: Dice, firm: Firm, first: datetime) -> None:
    at, handed = first, dice.chance(PLANTED["handed_to_farmer_share"]) or firm.id == X_ID
    while at < AS_OF:
        firm.orders += 1
        if firm.orders == 3 and handed:
            firm.owner = dice.pick(FARMERS)
        leave = _order(book, dice, firm, at)
        firm.last = at
        if firm.id != X_ID and dice.chance(leave):
            _lost(book, dice, firm, at)
            break
        slow = PLANTED["kept_by_hunter_gap_factor"] if firm.orders > 2 and not handed else 1.0
        gap = max(2.0, dice.skewed(firm.gap_days * slow, 0.45))
        at = at_hour(dice, _weekday(at + gap * DAY), 8, 18)
    _customer(book, dice, firm, first)
    _contacts(book, dice, firm, first, handed)


def _order(book: Book, dice: Dice, firm: Firm, at: datetime) -> float:
    """Write one order with its delivery; gives the chance that the customer then leaves."""
    seller = firm.owner if firm.owner != GONE or at < datetime(2024, 7, 1) else dice.pick(HUNTERS)
    head = Sale(firm.id, at, firm.channel, seller, "Invoiced")
    lines = _basket(dice, firm)
    key = book.sale(head, lines)
    late = dice.chance(PLANTED["late_share"])
    wrong = dice.chance(PLANTED["first_papers_wrong_share"] if firm.orders == 1 else 0.04)
    if key is not None:
        _deliver(book, dice, key, at, late, wrong)
    if dice.chance(0.02):
        back = Sale(firm.id, at_hour(dice, _weekday(at + 12 * DAY), 9, 16), firm.channel, seller, "Credit note")
        book.refund(back, lines[:1], cost_back=True)
    if dice.chance(0.08):
        told = at_hour(dice, _weekday(at + 9 * DAY), 9, 17)
        mood = 0.7 * firm.mood - (1.4 if late or wrong else -0.2)
        market.ask_nps(book, dice, firm.id, told, mood, scale="0-10", wishes=WISHES, via=dice.pick(("phone", "e-mail")))
    if firm.orders == 1:
        return 1 - float(PLANTED["second_order_when_papers_wrong" if wrong else "second_order_when_papers_ok"])
    war = PLANTED["price_war_extra_leave"] if at >= WAR and firm.size < 2.5 else 0.0
    leave: float = PLANTED["leave_after_late" if late else "leave_after_on_time"] + war
    return leave * exp(PLANTED["mood_effect_on_log_leave"] * firm.mood)


def _basket(dice: Dice, firm: Firm) -> list[Line]:
    taste = BASKETS[firm.industry]
    chosen = {dice.draw(taste) for _ in range(dice.pick((1, 2, 3, 4), (3, 4, 3, 1)))}
    if "00102" in chosen and dice.chance(PLANTED["harness_attach_with_sealed"]):
        chosen.add("00402")
    if dice.chance(0.02):
        chosen.add("00501")
    discount = 0.04 if firm.size > 4 else 0.0
    return [sell(PRICES[i], _pieces(dice, firm, i), discount=discount) for i in sorted(chosen)]


def _pieces(dice: Dice, firm: Firm, product: str) -> int:
    if product == "00501":
        return 1
    money = dice.skewed(420, 0.5) * firm.size
    return max(1, round(money / PRICES[product].price))


def _deliver(book: Book, dice: Dice, key: int, at: datetime, late: bool, wrong: bool) -> None:
    promised = at_hour(dice, _weekday(at + dice.between(5, 9) * DAY), 16, 17, 30)
    shift = timedelta(days=dice.between(2, 12)) if late else -timedelta(hours=dice.between(0, 30))
    done = promised + shift
    complaint = "Papers wrong" if wrong and dice.chance(0.6) else "Late delivery" if late and dice.chance(0.4) else None
    book.add(
        "fulfilments",
        order_id=key,
        promised_at=promised,
        delivered_at=done if done < AS_OF else None,
        documents_ok=not wrong,
        complaint=complaint,
    )


def _lost(book: Book, dice: Dice, firm: Firm, at: datetime) -> None:
    lost = at_hour(dice, _weekday(at + dice.between(45, 110) * DAY), 9, 17)
    reason = "Price" if at >= WAR and dice.chance(0.55) else dice.draw(REASONS)
    rival = (
        None if reason == "Project ended" else dice.pick(RIVALS, (4, 1) if reason == "Price" and at >= WAR else (1, 2))
    )
    if dice.chance(0.8):
        book.add("losses", customer_id=firm.id, lost_at=lost, reason=reason, competitor=rival)


def _customer(book: Book, dice: Dice, firm: Firm, first: datetime) -> None:
    a_year = 365 / firm.gap_days * 950 * firm.size / dice.pick((0.25, 0.4, 0.6, 0.85))
    is_x = firm.id == X_ID
    signed = max(datetime(2023, 1, 1, 10), at_hour(dice, first - dice.between(3, 35) * DAY, 9, 17))
    book.add(
        "customers",
        customer_id=firm.id,
        name=firm.name,
        acquired_at=min(signed, first),
        channel=firm.channel,
        manager=firm.owner,
        city=dice.pick(CITIES),
        industry=firm.industry,
        potential_revenue_per_year="4200000.00" if is_x else f"{round(a_year, -3):.2f}",
        product_gap="Micro connector with 0.3 mm pitch" if is_x else dice.pick(GAPS),
    )


def _contacts(book: Book, dice: Dice, firm: Firm, first: datetime, handed: bool) -> None:
    """Farmers keep a rhythm of contacts; hunters rarely call a customer they have won."""
    every = 24 if handed else 70
    end = min(AS_OF, (firm.last or first) + 90 * DAY)
    at = first + dice.between(1, 10) * DAY
    while at < end:
        kind = dice.pick(("call", "e-mail", "visit", "message"), (5, 4, 2, 2))
        outcome = dice.pick(("talked", "quote sent", "no answer", "meeting set"), (5, 3, 3, 1))
        when = at_hour(dice, _weekday(at), 9, 18)
        book.add("touches", customer_id=firm.id, touched_at=when, kind=kind, manager=firm.owner, outcome=outcome)
        at += dice.skewed(every, 0.5) * DAY
    _events(book, dice, firm, first, end)


def _events(book: Book, dice: Dice, firm: Firm, first: datetime, end: datetime) -> None:
    plan = (("Connector day", "seminar", 5), ("Northgate forum", "conference", 10), ("Design-in webinar", "webinar", 3))
    for year in (2023, 2024, 2025):
        for programme, kind, month in plan:
            when = datetime(year, month, 18, 10)
            if first < when < end and dice.chance(0.12 + 0.06 * min(firm.size, 4)):
                book.add("participations", customer_id=firm.id, programme=programme, kind=kind, happened_at=when)


def _weekday(day: datetime) -> datetime:
    """The day itself or the Monday after it."""
    return day + (7 - day.weekday()) * DAY if day.weekday() >= 5 else day
