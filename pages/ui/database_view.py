"""Orders in a database: connect, pick a table, say which column is which, and let the database add up."""

from __future__ import annotations

import threading
from collections.abc import Mapping as Dict
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from ltvlib.codes import Codes
from ltvlib.errors import N_, LtvError
from ltvlib.ingest.hiding import KEEP, covered_inspection
from ltvlib.ingest.model import Mapping
from ltvlib.remote import connect as engines
from ltvlib.remote import folder, sampling
from ltvlib.remote.reduce import Bounds
from ltvlib.remote.report import Survey, survey
from pages.serving.room import is_demo, is_own_computer
from pages.ui import arrival, mapping_view, mapping_words, receive, saved_mapping, session
from pages.ui.components import plain, table
from pages.ui.counting import Counting
from pages.ui.registry import Session, Upload
from pages.ui.remote import Remote
from pages.ui.widgets import accent
from pages.ui.words import _, say

KINDS = ("postgres", "clickhouse", "spark")
"""Engines the form offers; a DuckDB file can only be named by the owner of this computer (``secrets.toml``)."""
LABELS = {"postgres": "Postgres", "clickhouse": "ClickHouse", "spark": "Spark", "duckdb": "DuckDB"}
PORTS = {"postgres": 5432, "clickhouse": 8123}
END_SECONDS = 15.0
BEAT_SECONDS = 0.2


def connect(mine: Session) -> None:
    """The section of the page."""
    title = _("Connect a database")
    with st.expander(title, expanded=mine.remote is not None and mine.workspace is None, icon=":material/database:"):
        st.caption(
            _(
                "Orders in Postgres, ClickHouse or Spark stay where they are. The database adds them up, and only the sums of each customer are fetched. It is only read: nothing is written there, and what you type here is not stored."
            )
        )
        if mine.remote is None:
            _ask(mine)
        else:
            _table(mine, mine.remote)


def is_offered() -> bool:
    """Whether visitors may connect: on the owner's own computer, and elsewhere to what the owner wrote into ``secrets.toml``.

    Whoever may type an address makes this server knock on doors that only it can reach: strangers may not.
    """
    return not is_demo() and (is_own_computer() or bool(saved()))


def saved() -> Dict[str, Dict[str, Any]]:
    """Connections that the owner of this computer wrote into ``secrets.toml``, by name."""
    try:
        return {name: dict(settings) for name, settings in st.secrets.get("engines", {}).items()}
    except StreamlitSecretNotFoundError:
        return {}


def _ask(mine: Session) -> None:
    """Which database, and how to get in."""
    known = saved()
    options = [*known, *(KINDS if is_own_computer() else ())]
    name = st.selectbox(_("Which database?"), options, format_func=lambda one: LABELS.get(one, one), key="db_kind")
    if name in known:
        if st.button(_("Connect"), type=accent(), key="db_saved"):
            settings = dict(known[name])
            zone, bounds = str(settings.pop("zone", "")), _bounds(settings)
            _open(mine, str(settings.pop("kind", "")), settings, name, zone, bounds)
        return
    with st.form("db_form", border=False):
        settings = _spark() if name == "spark" else _server(name)
        zone = st.text_input(
            _("Time zone of the business"),
            key="db_zone",
            placeholder="Europe/Berlin",
            help=_("Needed only where the column of dates knows its time zone; days then begin at midnight there."),
        )
        if st.form_submit_button(_("Connect"), type=accent(), icon=":material/link:"):
            _open(mine, name, settings, LABELS[name], zone.strip())


def _bounds(settings: dict[str, Any]) -> Bounds:
    """How much of a saved connection is fetched; its two settings are taken out."""
    least = Bounds()
    return Bounds(int(settings.pop("most_orders", least.orders)), int(settings.pop("most_customers", least.customers)))


def _spark() -> dict[str, Any]:
    return {"remote": st.text_input(_("Address of Spark Connect"), "sc://localhost:15002", key="db_remote")}


def _server(kind: str) -> dict[str, Any]:
    """Host, port, database, user and password, under the names of the driver."""
    with st.grid(3, gap="small", min_column_width=200):
        host = st.text_input(_("Server"), "localhost", key=f"db_host_{kind}")
        port = st.number_input(_("Port"), 1, 65_535, PORTS[kind], key=f"db_port_{kind}")
        base = st.text_input(_("Database"), "postgres" if kind == "postgres" else "default", key=f"db_base_{kind}")
        user = st.text_input(_("User"), key=f"db_user_{kind}")
        word = st.text_input(_("Password"), type="password", key=f"db_word_{kind}")
    if kind == "postgres":
        given = {"host": host, "port": int(port), "dbname": base, "user": user, "password": word}
    else:
        given = {"host": host, "port": int(port), "database": base, "username": user, "password": word}
    return {name: value for name, value in given.items() if value != ""}


def _open(
    mine: Session, kind: str, settings: dict[str, Any], name: str, zone: str, bounds: Bounds | None = None
) -> None:
    """Connect and list the tables; a failure is said in place."""
    try:
        with st.spinner(_("Connecting")):
            engine = engines.connect(kind, settings, zone)
            mine.disconnect()
            mine.remote = Remote(engine, name, tuple(engine.tables()), zone, bounds=bounds or Bounds())
    except LtvError as error:
        st.error(plain(say(error), 400), icon=":material/error:")
        return
    st.rerun()


def _table(mine: Session, remote: Remote) -> None:
    """The table with the orders, and the mapping of its columns."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            _("Table with the orders, in {name}", name=plain(remote.name)),
            remote.tables,
            format_func=".".join,
            key="db_table",
        )
        wanted = st.button(_("Look at this table"), type=accent(), disabled=chosen is None, key="db_look")
        st.button(_("Disconnect"), on_click=mine.disconnect, key="db_close")
    if wanted and chosen is not None:
        _look(remote, chosen)
    if remote.inspection is not None:
        _mapping(mine, remote)


def _look(remote: Remote, chosen: tuple[str, ...]) -> None:
    receive.forget_answers(saved_mapping.FORM)
    remote.halt()
    remote.table, remote.inspection = chosen, None
    try:
        with st.spinner(_("Looking at the columns")):
            remote.inspection = covered_inspection(sampling.look(remote.engine, chosen))
    except LtvError as error:
        st.error(plain(say(error), 400), icon=":material/error:")


def _mapping(mine: Session, remote: Remote) -> None:
    """The same form as for a file, and the button that lets the database add up."""
    found = remote.inspection
    if found is None:
        return
    mapping_view.preview(found)
    with st.form("db_mapping", border=False):
        mapping = mapping_view.form(found, found.proposal)
        wanted = st.form_submit_button(_("Build my data set"), type=accent(), icon=":material/play_arrow:")
    if wanted:
        failure = build(mine, remote, mapping)
        if failure is None:
            arrival.show()
        st.error(plain(say(failure), 400), icon=":material/error:")


def build(mine: Session, remote: Remote, mapping: Mapping) -> LtvError | None:
    """Count, reduce and fetch with progress and a Stop button; returns the error instead of raising it."""
    upload = Upload(mine.folder / f"set_{uuid4().hex}", receive.clean_name(".".join(remote.table)))
    mine.start(upload)
    remote.halt()
    try:
        found = _add_up(mine, remote, mapping, upload.path)
        receive.take_marts(mine, upload)
    except LtvError as error:
        mine.drop(upload)
        return error
    except BaseException:
        mine.drop(upload)
        raise
    remote.inspection, remote.counting = None, Counting(remote.engine, found, upload.path)
    return None


def _add_up(mine: Session, remote: Remote, mapping: Mapping, out: Path) -> Survey:
    with mine.working() as job, receive.Progress(mine, job) as progress:
        work = _Work(remote, mapping, out, None if mapping.people == KEEP else session.codes(session.COMING))
        try:
            while not work.is_done.wait(BEAT_SECONDS):
                progress(*work.news)
                progress.poll()
        except BaseException:
            work.halt()
            raise
    if work.failure is not None or work.found is None:
        raise work.failure or LtvError("The import was stopped.")
    return work.found


class _Work:
    """Counting, reducing and fetching beside the page."""

    def __init__(self, remote: Remote, mapping: Mapping, out: Path, codes: Codes | None) -> None:
        self.remote, self.mapping, self.out, self.codes = remote, mapping, out, codes
        self.news: tuple[str, float] = (N_("Counting rows where they lie"), 0.0)
        self.failure: LtvError | None = None
        self.found: Survey | None = None
        self.is_done, self.is_halted = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="database", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            engine, title = self.remote.engine, self.remote.table[-1]
            source = engines.source(engine, self.remote.table, self.mapping, self.remote.zone)
            found, bounds, stopped = survey(engine, source), self.remote.bounds, self.is_halted.is_set
            folder.write(engine, found, self.out, title, bounds, self._tell, stopped, self.codes)
            self.found = found
        except LtvError as error:
            self.failure = error
        except Exception as error:
            self.failure = LtvError("The table could not be read ({kind}).", kind=type(error).__name__)
        finally:
            self.is_done.set()

    def _tell(self, what: str, share: float) -> None:
        self.news = (what, share)

    def halt(self) -> None:
        """Stop: the database is told, and nothing of it is kept."""
        self.is_halted.set()
        self.remote.engine.cancel()
        self.is_done.wait(END_SECONDS)


def reasons(mine: Session) -> None:
    """Rows that could not be used, counted by reason: they lie in the database and are not fetched."""
    found = mine.upload.report if mine.upload else None
    if found is None or not found.reasons:
        st.caption(_("Every row could be used."))
        return
    frame = pd.DataFrame(
        [{"reason": mapping_words.reason_name(slug), "rows": rows} for slug, rows in found.reasons.items()]
    )
    columns = {
        "reason": st.column_config.TextColumn(_("Reason")),
        "rows": st.column_config.NumberColumn(_("Rows"), format="localized"),
    }
    table(frame, "db_reasons", _("Rows not used, and why"), columns)
    st.caption(_("They were counted where they lie and are not fetched."))
