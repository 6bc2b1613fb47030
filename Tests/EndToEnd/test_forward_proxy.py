"""The forward proxy: tools whose host is fixed act through it, unmodified, and reach nothing else."""

import http.client
import io
import json
import os
import pathlib
import resource
import socket
import socketserver
import ssl
import stat
import subprocess
import sys
import threading
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from acting import MASK, Actor, act_events, acting, assert_clean, connection_body, keyed_body
from harness import audit_events, wait_until
from proxying import SESSIONS, Client, Runner, ask, authorization, certified, open_session
from tokens import act_token, personal_token, text
from twins.git import GitTwin
from twins.models import OpenAITwin
from twins.upstream import Received, Reply, Upstream
from twins.vendors import VendorTwin

OPENAI = "api.openai.com"
GIT = "git.keyway-test.example"
API = "api.keyway-test.example"
# Hosts of no connection, which the operator lets pass: one of HTTPS, one of nothing that is known, one that is guarded,
# and one that is nowhere.
PLAIN, BACK, GUARDED, NOWHERE = (f"{name}.keyway-test.example" for name in ("plain", "back", "guarded", "nowhere"))
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


class EchoingOpenAI(OpenAITwin):
    """Gives back what it was sent at `/echo`, too."""

    def anything(self, request: Received, path: str) -> Reply:
        return VendorTwin.anything(self, request, path) if path == "/echo" else super().anything(request, path)


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


class Back(socketserver.BaseRequestHandler):
    """Gives back all that came, once its client has ended, from the last byte to the first."""

    def handle(self) -> None:
        received = b""
        while piece := self.request.recv(1 << 16):
            received += piece
        self.request.sendall(received[::-1])


@contextmanager
def back() -> Iterator[str]:
    """The address of such a server."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Back) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@dataclass
class World:
    """A server that is a proxy, and third parties at their own names."""

    authority: pathlib.Path
    actor: Actor
    openai: OpenAITwin
    git: GitTwin
    api: Echo
    collector: Collector
    connections: dict[str, str]

    def session(self, *connections: str, headers: dict[str, str] | None = None, **attributes: object) -> dict:
        return open_session(self.actor, *connections, headers=headers, **attributes)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    place = tmp_path_factory.mktemp("proxy")
    (place / "repositories").mkdir()
    tls = certified(place, OPENAI, GIT, API, PLAIN)
    openai, git, api = EchoingOpenAI(), GitTwin(place / "repositories", KEY), Echo()
    for twin in (openai, git, api):
        twin.tls = tls
    with openai, git, api, back() as address, Collector() as collector:
        options = ["--proxy-listen", "127.0.0.1:0", "--egress-allow", "127.0.0.0/8"]
        options += ["--connections-per-address", "8000", "--proxy-tunnel", NOWHERE]
        for name, leads_to in {PLAIN: api.authority, BACK: address, GUARDED: "169.254.169.254:443"}.items():
            options += ["--proxy-tunnel", name, "--egress-map", f"{name}={leads_to}"]
        options += ["--egress-ca-file", str(place / "certificate.pem"), "--otlp-endpoint", collector.origin]
        for name, twin in ((OPENAI, openai), (GIT, git), (API, api)):
            options += ["--egress-map", f"{name}={twin.authority}"]
        with acting(place, *options) as actor:
            create = actor.server.create
            yield World(
                authority=place / "certificate.pem",
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


class TestHandshakes:
    @pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
    def test_may_be_of_two_versions(self, client: Client, version: ssl.TLSVersion) -> None:
        trust = client.trust
        trust.minimum_version = trust.maximum_version = version
        connection, _ = client.connect(f"{API}:443")
        with closing(trust.wrap_socket(connection, server_hostname=API)) as inside:
            assert inside.version() == version.name.replace("_", ".")

    def test_may_not_be_of_older_ones(self, client: Client) -> None:
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # The client would not offer it otherwise.
        trust.set_ciphers("DEFAULT:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            trust.minimum_version = trust.maximum_version = ssl.TLSVersion.TLSv1_1
        trust.load_verify_locations(cadata=client.session["attributes"]["certificate_authority"])
        connection, _ = client.connect(f"{API}:443")
        with closing(connection), pytest.raises(ssl.SSLError, match=r"PROTOCOL_VERSION|EOF"):
            trust.wrap_socket(connection, server_hostname=API)

    def test_begin_with_bytes_that_came_with_the_head(self, client: Client) -> None:
        """Whatever stands behind the head is the tunnel's: the beginning of a handshake, here sent together with it."""
        outgoing, incoming = ssl.MemoryBIO(), ssl.MemoryBIO()
        inside = client.trust.wrap_bio(incoming, outgoing, server_hostname=API)
        with pytest.raises(ssl.SSLWantReadError):
            inside.do_handshake()
        with closing(client.dial()) as connection:
            head = f"CONNECT {API}:443 HTTP/1.1\r\nHost: {API}:443\r\nProxy-Authorization: {client.credential}\r\n\r\n"
            connection.sendall(head.encode() + outgoing.read())
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += connection.recv(1)
            assert answer.startswith(b"HTTP/1.1 200 ")
            while True:
                incoming.write(connection.recv(1 << 14))
                try:
                    inside.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    continue
            assert inside.version() == "TLSv1.3"

    def test_that_are_requests_in_the_clear_are_none(self, client: Client) -> None:
        """A request behind the head of a CONNECT request is taken for a handshake, and answered by nobody."""
        connection, _ = client.connect(f"{API}:443")
        with closing(connection):
            connection.sendall(b"GET /base/x HTTP/1.1\r\nHost: x\r\n\r\n")
            received = b""
            with suppress(ConnectionError):
                while piece := connection.recv(1 << 14):
                    received += piece
            assert b"HTTP/1.1" not in received


class TestCrowds:
    def test_clients_that_begin_no_handshake_keep_nobody_out(self, client: Client) -> None:
        count = 5000 if "KEYWAY_LONG" in os.environ else 200
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 2 * count)), hard))
        opened = [client.connect(f"{API}:443")[0] for _ in range(count)]
        # Half of a handshake: its first record, cut off.
        for connection in opened[::2]:
            connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        assert client.ask(API, "GET", "/base/x").status == 200
        for connection in opened:
            connection.close()

    def test_clients_that_are_slow_with_their_heads_keep_nobody_out(self, client: Client) -> None:
        slow = [client.dial() for _ in range(100)]
        for byte in b"CONNECT api.":
            for connection in slow:
                connection.sendall(bytes([byte]))
        assert client.ask(API, "GET", "/base/x").status == 200
        for connection in slow:
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


class TestTunnels:
    """To hosts of no connection, which the operator lets pass."""

    def events(self, world: World) -> list[dict]:
        all_of_them = [json.loads(event) for _, _, event in audit_events(world.actor.server.data_dir)]
        return [event for event in all_of_them if event["action"].startswith("proxy_tunnel.")]

    def test_are_never_opened(self, world: World, client: Client) -> None:
        before = len(self.events(world))
        connection, head = client.connect(f"{PLAIN}:443")
        assert head.startswith("HTTP/1.1 200 ")
        inside = http.client.HTTPConnection(PLAIN)
        # The certificate is the host's own.
        inside.sock = ssl.create_default_context(cafile=world.authority).wrap_socket(connection, server_hostname=PLAIN)
        with closing(inside):
            answer = ask(inside, "POST", "/base/x", b"x" * 300_000)
            assert answer.json["body"] == "x" * 300_000
            assert ["Authorization", "Bearer dummy"] in answer.json["headers"]
            assert "X-Key" not in str(answer.json["headers"])
        wait_until(lambda: len(self.events(world)) == before + 2, "the end in the audit log")
        began, ended = self.events(world)[before:]
        assert (began["action"], ended["action"]) == ("proxy_tunnel.open", "proxy_tunnel.end")
        assert began["resource_id"] == ended["resource_id"] == client.session["id"]
        assert began["details"]["host"] == ended["details"]["host"] == f"{PLAIN}:443"
        assert ended["details"]["bytes_sent"] > 300_000
        assert ended["details"]["bytes_received"] > 300_000
        assert ended["details"]["milliseconds"] >= 0

    def test_pass_every_byte_on_and_each_end(self, client: Client) -> None:
        connection, _ = client.connect(f"{BACK}:443")
        sent, received = os.urandom(3 << 20), b""
        with closing(connection):
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(1 << 16):
                received += piece
        assert received == sent[::-1]

    def test_end_with_their_session(self, world: World) -> None:
        session = world.session(world.connections[API])
        token = text(act_token(world.actor.server, world.connections[API]))
        connection, _ = Client(session, authorization(session["id"], token)).connect(f"{BACK}:443")
        with closing(connection):
            assert world.actor.request("DELETE", f"{SESSIONS}/{session['id']}").status == 204
            with suppress(ConnectionError):
                assert connection.recv(1) == b""

    @pytest.mark.parametrize(
        ("target", "status", "reason"),
        [
            (f"{GUARDED}:443", 403, "may not be connected to"),
            (f"{NOWHERE}:443", 502, "can't be reached"),
            (f"{PLAIN}:80", 403, "No connection"),
            (f"x.{PLAIN}:443", 403, "No connection"),
        ],
    )
    def test_are_guarded(self, client: Client, target: str, status: int, reason: str) -> None:
        assert client.refusal(target)[0] == status
        assert reason in client.refusal(target)[1]

    def test_need_a_credential(self, client: Client) -> None:
        assert Client(client.session, None).refusal(f"{PLAIN}:443")[0] == 407
        assert Client(client.session, "Bearer kwa_x").refusal(f"{PLAIN}:443")[0] == 407

    @pytest.mark.parametrize("host", ["", "a/b", "[::1]", "a b"])
    def test_are_to_names(self, tmp_path: pathlib.Path, host: str) -> None:
        options = ("--proxy-listen", "127.0.0.1:0", "--proxy-tunnel", host)
        with pytest.raises(AssertionError, match="the server ended"), acting(tmp_path, *options):
            pass


class TestAUnixSocket:
    def test_serves_commands_by_a_relay(self, tmp_path: pathlib.Path) -> None:
        tls = certified(tmp_path, API)
        path = tmp_path / "proxy"
        # One that nobody listens at any more is replaced.
        with closing(socket.socket(socket.AF_UNIX)) as stale:
            stale.bind(str(path))
        with Echo(tls=tls) as api:
            options = ["--proxy-listen", f"unix:{path}", "--egress-allow", "127.0.0.0/8"]
            options += ["--egress-ca-file", str(tmp_path / "certificate.pem"), "--egress-map", f"{API}={api.authority}"]
            with acting(tmp_path, *options) as actor:
                assert stat.S_IMODE(path.stat().st_mode) == 0o600
                connection = actor.server.create(keyed_body(f"https://{API}/base", KEY))
                session = open_session(actor, connection)
                assert session["attributes"]["proxy"] == f"unix:{path}"
                client = Client(session, authorization(session["id"], text(act_token(actor.server, connection))))
                assert client.ask(API, "GET", "/base/x").status == 200
                done = Runner(actor, tmp_path).run(
                    connection, "curl", "-sS", "-H", "Authorization: Bearer dummy", f"https://{API}/base/a"
                )
                assert json.loads(done.stdout)["target"] == "/base/a", done.stderr
                assert "through the proxy: 1 sent, 0 refused" in done.stderr
        assert not path.exists()
        assert_clean(api)

    @pytest.mark.parametrize("address", ["unix:", "unix:relative", "unix:/nowhere/proxy", f"unix:/{'x' * 200}"])
    def test_has_a_path(self, tmp_path: pathlib.Path, address: str) -> None:
        with pytest.raises(AssertionError, match="the server ended"), acting(tmp_path, "--proxy-listen", address):
            pass


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Actor, pathlib.Path, str]]:
    """A server whose proxy speaks TLS, its certificate, and a connection."""
    place = tmp_path_factory.mktemp("tls")
    tls = certified(place, API)
    proxy = place / "proxy"
    proxy.mkdir()
    certified(proxy, "localhost", "IP:127.0.0.1")
    with Echo(tls=tls) as api:
        options = ["--proxy-listen", "127.0.0.1:0", "--egress-allow", "127.0.0.0/8"]
        options += ["--proxy-tls-cert", str(proxy / "certificate.pem"), "--proxy-tls-key", str(proxy / "key.pem")]
        options += ["--egress-ca-file", str(place / "certificate.pem"), "--egress-map", f"{API}={api.authority}"]
        with acting(place, *options) as actor:
            yield actor, proxy / "certificate.pem", actor.server.create(keyed_body(f"https://{API}/base", KEY))
    assert_clean(api)


class TestTLS:
    """On the hop to the proxy."""

    def test_serves_clients_that_speak_it(
        self, secured: tuple[Actor, pathlib.Path, str], tmp_path: pathlib.Path
    ) -> None:
        actor, certificate, connection = secured
        session = open_session(actor, connection)
        proxy = session["attributes"]["proxy"]
        assert proxy.startswith("https://127.0.0.1:")
        (tmp_path / "root").write_text(session["attributes"]["certificate_authority"])
        user = f"{session['id']}:{text(act_token(actor.server, connection))}"
        command = ["curl", "-q", "-sS", "--proxy", proxy, "--proxy-user", user, "--proxy-cacert", str(certificate)]
        command += ["--cacert", str(tmp_path / "root"), "-H", "Authorization: Bearer dummy"]
        (tmp_path / "large").write_bytes(os.urandom(1 << 20))
        command += ["--data-binary", f"@{tmp_path}/large", f"https://{API}/base/a", f"https://{API}/base/b"]
        done = subprocess.run(command, capture_output=True, check=False, timeout=600)
        assert done.returncode == 0, done.stderr
        assert b'"/base/a"' in done.stdout
        assert b'"/base/b"' in done.stdout

    def test_is_spoken_by_the_relay_of_commands(
        self, secured: tuple[Actor, pathlib.Path, str], tmp_path: pathlib.Path
    ) -> None:
        actor, certificate, connection = secured
        words = ("curl", "-sS", "-H", "Authorization: Bearer dummy", f"https://{API}/base/a")
        done = Runner(actor, tmp_path).run(connection, *words, SSL_CERT_FILE=str(certificate))
        assert json.loads(done.stdout)["target"] == "/base/a", done.stderr
        untrusted = Runner(actor, tmp_path).run(connection, *words)
        assert untrusted.returncode != 0
        assert "certificate that is trusted" in untrusted.stderr

    def test_is_all_that_is_spoken_there(self, secured: tuple[Actor, pathlib.Path, str]) -> None:
        actor, _, connection = secured
        session = open_session(actor, connection)
        host, _, port = session["attributes"]["proxy"].removeprefix("https://").rpartition(":")
        with closing(socket.create_connection((host, int(port)), timeout=60)) as client:
            client.sendall(f"CONNECT {API}:443 HTTP/1.1\r\n\r\n".encode())
            received = b""
            with suppress(ConnectionError):
                while piece := client.recv(1 << 14):
                    received += piece
            assert b"HTTP/1.1" not in received

    def test_is_needed_beyond_loopback(self, tmp_path: pathlib.Path) -> None:
        with pytest.raises(AssertionError, match="--proxy-tls-cert"), acting(tmp_path, "--proxy-listen", "0.0.0.0:0"):
            pass


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

    def test_that_have_ended_open_nothing(self, world: World) -> None:
        token = text(act_token(world.actor.server, world.connections[API]))
        session = world.session(world.connections[API])
        client = Client(session, authorization(session["id"], token))
        waiting, _ = client.connect(f"{API}:443")
        assert world.actor.request("DELETE", f"{SESSIONS}/{session['id']}").status == 204
        assert client.refusal(f"{API}:443")[0] in (403, 407)
        # A handshake that had been let in before ends in a refusal of each request.
        inside = http.client.HTTPConnection(API)
        inside.sock = client.trust.wrap_socket(waiting, server_hostname=API)
        with closing(inside):
            assert ask(inside, "GET", "/base/x").status == 403

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


class HostRunner(Runner):
    """Runs commands for the connection of a host."""

    def __init__(self, world: World, place: pathlib.Path) -> None:
        super().__init__(world.actor, place)
        self.world = world

    def run(self, host: str, *words: str, **options: Any) -> subprocess.CompletedProcess:
        return super().run(self.world.connections[host], *words, **options)


@pytest.fixture
def runner(world: World, tmp_path: pathlib.Path) -> HostRunner:
    return HostRunner(world, tmp_path)


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

# All that the SDK's program in `sdks/` does, and an error of the vendor's.
OPENAI_STEPS = """
import json, os, sys
del os.environ["OPENAI_BASE_URL"]
sys.path.insert(0, sys.argv[1])
from sdks import openai as sample
client = sample.connect("https://api.openai.com", "dummy")
steps = [sample.read(client), sample.write(client), sample.pages(client), sample.stream(client)]
sample.upload(client, sys.argv[2])
try:
    client.models.retrieve("none")
except Exception as error:
    steps.append(f"{type(error).__name__}: {error}")
print(json.dumps(steps))
"""


class TestTools:
    def test_curl(self, runner: HostRunner) -> None:
        done = runner.run(API, "curl", "-sS", "-H", "Authorization: Bearer dummy", f"https://{API}/base/a?b=c")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["target"] == "/base/a?b=c"
        assert "through the proxy: 1 sent, 0 refused" in done.stderr
        assert not list(runner.place.glob("keyway-run-*")), "the file of authorities is removed"

    def test_curl_at_a_host_of_no_connection(self, runner: HostRunner) -> None:
        done = runner.run(API, "curl", "-sS", "https://nobody.keyway-test.example/")
        assert done.returncode == 56
        assert "403" in done.stderr
        assert "hosts of no connection: nobody.keyway-test.example" in done.stderr

    def test_python(self, runner: HostRunner) -> None:
        done = runner.run(API, sys.executable, "-c", PYTHON, f"https://{API}/base/")
        assert done.stdout.split() == ["200"] * 4, done.stderr

    def test_openai_without_a_base_url(self, runner: HostRunner) -> None:
        done = runner.run(OPENAI, sys.executable, "-c", OPENAI_PROGRAM)
        assert done.stdout == "2\n", done.stderr

    def test_openai_pages_streams_and_uploads(self, runner: HostRunner, world: World, tmp_path: pathlib.Path) -> None:
        file = tmp_path / "file"
        file.write_bytes(os.urandom(20 * 1024 * 1024))
        here = pathlib.Path(__file__).parent
        done = runner.run(OPENAI, sys.executable, "-c", OPENAI_STEPS, str(here), str(file))
        assert done.returncode == 0, done.stderr
        *steps, error = json.loads(done.stdout)
        assert steps == ["one", "Hello there", ["one", "two", "three"], ["Hello", " there"]]
        assert error.startswith("NotFoundError: Error code: 404")
        assert world.openai.uploaded == file.read_bytes()

    def test_pip_from_a_private_index(self, runner: HostRunner, tmp_path: pathlib.Path) -> None:
        options = f"-q --no-deps --no-cache-dir --disable-pip-version-check -d {tmp_path}/found"
        index = f"https://user:dummy@{API}/base/simple"
        command = [sys.executable, "-m", "pip", "download", *options.split(), "--index-url", index, "keyway-probe"]
        done = runner.run(API, *command)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "found" / WHEEL).read_bytes().startswith(b"PK")

    def test_git_clones_and_pushes(self, runner: HostRunner, world: World, tmp_path: pathlib.Path) -> None:
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
        self, runner: HostRunner, world: World, tmp_path: pathlib.Path
    ) -> None:
        subprocess.run(["git", "init", "-q", "--bare", world.git.root / "two.git"], check=True)
        words = ("git", "ls-remote", f"https://{GIT}/two.git")
        assert runner.run(GIT, *words).returncode == 128
        done = runner.run(GIT, *words, options=("--add-credentials",))
        assert done.returncode == 0, done.stderr

    @pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
    def test_hosts_that_were_asked_directly_still_are(self, name: str, runner: HostRunner) -> None:
        show = "import os; print(os.environ['NO_PROXY'], os.environ['no_proxy'])"
        done = runner.run(API, sys.executable, "-c", show, **{name: "inside.example"})
        first, second = done.stdout.split()
        assert first == second
        assert first.split(",")[0] == "inside.example"
        assert "127.0.0.1" in first.split(",")

    def test_nothing_is_set_without_the_proxy(self, runner: HostRunner) -> None:
        show = "import os; print([name for name in os.environ if 'proxy' in name.lower()])"
        done = runner.run(API, sys.executable, "-c", show, options=("--without-proxy",))
        assert done.stdout == "[]\n", done.stderr
