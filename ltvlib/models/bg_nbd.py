"""BG/NBD and MBG/NBD: customers buy at their own steady rate and may leave for good right after an order.

Rate of buying ~ gamma(r, alpha), chance to leave after an order ~ beta(a, b), independent. Under BG/NBD nobody leaves
after the first order, so a customer with one order is always "alive"; MBG/NBD lets them leave there too.
Source: Fader, Hardie and Lee (2005), "Counting your customers" the easy way; Batislam, Denizel and Filiztekin (2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, expit, gammaln

from ltvlib.models.beta_mean import orders_before_leaving
from ltvlib.models.counts import Counts


@dataclass(frozen=True)
class BgNbd:
    """The model; parameters (r, alpha, a, b), alpha in units of time.

    Attributes:
        leaves_at_once: whether a customer may leave right after the first order (MBG/NBD).
    """

    leaves_at_once: bool = False
    parameters: tuple[str, ...] = ("r", "alpha", "a", "b")
    leaving: tuple[int, int] = (2, 3)
    starts: tuple[tuple[float, ...], ...] = ((1.0, 0.125, 1.0, 1.0), (0.5, 0.3, 1.0, 4.0), (2.0, 1.0, 0.1, 0.5))

    @property
    def is_time(self) -> np.ndarray:
        """alpha is a length of time."""
        return np.array([False, True, False, False])

    @property
    def _extra(self) -> int:
        return int(self.leaves_at_once)

    def log_likelihood(self, theta: np.ndarray, counts: Counts) -> tuple[np.ndarray, np.ndarray]:
        """Log-likelihood by cell and its derivatives by r, alpha, a, b.

        The two ways of a silence (still here, or left at the last order) are alike but for odds, so the likelihood is
        that of "still here" times 1 + odds; the odds stay logarithms.
        """
        r, alpha, a, b = theta
        x = counts.orders.columns[0]
        stayed = x + self._extra
        m, log_age, log_last = self._logs(theta, counts)
        log_odds = self._log_odds(theta, counts, m * (log_age - log_last))
        by_orders = gammaln(r + x) - gammaln(r) + gammaln(b + stayed) - gammaln(b)
        by_orders += gammaln(a + b) - gammaln(a + b + stayed) + r * np.log(alpha)
        values = counts.orders.spread(by_orders) - m * log_age + np.logaddexp(0.0, log_odds)
        left = expit(log_odds)
        both = digamma(a + b) - digamma(a + b + stayed)
        slopes = counts.orders.spread(
            np.array(
                [digamma(r + x) - digamma(r), np.full(len(x), r / alpha), both, digamma(b + stayed) - digamma(b) + both]
            )
        )
        slopes[0] += np.log(alpha) - log_age + left * (log_age - log_last)
        slopes[1] -= m * ((1 - left) / (alpha + counts.customer_age) + left / (alpha + counts.last_order_age))
        slopes[2] += left / a
        slopes[3] -= np.divide(left, self._chances(b, counts), out=np.zeros(counts.cells), where=left > 0)
        return values, slopes

    def _logs(self, theta: np.ndarray, counts: Counts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """r + repeat_orders, log(alpha + customer_age), log(alpha + last_order_age)."""
        log_age = counts.age.spread(np.log(theta[1] + counts.age.columns[1]))
        return theta[0] + counts.repeat_orders, log_age, counts.last.spread(np.log(theta[1] + counts.last.columns[1]))

    def _chances(self, b: float, counts: Counts) -> np.ndarray:
        return np.asarray(b + counts.repeat_orders + self._extra - 1)

    def _log_odds(self, theta: np.ndarray, counts: Counts, lead: np.ndarray) -> np.ndarray:
        """Log of left : still here; minus infinity where nobody can have left."""
        can_leave = (counts.repeat_orders > 0) | self.leaves_at_once
        chances = np.where(can_leave, self._chances(theta[3], counts), 1.0)
        return np.where(can_leave, np.log(theta[2]) - np.log(chances) + lead, -np.inf)

    def probability_alive(self, theta: np.ndarray, counts: Counts) -> np.ndarray:
        """Chance 0..1 that a customer of the cell has not left; 1 with one order under BG/NBD."""
        m, log_age, log_last = self._logs(theta, counts)
        return np.asarray(expit(-self._log_odds(theta, counts, m * (log_age - log_last))))

    def orders_if_alive(self, theta: np.ndarray, counts: Counts, horizon: float) -> np.ndarray:
        """Expected purchase occasions within ``horizon`` of those still here.

        Given alive the rate of buying is gamma(r + x, alpha + T) and the chance to leave beta(a, b + x): the mean over both
        of (1 - e^(-rate chance horizon)) / chance. The closed form with 2F1 is the same number where it does not overflow.
        """
        r, alpha, a, b = theta
        (x, age), stayed = counts.age.columns, np.unique(counts.repeat_orders)
        place = np.searchsorted(stayed, x)
        ratio = horizon / (alpha + age)
        return counts.age.spread(orders_before_leaving(a, b + stayed + self._extra, place, r + x, ratio))

    def simulate(self, theta: np.ndarray, counts: Counts, horizon: float, generator: np.random.Generator) -> np.ndarray:
        """Given alive, the rate is gamma(r + x, alpha + T) and the chance to leave beta(a, b + x) again."""
        r, alpha, a, b = theta
        is_alive = generator.random(counts.cells) < self.probability_alive(theta, counts)
        buying = generator.gamma(r + counts.repeat_orders) / (alpha + counts.customer_age)
        chance = generator.beta(a, b + counts.repeat_orders + self._extra)
        bought = generator.poisson(np.minimum(buying * horizon, 1e15))
        with np.errstate(divide="ignore"):
            until = np.ceil(np.log(generator.random(counts.cells)) / np.log1p(-np.minimum(chance, 1 - 1e-16)))
        return np.where(is_alive, np.minimum(bought, np.maximum(until, 1.0)), 0.0)
