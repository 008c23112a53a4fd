"""The routes of the survey: GET shows the form, POST writes the answer down; refusals are friendly pages with a status."""

from __future__ import annotations

import logging
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from ltvlib.errors import N_, AlreadyWrittenError, LtvError
from ltvlib.journal import Journal
from ltvlib.nps import asking, links
from ltvlib.nps.asking import Given
from ltvlib.nps.links import Invite, LinkRefusedError, Refusal
from ltvlib.nps.score import TOP
from pages.survey import html
from pages.survey.html import said
from pages.survey.limits import Limiter
from pages.ui.registry import REGISTRY

MOST_BYTES = 32_768
"""A form is never longer."""
PER_ADDRESS = Limiter(300, 60)
"""A room of fifty people behind one Wi-Fi passes, opening and sending; a script does not."""
PER_PERSON = Limiter(20, 60)
FORGED_PER_ADDRESS = Limiter(30, 60)
HEADERS = {
    "content-security-policy": html.POLICY,
    "cache-control": "no-store",
    "x-robots-tag": "noindex",
}
STATUS = {Refusal.FORGED: 403, Refusal.EXPIRED: 410, Refusal.ANSWERED: 410}
log = logging.getLogger("ltv")


async def survey(request: Request) -> Response:
    """The form of a link, or what to say instead."""
    text, address = request.path_params["token"], request.client.host if request.client else ""
    language = html.preferred(request.headers)
    if not PER_ADDRESS.allows(address):
        return _busy(language)
    fields: dict[str, str] | None = None
    if request.method == "POST":
        fields = await _fields(request)
        if fields is None:
            return _say(language, 413, N_("That is too long"), N_("Please write a shorter text and send it again."))
    try:
        return await run_in_threadpool(_answered, text, address, language, fields)
    except LtvError as error:
        log.error("an answer could not be written: %s", type(error).__name__)
        sorry = N_("Your answer could not be saved just now. Please try again in a minute.")
        return _say(language, 503, N_("Something went wrong"), sorry)


_served: list[Route] = []


def routes() -> list[Route]:
    """The routes, for the server to serve."""
    _served[:] = [Route("/s/{token}", survey, methods=["GET", "POST"])]
    return _served


def is_served() -> bool:
    """Whether this program serves the survey; ``streamlit run`` serves the dashboard only."""
    return bool(_served)


async def _fields(request: Request) -> dict[str, str] | None:
    """The sent fields, one value each; ``None`` where the body is too long or has more fields than any form here."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return None
    try:
        found = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return None
    return {name: values[0] for name, values in found.items()}


def _answered(text: str, address: str, language: str, fields: dict[str, str] | None) -> Response:
    journal = _journal(text)
    if journal is None:
        return _refused(LinkRefusedError(Refusal.FORGED), language, address)
    try:
        if fields is not None and "answered" in fields:
            return _second(journal, text, fields, language)
        one = links.opened(journal, text)
    except LinkRefusedError as refusal:
        return _refused(refusal, language, address)
    if one.customer_id is not None and not PER_PERSON.allows(one.invite_id):
        return _busy(html.known(one.language))
    if fields is None:
        return _page(_form(journal, one))
    return _first(journal, one, fields)


def _journal(text: str) -> Journal | None:
    """The open journal a link speaks of."""
    name = links.journal_of(text)
    if name == links.KEPT:
        home = REGISTRY.home()
        return home.journal if home is not None else None
    return REGISTRY.journal(name) if name else None


def _form(journal: Journal, one: Invite, chosen: int | None = None, text: str = "", complaint: str = "") -> str:
    language = html.known(one.language)
    business = links.settings(journal).business
    wrong = said(language, complaint) if complaint else ""
    return html.form(language, one.scale, business, links.once(journal), chosen, text, wrong)


def _first(journal: Journal, one: Invite, fields: dict[str, str]) -> Response:
    """The score, and the text where it came along."""
    language, text = html.known(one.language), asking.clean(fields.get("improvement", ""))
    sent = fields.get("score", "")
    score = int(sent) if sent.isascii() and sent.isdigit() and len(sent) <= 2 else None
    if score is None or score not in one.scale.scores:
        return _page(_form(journal, one, None, text, N_("Please choose a number.")), 422)
    once = links.checked(journal, fields.get("once", ""), "once")
    if once is None:
        late = N_("This page was open for long. Please send your answer once more.")
        return _page(_form(journal, one, score, text, late), 422)
    try:
        done = asking.record(journal, Given(score, one.scale, text, invite=one, response_id=once))
    except AlreadyWrittenError:
        return _already(language, 200)
    if score < TOP and not text:
        return _page(html.ask_why(language, links.sign_why(journal, done)))
    return _thanks(language)


def _second(journal: Journal, text: str, fields: dict[str, str], language: str) -> Response:
    """The second question, answered a step later."""
    try:
        one: Invite | None = links.opened(journal, text)
    except LinkRefusedError as refusal:
        if refusal.reason is Refusal.FORGED:
            raise
        one = refusal.invite  # a personal link is used up by the first answer
    language = html.known(one.language) if one else language
    response = links.checked(journal, fields["answered"], "why")
    if response is None:
        raise LinkRefusedError(Refusal.EXPIRED, one)
    asking.add_improvement(journal, response, fields.get("improvement", ""))
    return _thanks(language)


def _refused(refusal: LinkRefusedError, language: str, address: str) -> Response:
    language = html.known(refusal.invite.language) if refusal.invite else language
    if refusal.reason is Refusal.ANSWERED:
        return _already(language, STATUS[refusal.reason])
    if refusal.reason is Refusal.EXPIRED:
        text = N_("The time to answer is over. If you would like to tell us something, please call us.")
        return _say(language, STATUS[refusal.reason], N_("This link has expired"), text)
    if not FORGED_PER_ADDRESS.allows(address):
        return _busy(language)
    text = N_("Please open the link exactly as you received it, or ask us for a new one.")
    return _say(language, STATUS[refusal.reason], N_("This link does not work"), text)


def _already(language: str, status: int) -> Response:
    return _say(language, status, html.THANKS, N_("You have answered already, and your answer is with us."))


def _thanks(language: str) -> Response:
    return _say(language, 200, html.THANKS, N_("Your answer is with us. It helps us to get better."))


def _busy(language: str) -> Response:
    text = N_("Too many answers at once from here. Please try again in a minute.")
    return _say(language, 429, N_("One moment, please"), text)


def _say(language: str, status: int, title: str, text: str) -> Response:
    return _page(html.message(language, said(language, title), said(language, text)), status)


def _page(text: str, status: int = 200) -> Response:
    headers = {**HEADERS, "retry-after": "60"} if status in (429, 503) else HEADERS
    return HTMLResponse(text, status, headers)
