"""Dates as exports write them: the layouts of a column, and the SQL that reads them.

Day and month are never guessed: ``03/04/2025`` alone leaves two formats, and a person chooses. The one
convention taken for granted is that dots mean day first (``03.04.2025``), because no country writes
month first with dots; a value that proves otherwise still wins. Times keep the clock of the file: an
offset (``-0800``) is dropped, so that 31 January stays 31 January, as the business saw it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ltvlib.engine import Database
from ltvlib.ingest.jsonvalue import JsonValue
from ltvlib.ingest.values import Shape, cell

EXCEL = "excel_serial_1900"
SECONDS = "unix_seconds"
MILLIS = "unix_millis"
COMPACT = "%Y%m%d"
NUMERIC = (EXCEL, SECONDS, MILLIS, COMPACT)
"""Formats that look like plain numbers: believed only where the header speaks of a date."""

_MONTHS = {
    "jan янв": 1,
    "feb фев": 2,
    "mar мар mär mrz": 3,
    "apr апр": 4,
    "may май мая mai": 5,
    "jun июн": 6,
    "jul июл": 7,
    "aug авг": 8,
    "sep сен": 9,
    "oct окт okt": 10,
    "nov ноя": 11,
    "dec дек dez": 12,
}
MONTHS = {name: number for names, number in _MONTHS.items() for name in names.split()}
"""First three letters of a month's name (English, Russian, German) -> its number."""

_CLOCK = r"9{1,2}:99(?P<sec>:99(?P<frac>[.,]9+)?)?(?P<pm> ?[aApP][mM])?"
_OFFSET = r"(?P<offset> ?(?:Z|UTC|GMT|[+-]9{2}:?(?:99)?))?"
_TIME = rf"(?:(?P<gap>,? +|T)(?P<clock>{_CLOCK}){_OFFSET})?"
_NUMERIC_DATE = re.compile(rf"(?P<a>9{{1,4}})(?P<sep>[-./])(?P<b>9{{1,2}})(?P=sep)(?P<c>9{{4}}|99)(?P<dot>\.?){_TIME}")
_YEAR_FIRST = re.compile(rf"9{{4}}(?P<sep>[-./])9{{1,2}}(?P=sep)9{{1,2}}(?P<dot>\.?){_TIME}")
_WORD = r"(?P<word>[A-Za-zА-Яа-яЁёä]{3,9})\.?"
_TAIL = rf"(?: ?г\.?)?(?P<dot>){_TIME}"
_DAY_WORD = re.compile(rf"9{{1,2}}(?:st|nd|rd|th)?[ ./-]*{_WORD}[ ,./-]*(?P<year>9999|99){_TAIL}")
_WORD_DAY = re.compile(rf"{_WORD} +9{{1,2}}(?:st|nd|rd|th)?,? +(?P<year>9999|99){_TAIL}")
_BARE = {
    re.compile(r"9{8}"): COMPACT,
    re.compile(r"9{5}(?:[.,]9+)?"): EXCEL,
    re.compile(r"9{10}(?:[.,]9+)?"): SECONDS,
    re.compile(r"9{13}"): MILLIS,
}


@dataclass(frozen=True)
class DateStyle(JsonValue):
    """How a column writes its dates.

    Attributes:
        formats: date formats that fit every value; two that disagree on day and month mean: ask.
        reads: strptime texts with the time of day, the most frequent first.
        dates, filled: rows whose shape is a date; rows with a value.
        conflict: two lines that prove day-first and month-first.
        words: months are words; ``fraction``, ``offset``: some times carry them.
        clock: some values carry a time of day.
        dotted: day and month parted by dots: day first unless a value proves otherwise.
    """

    formats: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    dates: int = 0
    filled: int = 0
    conflict: tuple[int, ...] = ()
    words: bool = False
    fraction: bool = False
    offset: bool = False
    clock: bool = False
    dotted: bool = False

    @property
    def share(self) -> float:
        """Share of filled rows whose shape is a date, 0..1."""
        return self.dates / self.filled if self.filled else 0.0

    def chosen(self, date_format: str) -> DateStyle:
        """The style with one of its formats chosen; a format it does not have changes nothing."""
        return replace(self, formats=(date_format,)) if date_format in self.formats else self


@dataclass(frozen=True)
class _Layout:
    """What one shape says: date format, text between date and time, strptime of the time."""

    date: str
    dot: str
    time: str
    parts: Mapping[str, str]


def _time(found: re.Match[str]) -> str:
    if not found["clock"]:
        return ""
    seconds = ":%S" if found["sec"] else ""
    half = found["pm"]
    if not half:
        return f"{found['gap']}%H:%M{seconds}"
    return f"{found['gap']}%I:%M{seconds}{' ' if half.startswith(' ') else ''}%p"


def _layout(text: str, bare: bool) -> _Layout | None:
    """The layout of one shape, ``None`` when it is not a date; ``bare`` admits plain numbers."""
    found = _YEAR_FIRST.fullmatch(text)
    if found:
        sep = found["sep"]
        return _Layout(f"%Y{sep}%m{sep}%d", found["dot"], _time(found), found.groupdict())
    found = _NUMERIC_DATE.fullmatch(text)
    if found and len(found["a"]) <= 2:
        sep, year = found["sep"], "%Y" if len(found["c"]) == 4 else "%y"
        return _Layout(f"%d{sep}%m{sep}{year}", found["dot"], _time(found), found.groupdict())
    return _words(text) or (_bare(text) if bare else None)


def _words(text: str) -> _Layout | None:
    for pattern, order in ((_DAY_WORD, "%d %b "), (_WORD_DAY, "%b %d ")):
        found = pattern.fullmatch(text)
        if found and found["word"].lower()[:3] in MONTHS:
            year = "%Y" if len(found["year"]) == 4 else "%y"
            return _Layout(order + year, "", _time(found), found.groupdict())
    return None


def _bare(text: str) -> _Layout | None:
    return next((_Layout(name, "", "", {}) for pattern, name in _BARE.items() if pattern.fullmatch(text)), None)


def infer_dates(shapes: Iterable[Shape], bare: bool = False) -> DateStyle:
    """The date layout of a column from its shapes: the layout of most rows; other rows are no dates.

    Day-first is written for day-and-month layouts; ``settle`` looks at the values to decide.
    """
    found = list(shapes)
    layouts = [(shape, layout) for shape in found if (layout := _layout(shape.text, bare))]
    weight: dict[str, int] = {}
    for shape, layout in layouts:
        weight[layout.date] = weight.get(layout.date, 0) + shape.rows
    filled = sum(shape.rows for shape in found)
    if not weight:
        return DateStyle(filled=filled)
    best = max(weight, key=lambda name: weight[name])
    return _style(best, [(s, x) for s, x in layouts if x.date == best], weight[best], filled)


def _style(best: str, layouts: list[tuple[Shape, _Layout]], rows: int, filled: int) -> DateStyle:
    times: dict[str, int] = {}
    for shape, layout in layouts:
        text = layout.dot + layout.time
        times[text] = times.get(text, 0) + shape.rows
    parts = [layout.parts for _, layout in layouts]
    return DateStyle(
        formats=(best,),
        reads=tuple(sorted(times, key=lambda text: -times[text])),
        dates=rows,
        filled=filled,
        words=any("word" in part for part in parts),
        fraction=any(part.get("frac") for part in parts),
        offset=any(part.get("offset") for part in parts),
        clock=any(part.get("clock") for part in parts) or best in (EXCEL, SECONDS, MILLIS),
        dotted=best.startswith("%d."),
    )


def settle(database: Database, table: str, key: str, style: DateStyle) -> DateStyle:
    """Decide day and month from all values: one format left, two (ask), or a conflict of two lines."""
    order = Order(style, cell(key))
    if not order.tests:
        return style
    sql = "select {parts} from {table}"
    found = order.settled(style, database.rows(sql.format(parts=", ".join(order.tests), table=table))[0])
    if found is not None:
        return found
    # The lines that contradict each other are looked for only where there are some: numbering rows is slow.
    lines = ", ".join(f"min(line) filter ({test})" for test in order.patterns)
    return order_of(style, *database.rows(sql.format(parts=lines, table=table))[0])


class Order:
    """SQL tests over a column whose dates may have the day or the month first; empty for other layouts."""

    def __init__(self, style: DateStyle, text: str) -> None:
        big, bigger = "(?:1[3-9]|[2-9][0-9])", "(?:3[2-9]|[4-9][0-9])"
        starts = (f"^{big}[-./]", f"^[0-9]{{1,2}}[-./]{big}[-./]", f"^{bigger}[-./]")
        doubtful = bool(style.formats and re.match(r"%d[-./]%m", style.formats[0]))
        self.patterns = [f"regexp_matches({text}, '{start}')" for start in starts] if doubtful else []
        self.tests = [f"bool_or({test})" for test in self.patterns]

    def settled(self, style: DateStyle, row: Sequence[bool | None]) -> DateStyle | None:
        """The style by the results of ``tests``; ``None`` where the lines that contradict have to be named."""
        if not self.tests:
            return style
        day, month, year = row
        if day and month and not (year and style.formats[0].endswith("%y")):
            return None
        return order_of(style, *(1 if proof else None for proof in (day, month, year)))


def order_of(style: DateStyle, day: int | None, month: int | None, year: int | None) -> DateStyle:
    """The style from the lines that prove: first part over 12, second part over 12, first part over 31."""
    first = style.formats[0]
    swapped = first.replace("%d", "%_").replace("%m", "%d").replace("%_", "%m")
    if year is not None and first.endswith("%y"):
        return replace(style, formats=(f"%y{first[2]}%m{first[2]}%d",))
    if day is not None and month is not None:
        return replace(style, formats=(first, swapped), conflict=tuple(sorted((day, month))))
    if month is not None:
        return replace(style, formats=(swapped,))
    if day is not None or style.dotted:
        return style
    return replace(style, formats=(first, swapped))


def date_sql(text: str, style: DateStyle) -> str:
    """SQL that turns a cell's text into a timestamp; NULL where it does not read, or the year is absurd."""
    chosen = style.formats[0] if style.formats else ""
    if not chosen:
        return "cast(null as timestamp)"
    if chosen in (EXCEL, SECONDS, MILLIS):
        return _number_date(chosen, f"try_cast(replace({text}, ',', '.') as decimal(28,10))")
    formats = ", ".join(f"'{_strptime(chosen, read)}'" for read in style.reads or ("",))
    value = f"try_strptime({_normal(text, style)}, [{formats}])"
    if _is_iso(style):
        # The cast is several times faster, and differs on these shapes only in that it takes 24:00 for midnight.
        value = f"case when contains({text}, '24:') then {value} else try_cast({text} as timestamp) end"
    return f"case when year({value}) between 1900 and 2200 then {value} end"


def _is_iso(style: DateStyle) -> bool:
    """Every value is written like 2025-01-31 or 2025-01-31 10:00:00."""
    times = {"", " %H:%M", " %H:%M:%S", "T%H:%M", "T%H:%M:%S"}
    simple = not (style.words or style.fraction or style.offset)
    return style.formats[0] == "%Y-%m-%d" and style.dates == style.filled and simple and times.issuperset(style.reads)


def _strptime(chosen: str, read: str) -> str:
    if "%b" in chosen:
        return chosen.replace("%b", "%m") + read.replace(",", "").replace("T", " ")
    return chosen + read


def _normal(text: str, style: DateStyle) -> str:
    """SQL of the text as strptime wants it: no offset, no fraction, months as numbers."""
    if style.offset:
        text = rf"regexp_replace({text}, '(:[0-9]{{2}}(?:[.,][0-9]+)?) ?(?:Z|UTC|GMT|[+-][0-9:]+)$', '\1')"
    if style.fraction:
        text = rf"regexp_replace({text}, '(:[0-9]{{2}}:[0-9]{{2}})[.,][0-9]+', '\1')"
    if not style.words:
        return text
    word = f"regexp_extract(lower({text}), '[a-zа-яёä]{{3,}}', 0)"
    names = "map {" + ", ".join(f"'{name}': '{number}'" for name, number in MONTHS.items()) + "}"
    swapped = f"replace(lower({text}), {word}, coalesce(({names})[left({word}, 3)], 'x'))"
    return f"trim(regexp_replace({swapped}, '(?:st|nd|rd|th)|[^0-9:apmx]+', ' ', 'g'))"


def _number_date(chosen: str, number: str) -> str:
    """SQL of a serial or Unix time: exact decimals, rounded to the second (the millisecond)."""
    low, high, step = {
        EXCEL: (10_000, 99_999, "timestamp '1899-12-30' + to_seconds(cast(round({n} * 86400) as bigint))"),
        SECONDS: (10**8, 10**10, "timestamp '1970-01-01' + to_seconds(cast(floor({n}) as bigint))"),
        MILLIS: (10**11, 10**13, "timestamp '1970-01-01' + to_milliseconds(cast(floor({n}) as bigint))"),
    }[chosen]
    return f"case when {number} between {low} and {high} then {step.format(n=number)} end"


def number_format(least: float, most: float) -> str:
    """Date format of a numeric column by its range; empty when the range is no date."""
    ranges = ((COMPACT, 19_000_101, 22_001_231), (SECONDS, 3e8, 6e9), (MILLIS, 3e11, 6e12), (EXCEL, 20_000, 80_000))
    return next((name for name, low, high in ranges if low <= least <= most <= high), "")
