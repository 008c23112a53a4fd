"""How well predicted values of customers agree with what happened: ranks, errors, and groups. One row a customer."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata


def gini(actual: ArrayLike, by: ArrayLike) -> float:
    """Twice the area between the diagonal and the share of ``actual`` brought by the customers lowest in ``by``; -1..1.

    Customers equal in ``by`` share what they brought, so the order of the rows does not matter. With ``actual`` itself as
    ``by`` it is the Gini coefficient of inequality. Undefined (nan) without customers or where the total is not above 0.
    Source: Frees, Meyers and Cummings (2011), Summarizing insurance scores using a Gini index, JASA 106.
    """
    values, order = np.asarray(actual, dtype=float), np.asarray(by, dtype=float)
    if not values.sum() > 0:
        return float("nan")
    _, place = np.unique(order, return_inverse=True)
    people = np.append(0.0, np.cumsum(np.bincount(place))) / len(values)
    brought = np.append(0.0, np.cumsum(np.bincount(place, values))) / values.sum()
    return 1.0 - float((np.diff(people) * (brought[1:] + brought[:-1])).sum())


def normalised_gini(actual: ArrayLike, predicted: ArrayLike) -> float:
    """:func:`gini` of the actual values in the order of the predicted ones, as a share of the best order there is: 1 = perfect.

    0 = no better than chance, below 0 = worse. Undefined (nan) where all customers brought the same or the total is not
    above 0. The usual measure of customer lifetime value models, for instance Wang, Liu and Miao (2019), A deep
    probabilistic model for customer lifetime value prediction.
    """
    best = gini(actual, actual)
    return gini(actual, predicted) / best if abs(best) > 1e-12 else float("nan")


def spearman(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Correlation of the ranks, ties at their mean rank; -1..1. Undefined (nan) where one side is all alike."""
    ranks = [rankdata(np.asarray(side, dtype=float)) for side in (actual, predicted)]
    x, y = (rank - rank.mean() if len(rank) else rank for rank in ranks)
    spread = float(np.sqrt((x**2).sum() * (y**2).sum()))
    return float((x * y).sum()) / spread if spread > 0 else float("nan")


def mae(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Mean absolute error of one customer, in the unit of the values; nan without customers."""
    errors = np.abs(_errors(actual, predicted))
    return float(errors.mean()) if errors.size else float("nan")


def rmse(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Root of the mean squared error of one customer, in the unit of the values; nan without customers."""
    errors = _errors(actual, predicted)
    return float(np.sqrt((errors**2).mean())) if errors.size else float("nan")


def total_ratio(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Predicted total / actual total: 1 = right, below 1 = too little. Undefined (nan) where the actual total is not above 0."""
    happened = float(np.asarray(actual, dtype=float).sum())
    return float(np.asarray(predicted, dtype=float).sum()) / happened if happened > 0 else float("nan")


def _errors(actual: ArrayLike, predicted: ArrayLike) -> np.ndarray:
    return np.asarray(predicted, dtype=float) - np.asarray(actual, dtype=float)
