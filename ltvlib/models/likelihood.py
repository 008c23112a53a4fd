"""The maximum of a likelihood over bounded log-parameters, and how sure its place is; for all models alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

LOWEST, HIGHEST = -7.0, 8.0
"""Borders of the log-parameters, in natural units (mean age, mean order): beyond them the likelihood is flat."""
STEADY = 1e-6
"""A fit has converged where the mean log-likelihood of a customer changes by less than this a unit of any log-parameter."""
_STEP = 1e-4
_WIDEST = 3.0
_FLAT = 1e-6
_FAR = 0.05
Objective = Callable[[np.ndarray], tuple[float, np.ndarray]]
"""Minus the mean log-likelihood of a customer and its slope, at log-parameters."""


@dataclass(frozen=True, eq=False)
class Peak:
    """Where the likelihood is highest.

    Attributes:
        point, slope, curvature: log-parameters, and first and second derivatives of the objective there.
        free: which parameters are not pressed against a border.
    """

    point: np.ndarray
    slope: np.ndarray
    curvature: np.ndarray
    free: np.ndarray

    @property
    def is_steady(self) -> bool:
        """Whether it is a peak: finite, and flat in every free direction."""
        return bool(np.isfinite(self.slope).all() and np.abs(self.slope[self.free]).max(initial=0.0) < STEADY)


def best_start(objective: Objective, starts: list[np.ndarray]) -> np.ndarray:
    """The best of the ends of a few starts."""
    return min((descended(objective, start) for start in starts), key=lambda end: end[1])[0]


def descended(objective: Objective, start: np.ndarray) -> tuple[np.ndarray, float]:
    """Where L-BFGS-B ends within the borders, and the value there."""
    options = {"maxiter": 200, "gtol": 1e-7, "ftol": 1e-13}
    bounds = [(LOWEST, HIGHEST)] * len(start)
    end = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return np.asarray(end.x), float(end.fun)


def climbed(objective: Objective, start: np.ndarray) -> Peak:
    """The peak from a near point: L-BFGS-B, then Newton steps while they help."""
    point, value = descended(objective, start)
    slope, curvature, known = objective(point)[1], _curvature(objective, point), point
    for _ in range(20):
        free = _is_free(point, slope)
        if np.abs(slope[free]).max(initial=0.0) < STEADY / 1_000:
            break
        moved = _stepped(objective, point, value, _newton(point, slope, curvature, free))
        if moved is None:
            break
        point, value, slope = moved
        if np.abs(point - known).max() > _FAR:
            curvature, known = _curvature(objective, point), point
    return Peak(point, slope, curvature, _is_free(point, slope))


def _newton(point: np.ndarray, slope: np.ndarray, curvature: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Newton's step in the free directions; what would leave the borders ends on them, and the rest is solved anew."""
    step = _downhill(slope, curvature, free)
    leaving = free & ((point + step < LOWEST) | (point + step > HIGHEST))
    if leaving.any():
        fixed = np.where(leaving, np.clip(point + step, LOWEST, HIGHEST) - point, 0.0)
        step = fixed + _downhill(slope + curvature @ fixed, curvature, free & ~leaving)
    return step


def _downhill(slope: np.ndarray, curvature: np.ndarray, free: np.ndarray) -> np.ndarray:
    """The step in the free directions, downhill even where the surface is flat or bent the wrong way; at most 1 in each."""
    step = np.zeros(len(slope))
    values, vectors = np.linalg.eigh(curvature[np.ix_(free, free)])
    step[free] = -vectors @ np.clip((vectors.T @ slope[free]) / np.maximum(np.abs(values), _FLAT), -1.0, 1.0)
    return step


def _stepped(
    objective: Objective, point: np.ndarray, value: float, step: np.ndarray
) -> tuple[np.ndarray, float, np.ndarray] | None:
    """Point, value and slope after the step, halved until the value does not rise; None where no part of it helps."""
    for part in (1.0, 0.5, 0.25, 0.125, 0.03):
        moved = np.clip(point + part * step, LOWEST, HIGHEST)
        new_value, slope = objective(moved)
        if new_value <= value + 1e-13:
            return moved, new_value, slope
    return None


def _curvature(objective: Objective, point: np.ndarray) -> np.ndarray:
    """Second derivatives from central differences of the analytic first ones, made symmetric."""
    rows = [
        (objective(point + step)[1] - objective(point - step)[1]) / (2 * _STEP) for step in np.eye(len(point)) * _STEP
    ]
    return np.asarray((np.array(rows) + np.array(rows).T) / 2)


def _is_free(point: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Which parameters are not pressed against a border."""
    pressed = ((point <= LOWEST + 1e-6) & (slope > 0)) | ((point >= HIGHEST - 1e-6) & (slope < 0))
    return np.asarray(~pressed)


def covariance_of(peak: Peak, customers: float) -> np.ndarray:
    """Covariance of the log-parameters: inverse of the curvature of the free ones, 0 for those at a border.

    Directions the data say nothing about get a standard deviation of 3 (a factor of 20), no more.
    """
    covariance, inside = np.zeros_like(peak.curvature), np.ix_(peak.free, peak.free)
    if peak.free.any():
        values, vectors = np.linalg.eigh(peak.curvature[inside] * customers)
        covariance[inside] = (vectors / np.maximum(values, _WIDEST**-2)) @ vectors.T
    return covariance
