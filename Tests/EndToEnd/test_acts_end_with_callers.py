"""An act ends with its caller: whatever it waits for is given up, and its place is free."""

import pathlib
import socket
import threading
from collections.abc import Iterator

import pytest
from acting import Actor, act_events, acting, http_body
from harness import CONNECTIONS, PATIENCE
from twins.upstream import Received, Reply, Upstream


class Silent(Upstream):
    """A third party that answers nothing below /silent until the other side has gone, and notes that it has."""

    def __init__(self) -> None:
        super().__init__()
        self.was_asked = threading.Event()
        self.was_left = threading.Event()

    def answer(self, request: Received) -> Reply:
        return Reply(body=b"ok")

    def send(self, connection: socket.socket, request: Received, reply: Reply) -> None:
        if not request.path.startswith("/silent"):
            return super().send(connection, request, reply)
        if request.path.endswith("/begun"):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nnot yet")
        if request.path.endswith("/streamed"):
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ntext\r\n")
        self.was_asked.set()
        connection.settimeout(PATIENCE)
        if connection.recv(1) == b"":
            self.was_left.set()
        raise ConnectionAbortedError


@pytest.fixture
def silent() -> Iterator[Silent]:
    with Silent() as silent:
        yield silent


def ask(actor: Actor, method: str, target: str) -> socket.socket:
    keys = "".join(f"{name}: {value}\r\n" for name, value in actor.server.keys.headers.items())
    peer = socket.create_connection(("127.0.0.1", actor.server.port), timeout=PATIENCE)
    peer.sendall(f"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n{keys}\r\n".encode())
    return peer


@pytest.mark.parametrize(
    "leave", [socket.socket.close, lambda peer: peer.shutdown(socket.SHUT_WR)], ids=["close", "fin"]
)
@pytest.mark.parametrize("path", ["/silent", "/silent/begun", "/silent/streamed"])
def test_a_caller_who_leaves_ends_the_act(tmp_path: pathlib.Path, silent: Silent, path: str, leave: object) -> None:
    with acting(tmp_path) as actor:
        connection_id = actor.server.create(http_body(silent.origin))
        assert actor.set(connection_id, concurrency=1).status == 200
        peer = ask(actor, "POST", f"{CONNECTIONS}/{connection_id}/proxy{path}")
        assert silent.was_asked.wait(PATIENCE)
        assert actor.act(connection_id, "GET", "/other").headers["Keyway-Error"] == "too_many_acts"
        leave(peer)
        assert silent.was_left.wait(PATIENCE), "the third party is still being waited for"
        while (answer := actor.act(connection_id, "GET", "/other")).status == 429:
            pass
        assert answer.body == b"ok"
        peer.close()
    assert sum("'cancelled'" in str(event) for event in act_events(tmp_path / "data")) == 1


def test_a_caller_who_leaves_ends_the_test_of_a_connection(tmp_path: pathlib.Path, silent: Silent) -> None:
    with acting(tmp_path) as actor:
        connection_id = actor.server.create(http_body(silent.origin))
        assert actor.set(connection_id, probe_path="/silent").status == 200
        peer = ask(actor, "POST", f"{CONNECTIONS}/{connection_id}/test")
        assert silent.was_asked.wait(PATIENCE)
        peer.close()
        assert silent.was_left.wait(PATIENCE), "the third party is still being waited for"
