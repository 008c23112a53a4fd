"""Association rules of any size from baskets: Eclat over bit sets, so a set of items is one array and support one count.

Sources: Zaki (2000), Scalable algorithms for association mining (Eclat); Agrawal & Srikant (1994) for the rules; measures
as in Hahsler et al. (2005), arules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ltvlib.ratios import divide

Itemset = tuple[int, ...]


def bit_sets(baskets: ArrayLike, items: ArrayLike) -> tuple[np.ndarray, np.ndarray, int]:
    """Item numbers, one row of bits an item over all baskets, and the number of baskets; memory = items x baskets / 8."""
    _, basket = np.unique(np.asarray(baskets), return_inverse=True)
    names, item = np.unique(np.asarray(items), return_inverse=True)
    n = int(basket.max()) + 1 if len(basket) else 0
    bits = np.zeros((len(names), (n + 7) // 8), dtype=np.uint8)
    np.bitwise_or.at(bits, (item, basket // 8), (1 << (basket % 8)).astype(np.uint8))
    return names, bits, n


def frequent(bits: np.ndarray, least: int, longest: int = 10) -> dict[Itemset, int]:
    """Sets of row numbers that stand together in at least ``least`` baskets, with their counts, up to ``longest`` items."""
    counts = _count(bits)
    rows = np.flatnonzero(counts >= least)
    found: dict[Itemset, int] = {(int(row),): int(counts[row]) for row in rows}
    if longest > 1:
        found.update(_grown((), rows, bits[rows], least, longest))
    return found


def _grown(
    prefix: Itemset, rows: np.ndarray, bits: np.ndarray, least: int, longest: int
) -> Iterator[tuple[Itemset, int]]:
    """Every frequent set that begins with ``prefix`` and holds at least two more of ``rows``."""
    for place, row in enumerate(rows[:-1]):
        together = bits[place + 1 :] & bits[place]
        counts = _count(together)
        keep = counts >= least
        begun, others = (*prefix, int(row)), rows[place + 1 :][keep]
        yield from ((((*begun, int(other))), int(n)) for other, n in zip(others, counts[keep], strict=True))
        if len(others) > 1 and len(begun) + 1 < longest:
            yield from _grown(begun, others, together[keep], least, longest)


def _count(bits: np.ndarray) -> np.ndarray:
    return np.bitwise_count(bits).sum(axis=1, dtype=np.int64)


def rules(found: Mapping[Itemset, int], baskets: int, least_confidence: float, shortest: int = 2) -> pd.DataFrame:
    """Rules with one item on the right: ``lhs`` (tuple), ``rhs``, ``count`` and the measures of :func:`measures`."""
    rows = []
    for items, both in found.items():
        if len(items) < shortest:
            continue
        for rhs in items:
            lhs = tuple(item for item in items if item != rhs)
            of = found[lhs] if lhs else baskets
            if both >= least_confidence * of - 1e-9:
                rows.append((lhs, rhs, both, of, found[(rhs,)]))
    frame = pd.DataFrame(rows, columns=["lhs", "rhs", "count", "n_lhs", "n_rhs"])
    return frame.assign(**measures(frame["count"], frame["n_lhs"], frame["n_rhs"], baskets))


def measures(both: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, n: int) -> dict[str, np.ndarray]:
    """How A goes with B among ``n`` baskets of which ``n_a`` hold A, ``n_b`` hold B and ``both`` hold both.

    support = both / n; confidence = both / n_a; lift = confidence / (n_b / n); conviction = (1 - n_b / n) / (1 - confidence),
    infinite where every A comes with B; leverage = support - product of the shares. nan where a divisor is 0.
    """
    together, a, b = (np.asarray(x, dtype=float) for x in (both, n_a, n_b))
    support, confidence = divide(together, n), divide(together, a)
    share = divide(b, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        conviction = np.where(confidence >= 1, np.inf, (1 - share) / (1 - confidence))
    return {
        "support": support,
        "confidence": confidence,
        "lift": divide(confidence, share),
        "conviction": conviction,
        "leverage": support - divide(a, n) * share,
    }
