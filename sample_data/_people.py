"""Invented people and companies."""

from __future__ import annotations

from sample_data._core import Dice


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


WOMEN = _words(
    "Анна Мария Елена Ольга Наталья Екатерина Татьяна Ирина Светлана Юлия Дарья Анастасия Виктория Ксения Полина "
    "Алина Марина Людмила Вера Надежда Кристина Алёна Евгения Оксана Диана Софья Валерия Лариса Галина Жанна"
)
MEN = _words(
    "Александр Дмитрий Сергей Андрей Алексей Максим Иван Михаил Николай Владимир Павел Роман Артём Денис Кирилл "
    "Егор Илья Тимур Олег Виктор Глеб Степан Борис Юрий Константин"
)
FAMILIES = _words(
    "Иванов Смирнов Кузнецов Попов Соколов Лебедев Козлов Новиков Морозов Волков Зайцев Павлов Семёнов Голубев "
    "Виноградов Богданов Воробьёв Фёдоров Михайлов Беляев Тарасов Белов Комаров Орлов Киселёв Макаров Андреев "
    "Ковалёв Ильин Гусев Титов Кузьмин Кудрявцев Баранов Куликов Алексеев Степанов Яковлев Сорокин Сергеев Романов "
    "Захаров Борисов Королёв Герасимов Пономарёв Григорьев Лазарев Медведев Ершов Никитин Соболев Рябов Поляков "
    "Цветков Данилов Жуков Фролов Журавлёв Николаев Крылов Осипов Белоусов Федотов Дорофеев Егоров Матвеев"
)
_STEMS = _words(
    "Alder Amber Arden Birch Blue Bright Cedar Clear Copper Crest Delta East Elm Falcon Fern Flint Garnet Glen Granite "
    "Harbor Hazel Helio Iron Ivory Juniper Kite Lake Lark Linden Lumen Maple Meadow Metro Mill Nordic North Oak Onyx "
    "Opal Orchid Peak Pine Polar Prime Quartz Raven Ridge River Rowan Sable Silver Sky Sol Spruce Stone Summit Swift "
    "Tern Tide Timber Umber Vale Vector Vista Wave West Willow Wren Zephyr"
)


def russian(dice: Dice, *, woman: bool) -> str:
    """A Russian name and surname; namesakes happen."""
    family = dice.pick(FAMILIES)
    return f"{dice.pick(WOMEN)} {family}а" if woman else f"{dice.pick(MEN)} {family}"


def companies(dice: Dice, count: int, endings: str) -> list[str]:
    """Different company names from a stem and a line of business."""
    tails = endings.split("|")
    every = [f"{stem} {tail}" for stem in _STEMS for tail in tails]
    names: list[str] = []
    while len(names) < count:
        names.append(every.pop(dice.between(0, len(every) - 1)))
    return names
