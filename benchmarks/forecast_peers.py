"""Our models of buying against the packages people use: ``python -m benchmarks.forecast_peers PLACE [SIZES ...]``.

PLACE holds the simulated customers (made once, seeded) and one environment for every peer, made like this:

    python3.11 -m venv PLACE/lifetimes     && PLACE/lifetimes/bin/pip install lifetimes==0.11.3
    python3.11 -m venv PLACE/clvkit        && PLACE/clvkit/bin/pip install clvkit==0.2.1
    python3.13 -m venv PLACE/pymc          && PLACE/pymc/bin/pip install pymc-marketing==1.3.0

A job is a process of its own: it imports, reads one row a customer (repeat orders, days to the last order, days since the
first), then fits and gives every customer a chance to be alive and expected orders for 26 weeks. Time is processor seconds
of the job and its children for these two steps, one thread of BLAS for all; memory is the peak of the process. Ours starts
from the same rows, so compressing them is in it, and standard errors always are. Jobs of a size take turns, ours again
after every peer; a candidate that needs more than 300 processor seconds is not tried on more customers.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

LIMIT = 300
HORIZON = 26.0
DAYS, TRUTH = 728, (0.55, 10.6, 0.6, 11.7)
SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
ROUNDS = {1_000: 3, 10_000: 3, 100_000: 3}
CANDIDATES = {
    "pareto_nbd": ("ours", "lifetimes", "pymc"),
    "bg_nbd": ("ours", "lifetimes", "clvkit", "pymc"),
    "mbg_nbd": ("ours",),
}
ERRORS = (("bg_nbd", "clvkit-errors"), ("bg_nbd", "pymc-errors"))
"""What a peer needs for standard errors where the fit gives none: 200 more fits, or draws. Up to FEW customers only."""
FEW = 1_000


def simulated(customers: int, seed: int) -> np.ndarray:
    """Customers of a Pareto/NBD world, won evenly over two years: repeat orders, days to the last, age in days (3 rows)."""
    draw, (r, alpha, s, beta) = np.random.default_rng(seed), TRUTH
    age = draw.integers(0, DAYS, customers)
    stay = np.minimum(draw.exponential(size=customers) / draw.gamma(s, 1 / beta, customers) * 7, age)
    who = np.repeat(np.arange(customers), draw.poisson(draw.gamma(r, 1 / alpha, customers) / 7 * stay))
    day = np.minimum(np.ceil(draw.random(len(who)) * stay[who]), age[who]).astype(np.int64)
    pairs = np.unique(who[day > 0] * DAYS + day[day > 0])
    last = np.zeros(customers, dtype=np.int64)
    np.maximum.at(last, pairs // DAYS, pairs % DAYS)
    return np.array([np.bincount(pairs // DAYS, minlength=customers), last, age], dtype=np.int32)


def customers_file(place: Path, size: int) -> Path:
    """The customers of a size, made where they are missing, a million at a time."""
    path = place / f"customers_{size}.npy"
    if not path.exists():
        parts = range(0, size, 1_000_000)
        np.save(path, np.hstack([simulated(min(size - first, 1_000_000), 7 + first) for first in parts]))
    return path


def ours(model: str, rows: np.ndarray):
    """Fit and score with this project."""
    from ltvlib.models.counts import Counts, Unique
    from ltvlib.models.fitting import ModelName, fit
    from ltvlib.models.forecast import expected_orders, probability_alive

    def run():
        unique = Unique.of(*rows)
        counts = Counts(*unique.columns, unique.summed(), 1.0).in_unit(7.0)
        found = fit(ModelName(model), counts)
        yield found.parameters
        return unique.spread(expected_orders(found, counts, HORIZON)), unique.spread(probability_alive(found, counts))

    return run


def lifetimes(model: str, rows: np.ndarray):
    """Fit (standard errors included) and score with lifetimes."""
    from lifetimes import BetaGeoFitter, ModifiedBetaGeoFitter, ParetoNBDFitter

    kinds = {"pareto_nbd": ParetoNBDFitter, "bg_nbd": BetaGeoFitter, "mbg_nbd": ModifiedBetaGeoFitter}
    x, last, age = rows[0].astype(float), rows[1] / 7, rows[2] / 7

    def run():
        found = kinds[model]().fit(x, last, age)
        yield dict(found.params_)
        return (
            found.conditional_expected_number_of_purchases_up_to_time(HORIZON, x, last, age),
            found.conditional_probability_alive(x, last, age),
        )

    return run


def clvkit(model: str, rows: np.ndarray, is_unsure: bool = False):
    """Fit and score with clvkit; standard errors are 200 more fits."""
    import pandas as pd
    from clvkit import CustomerBase
    from clvkit.clv import BGNBD, MBGNBD

    table = pd.DataFrame({"frequency": rows[0].astype(float), "recency": rows[1] / 7, "T": rows[2] / 7})
    end = pd.Timestamp("2026-01-01")
    base = CustomerBase(
        table, time_unit="W", collapse="D", observation_period_end=end, has_monetary=False, on_negative="net"
    )

    def run():
        found = {"bg_nbd": BGNBD, "mbg_nbd": MBGNBD}[model]().fit(base)
        if is_unsure:
            found.parameter_uncertainty(seed=1)
        yield dict(found.params_)
        return found.predict(HORIZON), found.probability_alive()

    return run


def pymc(model: str, rows: np.ndarray, is_unsure: bool = False):
    """Fit and score with pymc-marketing: the most likely point, or draws of the posterior (its default) for errors."""
    import pandas as pd
    from pymc_marketing import clv

    kinds = {"pareto_nbd": clv.ParetoNBDModel, "bg_nbd": clv.BetaGeoModel, "mbg_nbd": clv.ModifiedBetaGeoModel}
    table = pd.DataFrame(
        {
            "customer_id": np.arange(rows.shape[1]),
            "frequency": rows[0].astype(float),
            "recency": rows[1] / 7,
            "T": rows[2] / 7,
        }
    )

    def run():
        found = kinds[model]()
        found.fit(data=table, method="mcmc" if is_unsure else "map", progressbar=False)
        yield {name: float(value.mean()) for name, value in found.fit_result.items()}
        return found.expected_purchases(future_t=HORIZON), found.expected_probability_alive()

    return run


def seconds() -> float:
    """Processor time of this process and its children."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in spent)


def job(candidate: str, model: str, path: Path) -> dict[str, object]:
    """One fit and its scores in this process."""
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
    name, _, errors = candidate.partition("-")
    makers = {"ours": ours, "lifetimes": lifetimes, "clvkit": clvkit, "pymc": pymc}
    steps = makers[name](model, np.load(path), *((True,) if errors else ()))()
    began, clock = seconds(), time.perf_counter()
    found = next(steps)
    fitted = seconds()
    with contextlib.suppress(StopIteration):
        next(steps)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "fit": fitted - began,
        "score": seconds() - fitted,
        "wall": time.perf_counter() - clock,
        "peak_mb": peak,
        "parameters": found,
    }


def started(place: Path, candidate: str, model: str, path: Path) -> dict[str, object]:
    """The result of a job; its error, or that it took too long."""
    name = candidate.partition("-")[0]
    python = sys.executable if name == "ours" else place / name / "bin" / "python"
    if not Path(python).exists():
        return {"error": "not installed"}
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    if name != "ours":
        environment.pop("PYTHONPATH", None)
    command = [str(python), __file__, "--job", candidate, model, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=6 * LIMIT, env=environment, check=False)
    except subprocess.TimeoutExpired:
        return {"error": f"> {LIMIT} s"}
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return {"error": f"> {LIMIT} s or out of memory"}
    if done.returncode:
        return {"error": ((done.stderr.strip().splitlines() or ["killed"])[-1])[:80]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def compared(place: Path, size: int, models: list[str], given_up: set[tuple[str, str]]) -> None:
    """Markdown rows of one size: all candidates in turn, medians of the rounds."""
    path = customers_file(place, size)
    jobs = [(model, name) for model in models for name in CANDIDATES[model]]
    jobs += [job for job in ERRORS if size <= FEW and job[0] in models]
    found: dict[tuple[str, str], list[dict[str, object]]] = {key: [] for key in jobs}
    for turn in range(ROUNDS.get(size, 1)):
        for key in jobs:
            if key not in given_up and not (turn and key in ERRORS):
                found[key].append(started(place, key[1], key[0], path))
                print(size, *key, found[key][-1], file=sys.stderr, flush=True)
                if "error" in found[key][-1]:
                    given_up.add(key)
                if key[1] != "ours":
                    found[key[0], "ours"].append(started(place, "ours", key[0], path))
    for (model, name), results in found.items():
        good = [result for result in results if "error" not in result]
        if good:
            whole = _median(good, "fit") + _median(good, "score")
            best = [result for result in found[model, "ours"] if "error" not in result]
            ratio = whole / (_median(best, "fit") + _median(best, "score")) if best else float("nan")
            cells = f"{_median(good, 'fit'):.2f} | {_median(good, 'score'):.2f} | {_median(good, 'peak_mb'):,.0f} | {ratio:,.0f} x"
        else:
            cells = f"{results[-1]['error'] if results else 'not tried, too slow before'} | | |"
        print(f"| {size:,} | {model} | {name} | {cells} |", flush=True)


def _median(results: list[dict[str, object]], name: str) -> float:
    return statistics.median(float(str(result[name])) for result in results)


def cost_by_cells(place: Path, sizes: list[int]) -> None:
    """Markdown rows: what a fit costs against the cells it has, days and weeks."""
    from ltvlib.models.counts import Counts
    from ltvlib.models.fitting import ModelName, fit

    print(
        "\n| customers | unit | cells | compress | Pareto/NBD | BG/NBD | MBG/NBD |\n| --- | --- | --- | --- | --- | --- | --- |"
    )
    for size in sizes:
        rows = np.load(customers_file(place, size))
        for unit, days in (("weeks", 7), ("days", 1)):
            began = seconds()
            counts = Counts.of_customers(rows[0], -(-rows[1] // days), -(-rows[2] // days), unit_days=days)
            marks = [seconds() - began]
            for name in ModelName:
                began = seconds()
                fit(name, counts)
                marks.append(seconds() - began)
            print(
                f"| {size:,} | {unit} | {counts.cells:,} | " + " | ".join(f"{m:.2f}" for m in marks) + " |", flush=True
            )


def main() -> None:
    """Jobs when called with ``--job``, else all tables."""
    if sys.argv[1] == "--job":
        print(json.dumps(job(sys.argv[2], sys.argv[3], Path(sys.argv[4])), default=float))
        return
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("place", type=Path)
    words.add_argument("sizes", type=int, nargs="*", default=list(SIZES))
    words.add_argument("--models", nargs="*", choices=list(CANDIDATES), default=list(CANDIDATES))
    words.add_argument("--once", action="store_true", help="one round only")
    asked, given_up = words.parse_args(), set()
    if asked.once:
        ROUNDS.clear()
    print(
        "| customers | model | candidate | fit, s | score, s | peak MB | to ours |\n| --- | --- | --- | --- | --- | --- | --- |"
    )
    for size in asked.sizes:
        compared(asked.place, size, asked.models, given_up)
    cost_by_cells(asked.place, asked.sizes)


if __name__ == "__main__":
    main()
