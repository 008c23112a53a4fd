"""Chances to be alive and expected orders against the published formulas with 25 digits and more.

The reference is made by ``tests/data/make_forecast_reference.py``: up to 1,500 orders, horizons up to five times the history,
s from .02 to 1,000, alpha and beta from equal to a factor of 10,000 apart.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

from ltvlib.models.counts import Counts
from ltvlib.models.fitting import MODELS, ModelName
from tests.conftest import ROOT

REFERENCE = json.loads((ROOT / "tests" / "data" / "forecast_reference.json").read_text(encoding="utf-8"))


def found_and_wanted(name: ModelName) -> tuple[np.ndarray, np.ndarray]:
    """Chance and orders (two columns) by the library, and by the formulas."""
    model, found = MODELS[name], []
    for theta, x, last, age, horizon, _, _ in REFERENCE[name]:
        counts = Counts([x], [last], [age], [1])
        alive = model.probability_alive(np.array(theta), counts)[0]
        found.append((alive, alive * model.orders_if_alive(np.array(theta), counts, horizon)[0]))
    return np.array(found), np.array([row[5:] for row in REFERENCE[name]])


@pytest.mark.parametrize("name", list(ModelName))
def test_ten_digits(name):
    found, wanted = found_and_wanted(name)
    assert len(wanted) >= 120
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-300)
