"""Pareto/NBD: customers buy at their own steady rate and leave for good at a moment of their own.

Rate of buying ~ gamma(r, alpha), rate of leaving ~ gamma(s, beta), independent. Source: Schmittlein, Morrison and
Colombo (1987), Counting your customers; Fader and Hardie (2005), A note on deriving the Pareto/NBD model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, exprel, gammaln

from ltvlib.models.counts import Counts
from ltvlib.models.order_model import Parts
from ltvlib.models.tail_curve import tail_curve
from ltvlib.models.tail_integral import Tail, tail_integral


@dataclass(frozen=True)
class ParetoNbd:
    """The model; parameters (r, alpha, s, beta), alpha and beta in units of time.

    With m = r + repeat_orders the likelihood is Gamma(m) / Gamma(r) alpha^r beta^s (J + K): J = s I(m, s + 1) from
    the last order on (left since then, at any time), less what lies beyond the end of the observation, plus the chance
    to be alive at the end; the latter two together are K = m I(m + 1, s) from the end on. So it is a sum of two
    positive terms, and nothing cancels. I is :func:`ltvlib.models.tail_integral.tail_integral`.
    """

    parameters: tuple[str, ...] = ("r", "alpha", "s", "beta")
    leaving: tuple[int, int] = (2, 3)
    starts: tuple[tuple[float, ...], ...] = ((1.0, 0.25, 0.5, 0.5), (0.5, 0.3, 2.0, 4.0), (2.0, 1.0, 0.1, 0.1))

    @property
    def is_time(self) -> np.ndarray:
        """alpha and beta are lengths of time."""
        return np.array([False, True, False, True])

    def likelihood(self, theta: np.ndarray, counts: Counts) -> Parts:
        """Gamma(m) / Gamma(r) alpha^r beta^s times J (left since the last order) plus K (later, or still here)."""
        r, alpha, s, beta = theta
        x, gone, here = counts.orders.columns[0], *self._terms(theta, counts)
        m_gone, m_here, each = r + counts.last.columns[0], r + counts.age.columns[0], np.ones(len(x))
        value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
        by_r = digamma(r + x) - digamma(r) + np.log(alpha)
        return Parts(
            np.array([value, by_r, r / alpha * each, np.log(beta) * each, s / beta * each]),
            np.vstack([np.log(s) + gone.log, _gone_slopes(gone, m_gone, s)]),
            np.vstack([np.log(m_here) + here.log, _here_slopes(here, m_here, s)]),
        )

    def _terms(self, theta: np.ndarray, counts: Counts, is_slope_wanted: bool = True) -> tuple[Tail, Tail]:
        """The integrals behind J (by unique last order) and K (by unique age)."""
        r, alpha, s, beta = theta
        (x_last, last), (x_age, age) = counts.last.columns, counts.age.columns
        if is_slope_wanted:
            return tail_curve(alpha, beta, r + x_last, s + 1, last), tail_curve(alpha, beta, r + x_age + 1, s, age)
        gone = tail_integral(alpha, beta, r + x_last, s + 1, last, False)
        return gone, tail_integral(alpha, beta, r + x_age + 1, s, age, False)

    def probability_alive(self, theta: np.ndarray, counts: Counts) -> np.ndarray:
        """Chance 0..1 that a customer of the cell has not left: alive at the end / (J + K)."""
        r, alpha, s, beta = theta
        gone, here = self._terms(theta, counts, False)
        x, age = counts.age.columns
        log_here = counts.age.spread(np.log(r + x) + here.log)
        alive = counts.age.spread(-(r + x) * np.log(alpha + age) - s * np.log(beta + age))
        both = np.logaddexp(counts.last.spread(np.log(s) + gone.log), log_here)
        return np.exp(np.minimum(0.0, alive - both))

    def orders_if_alive(self, theta: np.ndarray, counts: Counts, horizon: float | np.ndarray) -> np.ndarray:
        """Expected purchase occasions within ``horizon``: rate (r + x) / (alpha + T) times the expected time to stay.

        The time to stay is the integral of ((beta + T) / (beta + T + v))^s over the horizon, finite for every s.
        """
        r, alpha, s, beta = theta
        x, age = counts.age.columns
        stretch = np.log1p(np.asarray(horizon)[..., None] / (beta + age))
        stay = (beta + age) * stretch * exprel((1.0 - s) * stretch)
        return counts.age.spread((r + x) / (alpha + age) * stay)

    def simulate(self, theta: np.ndarray, counts: Counts, horizon: float, generator: np.random.Generator) -> np.ndarray:
        """Given alive, both rates are gamma again: (r + x, alpha + T) and (s, beta + T)."""
        r, alpha, s, beta = theta
        is_alive = generator.random(counts.cells) < self.probability_alive(theta, counts)
        buying = generator.gamma(r + counts.repeat_orders) / (alpha + counts.customer_age)
        leaving = generator.gamma(s, size=counts.cells) / (beta + counts.customer_age)
        with np.errstate(divide="ignore"):
            stay = np.minimum(generator.exponential(size=counts.cells) / leaving, horizon)
        return np.where(is_alive, generator.poisson(buying * stay), 0).astype(float)


def _gone_slopes(tail: Tail, m: np.ndarray, s: float) -> np.ndarray:
    """Derivatives of log J by r, alpha, s, beta."""
    return np.array(
        [
            -tail.mean_log_alpha,
            -m * tail.mean_inverse_alpha,
            1.0 / s - tail.mean_log_beta,
            -(s + 1.0) * tail.mean_inverse_beta,
        ]
    )


def _here_slopes(tail: Tail, m: np.ndarray, s: float) -> np.ndarray:
    """Derivatives of log K by r, alpha, s, beta."""
    return np.array(
        [
            1.0 / m - tail.mean_log_alpha,
            -(m + 1.0) * tail.mean_inverse_alpha,
            -tail.mean_log_beta,
            -s * tail.mean_inverse_beta,
        ]
    )
