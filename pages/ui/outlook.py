"""What is expected of the customers of a list: the columns, or one line that says why they are not there.

The model is fitted once a session on the whole base and serves every list; only an exam that was passed may show money.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from ltvlib import forecast, forecast_lists
from ltvlib.forecast_data import Fitted
from ltvlib.forecast_exam import Exam
from ltvlib.models.holdout import Method
from ltvlib.settings import Filters
from pages.ui import choices, forecast_story, patience, session
from pages.ui.components import definition, label
from pages.ui.words import _, day, percent

AT_ONCE = 100_000
"""Customers up to which the model is fitted when a list is opened; above, the page Forecast does it, with progress."""
MONTHS = 12


@dataclass(frozen=True)
class Outlook:
    """The fitted model and its passed exam, or the ``reason`` why there is none to show."""

    known: Fitted | None
    exam: Exam | None
    base: Filters
    reason: str = ""


def outlook(found: Filters | None = None) -> Outlook:
    """What may be said of the customers of the open data set; with ``found`` only of the base that passes these filters."""
    base = forecast_lists.whole_base(choices.filters()) if found is None else found
    is_at_once = session.workspace().facts().customers <= AT_ONCE
    if not is_at_once and patience.known(forecast.exam, base) is None:
        reason = _("With so many customers the forecast is reckoned on its own page first: open Forecast once.")
        return Outlook(None, None, base, reason)
    missing = session.remember(forecast.what_is_missing, base)
    exam = None if missing else session.remember(forecast.exam, base)
    if exam is None or exam.model is None:
        said = (
            forecast_story.sentence(missing[0]) if missing else _("The data are too short to try a forecast on them.")
        )
        return Outlook(None, None, base, _("No expected profit is shown. {reason}", reason=said))
    if not exam.is_trusted:
        reason = _(
            "No expected profit is shown: in its exam on your data the forecast was off by {miss}, too far for money.",
            miss=percent(abs(exam.score.miss)) if exam.score else "",
        )
        return Outlook(None, exam, base, reason)
    return Outlook(session.remember(forecast.fitted, exam.model, base), exam, base)


def everybody(view: Outlook) -> pd.DataFrame:
    """What is expected of every customer of the base, by customer_id."""
    found: pd.DataFrame = session.remember(forecast_lists.predicted, view.known, None, MONTHS, view.base)
    return found


def predictions(view: Outlook, frame: pd.DataFrame) -> pd.DataFrame:
    """The list with ``predicted_ltv`` and ``probability_alive``; as it was where nothing may be said."""
    if view.known is None:
        return frame
    if session.workspace().facts().customers <= AT_ONCE:  # everybody once: any list after it costs a look-up
        return session.once(forecast_lists.with_predicted, frame, everybody(view))
    listed = tuple(frame["customer_id"].astype(str))
    return forecast_lists.with_predicted(
        frame, session.remember(forecast_lists.predicted, view.known, listed, MONTHS, view.base)
    )


def for_file(view: Outlook) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Like :func:`predictions` for a download, which is made outside the session."""
    space = session.workspace()

    def added(frame: pd.DataFrame) -> pd.DataFrame:
        if view.known is None:
            return frame
        everybody = forecast_lists.predicted(space, view.known, None, MONTHS, view.base)
        return forecast_lists.with_predicted(frame, everybody)

    return added


def columns(sign: str) -> dict[str, Any]:
    """The columns of :func:`predictions`."""
    number = st.column_config.NumberColumn
    return {
        "predicted_ltv": number(
            f"{label('expected_margin', months=MONTHS)}, {sign}",
            format="localized",
            help=definition("expected_margin", months=MONTHS),
        ),
        "probability_alive": number(label("probability_alive"), format="percent", help=definition("probability_alive")),
    }


def under_list(view: Outlook) -> None:
    """The line under a list: which model speaks, from when, and how it did; or why it is silent."""
    if view.known is None or view.exam is None or view.exam.score is None:
        st.caption(view.reason)
        return
    text = _(
        "Expected profit is a forecast for the {months} months after {day} by the model {model}: still to come, not part of what was brought. In its exam the total was off by {miss}. One customer may do quite otherwise; the page Forecast has the intervals.",
        months=MONTHS,
        day=day(session.workspace().as_of(view.base) - dt.timedelta(days=1)),
        model=forecast_story.method_name(Method(view.known.fit.model.value)),
        miss=percent(abs(view.exam.score.miss), 1),
    )
    st.caption(text)
