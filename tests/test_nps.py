"""NPS: reference figures, intervals that hold, scales apart, what was planted in the samples, the queue, themes, asking."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ltvlib import abcdx, export, ingest
from ltvlib.errors import AlreadyWrittenError, LtvError, MappingError
from ltvlib.journal import Journal
from ltvlib.nps import answers as nps_answers
from ltvlib.nps import asking, bias, links, money, queue, themes
from ltvlib.nps.asking import Given
from ltvlib.nps.queue import Status
from ltvlib.nps.score import Group, Scale, difference, groups, is_valid, nps
from ltvlib.outreach.contacts import contacts
from ltvlib.outreach.regulation import Line, default_regulation
from ltvlib.outreach.words import Outcome
from ltvlib.samples import SAMPLE_DIR, open_sample
from ltvlib.settings import AbcdxRules, Attribute, Filters
from tests.conftest import golden, open_rows, shared

SAMPLES = ("salon", "kids", "electronics", "b2b", "crm")
RULES = AbcdxRules(100.0, 2)


# -- the score -------------------------------------------------------------------------------------


def test_reference_answers_with_two_scores_of_eleven(tmp_path):
    wanted = golden("nps")
    found = ingest.read_nps(shared("nps", "nps.csv"), tmp_path / "raw")
    expected = wanted["a_valid_only"]["expected"]
    score = nps([row[2] for row in found.rows])
    assert (score.n, score.promoters, score.passives, score.detractors) == tuple(
        expected[name] for name in ("n", "promoters", "passives", "detractors")
    )
    assert score.value == pytest.approx(expected["nps"], abs=1e-6)
    refused = [(one.line, one.reason) for one in found.refused]
    assert refused == [(2450, "off_scale"), (2882, "off_scale")]
    assert len(refused) == wanted["a_invalid_count"]["expected"]
    assert found.records == len(found.rows) + len(found.refused)


def test_textbook_and_edges():
    cases = golden("nps")
    found = nps(cases["textbook"]["inputs"]["scores"])
    assert found.value == pytest.approx(cases["textbook"]["expected"]["nps"])
    assert (found.promoters, found.passives, found.detractors) == (5, 2, 3)
    assert nps(cases["edge"]["inputs"]["all_passive"]).value == cases["edge"]["expected"]["nps"]
    assert math.isnan(nps([]).value)


def test_the_interval_by_hand():
    """Five promoters, two passives, three detractors: p = 6/12, q = 4/12, variance (10/12 - 1/36) / 12."""
    found = nps([10, 10, 9, 8, 7, 6, 3, 0, 9, 10])
    half = 1.959964 * 100 * math.sqrt((10 / 12 - 1 / 36) / 12)
    assert (found.low, found.high) == (pytest.approx(100 / 6 - half, abs=1e-4), pytest.approx(100 / 6 + half, abs=1e-4))
    few = nps([10] * 9)
    assert few.value == 100
    assert math.isnan(few.low)
    assert nps([10] * 12).high == 100


@pytest.mark.parametrize("shares", [(0.5, 0.3, 0.2), (0.8, 0.15, 0.05), (0.05, 0.25, 0.7), (0.33, 0.33, 0.34)])
@pytest.mark.parametrize("n", [10, 25, 60])
def test_the_interval_covers_as_often_as_it_says(n: int, shares: tuple[float, float, float]):
    """Every possible outcome of n answers, weighted by its exact multinomial probability."""
    truth, covered = 100 * (shares[0] - shares[2]), 0.0
    for up, down in itertools.product(range(n + 1), repeat=2):
        if up + down > n:
            continue
        rest = n - up - down
        chance = math.exp(
            math.lgamma(n + 1)
            - math.lgamma(up + 1)
            - math.lgamma(rest + 1)
            - math.lgamma(down + 1)
            + up * math.log(shares[0])
            + rest * math.log(shares[1])
            + down * math.log(shares[2])
        )
        found = nps([10] * up + [8] * rest + [2] * down)
        covered += chance * (found.low <= truth <= found.high)
    assert 0.93 <= covered <= 0.999


def test_answers_of_one_person_do_not_count_as_many():
    scores = [10] * 20 + [3] * 20
    alone = nps(scores)
    four_each = nps(scores, np.repeat(np.arange(10), 4))
    assert four_each.value == alone.value
    assert four_each.error == pytest.approx(2 * alone.error)  # four equal answers a head: a quarter of the people
    assert nps(scores, np.arange(40)).error == alone.error


def test_what_is_on_a_scale():
    assert is_valid([0, 1, 10, 11, -1, 7.5, float("nan")], Scale.ZERO_TEN).tolist() == [
        True, True, True, False, False, False, False,
    ]  # fmt: skip
    assert is_valid([0, 1, 10, 11], Scale.ONE_TEN).tolist() == [False, True, True, False]
    assert groups([6, 7, 8, 9]).tolist() == ["detractor", "passive", "passive", "promoter"]


# -- answers of a data set -------------------------------------------------------------------------


def small(tmp_path, scores=((9, "0-10"), (3, "0-10"), (10, "1-10"), (11, "0-10"))):
    """Customers c0.. with an order each month of 2024; answers of given scores on 1 June, one a customer."""
    rows = [
        {"customer_id": f"c{n}", "ordered_at": dt.datetime(2024, month, 5), "revenue": 100.0, "channel": "web"}
        for n in range(max(4, len(scores)))
        for month in range(1, 13)
    ]
    data = pd.DataFrame(
        {
            "customer_id": [f"c{n}" for n in range(len(scores))],
            "answered_at": pd.to_datetime(["2024-06-01 10:00"] * len(scores)),
            "score": [score for score, _ in scores],
            "scale": [scale for _, scale in scores],
            "improvement": [None] * len(scores),
            "asked_via": ["phone"] * len(scores),
        }
    )
    return open_rows(tmp_path, rows, dt.date(2025, 1, 1), nps_responses=data)


def test_two_scales_are_never_added_up(tmp_path):
    space, journal = small(tmp_path), Journal()
    asking.record(journal, Given(1, Scale.ONE_TEN, customer_id="c3"))
    found = nps_answers.answers(space, journal, RULES)
    assert found.scale is Scale.ZERO_TEN
    assert sorted(found.frame["score"]) == [3, 9]
    assert (found.others, found.refused) == (2, 1)
    other = nps_answers.answers(space, journal, RULES, scale=Scale.ONE_TEN)
    assert sorted(other.frame["score"]) == [1, 10]


def test_a_score_off_the_scale_is_not_written():
    journal = Journal()
    for score, scale in ((0, Scale.ONE_TEN), (11, Scale.ZERO_TEN), (-1, Scale.ZERO_TEN)):
        with pytest.raises(LtvError):
            asking.record(journal, Given(score, scale))
    assert journal.count("nps_responses") == 0


def test_filters_hold_for_answers_too(tmp_path):
    space, journal = small(tmp_path), Journal()
    asking.record(journal, Given(5, Scale.ZERO_TEN))
    web = Filters(attributes=((Attribute.CHANNEL, ("web",)),))
    shop = Filters(attributes=((Attribute.CHANNEL, ("shop",)),))
    assert len(nps_answers.answers(space, journal, RULES).frame) == 3  # the stranger counts where nothing is filtered
    assert len(nps_answers.answers(space, journal, RULES, web).frame) == 2
    assert nps_answers.answers(space, journal, RULES, shop).frame.empty


def test_quarters_and_groups_add_up():
    space = open_sample("kids")
    found = nps_answers.answers(space, Journal(), abcdx.default_rules(space, 12))
    quarters = nps_answers.by_quarter(found.frame)
    assert quarters["n"].sum() == len(found.frame)
    for attribute in nps_answers.attributes_of(found.frame):
        parts = nps_answers.by_attribute(found.frame, attribute)
        assert parts["n"].sum() == len(found.frame)
        whole = 100 * (parts["promoters"].sum() - parts["detractors"].sum()) / parts["n"].sum()
        assert whole == pytest.approx(nps_answers.score_of(found.frame).value)


def test_a_group_that_is_planted_stands_out_and_chance_does_not():
    chance = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{n}" for n in range(600)],
            "response_id": [str(n) for n in range(600)],
            "score": chance.choice([10, 8, 3], 600, p=[0.5, 0.3, 0.2]),
            "channel": chance.choice(list("abcdef"), 600),
        }
    )
    assert not nps_answers.by_attribute(frame, "channel")["stands_out"].any()
    frame.loc[frame["channel"] == "b", "score"] = 3
    marked = nps_answers.by_attribute(frame, "channel").set_index("name")["stands_out"]
    assert marked["b"]


def test_who_answers_by_hand(tmp_path):
    found = nps_answers.answers(small(tmp_path), Journal(), RULES)
    check = bias.bias(found)
    assert (check.customers, check.answered, check.share) == (4, 2, 0.5)
    low, high = bias.wilson(np.array([2]), np.array([4]))
    assert (round(float(low[0]), 4), round(float(high[0]), 4)) == (0.15, 0.85)  # Wilson (1927), 2 of 4


def test_the_score_weighed_by_the_base(tmp_path):
    """Half of the base are A with NPS 100, half C with NPS -100, but A answers twice as often: 33 as it came, 0 weighed."""
    found = nps_answers.answers(small(tmp_path), Journal(), RULES)
    people = pd.DataFrame({"customer_id": [f"p{n}" for n in range(80)], "segment": ["A", "C"] * 40, "margin": 1.0})
    rows = people.assign(score=[10, 1] * 40, answered_at=pd.Timestamp("2024-06-01"), response_id=people["customer_id"])
    answered = pd.concat([rows[rows["segment"] == "A"].head(40), rows[rows["segment"] == "C"].head(20)])
    check = bias.bias(replace(found, frame=answered, people=people.assign(orders=1)))
    assert check.score == pytest.approx(100 / 3)
    assert check.reweighted == pytest.approx(0)
    few = bias.bias(replace(found, frame=answered[answered["segment"] == "A"], people=people.assign(orders=1)))
    assert math.isnan(few.reweighted)


# -- money -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_the_planted_truths_are_found(name: str):
    """Score and returns by group of the generator, and the gap between promoters and detractors among like customers."""
    truth = json.loads((SAMPLE_DIR / name / "truth.json").read_text())["nps_and_return"]["measured"]
    space = open_sample(name)
    found = nps_answers.answers(space, Journal(), abcdx.default_rules(space, 12))
    score = nps_answers.score_of(found.frame)
    assert score.n == truth["answers"]
    assert score.value == pytest.approx(truth["nps"], abs=0.01)
    assert score.low < truth["nps"] < score.high
    worth = money.worth(space, found, truth["days"], truth["after"])
    for group, fate in worth.fates.items():
        planted = truth["groups"][group.value]
        assert fate.answers == pytest.approx(planted["events"], abs=1)
        assert fate.low <= planted["return_rate"] <= fate.high
        assert fate.return_rate == pytest.approx(planted["return_rate"], abs=0.02)  # the day against the minute
    gap = truth["groups"]["detractor"]["return_rate"] - truth["groups"]["promoter"]["return_rate"]
    back = worth.returned[Group.DETRACTOR]
    assert back.low <= gap <= back.high


def test_the_shop_learns_what_a_detractor_costs():
    space = open_sample("electronics")
    worth = money.worth(space, nps_answers.answers(space, Journal(), abcdx.default_rules(space, 12)))
    assert worth.returns_shown[Group.DETRACTOR]
    assert worth.is_shown[Group.DETRACTOR]
    assert worth.profit[Group.DETRACTOR].high < 0
    assert worth.keys[Group.DETRACTOR] >= 2


def test_scores_dealt_out_by_chance_are_worth_nothing():
    """The salon's answers with their groups shuffled, 40 times: false alarms as rarely as promised."""
    space = open_sample("salon")
    found = nps_answers.answers(space, Journal(), abcdx.default_rules(space, 12))
    chance, alarms = np.random.default_rng(3), 0
    for _ in range(40):
        found.frame["group"] = chance.permutation(found.frame["group"].to_numpy())
        worth = money.worth(space, found)
        alarms += any(worth.is_shown.values()) or any(worth.returns_shown.values())
    assert alarms <= 7  # 2 expected; 99.9 % of a binomial with 40 and .05


def test_what_follows_an_answer_by_a_loop():
    space = open_sample("electronics")
    found = nps_answers.answers(space, Journal(), abcdx.default_rules(space, 12))
    frame = money.facts(space, found, 180, 30).frame
    orders = pd.read_csv(SAMPLE_DIR / "electronics" / "orders.csv", dtype={"customer_id": str})
    orders["day"] = (pd.to_datetime(orders["ordered_at"]) - pd.Timestamp("1970-01-01")).dt.days
    for row in frame.sample(40, random_state=1).itertuples():
        mine = orders[orders["customer_id"] == found.frame.loc[row.answer_number, "customer_id"]]
        later = mine[(mine["day"] > row.day + 30) & (mine["day"] <= row.day + 180)]
        before = mine[(mine["day"] <= row.day) & (mine["day"] > row.day - 365)]
        assert row.orders_after == (~later["is_refund"]).sum()
        assert row.margin_after == pytest.approx(later["gross_margin"].sum(), abs=0.01)
        assert row.margin_before == pytest.approx(before["gross_margin"].sum(), abs=0.01)


def test_without_old_answers_there_is_nothing_to_say(tmp_path):
    space = small(tmp_path, ())
    assert money.worth(space, nps_answers.answers(space, Journal(), RULES)) is None


# -- the queue -------------------------------------------------------------------------------------


def test_a_low_score_waits_until_it_is_fixed(tmp_path):
    space, journal, day = small(tmp_path), Journal(), dt.date(2025, 1, 1)
    low = asking.record(journal, Given(2, Scale.ZERO_TEN, "slow", "c1"))
    other = asking.record(journal, Given(6, Scale.ONE_TEN))
    asking.record(journal, Given(7, Scale.ZERO_TEN))
    waiting = queue.waiting(space, journal, RULES, day)
    assert set(waiting["response_id"]) == {low, other}  # on both scales; June's answer of the file is history
    one = waiting.set_index("response_id").loc[low]
    assert (one["status"], one["improvement"], one["margin"]) == ("new", "slow", 1200.0)
    queue.follow_up(journal, low, Status.CALLED, "Ann", dt.date(2025, 2, 1), "will write")
    queue.follow_up(journal, low, Status.CALLED, note="wrote")
    one = queue.waiting(space, journal, RULES, day).set_index("response_id").loc[low]
    assert (one["status"], one["manager"], one["note"]) == ("called", "Ann", "wrote")
    assert one["due_at"] == pd.Timestamp("2025-02-01")
    queue.follow_up(journal, low, Status.FIXED)
    assert set(queue.waiting(space, journal, RULES, day)["response_id"]) == {other}


def test_the_overdue_come_first_then_the_dearest(tmp_path):
    scores = [(3, "0-10"), (2, "0-10"), (1, "0-10"), (0, "0-10")]
    space, journal = small(tmp_path, scores), Journal()
    found = nps_answers.answers(space, journal, RULES)
    ids = list(found.frame.sort_values("customer_id")["response_id"])
    late = dt.date(2024, 6, 5)
    found.people["margin"] = found.people["customer_id"].map({"c0": 1.0, "c1": 4.0, "c2": 3.0, "c3": 2.0})
    for name in ids[1:3]:
        queue.follow_up(journal, name, Status.NEW, due=dt.date(2024, 7, 1))
    waiting = queue.queue(found, journal, dt.date(2024, 6, 2), late)
    assert list(waiting["customer_id"]) == ["c3", "c0", "c1", "c2"]
    assert waiting["is_late"].tolist() == [True, True, False, False]


# -- themes ----------------------------------------------------------------------------------------


def test_words_with_one_root_are_one_theme():
    texts = ["Долгая доставка", "доставку ждали неделю", "Доставка!", "цены высокие", "Цена выросла", "ok"]
    found = themes.themes(texts)
    assert [theme.places for theme in found] == [(0, 1, 2), (3, 4), (5,)]
    assert found[0].root == themes.root_of("доставкой")
    assert found[-1].root == ""


@pytest.mark.parametrize(
    ("one", "other"), [("ожидания", "ожидание"), ("цены", "цена"), ("waiting", "waited"), ("deliveries", "delivery")]
)
def test_endings_do_not_matter(one: str, other: str):
    assert themes.root_of(one)[:5] == themes.root_of(other)[:5]


@pytest.mark.parametrize("name", SAMPLES)
def test_themes_of_the_samples_are_their_wishes(name: str):
    """The generators plant four wishes; every text stands in exactly one theme, and each theme holds one wish."""
    answers = pd.read_csv(SAMPLE_DIR / name / "nps_responses.csv")["improvement"].dropna()
    found = themes.themes(list(answers))
    assert sorted(place for theme in found for place in theme.places) == list(range(len(answers)))
    assert sorted(len(theme.places) for theme in found) == sorted(answers.value_counts())
    assert {theme.name for theme in found} == set(answers)


def test_people_rename_and_join_themes():
    journal, texts = Journal(), ["slow delivery", "delivery late", "long queue", "queue again"]
    first, second = themes.themes(texts)
    themes.rename(journal, first, "Waiting")
    themes.rename(journal, second, "waiting ")
    joined = themes.themes(texts, themes.named(journal))
    assert [(theme.name, len(theme.places)) for theme in joined] == [("Waiting", 4)]
    themes.rename(journal, first, "")
    themes.rename(journal, second, "")
    assert themes.themes(texts, themes.named(journal)) == [first, second]


# -- asking ----------------------------------------------------------------------------------------


def asked(space, journal, again=180, quiet=7):
    day = dt.date(2025, 1, 1)
    view = contacts(space, journal, default_regulation(Line.RETAIL, 30.0), RULES, day)
    return set(
        asking.may_be_asked(view, nps_answers.answers(space, journal, RULES), journal, quiet, again)["customer_id"]
    )


def test_nobody_is_asked_again_too_soon(tmp_path):
    space, journal, day = small(tmp_path), Journal(), dt.date(2025, 1, 1)
    assert asked(space, journal) == {"c0", "c1", "c2", "c3"}  # all answers are of 1 June, 214 days before
    assert asked(space, journal, again=365) == set()  # whatever scale they were on, whether valid or not
    links.invite(journal, ["c0"], "link", Scale.ZERO_TEN, "en", day)
    assert asked(space, journal) == {"c1", "c2", "c3"}
    asking.record_call(journal, "c1", day, Outcome.NO_ANSWER, None)
    asking.record_call(journal, "c2", day, Outcome.OPT_OUT, None)
    assert asked(space, journal) == {"c3"}
    assert asked(space, journal, quiet=0) == {"c1", "c3"}
    asking.record_call(journal, "c3", day, Outcome.TALKED, "Ann", Given(9, Scale.ZERO_TEN, customer_id="c3"))
    assert asked(space, journal, quiet=0) == {"c1"}


def test_a_call_that_fails_leaves_nothing(tmp_path):
    journal = Journal()
    with pytest.raises(LtvError):
        asking.record_call(journal, "c1", dt.date(2025, 1, 1), Outcome.TALKED, None, Given(11, Scale.ZERO_TEN))
    assert journal.count("touches") == 0


def test_a_file_read_twice_counts_once_and_paper_always():
    journal, at = Journal(), dt.datetime(2025, 1, 1)
    row = {"customer_id": None, "answered_at": at, "score": 9, "scale": "0-10", "improvement": "", "asked_via": "file"}
    assert asking.record_many(journal, [row, row, {**row, "score": 3}]) == (3, 0)
    assert asking.record_many(journal, [row, row, {**row, "score": 3}, {**row, "score": 4}]) == (1, 3)
    assert asking.record_many(journal, [row, row], is_file=False) == (2, 0)
    assert asking.record_many(journal, [row], is_file=False) == (1, 0)
    assert journal.count("nps_responses") == 7


def test_one_answer_a_personal_link():
    journal = Journal()
    (one,) = links.invite(journal, ["c1"], "link", Scale.ZERO_TEN, "en", dt.date(2025, 1, 1))
    asking.record(journal, Given(9, Scale.ZERO_TEN, invite=one))
    with pytest.raises(AlreadyWrittenError):
        asking.record(journal, Given(1, Scale.ZERO_TEN, invite=one))
    assert [(row["customer_id"], row["score"]) for row in journal.rows("nps_responses")] == [("c1", 9)]


# -- files -----------------------------------------------------------------------------------------


def read(folder, text: str, lowest: int = 0, encoding: str = "cp1251"):
    path = folder / "nps.csv"
    path.write_bytes(text.encode(encoding))
    return ingest.read_nps(path, folder / "raw", lowest)


def test_a_russian_file_with_bad_lines(tmp_path):
    text = (
        "Дата ответа;Клиент;Оценка;Что улучшить?\n05.03.2025;C1;9;\n06.03.2025;C2;11;x\n17.03.2025;C2;0;=1+1\n"
        "17.03.2025;C3;;z\n18.03.2025;C4;7,5;\n;C5;8;\n19.03.2025;C6;хорошо;\n"
    )
    found = read(tmp_path, text)
    assert [(row[0], row[1][:10], *row[2:5]) for row in found.rows] == [
        (2, "2025-03-05", 9, "C1", ""),
        (4, "2025-03-17", 0, "C2", "=1+1"),
    ]
    assert sorted((one.line, one.reason) for one in found.refused) == [
        (3, "off_scale"),
        (5, "no_score"),
        (6, "off_scale"),
        (7, "no_date"),
        (8, "bad_number"),
    ]
    assert [one.line for one in read(tmp_path, text, 1).refused if one.reason == "off_scale"] == [3, 4, 6]


def test_a_workbook_with_english_headers(tmp_path):
    frame = pd.DataFrame(
        {
            "Timestamp": pd.to_datetime(["2025-03-05 10:30", "2025-03-06 18:00"]),
            "How likely are you to recommend us?": [10, 4],
            "What should we improve?": [None, "Parking"],
            "Customer ID": ["A1", "A2"],
        }
    )
    path = tmp_path / "nps.xlsx"
    path.write_bytes(export.to_xlsx(frame))
    found = ingest.read_nps(path, tmp_path / "raw")
    assert [(row[2], row[3], row[4]) for row in found.rows] == [(10, "A1", ""), (4, "A2", "Parking")]


def test_a_file_without_scores_or_dates_says_so(tmp_path):
    with pytest.raises(MappingError, match="Score"):
        read(tmp_path, "Дата;Имя\n05.03.2025;Анна\n25.03.2025;Олег\n")
    with pytest.raises(MappingError, match="date"):
        read(tmp_path, "Оценка;Имя\n5;Анна\n9;Олег\n")
    with pytest.raises(MappingError, match="month"):
        read(tmp_path, "Дата;Оценка\n05.03.2025;5\n06.04.2025;9\n".replace(".", "/"))


def test_formulas_and_markup_leave_as_text(tmp_path):
    space, journal, evil = small(tmp_path), Journal(), '=HYPERLINK("http://x")<script>alert(1)</script>'
    asking.record(journal, Given(1, Scale.ZERO_TEN, evil, "c1"))
    waiting = queue.waiting(space, journal, RULES, dt.date(2025, 1, 1))
    written = pd.read_csv(io.BytesIO(export.to_csv(waiting)))
    assert written["improvement"].tolist() == ["'" + evil]
    from openpyxl import load_workbook

    sheet = load_workbook(io.BytesIO(export.to_xlsx(waiting))).active
    cells = [
        cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value and "HYPERLINK" in str(cell.value)
    ]
    assert [(cell.data_type, cell.hyperlink) for cell in cells] == [("s", None)]


def test_a_difference_of_two_scores():
    one, other = nps([10] * 60 + [3] * 40), nps([10] * 30 + [3] * 70)
    value, low, high, p_value = difference(one, other)
    assert value == pytest.approx(60.0)
    assert low < value < high
    assert p_value < 0.001
    assert math.isnan(difference(nps([10]), other)[3])
