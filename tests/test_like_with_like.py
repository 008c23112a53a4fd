"""Comparing like with like: by hand, by simulation, and by a second implementation."""

from __future__ import annotations

import numpy as np
import pytest

from ltvlib.like_with_like import Difference, alike, compare, shown


def test_a_difference_within_strata_by_hand():
    """Stratum a: exposed 1, 3 (mean 2), others 4 -> -2. Stratum b: exposed 10, others 6, 8 (mean 7) -> +3. Two of three in a."""
    y, hit = [1, 3, 4, 10, 6, 8], [1, 1, 0, 1, 0, 0]
    found = compare(y, hit, ["a", "a", "a", "b", "b", "b"])
    assert found.value == pytest.approx((2 * -2 + 1 * 3) / 3)
    assert (found.exposed, found.others) == pytest.approx(((1 + 3 + 10) / 3, (4 + 4 + 7) / 3))
    assert np.isnan(found.low)
    assert np.isnan(found.p_value)
    assert (found.n_exposed, found.n_others, found.unmatched) == (3, 3, 0)


def test_who_has_no_like_other_is_left_out_and_counted():
    found = compare([1, 2, 9], [1, 0, 1], ["a", "a", "b"])
    assert (found.value, found.unmatched, found.n_exposed) == (-1, 1, 1)
    nothing = compare([1, 2], [1, 1], ["a", "a"])
    assert np.isnan(nothing.value)
    assert nothing.unmatched == 2


def test_what_nobody_knows_is_left_out():
    found = compare([1, np.nan, 3, 5], [1, 1, 0, np.nan], ["a"] * 4)
    assert (found.value, found.n_exposed, found.n_others) == (-2, 1, 1)


def test_strata_undo_a_mix_that_misleads():
    """Simpson: within each stratum the exposed are better by 1, yet on average they look worse by far."""
    y = [11] * 10 + [10] * 90 + [1] * 90 + [0] * 10
    hit = [1] * 10 + [0] * 90 + [1] * 90 + [0] * 10
    strata = ["rich"] * 100 + ["poor"] * 100
    assert compare(y, hit, strata).value == pytest.approx(1)
    assert compare(y, hit, [""] * 200).value < -6


def world(chance: np.random.Generator, truth: float, people: int = 150) -> Difference:
    """People in strata that matter, each with one to four rows that share the person's own luck."""
    rows = chance.integers(1, 5, people)
    who = np.repeat(np.arange(people), rows)
    stratum, luck = chance.integers(0, 5, people)[who], chance.normal(0, 1, people)[who]
    hit = chance.random(len(who)) < 0.2 + 0.08 * stratum
    y = stratum + luck + chance.exponential(1, len(who)) + truth * hit
    return compare(y, hit, stratum, who)


@pytest.mark.parametrize("truth", [0.0, 0.7])
def test_intervals_hold_the_truth_as_often_as_they_say(truth):
    chance = np.random.default_rng(11)
    held = sum(found.low <= truth <= found.high for found in (world(chance, truth) for _ in range(500)))
    assert 460 <= held <= 490  # 475 expected; 99.7 % of a binomial with 500 and .95


def test_one_alarm_at_most_where_many_are_looked_at():
    """500 pages of six comparisons without any effect: a page with a false alarm is one in twenty or rarer."""
    chance = np.random.default_rng(5)
    alarms = sum(any(shown([world(chance, 0.0, 80).p_value for _ in range(6)])) for _ in range(150))
    assert alarms <= 16  # 7.5 expected; 99.9 % of a binomial with 150 and .05


def test_holm_by_hand():
    assert shown([0.01, 0.04, 0.03, np.nan]) == [True, False, False, False]  # .05/3 = .0167, then .03 > .025
    assert shown([0.01, 0.02, 0.03]) == [True, True, True]
    assert shown([]) == []


def test_keys_are_given_up_from_the_least_important_until_most_find_their_like():
    hit = [1, 1, 0, 0]
    strata, used = alike([["a", "b", "a", "b"], ["x", "y", "z", "z"]], hit)
    assert used == 1
    assert strata[0] == strata[2] != strata[1]
    _, both = alike([["a", "b", "a", "b"], ["x", "y", "x", "y"]], hit)
    assert both == 2
    _, none = alike([["a", "b", "c", "d"]], hit)
    assert none == 0


def test_keys_are_given_up_where_a_handful_would_speak_for_all():
    """Ten exposed in each of two strata; one of them has a single other: weights of 1/2 and 20 x 1/40, worth 3.8 people."""
    strata = ["thin"] * 10 + ["thick"] * 10 + ["thin"] + ["thick"] * 20
    _, used = alike([strata], [1] * 20 + [0] * 21)
    assert used == 0


def test_a_second_implementation_agrees():
    """With one stratum and one row a person it is the difference of two means with Welch-like errors (sum of s^2 / n)."""
    chance = np.random.default_rng(1)
    a, b = chance.normal(3, 2, 40), chance.normal(1, 1, 60)
    found = compare(np.concatenate([a, b]), [1] * 40 + [0] * 60, [""] * 100)
    error = np.sqrt((a.var(ddof=1) / 40 + b.var(ddof=1) / 60) * 40 / 39)
    assert found.value == pytest.approx(a.mean() - b.mean())
    assert (found.high - found.low) / 2 == pytest.approx(2.0226909 * error, rel=1e-6)  # t with 39 degrees, from a table
