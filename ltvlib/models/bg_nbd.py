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
from ltvlib.models.order_model import Parts


@dataclass(frozen=True)
class BgNbd:
    """The model; parameters (r, alpha, a, b), alpha in units of time.

    Attributes:
        leaves_at_once: whether a customer may leave right after the first order (MBG/NBD).
    """

    leaves_at_once: bool = False
    parameters: tuple[str, ...] = ("r", "alpha", "a", "b")
    leaving: tuple[int, int] = (2, 3)
    starts: tuple[tuple[float, ...], ...] = ((0.5, 0.3, 1.0, 4.0), (1.0, 0.125, 1.0, 1.0), (2.0, 1.0, 0.1, 0.5))

    @property
    def is_time(self) -> np.ndarray:
        """alpha is a length of time."""
        return np.array([False, True, False, False])

    @property
    def _extra(self) -> int:
        return int(self.leaves_at_once)

    def likelihood(self, theta: np.ndarray, counts: Counts) -> Parts:
        """Gamma(r + x) B(a, b + x) / (Gamma(r) B(a, b)) alpha^r times (alpha + T)^-(r + x) if still here, plus the same
        from the last order on, times the odds a / (b + x - 1) to have left right after it (x + 1 for x under MBG/NBD)."""
        r, alpha, a, b = theta
        x, (x_last, last), (x_age, age) = counts.orders.columns[0], counts.last.columns, counts.age.columns
        stayed = x + self._extra
        value = gammaln(r + x) - gammaln(r) + _log_stayed(a, b, stayed) + r * np.log(alpha)
        by_r, by_a = digamma(r + x) - digamma(r) + np.log(alpha), digamma(a + b) - digamma(a + b + stayed)
        by_b = by_a + digamma(b + stayed) - digamma(b)
        orders = np.array([value, by_r, np.full(len(x), r / alpha), by_a, by_b])
        gone, here = _silence(r + x_last, alpha + last), _silence(r + x_age, alpha + age)
        chances, can_leave = self._chances(b, x_last)
        gone[0] = np.where(can_leave, gone[0] + np.log(a) - np.log(chances), -np.inf)
        gone[3], gone[4] = 1.0 / a, -1.0 / chances
        return Parts(orders, gone, here)

    def _chances(self, b: float, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """b + orders after which the customer stayed, and whether there was an occasion to leave at all (1 where not)."""
        can_leave = x + self._extra > 0
        return np.where(can_leave, b + x + self._extra - 1, 1.0), can_leave

    def probability_alive(self, theta: np.ndarray, counts: Counts) -> np.ndarray:
        """Chance 0..1 that a customer of the cell has not left; 1 with one order under BG/NBD."""
        r, alpha, a, b = theta
        x, silence = counts.repeat_orders, counts.customer_age - counts.last_order_age
        chances, can_leave = self._chances(b, x)
        lead = (r + x) * np.log1p(silence / (alpha + counts.last_order_age))
        return np.asarray(expit(-np.where(can_leave, np.log(a / chances) + lead, -np.inf)))

    def orders_if_alive(self, theta: np.ndarray, counts: Counts, horizon: float | np.ndarray) -> np.ndarray:
        """Expected purchase occasions within ``horizon`` of those still here; horizons x cells for an array of them.

        Given alive the rate of buying is gamma(r + x, alpha + T) and the chance to leave beta(a, b + x): the mean over both
        of (1 - e^(-rate chance horizon)) / chance. The closed form with 2F1 is the same number where it does not overflow.
        """
        r, alpha, a, b = theta
        (x, age), stayed = counts.age.columns, np.unique(counts.repeat_orders)
        place = np.searchsorted(stayed, x)
        ratio = np.asarray(horizon)[..., None] / (alpha + age)
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


def _silence(m: np.ndarray, time: np.ndarray) -> np.ndarray:
    """log(time^-m) and its derivatives by r and alpha; those by a and b are 0."""
    log_time, nothing = np.log(time), np.zeros(len(m))
    return np.array([-m * log_time, -log_time, -m / time, nothing, nothing])


def _log_stayed(a: float, b: float, stayed: np.ndarray) -> np.ndarray:
    """log of the chance to stay after every one of ``stayed`` orders: B(a, b + stayed) / B(a, b)."""
    return np.asarray(gammaln(b + stayed) - gammaln(b) + gammaln(a + b) - gammaln(a + b + stayed))
