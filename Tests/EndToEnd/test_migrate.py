"""A store that moves: all of it is there afterwards, proved row by row, and a copy that is not the same is found."""

import contextlib
import json
import pathlib
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import stores
from acting import LOOPBACK, TWINS, Actor, assert_proxied
from catalogue import BY_NAME
from harness import (
    AWS_ACCOUNTS,
    BINARY,
    PATIENCE,
    Keys,
    Server,
    command,
    create_organization,
    environment,
    initialise,
    running,
    wait_until,
)
from postgres import new_database, shared_cluster
from twins.upstream import Upstream

pytestmark = pytest.mark.embedded_store

HTTP = BY_NAME["HTTPTokenAuth"]
ACCOUNT = {
    "aws_account_id": "123456789012",
    "aws_partition": "aws",
    "auth_config": {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "s3cr3t-access-key"},
}


def migrate(source: pathlib.Path | str, target: pathlib.Path | str, *options: str) -> subprocess.CompletedProcess:
    return command("migrate", "--from", source, "--to", target, *options)


def check(data_dir: pathlib.Path, *options: str) -> subprocess.CompletedProcess:
    return command("store", "check", *stores.options(data_dir, BINARY), *options)


def change(data_dir: pathlib.Path, statement: str) -> None:
    """Does to the database of a server that is stopped what no server would do."""
    with sqlite3.connect(data_dir / "keyway.db") as database:
        assert database.execute(statement).rowcount != 0
    database.close()


def staged_rows(target: pathlib.Path) -> int:
    """How many connections a copy that is under way, or was, has brought so far."""
    try:
        database = sqlite3.connect(f"file:{target}/migrate.new/keyway.db?mode=ro", uri=True)
        with contextlib.closing(database):
            return database.execute("SELECT count(*) FROM connections").fetchone()[0]
    except sqlite3.Error:
        # It is not there yet.
        return 0


def serve(data_dir: pathlib.Path, keys: Keys, key_file: pathlib.Path) -> Any:
    # Beside the directory that stands for a database the harness finds the keys by itself.
    of_keys = () if data_dir in stores.DATABASES else ("--master-key-file", str(key_file))
    return running(data_dir, keys, "--rate-limit", "off", *of_keys, *LOOPBACK)


def export(server: Server) -> Any:
    """All that `keyway export` tells of a server."""
    variables = {"DD_API_KEY": server.keys.api_key, "DD_APP_KEY": server.keys.application_key}
    done = subprocess.run(
        [BINARY, "export", "--server", f"http://{server.address}"],
        env=environment() | variables,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def audit_log(data_dir: pathlib.Path, organization: str, place: pathlib.Path) -> bytes:
    """An organisation's audit log, which is proved to be whole."""
    file = place / "audit.jsonl"
    where = stores.options(data_dir, BINARY)
    done = command("audit", "export", *where, "--organization", organization, "--output", file)
    assert done.returncode == 0, done.stderr
    done = command("audit", "verify", file)
    assert done.returncode == 0, done.stderr
    content = file.read_bytes()
    file.unlink()
    return content


class Filled:
    """A store that was filled over the API, and what must be true of each copy."""

    def __init__(self, place: pathlib.Path, twin: Upstream) -> None:
        self.data_dir, self.key_file = place / "data", place / "data.key"
        self.keys = initialise(self.data_dir)
        self.other = create_organization(self.data_dir, "Staging")
        with serve(self.data_dir, self.keys, self.key_file) as server:
            self.connection_id = Actor(server).connect(twin)
            assert_proxied(Actor(server).act(self.connection_id, "GET", "/echo"))
            for number in range(20):
                server.create(HTTP.create(f"kept {number}"))
            body = {"data": {"type": "account", "attributes": ACCOUNT}}
            assert server.request("POST", AWS_ACCOUNTS, body).status == 200
            assert server.request("POST", "/api/v2/actions/connections", HTTP.create("theirs"), keys=self.other).status
            self.exported = export(server)
        self.logs = [audit_log(self.data_dir, name, place) for name in ("Default", "Staging")]

    def assert_copied(self, data_dir: pathlib.Path, place: pathlib.Path) -> None:
        """The copy is the same, and its secrets still open."""
        assert [audit_log(data_dir, name, place) for name in ("Default", "Staging")] == self.logs
        with serve(data_dir, self.keys, self.key_file) as server:
            assert export(server) == self.exported
            assert_proxied(Actor(server).act(self.connection_id, "GET", "/echo"))
            assert server.request("GET", AWS_ACCOUNTS, keys=self.other).json["data"] == []
            server.create(HTTP.create("it goes on"))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    with TWINS["OpenAIAPIKey"]() as twin:
        yield Filled(tmp_path_factory.mktemp("filled"), twin)


@pytest.fixture
def many(filled: Filled, tmp_path: pathlib.Path) -> pathlib.Path:
    """A copy of the store with so many rows that copying them takes a while."""
    assert migrate(filled.data_dir, tmp_path / "many").returncode == 0
    change(
        tmp_path / "many",
        """
        INSERT INTO connections
            (key, low, organization, document, document_version, revision, owner, name, category)
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 60000)
        SELECT last.key + n, last.low, last.organization, last.document, 1, 1, last.owner, 'row ' || n, 'HTTP'
        FROM numbers, (SELECT * FROM connections ORDER BY key DESC LIMIT 1) AS last
        """,
    )
    return tmp_path / "many"


class TestAMigration:
    def test_there_and_back_keeps_everything(self, filled: Filled, tmp_path: pathlib.Path) -> None:
        done = migrate(filled.data_dir, tmp_path / "there")
        assert done.returncode == 0, done.stderr
        assert "are the same" in done.stdout
        assert "Next: keyway serve" in done.stdout
        assert {path.name for path in (tmp_path / "there").iterdir()} == {"keyway.db", "keyway.lock"}
        assert (tmp_path / "there" / "keyway.db").stat().st_mode & 0o7777 == 0o600
        done = migrate(tmp_path / "there", tmp_path / "back", "-o", "json")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)["data"]
        assert told["same"] is True
        tables = {table["name"]: table for table in told["tables"]}
        assert tables["connections"]["rows_from"] == tables["connections"]["rows_to"] == 22
        assert all(table["sha256_from"] == table["sha256_to"] for table in told["tables"])
        assert told["copied_rows"] == sum(table["rows_from"] for table in told["tables"])
        assert told["audit_from"] == told["audit_to"]
        assert len(told["audit_to"]) == 2
        assert migrate(filled.data_dir, tmp_path / "back", "--compare").returncode == 0
        for copy in ("there", "back"):
            filled.assert_copied(tmp_path / copy, tmp_path)

    def test_that_is_killed_goes_on_where_it_ended(
        self, filled: Filled, many: pathlib.Path, tmp_path: pathlib.Path
    ) -> None:
        target = tmp_path / "target"
        for _ in range(3):
            before = staged_rows(target)
            arguments = [BINARY, "migrate", "--from", many, "--to", target]
            with subprocess.Popen(arguments, env=environment(), stdout=subprocess.DEVNULL) as process:
                wait_until(
                    lambda process=process, before=before: process.poll() is not None or staged_rows(target) > before
                )
                process.kill()
            assert process.returncode == -9, "it was over before it was killed"
            assert not (target / "keyway.db").exists()
            done = command("serve", "--data-dir", target, "--master-key-file", filled.key_file)
            assert done.returncode == 69, "nobody serves half a store"
        done = migrate(many, target, "-o", "json")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)["data"]
        assert told["continued"] is True
        assert 0 < told["copied_rows"] < sum(table["rows_from"] for table in told["tables"])

    def test_finds_a_row_that_was_changed_on_the_target(
        self, filled: Filled, many: pathlib.Path, tmp_path: pathlib.Path
    ) -> None:
        target = tmp_path / "target"
        with subprocess.Popen([BINARY, "migrate", "--from", many, "--to", target], env=environment()) as process:
            wait_until(lambda: process.poll() is not None or staged_rows(target) > 0)
            process.kill()
        assert process.returncode == -9
        change(target / "migrate.new", "UPDATE connections SET revision = 9 WHERE name = 'kept 3'")
        done = migrate(many, target)
        assert done.returncode == 65
        assert "is not the same" in done.stderr
        assert "connections: 1 changed" in done.stderr
        assert "differs in revision" in done.stderr
        assert "kept 3" not in done.stderr
        assert "--restart" in done.stderr
        assert not (target / "keyway.db").exists()
        assert migrate(many, target, "--restart").returncode == 0

        change(target, "DELETE FROM connections WHERE name = 'kept 4'")
        done = migrate(many, target, "--compare", "-o", "json")
        assert done.returncode == 65
        told = json.loads(done.stdout)["data"]
        assert told["same"] is False
        assert [table["name"] for table in told["tables"] if not table["same"]] == ["connections"]
        assert [table["missing"] for table in told["tables"] if not table["same"]] == [1]

    def test_is_refused_beside_a_server_and_into_what_is_not_empty(
        self, filled: Filled, tmp_path: pathlib.Path
    ) -> None:
        with serve(filled.data_dir, filled.keys, filled.key_file):
            done = migrate(filled.data_dir, tmp_path / "target")
            assert done.returncode == 66
            assert "in use by another Keyway process" in done.stderr
            assert not (tmp_path / "target").exists()
        initialise(tmp_path / "other")
        done = migrate(filled.data_dir, tmp_path / "other")
        assert done.returncode == 73
        assert "holds a database already" in done.stderr
        (tmp_path / "notes").mkdir()
        (tmp_path / "notes" / "file").touch()
        assert migrate(filled.data_dir, tmp_path / "notes").returncode == 73
        assert migrate(tmp_path / "none", tmp_path / "target").returncode == 66
        for options in (("--from", filled.data_dir), ("--from", filled.data_dir, "--to", filled.data_dir)):
            assert command("migrate", *options).returncode == 64


class TestAMigrationToPostgreSQL:
    @pytest.fixture
    def there(self, filled: Filled, tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
        """A directory that stands for an empty database, with the master keys beside it."""
        place = tmp_path / "there"
        stores.use_database(place, stores.Database(shared_cluster(), new_database()))
        shutil.copy(filled.key_file, f"{place}.key")
        yield place
        del stores.DATABASES[place]

    def test_there_and_back_keeps_everything(self, filled: Filled, there: pathlib.Path, tmp_path: pathlib.Path) -> None:
        uri = stores.DATABASES[there].uri
        done = migrate(filled.data_dir, uri)
        assert done.returncode == 0, done.stderr
        assert "Next: keyway serve --store postgresql://" in done.stdout
        (tmp_path / "uri").write_text(f"{uri}\n")
        (tmp_path / "uri").chmod(0o644)
        assert migrate(tmp_path / "uri", tmp_path / "back").returncode == 78
        (tmp_path / "uri").chmod(0o600)
        done = migrate(tmp_path / "uri", tmp_path / "back", "-o", "json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["data"]["same"] is True
        assert migrate(filled.data_dir, uri, "--compare").returncode == 0
        done = check(there, "-o", "json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["data"]["rows"]["connections"] == 22
        for copy in (there, tmp_path / "back"):
            filled.assert_copied(copy, tmp_path)
        done = migrate(filled.data_dir, uri)
        assert done.returncode == 73
        assert "holds a store already" in done.stderr
        done = migrate(filled.data_dir, uri, "--compare")
        assert done.returncode == 65, "the copy went on"

    def test_that_is_killed_is_served_by_nobody_and_goes_on(
        self, filled: Filled, many: pathlib.Path, there: pathlib.Path
    ) -> None:
        database = stores.DATABASES[there]
        uri = database.uri

        def rows() -> int:
            found = database.cluster.psql("SELECT count(*) FROM connections", database.name)
            return int(found.stdout) if found.returncode == 0 else 0

        for least in (0, 10_000):
            with subprocess.Popen([BINARY, "migrate", "--from", many, "--to", uri], env=environment()) as process:
                wait_until(lambda process=process, least=least: process.poll() is not None or rows() > least)
                process.kill()
            assert process.returncode == -9, "it was over before it was killed"
            done = command("serve", "--store", uri, "--master-key-file", filled.key_file)
            assert done.returncode == 69
            assert "is being filled by `keyway migrate`" in done.stderr
        database.query("UPDATE connections SET revision = 9 WHERE name = 'kept 3'")
        done = migrate(many, uri)
        assert done.returncode == 65
        assert "connections: 1 changed" in done.stderr
        assert "differs in revision" in done.stderr
        assert command("serve", "--store", uri, "--master-key-file", filled.key_file).returncode == 69
        database.query("UPDATE connections SET revision = 1 WHERE name = 'kept 3'")
        done = migrate(many, uri, "-o", "json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["data"]["copied_rows"] == 0
        database.query("DELETE FROM aws_accounts")
        done = check(there)
        assert done.returncode == 65
        assert "sealed_secrets: 1 row with secrets of a document that is not in aws_accounts" in done.stderr

    def test_refuses_a_password_that_all_would_see(self, filled: Filled) -> None:
        done = migrate(filled.data_dir, "postgresql://keyway:hidden-word@db.example.com/keyway")
        assert done.returncode == 64
        assert "hidden-word" not in done.stderr + done.stdout


class TestACheck:
    def test_of_a_whole_store_beside_its_server(self, filled: Filled) -> None:
        with serve(filled.data_dir, filled.keys, filled.key_file) as server:
            server.create(HTTP.create("in the log alone"))
            done = check(filled.data_dir)
            assert done.returncode == 0, done.stderr
            assert "is whole" in done.stdout
            done = check(filled.data_dir, "-o", "json")
            assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)["data"]
        assert told["whole"] is True
        assert told["findings"] == []
        assert told["schema_version"] == told["newest_schema_version"]
        assert told["rows"]["connections"] == 23
        assert all(chain["whole"] for chain in told["audit"])

    def test_tells_what_is_wrong(self, filled: Filled, tmp_path: pathlib.Path) -> None:
        assert migrate(filled.data_dir, tmp_path / "data").returncode == 0
        change(tmp_path / "data", "UPDATE connections SET document = substr(document, 3) WHERE name = 'kept 5'")
        change(tmp_path / "data", "UPDATE sealed_secrets SET master_key_id = 'none' WHERE kind = 2")
        change(tmp_path / "data", "DELETE FROM audit_log WHERE place = (1 << 40) + 7")
        change(tmp_path / "data", "DROP INDEX act_tokens_by_owner")
        done = check(tmp_path / "data")
        assert done.returncode == 65
        assert "the index act_tokens_by_owner is missing" in done.stderr
        change(tmp_path / "data", "CREATE INDEX act_tokens_by_owner ON act_tokens (organization, owner, key)")
        done = check(tmp_path / "data", "-o", "json")
        assert done.returncode == 65
        told = json.loads(done.stdout)["data"]
        assert told["whole"] is False
        found = {(finding["kind"], finding["table"]): finding for finding in told["findings"]}
        assert set(found) == {("document", "connections"), ("master_key", "sealed_secrets"), ("audit_chain", None)}
        assert found["document", "connections"]["count"] == 1
        assert len(found["document", "connections"]["rows"]) == 1
        assert "event 7 is missing" in found["audit_chain", None]["explanation"]
        for finding in told["findings"]:
            assert finding["explanation"] in done.stderr

    def test_of_what_is_no_store(self, tmp_path: pathlib.Path) -> None:
        assert check(tmp_path / "none").returncode == 66
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "keyway.db").write_bytes(b"no database at all\n" * 1000)
        done = check(tmp_path / "data", "-o", "json")
        assert done.returncode == 65
        told = json.loads(done.stdout)["data"]
        assert [finding["kind"] for finding in told["findings"]] == ["unusable"]
