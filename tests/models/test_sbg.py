"""Renewals: Fader and Hardie (2007), and a cohort drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ltvlib.models import sbg
from ltvlib.models.sbg import ended_and_still_here, fit_sbg
from tests.conftest import golden

NAN = float("nan")
HIGH_END = [100.0, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4]
REGULAR = [100.0, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3]
PUBLISHED = [(HIGH_END, 0.668, 3.806, -1611.158), (REGULAR, 0.704, 1.182, -1680.265)]


@pytest.mark.parametrize(("alive", "alpha", "beta", "log_likelihood"), PUBLISHED)
def test_the_published_fit(alive, alpha, beta, log_likelihood):
    """1,000 subscribers, fitted on seven years; the five years after are not seen and come within 3 points."""
    found = fit_sbg(np.array(alive[:8]) * 10)
    assert found.parameters["alpha"] == pytest.approx(alpha, abs=0.0006)
    assert found.parameters["beta"] == pytest.approx(beta, abs=0.0006)
    assert found.log_likelihood == pytest.approx(log_likelihood, abs=0.001)
    assert found.problem is None
    np.testing.assert_allclose(found.survival(np.arange(13)), np.array(alive) / 100, atol=0.03)


def test_published_projections():
    cases = golden("sbg_retention")
    for name, theta in (("high_end", (0.668, 3.806)), ("regular", (0.704, 1.182))):
        fit = sbg.SbgFit(dict(zip(sbg.NAMES, theta, strict=True)), {}, 0.0, np.zeros((2, 2)), 1000.0, True)
        np.testing.assert_allclose(
            fit.survival(np.arange(13)), cases["survival_projection"]["expected"][name], rtol=1e-9
        )
        np.testing.assert_allclose(
            fit.retention(np.arange(1, 13)), cases["retention_rate"]["expected"][name], rtol=1e-12
        )


@settings(deadline=None, max_examples=30)
@given(some.floats(0.05, 50), some.floats(0.05, 50))
def test_survival_is_the_product_of_retentions(alpha, beta):
    fit = sbg.SbgFit({"alpha": alpha, "beta": beta}, {}, 0.0, np.zeros((2, 2)), 1.0, True)
    retention = fit.retention(np.arange(1, 30))
    np.testing.assert_allclose(fit.survival(np.arange(30)), np.concatenate([[1.0], np.cumprod(retention)]), rtol=1e-9)
    assert (np.diff(retention) > 0).all(), "those who stay are those who tend to stay"


def test_cohorts_of_different_age():
    """Three cohorts, seen for 3, 2 and 0 renewals."""
    ended, still = ended_and_still_here([[10, 8, 7, 7], [20, 15, 13, NAN], [5, NAN, NAN, NAN]])
    assert ended.tolist() == [7, 3, 0]
    assert still.tolist() == [5, 0, 13, 7]


def test_the_likelihood_by_hand():
    """10 subscribers, 4 end at the first renewal, 6 are still here: best where alpha / (alpha + beta) = .4."""
    found = fit_sbg([10, 6])
    assert found.retention(1) == pytest.approx(0.6, abs=1e-6)
    assert found.log_likelihood == pytest.approx(4 * np.log(0.4) + 6 * np.log(0.6), abs=1e-6)
    assert found.problem.template == sbg.ENDING_ALIKE, "one period cannot tell how people differ"


def test_splitting_a_cohort_changes_nothing():
    whole, halves = np.array(REGULAR[:8]) * 10, np.array([REGULAR[:8], REGULAR[:8]]) * 5
    np.testing.assert_allclose(
        list(fit_sbg(halves).parameters.values()), list(fit_sbg(whole).parameters.values()), rtol=1e-6
    )


def test_nobody_ended_and_wrong_tables():
    assert fit_sbg([10, 10, 10]).problem.template == sbg.NOTHING_ENDED
    assert np.isnan(fit_sbg([10, 10]).survival(3))
    with pytest.raises(ValueError, match="rise"):
        fit_sbg([10, 11])
    with pytest.raises(ValueError, match="hole"):
        fit_sbg([10, NAN, 8])
