"""The forward proxy: tools whose host is fixed act through it, unmodified, and reach nothing else."""

import base64
import http.client
import io
import json
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import pytest
from acting import MASK, TWINS, Actor, act_events, acting, assert_clean, connection_body, keyed_body
from harness import BINARY, Answer, wait_until
from tokens import act_token, personal_token, text
from twins.git import GitTwin
from twins.upstream import Received, Reply, Upstream
from twins.vendors import VendorTwin

SESSIONS = "/api/v2/actions/proxy_sessions"
OPENAI = "api.openai.com"
GIT = "git.keyway-test.example"
API = "api.keyway-test.example"
WHEEL = "keyway_probe-1.0-py3-none-any.whl"
KEY = "k3y-of-the-proxys-tests-0123456789"


def wheel() -> bytes:
    """A package of Python's that holds nothing."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        place = "keyway_probe-1.0.dist-info"
        archive.writestr(f"{place}/METADATA", "Metadata-Version: 2.1\nName: keyway-probe\nVersion: 1.0\n")
        archive.writestr(f"{place}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{place}/RECORD", "")
    return content.getvalue()


class Echo(Upstream):
    """Gives back what it was sent, and is an index of one package."""

    def answer(self, request: Received) -> Reply:
        if request.path.endswith("/redirect"):
            return Reply(302, b"", [("Location", f"https://{API}/base/elsewhere")])
        if request.path.startswith("/base/simple/"):
            link = f'<a href="/base/files/{WHEEL}">{WHEEL}</a>'
            return Reply(200, link.encode(), [("Content-Type", "text/html")])
        if request.path == f"/base/files/{WHEEL}":
            return Reply(200, wheel(), [("Content-Type", "application/zip")])
        return Reply(200, request.echo())


class Collector(Upstream):
    """Takes traces."""

    def answer(self, request: Received) -> Reply:
        return Reply(200, {})

    @property
    def spans(self) -> list[dict]:
        return [
            span
            for request in list(self.received)
            for resource in request.json["resourceSpans"]
            for scope in resource["scopeSpans"]
            for span in scope["spans"]
        ]


@dataclass
class World:
    """A server that is a proxy, and third parties at their own names."""

    actor: Actor
    openai: VendorTwin
    git: GitTwin
    api: Echo
    collector: Collector
    connections: dict[str, str]

    def session(self, *connections: str, headers: dict[str, str] | None = None, **attributes: object) -> dict:
        """The `data` of a new session."""
        wanted = {"connections": list(connections), "lifetime": 600, **attributes}
        body = {"data": {"type": "proxy_sessions", "attributes": wanted}}
        answer = self.actor.request("POST", SESSIONS, body, headers)
        assert answer.status == 201, answer.body
        return answer.json["data"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    place = tmp_path_factory.mktemp("proxy")
    (place / "repositories").mkdir()
    names = ",".join(f"DNS:{name}" for name in (OPENAI, GIT, API))
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=twins"
    files = ["-keyout", str(place / "key.pem"), "-out", str(place / "certificate.pem")]
    subprocess.run([*command.split(), "-addext", f"subjectAltName={names}", *files], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(place / "certificate.pem", place / "key.pem")
    openai, git, api = TWINS["OpenAIAPIKey"](), GitTwin(place / "repositories", KEY), Echo()
    for twin in (openai, git, api):
        twin.tls = tls
    with openai, git, api, Collector() as collector:
        options = ["--proxy-listen", "127.0.0.1:0", "--egress-allow", "127.0.0.0/8"]
        options += ["--egress-ca-file", str(place / "certificate.pem"), "--otlp-endpoint", collector.origin]
        for name, twin in ((OPENAI, openai), (GIT, git), (API, api)):
            options += ["--egress-map", f"{name}={twin.authority}"]
        with acting(place, *options) as actor:
            create = actor.server.create
            yield World(
                actor=actor,
                openai=openai,
                git=git,
                api=api,
                collector=collector,
                connections={
                    OPENAI: create(connection_body(openai)),
                    GIT: create(keyed_body(f"https://{GIT}", KEY)),
                    API: create(keyed_body(f"https://{API}/base", KEY)),
                },
            )
        assert_clean(openai, git, api)


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

    def connect(self, target: str, *headers: str) -> tuple[socket.socket, str]:
        """Asks for a host; the connection, and the head of the response."""
        host, _, port = self.session["attributes"]["proxy"].rpartition(":")
        connection = socket.create_connection((host, int(port)), timeout=60)
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


@pytest.fixture(scope="module")
def client(world: World) -> Client:
    session = world.session(*world.connections.values())
    token = act_token(world.actor.server, *world.connections.values())
    return Client(session, authorization(session["id"], text(token)))


class TestRequests:
    def test_leave_with_the_real_credential_and_come_back_masked(self, world: World, client: Client) -> None:
        answer = client.ask(OPENAI, "GET", "/echo?a=b")
        assert answer.status == 200, answer.body
        assert answer.json["target"] == "/echo?a=b"
        assert MASK in str(answer.json["headers"])
        (secret,) = world.openai.credentials()
        assert ("Authorization", f"Bearer {secret}") in world.openai.acted[-1].headers
        assert world.openai.acted[-1].all("Host") == [OPENAI]
        event = act_events(world.actor.server.data_dir)[-1]
        assert event["details"]["origin"] == f"https://{OPENAI}"
        assert event["resource_id"] == world.connections[OPENAI]

    def test_share_a_connection(self, client: Client) -> None:
        with client.opened(API) as connection:
            for number in range(3):
                assert ask(connection, "POST", f"/base/{number}", b"x" * number).json["body"] == "x" * number

    def test_have_bodies_that_are_sent_on_as_they_come(self, client: Client) -> None:
        body = os.urandom(3 * 1024 * 1024)
        answer = client.ask(API, "PUT", "/base/large", body)
        assert answer.json["body"].encode("latin-1") == body

    def test_without_a_credential_get_none_unless_the_session_says_so(self, world: World) -> None:
        connection = world.connections[OPENAI]
        token = text(act_token(world.actor.server, connection))
        for adds, status in ((False, 401), (True, 200)):
            session = world.session(connection, add_credentials=adds)
            with Client(session, authorization(session["id"], token)).opened(OPENAI) as opened:
                opened.request("GET", "/echo")
                response = opened.getresponse()
                assert response.status == status, response.read()
                assert (response.headers["WWW-Authenticate"] is None) == adds

    def test_keep_the_third_partys_own_links(self, client: Client) -> None:
        answer = client.ask(API, "GET", "/base/redirect")
        assert (answer.status, answer.headers["Location"]) == (302, f"https://{API}/base/elsewhere")

    def test_are_only_shown_where_a_dry_run_is_asked_for(self, world: World, client: Client) -> None:
        seen = len(world.api.received)
        answer = client.ask(API, "POST", "/base/dry", b"x", Keyway_Dry_Run="true")
        assert answer.status == 200, answer.body
        assert answer.json["data"]["attributes"]["url"] == f"https://{API}/base/dry"
        assert client.ask(API, "POST", "/base/dry", b"x", Keyway_Dry_Run="perhaps").status == 400
        assert len(world.api.received) == seen

    def test_are_traced_without_their_paths(self, world: World, client: Client) -> None:
        answer = client.ask(API, "GET", "/base/marker-of-a-path?marker=query")
        named = answer.headers["Keyway-Request-Id"]

        def request() -> dict | None:
            facts = {"key": "keyway.request_id", "value": {"stringValue": named}}
            return next((span for span in world.collector.spans if facts in span["attributes"]), None)

        wait_until(request, "the span of the request")
        assert request()["name"] == "GET proxy:/{path...}"
        trace = [span for span in world.collector.spans if span["traceId"] == request()["traceId"]]
        assert {"act", "GET"} <= {span["name"] for span in trace}
        assert not any(b"marker" in sent.body for sent in world.collector.received)

    def test_carry_no_other_token_than_their_own(self, world: World, client: Client) -> None:
        token = text(act_token(world.actor.server, world.connections[OPENAI]))
        assert client.ask(OPENAI, "GET", "/echo", Authorization=f"Bearer {token}").status == 200
        assert client.ask(API, "GET", "/base/echo", Authorization=f"Bearer {token}").status == 403
        assert client.ask(OPENAI, "GET", f"/echo?x={token}").status == 400


class TestHosts:
    @pytest.mark.parametrize(
        "target",
        [
            "api.anthropic.com:443",
            f"{OPENAI}:80",
            f"{OPENAI}:8443",
            f"x.{OPENAI}:443",
            "openai.com:443",
            "127.0.0.1:443",
            "[::1]:443",
            "2130706433:443",
            "localhost:443",
        ],
    )
    def test_that_are_none_of_a_connections_are_refused(self, client: Client, target: str) -> None:
        status, reason = client.refusal(target)
        assert status == 403
        assert "No connection" in reason or "by name" in reason

    @pytest.mark.parametrize("target", [f"{OPENAI.upper()}:443", f"{OPENAI}.:443"])
    def test_may_be_spelled_otherwise(self, client: Client, target: str) -> None:
        assert client.refusal(target)[0] == 200

    def test_of_another_session_are_refused(self, world: World) -> None:
        session = world.session(world.connections[API])
        token = text(act_token(world.actor.server, *world.connections.values()))
        narrow = Client(session, authorization(session["id"], token))
        assert narrow.refusal(f"{OPENAI}:443")[0] == 403
        assert narrow.refusal(f"{API}:443")[0] == 200

    def test_of_other_connections_than_the_tokens_are_refused(self, world: World, client: Client) -> None:
        token = text(act_token(world.actor.server, world.connections[API]))
        narrow = Client(client.session, authorization(client.session["id"], token))
        assert narrow.refusal(f"{OPENAI}:443")[0] == 403
        assert narrow.refusal(f"{API}:443")[0] == 200

    @pytest.mark.parametrize("path", ["/", "/bas", "/basement", "/other/base", "/Base/x", "/b%61se/x"])
    def test_are_open_below_the_base_path_alone(self, client: Client, path: str) -> None:
        answer = client.ask(API, "GET", path)
        assert answer.status == 403
        assert answer.headers["Keyway-Error"] == "forbidden"

    @pytest.mark.parametrize("host", ["api.anthropic.com", f"x.{API}", f"{API}:444", f"{API}:80", "", "127.0.0.1"])
    def test_are_not_changed_within_a_connection(self, client: Client, host: str) -> None:
        with client.opened(API) as connection:
            assert ask(connection, "GET", "/base/echo").status == 200
            assert ask(connection, "GET", "/base/echo", Host=host).status == 421
            assert ask(connection, "GET", "/base/echo", Host=API.upper()).status == 200

    def test_are_not_changed_by_the_handshake(self, client: Client) -> None:
        with pytest.raises(ssl.SSLError), client.opened(API, name=OPENAI):
            pass

    def test_are_not_named_in_the_target(self, client: Client) -> None:
        with client.opened(API) as connection:
            assert ask(connection, "GET", f"https://{OPENAI}/echo").status == 400

    def test_of_two_connections_are_chosen_by_token_or_user(self, world: World) -> None:
        other = world.actor.server.create(keyed_body(f"https://{API}/base", KEY))
        longer = world.actor.server.create(keyed_body(f"https://{API}/base/longer", KEY))
        first = world.connections[API]
        session = world.session(first, other, longer)
        token = text(act_token(world.actor.server, first, other, longer))
        status, reason = Client(session, authorization(session["id"], token)).refusal(f"{API}:443")
        assert status == 409
        assert first in reason
        assert other in reason
        for connection in (first, other):
            user = f"{session['id']}+{connection}"
            assert Client(session, authorization(user, token)).ask(API, "GET", "/base/x").status == 200
            assert act_events(world.actor.server.data_dir)[-1]["resource_id"] == connection
        narrow = text(act_token(world.actor.server, first, longer))
        for path, connection in (("/base/x", first), ("/base/longer/x", longer), ("/base/longers", first)):
            answer = Client(session, authorization(session["id"], narrow)).ask(API, "GET", path)
            assert answer.json["target"] == path
            assert act_events(world.actor.server.data_dir)[-1]["resource_id"] == connection


class TestCrowds:
    def test_clients_that_begin_no_handshake_keep_nobody_out(self, client: Client) -> None:
        opened = [client.connect(f"{API}:443")[0] for _ in range(200)]
        assert client.ask(API, "GET", "/base/x").status == 200
        for connection in opened:
            connection.close()

    def test_clients_that_go_leave_nothing(self, world: World, client: Client) -> None:
        descriptors = pathlib.Path(f"/proc/{world.actor.server.process.pid}/fd")

        def count() -> int:
            return len(list(descriptors.iterdir()))

        before = count()
        for _ in range(50):
            client.connect(f"{API}:443")[0].close()
            client.connect("nobody.example:443")[0].close()
        wait_until(lambda: count() <= before + 5, "the end of connections")


class TestCredentials:
    def test_are_asked_for(self, client: Client) -> None:
        connection, head = Client(client.session, None).connect(f"{API}:443")
        connection.close()
        assert head.startswith("HTTP/1.1 407 ")
        assert 'Proxy-Authenticate: Basic realm="Keyway"' in head

    @pytest.mark.parametrize(
        "credential", ["Basic x", authorization("x", "y"), "Bearer kwa_x", "Bearer ", authorization("", "")]
    )
    def test_that_are_none_are_refused(self, client: Client, credential: str) -> None:
        assert Client(client.session, credential).refusal(f"{API}:443")[0] == 407

    def test_may_be_of_every_kind(self, world: World) -> None:
        server, connection = world.actor.server, world.connections[API]
        token = text(personal_token(server, "connections_resolve", "connections_read"))
        bearer = f"Bearer {token}"
        session = world.session(
            connection, headers={"Authorization": bearer, "DD-API-KEY": "", "DD-APPLICATION-KEY": ""}
        )
        assert Client(session, bearer).ask(API, "GET", "/base/x").status == 200
        assert Client(session, authorization("anything", token)).ask(API, "GET", "/base/x").status == 200
        own = world.session(connection)
        keys = authorization(server.keys.api_key, server.keys.application_key)
        assert Client(own, keys).ask(API, "GET", "/base/x").status == 200

    def test_count_for_each_request(self, world: World, client: Client) -> None:
        token = act_token(world.actor.server, world.connections[API])
        opened = Client(client.session, authorization(client.session["id"], text(token))).opened(API)
        with opened as connection:
            assert ask(connection, "GET", "/base/x").status == 200
            path = f"/api/v2/actions/act_tokens/{token['id']}"
            assert world.actor.request("DELETE", path).status == 204
            assert ask(connection, "GET", "/base/x").status == 403


class TestSessions:
    def test_end(self, world: World) -> None:
        connection = world.connections[API]
        token = text(act_token(world.actor.server, connection))
        session = world.session(connection)
        client = Client(session, authorization(session["id"], token))
        with client.opened(API) as opened:
            assert ask(opened, "GET", "/base/x").status == 200
            assert world.actor.request("DELETE", f"{SESSIONS}/{session['id']}").status == 204
            assert ask(opened, "GET", "/base/x").status == 403
        assert world.actor.request("GET", f"{SESSIONS}/{session['id']}").status == 404

    def test_expire(self, world: World) -> None:
        token = text(personal_token(world.actor.server, "connections_resolve", "connections_read"))
        own = {"Authorization": f"Bearer {token}", "DD-API-KEY": "", "DD-APPLICATION-KEY": ""}
        session = world.session(world.connections[API], lifetime=1, headers=own)
        client = Client(session, authorization(session["id"], token))
        wait_until(lambda: client.refusal(f"{API}:443")[0] == 407, "the expiry")

    def test_tell_what_came_through_them(self, world: World) -> None:
        connection = world.connections[API]
        token = text(act_token(world.actor.server, connection))
        session = world.session(connection)
        client = Client(session, authorization(session["id"], token))
        assert client.ask(API, "GET", "/base/x").status == 200
        assert client.ask(API, "GET", "/x").status == 403
        client.refusal("nobody.example:443")
        attributes = world.actor.request("GET", f"{SESSIONS}/{session['id']}").json["data"]["attributes"]
        assert (attributes["acts"], attributes["refusals"]) == (1, 1)
        assert attributes["unbound_hosts"] == [API, "nobody.example"]
        assert attributes["hosts"] == [API]

    def test_are_believed_for_their_hosts_alone(self, world: World, tmp_path: pathlib.Path) -> None:
        """The intermediate that a handshake sends carries the constraint."""
        session = world.session(world.connections[API])
        token = text(act_token(world.actor.server, world.connections[API]))
        (tmp_path / "root").write_text(session["attributes"]["certificate_authority"])
        command = ["openssl", "s_client", "-showcerts", "-servername", API, "-CAfile", str(tmp_path / "root")]
        command += ["-proxy", session["attributes"]["proxy"], "-proxy_user", session["id"], "-connect", f"{API}:443"]
        shown = subprocess.run(
            [*command, "-proxy_pass", f"pass:{token}"], input="", capture_output=True, text=True, check=False
        ).stdout
        assert "Verify return code: 0 (ok)" in shown
        (tmp_path / "chain").write_text(shown[shown.rindex("-----BEGIN CERTIFICATE") :])
        text_of = subprocess.run(
            ["openssl", "x509", "-noout", "-text", "-in", str(tmp_path / "chain")],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert "Name Constraints: critical" in text_of
        assert f"DNS:{API}" in text_of

    @pytest.mark.parametrize(
        ("attributes", "status"),
        [
            ({"connections": [], "lifetime": 60}, 400),
            ({"connections": ["01234567-89ab-cdef-0123-456789abcdef"], "lifetime": 60}, 400),
            ({"lifetime": 60}, 400),
            ({"lifetime": 0}, 400),
            ({"lifetime": 86_401}, 400),
        ],
    )
    def test_are_checked(self, world: World, attributes: dict, status: int) -> None:
        body = {"data": {"type": "proxy_sessions", "attributes": attributes}}
        assert world.actor.request("POST", SESSIONS, body).status == status

    def test_need_a_proxy(self, actor: Actor) -> None:
        connection = actor.server.create(keyed_body(f"https://{API}", KEY))
        body = {"data": {"type": "proxy_sessions", "attributes": {"connections": [connection], "lifetime": 60}}}
        answer = actor.request("POST", SESSIONS, body)
        assert answer.status == 409
        assert "--proxy-listen" in answer.errors[0]["detail"]

    def test_are_anothers_own(self, world: World) -> None:
        session = world.session(world.connections[API])
        token = text(personal_token(world.actor.server, "connections_resolve", "connections_read"))
        own = {"Authorization": f"Bearer {token}", "DD-API-KEY": "", "DD-APPLICATION-KEY": ""}
        for method in ("GET", "DELETE"):
            assert world.actor.request(method, f"{SESSIONS}/{session['id']}", headers=own).status == 404
        named = Client(session, authorization(session["id"], token))
        assert named.refusal(f"{API}:443")[0] == 407
        attributes = world.actor.request("GET", f"{SESSIONS}/{session['id']}").json["data"]["attributes"]
        assert (attributes["acts"], attributes["refusals"], attributes["unbound_hosts"]) == (0, 0, [])


class Runner:
    """`keyway run` with the keys of the server's administrator."""

    def __init__(self, world: World, place: pathlib.Path) -> None:
        self.world = world
        self.place = place
        keys = world.actor.server.keys
        (place / "keys.json").write_text(json.dumps({"api_key": keys.api_key, "application_key": keys.application_key}))
        (place / "keys.json").chmod(0o600)

    def run(
        self, host: str, *words: str, options: tuple[str, ...] = (), **variables: str
    ) -> subprocess.CompletedProcess:
        left_out = ("DD_", "KEYWAY_", "NO_PROXY", "no_proxy")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
        own = {
            "KEYWAY_SERVER": f"http://{self.world.actor.server.address}",
            "KEYWAY_KEYS_FILE": str(self.place / "keys.json"),
            "TMPDIR": str(self.place),
            "HOME": str(self.place),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
        }
        return subprocess.run(
            [BINARY, "run", "--connection", self.world.connections[host], *options, "--", *words],
            env=kept | own | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )


@pytest.fixture
def runner(world: World, tmp_path: pathlib.Path) -> Runner:
    return Runner(world, tmp_path)


PYTHON = """
import asyncio, sys, urllib.request
import aiohttp, httpx, requests
URL, headers = sys.argv[1], {"Authorization": "Bearer dummy"}
print(urllib.request.urlopen(urllib.request.Request(URL + "urllib", headers=headers)).status)
print(requests.get(URL + "requests", headers=headers).status_code)
print(httpx.get(URL + "httpx", headers=headers).status_code)
async def main():
    async with aiohttp.ClientSession(trust_env=True) as session:
        async with session.get(URL + "aiohttp", headers=headers) as response:
            print(response.status)
asyncio.run(main())
"""

OPENAI_PROGRAM = """
import os
del os.environ["OPENAI_BASE_URL"]
import openai
print(len(openai.OpenAI(api_key="dummy", max_retries=0).models.list().data))
"""


class TestTools:
    def test_curl(self, runner: Runner) -> None:
        done = runner.run(API, "curl", "-sS", "-H", "Authorization: Bearer dummy", f"https://{API}/base/a?b=c")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["target"] == "/base/a?b=c"
        assert "through the proxy: 1 sent, 0 refused" in done.stderr
        assert not list(runner.place.glob("keyway-run-*")), "the file of authorities is removed"

    def test_curl_at_a_host_of_no_connection(self, runner: Runner) -> None:
        done = runner.run(API, "curl", "-sS", "https://nobody.keyway-test.example/")
        assert done.returncode == 56
        assert "403" in done.stderr
        assert "hosts of no connection: nobody.keyway-test.example" in done.stderr

    def test_python(self, runner: Runner) -> None:
        done = runner.run(API, sys.executable, "-c", PYTHON, f"https://{API}/base/")
        assert done.stdout.split() == ["200"] * 4, done.stderr

    def test_openai_without_a_base_url(self, runner: Runner) -> None:
        done = runner.run(OPENAI, sys.executable, "-c", OPENAI_PROGRAM)
        assert done.stdout == "0\n", done.stderr

    def test_pip_from_a_private_index(self, runner: Runner, tmp_path: pathlib.Path) -> None:
        options = f"-q --no-deps --no-cache-dir --disable-pip-version-check -d {tmp_path}/found"
        index = f"https://user:dummy@{API}/base/simple"
        command = [sys.executable, "-m", "pip", "download", *options.split(), "--index-url", index, "keyway-probe"]
        done = runner.run(API, *command)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "found" / WHEEL).read_bytes().startswith(b"PK")

    def test_git_clones_and_pushes(self, runner: Runner, world: World, tmp_path: pathlib.Path) -> None:
        subprocess.run(["git", "init", "-q", "--bare", world.git.root / "one.git"], check=True)
        # Named in the URL, the credential is sent when it is asked for.
        script = f"""
        set -e
        git clone -q https://user:dummy@{GIT}/one.git {tmp_path}/one 2>&1
        cd {tmp_path}/one
        head -c 3000000 /dev/urandom > large
        git add large
        git -c user.name=a -c user.email=a@b.c commit -qm first
        git push -q origin HEAD:main 2>&1
        git clone -q -b main https://user:dummy@{GIT}/one.git {tmp_path}/two 2>&1
        cmp {tmp_path}/one/large {tmp_path}/two/large
        """
        done = runner.run(GIT, "sh", "-c", script)
        assert done.returncode == 0, done.stdout + done.stderr

    def test_git_gets_a_credential_if_it_is_to_be_added(
        self, runner: Runner, world: World, tmp_path: pathlib.Path
    ) -> None:
        subprocess.run(["git", "init", "-q", "--bare", world.git.root / "two.git"], check=True)
        words = ("git", "ls-remote", f"https://{GIT}/two.git")
        assert runner.run(GIT, *words).returncode == 128
        done = runner.run(GIT, *words, options=("--add-credentials",))
        assert done.returncode == 0, done.stderr

    @pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
    def test_hosts_that_were_asked_directly_still_are(self, name: str, runner: Runner) -> None:
        show = "import os; print(os.environ['NO_PROXY'], os.environ['no_proxy'])"
        done = runner.run(API, sys.executable, "-c", show, **{name: "inside.example"})
        first, second = done.stdout.split()
        assert first == second
        assert first.split(",")[0] == "inside.example"
        assert "127.0.0.1" in first.split(",")

    def test_nothing_is_set_without_the_proxy(self, runner: Runner) -> None:
        show = "import os; print([name for name in os.environ if 'proxy' in name.lower()])"
        done = runner.run(API, sys.executable, "-c", show, options=("--without-proxy",))
        assert done.stdout == "[]\n", done.stderr
