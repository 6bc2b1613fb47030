"""The store that the servers of a test have: the embedded one, or a database of a PostgreSQL of the tests' own.

`KEYWAY_TEST_STORE=postgres` chooses the second. A test names a server's data by a directory either way; with a database
the directory itself is never made, and what is beside it (master keys, log) is as always.
"""

import contextlib
import functools
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator

from postgres import Cluster, new_database, shared_cluster

IS_POSTGRES = os.environ.get("KEYWAY_TEST_STORE", "sqlite") == "postgres"

AuditRow = tuple[str, int, bytes]
"""The organisation, the sequence, and the event as it is stored."""


class Database:
    """A database with the PostgreSQL that it is in."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.cluster = cluster
        self.name = name

    @property
    def uri(self) -> str:
        return self.cluster.uri(self.name)

    def query(self, statement: str) -> list[list[str]]:
        return self.cluster.query(statement, self.name)


DATABASES: dict[pathlib.Path, Database] = {}
"""The databases by the directories that tests name."""


def use_database(data_dir: pathlib.Path, database: Database) -> None:
    """Lets a database stand for a directory."""
    DATABASES[data_dir] = database


@functools.cache
def template(binary: pathlib.Path) -> str:
    """A database that has the schema and nothing else, to copy."""
    name = new_database()
    with tempfile.TemporaryDirectory() as place:
        key_file = str(pathlib.Path(place) / "template.key")
        done = subprocess.run(
            [binary, "init", "--store", shared_cluster().uri(name), "--master-key-file", key_file],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    shared_cluster().query(EMPTYING, name)
    return name


EMPTYING = """
DO $$
DECLARE filled text;
BEGIN
    SELECT string_agg(quote_ident(tablename), ', ') INTO filled FROM pg_tables
    WHERE schemaname = 'public' AND tablename NOT IN ('keyway_schema', 'access_state');
    EXECUTE 'TRUNCATE ' || filled;
END $$
"""


def database_of(data_dir: pathlib.Path, binary: pathlib.Path) -> Database:
    """The database that stands for a directory, made where there is none yet."""
    if data_dir not in DATABASES:
        DATABASES[data_dir] = Database(shared_cluster(), new_database(template(binary)))
    return DATABASES[data_dir]


def options(data_dir: pathlib.Path, binary: pathlib.Path) -> list[str]:
    """The options of a command by which it finds the store."""
    if not IS_POSTGRES and data_dir not in DATABASES:
        return ["--data-dir", str(data_dir)]
    return ["--store", database_of(data_dir, binary).uri]


def key_options(data_dir: pathlib.Path, binary: pathlib.Path) -> list[str]:
    """The same, and where the master keys are."""
    found = options(data_dir, binary)
    return found if found[0] == "--data-dir" else [*found, "--master-key-file", f"{data_dir}.key"]


@contextlib.contextmanager
def copy(data_dir: pathlib.Path) -> Iterator[sqlite3.Connection]:
    """A copy of the embedded store's database, write-ahead log included, so that looking at it changes nothing."""
    with tempfile.TemporaryDirectory() as place:
        for file in data_dir.iterdir():
            if file.is_file():
                shutil.copy(file, place)
        for file in sorted(pathlib.Path(place).iterdir()):
            with file.open("rb") as opened:
                is_database = opened.read(16) == b"SQLite format 3\0"
            if is_database:
                connection = sqlite3.connect(file)
                try:
                    yield connection
                finally:
                    connection.close()
                return
    raise AssertionError(f"there is no database in {data_dir}")


def audit_rows(data_dir: pathlib.Path) -> list[AuditRow]:
    """Every audit event in the order of its chain; the server may be running."""
    if data_dir in DATABASES:
        rows = DATABASES[data_dir].query(AUDIT_ROWS)
        return [(organization, int(sequence), bytes.fromhex(event)) for organization, sequence, event in rows]
    with copy(data_dir) as connection:
        statement = "SELECT hex(organization), sequence, CAST(event AS BLOB) FROM audit_events ORDER BY 1, 2"
        return connection.execute(statement).fetchall()


AUDIT_ROWS = "SELECT organization, sequence, encode(convert_to(event, 'UTF8'), 'hex') FROM audit_events ORDER BY 1, 2"


def check_files(data_dir: pathlib.Path) -> None:
    """Whether the database is whole, by its own check; PostgreSQL has none that is quick."""
    if data_dir in DATABASES:
        return
    with copy(data_dir) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def files(data_dir: pathlib.Path) -> list[pathlib.Path]:
    """All files that hold what is stored, in the order of their names."""
    if data_dir not in DATABASES:
        return sorted(file for file in data_dir.rglob("*") if file.is_file())
    database = DATABASES[data_dir]
    (number,) = database.cluster.query(f"SELECT oid FROM pg_database WHERE datname = '{database.name}'")[0]
    places = [database.cluster.data / "base" / number, database.cluster.data / "pg_wal"]
    return sorted(file for place in places for file in place.rglob("*") if file.is_file())
