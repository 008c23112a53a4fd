"""Places where orders live: a server on loopback each, in a temporary folder, and how a Parquet file gets into it."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ltvlib.remote.adbc import Adbc
from ltvlib.remote.clickhouse import ClickHouse
from ltvlib.remote.dialect import Engine
from ltvlib.remote.duck import Duck
from ltvlib.remote.postgres import Postgres
from ltvlib.remote.spark import Spark

PORTS = int(os.environ.get("LTV_TEST_PORTS", "0"))
if PORTS:  # two processes of xdist do not try the same ones
    PORTS += 20 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
"""First of twenty ports that the servers may use; 0 = any that are free."""
MOST_BYTES = 8_000_000_000
"""Memory that ClickHouse's engine takes for one question; it groups on disk from a quarter of it on, and sorts so too: one question may do both."""
SPILLS = ("max_bytes_before_external_group_by", "max_bytes_before_external_sort")
LARGE = 1 << 30
"""Parquet files from this size on are read in place by DuckDB."""
JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Every question is asked once: compiling it well costs a small Spark more than the question."""
SMALL_MB = 1_024
"""Memory of a worker up to which Spark is taken to be small."""
_TYPES = {
    "VARCHAR": "text",
    "DOUBLE": "double precision",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "TIMESTAMP_S": "timestamp",
    "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP_NS": "timestamp",
    "TINYINT": "smallint",
    "HUGEINT": "numeric",
}


class Place:
    """A running engine: ``name``, ``engine`` and ``load`` of a Parquet file as a table."""

    name = ""
    engine: Engine
    servers: tuple[int, ...] = ()
    """Processes that the engine runs in, where it is not this one."""

    def load(self, path: Path, table: str) -> None:
        """Make ``table`` of a Parquet file."""
        raise NotImplementedError


class DuckPlace(Place):
    """A DuckDB file that the test fills and the engine only reads."""

    name = "duckdb"

    def __init__(self, folder: Path) -> None:
        self._connection = duckdb.connect(str(folder / "orders.duckdb"))
        self._connection.execute(
            "set timezone = 'UTC'; set memory_limit = '6GB'; set threads = 2; set max_temp_directory_size = '24GB'"
        )
        self.engine = Duck(self._connection)

    def load(self, path: Path, table: str) -> None:
        kind = "view" if path.stat().st_size > LARGE else "table"
        self._connection.execute(f"create or replace {kind} {_quoted(table)} as from read_parquet('{path}')")


class PostgresPlace(Place):
    """A Postgres of its own, asked through psycopg."""

    name, driver = "postgres", Postgres

    def __init__(self, port: int, dbname: str = "postgres", servers: tuple[int, ...] = ()) -> None:
        import psycopg

        self.servers = servers
        self.settings: dict[str, Any] = {"host": "127.0.0.1", "port": port, "dbname": dbname, "user": "ltv"}
        self._writer = psycopg.connect(**self.settings, autocommit=True)
        self._made: Postgres | Adbc | None = None

    @property
    def engine(self) -> Engine:  # type: ignore[override]
        """A connection whose transaction sees what was loaded up to now."""
        if self._made is None:
            self._made = self.driver.connect(**self.settings)
        return self._made

    def close(self) -> None:
        """Let go of both connections."""
        if self._made is not None:
            self._made.close()
        self._writer.close()

    def load(self, path: Path, table: str) -> None:
        if self._made is not None:
            self._made.close()
            self._made = None
        reader = duckdb.connect()
        reader.execute("set timezone = 'UTC'")
        columns = reader.execute(f"describe select * from read_parquet('{path}')").fetchall()
        named = ", ".join(f"{_quoted(name)} {_TYPES.get(kind, kind)}" for name, kind, *_ in columns)
        csv = path.with_suffix(".csv")
        reader.execute(f"copy (from read_parquet('{path}')) to '{csv}' (header false, nullstr '\\N', quote '\"')")
        self._writer.execute(f"drop table if exists {_quoted(table)}")
        self._writer.execute(f"create unlogged table {_quoted(table)} ({named})")
        copied = f"copy {_quoted(table)} from stdin (format csv, null '\\N')"
        with self._writer.cursor() as cursor, csv.open("rb") as file, cursor.copy(copied) as copy:
            while block := file.read(1 << 20):
                copy.write(block)
        self._writer.execute(f"vacuum analyze {_quoted(table)}")
        csv.unlink()


class AdbcPlace(PostgresPlace):
    """A database beside it on the same server, asked through ADBC."""

    name, driver = "adbc", Adbc

    def __init__(self, beside: PostgresPlace) -> None:
        beside._writer.execute("create database adbc")
        super().__init__(beside.settings["port"], "adbc", beside.servers)


class ClickHousePlace(Place):
    """ClickHouse's engine inside this process, through its ordinary client."""

    name = "clickhouse"

    def __init__(self, folder: Path) -> None:
        import clickhouse_connect

        settings = {
            "interface": "chdb",
            "path": str(folder / "clickhouse"),
            "settings": {"max_memory_usage": MOST_BYTES, **dict.fromkeys(SPILLS, MOST_BYTES // 4)},
        }
        self._client = clickhouse_connect.get_client(**settings)  # the engine's own becomes read-only
        self.engine = ClickHouse(clickhouse_connect.get_client(**settings), owned=True)

    def load(self, path: Path, table: str) -> None:
        name = "`" + table.replace("\\", "\\\\").replace("`", "``") + "`"
        self._client.command(f"drop table if exists {name}")
        self._client.command(
            f"create table {name} engine = MergeTree order by tuple() "
            f"as select * from file('{path}', Parquet) settings session_timezone = 'UTC'"
        )


class SparkPlace(Place):
    """A Spark session: Sail inside this process, or a cluster behind Spark Connect."""

    def __init__(self, name: str, remote: str, servers: tuple[int, ...] = ()) -> None:
        self.name, self.servers = name, servers
        self.engine = Spark.connect(remote, "UTC")
        self.session = self.engine._session

    def load(self, path: Path, table: str) -> None:
        frame = self.session.read.parquet(str(path))
        frame.createOrReplaceTempView("`" + table.replace("`", "``") + "`" if self.name == "spark" else table)

    def close(self) -> None:
        """End the session."""
        with suppress(Exception):
            self.session.stop()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


_taken: set[int] = set()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    if PORTS:
        port = next(p for p in range(PORTS, PORTS + 20) if p not in _taken and not _listens(p))
        _taken.add(port)
        return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(port: int, seconds: float, process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until something listens; fails when the process ended or the time is over."""
    until = time.monotonic() + seconds
    while not _listens(port):
        if process is not None and process.poll() is not None:
            raise RuntimeError("the server ended before it listened")
        if time.monotonic() > until:
            raise RuntimeError("the server does not listen")
        time.sleep(0.1)


@contextmanager
def postgres(folder: Path, work_mb: int = 64) -> Iterator[PostgresPlace]:
    """A Postgres in a folder of its own, stopped and removed at the end; skips where there is none. ``folder`` gets its log.

    ``work_mb``: memory of one sort or one grouping.

    Not inside the folder of pytest: that is closed to every other user again whenever another pytest starts.
    """
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    bin_ = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
    if bin_ is None:
        pytest.skip("Postgres is not on this machine")
    port, data = free_port(), Path(tempfile.mkdtemp(prefix="ltv-postgres-"))
    user = _hand_over(data)
    options: dict[str, Any] = {"user": user} if user else {}
    init = [str(bin_ / "initdb"), "-D", str(data / "data"), "-A", "trust", "-U", "ltv", "-E", "UTF8", "--no-sync"]
    subprocess.run([*init, "--locale=C.UTF-8"], check=True, capture_output=True, cwd="/", **options)
    flags = [*("-p", str(port), "-h", "127.0.0.1", "-k", str(data)), *("-c", "fsync=off", "-c", "timezone=UTC")]
    server = [str(bin_ / "postgres"), "-D", str(data / "data"), *flags, "-c", f"work_mem={work_mb}MB"]
    with (folder / "postgres.log").open("wb") as log:
        process = subprocess.Popen(server, cwd="/", stdout=log, stderr=log, **options)
    try:
        wait_for(port, 30, process)
        time.sleep(0.5)
        yield PostgresPlace(port, servers=(process.pid,))
    finally:
        process.send_signal(2)
        process.wait(20)
        shutil.rmtree(data, ignore_errors=True)


def _hand_over(folder: Path) -> str:
    """Postgres refuses to run as the superuser of the machine; then its own user gets the folder."""
    if os.geteuid() != 0:
        return ""
    try:
        owner = pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("Postgres does not run as root, and there is no user postgres")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return "postgres"


@contextmanager
def sail() -> Iterator[SparkPlace]:
    """Spark's dialect without a JVM, inside this process."""
    pytest.importorskip("pysail", reason="pysail is not installed")
    pytest.importorskip("pyspark", reason="pyspark-client is not installed")
    from pysail.spark import SparkConnectServer

    port = free_port()
    server = SparkConnectServer(ip="127.0.0.1", port=port)
    server.start(background=True)
    place = SparkPlace("sail", f"sc://127.0.0.1:{port}")
    try:
        yield place
    finally:
        place.close()
        server.stop()


class Cluster:
    """A standalone Spark: a master, two workers of one core and ``memory_mb`` each, and Spark Connect, on loopback."""

    def __init__(self, folder: Path, memory_mb: int = SMALL_MB, more: dict[str, object] | None = None) -> None:
        import pyspark

        self.home, self.folder = Path(pyspark.__file__).parent, folder
        self.memory_mb, self._more = memory_mb, more or {}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.port = free_port()

    def start(self) -> None:
        """Start everything and wait until Spark Connect listens."""
        master = free_port()
        self._run("master", "org.apache.spark.deploy.master.Master", "--port", master, "--webui-port", free_port())
        wait_for(master, 60, self.processes["master"])
        for place in (1, 2):
            options = [
                "--cores",
                1,
                "--memory",
                f"{self.memory_mb}m",
                "--port",
                free_port(),
                "--webui-port",
                free_port(),
            ]
            work = ["--work-dir", self.folder / f"work{place}"]
            self._run(
                f"worker{place}",
                "org.apache.spark.deploy.worker.Worker",
                *options,
                *work,
                f"spark://127.0.0.1:{master}",
            )
        self._connect(master)
        wait_for(self.port, 120, self.processes["connect"])

    def _connect(self, master: int) -> None:
        settings = {
            "spark.connect.grpc.binding.address": "127.0.0.1",
            "spark.connect.grpc.binding.port": self.port,
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.executor.memory": f"{self.memory_mb - 124}m",
            "spark.executor.cores": "1",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.warehouse.dir": self.folder / "warehouse",
            "spark.task.maxFailures": "1",
            "spark.executor.instances": "2",
            **self._more,
        }
        options = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
        jars = [str(jar) for jar in (self.home / "jars").glob("spark-connect_*.jar")]
        self._spawn(
            "connect",
            [
                *(str(self.home / "bin" / "spark-submit"), "--master", f"spark://127.0.0.1:{master}"),
                *(
                    "--class",
                    "org.apache.spark.sql.connect.service.SparkConnectServer",
                    "--driver-memory",
                    f"{self.memory_mb}m",
                ),
                *options,
                *(["--jars", ",".join(jars)] if jars else []),
                "spark-internal",
            ],
        )

    def _run(self, name: str, class_: str, *arguments: object) -> None:
        command = [str(self.home / "bin" / "spark-class"), class_, "--host", "127.0.0.1", *map(str, arguments)]
        self._spawn(name, command)

    def _spawn(self, name: str, command: list[str]) -> None:
        environment = {
            **os.environ,
            "SPARK_HOME": str(self.home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "512m",
            "SPARK_NO_DAEMONIZE": "1",
            "JAVA_TOOL_OPTIONS": JVM if self.memory_mb <= SMALL_MB else "",
            "PYSPARK_PYTHON": sys.executable,
        }
        log = (self.folder / f"{name}.log").open("wb")
        self.processes[name] = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=self.folder, env=environment, start_new_session=True
        )

    def pids(self) -> tuple[int, ...]:
        """The processes that were started; what they started counts with them."""
        return tuple(process.pid for process in self.processes.values())

    def kill(self, name: str) -> None:
        """End one process and what it started, at once."""
        process = self.processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait(20)

    def stop(self) -> None:
        """End everything."""
        for name in reversed(list(self.processes)):
            self.kill(name)


def needs_spark() -> None:
    """Skips where there is no Java or no PySpark with Spark itself."""
    pyspark = pytest.importorskip("pyspark", reason="pyspark is not installed")
    if not (Path(pyspark.__file__).parent / "jars").is_dir():
        pytest.skip("this is the Connect client of PySpark, without Spark itself")
    if shutil.which("java") is None:
        pytest.skip("Java is not on this machine")


@contextmanager
def cluster(folder: Path, memory_mb: int = SMALL_MB, more: dict[str, object] | None = None) -> Iterator[Cluster]:
    """A two-worker Spark; skips where there is no Java or no PySpark."""
    needs_spark()
    made = Cluster(folder, memory_mb, more)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def plain(name: str) -> str:
    """A name that is a table of every engine without quoting."""
    return re.sub(r"\W", "_", name)
