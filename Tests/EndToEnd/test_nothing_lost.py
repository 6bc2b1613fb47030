"""What is acknowledged is kept: through SIGKILL, SIGTERM, a full disk and a second server."""

import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from catalogue import connection
from harness import (
    BINARY,
    CONNECTIONS,
    PATIENCE,
    Server,
    at,
    at_with_keys,
    audit_events,
    command,
    environment,
    initialise,
    send,
    verify_audit_chain,
    verify_chains,
    wait_until,
)
from writers import HTTP, WRITERS, Writer, write_until

ROUNDS = int(os.environ.get("KEYWAY_KILL_ROUNDS", "500" if os.environ.get("KEYWAY_LONG") else "50"))


def test_an_acknowledged_write_survives_sigkill(tmp_path: pathlib.Path) -> None:
    """Kills the server under concurrent writes, again and again on one data directory, and looks after each time."""
    data_dir = tmp_path / "data"
    server = Server(data_dir, initialise(data_dir), "--rate-limit", "off")
    events = verify_audit_chain(data_dir)
    moment = random.Random(20)
    acknowledged = 0
    in_doubt = 0
    for number in range(ROUNDS):
        writers = [Writer(number, index) for index in range(WRITERS)]
        server.start()
        write_until(server, writers, moment.randrange(1, 150), server.kill)
        server.start()
        written = sum(writer.acknowledged for writer in writers)
        happened = sum(writer.resolve(server) for writer in writers)
        for writer in writers:
            assert writer.refused == []
            writer.verify(server)
        server.kill()
        events += written + happened
        assert verify_audit_chain(data_dir) == events, "each write that happened has one audit event"
        acknowledged += written
        in_doubt += sum(writer.doubt is not None for writer in writers)
    assert acknowledged > ROUNDS, "the server was killed before it did anything"
    assert in_doubt > 0, "no kill met a write in flight"
    assert server.start().stop() == 0


def test_sigterm_with_writes_in_flight_finishes_or_fails_them(tmp_path: pathlib.Path) -> None:
    data_dir = tmp_path / "data"
    server = Server(data_dir, initialise(data_dir), "--rate-limit", "off")
    events = verify_audit_chain(data_dir)
    for number in range(5):
        writers = [Writer(number, index) for index in range(WRITERS)]
        server.start()
        statuses: list[int] = []
        write_until(server, writers, 50, lambda statuses=statuses: statuses.append(server.stop()))
        assert statuses == [0]
        server.start()
        events += sum(writer.acknowledged for writer in writers)
        events += sum(writer.resolve(server) for writer in writers)
        for writer in writers:
            assert set(writer.refused) <= {503}
            writer.verify(server)
        assert server.stop() == 0
        assert verify_audit_chain(data_dir) == events


def test_an_idle_client_does_not_hold_up_the_end(tmp_path: pathlib.Path) -> None:
    server = Server(tmp_path / "data", initialise(tmp_path / "data")).start()
    http = server.connect()
    assert send(http, "GET", CONNECTIONS, None, server.keys.headers).status == 200
    assert server.stop() == 0
    assert server.unfinished == 0
    assert http.sock.recv(1) == b"", "an orderly end"
    http.close()


@pytest.mark.embedded_store
def test_a_second_server_is_refused(new_server: Callable[..., Server]) -> None:
    server = new_server()
    second = command("serve", "--data-dir", server.data_dir, "--listen", "127.0.0.1:0")
    assert second.returncode != 0
    assert str(server.data_dir) in second.stderr
    assert any(word in second.stderr.lower() for word in ("another", "in use", "already"))
    assert server.request("GET", "/readyz").status == 200
    server.kill()
    server.start()


def test_a_second_init_is_refused_and_changes_nothing(new_server: Callable[..., Server]) -> None:
    server = new_server()
    for _ in range(2):
        second = command("init", *at_with_keys(server.data_dir), "--json")
        assert second.returncode != 0
        assert second.stdout == ""
        if server.is_running:
            assert server.stop() == 0
    server.start()
    assert server.request("GET", CONNECTIONS).status == 200


def test_an_empty_directory_asks_for_init(tmp_path: pathlib.Path) -> None:
    served = command("serve", *at_with_keys(tmp_path / "data"), "--listen", "127.0.0.1:0")
    assert served.returncode != 0
    assert "init" in served.stderr


@dataclass
class Disk:
    """A server on a disk that will be full, and the way to make space on it again."""

    server: Server
    make_space: Callable[[], object]


@pytest.mark.embedded_store
class TestAFullDisk:
    """A file system of a few MiB is the real thing, and needs root. A limit on the size of files needs no rights.

    The limit gives another error (EFBIG instead of ENOSPC); it can be lifted while the server runs, too.
    """

    SIZE = 4 * 1024 * 1024

    @pytest.fixture(params=["file system", "file size"])
    def disk(self, request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Iterator[Disk]:
        if request.param == "file size":
            data_dir = tmp_path / "data"
            yield from self.serve(data_dir, lambda server: self.lift_limit(server), self.limit_file_size)
            return
        place = tmp_path / "disk"
        place.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={self.SIZE}", "tmpfs", place]
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
            pytest.skip("mounting a file system needs root")
        try:
            ballast = place / "ballast"
            ballast.write_bytes(bytes(self.SIZE // 2))
            yield from self.serve(place / "data", lambda server: ballast.unlink(), None)
        finally:
            subprocess.run(["umount", "--lazy", place], check=True)

    def serve(self, data_dir: pathlib.Path, make_space: Callable, before_exec: Callable | None) -> Iterator[Disk]:
        keys = initialise(data_dir)
        server = Server(data_dir, keys, "--rate-limit", "off", before_exec=before_exec)
        server.log_file = data_dir.parent.with_name("full-disk.log")
        server.start()
        try:
            yield Disk(server, lambda: make_space(server))
            assert server.stop() == 0
        finally:
            if server.is_running:
                server.kill()
        verify_audit_chain(data_dir)

    def test_fails_writes_clearly_keeps_reading_and_recovers(self, disk: Disk) -> None:
        server = disk.server
        kept = self.fill(server)
        failed = server.request("POST", CONNECTIONS, self.large("does not fit"))
        assert failed.status in (500, 503, 507)
        assert failed.errors[0]["status"] == str(failed.status)
        assert failed.errors[0]["detail"]
        assert b"s3cr3t" not in failed.body

        assert server.attributes(kept[0])["name"] == "large 0"
        assert server.attributes(kept[-1])["name"] == f"large {len(kept) - 1}"
        assert server.request("GET", "/healthz").status == 200

        disk.make_space()
        self.wait_until_writable(server)
        for connection_id in kept:
            assert server.request("GET", f"{CONNECTIONS}/{connection_id}").status == 200
        names = server.request("GET", f"{CONNECTIONS}?filter[query]=does%20not%20fit").json
        assert names["meta"]["total_filtered"] == 0, "a write that failed is there"

    def limit_file_size(self) -> None:
        """Runs in the server's process before its program; the hard limit stays open, for us to lift the soft one."""
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.SIZE // 2, resource.RLIM_INFINITY))

    def lift_limit(self, server: Server) -> None:
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, unlimited)

    def large(self, name: str) -> dict:
        body = HTTP.create(name)
        body["data"]["attributes"]["integration"]["credentials"]["body"] = {"content": "x" * 60_000}
        return body

    def fill(self, server: Server) -> list[str]:
        kept = []
        for number in range(500):
            answer = server.request("POST", CONNECTIONS, self.large(f"large {number}"))
            if answer.status != 201:
                assert answer.status >= 500
                assert kept
                return kept
            kept.append(answer.json["data"]["id"])
        raise AssertionError("the disk was never full")

    def wait_until_writable(self, server: Server) -> None:
        wait_until(
            lambda: server.request("POST", CONNECTIONS, self.large("fits again")).status == 201,
            "a write that works again",
        )


@pytest.mark.embedded_store
class TestAReadOnlyDirectory:
    """Root may write anywhere; so as root, the server runs as nobody here, from a place where nobody may go."""

    NOBODY = 65534

    @pytest.fixture
    def place(self) -> Iterator[pathlib.Path]:
        place = pathlib.Path(tempfile.mkdtemp(prefix="keyway-read-only-", dir="/tmp"))
        place.chmod(0o755)
        yield place
        for path in place.rglob("*"):
            path.chmod(0o700)
        shutil.rmtree(place)

    def test_is_refused_with_a_clear_message(self, place: pathlib.Path) -> None:
        data_dir = place / "data"
        initialise(data_dir)
        program = shutil.copy(BINARY, place)
        as_root = os.geteuid() == 0
        for path in (place / "data.key", *data_dir.iterdir(), data_dir):
            if as_root:
                os.chown(path, self.NOBODY, self.NOBODY)
            path.chmod(0o500 if path.is_dir() else 0o400)
        done = subprocess.run(
            [program, "serve", "--data-dir", data_dir, "--listen", "127.0.0.1:0"],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            user=self.NOBODY if as_root else None,
        )
        assert done.returncode > 0, "it ends by itself, not by a signal"
        assert str(data_dir) in done.stderr
        assert any(word in done.stderr.lower() for word in ("read-only", "permission", "write", "writable"))


@pytest.mark.embedded_store
def test_a_server_whose_database_is_garbage_says_so(tmp_path: pathlib.Path) -> None:
    data_dir = tmp_path / "data"
    initialise(data_dir)
    for file in data_dir.iterdir():
        if file.is_file() and file.read_bytes()[:15] == b"SQLite format 3":
            file.write_bytes(os.urandom(4096))
    served = command("serve", "--data-dir", data_dir, "--listen", "127.0.0.1:0")
    assert served.returncode > 0
    assert str(data_dir) in served.stderr


def test_the_master_key_of_another_directory_is_refused(tmp_path: pathlib.Path) -> None:
    initialise(tmp_path / "data")
    initialise(tmp_path / "other")
    other_key = str(tmp_path / "other.key")
    served = command("serve", *at(tmp_path / "data"), "--listen", "127.0.0.1:0", "--master-key-file", other_key)
    assert served.returncode > 0
    assert "key" in served.stderr


def test_an_audit_event_is_part_of_its_write(new_server: Callable[..., Server]) -> None:
    server = new_server()
    server.kill()
    before = verify_audit_chain(server.data_dir)
    server.start()
    connection_id = server.create(HTTP.create("audited"))
    server.request("PATCH", f"{CONNECTIONS}/{connection_id}", connection("renamed", None))
    server.request("POST", CONNECTIONS, {})
    server.request("GET", f"{CONNECTIONS}/{connection_id}")
    server.request("DELETE", f"{CONNECTIONS}/{connection_id}")
    server.request("DELETE", f"{CONNECTIONS}/{connection_id}")
    server.kill()
    assert verify_audit_chain(server.data_dir) == before + 3
    server.start()


def test_a_changed_or_missing_audit_event_would_be_noticed(new_server: Callable[..., Server]) -> None:
    """The check that the tests above rely on sees both."""
    server = new_server()
    server.create(HTTP.create("audited"))
    server.create(HTTP.create("audited too"))
    server.kill()
    events = audit_events(server.data_dir)
    verify_chains(events)
    organization, sequence, event = events[-2]
    with pytest.raises(AssertionError, match="the chain breaks"):
        verify_chains([*events[:-2], (organization, sequence, event + b" "), events[-1]])
    with pytest.raises(AssertionError, match="is missing"):
        verify_chains([*events[:-2], events[-1]])
    server.start()
