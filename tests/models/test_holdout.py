"""The exam: a table drawn by hand, CDNOW, the rules of thumb, the rule of the winner, and how much data is enough."""

from __future__ import annotations

import numpy as np
import pytest

from ltvlib.models import enough as minimum
from ltvlib.models import heuristics
from ltvlib.models.counts import Counts
from ltvlib.models.enough import enough
from ltvlib.models.fitting import ModelName
from ltvlib.models.holdout import HoldoutData, Method, Score, chosen, deciles, holdout, score_of
from tests.models.world import pareto_world

NAN = float("nan")


@pytest.fixture
def drawn() -> HoldoutData:
    """Ten customers: 6 bought once 10 weeks ago, 3 have 2 repeat orders in 20 weeks, 1 was won on the last day."""
    counts = Counts([0, 2, 0], [0, 15, 0], [10, 20, 0], [6, 3, 1])
    return HoldoutData(
        counts, np.array([0.5, 2.0, 0.0]), np.array([1.0, 1.0, 1.0]), 10.0, 20.0, np.array([6.0, 3.0]), 10.0
    )


def test_rules_of_thumb_by_hand(drawn):
    counts = drawn.counts
    assert heuristics.base_rate(counts) == pytest.approx(6 / 120)  # 6 repeat orders in 60 + 60 customer weeks
    np.testing.assert_allclose(heuristics.average_rate(counts, 20.0), [1, 1, 1])
    np.testing.assert_allclose(heuristics.own_rate(counts, 20.0), [0, 2, 1])  # no age yet: the base's rate
    np.testing.assert_allclose(heuristics.last_period(drawn.recent_orders, 10.0, 20.0), [2, 2, 2])
    assert np.isnan(heuristics.last_period([1.0], 0.0, 20.0)).all()
    np.testing.assert_allclose(heuristics.margin_to_come([2, 3], 10.0), [20, 30])


def test_a_score_by_hand(drawn):
    assert drawn.happened == 9
    score = score_of(Method.AVERAGE_RATE, np.ones(3), np.array([5.0, 10.0]), drawn)
    assert score.expected == 10
    assert score.miss == pytest.approx(1 / 9)
    assert score.mae == pytest.approx((6 * 0.5 + 3 * 1 + 1 * 1) / 10)
    assert score.rmse == pytest.approx(((6 * 0.25 + 3 * 1 + 1 * 1) / 10) ** 0.5)


def test_the_exam_by_hand(drawn):
    found = holdout(drawn)
    scores = {score.method: score for score in found.scores}
    own = scores[Method.OWN_RATE]
    assert own.expected == pytest.approx(7)
    np.testing.assert_allclose(own.tracking, [3.5, 7])
    assert own.mae == pytest.approx((6 * 0.5 + 3 * 0 + 1 * 1) / 10)
    assert scores[Method.LAST_PERIOD].expected == pytest.approx(20)
    np.testing.assert_allclose(found.happened, [6, 9])
    np.testing.assert_allclose(found.ends, [10, 20])


def score(method: Method, expected: float, mae: float) -> Score:
    return Score(method, expected, 100.0, mae, mae, *(np.zeros(1),) * 4)


def test_the_rule_of_the_winner():
    near, better, far = (
        score(Method.PARETO_NBD, 90.0, 0.8),
        score(Method.BG_NBD, 124.0, 0.7),
        score(Method.OWN_RATE, 126.0, 0.1),
    )
    assert chosen([near, better, far]) == (Method.BG_NBD, True)
    assert chosen([near, far]) == (Method.PARETO_NBD, True)
    assert chosen([score(Method.OWN_RATE, 40.0, 0.1), score(Method.BG_NBD, 150.0, 9.0)]) == (Method.BG_NBD, False)
    assert chosen([]) == (None, False)


def test_deciles_divide_alike_customers_in_proportion():
    """Four groups of 5 from levels of 10, 8 and 2 customers; the order of the rows does not matter."""
    expected, actual, weights = np.array([3.0, 0.0, 1.0]), np.array([4.0, 0.1, 1.5]), np.array([2.0, 10.0, 8.0])
    for order in ([0, 1, 2], [2, 0, 1]):
        size, mean, happened = deciles(expected[order], actual[order], weights[order], groups=4)
        np.testing.assert_allclose(size, 5)
        np.testing.assert_allclose(mean, [0, 0, 1, (3 * 1 + 2 * 3) / 5])
        np.testing.assert_allclose(happened, [0.1, 0.1, 1.5, (3 * 1.5 + 2 * 4) / 5])


def test_deciles_sum_to_the_whole():
    draw = np.random.default_rng(4)
    expected, actual, weights = draw.gamma(0.5, size=300), draw.poisson(1.0, 300) * 1.0, draw.integers(1, 9, 300) * 1.0
    size, mean, happened = deciles(expected, actual, weights)
    assert len(size) == 10
    np.testing.assert_allclose(size, weights.sum() / 10)
    assert (size * mean).sum() == pytest.approx((weights * expected).sum())
    assert (size * happened).sum() == pytest.approx((weights * actual).sum())
    assert (np.diff(mean) >= 0).all()


def test_a_model_wins_in_its_own_world():
    """Customers of a Pareto/NBD world over a year, the half year after drawn from the same lives."""
    counts, actual = lived(3000)
    data = HoldoutData(counts, actual, np.minimum(counts.repeat_orders, 2), 26.0, 26.0, np.array([actual.sum()]), 26.0)
    found = holdout(data, [ModelName.PARETO_NBD])
    assert found.winner is Method.PARETO_NBD
    assert found.is_close
    assert not found.failed
    best = found.scores[0]
    assert abs(best.miss) < 0.1
    assert best.tracking[-1] == pytest.approx(best.expected)
    assert np.corrcoef(best.decile_expected, best.decile_happened)[0, 1] > 0.98
    assert {s.method for s in found.scores} == {
        Method.PARETO_NBD,
        Method.LAST_PERIOD,
        Method.OWN_RATE,
        Method.AVERAGE_RATE,
    }


def lived(n: int) -> tuple[Counts, np.ndarray]:
    draw = np.random.default_rng(77)
    start = draw.uniform(0, 30, n)
    until = np.minimum(start + draw.exponential(size=n) / draw.gamma(0.8, 1 / 10.0, n), 78.0)
    rate = draw.gamma(0.8, 1 / 5.0, n)
    times = [np.sort(draw.uniform(a, b, draw.poisson(k * (b - a)))) for a, b, k in zip(start, until, rate, strict=True)]
    known = [t[t < 52.0] for t in times]
    last = np.array([t[-1] - a if len(t) else 0.0 for t, a in zip(known, start, strict=True)])
    counts = Counts([len(t) for t in known], last, 52.0 - start, np.ones(n))
    return counts, np.array([float((t >= 52.0).sum()) for t in times])


def test_a_model_without_an_answer_is_named():
    counts = Counts([0], [0.0], [10.0], [5])
    data = HoldoutData(counts, np.zeros(1), np.ones(1), 10.0, 10.0, np.zeros(10))
    found = holdout(data)
    assert [fit.model for fit in found.failed] == list(ModelName)
    assert found.winner is None, "nothing happened, so nothing can be off by a share of it"


def test_wrong_exams_are_refused(drawn):
    with pytest.raises(ValueError, match="sum"):
        HoldoutData(drawn.counts, drawn.actual, drawn.recent_orders, 10.0, 20.0, np.array([1.0]))
    with pytest.raises(ValueError, match="above 0"):
        HoldoutData(drawn.counts, drawn.actual, drawn.recent_orders, 10.0, 0.0, np.array([9.0]))
    with pytest.raises(ValueError, match="long"):
        HoldoutData(drawn.counts, np.zeros(2), drawn.recent_orders, 10.0, 20.0, np.array([9.0]))


def test_what_is_enough():
    plenty = pareto_world(500, 1, 1.0, 6.0, 0.8, 12.0)
    assert enough(plenty, 365.0) == ()
    few = enough(Counts([0, 1], [0, 2.0], [3.0, 10.0], [50, 29]), 365.0)
    assert [message.template for message in few] == [
        minimum.FEW_CUSTOMERS,
        minimum.FEW_REPEAT,
        minimum.SHORT_HISTORY,
        minimum.LONG_HORIZON,
    ]
    assert str(few[1]) == "A forecast needs at least 30 customers who bought on two days or more; there are 29."
    assert few[2].params == {"least": 182, "found": 70}
    assert [m.template for m in enough(plenty, 78 * 7 * 3.1)] == [minimum.LONG_HORIZON]
    assert len(enough(Counts(*(np.zeros(0),) * 4))) == 3
