"""The maximum of a likelihood over bounded log-parameters, and how sure its place is; for all models alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

LOWEST, HIGHEST = -7.0, 8.0
"""Borders of the log-parameters, in natural units (mean age, mean order): beyond them the likelihood is flat."""
STEADY = 1e-6
"""A fit has converged where the mean log-likelihood of a customer changes by less than this a unit of any log-parameter."""
_STEP = 1e-4
_WIDEST = 3.0
_CREEP = 0.05
_EQUAL = 1e-9
_FLAT = 1e-6
_NEAR = 1e-4
_LEAST_FALL = 1e-4
_NOISE = 1e-10
"""How exact the mean log-likelihood of a customer is where parameters are in the thousands: steps below it are judged by the slope."""
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


def best_start(objective: Objective, starts: list[np.ndarray], is_rough: bool = False) -> np.ndarray:
    """The best of the ends of a few starts, the first of equals; ``is_rough`` where they are refined afterwards on a finer objective.

    Ends that rounding alone tells apart are equal: where the data do not know a parameter it stays at the first guess.
    """
    ends = [descended(objective, start, is_rough) for start in starts]
    best = min(value for _, value in ends)
    return next(point for point, value in ends if not value > best + _EQUAL)


def descended(objective: Objective, start: np.ndarray, is_rough: bool = False) -> tuple[np.ndarray, float]:
    """Where BFGS within the borders ends, and the value there.

    Written out, because L-BFGS-B of scipy hands its few numbers to the threads of BLAS: on a busy machine they wait for each
    other ten times longer than a whole fit takes. Source: Nocedal and Wright (2006), Numerical optimization, 6.1 and 16.7.
    """
    flat, still = (1e-4, 1e-8) if is_rough else (1e-7, 1e-13)
    point, (value, slope), inverse, is_new = start, objective(start), np.eye(len(start)), True
    for _ in range(300):
        free = _is_free(point, slope)
        if np.abs(slope[free]).max(initial=0.0) < flat:
            break
        step = _quasi_newton(slope, inverse, free)
        moved = _stepped(objective, point, value, slope, step)
        if moved is None and is_new:
            break
        if moved is None:
            inverse, is_new = np.eye(len(start)), True  # straight downhill again
            continue
        if np.abs(moved[0] - point).max() < _CREEP * np.abs(step).max():
            moved, inverse = _looked_around(objective, moved)
        # What lies at a border teaches nothing: with its slope the free ones would overshoot, forth and back.
        inverse = _learnt(inverse, np.where(free, moved[0] - point, 0.0), np.where(free, moved[2] - slope, 0.0), is_new)
        is_done, is_new = not is_new and value - moved[1] < still, False
        point, value, slope = moved
        if is_done:
            break
    return point, value


def _looked_around(
    objective: Objective, found: tuple[np.ndarray, float, np.ndarray]
) -> tuple[tuple[np.ndarray, float, np.ndarray], np.ndarray]:
    """A Newton step from ``found``, and the inverse curvature there.

    At a border or in a long valley what BFGS has learnt may point so wrongly that hardly a hundredth of a step helps, again and again.
    """
    point, value, slope = found
    curvature = curvature_at(objective, point)
    values, vectors = np.linalg.eigh(curvature)
    step = _newton(point, slope, curvature, _is_free(point, slope))
    inverse = (vectors / np.maximum(np.abs(values), _FLAT)) @ vectors.T
    return _stepped(objective, point, value, slope, step) or found, np.asarray(inverse)


def _quasi_newton(slope: np.ndarray, inverse: np.ndarray, free: np.ndarray) -> np.ndarray:
    """The step in the free directions, downhill; at most 1 in each."""
    step = np.zeros(len(slope))
    step[free] = -(inverse[np.ix_(free, free)] * slope[free]).sum(axis=1)
    return np.asarray(step / max(1.0, np.abs(step).max(initial=0.0)))


def _learnt(inverse: np.ndarray, step: np.ndarray, change: np.ndarray, is_first: bool) -> np.ndarray:
    """The inverse curvature after a step that changed the slope by ``change``; as before where it was bent the wrong way."""
    along = float((step * change).sum())
    if along <= 1e-10 * float(np.sqrt((step**2).sum() * (change**2).sum())):
        return inverse
    if is_first:
        inverse = inverse * (along / float((change**2).sum()))
    bent = (inverse * change).sum(axis=1)
    both = np.outer(step, bent)
    longer = 1.0 + (change * bent).sum() / along
    return np.asarray(inverse - (both + both.T - longer * np.outer(step, step)) / along)


def climbed(objective: Objective, start: np.ndarray) -> Peak:
    """The peak from any start: BFGS, then Newton steps while they help."""
    point, _ = descended(objective, start)
    return finished(objective, point, curvature_at(objective, point), point)


def finished(objective: Objective, start: np.ndarray, curvature: np.ndarray, known: np.ndarray | None = None) -> Peak:
    """The peak by Newton steps from a near point.

    ``curvature`` may be borrowed from a like objective; it is taken anew where a step hardly brought the slope down, and at
    the end unless it is this objective's own at a point ``known`` to be near.
    """
    point, (value, slope) = start, objective(start)
    for _ in range(20):
        free = _is_free(point, slope)
        steep = np.abs(slope[free]).max(initial=0.0)
        if steep < STEADY / 1_000:
            break
        moved = _stepped(objective, point, value, slope, _newton(point, slope, curvature, free))
        if moved is None:
            if known is point:
                break
            curvature, known = curvature_at(objective, point), point
            continue
        point, value, slope = moved
        if np.abs(slope[_is_free(point, slope)]).max(initial=0.0) > steep / 4:
            curvature, known = curvature_at(objective, point), point
    is_near = known is not None and np.abs(point - known).max() < _NEAR
    return Peak(point, slope, curvature if is_near else curvature_at(objective, point), _is_free(point, slope))


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
    objective: Objective, point: np.ndarray, value: float, slope: np.ndarray, step: np.ndarray
) -> tuple[np.ndarray, float, np.ndarray] | None:
    """Point, value and slope after the step, shortened until the value falls; None where no part of it helps."""
    for part in (1.0, 0.5, 0.25, 0.125, 0.03, 0.005):
        moved = np.clip(point + part * step, LOWEST, HIGHEST)
        new_value, new_slope = objective(moved)
        if new_value <= value + _LEAST_FALL * float((slope * (moved - point)).sum()) + _NOISE:
            return moved, new_value, new_slope
    return None


def curvature_at(objective: Objective, point: np.ndarray) -> np.ndarray:
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
