"""Links to the survey: signed, with an end, one answer to a personal one; the key belongs to the journal and never leaves it."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from weakref import WeakKeyDictionary

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from ltvlib.journal import Journal
from ltvlib.journal.store import new_id, now
from ltvlib.nps.score import Scale

KEPT = "kept"
"""Name of the journal that is kept on this computer; others are named by their id."""
SETTING = "survey"
PERSONAL_DAYS, COUNTER_DAYS = 30, 365
"""How long a personal link and the one for the counter are open."""
FORM_SECONDS, WHY_SECONDS = 12 * 3600, 3600
"""How long an open form and the second question after it may be sent."""
LONGEST = 400
"""Characters of a token; longer ones are not looked at."""


class Refusal(StrEnum):
    """Why a link does not open the form."""

    FORGED = "forged"
    EXPIRED = "expired"
    ANSWERED = "answered"


class LinkRefusedError(Exception):
    """The link does not open the form; ``invite`` is known where the link was real."""

    def __init__(self, reason: Refusal, invite: Invite | None = None) -> None:
        super().__init__(reason.value)
        self.reason, self.invite = reason, invite


@dataclass(frozen=True)
class Invite:
    """One invitation. Without a customer it is a link for many, such as the QR code on the counter."""

    invite_id: str
    customer_id: str | None
    expires_at: dt.datetime
    asked_via: str
    scale: Scale
    language: str


@dataclass(frozen=True)
class SurveySettings:
    """What the owner says about the survey.

    Attributes:
        business: name that stands on the form; "" = none.
        again_days: nobody is asked again within so many days.
    """

    business: str = ""
    again_days: int = 180


_guard = threading.Lock()


def settings(journal: Journal) -> SurveySettings:
    """What was last said about the survey, else the defaults."""
    found = journal.setting(SETTING) or {}
    return SurveySettings(str(found.get("business", "")), int(found.get("again_days", SurveySettings.again_days)))


def keep(journal: Journal, chosen: SurveySettings) -> None:
    """Keep what the owner says; the key stays."""
    with _guard:
        found = journal.setting(SETTING) or {}
        text = " ".join(chosen.business.split())[:60]
        journal.put(SETTING, {**found, "business": text, "again_days": chosen.again_days})


def _key(journal: Journal) -> str:
    """The secret of a journal's links; while it is made, :func:`keep` must not write over it."""
    with _guard:
        return journal.secret(SETTING)


# -- inviting --------------------------------------------------------------------------------------


def invite(
    journal: Journal, customers: Sequence[str], via: str, scale: Scale, language: str, day: dt.date
) -> list[Invite]:
    """A personal link for every customer, written down with a message as touch; one transaction."""
    made = [_made(customer, via, scale, language, PERSONAL_DAYS) for customer in customers]
    at = dt.datetime.combine(day, now().time())
    touches = [
        {"touch_id": new_id(), "customer_id": one.customer_id, "touched_at": at, "kind": "message", "origin": "nps"}
        for one in made
    ]
    journal.write([*journal.appending("nps_invites", _rows(made)), *journal.appending("touches", touches)])
    return made


def counter(journal: Journal, via: str, scale: Scale, language: str) -> Invite:
    """The link for many: the open one with these properties, else a new one."""
    known = [one for one in invites(journal).values() if one.customer_id is None]
    fresh = now() + dt.timedelta(days=PERSONAL_DAYS)
    same = [one for one in known if (one.asked_via, one.scale, one.language) == (via, scale, language)]
    open_ones = [one for one in same if one.expires_at > fresh]
    if open_ones:
        return open_ones[-1]
    made = _made(None, via, scale, language, COUNTER_DAYS)
    journal.append("nps_invites", _rows([made]))
    return made


def _made(customer: str | None, via: str, scale: Scale, language: str, days: int) -> Invite:
    return Invite(new_id(), customer, now() + dt.timedelta(days=days), via, scale, language)


def _rows(made: Sequence[Invite]) -> list[dict[str, object]]:
    at = now()
    return [
        {
            "invite_id": one.invite_id,
            "customer_id": one.customer_id,
            "asked_at": at,
            "expires_at": one.expires_at,
            "asked_via": one.asked_via,
            "scale": one.scale.value,
            "language": one.language,
        }
        for one in made
    ]


def invites(journal: Journal) -> dict[str, Invite]:
    """All invitations by id; read again only when some were added (they never change)."""
    size = journal.count("nps_invites")
    known = _invites.get(journal)
    if known is None or known[0] != size:
        rows = journal.rows("nps_invites")
        found = {
            row["invite_id"]: Invite(
                row["invite_id"],
                row["customer_id"],
                row["expires_at"],
                row["asked_via"],
                Scale(row["scale"]),
                row["language"],
            )
            for row in rows
        }
        known = (size, found)
        _invites[journal] = known
    return known[1]


_invites: WeakKeyDictionary[Journal, tuple[int, dict[str, Invite]]] = WeakKeyDictionary()
"""Read once a journal; what stands here goes with the journal, so a closed tab leaves no customer behind."""


# -- tokens ----------------------------------------------------------------------------------------


def token(journal: Journal, one: Invite) -> str:
    """What stands in the link: which journal, and the signed id of the invitation."""
    place = KEPT if journal.is_kept else journal.journal_id
    return f"{place}.{URLSafeSerializer(_key(journal), salt='invite').dumps(one.invite_id)}"


def journal_of(text: str) -> str:
    """Which journal a token speaks of; ``""`` for nonsense."""
    return text.partition(".")[0] if 0 < len(text) <= LONGEST else ""


def opened(journal: Journal, text: str) -> Invite:
    """The invitation behind a token that may still be answered.

    Raises:
        LinkRefusedError: forged, expired, or (personal) answered already.
    """
    try:
        signer = URLSafeSerializer(_key(journal), salt="invite")
        found = invites(journal).get(str(signer.loads(text.partition(".")[2])))
    except BadSignature:
        found = None
    if found is None:
        raise LinkRefusedError(Refusal.FORGED)
    if found.expires_at <= now():
        raise LinkRefusedError(Refusal.EXPIRED, found)
    if found.customer_id is not None and _is_answered(journal, found):
        raise LinkRefusedError(Refusal.ANSWERED, found)
    return found


def _is_answered(journal: Journal, one: Invite) -> bool:
    return bool((journal.frame("nps_responses")["invite_id"] == one.invite_id).any())


def once(journal: Journal) -> str:
    """A signed number for one open form, so that a form sent twice counts once."""
    return str(URLSafeTimedSerializer(_key(journal), salt="once").dumps(new_id()))


def sign_why(journal: Journal, response_id: str) -> str:
    """A signed pass to add the second answer to a response."""
    return str(URLSafeTimedSerializer(_key(journal), salt="why").dumps(response_id))


def checked(journal: Journal, text: str, salt: str) -> str | None:
    """What was signed with ``once`` or ``sign_why``; ``None`` where it is forged or too old."""
    seconds = FORM_SECONDS if salt == "once" else WHY_SECONDS
    if len(text) > LONGEST:
        return None
    try:
        return str(URLSafeTimedSerializer(_key(journal), salt=salt).loads(text, max_age=seconds))
    except BadSignature:
        return None
