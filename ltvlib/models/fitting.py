"""Maximum likelihood for the models of buying, with standard errors and an honest word where the data do not say enough."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ltvlib.errors import N_
from ltvlib.models.bg_nbd import BgNbd
from ltvlib.models.counts import Counts
from ltvlib.models.likelihood import (
    HIGHEST,
    LOWEST,
    Objective,
    Peak,
    best_start,
    climbed,
    covariance_of,
    curvature_at,
    finished,
)
from ltvlib.models.messages import Message
from ltvlib.models.order_model import OrderModel
from ltvlib.models.pareto_nbd import ParetoNbd
from ltvlib.models.watch import beat, tell

_FEW_CELLS = 3_000
_COARSE, _FINER = 16, 32
_AGAIN = 3
_NOBODY_LEFT = 0.005
_MEAN_KNOWN = 0.25


class ModelName(StrEnum):
    """The models of buying; Pareto/NBD is the default because it lets customers with one order leave."""

    PARETO_NBD = "pareto_nbd"
    BG_NBD = "bg_nbd"
    MBG_NBD = "mbg_nbd"


MODELS: dict[ModelName, OrderModel] = {
    ModelName.PARETO_NBD: ParetoNbd(),
    ModelName.BG_NBD: BgNbd(),
    ModelName.MBG_NBD: BgNbd(leaves_at_once=True),
}

TITLES = {ModelName.PARETO_NBD: "Pareto/NBD", ModelName.BG_NBD: "BG/NBD", ModelName.MBG_NBD: "MBG/NBD"}
"""What the models are called everywhere."""
LEARNING = N_("Learning from {customers} customers with the model {model}")
NOT_CONVERGED = N_("The model found no stable answer for these {customers} customers, so it gives no forecast.")
NOBODY_REPEATS = N_("Nobody has bought a second time yet, so there is no rhythm of buying to learn from.")
NO_TIME = N_("All customers bought on the last day of the data: there is no time yet in which they could come back.")
NOBODY_LEAVES = N_(
    "These data show nobody leaving for good, so the forecast takes everybody to stay: for long horizons read it as the most there can be."
)
ALIKE = N_(
    "These data do not tell how customers differ in leaving, so the forecast gives all of them nearly the same tendency; "
    "totals hold, single customers are less certain."
)

UNSURE = N_(
    "These data say little about how quickly customers leave, so a forecast far ahead may be well off: "
    "trust the near months, and the exam on your own history, more."
)


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted model of buying.

    Attributes:
        model: which one.
        parameters: estimates by name in the unit of time ``unit_days``; nan where the fit failed.
        standard_errors: by name, from the curvature of the likelihood (delta method); nan for a parameter at its border.
        log_likelihood: at the estimates, for times in ``unit_days``; nan where the fit failed.
        covariance: of the logarithms of the parameters, what intervals are drawn from; 0 for one at its border.
        customers: how many it rests on.
        unit_days: days in the unit of time.
        is_converged: whether the estimates may be used at all.
        is_leaving_identified: whether the data tell how customers leave.
        problem: what to tell people, if anything.
    """

    model: ModelName
    parameters: dict[str, float]
    standard_errors: dict[str, float]
    log_likelihood: float
    covariance: np.ndarray
    customers: float
    unit_days: float
    is_converged: bool
    is_leaving_identified: bool
    problem: Message | None = None

    @property
    def theta(self) -> np.ndarray:
        """The parameters as an array, in the model's order."""
        return np.array(list(self.parameters.values()))


def fit(model: ModelName, counts: Counts) -> Fit:
    """The parameters under which the counts are most likely.

    Times are measured in mean customer ages while fitting, so the result does not depend on the unit. The first guesses
    are tried on coarse cells, the best goes on to all cells (L-BFGS-B, then Newton).
    """
    tell(LEARNING, customers=round(counts.customers), model=TITLES[model])
    if counts.cells == 0 or counts.total_repeat_orders == 0:
        return _failed(model, counts, Message(NOBODY_REPEATS))
    scale = counts.mean(counts.customer_age)
    if not scale > 0:
        return _failed(model, counts, Message(NO_TIME))
    scaled = counts.stretched(1.0 / scale)
    peak = _highest(MODELS[model], scaled)
    if not peak.is_steady:
        return _failed(model, counts, Message(NOT_CONVERGED, {"customers": round(counts.customers)}))
    return _found(model, counts, scale, peak)


def _objective(model: OrderModel, counts: Counts) -> Objective:
    """Minus the mean log-likelihood of a customer, and its derivatives, by log-parameters."""
    share = counts.weights / counts.customers

    def negative(point: np.ndarray) -> tuple[float, np.ndarray]:
        beat()
        theta = np.exp(point)
        value, slopes = model.likelihood(theta, counts).total(counts, share)
        return -value, -slopes * theta

    return negative


def _highest(model: OrderModel, scaled: Counts) -> Peak:
    """The best of a few starts; many cells are first made coarse, and every finer level takes over point and curvature.

    A climb may stop a hair beside a border or where rounding hides the way: it is taken up again from there.
    """
    starts, objective = [np.log(start) for start in model.starts], _objective(model, scaled)
    if scaled.cells <= _FEW_CELLS:
        peak = climbed(objective, best_start(objective, starts))
    else:
        rough = _objective(model, scaled.coarse(_COARSE))
        point = best_start(rough, starts, is_rough=True)
        better = finished(_objective(model, scaled.coarse(_FINER)), point, curvature_at(rough, point))
        peak = finished(objective, better.point, better.curvature)
    for _ in range(_AGAIN):
        peak = peak if peak.is_steady else climbed(objective, peak.point)
    return peak


def _found(model: ModelName, counts: Counts, scale: float, peak: Peak) -> Fit:
    """The result in the unit of the counts."""
    kind = MODELS[model]
    theta = np.exp(peak.point) * np.where(kind.is_time, scale, 1.0)
    covariance = covariance_of(peak, counts.customers)
    errors = np.where(peak.free, theta * np.sqrt(np.diag(covariance)), np.nan)
    problem = _leaving_problem(kind, peak, covariance, counts, theta)
    total, _ = kind.likelihood(theta, counts).total(counts, counts.weights)
    named = dict(zip(kind.parameters, map(float, theta), strict=True))
    errors_named = dict(zip(kind.parameters, map(float, errors), strict=True))
    return Fit(
        model,
        named,
        errors_named,
        total,
        covariance,
        counts.customers,
        counts.unit_days,
        True,
        problem is None,
        problem,
    )


def _leaving_problem(
    kind: OrderModel, peak: Peak, covariance: np.ndarray, counts: Counts, theta: np.ndarray
) -> Message | None:
    """What the data leave open about leaving, where a parameter of it is known to a factor of e^2 at best or at a border.

    Nobody leaves; or the mean is known and only the differences are not; or not even the mean.
    """
    leaving = list(kind.leaving)
    is_inside = ((peak.point[leaving] > LOWEST + 0.01) & (peak.point[leaving] < HIGHEST - 0.01)).all()
    (first, both), (_, second) = covariance[np.ix_(leaving, leaving)]
    if is_inside and max(first, second) < 4.0:
        return None
    if 1.0 - counts.mean(kind.probability_alive(theta, counts)) < _NOBODY_LEFT:
        return Message(NOBODY_LEAVES)
    is_mean_known = first + second - 2 * both < _MEAN_KNOWN
    return Message(ALIKE if is_mean_known or not is_inside else UNSURE)


def _failed(model: ModelName, counts: Counts, problem: Message) -> Fit:
    names = MODELS[model].parameters
    nothing = dict.fromkeys(names, float("nan"))
    unknown = np.full((len(names), len(names)), np.nan)
    return Fit(
        model, nothing, dict(nothing), float("nan"), unknown, counts.customers, counts.unit_days, False, False, problem
    )
