"""Clients of the forward proxy: one whose every byte a test decides, and commands below `keyway run`."""

import base64
import http.client
import json
import os
import pathlib
import socket
import ssl
import subprocess
import urllib.parse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from acting import LOOPBACK, Actor, acting
from harness import BINARY, CONNECTIONS, PATIENCE, Answer, Server
from tokens import act_token, text
from twins.hostile import HostileUpstream

SESSIONS = "/api/v2/actions/proxy_sessions"


def certified(place: pathlib.Path, *names: str) -> ssl.SSLContext:
    """What twins need to be those hosts; clients of theirs trust `certificate.pem`."""
    listed = ",".join(name if name.startswith("IP:") else f"DNS:{name}" for name in names)
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=twins"
    files = ["-keyout", str(place / "key.pem"), "-out", str(place / "certificate.pem")]
    subprocess.run([*command.split(), "-addext", f"subjectAltName={listed}", *files], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(place / "certificate.pem", place / "key.pem")
    return tls


def open_session(actor: Actor, *connections: str, headers: dict[str, str] | None = None, **attributes: object) -> dict:
    """The `data` of a new session."""
    wanted = {"connections": list(connections), "lifetime": 600, **attributes}
    body = {"data": {"type": "proxy_sessions", "attributes": wanted}}
    answer = actor.request("POST", SESSIONS, body, headers)
    assert answer.status == 201, answer.body
    return answer.json["data"]


def authorization(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@dataclass
class Client:
    """A client of the proxy, whose every byte a test decides."""

    session: dict
    credential: str | None

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cadata=self.session["attributes"]["certificate_authority"])

    def dial(self) -> socket.socket:
        """A connection to the proxy."""
        proxy = self.session["attributes"]["proxy"]
        if proxy.startswith("unix:"):
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(60)
            connection.connect(proxy.removeprefix("unix:"))
            return connection
        host, _, port = proxy.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=60)

    def connect(self, target: str, *headers: str) -> tuple[socket.socket, str]:
        """Asks for a host; the connection, and the head of the response."""
        connection = self.dial()
        lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}", *headers]
        if self.credential is not None:
            lines.append(f"Proxy-Authorization: {self.credential}")
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = connection.recv(1)
            assert byte, head
            head += byte
        return connection, head.decode()

    def refusal(self, target: str) -> tuple[int, str]:
        """The status and the reason with which a host is refused."""
        connection, head = self.connect(target)
        with closing(connection):
            _, status, reason = head.split("\r\n")[0].split(" ", 2)
            assert status == "200" or "Keyway-Error: " in head
            return int(status), reason

    @contextmanager
    def opened(self, host: str, name: str | None = None) -> Iterator[http.client.HTTPConnection]:
        connection, head = self.connect(f"{host}:443")
        assert head.startswith("HTTP/1.1 200 "), head
        inside = http.client.HTTPConnection(host)
        inside.sock = self.trust.wrap_socket(connection, server_hostname=name or host)
        with closing(inside):
            yield inside

    def ask(self, host: str, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        with self.opened(host) as connection:
            return ask(connection, method, path, body, **headers)


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None = None, **headers: str
) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, {"Authorization": "Bearer dummy", **named})
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read())


class Runner:
    """`keyway run` with the keys of the server's administrator."""

    def __init__(self, actor: Actor, place: pathlib.Path) -> None:
        self.actor = actor
        self.place = place
        keys = actor.server.keys
        (place / "keys.json").write_text(json.dumps({"api_key": keys.api_key, "application_key": keys.application_key}))
        (place / "keys.json").chmod(0o600)

    def run(
        self, connection: str, *words: str, options: tuple[str, ...] = (), given: str = "", **variables: str
    ) -> subprocess.CompletedProcess:
        left_out = ("DD_", "KEYWAY_", "NO_PROXY", "no_proxy")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
        own = {
            "KEYWAY_SERVER": f"http://{self.actor.server.address}",
            "KEYWAY_KEYS_FILE": str(self.place / "keys.json"),
            "TMPDIR": str(self.place),
            "HOME": str(self.place),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
        }
        return subprocess.run(
            [BINARY, "run", "--connection", connection, *options, "--", *words],
            env=kept | own | variables,
            input=given,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )


BASE_URL, FORWARD_PROXY = "base URL", "forward proxy"
DOORS = (BASE_URL, FORWARD_PROXY)
UPSTREAM = "upstream.keyway-test.example"


class ProxiedActor(Actor):
    """A caller whose acts come through the forward proxy, to the hosts of connections' base URLs."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.clients: dict[str, Client] = {}

    def client(self, connection_id: str) -> Client:
        """A client with a session of its own for a connection."""
        if connection_id not in self.clients:
            if len(self.clients) >= 50:
                for client in self.clients.values():
                    self.request("DELETE", f"{SESSIONS}/{client.session['id']}")
                self.clients.clear()
            session = open_session(self, connection_id, lifetime=3600)
            token = text(act_token(self.server, connection_id, lifetime=3600))
            self.clients[connection_id] = Client(session, authorization(session["id"], token))
        return self.clients[connection_id]

    def base_url(self, connection_id: str) -> str:
        """The address that a tool has in itself."""
        answer = self.request("GET", f"{CONNECTIONS}/{connection_id}/settings")
        if answer.status == 200 and "base_url" in answer.json["data"]["attributes"]:
            return answer.json["data"]["attributes"]["base_url"]
        return self.server.attributes(connection_id)["integration"]["base_url"]

    @contextmanager
    def door(
        self, connection_id: str, timeout: float = PATIENCE
    ) -> Iterator[tuple[http.client.HTTPConnection, str, dict[str, str]]]:
        address = urllib.parse.urlsplit(self.base_url(connection_id))
        with self.client(connection_id).opened(address.hostname) as connection:
            connection.sock.settimeout(timeout)
            yield connection, address.path, {"Authorization": "Bearer dummy"}


@contextmanager
def hostile_door(door: str, place: pathlib.Path, *options: str) -> Iterator[tuple[Actor, HostileUpstream]]:
    """A caller whose acts come through a door, and an upstream that they lead to."""
    if door == BASE_URL:
        with HostileUpstream() as upstream, acting(place, *LOOPBACK, *options) as actor:
            yield actor, upstream
        return
    with HostileUpstream(tls=certified(place, UPSTREAM)) as upstream:
        upstream.name = UPSTREAM
        own = ["--proxy-listen", "127.0.0.1:0", "--egress-allow", "127.0.0.0/8"]
        own += ["--egress-map", f"{UPSTREAM}={upstream.authority}"]
        own += ["--egress-ca-file", str(place / "certificate.pem")]
        with acting(place, *own, *options) as actor:
            yield ProxiedActor(actor.server), upstream
