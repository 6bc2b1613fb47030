"""An act ends with its caller: whatever it waits for is given up, and its place is free."""

import pathlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from acting import LOOPBACK, Actor, act_events, acting, http_body, settings_for
from harness import CONNECTIONS, PATIENCE, wait_until
from twins.google import GoogleTwin
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


LEAVING = {"close": socket.socket.close, "fin": lambda peer: peer.shutdown(socket.SHUT_WR)}


def events(data_dir: pathlib.Path) -> list[dict]:
    """What the audit log tells of acts and of tests."""
    return [event for action in ("connection.act", "connection.test") for event in act_events(data_dir, action)]


@pytest.mark.parametrize("leave", LEAVING.values(), ids=LEAVING)
@pytest.mark.parametrize("path", ["/silent", "/silent/begun", "/silent/streamed"])
def test_a_caller_who_leaves_ends_the_act(tmp_path: pathlib.Path, silent: Silent, path: str, leave: Callable) -> None:
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


@pytest.mark.parametrize("leave", LEAVING.values(), ids=LEAVING)
@pytest.mark.parametrize("method", ["GET", "POST"], ids=["act", "test"])
def test_a_caller_who_leaves_does_not_wait_for_a_token(
    tmp_path: pathlib.Path, silent: Silent, method: str, leave: Callable
) -> None:
    """The exchange goes on, for whoever comes next; the place of the act is free."""
    options = (*LOOPBACK, "--egress-timeout", str(int(PATIENCE)))
    with GoogleTwin() as twin, acting(tmp_path, *options) as actor:
        connection_id = actor.connect(twin)
        settings = settings_for(twin) | {"token_url": f"{silent.origin}/silent"}
        assert actor.set(connection_id, **settings).status == 200
        target = f"{CONNECTIONS}/{connection_id}" + ("/proxy/echo" if method == "GET" else "/test")
        peer = ask(actor, method, target)
        assert silent.was_asked.wait(PATIENCE)
        in_flight = b"keyway_acts_in_flight 1"
        assert in_flight in actor.server.request("GET", "/metrics").body
        leave(peer)
        wait_until(lambda: in_flight not in actor.server.request("GET", "/metrics").body, "the end of the act")
        assert not silent.was_left.is_set()
        peer.close()
    (outcome,) = (event for event in events(tmp_path / "data") if event["details"]["phase"] == "outcome")
    assert outcome["details"]["error"] == "cancelled"
