"""The segments of all customers, added up in the database, where only a sample of the customers was fetched."""

from __future__ import annotations

import time

import pandas as pd

from ltvlib import abcdx
from ltvlib.engine import Answer
from ltvlib.remote.dialect import Engine
from ltvlib.remote.report import UNIT, Survey
from ltvlib.remote.seven import Asked, Seven
from ltvlib.settings import AbcdxRules

MONEY = ("revenue", "margin", "lifetime_margin", "margin_then", "margin_now")


def segment_table(engine: Engine, found: Survey, rules: AbcdxRules) -> abcdx.SegmentTable:
    """The table of :func:`ltvlib.abcdx.segment_table` for every customer of the database; no customer is fetched.

    Raises:
        LtvError: the database failed, or was told to stop.
    """
    answer = _ask(engine, found, Asked(rules), "segment_table")
    return abcdx.SegmentTable(abcdx.with_ratios(answer.frame), rules, answer)


def moves(engine: Engine, found: Survey, rules: AbcdxRules, then: int, now: int = 0) -> Answer:
    """The rows of :func:`ltvlib.abcdx.moves` for every customer of the database; raises as :func:`segment_table`."""
    return _ask(engine, found, Asked(rules, then, now=now), "moves")


def with_movement(table: abcdx.SegmentTable, moved: Answer, is_covered: bool) -> pd.DataFrame:
    """The frame of :func:`ltvlib.abcdx.with_movement`, the customers before taken from :func:`moves`."""
    before = moved.frame[moved.frame["segment_then"] != abcdx.NEW].groupby("segment_then")["customers"].sum()
    then = table.frame["segment"].map(before).fillna(0).astype(int)
    return table.frame.assign(moved=table.frame["customers"] - then if is_covered else float("nan"))


def _ask(engine: Engine, found: Survey, asked: Asked, name: str) -> Answer:
    """One of the seven with its text, money in units of the currency."""
    seven, begun = Seven(found, engine.dialect, asked), time.perf_counter()
    frame = seven.ask(engine, name).to_pandas()
    money = [column for column in MONEY if column in frame]
    frame[money] = frame[money] / float(UNIT)
    return Answer(frame, seven.sql(name), seven.params(), time.perf_counter() - begun)
