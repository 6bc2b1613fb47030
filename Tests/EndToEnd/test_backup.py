"""A backup holds what was acknowledged, and only a whole one is restored."""

import itertools
import json
import os
import pathlib
import resource
import signal
import sqlite3
import subprocess
import tarfile
import threading
from collections.abc import Callable, Iterator

import pytest
from acting import LOOPBACK, TWINS, Actor, assert_proxied
from catalogue import BY_NAME
from harness import (
    BINARY,
    CONNECTIONS,
    Keys,
    Server,
    command,
    environment,
    initialise,
    running,
    send,
    verify_audit_chain,
    wait_until,
)
from older_data import PLACE

pytestmark = pytest.mark.embedded_store

HTTP = BY_NAME["HTTPTokenAuth"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("backup")


@pytest.fixture(scope="module")
def source(place: pathlib.Path) -> Iterator[Server]:
    """A server with a few connections, and what each of them says."""
    with running(place / "data", initialise(place / "data"), "--rate-limit", "off", *LOOPBACK) as server:
        for number in range(20):
            server.create(HTTP.create(f"kept {number}"))
        yield server


@pytest.fixture(scope="module")
def copy(source: Server, place: pathlib.Path) -> pathlib.Path:
    """A backup of it."""
    file = place / "copy.db"
    done = backup(source.data_dir, file)
    assert done.returncode == 0, done.stderr
    return file


def backup(data_dir: pathlib.Path, to: pathlib.Path, *options: str, **more) -> subprocess.CompletedProcess:
    return command("backup", to, "--data-dir", data_dir, *options, **more)


def unsealed(file: pathlib.Path, to: pathlib.Path) -> pathlib.Path:
    """The mere database of a backup, as SQLite itself would have copied it."""
    content = file.read_bytes()
    assert content[len(content) // 4096 * 4096 :].startswith(b"keyway-backup-sha256:")
    to.write_bytes(content[: len(content) // 4096 * 4096])
    return to


def restore(
    file: pathlib.Path | str, data_dir: pathlib.Path, key_file: pathlib.Path, *options: str, **more
) -> subprocess.CompletedProcess:
    return command("restore", file, "--data-dir", data_dir, "--master-key-file", key_file, *options, **more)


def key_of(server: Server) -> pathlib.Path:
    return server.data_dir.with_name(f"{server.data_dir.name}.key")


class Creator:
    """A client that creates connections all the time, and notes which were acknowledged, in their order."""

    def __init__(self, server: Server, name: str) -> None:
        self.server, self.name = server, name
        self.acknowledged: list[str] = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        http = self.server.connect()
        for number in itertools.count():
            if self.over.is_set():
                break
            answer = send(http, "POST", CONNECTIONS, HTTP.create(f"{self.name} {number}"), self.server.keys.headers)
            assert answer.status == 201
            self.acknowledged.append(answer.json["data"]["id"])
        http.close()


class TestABackup:
    def test_holds_all_that_was_acknowledged_before_it_began(self, source: Server, tmp_path: pathlib.Path) -> None:
        creators = [Creator(source, f"while copied {number}") for number in range(6)]
        try:
            known: list[list[str]] = []
            for number in range(4):
                wait_until(lambda number=number: all(len(one.acknowledged) > 10 * number for one in creators))
                known.append([name for one in creators for name in one.acknowledged])
                done = backup(source.data_dir, tmp_path / f"{number}.db")
                assert done.returncode == 0, done.stderr
        finally:
            for one in creators:
                one.over.set()
                one.thread.join()
        for number, ids in enumerate(known):
            data_dir = tmp_path / f"restored-{number}"
            done = restore(tmp_path / f"{number}.db", data_dir, key_of(source))
            assert done.returncode == 0, done.stderr
            assert verify_audit_chain(data_dir) >= len(ids)
            with running(
                data_dir, source.keys, "--rate-limit", "off", "--master-key-file", str(key_of(source))
            ) as server:
                http = server.connect()
                for name in ids:
                    answer = send(http, "GET", f"{CONNECTIONS}/{name}", None, source.keys.headers)
                    assert answer.status == 200, f"{name} is lost"
                http.close()
        assert all(one.acknowledged for one in creators)

    def test_is_its_owners_alone_and_without_the_master_keys(self, source: Server, tmp_path: pathlib.Path) -> None:
        done = backup(source.data_dir, tmp_path / "copy.db", "--json", preexec_fn=lambda: os.umask(0))
        assert done.returncode == 0, done.stderr
        file = tmp_path / "copy.db"
        assert file.stat().st_mode & 0o7777 == 0o600
        assert list(tmp_path.iterdir()) == [file], "nothing lies beside it"
        key_id, _, key = key_of(source).read_text().splitlines()[-1].partition(":")
        content = file.read_bytes()
        assert key.encode() not in content
        assert bytes.fromhex(key) not in content
        said = json.loads(done.stdout)
        assert said["path"] == str(file)
        assert said["master_keys"] == [key_id]
        assert said["connections"] == source.request("GET", CONNECTIONS).json["meta"]["total"]

    def test_goes_into_a_directory_under_the_time(self, source: Server, tmp_path: pathlib.Path) -> None:
        done = backup(source.data_dir, tmp_path, "--json")
        assert done.returncode == 0, done.stderr
        (file,) = tmp_path.iterdir()
        assert file == pathlib.Path(json.loads(done.stdout)["path"])
        assert file.match("keyway-????????T??????Z.db")

    def test_overwrites_nothing(self, source: Server, tmp_path: pathlib.Path) -> None:
        file, link = tmp_path / "copy.db", tmp_path / "link"
        file.write_text("the only copy of its time")
        link.symlink_to(tmp_path / "nowhere")
        for path in (file, link):
            done = backup(source.data_dir, path)
            assert done.returncode == 73
            assert str(path) in done.stderr
        assert file.read_text() == "the only copy of its time"
        assert set(tmp_path.iterdir()) == {file, link}

    @pytest.mark.parametrize("destination", ["", "-"])
    def test_is_no_stream(self, source: Server, tmp_path: pathlib.Path, destination: str) -> None:
        done = command("backup", destination, "--data-dir", source.data_dir, cwd=tmp_path)
        assert done.returncode == 64
        assert list(tmp_path.iterdir()) == []

    def test_of_a_server_that_is_stopped_is_made_too(self, tmp_path: pathlib.Path) -> None:
        initialise(tmp_path / "data")
        done = backup(tmp_path / "data", tmp_path / "copy.db")
        assert done.returncode == 0, done.stderr
        assert "0 connections" in done.stdout

    def test_of_nothing_is_refused(self, tmp_path: pathlib.Path) -> None:
        done = backup(tmp_path / "none", tmp_path / "copy.db")
        assert done.returncode == 66
        assert str(tmp_path / "none") in done.stderr
        assert list(tmp_path.iterdir()) == []

    def test_of_damaged_data_is_refused(self, copy: pathlib.Path, tmp_path: pathlib.Path) -> None:
        data_dir = tmp_path / "data"
        data_dir.mkdir()
        damage(copy, data_dir / "keyway.db", 6)
        done = backup(data_dir, tmp_path / "copy.db")
        assert done.returncode == 73
        assert "damaged" in done.stderr
        assert not [path for path in tmp_path.iterdir() if path.is_file()]

    def test_that_finds_the_disk_full_leaves_nothing(self, source: Server, tmp_path: pathlib.Path) -> None:
        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))

        done = backup(source.data_dir, tmp_path / "copy.db", preexec_fn=limit)
        assert done.returncode == 73
        assert f"cannot write {tmp_path}/copy.db" in done.stderr
        assert list(tmp_path.iterdir()) == []

    def test_on_a_full_file_system_leaves_nothing(self, source: Server, tmp_path: pathlib.Path) -> None:
        script = 'mount -t tmpfs -o size=64k none "$0" || exit 99; "$@"; code=$?; ls -A "$0"; exit $code'
        enter = ["unshare", "--map-root-user", "--mount", "sh", "-c", script, tmp_path]
        if subprocess.run([*enter, "true"], capture_output=True, check=False).returncode != 0:
            pytest.skip("the kernel gives no mount namespace")
        done = subprocess.run(
            [*enter, BINARY, "backup", tmp_path / "copy.db", "--data-dir", source.data_dir],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (73, "")
        assert "full" in done.stderr
        assert f"{tmp_path}/copy.db" in done.stderr

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_that_is_interrupted_is_whole_or_not_there(
        self, source: Server, tmp_path: pathlib.Path, number: signal.Signals
    ) -> None:
        for attempt in range(10):
            file = tmp_path / f"{attempt}.db"
            arguments = [BINARY, "backup", file, "--data-dir", source.data_dir]
            with subprocess.Popen(arguments, env=environment(), stdout=subprocess.DEVNULL) as process:
                wait_until(lambda process=process: process.poll() is not None or any(tmp_path.iterdir()))
                process.send_signal(number)
            assert process.returncode in (0, -number)
            for path in tmp_path.iterdir():
                assert path == file, "a part is left"
                with sqlite3.connect(path) as database:
                    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                database.close()
                path.unlink()


def damage(file: pathlib.Path, to: pathlib.Path, page: int) -> None:
    """A copy of a database in which a page is overwritten."""
    content = bytearray(file.read_bytes())
    content[page * 4096 : (page + 1) * 4096] = b"\xa5" * 4096
    to.write_bytes(content)


class TestARestoration:
    def test_brings_all_back(self, source: Server, tmp_path: pathlib.Path) -> None:
        """The secrets too, and what was put into the audit log."""
        with TWINS["OpenAIAPIKey"]() as twin:
            connection_id = Actor(source).connect(twin)
            expected = source.attributes(connection_id)
            assert backup(source.data_dir, tmp_path / "copy.db").returncode == 0
            source.request("DELETE", f"{CONNECTIONS}/{connection_id}")
            done = restore(tmp_path / "copy.db", tmp_path / "data", key_of(source))
            assert done.returncode == 0, done.stderr
            assert "Next: keyway serve" in done.stdout
            directory = tmp_path / "data"
            assert directory.stat().st_mode & 0o7777 == 0o700
            modes = {path.name: path.stat().st_mode & 0o7777 for path in directory.iterdir()}
            assert modes == {"keyway.db": 0o600, "keyway.lock": 0o600}
            options = ("--rate-limit", "off", "--master-key-file", str(key_of(source)), *LOOPBACK)
            with running(directory, source.keys, *options) as server:
                assert server.attributes(connection_id) == expected
                assert_proxied(Actor(server).act(connection_id, "GET", "/echo"))
                server.create(HTTP.create("it goes on"))
        assert verify_audit_chain(directory) > 20

    def test_takes_an_empty_directory_and_a_pipe(
        self, source: Server, copy: pathlib.Path, tmp_path: pathlib.Path
    ) -> None:
        (tmp_path / "data").mkdir(mode=0o700)
        with copy.open("rb") as stream:
            done = restore("-", tmp_path / "data", key_of(source), stdin=stream)
        assert done.returncode == 0, done.stderr
        verify_audit_chain(tmp_path / "data")

    def test_takes_a_copy_by_sqlite_itself(self, source: Server, tmp_path: pathlib.Path) -> None:
        with sqlite3.connect(source.data_dir / "keyway.db") as database, sqlite3.connect(tmp_path / "copy.db") as to:
            database.backup(to)
        database.close()
        to.close()
        done = restore(tmp_path / "copy.db", tmp_path / "data", key_of(source))
        assert done.returncode == 0, done.stderr
        assert "not made by keyway backup" in done.stdout
        assert {path.name for path in (tmp_path / "data").iterdir()} == {"keyway.db", "keyway.lock"}

    def test_refuses_a_mere_copy_of_an_open_database(self, source: Server, tmp_path: pathlib.Path) -> None:
        source.create(HTTP.create("in the log alone"))
        done = restore(source.data_dir / "keyway.db", tmp_path / "data", key_of(source))
        assert done.returncode == 66
        assert "keyway backup" in done.stderr
        assert not (tmp_path / "data").exists()

    def test_overwrites_no_living_directory(self, source: Server, copy: pathlib.Path, tmp_path: pathlib.Path) -> None:
        before = source.request("GET", CONNECTIONS).json
        done = restore(copy, source.data_dir, key_of(source))
        assert done.returncode == 73
        assert "in use by another Keyway process" in done.stderr
        assert source.request("GET", CONNECTIONS).json == before
        assert source.request("GET", "/readyz").status == 200

        initialise(tmp_path / "data")
        content = {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()}
        done = restore(copy, tmp_path / "data", key_of(source))
        assert done.returncode == 73
        assert "holds a database already" in done.stderr
        assert {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()} == content

    def test_goes_into_no_directory_of_something_else(
        self, source: Server, copy: pathlib.Path, tmp_path: pathlib.Path
    ) -> None:
        (tmp_path / "data").mkdir()
        # The log of an older database would be read into the restored one.
        (tmp_path / "data" / "keyway.db-wal").write_bytes(b"older")
        done = restore(copy, tmp_path / "data", key_of(source))
        assert done.returncode == 73
        assert "not empty" in done.stderr
        assert [path.name for path in (tmp_path / "data").iterdir()] == ["keyway.db-wal"]

    def test_refuses_each_damaged_page(self, source: Server, copy: pathlib.Path, tmp_path: pathlib.Path) -> None:
        whole = unsealed(copy, tmp_path / "whole.db")
        pages = whole.stat().st_size // 4096
        for page in sorted({0, 1, 2, pages // 3, pages // 2, pages - 1}):
            damage(whole, tmp_path / "damaged.db", page)
            self.assert_refused(tmp_path / "damaged.db", source, tmp_path)

    def test_refuses_each_changed_bit(self, source: Server, copy: pathlib.Path, tmp_path: pathlib.Path) -> None:
        content = copy.read_bytes()
        # Of what SQLite does not look at: text of documents and of the audit log, free space, and the seal.
        places = [content.index(b"kept 7"), content.rindex(b'"sequence":3'), 100 * 41, len(content) - 2]
        places += [len(content) - 86, *range(4096 + 123, len(content), len(content) // 16)]
        for place in places:
            changed = bytearray(content)
            changed[place] ^= 1
            (tmp_path / "changed.db").write_bytes(changed)
            assert "damaged" in self.assert_refused(tmp_path / "changed.db", source, tmp_path)

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda content: b"",
            lambda content: content[: len(content) // 2],
            lambda content: content[:-1],
            lambda content: content[:4096],
            lambda content: content + bytes(4096),
            lambda content: content[:-86] + bytes(4096) + content[-86:],
            lambda content: b"no database at all\n" * 1000,
            lambda content: bytes(len(content)),
        ],
        ids=["empty", "half", "a byte short", "one page", "more", "more before the end", "text", "zeros"],
    )
    def test_refuses_what_is_not_whole(
        self, source: Server, copy: pathlib.Path, tmp_path: pathlib.Path, spoil: Callable[[bytes], bytes]
    ) -> None:
        (tmp_path / "spoilt.db").write_bytes(spoil(copy.read_bytes()))
        self.assert_refused(tmp_path / "spoilt.db", source, tmp_path)

    @pytest.mark.parametrize(
        ("sql", "words"),
        [
            ("PRAGMA user_version = 999", "schema version 999"),
            ("PRAGMA application_id = 1", "not one of Keyway's"),
            ("UPDATE sealed_secrets SET bytes = zeroblob(length(bytes))", "does not open"),
            ("UPDATE sealed_secrets SET bytes = (SELECT max(bytes) FROM sealed_secrets)", "does not open"),
            ("PRAGMA foreign_keys = OFF; DELETE FROM users", "damaged"),
        ],
        ids=["newer", "foreign", "zeroed secrets", "exchanged secrets", "without users"],
    )
    def test_refuses_what_does_not_fit(
        self, source: Server, copy: pathlib.Path, tmp_path: pathlib.Path, sql: str, words: str
    ) -> None:
        file = unsealed(copy, tmp_path / "changed.db")
        with sqlite3.connect(file) as database:
            database.executescript(sql)
        database.close()
        assert words in self.assert_refused(file, source, tmp_path)

    def assert_refused(self, file: pathlib.Path, source: Server, place: pathlib.Path) -> str:
        done = restore(file, place / "refused", key_of(source))
        assert done.returncode == 66, (done.stdout, done.stderr)
        assert str(file) in done.stderr
        assert not (place / "refused").exists()
        return done.stderr

    def test_needs_the_master_keys(self, source: Server, copy: pathlib.Path, tmp_path: pathlib.Path) -> None:
        other = initialise_keys(tmp_path / "other")
        key_id = key_of(source).read_text().splitlines()[-1].partition(":")[0]
        done = restore(copy, tmp_path / "data", other)
        assert done.returncode == 78
        assert key_id in done.stderr
        assert not (tmp_path / "data").exists()
        done = restore(copy, tmp_path / "data", tmp_path / "none.key")
        assert done.returncode == 66
        assert not (tmp_path / "data").exists()
        done = restore(copy, tmp_path / "data", tmp_path / "none.key", "--without-master-keys")
        assert done.returncode == 0, done.stderr
        assert "not checked" in done.stdout
        with running(tmp_path / "data", source.keys, "--master-key-file", str(key_of(source))) as server:
            assert server.request("GET", CONNECTIONS).status == 200

    def test_cleans_up_after_one_that_was_interrupted(
        self, source: Server, copy: pathlib.Path, tmp_path: pathlib.Path
    ) -> None:
        rest = tmp_path / "data" / "restore.new"
        rest.mkdir(parents=True)
        (rest / "keyway.db").write_bytes(b"half a database")
        (rest / "keyway.db-wal").write_bytes(b"and its log")
        done = restore(copy, tmp_path / "data", key_of(source))
        assert done.returncode == 0, done.stderr
        assert {path.name for path in (tmp_path / "data").iterdir()} == {"keyway.db", "keyway.lock"}

    def test_that_finds_the_disk_full_leaves_nothing(
        self, source: Server, copy: pathlib.Path, tmp_path: pathlib.Path
    ) -> None:
        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))

        done = restore(copy, tmp_path / "data", key_of(source), preexec_fn=limit)
        assert done.returncode in (73, 74)
        assert str(tmp_path / "data") in done.stderr
        assert not (tmp_path / "data").exists()

    def test_as_root_gives_the_database_to_the_owner_of_its_directory(
        self, source: Server, copy: pathlib.Path, tmp_path: pathlib.Path
    ) -> None:
        if os.geteuid() != 0:
            pytest.skip("only root may give files away")
        (tmp_path / "data").mkdir(mode=0o700)
        os.chown(tmp_path / "data", 65534, 65534)
        assert restore(copy, tmp_path / "data", key_of(source)).returncode == 0
        assert {path.stat().st_uid for path in (tmp_path / "data").iterdir()} == {65534}

    def test_brings_an_older_schema_up_to_date(self, source: Server, tmp_path: pathlib.Path) -> None:
        newest = json.loads(backup(source.data_dir, tmp_path / "newest.db", "--json").stdout)["schema_version"]
        archive = sorted(PLACE.glob("*.tar.gz"))[0]
        with tarfile.open(archive) as older:
            older.extractall(tmp_path, filter="data")
        place = tmp_path / archive.name.removesuffix(".tar.gz")
        done = backup(place / "data", tmp_path / "copy.db", "--json")
        assert done.returncode == 0, done.stderr
        version = json.loads(done.stdout)["schema_version"]
        done = restore(tmp_path / "copy.db", tmp_path / "data", place / "data.key")
        assert done.returncode == 0, done.stderr
        assert (f"from version {version} to {newest}" in done.stdout) == (version < newest)
        said = json.loads((place / "said.json").read_text())["Default"]
        with running(tmp_path / "data", Keys(**said["keys"]), "--master-key-file", str(place / "data.key")) as server:
            names = {entry["attributes"]["name"] for entry in server.request("GET", CONNECTIONS).json["data"]}
            assert names


def initialise_keys(data_dir: pathlib.Path) -> pathlib.Path:
    """The master key file of another server."""
    initialise(data_dir)
    return data_dir.with_name(f"{data_dir.name}.key")
