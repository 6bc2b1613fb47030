"""Bodies of acts that are longer than what is held: sent on while they come, in bounded memory."""

import hashlib
import json
import pathlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from acting import LOOPBACK, Actor, acting, assert_own, assert_proxied
from harness import CONNECTIONS
from twins.google import GoogleTwin
from twins.twin import Twin
from twins.upstream import Received, Reply, Upstream

MEBIBYTE = 1 << 20
HELD = MEBIBYTE
"""The longest body that is held, in bytes."""
MEMORY_OF_A_FEW_BUFFERS = 24 << 20
"""In bytes."""


class Reader(Upstream):
    """Reads bodies as a test has it: `before` is called with the connection when the head is there."""

    def __init__(self) -> None:
        super().__init__()
        self.heads: list[dict[str, str]] = []
        self.lengths: list[int] = []
        self.digests: list[str] = []
        self.ends: list[str] = []
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.read = threading.Event()
        """Set when anything of a body was read."""
        self.early: bytes | None = None
        """What to answer before the body is read."""

    def serve(self, connection: socket.socket, stream: Any) -> None:
        while line := stream.readline(65536):
            head = {":method": line.split(b" ")[0].decode()}
            while (line := stream.readline(65536)) not in (b"\r\n", b""):
                name, _, value = line.decode("latin-1").partition(":")
                head[name.lower()] = value.strip()
            with self.lock:
                self.heads.append(head)
            if self.early:
                connection.sendall(self.early)
                return
            digest, length = hashlib.sha256(), 0
            for piece in self.pieces(head, stream):
                digest.update(piece)
                length += len(piece)
                self.read.set()
                self.goes_on.wait(60)
            with self.lock:
                self.lengths.append(length)
                self.digests.append(digest.hexdigest())
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")

    def pieces(self, head: dict[str, str], stream: Any) -> Iterator[bytes]:
        try:
            if "chunked" in head.get("transfer-encoding", ""):
                while size := int(stream.readline(64) or b"x", 16):
                    yield self.exactly(stream, size)
                    stream.readline(2)
                stream.readline(2)
                return
            left = int(head.get("content-length", "0"))
            while left:
                piece = self.exactly(stream, min(left, 65536))
                left -= len(piece)
                yield piece
        except (EOFError, ValueError, OSError) as end:
            self.ends.append(type(end).__name__)
            raise OSError from end

    @staticmethod
    def exactly(stream: Any, size: int) -> bytes:
        piece = stream.read(size)
        if len(piece) < size:
            raise EOFError
        return piece


@pytest.fixture
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader
        reader.goes_on.set()


@pytest.fixture(scope="module")
def actor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Actor]:
    with acting(tmp_path_factory.mktemp("bodies")) as actor:
        yield actor


def content(length: int) -> Iterator[bytes]:
    """So many bytes that differ, in pieces."""
    block = hashlib.sha512(str(length).encode()).digest() * 1024
    for start in range(0, length, len(block)):
        yield block[: length - start]


def digest(length: int) -> str:
    hashed = hashlib.sha256()
    for piece in content(length):
        hashed.update(piece)
    return hashed.hexdigest()


def head(actor: Actor, connection_id: str, length: int | None, *headers: str, method: str = "POST") -> bytes:
    """The beginning of a request with a body of that length, or in chunks."""
    lines = [f"{method} {CONNECTIONS}/{connection_id}/proxy/upload HTTP/1.1", "Host: x"]
    lines += [f"{name}: {value}" for name, value in actor.server.keys.headers.items()]
    lines += ["Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}", *headers, "", ""]
    return "\r\n".join(lines).encode()


def connected(actor: Actor) -> socket.socket:
    return socket.create_connection(("127.0.0.1", actor.server.port), timeout=60)


def received(connection: socket.socket) -> bytes:
    """The head of the response, and what came with it."""
    data = b""
    while b"\r\n\r\n" not in data and (piece := connection.recv(65536)):
        data += piece
    return data


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class TestABody:
    @pytest.mark.parametrize("length", [HELD - 1, HELD, HELD + 1, 5 * MEBIBYTE, 100 * MEBIBYTE])
    def test_of_any_length_arrives(self, actor: Actor, reader: Reader, length: int) -> None:
        before = actor.server.resident
        connection = actor.server.connect(timeout=120)
        path = f"{CONNECTIONS}/{actor.connect(reader)}/proxy/upload"
        headers = {**actor.server.keys.headers, "Content-Length": str(length), "Content-Type": "application/x-thing"}
        connection.request("POST", path, content(length), headers)
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"{}")
        # The connection serves on.
        connection.request("GET", CONNECTIONS, headers=actor.server.keys.headers)
        assert connection.getresponse().status == 200
        connection.close()
        assert reader.digests == [digest(length)]
        assert reader.heads[0]["content-length"] == str(length)
        assert reader.heads[0]["content-type"] == "application/x-thing"
        assert reader.heads[0].keys().isdisjoint({"transfer-encoding", "expect"})
        assert actor.server.resident - before < MEMORY_OF_A_FEW_BUFFERS

    @pytest.mark.parametrize("length", [HELD, HELD + 1, 20 * MEBIBYTE])
    def test_in_chunks_arrives(self, actor: Actor, reader: Reader, length: int) -> None:
        connection = actor.server.connect(timeout=120)
        path = f"{CONNECTIONS}/{actor.connect(reader)}/proxy/upload"
        connection.request("PUT", path, content(length), actor.server.keys.headers, encode_chunked=True)
        assert connection.getresponse().status == 200
        connection.close()
        assert reader.digests == [digest(length)]
        if length > HELD:
            assert reader.heads[0]["transfer-encoding"] == "chunked"
            assert "content-length" not in reader.heads[0]

    def test_is_sent_on_while_it_comes(self, actor: Actor, reader: Reader) -> None:
        with connected(actor) as connection:
            connection.sendall(head(actor, actor.connect(reader), 4 * MEBIBYTE) + bytes(MEBIBYTE))
            assert reader.read.wait(60), "the first bytes are there long before the last are sent"
            assert reader.lengths == []
            connection.sendall(bytes(3 * MEBIBYTE))
            assert received(connection).startswith(b"HTTP/1.1 200")
        assert reader.lengths == [4 * MEBIBYTE]

    def test_is_read_no_faster_than_the_third_party_takes_it(self, actor: Actor, reader: Reader) -> None:
        reader.goes_on.clear()
        before = actor.server.resident
        length = 200 * MEBIBYTE
        with connected(actor) as connection:
            connection.sendall(head(actor, actor.connect(reader), length))
            sent, pieces = [0], content(length)

            def send() -> None:
                for piece in pieces:
                    connection.sendall(piece)
                    sent[0] += len(piece)

            sender = threading.Thread(target=send, daemon=True)
            sender.start()
            assert reader.read.wait(60)
            last = -1
            while sent[0] != last:
                last = sent[0]
                time.sleep(1)
            assert last < length // 2, "what stands in sockets and buffers, and no more"
            assert actor.server.resident - before < MEMORY_OF_A_FEW_BUFFERS
            assert actor.request("GET", CONNECTIONS).status == 200
            reader.goes_on.set()
            sender.join(120)
            assert received(connection).startswith(b"HTTP/1.1 200")
        assert reader.digests == [digest(length)]

    def test_is_asked_for_where_the_caller_waits_for_that(self, actor: Actor, reader: Reader) -> None:
        with connected(actor) as connection:
            connection.sendall(head(actor, actor.connect(reader), 2 * MEBIBYTE, "Expect: 100-continue"))
            assert received(connection).startswith(b"HTTP/1.1 100")
            connection.sendall(bytes(2 * MEBIBYTE))
            assert received(connection).startswith(b"HTTP/1.1 200")
        assert "expect" not in reader.heads[0]

    def test_is_not_asked_for_where_the_act_is_refused(self, actor: Actor, reader: Reader) -> None:
        connection_id = actor.connect(reader, rules=[{"name": "none", "paths": ["/none"]}])
        with connected(actor) as connection:
            connection.sendall(head(actor, connection_id, 2 * MEBIBYTE, "Expect: 100-continue"))
            answer = received(connection)
        assert answer.startswith(b"HTTP/1.1 403")
        assert b"Keyway-Error: rule_refused" in answer
        assert reader.heads == []

    def test_of_a_refused_act_is_dropped_and_the_refusal_told(self, actor: Actor, reader: Reader) -> None:
        connection_id = actor.connect(reader, rules=[{"name": "none", "paths": ["/none"]}])
        assert_own(actor.act(connection_id, "POST", "/upload", bytes(8 * MEBIBYTE)), "rule_refused")
        assert reader.heads == []

    def test_of_a_caller_who_leaves_ends_upstream(self, actor: Actor, reader: Reader) -> None:
        connection_id = actor.connect(reader, concurrency=1)
        with connected(actor) as connection:
            connection.sendall(head(actor, connection_id, 8 * MEBIBYTE) + bytes(2 * MEBIBYTE))
            assert reader.read.wait(60)
        wait_until(lambda: bool(reader.ends))
        assert reader.lengths == []
        wait_until(lambda: actor.act(connection_id, "GET", "/x").status == 200)

    @pytest.mark.parametrize("status", [401, 413, 500])
    @pytest.mark.parametrize("length", [2 * MEBIBYTE, 90 * MEBIBYTE])
    def test_that_nobody_wants_is_read_to_its_end_for_the_response(
        self, actor: Actor, reader: Reader, status: int, length: int
    ) -> None:
        reader.early = f"HTTP/1.1 {status} No\r\nContent-Length: 4\r\nConnection: close\r\n\r\nwhy?".encode()
        connection = actor.server.connect(timeout=120)
        path = f"{CONNECTIONS}/{actor.connect(reader)}/proxy/upload"
        headers = {**actor.server.keys.headers, "Content-Length": str(length)}
        connection.request("POST", path, content(length), headers)
        response = connection.getresponse()
        assert (response.status, response.read()) == (status, b"why?")
        assert response.headers["Keyway-Upstream-Status"] == str(status)
        connection.close()
        assert len(reader.heads) == 1

    def test_is_not_sent_twice(self, actor: Actor, reader: Reader) -> None:
        """The third party breaks the connection: it may have been carried out."""

        class Breaking(Reader):
            def pieces(self, head: dict[str, str], stream: Any) -> Iterator[bytes]:
                yield next(super().pieces(head, stream))
                raise OSError

        with Breaking() as breaking:
            answer = actor.act(actor.connect(breaking), "POST", "/upload", bytes(4 * MEBIBYTE))
            assert_own(answer, "upstream_unreachable")
            assert answer.headers["X-Should-Retry"] == "false"
            assert len(breaking.heads) == 1

    def test_of_a_plan_is_measured_by_what_is_announced(self, actor: Actor, reader: Reader) -> None:
        answer = actor.plan(actor.connect(reader), "POST", "/upload", bytes(2 * MEBIBYTE))
        assert answer.status == 200, answer.body
        assert answer.json["data"]["attributes"]["body_bytes"] == 2 * MEBIBYTE
        assert reader.heads == []

    def test_of_what_is_no_act_stays_short(self, actor: Actor) -> None:
        answer = actor.request("POST", CONNECTIONS, bytes(HELD + 1))
        assert answer.status == 413
        assert answer.json["errors"]


class TestRules:
    def test_that_look_at_the_body_take_short_ones(self, actor: Actor, reader: Reader) -> None:
        rule = {"name": "small", "paths": ["/upload"], "body": [{"pointer": "/model", "values": ["m"]}]}
        connection_id = actor.connect(reader, rules=[rule])
        body = json.dumps({"model": "m", "text": "x" * (HELD - 100)}).encode()
        headers = {"Content-Type": "application/json"}
        assert actor.act(connection_id, "POST", "/upload", body, headers).status == 200
        body = json.dumps({"model": "m", "text": "x" * HELD}).encode()
        answer = actor.act(connection_id, "POST", "/upload", body, headers)
        assert_own(answer, "body_too_large")
        assert '"small"' in answer.errors[0]["detail"]
        assert "1048576" in answer.errors[0]["detail"]
        other = {"name": "any", "paths": ["/upload"]}
        assert actor.set(connection_id, base_url=reader.origin, custom_domain=True, rules=[rule, other]).status == 200
        assert actor.act(connection_id, "POST", "/upload", body, headers).status == 200

    @pytest.mark.parametrize(
        ("method", "media_type", "status"),
        [
            ("POST", "application/x-www-form-urlencoded", 413),
            ("POST", None, 413),
            ("POST", "multipart/form-data; boundary=b", 200),
            ("PUT", None, 200),
        ],
    )
    def test_about_methods_are_not_passed_by_unseen_forms(
        self, actor: Actor, reader: Reader, method: str, media_type: str | None, status: int
    ) -> None:
        rule = {"name": "write", "paths": ["/upload"], "methods": ["POST", "PUT"]}
        connection_id = actor.connect(reader, rules=[rule])
        headers = [f"Content-Type: {media_type}"] if media_type else []
        body = b"_method=DELETE&" + bytes(2 * MEBIBYTE)
        with connected(actor) as connection:
            connection.sendall(head(actor, connection_id, len(body), *headers, method=method) + body)
            assert received(connection).startswith(f"HTTP/1.1 {status}".encode())


class TestLimits:
    def test_are_the_operators(self, tmp_path: pathlib.Path, reader: Reader) -> None:
        with acting(tmp_path, *LOOPBACK, "--act-body-limit", "2MiB") as actor:
            connection_id = actor.connect(reader)
            assert actor.act(connection_id, "POST", "/upload", bytes(2 * MEBIBYTE)).status == 200
            answer = actor.act(connection_id, "POST", "/upload", bytes(2 * MEBIBYTE + 1))
            assert_own(answer, "body_too_large")
            assert "--act-body-limit" in answer.errors[0]["detail"]
            connection = actor.server.connect(timeout=60)
            path = f"{CONNECTIONS}/{connection_id}/proxy/upload"
            connection.request("POST", path, content(3 * MEBIBYTE), actor.server.keys.headers, encode_chunked=True)
            response = connection.getresponse()
            assert (response.status, response.headers["Keyway-Error"]) == (413, "body_too_large")
            connection.close()
            assert reader.lengths == [2 * MEBIBYTE]

    def test_of_memory_hold_for_many_at_once(self, actor: Actor, reader: Reader) -> None:
        """Uploads that stand still take the memory that was meant for them, and other callers are served."""
        reader.goes_on.clear()
        connection_id = actor.connect(reader, concurrency=1000)
        before = actor.server.resident
        connections = []
        try:
            for _ in range(100):
                connection = connected(actor)
                connections.append(connection)
                connection.sendall(head(actor, connection_id, 64 * MEBIBYTE))
                connection.setblocking(False)
            deadline = time.monotonic() + 5
            while time.monotonic() < deadline:
                for connection in connections:
                    with suppress(BlockingIOError):
                        connection.send(bytes(65536))
            assert actor.server.resident - before < 64 << 20
            assert actor.request("GET", CONNECTIONS).status == 200
        finally:
            for connection in connections:
                connection.close()


class TestTokens:
    def test_that_are_refused_are_replaced_for_the_next_request(self, actor: Actor) -> None:
        """What was sent on is gone: the response is passed on as it came."""
        with GoogleTwin() as twin:
            connection_id = actor.connect(twin)
            assert_proxied(actor.act(connection_id, "GET", "/echo"))
            twin.revoke()
            assert_proxied(actor.act(connection_id, "POST", "/echo", bytes(2 * MEBIBYTE)), 401)
            assert_proxied(actor.act(connection_id, "POST", "/status/200", bytes(2 * MEBIBYTE)))
            assert twin.minted == 2
            # What is held is sent again.
            twin.revoke()
            assert_proxied(actor.act(connection_id, "POST", "/status/200", bytes(HELD)))
            assert twin.minted == 3


class TestSecrets:
    def test_are_masked_in_what_comes_back(self, actor: Actor) -> None:
        class Parrot(Twin):
            def verify(self, request: Received) -> None:
                self.sent = request.all("Authorization")

            def respond(self, request: Received, path: str) -> Reply:
                return Reply(200, "".join(request.all("Authorization")).encode())

        with Parrot() as twin:
            answer = actor.act(actor.connect(twin), "POST", "/upload", bytes(2 * MEBIBYTE))
            assert_proxied(answer)
            assert answer.body == b"Bearer [keyway:redacted]"
