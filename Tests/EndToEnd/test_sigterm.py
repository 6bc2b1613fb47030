"""Stopping under load, again and again: nothing acknowledged is lost, and nothing ends in the middle."""

import http.client
import itertools
import os
import pathlib
import random
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from acting import LOOPBACK, TWINS, Actor
from callers import compare
from harness import CONNECTIONS, PATIENCE, Server, initialise, send, verify_audit_chain, wait_until
from twins.twin import Twin
from writers import HTTP

ROUNDS = 200 if os.environ.get("KEYWAY_LONG") else 5
CREATORS = 4
ACTORS = 4
IDLE = 20


@dataclass
class Client:
    """One that sends request after request on a connection that it keeps, until the server is gone.

    Each response must come whole: one that breaks off in its middle is no end that a client can tell from a loss.
    """

    server: Server
    ask: Callable[[http.client.HTTPConnection, int], str]
    """Sends a request and returns the id of what was done, or nothing if it was refused because the server stops."""
    done: list[str] = field(default_factory=list)
    fault: BaseException | None = None

    def start(self, ready: threading.Barrier) -> None:
        self.thread = threading.Thread(target=self.run, args=(ready,))
        self.thread.start()

    def run(self, ready: threading.Barrier) -> None:
        connection = self.server.connect()
        ready.wait()
        try:
            for number in itertools.count():
                if name := self.ask(connection, number):
                    self.done.append(name)
        except (ConnectionError, http.client.RemoteDisconnected):
            pass  # Closed between two requests, or a request that nobody read any more.
        except BaseException as fault:
            self.fault = fault
        connection.close()

    def join(self) -> None:
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive(), "a client still waits for a response"
        if self.fault:
            raise self.fault


def creating(server: Server, name: str) -> Callable[[http.client.HTTPConnection, int], str]:
    def ask(connection: http.client.HTTPConnection, number: int) -> str:
        answer = send(connection, "POST", CONNECTIONS, HTTP.create(f"{name} {number}"), server.keys.headers)
        assert answer.status in (201, 503), answer.body
        return answer.json["data"]["id"] if answer.status == 201 else ""

    return ask


def acting_through(server: Server, connection_id: str) -> Callable[[http.client.HTTPConnection, int], str]:
    def ask(connection: http.client.HTTPConnection, number: int) -> str:
        target = f"{CONNECTIONS}/{connection_id}/proxy/echo/{connection_id}/{number}"
        answer = send(connection, "POST", target, b"x" * 100, server.keys.headers)
        if answer.headers.get("Keyway-Upstream-Status"):
            return answer.headers["X-Request-Id"]
        assert answer.status == 503, answer.body
        return ""

    return ask


def kept(server: Server) -> list[http.client.HTTPConnection]:
    """Connections that had a response, and wait for what their clients want next."""
    connections = [server.connect() for _ in range(IDLE)]
    for connection in connections:
        assert send(connection, "GET", "/healthz", None, {}).status == 200
    return connections


def assert_closed_in_order(connections: list[http.client.HTTPConnection]) -> None:
    """The server's side has ended, without a reset and without another byte."""
    for connection in connections:
        assert isinstance(connection.sock, socket.socket)
        assert connection.sock.recv(1) == b""
        connection.close()


def stop_under_load(server: Server, twin: Twin, connection_ids: list[str], name: str, work: int) -> list[Client]:
    """Stops the server once its clients have done so much; each of its responses is whole."""
    creators = [Client(server, creating(server, f"{name} {number}")) for number in range(CREATORS)]
    actors = [Client(server, acting_through(server, connection_id)) for connection_id in connection_ids]
    idle = kept(server)
    ready = threading.Barrier(CREATORS + ACTORS)
    for client in creators + actors:
        client.start(ready)
    wait_until(lambda: sum(len(client.done) for client in creators) >= work, "the creators' work")
    wait_until(lambda: all(client.done for client in creators + actors), "work of each client")
    assert server.stop() == 0
    for client in creators + actors:
        client.join()
    assert_closed_in_order(idle)
    assert server.unfinished == 0
    assert not twin.unwanted
    return creators


def test_rounds_of_sigterm_lose_nothing(tmp_path: pathlib.Path) -> None:
    data_dir = tmp_path / "data"
    server = Server(data_dir, initialise(data_dir), "--rate-limit", "off", *LOOPBACK)
    moment = random.Random(23)
    acknowledged: list[str] = []
    with TWINS["OpenAIAPIKey"]() as twin:
        server.start()
        connection_ids = [Actor(server).connect(twin) for _ in range(ACTORS)]
        for number in range(ROUNDS):
            creators = stop_under_load(server, twin, connection_ids, f"round {number}", moment.randrange(1, 60))
            assert compare(data_dir, [], twin, all_ended=True) == 0, "each act has its outcome"
            created = [name for client in creators for name in client.done]
            acknowledged += created
            server.start()
            # All of this round, and some of those before.
            connection = server.connect()
            for name in [*created, *moment.sample(acknowledged, min(50, len(acknowledged)))]:
                answer = send(connection, "GET", f"{CONNECTIONS}/{name}", None, server.keys.headers)
                assert answer.status == 200, f"{name} is lost"
            connection.close()
        assert server.stop() == 0
    assert verify_audit_chain(data_dir) >= len(acknowledged)
