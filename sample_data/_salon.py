"""Beauty salon: a low check, repeat visits, masters as managers, care products after a haircut."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sample_data import _market as market
from sample_data._core import DAY, Book, Dice, Line, Sale, at_hour, price_list, sell
from sample_data._people import russian

AS_OF = datetime(2025, 11, 1)
META = {
    "name": "salon",
    "title": {"en": "Beauty salon “Linden”", "ru": "Салон красоты «Липа»"},
    "sentence": {
        "en": "A low check lives on repeat visits: the master, the first service and the channel decide who comes back.",
        "ru": "Низкий чек живёт повторными визитами: вернётся ли клиент, решают мастер, первая услуга и канал.",
    },
    "currency": "RUB",
    "as_of": "2025-11-01",
    "industry": "beauty salon",
    "programmes": {"Карта «Свои люди»": {"per_participant": 150, "per_month": 9000}},
}
PRICES = price_list("""
    S01 | Стрижка женская | Волосы | 2200 | 0.50
    S02 | Стрижка мужская | Волосы | 1400 | 0.50
    S03 | Окрашивание в один тон | Волосы | 4800 | 0.55
    S04 | Сложное окрашивание | Волосы | 8900 | 0.56
    S05 | Причёска на событие | Волосы | 3200 | 0.50
    S06 | Маникюр с покрытием | Ногти | 2100 | 0.48
    S07 | Педикюр | Ногти | 2700 | 0.48
    S08 | Коррекция бровей | Брови | 1100 | 0.45
    S09 | Уход для волос | Волосы | 1900 | 0.52
    P01 | Шампунь для окрашенных волос | Домашний уход | 1450 | 0.58
    P02 | Маска восстанавливающая | Домашний уход | 1650 | 0.58
    P03 | Масло для кончиков | Домашний уход | 1290 | 0.55
    P04 | Крем для рук | Домашний уход | 690 | 0.55
""")
LEFT, LEFT_AT = "Ольга Белова", datetime(2024, 10, 1)
MASTERS = {  # added to the chance that a client stays
    "Марина Соколова": 0.10,
    "Алина Юсупова": 0.0,
    LEFT: 0.02,
    "Кристина Жукова": -0.03,
    "Елена Титова": 0.0,
    "Денис Ершов": -0.04,
}
CHANNELS = {"Соцсети": 0.32, "Карты": 0.22, "Рекомендация": 0.20, "Прохожие": 0.10, "Купоны": 0.16}
CAC = {"Соцсети": 1050, "Карты": 520, "Рекомендация": 400, "Прохожие": 150, "Купоны": 190}
CHANNEL_STAY = {"Соцсети": 0.0, "Карты": 0.0, "Рекомендация": 0.05, "Прохожие": -0.02, "Купоны": -0.34}
PROFILES = {"hair": 0.36, "colour": 0.17, "nails": 0.27, "men": 0.11, "event": 0.09}
FIRST_STAY = {"hair": 0.66, "colour": 0.74, "nails": 0.86, "men": 0.70, "event": 0.40}
RHYTHM = {"hair": 42, "colour": 40, "nails": 27, "men": 32, "event": 60}
MAIN = {"hair": "S01", "colour": "S03", "nails": "S06", "men": "S02", "event": "S05"}
SEASON = (0.8, 0.95, 1.25, 1.0, 1.1, 1.0, 0.85, 0.9, 1.05, 1.0, 1.05, 1.35)
PLANTED: dict[str, Any] = {
    "channels": {"cac": CAC, "stay": CHANNEL_STAY},
    "season": SEASON,
    "masters": MASTERS,
    "first_stay": FIRST_STAY,
    "care_attach": 0.13,
    "care_attach_after_colouring": 0.30,
    "card_dropout_factor": 0.6,
    "orphan_leaves": 0.5,
    "message_brings_back": 0.22,
    "unprompted_return": 0.05,
}
PACE = (1.25, 1.0, 0.9, 1.0, 0.92, 1.0, 1.1, 1.1, 0.98, 1.0, 0.98, 0.72)
INDEX = {2023: 1.0, 2024: 1.07, 2025: 1.16}
WISHES = ("Дольше ждала, чем обещали", "Цены выросли", "Мало свободного времени вечером", "Хочу онлайн-запись")
REASONS = {"Переезд": 0.3, "Дорого": 0.25, "Ушёл к другому мастеру": 0.25, "Не понравился результат": 0.2}
RIVALS = ("Салон «Локон и Ко»", "Студия «Пудра»")
OFFERS = """
    2024-02-10 | Студия «Пудра» | Стрижка женская, ₽ | 1900 | 2354
    2024-09-05 | Студия «Пудра» | Онлайн-запись | есть | нет
    2025-02-12 | Салон «Локон и Ко» | Стрижка женская, ₽ | 2500 | 2552
    2025-02-12 | Студия «Пудра» | Стрижка женская, ₽ | 1990 | 2552
    2025-08-20 | Салон «Локон и Ко» | Рейтинг на картах | 4.6 | 4.8
    2025-08-20 | Студия «Пудра» | Рейтинг на картах | 4.9 | 4.8
"""
X_ROWS = """
    Отель «Северный берег» | 2400000.00 | Выездная бригада и договор с отсрочкой | 450000.00 | 4 | 0.4
    Свадебное агентство «Рябина» | 900000.00 | Раннее открытие в выходные | 80000.00 | 1 | 0.6
"""


@dataclass
class Client:
    """A client during the simulation."""

    id: str
    channel: str
    profile: str
    master: str
    owner: str
    mood: float
    rhythm: float
    visits: int = 0
    has_card: bool = False


def fill(book: Book, dice: Dice) -> None:
    """Live through the history of the salon."""
    days = market.arrivals(dice, AS_OF, 1210, 1.008, SEASON)
    won = []
    for number, day in enumerate(days, start=1):
        channel = dice.draw(CHANNELS)
        won.append((day, channel))
        _life(book, dice, _newcomer(dice, f"C{number:04d}", channel, day), at_hour(dice, day, 10, 20, 15))
    market.spend(book, dice, won, CAC)
    market.watch_competitors(book, OFFERS, "Сайт и карты")
    market.register_x(book, X_ROWS)


def _newcomer(dice: Dice, who: str, channel: str, day: date) -> Client:
    profile = dice.draw(PROFILES)
    here = [name for name in MASTERS if name != LEFT or day < LEFT_AT.date()]
    master = dice.pick(here)
    rhythm = dice.skewed(RHYTHM[profile], 0.25)
    return Client(who, channel, profile, master, master, dice.normal(), rhythm)


def _life(book: Book, dice: Dice, client: Client, first: datetime) -> None:
    at: datetime | None = first
    while at is not None and at < AS_OF:
        _visit(book, dice, client, at)
        at = _next_visit(book, dice, client, at)
    book.add(
        "customers",
        customer_id=client.id,
        name=russian(dice, woman=client.profile != "men"),
        acquired_at=first,
        channel=client.channel,
        manager=client.owner,
        city="Казань",
    )


def _visit(book: Book, dice: Dice, client: Client, at: datetime) -> None:
    client.visits += 1
    head = Sale(client.id, at, client.channel, client.master, "Оплачен")
    lines = _basket(dice, client, at.year)
    book.sale(head, lines)
    if dice.chance(0.014):
        back = Sale(client.id, _later(dice, at, 1, 5), client.channel, client.master, "Возврат")
        book.refund(back, lines[:1], cost_back=False)
    if dice.chance(0.075):
        told = _later(dice, at, 1, 4)
        market.ask_nps(
            book,
            dice,
            client.id,
            told,
            client.mood - 0.1,
            scale="1-10",
            wishes=WISHES,
            via=dice.pick(("телефон", "QR")),
        )
    _join_card(book, dice, client, at)


def _basket(dice: Dice, client: Client, year: int) -> list[Line]:
    index = INDEX[year]
    half = 0.5 if client.channel == "Купоны" and client.visits == 1 else 0.0
    discount = half or (0.05 if client.has_card else 0.0)
    ids = [_main_service(dice, client)]
    if client.profile in ("nails", "colour") and dice.chance(0.2):
        ids.append("S07" if client.profile == "nails" else "S09")
    if client.profile in ("hair", "nails") and dice.chance(0.15):
        ids.append("S08")
    care = PLANTED["care_attach_after_colouring" if ids[0] in ("S03", "S04") else "care_attach"]
    lines = [sell(PRICES[i], discount=discount, index=index) for i in ids]
    if dice.chance(care * (0.3 if half else 1)):
        lines.append(sell(PRICES[_care_product(dice, ids[0])], index=index))
    return lines


def _main_service(dice: Dice, client: Client) -> str:
    if client.profile == "colour" and client.visits > 2 and dice.chance(0.3):
        return "S04"
    if client.profile == "event" and client.visits > 1:
        return dice.pick(("S05", "S01"))
    if client.profile == "hair" and client.visits > 1 and dice.chance(0.1):
        return "S03"
    return MAIN[client.profile]


def _care_product(dice: Dice, service: str) -> str:
    if service in ("S03", "S04"):
        return dice.pick(("P01", "P02", "P03"), (6, 3, 1))
    return dice.pick(("P04", "P03")) if service in ("S06", "S07") else dice.pick(("P02", "P03", "P01"), (3, 3, 1))


def _join_card(book: Book, dice: Dice, client: Client, at: datetime) -> None:
    willing = 0.12 + 0.05 * client.mood
    if client.has_card or client.visits < 3 or at < datetime(2024, 3, 1) or not dice.chance(willing):
        return
    client.has_card = True
    book.add("participations", customer_id=client.id, programme="Карта «Свои люди»", kind="loyalty", happened_at=at)


def _next_visit(book: Book, dice: Dice, client: Client, at: datetime) -> datetime | None:
    stays = dice.chance(_stay(client))
    gap = dice.skewed(client.rhythm, 0.3) * PACE[at.month - 1]
    coming = _booked(dice, at + timedelta(days=max(5.0, gap))) if stays else None
    orphaned = client.master == LEFT and at < LEFT_AT and (coming is None or coming >= LEFT_AT)
    if orphaned and LEFT_AT - at < 90 * DAY:
        coming = _hand_over(book, dice, client, coming)
    elif orphaned:
        client.master = "Елена Титова"
    return coming or _farewell(book, dice, client, at)


def _stay(client: Client) -> float:
    base = FIRST_STAY[client.profile] if client.visits == 1 else 0.958
    weight = 1.0 if client.visits == 1 else 0.35
    leave = 1 - base - weight * (MASTERS[client.master] + CHANNEL_STAY[client.channel]) - weight * 0.09 * client.mood
    return 1 - max(0.02, leave) * (PLANTED["card_dropout_factor"] if client.has_card else 1)


def _hand_over(book: Book, dice: Dice, client: Client, coming: datetime | None) -> datetime | None:
    """Half of the departed master's clients are called and given a new master; the others are not."""
    new = dice.pick(("Марина Соколова", "Елена Титова", "Алина Юсупова"))
    client.master = new
    if dice.chance(0.5):
        client.owner = new
        called = at_hour(dice, LEFT_AT + dice.between(0, 4) * DAY, 11, 19)
        book.add(
            "touches", customer_id=client.id, touched_at=called, kind="звонок", manager=new, outcome="передан мастеру"
        )
        return coming
    return None if dice.chance(PLANTED["orphan_leaves"]) else coming


def _farewell(book: Book, dice: Dice, client: Client, at: datetime) -> datetime | None:
    """The client leaves; a message after two months may bring them back, else the reason is asked."""
    silent = _later(dice, at, 60, 75)
    if silent >= datetime(2024, 6, 1) and dice.chance(0.5):
        back = dice.chance(PLANTED["message_brings_back"])
        outcome = "записался" if back else dice.pick(("нет ответа", "нет ответа", "отказ"))
        book.add(
            "touches",
            customer_id=client.id,
            touched_at=silent,
            kind="сообщение",
            manager=client.owner,
            outcome=outcome,
        )
        if back:
            return _booked(dice, silent + dice.between(2, 14) * DAY)
    elif dice.chance(PLANTED["unprompted_return"]):
        return _booked(dice, at + dice.between(100, 200) * DAY)
    if dice.chance(0.22):
        reason = dice.draw(REASONS)
        rival = dice.pick(RIVALS, (1, 3)) if reason in ("Дорого", "Ушёл к другому мастеру") else None
        lost = _later(dice, at, 90, 120)
        book.add("losses", customer_id=client.id, lost_at=lost, reason=reason, competitor=rival)
    return None


def _later(dice: Dice, at: datetime, low: int, high: int) -> datetime:
    return at_hour(dice, at + dice.between(low, high) * DAY, 11, 20, 15)


def _booked(dice: Dice, near: datetime) -> datetime:
    days = [near + i * DAY for i in range(5)]
    return at_hour(dice, dice.pick(days, [(2, 3, 3, 4, 5, 6, 3)[day.weekday()] for day in days]), 10, 20, 15)
