"""The public form: it opens without a login or a script, loses nothing, and refuses what is forged, replayed or too late."""

from __future__ import annotations

import datetime as dt
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from uuid import uuid4

import pytest
import uvicorn
from starlette.applications import Starlette

from ltvlib.journal import Journal
from ltvlib.nps import links
from ltvlib.nps.score import Scale
from pages.survey import html, routes
from pages.survey.limits import Limiter
from pages.ui.registry import REGISTRY
from tests.houses import free_port

DAY = dt.date(2025, 1, 1)
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> =1+1"


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """The routes on a real server."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes.routes()), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}/s/"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch) -> Journal:
    """The journal of an open tab; nobody has knocked yet."""
    for name in ("PER_ADDRESS", "PER_PERSON", "FORGED_PER_ADDRESS"):
        old = getattr(routes, name)
        monkeypatch.setattr(routes, name, Limiter(old.times, old.seconds))
    return REGISTRY.session(uuid4().hex).journal("upload")


def call(url: str, fields: dict[str, object] | bytes | None = None, **headers: str) -> tuple[int, str, dict[str, str]]:
    data = urllib.parse.urlencode(fields).encode() if isinstance(fields, dict) else fields
    try:
        answer = urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    return answer.status, answer.read().decode(), dict(answer.headers)


def hidden(page: str, name: str) -> str:
    found = re.search(rf"name={name} value='([^']*)'", page)
    assert found, page
    return unescape(found[1])


def personal(journal: Journal, customers: tuple[str, ...] = ("c1",), language: str = "en") -> list[str]:
    made = links.invite(journal, customers, "link", Scale.ZERO_TEN, language, DAY)
    return [links.token(journal, one) for one in made]


def counter(journal: Journal, scale: Scale = Scale.ZERO_TEN) -> str:
    return links.token(journal, links.counter(journal, "QR", scale, "en"))


def send(url: str, score: object, text: str = "") -> tuple[int, str, dict[str, str]]:
    return call(url, {"score": score, "improvement": text, "once": hidden(call(url)[1], "once")})


def test_the_form_is_plain_html_for_a_phone(base, journal):
    links.keep(journal, links.SurveySettings("<b>Salon</b> & Co"))
    status, page, headers = call(base + personal(journal)[0])
    assert status == 200
    assert "<script" not in page
    assert 'name="viewport"' in page
    assert "recommend &lt;b&gt;Salon&lt;/b&gt; &amp; Co?" in page
    assert [int(n) for n in re.findall(r"name=score value=(\d+)", page)] == list(range(11))
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert headers["cache-control"] == "no-store"
    assert headers["x-robots-tag"] == "noindex"


def test_the_scale_and_the_language_are_those_of_the_invitation(base, journal):
    one = links.invite(journal, ["c1"], "link", Scale.ONE_TEN, "ru", DAY)[0]
    page = call(base + links.token(journal, one))[1]
    assert [int(n) for n in re.findall(r"name=score value=(\d+)", page)] == list(range(1, 11))
    assert '<html lang="ru">' in page
    assert send(base + links.token(journal, one), 0)[0] == 422
    assert send(base + links.token(journal, one), 1)[0] == 200
    assert journal.rows("nps_responses")[0]["scale"] == "1-10"


def test_an_answer_is_written_once(base, journal):
    url = base + personal(journal)[0]
    assert send(url, 4, "  Parking \n\x00 please ")[0] == 200
    (row,) = journal.rows("nps_responses")
    assert (row["customer_id"], row["score"], row["improvement"], row["asked_via"]) == (
        "c1",
        4,
        "Parking\nplease",
        "link",
    )
    status, page, _ = call(url)
    assert status == 410
    assert "answered already" in page
    assert call(url, {"score": 10})[0] == 410
    assert journal.count("nps_responses") == 1


def test_a_form_sent_twice_counts_once(base, journal):
    url = base + counter(journal)
    fields = {"score": 9, "once": hidden(call(url)[1], "once")}
    assert call(url, fields)[0] == 200
    status, page, _ = call(url, {**fields, "score": 1})
    assert (status, "answered already" in page) == (200, True)
    assert [row["score"] for row in journal.rows("nps_responses")] == [9]
    assert send(url, 3, "x")[0] == 200  # somebody else at the counter
    assert journal.count("nps_responses") == 2


def test_who_wrote_nothing_is_asked_once_more(base, journal):
    for token in (personal(journal)[0], counter(journal)):
        status, page, _ = send(base + token, 6)
        assert status == 200
        fields = {"answered": hidden(page, "answered"), "improvement": "Longer hours"}
        assert call(base + token, fields)[0] == 200
        assert call(base + token, {**fields, "improvement": "something else"})[0] == 200
    assert [row["improvement"] for row in journal.rows("nps_responses")] == ["Longer hours"] * 2
    assert "name=answered" not in send(base + counter(journal), 10)[1]  # the top of the scale is not asked


def test_a_pass_for_the_second_question_cannot_be_made(base, journal):
    token = counter(journal)
    send(base + token, 2)
    forged = links.sign_why(Journal(), journal.rows("nps_responses")[0]["response_id"])
    assert call(base + token, {"answered": forged, "improvement": "x"})[0] == 410
    assert journal.rows("nps_responses")[0]["improvement"] is None


def test_forged_links_are_refused(base, journal):
    token = personal(journal)[0]
    other = REGISTRY.session(uuid4().hex).journal("upload")
    place, payload, signature = token.split(".")
    foreign = personal(other)[0].split(".", 1)[1]
    for forged in (
        "x",
        f"{place}.{payload}",
        f"{place}.{payload}.{signature[:-2]}AA",
        f"{place}.{payload[:-2]}AA.{signature}",
        f"{place}.{foreign}",
        f"kept.{payload}.{signature}",
        f"{uuid4().hex}.{payload}.{signature}",
        "a" * 5000,
        "..%2f..%2fetc",
        "%00",
    ):
        status, page, _ = call(base + forged)
        assert status in (403, 404), forged
        assert status == 404 or "does not work" in page
        assert call(base + forged, {"score": 1})[0] in (403, 404)
    assert journal.count("nps_responses") == other.count("nps_responses") == 0


def test_an_expired_link_is_refused(base, journal):
    token = personal(journal)[0]
    journal.write([("update nps_invites set expires_at = $at", {"at": dt.datetime(2020, 1, 1)})])
    links._invites.clear()
    status, page, _ = call(base + token)
    assert (status, "expired" in page) == (410, True)
    assert call(base + token, {"score": 1})[0] == 410
    assert journal.count("nps_responses") == 0


def test_a_form_left_open_too_long_is_sent_once_more(base, journal, monkeypatch):
    url = base + personal(journal)[0]
    once = hidden(call(url)[1], "once")
    monkeypatch.setattr(links, "FORM_SECONDS", -1)
    status, page, _ = call(url, {"score": 3, "improvement": "kept", "once": once})
    assert status == 422
    assert "value=3 required checked" in page
    assert ">kept</textarea>" in page
    assert journal.count("nps_responses") == 0


@pytest.mark.parametrize("score", ["", "11", "-1", "5.5", "٣", "abc", "1e1", "9" * 400, "<b>"])
def test_only_numbers_of_the_scale(base, journal, score: str):
    status, page, _ = send(base + counter(journal), score, EVIL)
    assert status == 422
    assert "Please choose a number." in page
    assert "<script>alert" not in page
    assert "<img" not in page
    assert journal.count("nps_responses") == 0


def test_long_bodies_are_not_read(base, journal):
    url = base + counter(journal)
    assert call(url, b"improvement=" + b"x" * 200_000)[0] == 413
    assert call(url, b"&".join(b"a=1" for _ in range(100)))[0] == 413
    send(url, 1, "y" * 5000)
    assert len(journal.rows("nps_responses")[0]["improvement"]) == 2000


def test_too_many_knocks(base, journal, monkeypatch):
    monkeypatch.setattr(routes, "PER_ADDRESS", Limiter(5, 60))
    url = base + counter(journal)
    assert [call(url)[0] for _ in range(7)] == [200] * 5 + [429] * 2
    monkeypatch.setattr(routes, "PER_ADDRESS", Limiter(500, 60))
    monkeypatch.setattr(routes, "FORGED_PER_ADDRESS", Limiter(2, 60))
    assert [call(base + "x.y")[0] for _ in range(3)] == [403, 403, 429]
    monkeypatch.setattr(routes, "PER_PERSON", Limiter(3, 60))
    url = base + personal(journal)[0]
    assert [call(url)[0] for _ in range(4)] == [200, 200, 200, 429]


def test_a_limit_forgets_after_its_time():
    clock = [0.0]
    limit = Limiter(2, 10, lambda: clock[0])
    assert [limit.allows("a"), limit.allows("a"), limit.allows("a"), limit.allows("b")] == [True, True, False, True]
    clock[0] = 10.5
    assert limit.allows("a")


def test_fifty_at_once_lose_nothing(base, journal):
    """Fifty customers with links of their own and fifty at the counter, all sending in the same moment."""
    own, desk = personal(journal, tuple(f"c{n}" for n in range(50))), counter(journal)
    jobs = [(base + token, n % 11, f"own {n}") for n, token in enumerate(own)]
    jobs += [(base + desk, n % 11, f"desk {n}") for n in range(50)]
    barrier = threading.Barrier(50)

    def one(job: tuple[str, int, str]) -> int:
        once = hidden(call(job[0])[1], "once")
        barrier.wait(60)
        return call(job[0], {"score": job[1], "improvement": job[2], "once": once})[0]

    with ThreadPoolExecutor(50) as pool:
        assert list(pool.map(one, jobs)) == [200] * 100
    rows = journal.rows("nps_responses")
    assert sorted((row["score"], row["improvement"]) for row in rows) == sorted(job[1:] for job in jobs)
    assert {row["customer_id"] for row in rows if row["improvement"].startswith("own")} == {f"c{n}" for n in range(50)}


def test_one_link_sent_by_fifty_at_once_counts_once(base, journal, monkeypatch):
    monkeypatch.setattr(routes, "PER_PERSON", Limiter(500, 60))
    url = base + personal(journal)[0]
    nonces = [hidden(call(url)[1], "once") for _ in range(50)]
    with ThreadPoolExecutor(50) as pool:
        codes = list(pool.map(lambda once: call(url, {"score": 5, "improvement": "x", "once": once})[0], nonces))
    assert set(codes) <= {200, 410}
    assert journal.count("nps_responses") == 1


def test_markup_in_an_answer_stays_text(base, journal):
    assert send(base + counter(journal), 1, EVIL)[0] == 200
    assert journal.rows("nps_responses")[0]["improvement"] == EVIL
    page = html.form("en", Scale.ZERO_TEN, EVIL, "'><script>", None, EVIL, EVIL)
    assert "<script" not in page
    assert "<img" not in page


def test_a_closed_tab_ends_its_links(base):
    session = REGISTRY.session(uuid4().hex)
    token = personal(session.journal("upload"))[0]
    assert call(base + token)[0] == 200
    session.forget()
    assert call(base + token)[0] == 403


def test_kept_links_work_after_a_restart(base, journal, tmp_path, monkeypatch):
    """The key and the invitations stand in the kept journal, so a printed code opens the form of the next program too."""
    monkeypatch.setenv("LTV_HOME", str(tmp_path / "home"))
    REGISTRY.close_home()
    try:
        home = REGISTRY.home()
        assert home is not None
        token = counter(home.journal)
        assert token.startswith("kept.")
        assert send(base + token, 9)[0] == 200
        REGISTRY.close_home()
        assert send(base + token, 3, "again")[0] == 200  # nobody has opened a tab yet
        home = REGISTRY.home()
        assert home is not None
        assert [row["score"] for row in home.journal.rows("nps_responses")] == [9, 3]
        monkeypatch.setenv("LTV_DEMO", "1")
        assert call(base + token)[0] == 403, "a public demo shows nobody what is kept"
    finally:
        REGISTRY.close_home()
