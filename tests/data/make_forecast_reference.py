"""Writes ``forecast_reference.json``: chances to be alive and expected orders by the published formulas with 60 digits or more.

Run by hand in an environment of its own: ``pip install mpmath==1.4.1``, then ``python tests/data/make_forecast_reference.py``.

The formulas are those of the papers with the Gauss hypergeometric function, which the library does not use: Fader and
Hardie (2005) for Pareto/NBD, Fader, Hardie and Lee (2005) for BG/NBD, Batislam, Denizel and Filiztekin (2007) for MBG/NBD.
Every number is computed twice with different precision, until 25 digits agree.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

from mpmath import hyp2f1, log, mp, mpf

FIELDS = ["theta", "x", "last", "age", "horizon", "alive", "orders"]
HISTORY, ORDERS = (0.5, 39.0, 520.0), (0, 1, 2, 7, 60, 420, 1500)
LEAVING = (0.02, 1.0, 100.0, 1000.0)


def pareto_nbd(r, alpha, s, beta, x, last, age, horizon):
    """P(alive) = 1 / (1 + s / (r + s + x) (alpha + T)^(r + x) (beta + T)^s A0), and the expected orders given it."""
    total, gap = r + s + x, abs(alpha - beta)
    slower, second = (alpha, s + 1) if alpha >= beta else (beta, r + x)
    tail = lambda t: hyp2f1(total, second, total + 1, gap / (slower + t)) / (slower + t) ** total  # noqa: E731
    gone = s / total * (alpha + age) ** (r + x) * (beta + age) ** s * (tail(last) - tail(age))
    stay = (beta + age) / (s - 1) * (1 - ((beta + age) / (beta + age + horizon)) ** (s - 1)) if s != 1 else None
    if stay is None:
        stay = (beta + age) * log((beta + age + horizon) / (beta + age))
    alive = 1 / (1 + gone)
    return alive, alive * (r + x) / (alpha + age) * stay


def bg_nbd(r, alpha, a, b, x, last, age, horizon, extra=0):
    """The closed forms of BG/NBD (MBG/NBD with ``extra`` = 1); a = 1 is a removable pole, so it is taken a hair beside."""
    a = a + mpf(10) ** -40 if a == 1 else a
    odds = a / (b + x + extra - 1) * ((alpha + age) / (alpha + last)) ** (r + x) if x + extra else mpf(0)
    alive, c = 1 / (1 + odds), a + b + x + extra - 1
    rest = hyp2f1(r + x, b + x + extra, c, horizon / (alpha + age + horizon))
    bought = c / (a - 1) * (1 - ((alpha + age) / (alpha + age + horizon)) ** (r + x) * rest)
    return alive, alive * bought


def mbg_nbd(*args):
    """MBG/NBD."""
    return bg_nbd(*args, extra=1)


def sure(formula: Callable, args: tuple) -> tuple[float, float]:
    """Both numbers, with as many digits as two evaluations need to agree on 25."""
    digits, before = 60, None
    while digits < 20_000:
        mp.dps = digits
        now = formula(*(mpf(v) for v in args))
        if before and all(abs(p - q) <= abs(q) * mpf(10) ** -25 for p, q in zip(before, now, strict=True)):
            return float(now[0]), float(now[1])
        before, digits = now, digits * 2
    raise ArithmeticError(args)


def customer(draw: random.Random) -> tuple[int, float, float, float]:
    """Repeat orders, last order, age, horizon up to five times the history."""
    x, age = draw.choice(ORDERS), draw.choice(HISTORY)
    last = age * draw.choice((0.02, 0.4, 0.9, 1.0)) if x else 0.0
    return x, last, age, age * draw.choice((0.1, 1.0, 5.0))


def pareto_theta(draw: random.Random) -> tuple[float, float, float, float]:
    """Small and large parameters; scales equal, nearly equal and far apart."""
    alpha = draw.choice((0.01, 1.0, 10.58, 1000.0))
    beta = alpha * draw.choice((1.0, 1 + 1e-9, 1.001, 1.1, 1e-4, 1e4, 30.0))
    return draw.choice((0.05, 0.553, 3.0, 50.0)), alpha, draw.choice(LEAVING), beta


def bg_theta(draw: random.Random) -> tuple[float, float, float, float]:
    """Customers who hardly differ and customers who differ in everything."""
    first = draw.choice((0.05, 0.243, 3.0, 50.0)), draw.choice((0.01, 1.0, 4.414, 1000.0))
    return *first, draw.choice((0.02, 0.793, 1.0, 1.001, 5.0, 1000.0)), draw.choice((0.02, 2.426, 100.0, 1000.0))


def main() -> None:
    draw, found = random.Random(2026), {"description": __doc__.splitlines()[0], "fields": FIELDS}
    kinds = (("pareto_nbd", pareto_nbd, pareto_theta, 240), ("bg_nbd", bg_nbd, bg_theta, 120))
    for name, formula, thetas, size in (*kinds, ("mbg_nbd", mbg_nbd, bg_theta, 120)):
        found[name] = []
        for _ in range(size):
            theta, rest = thetas(draw), customer(draw)
            found[name].append([theta, *rest, *sure(formula, (*theta, *rest))])
    rows = json.dumps(found).replace("[[[", "[\n[[").replace("], [[", "],\n[[")
    Path(__file__).with_name("forecast_reference.json").write_text(rows + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
