"""Programmes: simulated worlds with a known effect, the planted programmes of the samples, lists, accounts by hand."""

from __future__ import annotations

import datetime as dt
import json
import math
import os

import numpy as np
import pandas as pd
import pytest

from ltvlib.errors import ReadError
from ltvlib.journal import Journal
from ltvlib.like_with_like import Difference, compare
from ltvlib.programmes import lists, trial
from ltvlib.programmes.account import Costs, Verdict, account
from ltvlib.programmes.effect import Doubt, e_value, effect
from ltvlib.samples import open_sample, samples
from tests.conftest import golden, open_rows, shared

FIRST = dt.date(2024, 1, 1)


def world(folder, seed: int, factor: float, people: int = 1200):
    """Customers with paces of their own; a card is offered at visits of three weeks, and who came often so far takes it.

    Taking it multiplies the pace of the 90 days after by ``factor``. Returns the workspace, the participants, their days, and
    what taking the card was worth to them on average: 100 of margin x (orders of 90 days at the new pace less at the old).
    """
    chance = np.random.default_rng(seed)
    rows, joined, worth = [], {}, []
    for number in range(people):
        pace = chance.gamma(3, 1 / 60)
        day, visits, customer = float(chance.integers(0, 60)), 0, f"c{number:04d}"
        while day < 300:
            rows.append({"customer_id": customer, "ordered_at": FIRST + dt.timedelta(days=int(day)), "revenue": 100.0})
            visits += 1
            if 150 <= day < 171 and customer not in joined and chance.random() < min(0.5, visits * 0.025):
                joined[customer] = int(day)
                worth.append(100 * 90 * (1 / (1 + 1 / (pace * factor)) - 1 / (1 + 1 / pace)))
            fast = factor if customer in joined and day <= joined[customer] + 90 else 1.0
            day += 1 + chance.exponential(1 / (pace * fast))
    epoch = (FIRST - dt.date(1970, 1, 1)).days
    folder.mkdir()
    space = open_rows(folder, rows, FIRST + dt.timedelta(days=300))
    return space, list(joined), [epoch + day for day in joined.values()], float(np.mean(worth))


@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_self_selection_misleads_the_naive_table_and_not_ours(tmp_path, factor):
    """Worlds with and without an effect (``LTV_FULL=1``: a hundred of each, else thirty): the table of everybody misses the
    truth, ours holds it in nine of ten and more."""
    worlds = 100 if os.environ.get("LTV_FULL") else 30
    naive = ours = before = 0
    for seed in range(worlds):
        space, customers, days, truth = world(tmp_path / str(seed), seed, factor)
        found = effect(space, customers, days, 90)
        naive += found.naive.low <= truth <= found.naive.high
        ours += found.profit.low <= truth <= found.profit.high
        before += found.doubt is Doubt.BEFORE
        space.close()
    assert naive <= 0.4 * worlds or factor > 1  # with an effect two errors of the naive table may cancel
    assert ours >= 0.9 * worlds - 1
    assert before <= 0.07 * worlds + 1  # a check of the time before joining that raises an alarm where nothing is wrong


def sample_programme(name: str, which: int = 0):
    space = open_sample(name)
    return space, lists.programmes(space, Journal())[which]


def measured(name: str, days: int, by_lot: bool = False):
    space, one = sample_programme(name)
    return one, effect(space, one.frame["customer_id"].tolist(), one.frame["day"].tolist(), days, by_lot)


def test_the_card_of_the_salon_is_called_loss_making():
    """Planted: 5 % off for regulars who leave hardly less often. Naively 97 % of holders come again and 89 % of others."""
    one, found = measured("salon", 90)
    costs = Costs.from_dict(samples()["salon"].programmes[one.name])
    end = (dt.date(2025, 11, 1) - dt.date(1970, 1, 1)).days
    months, all_days = (end - one.frame["day"].min()) / 30.4375, float((end - one.frame["day"]).sum())
    money = account(found.profit, costs, 90, months, all_days)
    assert found.doubt is None
    assert found.profit.low < 0
    assert money.verdict is Verdict.LOST


def test_the_newsletter_without_effect_is_no_success():
    """Planted effect: none; regulars subscribe with their first visit, so nothing can tell the wish from the letter."""
    _, found = measured("kids", 180)
    assert found.returned.value > 0.2
    assert found.doubt is Doubt.NO_HISTORY


def test_the_card_by_lot_is_an_experiment_and_its_effect_is_found():
    """Planted: holders return 1.25 times as often; 58 % against 50 % by the truth file."""
    _, found = measured("electronics", 180, True)
    assert found.doubt is None
    assert found.returned.low < 0.5774 - 0.5025 < found.returned.high
    assert found.returned.low > 0


def test_companies_that_were_larger_before_are_not_praised_for_a_seminar():
    """The buyers who come to the forum and the webinar brought half a standard deviation more before: no like others."""
    for which in (0, 1):
        space, one = sample_programme("b2b", which)
        found = effect(space, one.frame["customer_id"].tolist(), one.frame["day"].tolist(), 180)
        assert found.profit.value > 1000
        assert found.doubt is Doubt.UNLIKE


def test_an_e_value_by_hand():
    """The example of VanderWeele & Ding (2017): a risk ratio of 3.9 needs 7.26."""
    assert e_value(0.39, 0.1) == pytest.approx(7.26, abs=0.01)
    assert e_value(0.1, 0.39) == pytest.approx(7.26, abs=0.01)
    assert e_value(0.2, 0.2) == 1
    assert math.isnan(e_value(0.2, 0.0))


def difference(value: float, half: float, n: int) -> Difference:
    return Difference(0, 0, value, value - half, value + half, 0.5, n, n, 0)


def test_the_account_by_hand():
    """100 participants bring 50 each (40 to 60): 5,000. Costs: 10 each, 200 a month for 5 months, 300 paid out, and
    (1000 - 400 - 100) points x 2 x half = 500 owed: 2,800 where their days are all days of the programme. Result 2,200
    (1,200 to 3,200), 22 each, break even at 28. Of a programme with twice their days they bear half of the last 1,800."""
    costs = Costs(10, 200, 300, 1000, 400, 100, 2, 0.5)
    assert costs.liability == 500
    found = account(difference(50, 10, 100), costs, 90, 5, 9000)
    assert (found.cost, found.result, found.low, found.high) == (2800, 2200, 1200, 3200)
    assert account(difference(50, 10, 100), costs, 90, 5, 18000).cost == 1000 + 900
    assert (found.per_participant, found.break_even, found.verdict) == (22, 28, Verdict.EARNED)
    assert account(difference(20, 3, 100), costs, 90, 5, 9000).verdict is Verdict.LOST
    unsure = account(difference(30, 10, 100), costs, 90, 5, 9000)
    assert unsure.verdict is Verdict.CANNOT_TELL
    assert unsure.needed == pytest.approx(100 * (25 - 1))  # half 10 against an excess of 2 a head
    assert Costs.from_dict(json.loads(json.dumps(costs.to_dict()))) == costs


KNOWN = {
    "customer_id": {"1": "1", "2": "2", "3": "3", "4": "4"},
    "name": {"анна белова": "1", "олег ким": None, "петр е": "4"},
    "phone": {"70001234567": "1", "70007654321": "3"},
    "email": {"ann@example.com": "1", "o@example.com": "2"},
}
"""Keys in their normal form; two customers share a name."""


def test_a_list_is_matched_and_its_rest_reported():
    text = (
        "Имя;Телефон;Дата;Контроль\n"
        "кто-то;8 (000) 123-45-67;05.03.2025;\n"  # by phone, 8 for +7
        "Олег Ким;;;да\n"  # two of them: nobody
        "петр  ё;;2025-03-07;да\n"  # folded name
        "Анна Белова;;;\n"  # found already
        "Новый;;;\n"
    )
    found = lists.read_list(text.encode("cp1251"), dt.date(2025, 4, 1), KNOWN)
    assert found.found == (("1", dt.date(2025, 3, 5), False), ("4", dt.date(2025, 3, 7), True))
    assert [line for line, _ in found.lost] == [3, 6]
    assert (found.rows, found.repeated) == (5, 1)
    assert found.rows == len(found.found) + len(found.lost) + found.repeated
    with pytest.raises(ReadError, match="who took part"):
        lists.read_list(b"colour,size\nred,1\n", dt.date(2025, 4, 1), KNOWN)


def test_a_list_with_a_control_column_is_an_experiment(tmp_path):
    """Forty took part and thirty of them order 50; forty were kept aside and ten of them do: .5 and 25 more."""
    rows, journal = [], Journal()
    for number in range(80):
        rows.append({"customer_id": f"c{number}", "ordered_at": "2025-01-01", "revenue": 10.0})
        if number < 30 or number >= 70:
            rows.append({"customer_id": f"c{number}", "ordered_at": "2025-03-10", "revenue": 50.0})
    space = open_rows(tmp_path, rows, dt.date(2025, 7, 1))
    found = tuple((f"c{number}", dt.date(2025, 3, 1), number >= 40) for number in range(80))
    lists.write(journal, "Trial", "campaign", lists.Matched(80, found, (), 0))
    (one,) = lists.programmes(space, journal)
    assert one.has_control
    sides, _ = trial.trial(space, one.frame, 30)
    assert sides["returned"].value == pytest.approx(0.5)
    assert sides["profit"].value == pytest.approx(25)
    assert sides["returned"].low > 0


def hillstrom() -> pd.DataFrame:
    return pd.read_csv(shared("hillstrom", "hillstrom.csv"))


@pytest.mark.parametrize("arm", ["Mens E-Mail", "Womens E-Mail"])
def test_the_hillstrom_experiment_is_reproduced(arm):
    expected = golden("hillstrom_uplift")["uplift_vs_no_email"]["expected"][arm]
    frame = hillstrom()
    frame = frame[frame["treatment"].isin([arm, "No E-Mail"])]
    took = (frame["treatment"] == arm).to_numpy(float)
    visit, spend = (compare(frame[name], took, np.zeros(len(frame))) for name in ("visit", "spend"))
    assert visit.value * 100 == pytest.approx(expected["visit_uplift_pp"])
    assert spend.value == pytest.approx(expected["spend_uplift"])
    assert spend.value / ((spend.high - spend.low) / 2 / 1.95996) == pytest.approx(expected["spend_welch_t"], rel=1e-3)


def test_matching_on_the_experiment_agrees_with_it():
    """Lots decided, so making people alike must change nothing beyond chance."""
    frame = hillstrom()
    frame = frame[frame["treatment"] != "Womens E-Mail"]
    took = (frame["treatment"] == "Mens E-Mail").to_numpy(float)
    strata = frame["history_segment"] + frame["channel"] + frame["zip_code"] + frame["newbie"].astype(str)
    plain, alike = compare(frame["spend"], took, np.zeros(len(frame))), compare(frame["spend"], took, strata)
    assert plain.low < alike.value < plain.high
    assert alike.low < plain.value < alike.high
