"""Writes ``fit_reference.json``: the highest log-likelihood of 360 small samples that an independent optimiser finds.

Run by hand, about ten minutes: ``python -m tests.data.make_fit_reference``. The likelihoods are those of
``tests/models/definition.py``, the optimiser is scipy's (L-BFGS-B from eight starts, the best polished by Nelder and Mead);
nothing of the library's fitting is used. Borders are wider than the library's.
"""

from __future__ import annotations

import json
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from tests.models.samples import SAMPLES, log_likelihood, sample

STARTS, WIDEST = 8, 14.0


def highest(number: int) -> dict[str, float]:
    """Customers and repeat orders of a sample, so that another sample is noticed, and the highest log-likelihood."""
    name, counts = sample(number)
    draw, typical = np.random.default_rng(number), np.log(counts.mean(counts.customer_age))
    middle = np.array([0.0, typical - 1.0, 0.0, typical - 1.0 if name == "pareto_nbd" else 1.0])
    best = None

    def negative(point: np.ndarray) -> float:
        value = -log_likelihood(name, np.exp(np.clip(point, -WIDEST, WIDEST)), counts)
        return value if np.isfinite(value) else 1e12

    for _ in range(STARTS):
        start = middle + draw.normal(0, 1.2, 4)
        end = minimize(negative, start, method="L-BFGS-B", bounds=[(-WIDEST, WIDEST)] * 4)
        best = end if best is None or end.fun < best.fun else best
    end = minimize(negative, best.x, method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-7, "maxiter": 600})
    return {
        "customers": counts.customers,
        "repeat_orders": counts.total_repeat_orders,
        "log_likelihood": round(-min(end.fun, best.fun), 6),
    }


if __name__ == "__main__":
    with Pool(2) as pool:
        found = pool.map(highest, range(SAMPLES), chunksize=4)
    text = ",\n".join(json.dumps(row) for row in found)
    path = Path(__file__).with_name("fit_reference.json")
    path.write_text(
        '{"description": "' + __doc__.splitlines()[0] + '",\n"samples": [\n' + text + "\n]}\n", encoding="utf-8"
    )
