"""Numbers and dates: the SQL against brute-force twins, and styles decided for whole columns."""

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltvlib.engine import Database
from ltvlib.ingest.dates import DateStyle, date_sql, infer_dates, settle
from ltvlib.ingest.numbers import NumberStyle, infer_numbers, number_sql, plain_probe, plain_style
from ltvlib.ingest.values import column_shapes, quick_shapes, shape_of, shapes_of

DATABASE = Database()
SPACES = " \u00a0\u202f"
TOKENS = ["рублей", "руб.", "руб", "р.", "р", "₽", "$", "€", "usd", "eur", "us$"]
QUICK = settings(max_examples=150, deadline=None)


def read_numbers(values, style):
    sql = number_sql("v", style)
    return [row[0] for row in DATABASE.rows(f"select {sql} from (select unnest($v) as v)", {"v": values})]


def numbers(values, decimal=""):
    style = infer_numbers(shapes_of(enumerate(values, 2)), decimal)
    return style, read_numbers(values, style)


def load(values):
    DATABASE.execute(
        "create or replace table d as select v as c0, row_number() over () + 1 as line from (select unnest($v) as v)",
        {"v": values},
    )


def dates(values, bare=False, choice=""):
    load(values)
    style = settle(DATABASE, "d", "c0", infer_dates(column_shapes(DATABASE, "d", "c0"), bare)).chosen(choice)
    return style, [row[0] for row in DATABASE.rows(f"select {date_sql('c0', style)} from d order by line")]


# -- numbers -----------------------------------------------------------------------------------------


def twin(text, decimal):
    """A number read by hand: take off what may stand around, then look at each group of digits."""
    rest, signs, percent = text.strip(SPACES).lower(), "", False
    left = rest.startswith("(")
    rest, signs = (rest[1:].strip(SPACES), "(") if left else (rest, "")
    rest, signs = _take_left(rest, signs)
    if rest.endswith(")"):
        rest, signs = rest[:-1].strip(SPACES), signs + ")"
    if rest[-1:] in tuple("-+−–"):
        rest, signs = rest[:-1].strip(SPACES), signs + rest[-1]
    rest = _drop(rest, str.endswith, lambda s, t: s[: -len(t)])
    if rest.endswith("%"):
        rest, percent = rest[:-1].strip(SPACES), True
    if signs not in ("", "()", "-", "+", "−", "–"):
        return None
    digits = _digits(rest, decimal)
    if digits is None:
        return None
    value = Decimal(digits) * (-1 if signs in ("()", "-", "−", "–") else 1)
    value = value / 100 if percent else value
    return value.quantize(Decimal("0.0001"), ROUND_HALF_UP) if abs(value) < 10**14 else None


def _take_left(rest, signs):
    for _ in range(2):
        if rest[:1] in tuple("-+−–"):
            rest, signs = rest[1:].strip(SPACES), signs + rest[0]
        rest = _drop(rest, str.startswith, lambda s, t: s[len(t) :]) if _ == 0 else rest
    return rest, signs


def _drop(text, test, cut):
    token = next((token for token in sorted(TOKENS, key=len, reverse=True) if test(text, token)), None)
    return cut(text, token).strip(SPACES) if token else text


def _digits(text, decimal):
    whole, _, tail = text.partition(decimal) if decimal else (text, "", "")
    if not whole and not tail:
        return None
    if tail and not re.fullmatch("[0-9]*", tail):
        return None
    if whole and not whole.isascii():
        whole = whole.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2019", "'")
    if whole and not re.fullmatch("[0-9]+", whole):
        groups = re.fullmatch(r"[0-9]{1,3}(([ ]|[']|[.,])[0-9]{3})(?:\2[0-9]{3}|[ ][0-9]{3})*", whole)
        marks = set(re.sub("[0-9]", "", whole))
        if not groups or len(marks) != 1 or decimal in marks:
            return None
        whole = re.sub("[^0-9]", "", whole)
    return f"{whole or 0}.{tail or 0}"


AROUND = st.sampled_from(["", "", "", "-", "+", "−", "(", ")", " ", "\u00a0", "руб.", "₽", "$", "USD", "%", "x", "1e"])
BODY = st.from_regex(r"\A[0-9]{1,4}([ .,'\u00a0\u202f][0-9]{2,3}){0,2}([.,][0-9]{0,5})?\Z")


@QUICK
@given(
    before=st.lists(AROUND, max_size=2), body=BODY, after=st.lists(AROUND, max_size=2), decimal=st.sampled_from(".,")
)
def test_sql_reads_a_number_as_a_person_would(before, body, after, decimal):
    text = "".join(before) + body + "".join(after)
    found = read_numbers([text], NumberStyle(decimal, percent=True))[0]
    assert found == twin(text, decimal), text


@QUICK
@given(
    amounts=st.lists(st.decimals(-10_000_000, 10_000_000, places=2), min_size=1, max_size=8),
    decimal=st.sampled_from(".,"),
    group=st.sampled_from(["", " ", "\u00a0", "\u202f", "'", "other"]),
    money=st.sampled_from(["", " ₽", " руб.", "$"]),
)
def test_a_column_is_read_exactly_or_not_at_all(amounts, decimal, group, money):
    mark = ("," if decimal == "." else ".") if group == "other" else group
    texts = [
        f"{amount:,.2f}".replace(",", "\0").replace(".", decimal).replace("\0", mark) + money for amount in amounts
    ]
    style, found = numbers(texts)
    assert style.decimal == decimal
    assert found == amounts


@QUICK
@given(parts=st.lists(st.from_regex(r"\A[1-9][0-9]{0,3}([.,][0-9]{1,3}){0,2}\Z"), min_size=1, max_size=5))
def test_mixed_signs_are_never_silently_wrong(parts):
    """Whatever is read under the decided sign is what the twin reads under it; a clash reads nothing."""
    style, found = numbers(parts)
    if style.decimal == "?":
        assert found == [None] * len(parts)
    else:
        assert found == [twin(text, style.decimal) for text in parts]


@pytest.mark.parametrize(
    ("values", "decimal", "wanted"),
    [
        (["1.234,56", "12.345", "1.000.000,00"], ",", ["1234.56", "12345", "1000000"]),
        (["5,5", "5.555"], "?", [None, None]),
        (["1,234"], "?", [None]),
        (["1,234", "0,500"], ",", ["1.234", "0.5"]),
        (["1 234,567"], ",", ["1234.567"]),
        (["1.234.567", "5"], "", ["1234567", "5"]),
        (["22.368", "7.28"], ".", ["22.368", "7.28"]),
        (["1234,00", "(1 234,00)", "567,89-", "-12,5", "−7,00", "+3,00", "- 45,00"], ",",
         ["1234", "-1234", "-567.89", "-12.5", "-7", "3", "-45"]),
        (["nan", "inf", "1e5", "0x1F", "1_000", "--5", "-(5)", "5"], "", [None] * 7 + ["5"]),
        (["12,5 %", "7 %"], ",", ["0.125", "0.07"]),
        (["99999999999999,99", "100000000000000,00"], ",", ["99999999999999.99", None]),
    ],
)  # fmt: skip
def test_styles(values, decimal, wanted):
    style, found = numbers(values)
    assert style.decimal == decimal
    assert found == [None if value is None else Decimal(value) for value in wanted]


def test_a_person_may_settle_a_clash_and_the_rest_is_refused():
    style, found = numbers(["5,5", "5.555", "1.2"], ",")
    assert style.decimal == ","
    assert found == [Decimal("5.5"), Decimal(5555), None]


def test_destroyed_ids_are_counted_and_no_numbers():
    style, found = numbers(["7,91E+10", "7.9E+10", "12"])
    assert style.destroyed == 2
    assert found[:2] == [None, None]


@QUICK
@given(st.lists(st.from_regex(r"\A-?[0-9]{1,5}([.,][0-9]{1,4})?\Z"), min_size=1, max_size=6))
def test_the_quick_probe_agrees_with_the_shapes(values):
    row = DATABASE.rows(f"select {plain_probe('v')} from (select unnest($v) as v)", {"v": values})[0]
    quick, full = plain_style(row), infer_numbers(shapes_of(enumerate(values)))
    if quick is not None:
        assert (quick.decimal, quick.numbers, quick.plain) == (full.decimal, full.numbers, full.plain)


def test_quick_shapes_give_up_when_a_shape_is_missing():
    load(["01.02.2025", "1.2.2025"])
    assert quick_shapes(DATABASE, "d", "c0", ["99.99.9999"]) is None
    shapes = quick_shapes(DATABASE, "d", "c0", ["99.99.9999", "9.9.9999"])
    assert shapes is not None
    assert {shape.text: shape.line for shape in shapes} == {"99.99.9999": 2, "9.9.9999": 3}
    assert shape_of("A-12.5") == "A-99.9"


# -- dates -------------------------------------------------------------------------------------------

MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2068, 12, 31)).map(lambda moment: moment.replace(microsecond=0))
LAYOUTS = ["%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%b-%Y", "%b %d, %Y", "%d-%m-%y", "%Y/%m/%d", "%d %B %Y"]


@QUICK
@given(
    moments=st.lists(MOMENTS, min_size=1, max_size=6),
    layout=st.sampled_from(LAYOUTS),
    clock=st.sampled_from(["", " %H:%M", " %H:%M:%S", "T%H:%M:%SZ", " %H:%M:%S.123 +0300", " %I:%M:%S %p"]),
    bare=st.booleans(),
)
def test_a_column_of_dates_is_read_exactly_or_asked_about(moments, layout, clock, bare):
    if layout == "%d-%m-%y":
        moments = [moment.replace(year=2000 + moment.year % 60) for moment in moments]
    if ("b" in layout.lower() or layout == "%d %B %Y") and "p" in clock:
        clock = ""
    texts = [moment.strftime(layout + clock) for moment in moments]
    wanted = [_cut(moment, clock) for moment in moments]
    if bare and clock:
        texts, wanted = [*texts, moments[0].strftime(layout)], [*wanted, _cut(moments[0], "")]
    style, found = dates(texts)
    if len(style.formats) > 1:
        assert all(moment.day <= 12 for moment in moments)
        found = dates(texts, choice=layout)[1]
    elif layout in ("%d/%m/%Y", "%m/%d/%Y", "%d-%m-%y"):
        assert any(moment.day > 12 for moment in moments)
    assert found == wanted


def _cut(moment, clock):
    if not clock:
        return moment.replace(hour=0, minute=0, second=0)
    return moment if "%S" in clock else moment.replace(second=0)


@QUICK
@given(day=st.integers(0, 39), month=st.integers(0, 19), year=st.integers(1850, 2250), sep=st.sampled_from("./-"))
def test_dates_that_do_not_exist_are_refused(day, month, year, sep):
    text = f"{day:02d}{sep}{month:02d}{sep}{year}"
    style = DateStyle((f"%d{sep}%m{sep}%Y",), ("",))
    found = DATABASE.rows(f"select {date_sql('v', style)} from (select $v as v)", {"v": text})[0][0]
    try:
        wanted = datetime.strptime(text, f"%d{sep}%m{sep}%Y") if 1900 <= year <= 2200 else None
    except ValueError:
        wanted = None
    assert found == wanted


@QUICK
@given(st.lists(st.integers(20_000 * 86_400, 73_000 * 86_400), min_size=1, max_size=5), st.sampled_from(".,"))
def test_excel_serials_are_read_to_the_second(seconds, sign):
    texts = [f"{Decimal(count) / 86_400:.9f}".replace(".", sign) for count in seconds]
    style, found = dates(texts, bare=True)
    assert style.formats == ("excel_serial_1900",)
    assert found == [datetime(1899, 12, 30) + timedelta(seconds=count) for count in seconds]


@pytest.mark.parametrize(
    ("values", "formats", "first"),
    [
        (["2019.04.19."], ("%Y.%m.%d",), "2019-04-19 00:00:00"),
        (["3 января 2025 г.", "14 мая 2025"], ("%d %b %Y",), "2025-01-03 00:00:00"),
        (["14-Jul-17"], ("%d %b %y",), "2017-07-14 00:00:00"),
        (["Dec 8, 2022"], ("%b %d %Y",), "2022-12-08 00:00:00"),
        (["1735888500"], ("unix_seconds",), "2025-01-03 07:15:00"),
        (["1735888500000"], ("unix_millis",), "2025-01-03 07:15:00"),
        (["20250131"], ("%Y%m%d",), "2025-01-31 00:00:00"),
        (["2025-01-31 23:30:00 -0800", "2025-01-03 14:05:33 +0300"], ("%Y-%m-%d",), "2025-01-31 23:30:00"),
        (["30.10.2025 17:19:43", "5.11.2025 9:15", "06.11.2025"], ("%d.%m.%Y",), "2025-10-30 17:19:43"),
        (["03.04.2025"], ("%d.%m.%Y",), "2025-04-03 00:00:00"),
        (["03/04/2025"], ("%d/%m/%Y", "%m/%d/%Y"), "2025-04-03 00:00:00"),
    ],
)
def test_layouts(values, formats, first):
    style, found = dates(values, bare=True)
    assert style.formats == formats
    assert str(found[0]) == first
    assert None not in found


def test_both_orders_proved_names_the_lines():
    style, _ = dates(["13/04/2025", "01/31/2025", "11/12/2025"])
    assert style.conflict == (2, 3)
    chosen, found = dates(["13/04/2025", "01/31/2025"], choice="%d/%m/%Y")
    assert chosen.formats == ("%d/%m/%Y",)
    assert found == [datetime(2025, 4, 13), None]


def test_a_date_that_says_not_yet_is_no_date():
    style, found = dates(["01.02.2025", "не закрыта", "0000-00-00"])
    assert style.share == pytest.approx(1 / 3)
    assert found == [datetime(2025, 2, 1), None, None]
