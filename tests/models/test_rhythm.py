"""Own rhythm and lateness with a pencil."""

from __future__ import annotations

import numpy as np
import pytest

from ltvlib import rhythm


def test_rhythm_by_hand():
    """Own 10 days, base 40: without a gap 40; two gaps weigh like the base, sqrt(10 x 40) = 20; many are the own."""
    found = rhythm.own_rhythm([np.nan, 10.0, 10.0], [0, 2, 998], 40.0)
    assert found.tolist() == pytest.approx([40.0, 20.0, np.exp((998 * np.log(10) + 2 * np.log(40)) / 1000)])
    assert np.isnan(rhythm.own_rhythm(10.0, 3, np.nan))


def test_late_by_hand():
    assert rhythm.late_factor([0, 20, 60], 20.0).tolist() == [0, 1, 3]
    assert rhythm.next_order_in([0, 20, 60], 20.0).tolist() == [20, 0, -40]
    assert np.isnan(rhythm.late_factor(5.0, np.nan))
    assert 1 < rhythm.LATE < rhythm.LOST


def test_the_unit_of_time_does_not_matter():
    days, weeks = rhythm.own_rhythm(21.0, 3, 35.0), rhythm.own_rhythm(3.0, 3, 5.0)
    assert days == pytest.approx(7 * weeks)
