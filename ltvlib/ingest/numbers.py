"""Numbers as people write them: the style of a column, and the SQL that reads it exactly.

The decimal sign is decided for the column, never for a value: ``12.345`` is 12345 where other values
prove the decimal comma (``1.234,56``), and 12.345 where they prove the point. Values that contradict
each other (``5,5`` and ``5.555``) make the style ``?``: a person has to choose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ltvlib.ingest.jsonvalue import JsonValue
from ltvlib.ingest.values import Shape
from ltvlib.schema import MONEY

_SPACES = " \u00a0\u202f\u2009\u2007"
_TICKS = "'\u2019"
_SIGNS = "-+\u2212\u2013"
_CODES = (
    "usd|eur|rub|rur|gbp|uah|kzt|byn|jpy|cny|chf|try|pln|czk|sek|nok|dkk|inr|brl|cad|aud|uzs|gel|amd|azn|kgs|ils|aed"
)
CURRENCY_WORD = rf"(?:us\$|[$€£¥₽₴₸₺₹₾]|рублей|рубля|рубль|руб\.|руб|р\.|р|тенге|тг\.|тг|грн\.|грн|сум|kč|zł|{_CODES})"
_PLAIN_WHOLE = "[-]?[0-9]+"
_DESTROYED = re.compile(r"[-+]?9[.,]?9*[eE]\+?9+")


@dataclass(frozen=True)
class NumberStyle(JsonValue):
    """How a column writes its numbers.

    Attributes:
        decimal: ``.``, ``,``, empty (whole numbers) or ``?`` (the values contradict each other).
        thousands: separator of thousands that was seen, empty if none.
        numbers: rows that read as a number under the style; ``filled`` rows with a value.
        plain: only digits, a leading minus and the decimal sign: a bare cast reads them all.
        percent: some values carry a percent sign (and are divided by 100).
        destroyed: values in scientific notation (``7,91E+10``): ids that a spreadsheet destroyed.
        lines: two lines that contradict each other.
    """

    decimal: str = ""
    thousands: str = ""
    numbers: int = 0
    filled: int = 0
    plain: bool = False
    percent: bool = False
    destroyed: int = 0
    lines: tuple[int, ...] = ()

    @property
    def share(self) -> float:
        """Share of the filled rows that read as a number, 0..1."""
        return self.numbers / self.filled if self.filled else 0.0


def _frame(core: str) -> str:
    """Pattern of a whole value around its digits: signs, brackets, currency, percent, spaces."""
    gap, sign, money = f"[{_SPACES}]*", f"[{re.escape(_SIGNS)}]?", f"{CURRENCY_WORD}?"
    before = f"{gap}\\(?{gap}{sign}{gap}{money}{gap}{sign}{gap}"
    after = f"{gap}%?{gap}{money}{gap}{sign}{gap}\\)?{gap}"
    return f"(?i)^{before}({core}){after}$"


def _core(decimal: str) -> str:
    """Pattern of the digits under one decimal sign; the other sign may only part groups of three."""
    other = {".": ",", ",": "."}.get(decimal, ".,")
    groups = "|".join(f"[0-9]{{1,3}}(?:[{sign}][0-9]{{3}})+" for sign in (_SPACES, _TICKS, *other))
    whole = f"(?:{groups}|[0-9]+)"
    return f"{whole}(?:[{decimal}][0-9]*)?|[{decimal}][0-9]+" if decimal else whole


_ANY = re.compile(_frame(f"[0-9.,{_SPACES}{_TICKS}]*[0-9][.,]?"))
_READS = {decimal: re.compile(_frame(_core(decimal))) for decimal in (".", ",", "")}


def _signs(text: str) -> str:
    return "".join(char for char in text if char in _SIGNS or char in "()")


def _is_number(text: str, decimal: str) -> bool:
    return len(_signs(text)) <= 2 and _signs(text) in ("", "()", *_SIGNS) and bool(_READS[decimal].match(text))


def _digits(text: str) -> str:
    """The digits and separators of a value, empty when it cannot be a number."""
    found = _ANY.match(text)
    return found.group(1).strip(_SPACES) if found else ""


def _verdict(shape: Shape) -> tuple[str, str]:
    """What one shape proves: ``(kind, sign)`` with kind decimal, thousands, maybe or whole."""
    core = _digits(shape.text)
    marks = [char for char in core if char in ".,"]
    if not marks:
        return "whole", ""
    last = marks[-1]
    if len(set(marks)) == 2:
        return ("decimal", last) if marks.count(last) == 1 else ("none", "")
    if len(marks) > 1:
        return "thousands", last
    head, tail = core.split(last)
    spaced = bool(set(head) & set(_SPACES + _TICKS))
    zero = _digits(shape.least).startswith("0")
    return ("decimal" if spaced or zero or len(tail) != 3 or not 1 <= len(head) <= 3 else "maybe"), last


def _both(shape: Shape) -> str:
    """Thousands sign of a shape that has both signs, e.g. the comma of ``9,999.99``."""
    marks = {char for char in _digits(shape.text) if char in ".,"}
    last = next((char for char in reversed(_digits(shape.text)) if char in ".,"), "")
    return (marks - {last}).pop() if len(marks) == 2 else ""


def _decide(proof: dict[tuple[str, str], int]) -> tuple[str, tuple[int, ...]]:
    """Decimal sign from what was proved (kind, sign) -> first line; ``?`` and two lines when it contradicts."""
    decimals = {sign: line for (kind, sign), line in proof.items() if kind == "decimal"}
    thousands = {sign: line for (kind, sign), line in proof.items() if kind == "thousands"}
    maybe = {sign: line for (kind, sign), line in proof.items() if kind == "maybe"}
    clash = [sign for sign in decimals if sign in thousands]
    if len(decimals) == 2 or len(thousands) == 2 or clash:
        lines = list(decimals.values()) + list(thousands.values())
        return "?", tuple(sorted(lines)[:2])
    known = next(iter(decimals), "") or {".": ",", ",": "."}.get(next(iter(thousands), ""), "")
    loose = {sign: line for sign, line in maybe.items() if sign != known and sign not in thousands}
    if loose:
        anchor = decimals.get(known) or next(iter(thousands.values()), next(iter(loose.values())))
        return "?", tuple(sorted({anchor, *loose.values()}))
    return (known if known in decimals or known in maybe else ""), ()


def infer_numbers(shapes: Iterable[Shape], decimal: str = "") -> NumberStyle:
    """The number style of a column from its shapes; ``decimal`` overrules what cannot be decided."""
    found = list(shapes)
    candidates = [shape for shape in found if _is_number(shape.text, ".") or _is_number(shape.text, ",")]
    proof: dict[tuple[str, str], int] = {}
    for shape in candidates:
        verdict = _verdict(shape)
        for item in (verdict, ("thousands", _both(shape)) if _both(shape) else verdict):
            proof[item] = min(proof.get(item, shape.line), shape.line)
    sign, lines = _decide(proof)
    if sign == "?" and decimal in (".", ","):
        sign, lines = decimal, ()
    style = _describe(found, candidates, sign)
    return replace(style, lines=lines, destroyed=sum(s.rows for s in found if _DESTROYED.fullmatch(s.text)))


def _describe(found: list[Shape], candidates: list[Shape], sign: str) -> NumberStyle:
    reads = [s for s in candidates if sign == "?" or _is_number(s.text, sign)]
    cores = "".join(_digits(shape.text) for shape in reads)
    spaces = next((char for char in cores if char in _SPACES + _TICKS), "")
    others = next((char for char in cores if char in ".," and char != sign), "")
    plain = re.compile(_PLAIN_WHOLE + (f"(?:[{sign}][0-9]+)?" if sign in (".", ",") else ""))
    return NumberStyle(
        decimal=sign,
        thousands="" if sign == "?" else (spaces or others),
        numbers=sum(shape.rows for shape in reads),
        filled=sum(shape.rows for shape in found),
        plain=sign != "?" and all(plain.fullmatch(shape.text) for shape in found),
        percent=any("%" in shape.text for shape in reads),
    )


def plain_probe(text: str) -> str:
    """SQL aggregates that tell cheaply whether a column is plain: whole, point, comma counts and proofs."""
    tests = [_PLAIN_WHOLE]
    for sign in (r"\.", ","):
        tests += [f"-?[0-9]+{sign}[0-9]+", f"-?(?:0[0-9]*|[0-9]{{4,}}){sign}[0-9]+|-?[0-9]+{sign}(?:..?|.{{4,}})"]
    counts = ", ".join(f"count(*) filter (regexp_full_match({text}, '{test}'))" for test in tests)
    return f"count({text}), {counts}"


def plain_pattern(decimal: str) -> str:
    """Pattern of a plain number with one decimal sign, or of a whole number."""
    return "-?[0-9]+" + (f"(?:[{decimal}][0-9]+)?" if decimal else "")


def plain_guess(values: Sequence[str]) -> NumberStyle | None:
    """The plain style that some values of a column have and prove; ``None`` when they are not plain."""
    for sign in ("", ".", ","):
        proof = re.compile(f"-?(?:0[0-9]*|[0-9]{{4,}})[{sign}][0-9]+|-?[0-9]+[{sign}](?:..?|.{{4,}})") if sign else None
        if values and all(re.fullmatch(plain_pattern(sign), value) for value in values):
            proven = proof is None or any(proof.fullmatch(value) for value in values)
            return NumberStyle(sign, plain=True) if proven else None
    return None


def plain_style(row: tuple[int, ...]) -> NumberStyle | None:
    """The style from one ``plain_probe`` row; ``None`` when the shapes have to be looked at."""
    filled, whole, point, point_proof, comma, comma_proof = row
    for sign, count, proof in ((".", point, point_proof), (",", comma, comma_proof)):
        if filled and whole + count == filled and (not count or proof):
            return NumberStyle(sign if count else "", "", filled, filled, plain=True)
    return None


def number_sql(text: str, style: NumberStyle, kind: str = "text") -> str:
    """SQL that turns a cell into exact money, NULL where it is not a number of the style.

    Text goes through DECIMAL only; more than four decimals are rounded half away from zero. A style that
    contradicts itself (``?``) reads nothing.
    """
    if kind == "number":
        return f"try_cast({text} as {MONEY})"
    if style.decimal == "?" or kind != "text":
        return f"cast(null as {MONEY})"
    if style.plain:
        point = f"replace({text}, ',', '.')" if style.decimal == "," else text
        return f"try_cast({point} as {MONEY})"
    return _full_sql(text, style)


def _full_sql(text: str, style: NumberStyle) -> str:
    pattern = _frame(_core(style.decimal)).replace("'", "''")
    other = {".": ",", ",": "."}.get(style.decimal, ".,")
    drop = (_SPACES + _TICKS + other).replace("'", "''")
    marks = f"regexp_replace({text}, '[^{re.escape(_SIGNS)}()]', '', 'g')"
    digits = f"replace(translate(regexp_extract({text}, '{pattern}', 1), '{drop}', ''), ',', '.')"
    minus = f"case when {marks} in ('', '+') then '' when {marks} in ('-', '\u2212', '\u2013', '()') then '-' end"
    signed = f"({minus}) || nullif({digits}, '')"
    if not style.percent:
        return f"try_cast({signed} as {MONEY})"
    share = "case when contains({text}, '%') then 0.01 else 1 end"
    return (
        f"try_cast(try_cast({signed} as decimal(30,12)) * cast({share.format(text=text)} as decimal(3,2)) as {MONEY})"
    )
