"""Electronics shop: the first sale pays the marketing, accessories are attached to main products."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sample_data import _market as market
from sample_data._core import DAY, Book, Dice, Product, Sale, at_hour, price_list, sell
from sample_data._people import russian

AS_OF = datetime(2025, 11, 1)
META = {
    "name": "electronics",
    "title": {"en": "Electronics shop “Volna”", "ru": "Магазин электроники «Волна»"},
    "sentence": {
        "en": "The first sale pays for the marketing; what is left on the table is accessories, promised dates and discounts.",
        "ru": "Первая продажа окупает рекламу; недобор — в аксессуарах, сорванных сроках и лишних скидках.",
    },
    "currency": "RUB",
    "as_of": "2025-11-01",
    "industry": "electronics retail",
    "programmes": {"Карта «Волна»": {"per_participant": 60, "per_month": 3000, "by_lot": 1}},
}
PRICES = price_list("""
    PH1 | Смартфон Orbi 5 | Смартфоны | 17990 | 0.86
    PH2 | Смартфон Orbi 7 | Смартфоны | 32990 | 0.86
    PH3 | Смартфон Orbi 9 Max | Смартфоны | 69990 | 0.85
    NB1 | Ноутбук Strela 14 | Ноутбуки | 46990 | 0.87
    NB2 | Ноутбук Strela 16 Pro | Ноутбуки | 89990 | 0.86
    TV1 | Телевизор Panno 43 | Телевизоры | 28990 | 0.87
    TV2 | Телевизор Panno 55 | Телевизоры | 49990 | 0.86
    SH1 | Умная колонка Домик | Умный дом | 8990 | 0.74
    SH2 | Датчик протечки Капля | Умный дом | 1990 | 0.60
    SH3 | Умная лампа Огонёк | Умный дом | 1290 | 0.58
    AC1 | Чехол | Аксессуары | 1290 | 0.40
    AC2 | Защитное стекло | Аксессуары | 890 | 0.30
    AC3 | Зарядное устройство | Аксессуары | 1790 | 0.50
    AC4 | Наушники беспроводные Такт | Аксессуары | 5490 | 0.62
    AC5 | Мышь беспроводная | Аксессуары | 1490 | 0.50
    AC6 | Сумка для ноутбука | Аксессуары | 2490 | 0.48
    AC7 | Кронштейн для телевизора | Аксессуары | 2790 | 0.50
    SV1 | Настройка | Услуги | 1500 | 0.35
""")
CHANNELS = {"Поиск": 0.34, "Соцсети": 0.2, "Прайс-агрегатор": 0.26, "Рекомендации": 0.2}
CAC = {"Поиск": 2300, "Соцсети": 2700, "Прайс-агрегатор": 650, "Рекомендации": 900}
CHANNEL_STAY = {"Поиск": 1.0, "Соцсети": 1.0, "Прайс-агрегатор": 0.55, "Рекомендации": 1.25}
FIRST = {"Смартфоны": 0.42, "Ноутбуки": 0.19, "Телевизоры": 0.17, "Умный дом": 0.22}
FIRST_STAY = {"Смартфоны": 0.68, "Ноутбуки": 0.62, "Телевизоры": 0.44, "Умный дом": 0.92}
MODELS = {
    "Смартфоны": {"PH1": 5, "PH2": 4, "PH3": 2},
    "Ноутбуки": {"NB1": 6, "NB2": 3},
    "Телевизоры": {"TV1": 5, "TV2": 4},
    "Умный дом": {"SH1": 6, "SH2": 2, "SH3": 2},
}
ATTACH = {
    "Смартфоны": {"AC1": 0.36, "AC2": 0.33, "AC3": 0.15, "AC4": 0.12},
    "Ноутбуки": {"AC5": 0.27, "AC6": 0.22, "SV1": 0.15},
    "Телевизоры": {"AC7": 0.3, "SV1": 0.12},
    "Умный дом": {"SH3": 0.3, "SH2": 0.2, "SV1": 0.08},
}
SELLERS = {"Тимур Акишин": 1.6, "Егор Лапин": 0.8, "Полина Ветрова": 0.9, "Глеб Сурков": 0.75, "Вера Чижова": 0.95}
SEASON = (0.85, 0.9, 1.05, 0.9, 0.85, 0.85, 0.9, 1.15, 1.0, 0.95, 1.3, 1.45)
PLANTED: dict[str, Any] = {
    "channels": {"cac": CAC, "stay": CHANNEL_STAY},
    "season": SEASON,
    "first_stay": FIRST_STAY,
    "late_return_factor": 0.45,
    "late_share": 0.16,
    "card_share": 0.2,
    "card_return_factor": 1.25,
    "discount_only_share": {"Прайс-агрегатор": 0.3, "others": 0.07},
    "best_seller_attach_factor": SELLERS["Тимур Акишин"],
    "refund_share": 0.04,
}
PROMOS = ((3, 1, 3, 8, 0.08), (8, 18, 8, 31, 0.10), (11, 14, 11, 30, 0.12))
CITIES = {"Екатеринбург": 0.6, "Челябинск": 0.18, "Пермь": 0.14, "Тюмень": 0.08}
WISHES = ("Привезли позже обещанного", "Долго ждал ответа", "Мало пунктов выдачи", "Хочется бонусов за покупки")
REASONS = {"Нашёл дешевле": 0.45, "Сорвали срок доставки": 0.3, "Отказали в возврате": 0.1, "Переезд": 0.15}
RIVALS = ("Технобаза", "Гаджетленд")
OFFERS = """
    2023-11-20 | Технобаза | Смартфон Orbi 7, ₽ | 31990 | 32990
    2024-04-15 | Гаджетленд | Срок доставки, дней | 1 | 3
    2024-11-18 | Технобаза | Смартфон Orbi 7, ₽ | 29990 | 32990
    2025-04-14 | Гаджетленд | Срок доставки, дней | 1 | 2
    2025-10-13 | Технобаза | Смартфон Orbi 9 Max, ₽ | 67990 | 69990
    2025-10-13 | Гаджетленд | Оценка в отзывах | 4.7 | 4.5
"""
X_ROWS = """
    Управляющая компания «Кедр» | 9500000.00 | Умный дом под ключ с монтажом | 1800000.00 | 8 | 0.3
    Сеть языковых школ «Лингва-Дом» | 4200000.00 | Ноутбуки в рассрочку для юрлиц | 300000.00 | 2 | 0.5
"""


@dataclass
class Buyer:
    """A buyer during the simulation."""

    id: str
    channel: str
    mood: float
    hunter: bool
    city: str
    orders: int = 0
    has_card: bool = False


def fill(book: Book, dice: Dice) -> None:
    """Live through the history of the shop."""
    days = market.arrivals(dice, AS_OF, 4000, 1.012, SEASON)
    won = []
    for number, day in enumerate(days, start=1):
        channel = dice.draw(CHANNELS)
        share = PLANTED["discount_only_share"]
        hunter = dice.chance(share.get(channel, share["others"]))
        buyer = Buyer(f"{100000 + number}", channel, dice.normal(), hunter, dice.draw(CITIES))
        first = at_hour(dice, day, 9, 21)
        first = _next_promo(dice, first) if hunter else first
        if first < AS_OF:
            won.append((first.date(), channel))
            _life(book, dice, buyer, first)
    market.spend(book, dice, won, CAC)
    market.watch_competitors(book, OFFERS, "Сайт конкурента")
    market.register_x(book, X_ROWS)


def _life(book: Book, dice: Dice, buyer: Buyer, first: datetime) -> None:
    at, main = first, dice.draw(FIRST)
    home = main
    while at < AS_OF:
        late = _order(book, dice, buyer, at, main)
        if not dice.chance(_stay(buyer, home, late)):
            _left(book, dice, buyer, at, late)
            break
        near = at + max(2.0, dice.skewed(70, 0.9)) * DAY
        at = _next_promo(dice, near) if buyer.hunter else at_hour(dice, near, 9, 21)
        main = _next_need(dice, home)
    book.add(
        "customers",
        customer_id=buyer.id,
        name=russian(dice, woman=dice.chance(0.42)),
        acquired_at=first,
        channel=buyer.channel,
        city=buyer.city,
    )


def _stay(buyer: Buyer, home: str, late: bool) -> float:
    base = FIRST_STAY[home] if buyer.orders == 1 else 0.66
    factor = CHANNEL_STAY[buyer.channel] * (PLANTED["late_return_factor"] if late else 1.0)
    factor *= PLANTED["card_return_factor"] if buyer.has_card else 1.0
    return base * factor + 0.05 * buyer.mood


def _next_need(dice: Dice, home: str) -> str:
    """Accessories follow the main product; a smart home grows by pieces."""
    if home == "Умный дом":
        return dice.pick(("Умный дом", "Аксессуары", "Смартфоны"), (7, 2, 1))
    return dice.pick(("Аксессуары", home, "Умный дом", "Смартфоны"), (62, 8, 22, 8))


def _order(book: Book, dice: Dice, buyer: Buyer, at: datetime, main: str) -> bool:
    """Write one order with its delivery and a possible refund; says whether it came late."""
    buyer.orders += 1
    seller = dice.pick(list(SELLERS))
    discount = _promo(at) if buyer.hunter or dice.chance(0.35) else 0.0
    lines = [sell(p, discount=discount) for p in _basket(dice, main, SELLERS[seller])]
    head = Sale(buyer.id, at, _order_channel(dice, buyer), seller, "Акция" if discount else "Выдан")
    key = book.sale(head, lines)
    if buyer.orders == 1 and dice.chance(PLANTED["card_share"]):
        _take_card(book, buyer, at)
    late = key is not None and dice.chance(0.75) and _deliver(book, dice, key, at)
    if dice.chance(PLANTED["refund_share"]):
        back = Sale(buyer.id, at_hour(dice, at + dice.between(3, 14) * DAY, 9, 21), head.channel, seller, "Возврат")
        book.refund(back, lines if dice.chance(0.5) else lines[-1:], cost_back=True)
    if dice.chance(0.06):
        told = at_hour(dice, at + dice.between(6, 12) * DAY, 10, 20)
        mood = buyer.mood * 0.8 + (-1.5 if late else 0.2)
        market.ask_nps(
            book, dice, buyer.id, told, mood, scale="0-10", wishes=WISHES, via=dice.pick(("e-mail", "телефон"))
        )
    return late


def _take_card(book: Book, buyer: Buyer, at: datetime) -> None:
    """Every fifth new buyer, by lot, is offered the card and takes it."""
    buyer.has_card = True
    book.add("participations", customer_id=buyer.id, programme="Карта «Волна»", kind="loyalty", happened_at=at)


def _order_channel(dice: Dice, buyer: Buyer) -> str:
    if buyer.orders == 1 or dice.chance(0.4):
        return buyer.channel
    return dice.pick(("Сайт напрямую", "E-mail рассылка"), (3, 2))


def _basket(dice: Dice, main: str, skill: float) -> list[Product]:
    if main == "Аксессуары":
        names = ["AC1", "AC2", "AC3", "AC4", "AC5", "AC7"]
        chosen = {dice.pick(names, (4, 4, 4, 4, 2, 1)) for _ in range(dice.between(1, 2))}
    else:
        first = dice.draw(MODELS[main])
        extras = [x for x, chance in ATTACH[main].items() if x != first and dice.chance(chance * skill)]
        return [PRICES[first], *(PRICES[x] for x in extras)]
    return [PRICES[x] for x in sorted(chosen)]


def _deliver(book: Book, dice: Dice, key: int, at: datetime) -> bool:
    late = dice.chance(PLANTED["late_share"])
    promised = at_hour(dice, at + dice.between(2, 4) * DAY, 18, 20, 60)
    shift = timedelta(days=dice.between(1, 6)) if late else -timedelta(hours=dice.between(0, 7))
    complaint = "Опоздание доставки" if late and dice.chance(0.35) else "Брак" if dice.chance(0.01) else None
    ok = not dice.chance(0.02)
    done = promised + shift
    delivered = done if done < book.as_of else None
    book.add(
        "fulfilments", order_id=key, promised_at=promised, delivered_at=delivered, documents_ok=ok, complaint=complaint
    )
    return late


def _left(book: Book, dice: Dice, buyer: Buyer, at: datetime, late: bool) -> None:
    if not dice.chance(0.5 if late else 0.08):
        return
    reason = "Сорвали срок доставки" if late and dice.chance(0.6) else dice.draw(REASONS)
    rival = dice.pick(RIVALS, (3, 2)) if reason != "Переезд" else None
    lost = at_hour(dice, at + dice.between(60, 240) * DAY, 10, 18)
    if book.add("touches", customer_id=buyer.id, touched_at=lost, kind="звонок", manager="Вера Чижова", outcome=reason):
        book.add("losses", customer_id=buyer.id, lost_at=lost, reason=reason, competitor=rival)


def _promo(at: datetime) -> float:
    """Discount share of the day, 0 outside promotions."""
    for m1, d1, m2, d2, discount in PROMOS:
        if (m1, d1) <= (at.month, at.day) <= (m2, d2):
            return discount
    return 0.0


def _next_promo(dice: Dice, at: datetime) -> datetime:
    """A moment in the first promotion at or after ``at``."""
    day = at
    while not _promo(day):
        day += DAY
    return at_hour(dice, day + dice.between(0, 3) * DAY if _promo(day + 3 * DAY) else day, 9, 21)
