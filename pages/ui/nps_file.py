"""Answers from a file: read in the limited child process, every line used or refused with its reason."""

from __future__ import annotations

import datetime as dt
import shutil
from uuid import uuid4

import pandas as pd
import streamlit as st

from ltvlib import ingest, matching
from ltvlib.errors import LtvError
from ltvlib.ingest.report import NpsRead
from ltvlib.nps import asking
from ltvlib.nps.answers import Answers
from ltvlib.nps.score import Scale
from pages.ui import choices, receive, session
from pages.ui.components import plain
from pages.ui.dropped import TABLES, handed_over
from pages.ui.mapping_words import step_name
from pages.ui.widgets import switch
from pages.ui.words import _, count, plural, say


def draw(found: Answers) -> None:
    """The uploader with the scale of the file, and what became of every line of the last one."""
    st.markdown(
        _(
            "CSV, XLSX or ODS with a column for the score and one for the date; the customer, the words and the way of asking are taken where they are there."
        )
    )
    scale = switch(
        _("Scale of the file"), list(Scale), lambda one: one.value, choices.key("nps_file_scale"), found.scale
    )
    data = handed_over(_("File with answers"), TABLES, _("Read the file"), "nps_upload")
    if data is not None:
        _read(data, scale)
    report = st.session_state.get(choices.key("nps_report"))
    if isinstance(report, LtvError):
        st.error(say(report), icon=":material/error:")
    elif report is not None:
        _report(*report)


def _read(data: bytes, scale: Scale) -> None:
    folder = session.me().folder / f"nps_{uuid4().hex}"
    folder.mkdir()
    path = folder / "nps.upload"
    key = choices.key("nps_report")
    try:
        path.write_bytes(data)
        report = ingest.read_nps(path, folder / "raw", scale.low, receive.LIMITS)
        people, codes = session.remember(matching.known_keys), session.hidden_codes()
        found = matching.named([row[3] for row in report.rows], people, codes)
        rows = [
            {
                # who is not found stays as written, but nothing that may name a person stays where people are hidden
                "customer_id": who or (customer if codes is None else "") or None,
                "answered_at": dt.datetime.fromisoformat(at),
                "score": score,
                "scale": scale.value,
                "improvement": text,
                "asked_via": via or _("file"),
            }
            for (_line, at, score, customer, text, via), who in zip(report.rows, found, strict=True)
        ]
        st.session_state[key] = (report, *asking.record_many(session.journal(), rows))
    except LtvError as error:
        st.session_state[key] = error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    st.rerun(scope="app")


def _report(report: NpsRead, fresh: int, known: int) -> None:
    text = _(
        "{records} lines in the file = {used} used + {refused} refused.",
        records=count(report.records),
        used=count(len(report.rows)),
        refused=count(len(report.refused)),
    )
    taken = ", ".join(name for name in report.columns if name)
    lines = [text, plural("{n} answer is new.", "{n} answers are new.", fresh)]
    if known:
        lines.append(plural("{n} was here already.", "{n} were here already.", known))
    st.success(" ".join(lines), icon=":material/check:")
    st.caption(_("Columns taken: {names}.", names=plain(taken)))
    if report.refused:
        rows = [{"line": one.line, "reason": _reason(one.reason), "text": one.text} for one in report.refused]
        columns = {"line": _("Line"), "reason": _("Why"), "text": _("As it stands in the file")}
        st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns, alt=_("Refused lines of answers"))


def _reason(slug: str) -> str:
    """Why a line was refused."""
    own = {"off_scale": _("Score outside the scale"), "no_score": _("No score")}
    return own.get(slug) or step_name(slug)
