"""A classic SparkSession (``local[2]``, no Connect), as a notebook has it, in a process of its own: the two kinds do not share one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

import pyarrow as pa

from ltvlib.errors import LtvError
from ltvlib.remote.dialect import SPARK, Field
from tests.conftest import ROOT
from tests.engines.places import JVM, SparkPlace, needs_spark

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.session.timeZone": "America/New_York",  # another clock than the one the engine is asked for
}


class Away:
    """The engine in the other process, under the methods of an engine here."""

    dialect = SPARK

    def __init__(self, questions: Connection, stops: Connection) -> None:
        self._questions, self._stops = questions, stops

    def _call(self, name: str, *arguments: object) -> Any:
        self._questions.send((name, arguments))
        is_good, found = self._questions.recv()
        if not is_good:
            raise found
        return found

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> pa.Table:
        """Rows of one SELECT."""
        return self._call("query", sql, params)

    def fields(self, table: tuple[str, ...]) -> tuple[Field, ...]:
        """Columns of a table."""
        return self._call("fields", table)

    def tables(self) -> list[tuple[str, ...]]:
        """Tables and views."""
        return self._call("tables")

    def cancel(self) -> None:
        """Stop what runs."""
        self._stops.send("cancel")

    def close(self) -> None:
        """Nothing was opened on this side."""


class ClassicPlace(SparkPlace):
    """Spark inside another process on this machine."""

    def __init__(self, engine: Away) -> None:
        self.name, self.engine = "classic", engine

    def load(self, path: Path, table: str) -> None:
        self.engine._call("load", str(path), "`" + table.replace("`", "``") + "`")

    def close(self) -> None:
        """End the other process."""
        self.engine._questions.send(("end", ()))


@contextmanager
def classic(folder: Path) -> Iterator[ClassicPlace]:
    """Start the other process and wait for its session; skips where there is no Java or no PySpark."""
    needs_spark()
    address = str(folder / "classic.socket")
    unwanted = ("SPARK_REMOTE", "SPARK_CONNECT_MODE_ENABLED", "SPARK_API_MODE")
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment |= {
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
        "JAVA_TOOL_OPTIONS": JVM,
    }
    with Listener(address) as listener, (folder / "classic.log").open("wb") as log:
        command = [sys.executable, "-m", "tests.engines.classic", address]
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment)
        try:
            listener._listener._socket.settimeout(120)  # type: ignore[attr-defined]
            engine = Away(listener.accept(), listener.accept())
            place = ClassicPlace(engine)
            yield place
            with suppress(OSError):
                place.close()
            process.wait(60)
        finally:
            process.kill()
            process.wait(20)


def serve(address: str) -> None:
    """The other process: a session of the user's, the engine that is made of it, and answers until it is told to end."""
    from pyspark.sql import SparkSession

    from ltvlib.remote.connect import engine_of

    questions, stops = Client(address), Client(address)
    builder = SparkSession.builder.master("local[2]")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    engine = engine_of(session, "UTC")
    threading.Thread(target=_stop, args=(stops, engine), daemon=True).start()
    calls = {
        **{name: getattr(engine, name) for name in ("query", "fields", "tables")},
        "load": lambda path, table: session.read.parquet(path).createOrReplaceTempView(table),
        "module": lambda: type(session).__module__,
    }
    while True:
        name, arguments = questions.recv()
        if name == "end":
            break
        try:
            questions.send((True, calls[name](*arguments)))
        except Exception as error:
            questions.send((False, error if isinstance(error, LtvError) else RuntimeError(repr(error))))
    engine.close()
    assert session.sql("select 1 as n").collect()[0].n == 1, "what the user brought stays open"
    session.stop()


def _stop(stops: Connection, engine: Any) -> None:
    with suppress(EOFError):
        while stops.recv():
            engine.cancel()


if __name__ == "__main__":
    serve(sys.argv[1])
