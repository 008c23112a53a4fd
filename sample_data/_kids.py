"""Children's entertainment centre: acquisition costs more than the first check, repeats pay it back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sample_data import _market as market
from sample_data._core import DAY, Book, Dice, Line, Product, Sale, at_hour, price_list, sell
from sample_data._people import russian

AS_OF = datetime(2025, 11, 1)
META = {
    "name": "kids",
    "title": {"en": "Children's centre “Kangaroo”", "ru": "Детский центр «Кенгуру»"},
    "sentence": {
        "en": "A new family costs more than its first check; repeat visits and birthdays pay the marketing back by month 5.",
        "ru": "Новая семья стоит дороже первого чека; повторные визиты и дни рождения окупают её к пятому месяцу.",
    },
    "currency": "RUB",
    "as_of": "2025-11-01",
    "industry": "children's entertainment",
    "programmes": {"Рассылка «Куда с детьми»": {"per_month": 12000}},
}
PRICES = price_list("""
    T1 | Разовый билет | Билеты | 950 | 0.35
    T2 | Семейный билет | Билеты | 1700 | 0.36
    W1 | Мастер-класс | Занятия | 1250 | 0.42
    A1 | Абонемент на 5 визитов | Билеты | 3900 | 0.38
    F1 | Детский обед | Кафе | 520 | 0.42
    F2 | Молочный коктейль | Кафе | 240 | 0.35
    F3 | Носочки | Товары | 190 | 0.40
    B1 | День рождения «Мини» | Праздники | 9900 | 0.55
    B2 | День рождения «Стандарт» | Праздники | 14900 | 0.55
    B3 | День рождения «Премиум» | Праздники | 23900 | 0.56
    B4 | Аниматор | Праздники | 4200 | 0.62
    B5 | Торт | Праздники | 3600 | 0.60
    B6 | Фотограф | Праздники | 4500 | 0.65
""")
CHANNELS = {"Соцсети": 0.34, "Блогеры": 0.16, "Школы и сады": 0.18, "Рекомендации": 0.20, "Скидочный портал": 0.12}
CAC = {"Соцсети": 3250, "Блогеры": 3500, "Школы и сады": 2450, "Рекомендации": 1800, "Скидочный портал": 1100}
CHANNEL_STAY = {"Соцсети": 0.0, "Блогеры": 0.0, "Школы и сады": 0.05, "Рекомендации": 0.07, "Скидочный портал": -0.22}
FIRST = {"visit": 0.81, "workshop": 0.16, "party": 0.03}
FIRST_STAY = {"visit": 0.40, "workshop": 0.78, "party": 0.5}
SEASON = (1.25, 0.95, 1.2, 0.9, 0.75, 0.55, 0.5, 0.6, 0.85, 1.15, 1.35, 1.55)
PLANTED: dict[str, Any] = {
    "channels": {"cac": CAC, "stay": CHANNEL_STAY},
    "season": SEASON,
    "first_visit_return": FIRST_STAY["visit"],
    "first_workshop_return": FIRST_STAY["workshop"],
    "party_again_on_time": 0.62,
    "party_again_late": 0.26,
    "party_late_share": 0.17,
    "birthday_call_adds": 0.18,
    "newsletter_effect": 0.0,
    "lunch_attach": 0.28,
}
HOLIDAYS = ((1, 1, 1, 10), (3, 24, 4, 2), (10, 26, 11, 4))
MANAGERS = ("Юлия Кравец", "Светлана Мороз", "Антон Лугин", "Ирина Зорина")
WISHES = ("Долго ждали столик в кафе", "Мало места для родителей", "Тесная раздевалка", "Хотим больше мастер-классов")
REASONS = {"Ребёнок вырос": 0.35, "Далеко ехать": 0.25, "Дорого": 0.2, "Не понравился праздник": 0.2}
RIVALS = ("Парк «Батутыч»", "Городок «Ура!»")
OFFERS = """
    2023-11-15 | Парк «Батутыч» | Билет выходного дня, ₽ | 990 | 950
    2024-10-20 | Парк «Батутыч» | Билет выходного дня, ₽ | 890 | 950
    2024-10-20 | Городок «Ура!» | День рождения на 8 детей, ₽ | 12900 | 14900
    2025-09-18 | Городок «Ура!» | День рождения на 8 детей, ₽ | 13900 | 14900
    2025-09-18 | Городок «Ура!» | Оценка на картах | 4.5 | 4.7
"""
X_ROWS = """
    Сеть школ «Горизонт» | 3600000.00 | Выездные программы и договор по безналу | 700000.00 | 5 | 0.35
    Завод «Исток», профком | 1500000.00 | Новогодние ёлки на 300 детей | 250000.00 | 3 | 0.5
"""


@dataclass
class Family:
    """A family during the simulation."""

    id: str
    channel: str
    mood: float
    rhythm: float
    birthday: tuple[int, int]
    visits: int = 0
    party_again: float = 0.0
    parties: list[datetime] = field(default_factory=list)


def fill(book: Book, dice: Dice) -> None:
    """Live through the history of the centre."""
    days = market.arrivals(dice, AS_OF, 2500, 1.014, SEASON)
    won = []
    for number, day in enumerate(days, start=1):
        channel = dice.draw(CHANNELS)
        won.append((day, channel))
        _life(book, dice, _newcomer(dice, f"F{number:05d}", channel), day)
    market.spend(book, dice, won, CAC)
    market.watch_competitors(book, OFFERS, "Обзвон")
    market.register_x(book, X_ROWS)


def _newcomer(dice: Dice, who: str, channel: str) -> Family:
    born = (dice.between(1, 12), dice.between(1, 28))
    return Family(who, channel, dice.normal(), dice.skewed(27, 0.35), born)


def _life(book: Book, dice: Dice, family: Family, day: date) -> None:
    kind = dice.draw(FIRST)
    first = at_hour(dice, day, 10, 19)
    manager = dice.pick(MANAGERS)
    if kind == "party":
        _party(book, dice, family, first, manager)
    else:
        _visits(book, dice, family, first, kind)
    _birthdays(book, dice, family, first, manager)
    _newsletter(book, dice, family, first)
    book.add(
        "customers",
        customer_id=family.id,
        name=russian(dice, woman=dice.chance(0.83)),
        acquired_at=first,
        channel=family.channel,
        manager=manager,
        city="Самара",
    )


def _visits(book: Book, dice: Dice, family: Family, first: datetime, kind: str) -> None:
    at = first
    stay = FIRST_STAY[kind] + CHANNEL_STAY[family.channel] + 0.09 * family.mood
    while at < AS_OF:
        family.visits += 1
        _visit(book, dice, family, at, kind)
        if not dice.chance(stay):
            return _left(book, dice, family, at)
        stay = 0.79 + 0.4 * CHANNEL_STAY[family.channel] + 0.07 * family.mood
        kind = "workshop" if dice.chance(0.2) else "visit"
        at = _good_day(dice, at + max(4.0, dice.skewed(family.rhythm, 0.5)) * DAY)


def _visit(book: Book, dice: Dice, family: Family, at: datetime, kind: str) -> None:
    head = Sale(family.id, at, family.channel, dice.pick(MANAGERS), "Оплачен")
    first_deal = 0.4 if family.channel == "Скидочный портал" and family.visits == 1 else 0.0
    lines = [sell(_ticket(dice, family, kind), discount=first_deal)]
    lines += [sell(PRICES["F1"])] if dice.chance(PLANTED["lunch_attach"]) else []
    lines += [sell(PRICES["F2"], dice.between(1, 2))] if len(lines) == 2 and dice.chance(0.45) else []
    lines += [sell(PRICES["F3"])] if dice.chance(0.2 if family.visits == 1 else 0.05) else []
    book.sale(head, lines)
    if dice.chance(0.015):
        back = Sale(family.id, at + timedelta(hours=1), head.channel, head.manager, "Возврат")
        book.refund(back, lines[:1], cost_back=False)
    if dice.chance(0.07):
        _ask(book, dice, family, at, family.mood)


def _ticket(dice: Dice, family: Family, kind: str) -> Product:
    if kind == "workshop":
        return PRICES["W1"]
    if family.visits == 2 and dice.chance(0.18):
        return PRICES["A1"]
    return PRICES["T2" if dice.chance(0.45) else "T1"]


def _ask(book: Book, dice: Dice, family: Family, at: datetime, mood: float) -> None:
    told = at_hour(dice, at + dice.between(1, 3) * DAY, 11, 20)
    via = dice.pick(("телефон", "форма на сайте", "QR"))
    market.ask_nps(book, dice, family.id, told, mood, scale="0-10", wishes=WISHES, via=via)


def _left(book: Book, dice: Dice, family: Family, at: datetime) -> None:
    if family.visits < 2 or not dice.chance(0.2):
        return
    reason = dice.draw(REASONS)
    rival = dice.pick(RIVALS) if reason == "Дорого" else None
    lost = at_hour(dice, at + dice.between(120, 200) * DAY, 11, 19)
    book.add("losses", customer_id=family.id, lost_at=lost, reason=reason, competitor=rival)


def _birthdays(book: Book, dice: Dice, family: Family, first: datetime, manager: str) -> None:
    """A party every year while the last one went well; more often for families that keep coming."""
    for year in range(first.year, AS_OF.year + 1):
        born = datetime(year, *family.birthday)
        if born <= first + 10 * DAY:
            continue
        chance = _party_chance(family, born.month) + _call(book, dice, family, born, manager)
        if dice.chance(chance):
            day = born + dice.pick([i * DAY for i in range(-3, 4) if (born + i * DAY).weekday() >= 5])
            _party(book, dice, family, at_hour(dice, day, 11, 18, 30), manager)


def _party_chance(family: Family, month: int) -> float:
    if family.parties:
        return family.party_again
    return (0.03 + 0.05 * min(family.visits, 6)) * (0.5 if month in (6, 7, 8) else 1.0)


def _call(book: Book, dice: Dice, family: Family, born: datetime, manager: str) -> float:
    """From mid-2024 every second family that had a party is called a month before the birthday."""
    if not family.parties or born < datetime(2024, 6, 1) or not dice.chance(0.5):
        return 0.0
    when = at_hour(dice, born - dice.between(28, 35) * DAY, 11, 19)
    outcome = dice.pick(("думают", "забронировали", "не дозвонились"), (4, 4, 2))
    book.add("touches", customer_id=family.id, touched_at=when, kind="звонок", manager=manager, outcome=outcome)
    return float(PLANTED["birthday_call_adds"])


def _party(book: Book, dice: Dice, family: Family, at: datetime, manager: str) -> None:
    head = Sale(family.id, at, family.channel, manager, "Оплачен")
    key = book.sale(head, _party_lines(dice, len(family.parties)))
    late = dice.chance(PLANTED["party_late_share"])
    family.party_again = PLANTED["party_again_late" if late else "party_again_on_time"]
    family.parties.append(at)
    if key is None:
        return
    started = at + timedelta(minutes=dice.between(25, 60) if late else dice.between(-10, 0))
    complaint = "Начали с опозданием" if late and dice.chance(0.5) else None
    ok = not dice.chance(0.05)
    book.add("fulfilments", order_id=key, promised_at=at, delivered_at=started, documents_ok=ok, complaint=complaint)
    if dice.chance(0.3):
        _ask(book, dice, family, at, -1.6 if late else 0.7)


def _party_lines(dice: Dice, before: int) -> list[Line]:
    package = dice.pick(("B1", "B2", "B3"), (5 - min(before, 2), 4, 1 + before))
    lines = [sell(PRICES[package])]
    for extra, chance in (("B4", 0.45), ("B5", 0.4), ("B6", 0.15)):
        if dice.chance(chance):
            lines.append(sell(PRICES[extra]))
    return lines


def _newsletter(book: Book, dice: Dice, family: Family, first: datetime) -> None:
    """Families that come often subscribe more; reading changes nothing (planted effect: none)."""
    if not dice.chance(0.08 if family.visits < 2 else 0.42):
        return
    when = at_hour(dice, first + dice.between(0, 20) * DAY, 12, 20)
    book.add(
        "participations", customer_id=family.id, programme="Рассылка «Куда с детьми»", kind="content", happened_at=when
    )


def _good_day(dice: Dice, near: datetime) -> datetime:
    """A day within two weeks: weekends, school holidays and the cold season draw families."""
    while not dice.chance(SEASON[near.month - 1] / 1.3):
        near += 12 * DAY
    days = [near + i * DAY for i in range(14)]
    return at_hour(dice, dice.pick(days, [_pull(day) for day in days]), 10, 20)


def _pull(day: datetime) -> float:
    holiday = any((a, b) <= (day.month, day.day) <= (c, d) for a, b, c, d in HOLIDAYS)
    return SEASON[day.month - 1] * (4.0 if holiday else 3.0 if day.weekday() >= 5 else 1.0)
