"""Competitors: values and gaps by hand, the days around an event against plain pandas, false alarms counted, what was planted found."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

from ltvlib import abcdx, losses
from ltvlib.abcdx import classify
from ltvlib.journal import Journal
from ltvlib.market import effect, gaps, offers, overlay
from ltvlib.market.offers import MarketSettings
from ltvlib.market.values import Better, Side, guess_better, is_about, judge, read
from ltvlib.samples import SAMPLE_DIR, open_sample
from ltvlib.settings import AbcdxRules, Attribute, Filters
from tests.conftest import open_rows
from tests.test_pages import healthy, visit

RULES = AbcdxRules(50, 2)
END = dt.date(2025, 7, 1)


# -- reading offers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("31990", 31990),
        ("31 990 ₽", 31990),
        ("31\u00a0990", 31990),
        ("4.6", 4.6),
        ("3,5", 3.5),
        ("1,234.50", 1234.5),
        ("1.234,50", 1234.5),
        ("31,990", 31990),
        ("0,125", 0.125),
        ("3 дня", 3),
        ("from 300 EUR", 300),
        ("бесплатно", 0),
        ("Free", 0),
    ],
)
def test_numbers_in_texts(text: str, number: float):
    assert read(text).number == number


@pytest.mark.parametrize("text", ["3-5", "2 of 3", "", "   ", None, "есть", "by agreement"])
def test_what_is_no_single_number(text: str | None):
    assert math.isnan(read(text).number)


@pytest.mark.parametrize(
    ("text", "has"),
    [("есть", True), ("Да", True), ("yes", True), ("нет", False), ("No", False), ("—", False), ("free", True), ("по договорённости", None)],
)  # fmt: skip
def test_yes_and_no(text: str, has: bool | None):
    assert read(text).has is has


@pytest.mark.parametrize(
    ("criterion", "better"),
    [
        ("Sealed connector, EUR", Better.LESS),
        ("Стрижка женская, ₽", Better.LESS),
        ("Срок доставки, дней", Better.LESS),
        ("Minimum order, EUR", Better.LESS),
        ("Support answer, hours", Better.LESS),
        ("Оценка в отзывах", Better.MORE),
        ("Рейтинг на картах", Better.MORE),
        ("Mobile app rating", Better.MORE),
        ("Гарантия, дней", Better.MORE),
        ("Discount, EUR", Better.MORE),
        ("Parking", Better.UNKNOWN),
    ],
)
def test_directions_are_guessed_from_the_words(criterion: str, better: Better):
    assert guess_better(criterion) is better


@pytest.mark.parametrize(
    ("theirs", "ours", "better", "side"),
    [
        ("90", "100", Better.LESS, Side.THEIRS),
        ("90", "100", Better.MORE, Side.OURS),
        ("100", "100,0", Better.LESS, Side.EQUAL),
        ("90", "100", Better.UNKNOWN, Side.UNKNOWN),
        ("есть", "нет", Better.UNKNOWN, Side.THEIRS),
        ("no", "yes", Better.UNKNOWN, Side.OURS),
        ("yes", "no", Better.LESS, Side.OURS),
        ("free", "300", Better.LESS, Side.THEIRS),
        ("free", "no", Better.UNKNOWN, Side.THEIRS),
        ("есть", "100", Better.LESS, Side.UNKNOWN),
        (None, "100", Better.LESS, Side.UNKNOWN),
    ],
)
def test_whose_offer_is_better(theirs: str | None, ours: str, better: Better, side: Side):
    assert judge(read(theirs), read(ours), better) is side


@pytest.mark.parametrize(
    ("reason", "criterion", "expected"),
    [
        ("Price", "Sealed connector, EUR", True),
        ("Дорого", "Стрижка женская, ₽", True),
        ("Late deliveries", "Delivery, days", True),
        ("Сорвали срок доставки", "Срок доставки, дней", True),
        ("Нашёл дешевле", "Смартфон Orbi 7, ₽", True),
        ("Poor support", "Support answer, hours", True),
        ("No parking nearby", "Parking", True),
        ("Moved", "Sealed connector, EUR", False),
        ("Ушёл к другому мастеру", "Онлайн-запись", False),
        ("Price", "Delivery, days", False),
        ("Late deliveries", "Sealed connector, EUR", False),
    ],
)
def test_reasons_and_criteria(reason: str, criterion: str, expected: bool):
    assert is_about(reason, criterion) is expected


# -- the journal ------------------------------------------------------------------------------------------


def offer(rival: str, criterion: str, theirs: str, ours: str, day: str) -> dict[str, str]:
    return {
        "competitor": rival,
        "criterion": criterion,
        "their_value": theirs,
        "our_value": ours,
        "checked_at": day,
        "source": "site",
    }


@pytest.fixture
def space(tmp_path):
    """Three rivals' offers; x (worth 70 in the year before) and y (10) left Rival for the price, z (5) said no rival, v moved."""
    rows = [
        {"customer_id": "x", "ordered_at": "2024-12-01", "revenue": 60.0},
        {"customer_id": "x", "ordered_at": "2025-02-01", "revenue": 80.0},
        {"customer_id": "y", "ordered_at": "2023-09-10", "revenue": 20.0},
        {"customer_id": "z", "ordered_at": "2025-03-10", "revenue": 10.0},
        {"customer_id": "v", "ordered_at": "2025-03-10", "revenue": 8.0},
    ]
    lost = pd.DataFrame(
        [
            ("x", "2025-05-01", "Too expensive", "Rival"),
            ("y", "2024-05-01", "Price", "Rival"),
            ("z", "2025-06-01", "Price", None),
            ("v", "2025-06-02", "Moved", "Rival"),
        ],
        columns=["customer_id", "lost_at", "reason", "competitor"],
    ).assign(lost_at=lambda frame: pd.to_datetime(frame["lost_at"]))
    seen = pd.DataFrame(
        [
            offer("Rival", "Haircut, EUR", "90", "100", "2024-06-01"),
            offer("Rival", "Haircut, EUR", "80", "100", "2025-03-01"),
            offer("Rival", "Rating", "4.5", "4.8", "2025-05-01"),
            offer("Other", "Haircut, EUR", "120", "100", "2025-06-01"),
            offer("Other", "Online booking", "yes", "no", "2025-01-01"),
            offer("Other", "Online booking", "yes", "no", "2025-06-20"),
        ]
    ).assign(checked_at=lambda frame: pd.to_datetime(frame["checked_at"]))
    return open_rows(tmp_path, rows, END, 0.5, losses=lost, competitor_offers=seen)


def test_checks_by_hand(space):
    found = offers.checks(space, Journal())
    latest = found.latest.set_index(["competitor", "criterion"])
    assert latest["side"].to_dict() == {
        ("Rival", "Haircut, EUR"): "theirs",
        ("Rival", "Rating"): "ours",
        ("Other", "Haircut, EUR"): "ours",
        ("Other", "Online booking"): "theirs",
    }
    assert latest.loc[("Rival", "Haircut, EUR"), "gap"] == pytest.approx(0.2)
    assert math.isnan(latest.loc[("Other", "Online booking"), "gap"])
    changes = found.changes
    assert changes[["competitor", "previous_theirs", "their_value", "mover"]].to_numpy().tolist() == [
        ["Rival", "90", "80", "theirs"]
    ]
    assert found.events["mover"].tolist() == ["theirs", "", "", "", "", ""]
    assert offers.compared(found) == 4


def test_gaps_by_hand(space):
    register = losses.register(space, Journal(), RULES).frame
    found = gaps.gaps(offers.checks(space, Journal()), register, END)
    shown = found[["competitor", "criterion", *gaps.FACTS, "reasons"]].to_numpy().tolist()
    # y's order of September 2023 lies in the year before its loss; z named no rival and counts, v left for another reason
    assert shown == [
        ["Rival", "Haircut, EUR", 3, 2, 85.0, 1, "Price, Too expensive"],
        ["Other", "Online booking", 0, 0, 0.0, 0, ""],
    ]
    assert gaps.behind(offers.checks(space, Journal()), register)["customer_id"].tolist() == ["z", "x", "y"]
    assert gaps.unwatched(offers.checks(space, Journal()), register)[["reason", "losses"]].to_numpy().tolist() == [
        ["Moved", 1]
    ]


def test_a_written_check_leaves_the_reminder_and_counts_at_once(space):
    journal = Journal()
    before = offers.due(offers.checks(space, journal), END, 90)
    assert before[["competitor", "criterion", "days_ago"]].to_numpy().tolist() == [["Rival", "Haircut, EUR", 122]]
    offers.write(journal, " Rival ", "Haircut, EUR", "110", "100", dt.date(2025, 6, 30), "call", "Ann")
    found = offers.checks(space, journal)
    assert offers.due(found, END, 90).empty
    last = offers.history(found, "Rival", "Haircut, EUR").iloc[-1]
    assert (last["side"], last["mover"], last["checked_by"], last["previous_theirs"]) == ("ours", "theirs", "Ann", "80")


def test_the_last_word_of_a_day_counts(space):
    journal = Journal()
    for theirs in ("70", "75"):
        offers.write(journal, "Rival", "Haircut, EUR", theirs, "100", dt.date(2025, 6, 30))
    history = offers.history(offers.checks(space, journal), "Rival", "Haircut, EUR")
    assert history["their_value"].tolist() == ["90", "80", "75"]


def test_a_corrected_direction_turns_the_gap(space):
    journal = Journal()
    MarketSettings({"Haircut, EUR": Better.MORE}, 30).keep(journal)
    again = MarketSettings.of(journal)
    assert (again.better("Haircut, EUR"), again.better("Rating"), again.days) == (Better.MORE, Better.MORE, 30)
    latest = offers.checks(space, journal).latest.set_index(["competitor", "criterion"])["side"]
    assert latest[("Rival", "Haircut, EUR")] == "ours"
    assert latest[("Other", "Haircut, EUR")] == "theirs"


def test_what_is_written_outlives_the_program(tmp_path):
    journal = Journal(tmp_path)
    offers.write(journal, "Rival", "Price", "1", "2", END, "site", "Ann")
    journal.close()
    again = Journal(tmp_path)
    assert again.rows("competitor_offers")[0]["checked_by"] == "Ann"
    again.close()


def test_months_by_hand(space):
    """First orders: y Sep 2023, x Dec 2024 (again on day 62), z and v Mar 2025; losses May 2024, May 2025, two in June."""
    register = losses.register(space, Journal(), RULES).frame
    frame = overlay.months(space, register).frame.set_index("month")
    assert len(frame) == 22
    assert frame["new_customers"].sum() == 4
    assert frame.loc[dt.date(2024, 12, 1), "return_rate"] == 1.0
    assert frame.loc[dt.date(2025, 3, 1), "return_rate"] == 0.0
    assert math.isnan(frame.loc[dt.date(2024, 1, 1), "return_rate"])
    lost = frame["losses"]
    assert lost[lost > 0].to_dict() == {dt.date(2024, 5, 1): 1, dt.date(2025, 5, 1): 1, dt.date(2025, 6, 1): 2}


def test_a_cohort_that_is_not_complete_has_no_return(space):
    register = losses.register(space, Journal(), RULES).frame
    frame = overlay.months(space, register, days=150).frame.set_index("month")
    assert math.isnan(frame.loc[dt.date(2025, 3, 1), "return_rate"])
    assert frame.loc[dt.date(2024, 12, 1), "return_rate"] == 1.0


# -- around an event --------------------------------------------------------------------------------------


def by_plain_pandas(name: str, day: dt.date, length: int, rules: AbcdxRules) -> pd.DataFrame:
    """The same table from the CSV files, by a loop over customers."""
    orders = pd.read_csv(SAMPLE_DIR / name / "orders.csv", dtype={"customer_id": str})
    orders["day"] = pd.to_datetime(orders["ordered_at"]).dt.normalize()
    rows = []
    for place, at in enumerate([pd.Timestamp(day), pd.Timestamp(day) - pd.DateOffset(years=1)]):
        start, span = at - pd.Timedelta(days=length), pd.Timedelta(days=length)
        for customer, own in orders.groupby("customer_id"):
            sold = own[~own["is_refund"]]
            if sold.empty or sold["day"].min() >= start:
                continue
            since = start - pd.DateOffset(months=rules.window_months)
            window = own[(own["day"] >= since) & (own["day"] < start)]
            bought = int((~window["is_refund"]).sum())
            segment = classify(window["revenue"].sum(), bought, rules, on_register=customer in rules.x_customers)
            before = ((sold["day"] >= start) & (sold["day"] < at)).sum()
            after = ((sold["day"] >= at) & (sold["day"] < at + span)).sum()
            rows.append((customer, place, segment.value, bought, before, after))
    frame = pd.DataFrame(rows, columns=["customer_id", "place", "segment", "orders", "orders_before", "orders_after"])
    return frame[frame["segment"] != "inactive"]


@pytest.mark.parametrize(("name", "day"), [("b2b", dt.date(2025, 3, 4)), ("salon", dt.date(2025, 2, 12))])
def test_the_days_around_an_event_agree_with_plain_pandas(name: str, day: dt.date):
    space = open_sample(name)
    rules = abcdx.default_rules(space, 12)
    found = effect.around(space, day, 90, rules)
    assert found is not None
    assert found.has_year_before
    ids = space.database.query("select customer_key, customer_id from customer_ids").frame
    keys = ["place", "segment", "orders", "orders_before", "orders_after"]
    ours = found.answer.frame.merge(ids, on="customer_key")[["customer_id", *keys]]
    theirs = by_plain_pandas(name, day, 90, rules)
    assert sorted(map(tuple, ours.to_numpy())) == sorted(map(tuple, theirs.to_numpy()))
    now = theirs[theirs["place"] == 0].groupby("segment")
    for shift in found.shifts[1:]:
        rows = now.get_group(shift.segment)
        assert shift.customers <= len(rows), "who has no like customer a year earlier is left out"
        if shift.customers == len(rows):
            assert shift.before == pytest.approx(rows["orders_before"].mean() * 30.4375 / 90)
            assert shift.after == pytest.approx(rows["orders_after"].mean() * 30.4375 / 90)


def test_without_a_year_before_the_difference_is_before_and_after(tmp_path):
    """p buys twice before and once after, q once and never: -1 order each in 60 days."""
    days = {"p": ["2025-01-01", "2025-03-20", "2025-04-10", "2025-05-10"], "q": ["2025-01-01", "2025-04-10"]}
    rows = [{"customer_id": who, "ordered_at": day, "revenue": 10.0} for who, own in days.items() for day in own]
    space = open_rows(tmp_path, rows, END)
    found = effect.around(space, dt.date(2025, 5, 1), 60, RULES)
    assert found is not None
    assert not found.has_year_before
    whole = found.shifts[0]
    month = 30.4375 / 60
    assert (whole.before, whole.after, whole.value) == pytest.approx((1.5 * month, 0.5 * month, -month))
    assert math.isnan(whole.p_value)
    assert not any(shift.is_shown for shift in found.shifts)
    assert [(shift.segment, shift.customers) for shift in found.shifts] == [("", 2), ("D", 2)]


def test_too_early_or_too_late_says_nothing(space):
    assert effect.around(space, dt.date(2025, 6, 1), 60, RULES) is None
    assert effect.around(space, dt.date(2023, 10, 1), 60, RULES) is None
    assert effect.complete_on(dt.date(2025, 6, 1), 60) == dt.date(2025, 7, 31)


def test_a_planted_fall_of_one_segment_is_found_and_no_other(tmp_path):
    """150 often (every 20 days) and 150 rarely (every 70 days); from 1 March 2025 the rare ones order every 140 days."""
    dice, rows, event, first = np.random.default_rng(5), [], dt.date(2025, 3, 1), dt.date(2023, 1, 1)
    for place in range(300):
        is_rare, at = place >= 150, float(dice.integers(0, 60))
        while at < 880:
            day = first + dt.timedelta(days=int(at))
            rows.append({"customer_id": f"c{place}", "ordered_at": day.isoformat(), "revenue": 10.0})
            usual = 70 if is_rare else 20
            at += dice.exponential(usual * (2 if is_rare and day >= event else 1))
            if is_rare and day < event and first + dt.timedelta(days=int(at)) >= event:
                rest = at - (event - first).days  # what is left of the gap is stretched too
                at += rest
    space = open_rows(tmp_path, rows, dt.date(2025, 6, 1))
    found = effect.around(space, event, 90, AbcdxRules(50, 11))
    assert found is not None
    by = {shift.segment: shift for shift in found.shifts}
    assert set(by) == {"", "C", "D"}
    assert by["D"].is_shown
    assert by["D"].low < -30.4375 / 140 < by["D"].high  # from 1 order in 70 days to 1 in 140
    assert not by["C"].is_shown


def worlds(count: int, size: int, days: int) -> pd.DataFrame:
    """Businesses in which nothing ever happens but the season: customers come evenly, at rhythms of their own, and fade."""
    dice, rows = np.random.default_rng(11), []
    for place in range(count * size):
        at, gap, end = dice.integers(0, days), np.exp(dice.normal(np.log(45), 0.6)), dice.exponential(300)
        check, start, orders = np.exp(dice.normal(4, 0.5)), at, 0
        while at < days and (not orders or at < start + end):
            if not orders or dice.random() < (1 + 0.3 * np.sin(2 * np.pi * at / 365)) / 1.3:
                rows.append((f"c{place}", int(at), round(check * np.exp(dice.normal(0, 0.2)), 2), f"w{place % count}"))
                orders += 1
            at += dice.exponential(gap / 1.3)
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "revenue", "channel"])
    frame["ordered_at"] = pd.Timestamp("2023-01-01") + pd.to_timedelta(frame.pop("day"), unit="D")
    return frame


def test_false_alarms_where_nothing_happened(tmp_path):
    """100 businesses without any event, a random day in each: at 95 % at most 7 of 100 comparisons move by chance."""
    frame, dice = worlds(100, 300, 1030), np.random.default_rng(3)
    space = open_rows(tmp_path, frame.to_dict("records"), dt.date(2025, 10, 27))
    segments, together = [], []
    for world in range(100):
        day = dt.date(2024, 12, 5) + dt.timedelta(days=int(dice.integers(0, 260)))
        own = Filters(attributes=((Attribute.CHANNEL, (f"w{world}",)),))
        found = effect.around(space, day, 60, AbcdxRules(60, 4), own)
        assert found is not None
        assert found.has_year_before
        segments += [shift.p_value for shift in found.shifts[1:] if math.isfinite(shift.p_value)]
        together.append(found.shifts[0].p_value)
    assert len(segments) > 250
    assert np.mean(np.array(segments) < 0.05) <= 0.07
    assert np.mean(np.array(together) < 0.05) <= 0.07


def test_false_alarms_on_the_samples():
    """25 random days on each sample without a planted event. Days near each other share their orders, so it is the mean that counts."""
    chance, p_values = np.random.default_rng(1), []
    for name in ("salon", "kids", "electronics", "crm"):
        space = open_sample(name)
        rules = abcdx.default_rules(space, 12)
        every = [dt.date(2024, 10, 1) + dt.timedelta(days=day) for day in range(400)]
        days = [day for day in every if effect.is_measurable(space, day, 90)]
        days = [day for day in days if effect.reaches_year_before(space, day, 90, rules)]
        for place in chance.choice(len(days), 25, replace=False):
            found = effect.around(space, days[place], 90, rules)
            assert found is not None
            p_values += [shift.p_value for shift in found.shifts[1:] if math.isfinite(shift.p_value)]
    assert len(p_values) > 250
    assert np.mean(np.array(p_values) < 0.05) <= 0.07


# -- what was planted -------------------------------------------------------------------------------------


def test_the_price_war_comes_out_on_top_and_is_seen_in_the_orders():
    """Planted in B2B: Kestrel Parts took 2 customers on price in 26 months and 8 in the 8 months since March 2025."""
    space, journal = open_sample("b2b"), Journal()
    rules = abcdx.default_rules(space, 12)
    checks = offers.checks(space, journal)
    top = gaps.gaps(checks, losses.register(space, journal, rules).frame, space.as_of()).iloc[0]
    assert (top["competitor"], top["criterion"]) == ("Kestrel Parts", "Sealed connector, EUR")
    assert (top["named"], top["named_last_year"]) == (10, 8)
    assert dt.date(2025, 3, 4) in set(checks.changes["checked_at"].dt.date)
    found = effect.around(space, dt.date(2025, 3, 4), 90, rules)
    assert found is not None
    assert found.shifts[0].is_shown
    assert found.shifts[0].high < 0


# -- the page ---------------------------------------------------------------------------------------------


def test_a_check_written_on_the_page_leaves_the_reminder():
    at = healthy(visit("market", "b2b"))
    due = next(frame for frame in at.dataframe if "days_ago" in frame.value)
    assert due.value["criterion"].tolist() == ["DC converter 24 V, EUR", "Minimum order, EUR"]
    theirs = next(field for field in at.text_input if field.label == "Theirs")
    theirs.set_value("23.50")
    next(button for button in at.button if button.label == "Write it down").click()
    healthy(at.run())
    due = next(frame for frame in at.dataframe if "days_ago" in frame.value)
    assert due.value["criterion"].tolist() == ["Minimum order, EUR"]
    gap = next(frame for frame in at.dataframe if "named" in frame.value).value
    assert "DC converter 24 V, EUR" not in gap["criterion"].tolist(), "ours, taken from the last check, is better now"


def test_without_a_name_nothing_is_written():
    at = healthy(visit("market", "b2b"))
    next(button for button in at.button if button.label == "Write it down").click()
    at.run()
    assert at.error[0].value == "Write down what the rival offers."
    due = next(frame for frame in at.dataframe if "days_ago" in frame.value)
    assert len(due.value) == 2


@pytest.mark.parametrize("length", [60, 90, 120])
@pytest.mark.parametrize("name", ["b2b", "kids", "crm"])
def test_every_event_and_length_draws(name: str, length: int):
    key = {"b2b": "2025-09-16 Volta Supply Delivery, days", "kids": "2024-10-20 Парк «Батутыч» Билет выходного дня, ₽"}
    state = {f"{name}_market_days": length}
    if name in key:
        state[f"{name}_market_event"] = key[name]
    healthy(visit("market", name, **state))
