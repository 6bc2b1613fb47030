"""What is acknowledged is kept: through SIGKILL, SIGTERM, a full disk and a second server."""

import itertools
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException

import pytest
from catalogue import BY_NAME, answered, connection
from harness import (
    AWS_ACCOUNTS,
    BINARY,
    CONNECTIONS,
    Server,
    audit_events,
    command,
    database,
    environment,
    initialise,
    send,
    verify_audit_chain,
    verify_chains,
)

ROUNDS = int(os.environ.get("KEYWAY_KILL_ROUNDS", "50"))
WRITERS = 6
HTTP = BY_NAME["HTTPTokenAuth"]


@dataclass(frozen=True)
class Document:
    """What a writer wrote last: its mark stands in several places of the body, so that half of it shows."""

    number: int
    """Tells apart what must differ between documents, and stays the same in those of one id."""
    revision: str


class Connections:
    """How connections are written and found again."""

    path = CONNECTIONS
    created = 201

    @staticmethod
    def content(document: Document) -> dict:
        body = HTTP.create(document.revision)
        credentials = body["data"]["attributes"]["integration"]["credentials"]
        credentials["headers"] = [{"name": "X-Revision", "value": document.revision}]
        credentials["body"] = {"content": document.revision}
        return body

    @classmethod
    def holds(cls, attributes: dict, document: Document) -> bool:
        return attributes == answered(cls.content(document)["data"]["attributes"])

    @staticmethod
    def find(server: Server, document: Document) -> list[dict]:
        listed = server.request("GET", f"{CONNECTIONS}?page[size]=100&filter[query]={document.revision}").json
        return [entry for entry in listed["data"] if entry["attributes"]["name"] == document.revision]


class Accounts:
    """How AWS accounts are written and found again."""

    path = AWS_ACCOUNTS
    created = 200

    @staticmethod
    def content(document: Document) -> dict:
        tags = [f"revision:{document.revision}"]
        attributes = {
            "aws_account_id": f"{document.number:012}",
            "aws_partition": "aws",
            "auth_config": {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": document.revision},
            "account_tags": tags,
            "metrics_config": {"tag_filters": [{"namespace": "AWS/EC2", "tags": tags}]},
        }
        return {"data": {"type": "account", "attributes": attributes}}

    @staticmethod
    def holds(attributes: dict, document: Document) -> bool:
        tags = [f"revision:{document.revision}"]
        filters = attributes["metrics_config"]["tag_filters"]
        whole = attributes["account_tags"] == tags and filters == [{"namespace": "AWS/EC2", "tags": tags}]
        return whole and attributes["aws_account_id"] == f"{document.number:012}"

    @staticmethod
    def find(server: Server, document: Document) -> list[dict]:
        return server.request("GET", f"{AWS_ACCOUNTS}?aws_account_id={document.number:012}").json["data"]


KINDS = [Connections, Accounts]


@dataclass
class Doubt:
    """A write without an answer: it may have happened or not."""

    action: str
    target: str | None
    document: Document


class Writer:
    """One client that creates, changes and deletes documents of its own until the server is gone.

    It remembers what was acknowledged, and at most one write that was not.
    """

    def __init__(self, round: int, index: int) -> None:
        self.name = f"round{round}-writer{index}"
        self.kind: type[Connections] | type[Accounts] = KINDS[index % len(KINDS)]
        self.numbers = itertools.count((round * WRITERS + index) * 1_000_000)
        self.random = random.Random(self.name)
        self.alive: dict[str, Document] = {}
        """What was acknowledged last of each document that exists."""
        self.deleted: set[str] = set()
        self.acknowledged = 0
        self.refused: list[int] = []
        self.doubt: Doubt | None = None
        self.writes = 0
        self.fault: AssertionError | None = None

    def run(self, server: Server, ready: threading.Barrier) -> None:
        self.doubt = None
        http = server.connect()
        ready.wait()
        try:
            with suppress(OSError, HTTPException):
                while True:
                    self.write(http, server)
        except AssertionError as fault:
            self.fault = fault
        http.close()

    def write(self, http, server: Server) -> None:
        self.writes += 1
        revision = f"{self.name}-{self.writes}"
        action = self.random.choice(["create", "create", "patch", "patch", "delete"]) if self.alive else "create"
        target = None if action == "create" else self.random.choice(list(self.alive))
        document = Document(next(self.numbers) if target is None else self.alive[target].number, revision)
        self.doubt = Doubt(action, target, document)
        keys, kind = server.keys.headers, self.kind
        if action == "create":
            answer = send(http, "POST", kind.path, kind.content(document), keys)
        elif action == "patch":
            answer = send(http, "PATCH", f"{kind.path}/{target}", kind.content(document), keys)
        else:
            answer = send(http, "DELETE", f"{kind.path}/{target}", None, keys)
        if answer.status >= 500:  # Failed, and said so: then it did not happen.
            self.refused.append(answer.status)
            self.doubt = None
            return
        assert answer.status == {"create": kind.created, "patch": 200, "delete": 204}[action], answer.body
        self.acknowledged += 1
        self.doubt = None
        if action == "delete":
            del self.alive[target]
            self.deleted.add(target)
        else:
            self.alive[answer.json["data"]["id"] if target is None else target] = document

    def resolve(self, server: Server) -> int:
        """Finds out about the write in doubt, which must have happened wholly or not at all; 1 if it has."""
        if self.doubt is None:
            return 0
        target, document = self.doubt.target, self.doubt.document
        if target is None:
            found = self.kind.find(server, document)
            assert len(found) <= 1
            for entry in found:
                self.alive[entry["id"]] = document
            return len(found)
        answer = server.request("GET", f"{self.kind.path}/{target}")
        if self.doubt.action == "delete" and answer.status == 404:
            del self.alive[target]
            self.deleted.add(target)
            return 1
        if self.doubt.action == "patch" and self.kind.holds(answer.json["data"]["attributes"], document):
            self.alive[target] = document
            return 1
        return 0

    def verify(self, server: Server) -> None:
        http = server.connect()
        for document_id, document in self.alive.items():
            answer = send(http, "GET", f"{self.kind.path}/{document_id}", None, server.keys.headers)
            assert answer.status == 200, f"{document.revision} is lost"
            assert self.kind.holds(answer.json["data"]["attributes"], document), answer.body
        for document_id in self.deleted:
            answer = send(http, "GET", f"{self.kind.path}/{document_id}", None, server.keys.headers)
            assert answer.status == 404, f"{document_id} is back"
        http.close()


def write_until(server: Server, writers: list[Writer], seconds: float, end: Callable[[], object]) -> None:
    """Lets all writers write for a while, then ends the server."""
    ready = threading.Barrier(len(writers) + 1)
    threads = [threading.Thread(target=writer.run, args=(server, ready)) for writer in writers]
    for thread in threads:
        thread.start()
    ready.wait()
    time.sleep(seconds)
    end()
    for thread, writer in zip(threads, writers, strict=True):
        thread.join(30)
        assert not thread.is_alive(), "a writer still waits for an answer"
        if writer.fault:
            raise writer.fault


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
        write_until(server, writers, moment.uniform(0.02, 0.3), server.kill)
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
        write_until(server, writers, 0.2, lambda statuses=statuses: statuses.append(server.stop()))
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
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 5
    http.close()


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
        second = command("init", "--data-dir", server.data_dir, "--json")
        assert second.returncode != 0
        assert second.stdout == ""
        if server.is_running:
            assert server.stop() == 0
    server.start()
    assert server.request("GET", CONNECTIONS).status == 200


def test_an_empty_directory_asks_for_init(tmp_path: pathlib.Path) -> None:
    served = command("serve", "--data-dir", tmp_path / "data", "--listen", "127.0.0.1:0")
    assert served.returncode != 0
    assert "init" in served.stderr


@dataclass
class Disk:
    """A server on a disk that will be full, and the way to make space on it again."""

    server: Server
    make_space: Callable[[], object]


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
        deadline = time.monotonic() + 10
        while server.request("POST", CONNECTIONS, self.large("fits again")).status != 201:
            assert time.monotonic() < deadline, "writes do not work again"
            time.sleep(0.1)


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
            timeout=20,
            check=False,
            user=self.NOBODY if as_root else None,
        )
        assert done.returncode > 0, "it ends by itself, not by a signal"
        assert str(data_dir) in done.stderr
        assert any(word in done.stderr.lower() for word in ("read-only", "permission", "write", "writable"))


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
    served = command(
        "serve", "--data-dir", tmp_path / "data", "--listen", "127.0.0.1:0", "--master-key-file", other_key
    )
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
    with database(server.data_dir) as connection:
        events = audit_events(connection)
    verify_chains(events)
    organization, sequence, event = events[-2]
    with pytest.raises(AssertionError, match="the chain breaks"):
        verify_chains([*events[:-2], (organization, sequence, event + b" "), events[-1]])
    with pytest.raises(AssertionError, match="is missing"):
        verify_chains([*events[:-2], events[-1]])
    server.start()
