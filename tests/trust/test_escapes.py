"""What text from a stranger could do if it ever became SQL: nothing, on every cursor of a locked database."""

from __future__ import annotations

import threading
from pathlib import Path

import duckdb
import pytest

from ltvlib.engine import Database, EngineLimits
from ltvlib.errors import LtvError
from tests.trust.load import figures

READING = (
    "from '/etc/passwd'",
    "select * from read_csv('/etc/passwd')",
    "select * from read_csv_auto('/etc/hostname')",
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('/proc/self/environ')",
    "select * from read_parquet('{inside}')",
    "select * from read_json('{inside}')",
    "select * from parquet_metadata('{inside}')",
    "select * from glob('/etc/*')",
    "select * from sniff_csv('/etc/passwd')",
    "select content from read_text('https://example.com/')",
    "from 'https://example.com/x.parquet'",
    "from 's3://bucket/x.parquet'",
    "attach '{inside}' as other",
    "attach 'https://example.com/x.db'",
    "import database '{folder}'",
    "create table t as from '{inside}'",
    "insert into kept select content from read_text('/etc/passwd')",
)
WRITING = (
    "copy (select 1) to '{outside}'",
    "copy kept to '{outside}' (format parquet)",
    "copy kept to '/dev/stdout'",
    "export database '{outside}'",
    "attach '{outside}' as written",
    "pragma enable_profiling = 'json'",
    "set profiling_output = '{outside}'",
    "set log_query_path = '{outside}'",
    "set temp_directory = '{folder}'",
    "set home_directory = '{folder}'",
    "set secret_directory = '{folder}'",
    "set extension_directory = '{folder}'",
    "vacuum; checkpoint; copy kept to '{outside}'",
)
LOADING = (
    "install httpfs",
    "install httpfs from community",
    "force install spatial",
    "load httpfs",
    "load '{inside}'",
    "set allow_unsigned_extensions = true",
    "set custom_extension_repository = 'https://example.com'",
    "create secret (type s3, key_id 'a', secret 'b')",
)
LOOSENING = (
    "set enable_external_access = true",
    "set lock_configuration = false",
    "reset lock_configuration",
    "set global memory_limit = '100GB'",
    "set threads = 64",
    "set max_temp_directory_size = '1TB'",
    "set autoinstall_known_extensions = true",
    "set autoload_known_extensions = true",
    "set allow_community_extensions = true",
    "set python_enable_replacements = true",
    "set allowed_directories = ['/']",
    "pragma memory_limit = '100GB'",
    "set max_execution_time = 0",
)
STATEMENTS = READING + WRITING + LOADING + LOOSENING
FLAGS = {
    "enable_external_access": False,
    "lock_configuration": True,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
    "allow_unsigned_extensions": False,
    "threads": 2,
}


def escapes(database: Database, folder: Path) -> list[str]:
    """Statements that got through: that raised nothing and gave something back, or left something on disk."""
    inside, outside = folder / "inside.csv", folder / "outside"
    inside.write_text("secret\n1\n")
    before, found = sorted(folder.iterdir()), []
    for template in STATEMENTS:
        statement = (
            template.replace("{inside}", str(inside))
            .replace("{outside}", str(outside))
            .replace("{folder}", str(folder))
        )
        try:
            database.execute(statement)
        except (duckdb.Error, LtvError):
            pass
        else:
            found.append(statement)
        if sorted(folder.iterdir()) != before:
            found.append("wrote: " + statement)
            before = sorted(folder.iterdir())
    return found


def flags(database: Database) -> dict[str, object]:
    return {name: database.rows(f"select current_setting('{name}')")[0][0] for name in FLAGS}


@pytest.fixture
def database() -> Database:
    made = Database(EngineLimits(seconds=20))
    made.execute("create table kept as select 'a' as text")
    return made


def test_nothing_escapes(database: Database, tmp_path: Path):
    database.lock()
    before = (flags(database), database.rows("select current_setting('memory_limit')"))
    found = escapes(database, tmp_path)
    assert not found
    assert (flags(database), database.rows("select current_setting('memory_limit')")) == before
    assert before[0] == FLAGS
    assert database.rows("select * from kept") == [("a",)], "and it still answers"
    figures.keep("escapes", f"0 of {len(STATEMENTS)} statements escaped", "0 escapes, flags read back")


def test_nothing_escapes_through_a_cursor_opened_before_the_lock(database: Database, tmp_path: Path):
    cursor = database._root.cursor()
    database.lock()
    for statement in ("select * from read_text('/etc/passwd')", f"copy kept to '{tmp_path}/x'", "set threads = 64"):
        with pytest.raises(duckdb.Error):
            cursor.execute(statement)


def test_nothing_escapes_from_another_thread(database: Database, tmp_path: Path):
    database.lock()
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.extend(escapes(database, tmp_path)))
    thread.start()
    thread.join()
    assert not found


def test_the_list_finds_an_open_door(database: Database, tmp_path: Path):
    """Self-test: the same list against a database that nobody locked."""
    found = escapes(database, tmp_path)
    assert any("read_text('/etc/passwd')" in statement for statement in found)
    assert any(statement.startswith("wrote: copy") for statement in found)
    assert len(found) > 15


def test_there_are_enough_statements():
    assert len(set(STATEMENTS)) == len(STATEMENTS) >= 45
