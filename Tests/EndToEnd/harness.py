"""Runs the real server, and talks to it in ways that a typed client cannot."""

import hashlib
import http.client
import io
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import stores
from stores import AuditRow

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("KEYWAY_BINARY", ROOT / ".build/release/keyway"))
CONNECTIONS = "/api/v2/actions/connections"
REGISTRATIONS = "/api/v2/actions/app_key_registrations"
AWS = "/api/v2/integration/aws"
AWS_ACCOUNTS = f"{AWS}/accounts"
MEDIA_TYPE = "application/vnd.api+json"
UNKNOWN_ID = "aaa11111-aa11-aa11-aaaa-aaaaaa111111"


@dataclass(frozen=True)
class Keys:
    """What `keyway init` gives, once."""

    api_key: str
    application_key: str
    application_key_id: str
    organization_id: str
    user_id: str

    @classmethod
    def of(cls, document: str) -> "Keys":
        """Reads what was given, in JSON."""
        given = json.loads(document)
        return cls(**{name: given[name] for name in cls.__dataclass_fields__})

    @property
    def headers(self) -> dict[str, str]:
        return {"DD-API-KEY": self.api_key, "DD-APPLICATION-KEY": self.application_key}


@dataclass(frozen=True)
class Answer:
    """A response, read to its end."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def errors(self) -> list[dict]:
        return self.json["errors"]

    @property
    def pointers(self) -> set[str]:
        """The places in the body that the errors blame."""
        return {error["source"]["pointer"] for error in self.errors if "pointer" in error.get("source", {})}


PATIENCE = 600.0
"""A guard against hanging, in seconds; nothing is asserted about how long something takes."""


def wait_until(condition: Callable[[], Any], what: str = "what is waited for") -> None:
    """Returns once the condition holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what} does not come"
        time.sleep(0.01)


def environment() -> dict[str, str]:
    """Our environment without the settings that would reach the server."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("KEYWAY_", "AWS_"))}
    # A server that crashes ends at once, without minutes of Swift's backtracer.
    return ours | {"SWIFT_BACKTRACE": "enable=no"}


def command(*arguments: str | pathlib.Path, **options: Any) -> subprocess.CompletedProcess:
    """Runs the command line to its end."""
    return subprocess.run(
        [BINARY, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        **options,
    )


def at(data_dir: pathlib.Path) -> list[str]:
    """The options by which a command finds the store of a data directory, or the database that stands for it."""
    return stores.options(data_dir, BINARY)


def at_with_keys(data_dir: pathlib.Path) -> list[str]:
    """The same for commands that take master keys, which are always beside the directory."""
    return stores.key_options(data_dir, BINARY)


def initialise(data_dir: pathlib.Path) -> Keys:
    """Creates a store with its organisation, administrator and keys."""
    done = command("init", *at_with_keys(data_dir), "--json")
    assert done.returncode == 0, done.stderr
    return Keys.of(done.stdout)


def create_organization(data_dir: pathlib.Path, name: str) -> Keys:
    """Creates a further organisation with its administrator and keys; the server must not be running."""
    done = command("orgs", "create", name, *at(data_dir), "--json")
    assert done.returncode == 0, done.stderr
    return Keys.of(done.stdout)


class Server:
    """One server process on a data directory and a port of its own."""

    def __init__(
        self,
        data_dir: pathlib.Path,
        keys: Keys,
        *options: str,
        before_exec: Callable | None = None,
        variables: dict[str, str] | None = None,
    ) -> None:
        self.data_dir = data_dir
        self.keys = keys
        self.log_file = data_dir.parent / f"{data_dir.name}.log"
        self.options = options
        self.before_exec = before_exec
        self.variables = variables or {}
        self.wrapper: list[str] = []
        """A command that runs the server in its own process."""
        self.store: list[str] = []
        """Options that name the store, unless they are those of the data directory."""
        self.passed: tuple[int, ...] = ()
        """Descriptors that the server inherits."""
        self.process: subprocess.Popen | None = None
        self.address = ""

    def start(self) -> "Server":
        arguments = [
            *self.wrapper,
            BINARY,
            "serve",
            *(self.store or at_with_keys(self.data_dir)),
            "--listen",
            "127.0.0.1:0",
            *self.options,
        ]
        with self.log_file.open("ab") as log:
            offset = log.tell()
            self.process = subprocess.Popen(
                arguments,
                env=environment() | self.variables,
                stdout=log,
                stderr=log,
                preexec_fn=self.before_exec,
                pass_fds=self.passed,
            )
        wait_until(lambda: self.is_listening(offset), "a server that listens")
        return self

    def is_listening(self, offset: int) -> bool:
        """Whether the log says so from there on; the server must not have ended."""
        for event in self.events(offset):
            if event.get("event") == "listening":
                self.address = event["address"]
                return True
        assert self.process.poll() is None, f"the server ended: {self.log_text()[offset:]}"
        return False

    def stop(self) -> int:
        """Asks the server to finish, and returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the server does not finish after SIGTERM") from None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    @property
    def unfinished(self) -> int:
        """How many requests had not ended in time when the server stopped last."""
        return [event["unfinished"] for event in self.events() if event.get("event") == "stopped"][-1]

    @property
    def resident(self) -> int:
        """The memory that the server takes at this moment, in bytes."""
        return self.memory("VmRSS")

    @property
    def peak(self) -> int:
        """The most memory that the server has taken, in bytes."""
        return self.memory("VmHWM")

    def memory(self, what: str) -> int:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition(f"{what}:")[2].split()[0]) * 1024

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def log_text(self) -> str:
        return self.log_file.read_text(errors="replace")

    def events(self, offset: int = 0) -> Iterator[dict]:
        """The complete lines of the log, decoded; anything that is no JSON stays out."""
        with self.log_file.open("rb") as log:
            log.seek(offset)
            for line in log.read().splitlines(keepends=True):
                if line.endswith(b"\n") and line.startswith(b"{"):
                    yield json.loads(line)

    @property
    def certificate(self) -> str | None:
        """The file with the certificate that the server shows, which vouches for itself, if it speaks TLS."""
        return self.options[self.options.index("--tls-cert") + 1] if "--tls-cert" in self.options else None

    def connect(self, timeout: float = PATIENCE, source: str = "127.0.0.1") -> http.client.HTTPConnection:
        """A connection to keep alive; `source` is the address of the client, any of 127.0.0.0/8."""
        to: dict[str, Any] = {"timeout": timeout, "source_address": (source, 0)}
        if self.certificate:
            trust = ssl.create_default_context(cafile=self.certificate)
            return http.client.HTTPSConnection("127.0.0.1", self.port, context=trust, **to)
        return http.client.HTTPConnection("127.0.0.1", self.port, **to)

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, keys: Keys | None = None
    ) -> Answer:
        """Sends one request with the keys; a body that is not bytes goes as JSON."""
        connection = self.connect()
        try:
            return send(connection, method, path, body, (keys or self.keys).headers | (headers or {}))
        finally:
            connection.close()

    def raw(self, data: bytes, timeout: float = 60, answers: int = 1) -> bytes:
        """Sends these bytes and reads until the server closes, or is silent for a moment after so many answers."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as peer:
            # The server may refuse before it has read everything; its answer can still be there.
            with suppress(BrokenPipeError, ConnectionResetError):
                peer.sendall(data)
            received = b""
            while True:
                try:
                    chunk = peer.recv(65536)
                except (TimeoutError, ConnectionResetError):
                    return received
                if not chunk:
                    return received
                received += chunk
                if whole_answers(received, data.startswith(b"HEAD ")) >= answers:
                    peer.settimeout(0.25)

    def raw_request(
        self, method: str, target: str | bytes, *lines: str | bytes, body: bytes = b"", keep_alive: bool = False
    ) -> bytes:
        """Sends a request as it is spelled here, with the keys and a Host."""
        keys = [f"{name}: {value}" for name, value in self.keys.headers.items()]
        target = target if isinstance(target, bytes) else target.encode()
        if not keep_alive:
            keys.append("Connection: close")
        head = [method.encode() + b" " + target + b" HTTP/1.1", f"Host: {self.address}", *keys, *lines]
        encoded = [line if isinstance(line, bytes) else line.encode() for line in head]
        return self.raw(b"\r\n".join(encoded) + b"\r\n\r\n" + body)

    def create(self, body: dict) -> str:
        """Creates a connection that must be accepted, and returns its id."""
        answer = self.request("POST", CONNECTIONS, body)
        assert answer.status == 201, answer.body
        return answer.json["data"]["id"]

    def attributes(self, connection_id: str) -> dict:
        answer = self.request("GET", f"{CONNECTIONS}/{connection_id}")
        assert answer.status == 200, answer.body
        return answer.json["data"]["attributes"]


def send(connection: http.client.HTTPConnection, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
    """Sends one request on a connection that may be kept alive, and reads its answer."""
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    if body is not None:
        headers = {"Content-Type": "application/json", **headers}
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read())


def whole_answers(received: bytes, to_head: bool) -> int:
    """How many answers are there from the first to the last byte; none counts that only the connection's end ends."""
    stream, count = io.BytesIO(received), 0
    while line := stream.readline():
        status = status_of(line)
        headers = http.client.parse_headers(stream)
        length = 0 if to_head or status in (204, 304) else int(headers.get("Content-Length", -1))
        if length < 0 or stream.tell() + length > len(received) or b"\r\n\r\n" not in received:
            return count
        stream.seek(length, io.SEEK_CUR)
        count += 1
    return count


def status_of(answer: bytes) -> int | None:
    """The status of a raw answer, or `None` when the server just closed."""
    parts = answer.split(b" ", 2)
    return int(parts[1]) if answer.startswith(b"HTTP/1.") and len(parts) > 2 else None


@contextmanager
def running(
    data_dir: pathlib.Path, keys: Keys, *options: str, variables: dict[str, str] | None = None
) -> Iterator[Server]:
    """A server that must end well."""
    server = Server(data_dir, keys, *options, variables=variables).start()
    try:
        yield server
        assert server.is_running, f"the server ended by itself: {server.log_text()[-2000:]}"
        assert server.stop() == 0
    finally:
        if server.is_running:
            server.kill()


def assert_whole(server: Server, sentinel: str, expected: dict) -> None:
    """The server serves, and what was stored before is as it was."""
    assert server.is_running, f"the server ended: {server.log_text()[-2000:]}"
    assert server.request("GET", "/healthz").status == 200
    assert server.request("GET", "/readyz").status == 200
    assert server.attributes(sentinel) == expected


def verify_audit_chain(data_dir: pathlib.Path) -> int:
    """Checks the database and the audit chain of every organisation, and returns the number of events.

    The server must not be running.
    """
    stores.check_files(data_dir)
    return verify_chains(audit_events(data_dir))


def audit_events(data_dir: pathlib.Path) -> list[AuditRow]:
    """Every audit event, in the bytes in which it is stored, with its organisation and sequence."""
    return stores.audit_rows(data_dir)


def verify_chains(events: list[AuditRow]) -> int:
    """Each event holds the SHA-256 of the one before it, and sequences count from 1 without a gap."""
    chains: dict[str, tuple[int, str]] = {}
    for organization, sequence, event in events:
        last, digest = chains.get(organization, (0, "0" * 64))
        content = json.loads(event)
        assert sequence == last + 1, f"event {last + 1} is missing"
        assert content["sequence"] == sequence
        assert content["previous"] == digest, f"the chain breaks before event {sequence}"
        chains[organization] = (sequence, hashlib.sha256(event).hexdigest())
    return len(events)
