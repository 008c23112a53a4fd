"""The journal of competitors' offers: every check, the latest ones, what changed, what is to be checked again."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from ltvlib.engine import Answer
from ltvlib.journal import Journal
from ltvlib.journal.store import new_id, now
from ltvlib.market.values import Better, Offer, Side, guess_better, judge, read, relative_gap
from ltvlib.workspace import Workspace

SETTING = "market"
"""Where the journal keeps the directions that the owner set and the days of the reminder."""
DAYS = 90
"""Days after which a criterion is to be checked again, unless the owner says otherwise."""
LIMIT = 20_000
COLUMNS = ["competitor", "criterion", "their_value", "our_value", "checked_at", "source", "checked_by"]
SAME = ["competitor", "criterion"]


@dataclass(frozen=True)
class MarketSettings:
    """What the owner decided.

    Attributes:
        directions: which value is better by criterion, where the guess was corrected.
        days: a criterion not checked for more days than this is to be checked again.
    """

    directions: Mapping[str, Better] = field(default_factory=dict)
    days: int = DAYS

    @classmethod
    def of(cls, journal: Journal) -> MarketSettings:
        """As kept in the journal, else the defaults."""
        kept = journal.setting(SETTING) or {}
        known = {str(name): Better(value) for name, value in dict(kept.get("directions", {})).items()}
        return cls(known, int(kept.get("days", DAYS)))

    def keep(self, journal: Journal) -> None:
        """Write the decisions into the journal."""
        directions = {name: value.value for name, value in self.directions.items()}
        journal.put(SETTING, {"directions": directions, "days": self.days})

    def better(self, criterion: str) -> Better:
        """Which value of a criterion is better: as the owner said, else by its words."""
        return self.directions.get(criterion) or guess_better(criterion)


@dataclass(frozen=True, eq=False)
class Checks:
    """All checks on record.

    Attributes:
        frame: one row a check, the oldest first: competitor, criterion, their_value, our_value, checked_at, source,
            checked_by, their_number, our_number (nan where the text is no number), side (whose offer is better, see
            :class:`Side`), gap (their distance from ours / ours), previous_theirs, previous_ours, previous_at (the check
            before), mover (whose value differs from it: theirs, ours, both or empty).
        answer: the query behind the rows that came with the data.
    """

    frame: pd.DataFrame
    answer: Answer

    @property
    def latest(self) -> pd.DataFrame:
        """The last check of every competitor and criterion."""
        return self.frame.drop_duplicates(SAME, keep="last").reset_index(drop=True)

    @property
    def events(self) -> pd.DataFrame:
        """All checks, those that found a change first, the latest first."""
        found = self.frame.sort_values("checked_at", ascending=False, kind="stable")
        return pd.concat([found[found["mover"] != ""], found[found["mover"] == ""]]).reset_index(drop=True)

    @property
    def changes(self) -> pd.DataFrame:
        """Checks that found something else than the one before, the latest first."""
        found = self.frame[self.frame["mover"] != ""]
        return found.sort_values("checked_at", ascending=False, kind="stable").reset_index(drop=True)


def checks(workspace: Workspace, journal: Journal) -> Checks:
    """Checks that came with the data and those written here; of several on a day the last written counts."""
    sql = "select * from competitor_offers order by checked_at limit $limit"
    answer = workspace.database.query(sql, {"limit": LIMIT})
    rows = pd.concat([answer.frame, journal.frame("competitor_offers")], ignore_index=True).reindex(columns=COLUMNS)
    rows["checked_at"] = pd.to_datetime(rows["checked_at"]).dt.normalize()
    rows = rows.drop_duplicates([*SAME, "checked_at"], keep="last")
    rows = rows.sort_values("checked_at", kind="stable").reset_index(drop=True)
    return Checks(_compared(rows, MarketSettings.of(journal)), answer)


def _compared(rows: pd.DataFrame, settings: MarketSettings) -> pd.DataFrame:
    """The checks with their numbers, whose offer is better, and the check before."""
    theirs, ours = ([read(text) for text in rows[name]] for name in ("their_value", "our_value"))
    rows["their_number"], rows["our_number"] = ([one.number for one in side] for side in (theirs, ours))
    pairs = list(zip(theirs, ours, rows["criterion"], strict=True))
    rows["side"] = [judge(left, right, settings.better(criterion)).value for left, right, criterion in pairs]
    rows["gap"] = [relative_gap(left, right) for left, right, _ in pairs]
    before = rows.groupby(SAME, sort=False)
    rows["previous_theirs"], rows["previous_ours"], rows["previous_at"] = (
        before[name].shift() for name in ("their_value", "our_value", "checked_at")
    )
    rows["mover"] = _movers(rows, theirs, ours)
    return rows


def _movers(rows: pd.DataFrame, theirs: list[Offer], ours: list[Offer]) -> list[str]:
    """Whose value differs from the check before of the same rival and criterion."""
    places: dict[tuple[object, object], int] = {}
    found = []
    for place, same in enumerate(zip(rows["competitor"], rows["criterion"], strict=True)):
        earlier = places.get(same)
        moved = [earlier is not None and _differs(side[earlier], side[place]) for side in (theirs, ours)]
        found.append(
            {(True, True): "both", (True, False): "theirs", (False, True): "ours"}.get((moved[0], moved[1]), "")
        )
        places[same] = place
    return found


def _differs(before: Offer, after: Offer) -> bool:
    """Whether a value moved between two checks; what cannot be read says nothing."""
    if math.isfinite(before.number) and math.isfinite(after.number):
        return before.number != after.number
    return before.has is not None and after.has is not None and before.has is not after.has


def due(found: Checks, day: dt.date, days: int) -> pd.DataFrame:
    """Latest checks older than ``days`` at ``day``, the oldest first, with ``days_ago``."""
    rows = found.latest.assign(days_ago=lambda frame: (pd.Timestamp(day) - frame["checked_at"]).dt.days)
    return rows[rows["days_ago"] > days].sort_values("days_ago", ascending=False, kind="stable").reset_index(drop=True)


def history(found: Checks, competitor: str, criterion: str) -> pd.DataFrame:
    """All checks of one rival and criterion, the oldest first."""
    rows = found.frame
    return rows[(rows["competitor"] == competitor) & (rows["criterion"] == criterion)].reset_index(drop=True)


def last_ours(found: Checks, criterion: str) -> str:
    """Our value as last written for a criterion, whatever the rival; empty where none was."""
    rows = found.frame[(found.frame["criterion"] == criterion.strip()) & found.frame["our_value"].notna()]
    return str(rows["our_value"].iloc[-1]) if len(rows) else ""


def compared(found: Checks) -> int:
    """Latest checks where the two values can be compared and the direction is known."""
    return int((found.latest["side"] != Side.UNKNOWN.value).sum())


def better_than_us(found: Checks) -> pd.DataFrame:
    """Latest checks where the rival's offer is better than ours."""
    rows = found.latest
    return rows[rows["side"] == Side.THEIRS.value].reset_index(drop=True)


def write(
    journal: Journal,
    competitor: str,
    criterion: str,
    theirs: str,
    ours: str,
    day: dt.date,
    source: str = "",
    who: str = "",
) -> None:
    """Write one check down."""
    row = {
        "offer_id": new_id(),
        "competitor": competitor.strip(),
        "criterion": criterion.strip(),
        "their_value": theirs.strip() or None,
        "our_value": ours.strip() or None,
        "checked_at": dt.datetime.combine(day, now().time()),
        "source": source.strip() or None,
        "checked_by": who.strip() or None,
    }
    journal.append("competitor_offers", [row])
