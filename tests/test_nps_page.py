"""The NPS page: every way of asking writes what it should, and what is written is acted on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ltvlib.nps import links
from ltvlib.nps.asking import Given, record
from ltvlib.nps.score import Scale
from pages.ui.registry import REGISTRY
from tests.test_pages import healthy, visit

WAYS = ("qr", "personal", "phone", "paper", "file")


def opened(tab: str, data: str = "salon", language: str = "en", **state: object) -> AppTest:
    return healthy(visit("nps", data, language, nps_tabs=tab, **state))


def journal(at: AppTest, data: str = "salon"):
    return REGISTRY.session(at.session_state["uid"]).journal(data)


def asking(way: str, data: str = "salon", language: str = "en") -> AppTest:
    tab = {"en": "Collect answers", "ru": "Собрать ответы"}[language]
    return opened(tab, data, language, **{f"{data}_nps_way": way})


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_asking_opens(way: str, language: str):
    asking(way, "kids", language)


@pytest.mark.parametrize("data", ["salon", "crm"])
@pytest.mark.parametrize("tab", ["Call back", "In money", "What to improve"])
def test_every_tab_opens(tab: str, data: str):
    assert len(opened(tab, data).markdown) > 1


def test_the_code_on_the_counter_stays_the_same():
    at = asking("qr")
    link = at.code[0].value
    assert re.fullmatch(r"http://[^/]+/s/[\w.-]+", link)
    found = links.opened(journal(at), link.rsplit("/", 1)[1])
    assert (found.customer_id, found.scale, found.asked_via) == (None, Scale.ONE_TEN, "QR")
    at.run()
    assert at.code[0].value == link
    assert journal(at).count("nps_invites") == 1


def test_personal_links_are_made_once_for_each():
    at = asking("personal")
    at.number_input[0].set_value(3).run()
    next(button for button in at.button if button.label == "Make 3 links").click().run()
    sheet = next(frame.value for frame in healthy(at).dataframe if "link" in frame.value)
    invited = journal(at).frame("nps_invites")
    assert len(sheet) == 3
    assert set(sheet["customer_id"]) == set(invited["customer_id"])
    for customer, link in zip(sheet["customer_id"], sheet["link"], strict=True):
        assert links.opened(journal(at), link.rsplit("/", 1)[1]).customer_id == customer
    assert not set(sheet["customer_id"]) & {row["customer_id"] for row in journal(at).rows("nps_responses")}
    next(button for button in at.button if button.label == "Make 3 links").click().run()
    again = journal(at).frame("nps_invites")
    assert again["customer_id"].is_unique, "nobody is asked twice"
    assert len(again) == 6


def test_the_phone_script_asks_the_second_question_below_the_top():
    at = asking("phone")
    customer = at.session_state["salon_nps_call"]
    score = at.button_group(key=f"nps_score_{customer}")
    score.set_value(10).run()
    assert not at.text_area
    score = at.button_group(key=f"nps_score_{customer}")
    score.set_value(4).run()
    at.text_area[0].set_value("Too long a wait").run()
    at.button(key="nps_call_talked").click().run()
    (row,) = journal(healthy(at)).rows("nps_responses")
    assert (row["customer_id"], row["score"], row["scale"]) == (customer, 4, "1-10")
    assert (row["improvement"], row["asked_via"]) == ("Too long a wait", "phone")
    assert [touch["outcome"] for touch in journal(at).rows("touches")] == ["talked"]
    assert at.session_state["salon_nps_call"] != customer
    tile = next(metric for metric in at.metric if metric.label == "Low scores to call back")
    assert int(tile.value) == int(next(m for m in opened("Call back").metric if m.label == tile.label).value) + 1


def test_a_file_is_read_and_every_line_accounted_for(tmp_path: Path):
    at = asking("file")
    lines = "Дата;Клиент;Оценка;Комментарий\n05.03.2025;C0001;9;\n16.03.2025;C0002;11;x\n17.03.2025;C0003;1;<b>очередь</b>\n"
    at.file_uploader(key="nps_upload_0").upload("nps.csv", lines.encode("cp1251"), "text/csv").run()
    at.button(key="nps_upload_apply").click().run()
    said = " ".join(box.value for box in healthy(at).success)
    assert "3 lines in the file = 2 used + 1 refused." in said
    assert "2 answers are new." in said
    refused = next(frame.value for frame in at.dataframe if "reason" in frame.value)
    assert refused[["line", "reason"]].to_numpy().tolist() == [[3, "Score outside the scale"]]
    at.file_uploader(key="nps_upload_1").upload("nps.csv", lines.encode("cp1251"), "text/csv").run()
    at.button(key="nps_upload_apply").click().run()
    assert "2 were here already." in " ".join(box.value for box in healthy(at).success)
    assert journal(at).count("nps_responses") == 2


def test_a_call_back_is_written_down_and_leaves_when_fixed():
    at = opened("Call back")
    response = at.session_state["salon_nps_now"]
    at.text_input(key=f"nps_note_{response}").set_value("Sorry said").run()
    at.button(key="nps_called").click().run()
    (row,) = journal(healthy(at)).rows("nps_followups")
    assert (row["response_id"], row["status"], row["note"]) == (response, "called", "Sorry said")
    at.button(key="nps_fixed").click().run()
    assert journal(healthy(at)).rows("nps_followups")[-1]["status"] == "fixed"
    assert response not in at.selectbox(key="salon_nps_now").options
    assert at.session_state["salon_nps_now"] != response


def test_what_the_owner_calls_a_theme_stays():
    at = opened("What to improve", "electronics")
    theme = next(box for box in at.selectbox if box.label == "Theme")
    at.text_input[0].set_value("Late <b>delivery</b>")
    next(button for button in at.button if button.label == "Rename").click().run()
    healthy(at)
    assert "Late <b>delivery</b>" in next(box for box in at.selectbox if box.label == "Theme").options
    assert "Late <b>delivery</b>" not in theme.options
    title = next(element.value for element in at.markdown if "What to improve first" in element.value)
    assert "<b>" not in title


def test_what_the_survey_says_is_kept():
    at = asking("qr")
    next(box for box in at.text_input if box.label == "Name of your business on the form").set_value("Linden")
    next(button for button in at.button if button.label == "Save").click().run()
    assert links.settings(journal(healthy(at))).business == "Linden"


def test_a_low_score_without_a_name_stands_apart_until_it_was_read():
    at = opened("Call back")
    before = next(metric for metric in at.metric if metric.label == "Low scores to call back").value
    record(journal(at), Given(2, Scale.ONE_TEN, "Too <b>loud</b>"))
    healthy(at.run())
    tile = next(metric for metric in at.metric if metric.label == "Low scores to call back")
    assert (tile.value, "1 more without a name" in tile.delta) == (before, True), "nobody can be called back"
    said = " ".join(element.value for element in at.markdown)
    assert "Without a name: 1 low answer" in said
    assert "Too \\<b\\>loud\\</b\\>" in said
    at.button(key="nps_nameless_read").click().run()
    assert "Without a name" not in " ".join(element.value for element in healthy(at).markdown)
    assert [row["status"] for row in journal(at).rows("nps_followups")] == ["fixed"]
