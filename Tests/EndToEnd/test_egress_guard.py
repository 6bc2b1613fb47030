"""Where acts may go, and what an upstream that means harm can do: nothing beyond its own answer."""

import contextlib
import datetime
import http.client
import ipaddress
import pathlib
import ssl
from collections.abc import Iterator

import pytest
from acting import LOOPBACK, TWINS, Actor, acting, assert_clean, assert_own, assert_proxied, http_body
from catalogue import BY_NAME, CREDENTIALS, at
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from harness import CONNECTIONS, PATIENCE, status_of
from proxying import DOORS, hostile_door
from twins import hostile
from twins.hostile import HostileUpstream, chunk, chunked, head, raw, redirect, whole
from twins.upstream import Upstream

# The same loopback address, and others that no act may reach, in every form that some resolver or parser takes.
LOOPBACKS = [
    "127.0.0.1",
    "127.1",
    "127.8.9.10",
    "2130706433",
    "0177.0.0.1",
    "017700000001",
    "0x7f.0.0.1",
    "0x7f000001",
    "0.0.0.0",
    "0",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "１２７.0.0.1",
    "127。0。0。1",
]
INTERNAL = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "2852039166",
    "0251.0376.0251.0376",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fc00::1]",
    "[ff02::1]",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::]",
]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Actor]:
    """A caller of a server that may use plain HTTP, and go to no special address."""
    with acting(tmp_path_factory.mktemp("guarded"), "--egress-allow-plaintext") as actor:
        yield actor


@pytest.fixture(scope="module", params=DOORS)
def narrow_door(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Actor, HostileUpstream]]:
    """A caller of a server whose operator takes no long bodies, and an upstream."""
    with hostile_door(request.param, tmp_path_factory.mktemp("narrow"), "--act-body-limit", "64MiB") as door:
        yield door


@pytest.fixture(scope="module", params=DOORS)
def impatient_door(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Actor, HostileUpstream]]:
    """A caller of a server that waits for an upstream for no more than a second, and an upstream."""
    with hostile_door(request.param, tmp_path_factory.mktemp("impatient"), "--egress-timeout", "1") as door:
        yield door


@contextlib.contextmanager
def fresh(upstream: HostileUpstream) -> Iterator[HostileUpstream]:
    """The upstream as if it were new."""
    upstream.received.clear()
    upstream.sent = 0
    yield upstream
    assert_clean(upstream)


@pytest.fixture
def narrow(narrow_door: tuple[Actor, HostileUpstream]) -> Iterator[tuple[Actor, HostileUpstream]]:
    with fresh(narrow_door[1]):
        yield narrow_door


@pytest.fixture
def impatient(impatient_door: tuple[Actor, HostileUpstream]) -> Iterator[tuple[Actor, HostileUpstream]]:
    with fresh(impatient_door[1]):
        yield impatient_door


@pytest.fixture
def upstream() -> Iterator[HostileUpstream]:
    with HostileUpstream() as upstream:
        yield upstream
        assert_clean(upstream)


def to(actor: Actor, base_url: str) -> str | None:
    """A connection that leads there, or none where the server does not even take the address."""
    answer = actor.request("POST", CONNECTIONS, http_body(base_url))
    assert answer.status in (201, 400), answer.body
    return answer.json["data"]["id"] if answer.status == 201 else None


class TestAddresses:
    @pytest.mark.parametrize("host", LOOPBACKS + INTERNAL)
    def test_that_are_special_are_refused(self, guarded: Actor, upstream: HostileUpstream, host: str) -> None:
        for scheme in ("http", "https"):
            connection_id = to(guarded, f"{scheme}://{host}:{upstream.port}")
            if connection_id is None:
                continue
            answer = guarded.act(connection_id, "GET", "/latest/meta-data/")
            # Names that do not resolve, where a resolver does not take a form, are as good as refused.
            if answer.headers.get("Keyway-Error") == "upstream_unreachable":
                assert not host.replace(".", "").isdigit(), "an address is not looked up"
            else:
                assert_own(answer, "egress_refused")
        assert upstream.received == []

    @pytest.mark.parametrize("host", LOOPBACKS + INTERNAL)
    def test_that_are_special_are_refused_as_a_setting(
        self, guarded: Actor, upstream: HostileUpstream, host: str
    ) -> None:
        with TWINS["OpenAIAPIKey"]() as twin:
            connection_id = guarded.connect(twin)
            answer = guarded.set(connection_id, base_url=f"http://{host}:{upstream.port}")
            assert answer.status in (200, 400, 403), answer.body
            answer = guarded.act(connection_id, "GET", "/")
            assert answer.headers.get("Keyway-Error") in ("egress_refused", "upstream_unreachable")
            assert twin.received == upstream.received == []

    @pytest.mark.parametrize("name", ["GCPServiceAccount", "AzureTenant"])
    def test_that_are_special_are_refused_where_tokens_come_from(self, guarded: Actor, name: str) -> None:
        with TWINS[name]() as twin:
            assert_own(guarded.act(guarded.connect(twin), "GET", "/echo"), "egress_refused")
            assert guarded.test(guarded.connect(twin))["result"] == "unreachable"
            assert twin.received == []

    def test_that_the_operator_allows_are_reached(self, actor: Actor, upstream: HostileUpstream) -> None:
        for host in ("127.0.0.1", "127.1", "2130706433", "0x7f.1"):
            connection_id = to(actor, f"http://{host}:{upstream.port}")
            if connection_id:
                assert_proxied(actor.act(connection_id, "GET", "/"))
        assert upstream.received

    @pytest.mark.parametrize("host", ["169.254.169.254", "10.0.0.1", "[::1]", "[fd00:ec2::254]", "0.0.0.0"])
    def test_that_the_operator_does_not_allow_are_refused_beside_them(self, actor: Actor, host: str) -> None:
        connection_id = to(actor, f"http://{host}:9")
        assert connection_id is None or assert_own(actor.act(connection_id, "GET", "/"), "egress_refused") is None

    def test_over_plain_http_are_refused_unless_the_operator_allows_it(
        self, tmp_path: pathlib.Path, upstream: HostileUpstream
    ) -> None:
        with acting(tmp_path, "--egress-allow", "127.0.0.0/8") as actor:
            connection_id = to(actor, upstream.origin)
            assert connection_id is None or assert_own(actor.act(connection_id, "GET", "/"), "egress_refused") is None
        assert upstream.received == []

    def test_are_not_reached_through_a_proxy_of_the_environment(
        self, tmp_path: pathlib.Path, upstream: HostileUpstream
    ) -> None:
        with HostileUpstream() as proxy:
            names = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
            with acting(tmp_path, *LOOPBACK, variables=dict.fromkeys(names, proxy.origin)) as actor:
                assert_proxied(actor.act(to(actor, upstream.origin), "GET", "/"))
            assert proxy.received == []
            assert proxy.malformed == []

    @pytest.mark.parametrize("network", ["127.0.0.1/33", "localhost", "", "10.0.0.0/8,nonsense"])
    def test_that_are_no_network_are_not_an_option(self, network: str, tmp_path: pathlib.Path) -> None:
        with pytest.raises(AssertionError, match="the server ended"), acting(tmp_path, "--egress-allow", network):
            pass


class TestARedirect:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    @pytest.mark.parametrize("place", ["the other", "http://169.254.169.254/latest/meta-data/", "//other/"])
    def test_to_another_host_is_refused_and_not_followed(
        self, narrow: tuple[Actor, HostileUpstream], status: int, place: str
    ) -> None:
        actor, upstream = narrow
        with HostileUpstream() as other:
            location = f"{other.origin}/taken" if place == "the other" else place
            upstream.script = redirect(status, location)
            answer = actor.act(actor.connect(upstream), "GET", "/")
            assert_own(answer, "redirect_refused")
            # Under another name: a client that follows redirects by itself would take the caller's keys along.
            assert answer.headers["Location"] is None
            assert answer.headers["Keyway-Upstream-Location"] == location
            assert len(upstream.received) == 1
            assert other.received == []

    def test_of_a_probe_is_not_followed(self, actor: Actor, upstream: HostileUpstream) -> None:
        with HostileUpstream() as other:
            upstream.script = redirect(302, other.origin)
            assert actor.test(actor.connect(upstream))["result"] != "valid"
            assert other.received == []


# What an upstream says, and the errors that a caller may be given for it.
MALFORMED = {
    "no HTTP": raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "nothing": raw(b""),
    "HTTP/0.9": raw(b"<html>just a body</html>"),
    "status 0": raw(b"HTTP/1.1 000 OK\r\nContent-Length: 0\r\n\r\n"),
    "status 99999": raw(b"HTTP/1.1 99999 OK\r\nContent-Length: 0\r\n\r\n"),
    "switching protocols": raw(head(101, "Upgrade: websocket", "Connection: Upgrade"), b"\x81\x05hello"),
}
# Responses of which nothing but the status can be passed on. What they respond to may have been done.
STATUS_ALONE = {
    "an end within the head": raw(b"HTTP/1.1 200 OK\r\nContent-"),
    "two lengths": raw(head(200, "Content-Length: 5", "Content-Length: 6") + b"12345"),
    "a length below nothing": raw(head(200, "Content-Length: -1")),
    "a header without a colon": raw(b"HTTP/1.1 200 OK\r\nNo colon\r\nContent-Length: 0\r\n\r\n"),
    "a NUL in a header": raw(head(200, "X-Nul: a\0b", "Content-Length: 0")),
    "compress": whole(b"\x1f\x9d\x90", "Content-Encoding: compress"),
    "gzip once that should be twice": whole(hostile.packed(1), "Content-Encoding: gzip, gzip"),
    "gzip four times": whole(hostile.packed(0), "Content-Encoding: gzip, gzip, gzip", "Content-Encoding: gzip"),
    "gzip that is none": whole(b"hello, not gzip", "Content-Encoding: gzip"),
}
# Answers that begin well. What came of them may be passed on, but never with a clean end.
BREAKING = {
    "too little": raw(head(200, "Content-Length: 100") + b"only this"),
    "an end within a chunk": raw(head(200, "Transfer-Encoding: chunked") + b"10\r\nonly this"),
    "an end between chunks": raw(head(200, "Transfer-Encoding: chunked") + chunk(b"only this")),
    "a chunk that is none": raw(head(200, "Transfer-Encoding: chunked") + chunk(b"only this") + b"zz\r\n"),
    "gzip cut off": whole(hostile.packed(1)[:-20], "Content-Encoding: gzip"),
    "gzip with a wrong sum": whole(hostile.packed(1)[:-8] + bytes(8), "Content-Encoding: gzip"),
    "an endless body": hostile.endless,
    "a gzip bomb": hostile.bomb,
}


def broken(actor: Actor, connection_id: str, timeout: float = PATIENCE) -> str:
    """The error that an act ends with: one of Keyway's own, or `broken` where the answer had begun."""
    try:
        with actor.door(connection_id, timeout) as (connection, base, headers):
            connection.request("GET", f"{base}/", headers=headers)
            response = connection.getresponse()
            with contextlib.suppress(http.client.IncompleteRead, OSError):
                while response.read1(1 << 20):
                    pass
                if response.length:
                    return "broken"
                # A clean end: then it is an error of Keyway's own, or the act is taken for a success.
                return response.headers.get("Keyway-Error") or "a clean end"
            return "broken"
    except (OSError, http.client.BadStatusLine):
        return "broken"


class TestAnUpstream:
    @pytest.mark.parametrize("name", MALFORMED)
    def test_that_speaks_no_proper_http_is_an_error_of_keyway(
        self, narrow: tuple[Actor, HostileUpstream], name: str
    ) -> None:
        actor, upstream = narrow
        upstream.script = MALFORMED[name]
        assert_own(actor.act(actor.connect(upstream), "GET", "/"), "upstream_malformed")

    @pytest.mark.parametrize("name", STATUS_ALONE)
    def test_that_says_no_more_than_a_status_is_told_with_it(
        self, narrow: tuple[Actor, HostileUpstream], name: str
    ) -> None:
        actor, upstream = narrow
        upstream.script = STATUS_ALONE[name]
        assert broken(actor, actor.connect(upstream)) == "broken"
        assert actor.raw_act(actor.connect(upstream), "POST", "/").startswith(b"HTTP/1.1 200 ")

    @pytest.mark.parametrize("name", BREAKING)
    def test_that_breaks_its_answer_breaks_ours(self, narrow: tuple[Actor, HostileUpstream], name: str) -> None:
        actor, upstream = narrow
        upstream.script = BREAKING[name]
        before = actor.server.peak
        assert broken(actor, actor.connect(upstream)) in ("broken", "upstream_malformed", "answer_too_large")
        assert actor.server.peak - before < 64 << 20, "an answer is passed on, not kept"
        assert actor.request("GET", CONNECTIONS).status == 200

    def test_with_endless_headers_is_broken_off(self, narrow: tuple[Actor, HostileUpstream]) -> None:
        actor, upstream = narrow
        before = actor.server.peak
        for script in (hostile.endless_header, whole(b"", f"X-Large: {'x' * 2_000_000}")):
            upstream.script = script
            assert broken(actor, actor.connect(upstream)) == "broken"
        assert upstream.sent < 16 << 20
        assert actor.server.peak - before < 64 << 20

    @pytest.mark.parametrize(
        ("script", "end"),
        [
            (hostile.silent, "upstream_timeout"),
            (hostile.slow_headers, "broken"),
            (hostile.stalled, "broken"),
            (hostile.stalled_gzip, "broken"),
        ],
    )
    def test_that_keeps_us_waiting_is_given_up(
        self, impatient: tuple[Actor, HostileUpstream], script: hostile.Script, end: str
    ) -> None:
        actor, upstream = impatient
        upstream.script = script
        # The script goes on for an hour, or as long as someone listens.
        assert broken(actor, actor.connect(upstream)) == end

    def test_that_is_slow_where_tokens_come_from_is_given_up(
        self, tmp_path: pathlib.Path, upstream: HostileUpstream
    ) -> None:
        upstream.script = hostile.silent
        with TWINS["AzureTenant"]() as twin, acting(tmp_path, *LOOPBACK, "--egress-timeout", "1") as actor:
            connection_id = actor.connect(twin, authority=upstream.origin)
            assert_own(actor.act(connection_id, "GET", "/echo"), "upstream_timeout")
            assert actor.test(connection_id)["result"] == "unreachable"
            assert twin.received == []

    def test_cannot_set_what_is_keyways_own(self, narrow: tuple[Actor, HostileUpstream]) -> None:
        actor, upstream = narrow
        upstream.script = whole(
            b"body",
            "Set-Cookie: session=1",
            "Keyway-Error: rule_refused",
            "Keyway-Upstream-Status: 500",
            "keyway-anything: 1",
            "Keyway-Request-Id: forged",
            "X-Content-Type-Options: sniff",
            "Content-Security-Policy: default-src *",
            "Connection: X-Hop, close",
            "X-Hop: 1",
            "Keep-Alive: timeout=5",
            "Proxy-Authenticate: Basic",
            "Trailer: X-Trailer",
            "Upgrade: h2c",
            "X-Kept: 1",
            'ETag: "kept"',
        )
        answer = actor.act(actor.connect(upstream), "GET", "/")
        assert_proxied(answer)
        for name in (
            "Set-Cookie",
            "Set-Cookie2",
            "Keyway-Anything",
            "X-Hop",
            "Proxy-Authenticate",
            "Trailer",
            "Upgrade",
        ):
            assert answer.headers.get_all(name) is None, name
        assert "forged" not in (answer.headers["X-Request-Id"], *answer.headers.get_all("Keyway-Request-Id"))
        assert answer.headers["X-Kept"] == "1"
        assert answer.headers["ETag"] == '"kept"'
        assert answer.body == b"body"

    def test_may_send_interim_answers(self, narrow: tuple[Actor, HostileUpstream]) -> None:
        actor, upstream = narrow
        interim = head(100) + head(103, "Link: </x>; rel=preload", "Keyway-Error: x") + head(102)
        upstream.script = raw(interim, head(200, "Content-Length: 4") + b"body", pause=0.05)
        answer = actor.act(actor.connect(upstream), "POST", "/", b"x")
        assert_proxied(answer)
        assert answer.body == b"body"
        assert answer.headers.get("Link") is None

    def test_may_end_its_answer_by_closing(self, narrow: tuple[Actor, HostileUpstream]) -> None:
        actor, upstream = narrow
        upstream.script = raw(head(200, "Connection: close") + b"until the end")
        answer = actor.act(actor.connect(upstream), "GET", "/")
        assert_proxied(answer)
        assert answer.body == b"until the end"

    def test_may_not_send_a_narrower_range_than_it_was_asked_for(self, narrow: tuple[Actor, HostileUpstream]) -> None:
        """It could cut a secret in two, and the halves would pass."""
        actor, upstream = narrow
        upstream.script = whole(b"ell", "Content-Range: bytes 1-3/500", status=206)
        answer = actor.act(actor.connect(upstream), "GET", "/", headers={"Range": "bytes=1-3"})
        assert_own(answer, "upstream_malformed")
        first, last = upstream.received[0].all("Range")[0].removeprefix("bytes=").split("-")
        assert int(first) == 0
        assert int(last) > 3 + 64

    def test_gets_no_trailers_into_the_answer(self, narrow: tuple[Actor, HostileUpstream]) -> None:
        actor, upstream = narrow
        trailer = b"0\r\nSet-Cookie: a=b\r\nKeyway-Error: x\r\n\r\n"
        upstream.script = raw(head(200, "Transfer-Encoding: chunked") + chunk(b"body") + trailer)
        connection_id = actor.connect(upstream)
        received = actor.raw_act(connection_id, "GET", "/")
        assert status_of(received) == 200
        assert b"Set-Cookie" not in received
        assert b"Keyway-Error" not in received

    def test_chunks_of_any_size_arrive_whole(self, narrow: tuple[Actor, HostileUpstream]) -> None:
        actor, upstream = narrow
        pieces = [bytes([number % 256]) * (number * 37 % 5000) for number in range(1, 200)]
        upstream.script = chunked(*(piece for piece in pieces if piece))
        answer = actor.act(actor.connect(upstream), "GET", "/")
        assert_proxied(answer)
        assert answer.body == b"".join(pieces)


OUTSIDE = [
    "/..",
    "/../",
    "/../../x",
    "/x/../../..",
    "/%2e%2e/x",
    "/%2E%2E/x",
    "/.%2e/x",
    "/%2e./x",
    "/..%2fx",
    "/%2e%2e%2fx",
    "/..%5cx",
    "/..\\x",
    "/x/./y",
    "/%00",
    "/a%0ab",
    "/a%0d%0aHost:evil",
    "/%7f",
    "/..;/x",
    "/a b",
    "/a\x01b",
]


class TestThePath:
    @pytest.mark.parametrize("path", OUTSIDE)
    def test_does_not_leave_the_base_url(self, actor: Actor, path: str) -> None:
        with TWINS["GitlabAPIKey"]() as twin:
            connection_id = actor.connect(twin)
            received = actor.server.raw_request("GET", f"{CONNECTIONS}/{connection_id}/proxy{path}")
            assert status_of(received) in (400, 403, 404, None), received[:300]
            assert b"Keyway-Upstream-Status" not in received
            assert twin.received == []

    @pytest.mark.parametrize("path", ["//evil.example", "/@evil.example", "/:80/", "/http://evil.example/", "/\u00fc"])
    def test_is_no_authority(self, actor: Actor, path: str) -> None:
        with TWINS["GitlabAPIKey"]() as twin:
            connection_id = actor.connect(twin)
            target = f"{CONNECTIONS}/{connection_id}/proxy{path}".encode()
            received = actor.server.raw_request("GET", target)
            assert status_of(received) in (200, 400)
            assert all(request.target == f"/api/v4{path}" for request in twin.received)
            assert_clean(twin)


class TestInjection:
    """A value that holds the end of a line stays a value, or is refused."""

    VALUES = ["a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "a\0b", "a\r\n\r\nGET /evil HTTP/1.1\r\n"]

    @pytest.mark.parametrize("value", VALUES, ids=repr)
    @pytest.mark.parametrize("place", ["header", "query", "body"])
    def test_by_a_token(self, actor: Actor, upstream: HostileUpstream, place: str, value: str) -> None:
        places = {
            "header": {"headers": [{"name": "X-Token", "value": "{{ token }}"}]},
            "query": {"url_parameters": [{"name": "token", "value": "{{ token }}"}]},
            "body": {"body": {"content": '{"token":"{{ token }}"}', "content_type": "application/json"}},
        }
        tokens = [{"name": "token", "type": "SECRET", "value": value}]
        created = actor.request("POST", CONNECTIONS, http_body(upstream.origin, tokens=tokens, **places[place]))
        if created.status == 201:
            answer = actor.act(created.json["data"]["id"], "POST", "/")
            if place == "header":
                assert answer.headers.get("Keyway-Error") in (
                    "not_configured",
                    "authentication_failed",
                    "bad_request",
                )
        else:
            assert created.status == 400
        assert all("x-evil" not in request.names() for request in upstream.received)
        assert len(upstream.received) <= 1
        assert all("\r" not in request.target and "\n" not in request.target for request in upstream.received)

    @pytest.mark.parametrize("kind", ["AnthropicAPIKey", "OpenAIAPIKey", "ServiceNowBasicAuth", "DatadogAPIKey"])
    @pytest.mark.parametrize("value", VALUES[:3], ids=repr)
    def test_by_a_secret_of_a_vendor(self, actor: Actor, upstream: HostileUpstream, kind: str, value: str) -> None:
        created = actor.request("POST", CONNECTIONS, BY_NAME[kind].create(secret=lambda label: value))
        if created.status == 201:
            connection_id = created.json["data"]["id"]
            assert actor.set(connection_id, base_url=upstream.origin, custom_domain=True).status == 200
            answer = actor.act(connection_id, "GET", "/")
            assert kind == "ServiceNowBasicAuth" or answer.headers.get("Keyway-Error")
        assert all("x-evil" not in request.names() for request in upstream.received)

    def test_by_the_query_of_the_caller(self, actor: Actor, upstream: HostileUpstream) -> None:
        """What is escaped stays escaped; what is not is refused."""
        connection_id = actor.connect(upstream)
        target = f"{CONNECTIONS}/{connection_id}/proxy/"
        assert_proxied(actor.act(connection_id, "GET", "/?a=%0d%0aX-Evil:%201&b=%00%23"))
        assert [request.target for request in upstream.received] == ["/?a=%0d%0aX-Evil:%201&b=%00%23"]
        for query in ("?a=b#c", "?a=\x01", "?a=b c", "?a=\u00fc", "?a=\rX-Evil: 1"):
            received = actor.server.raw_request("GET", target + query)
            assert status_of(received) in (400, None), query
        assert len(upstream.received) == 1
        assert "x-evil" not in upstream.received[0].names()

    def test_by_a_header_of_the_caller(self, actor: Actor, upstream: HostileUpstream) -> None:
        connection_id = actor.connect(upstream)
        path = f"{CONNECTIONS}/{connection_id}/proxy/"
        for line in ("X-Own: a\rX-Evil: 1", "X-Own: a\n X-Evil: 1", "X Own: 1", "X-Own : 1", ": 1", "X-Own: \x01"):
            actor.server.raw_request("GET", path, line)
        for lines in [("Content-Length: 0", "Content-Length: 5"), ("Transfer-Encoding: chunked", "Content-Length: 5")]:
            received = actor.server.raw_request("POST", path, *lines, body=b"0\r\n\r\n")
            assert status_of(received) in (400, None)
        assert all("x-evil" not in request.names() for request in upstream.received)


class TestTheDestination:
    PINNED = [
        ("OktaAPIToken", "domain", "acme.okta.com"),
        ("FreshserviceAPIKey", "domain", "acme.freshservice.com"),
        ("ServiceNowBasicAuth", "instance", "acme.service-now.com"),
    ]
    ELSEWHERE = ["evil.example.com", "{}.evil.example.com", "evil{}", "x@evil.example.com", "evil.example.com/{}"]
    ELSEWHERE += ["evil.example.com#{}", "evil.example.com?{}", "evil.example.com\\{}", "127.0.0.1", "[::1]"]
    # Without the label in front, the suffix alone is nobody's host.
    ELSEWHERE += ["."]

    @pytest.mark.parametrize(("kind", "name", "host"), PINNED)
    @pytest.mark.parametrize("shape", ELSEWHERE)
    def test_is_pinned_by_its_suffix(self, actor: Actor, kind: str, name: str, host: str, shape: str) -> None:
        bare = host.partition(".")[2]
        body = BY_NAME[kind].create()
        at(body, CREDENTIALS)[name] = bare if shape == "." else shape.format("x" + bare if shape == "evil{}" else host)
        created = actor.request("POST", CONNECTIONS, body)
        if created.status == 201:
            answer = actor.act(created.json["data"]["id"], "GET", "/")
            assert answer.headers.get("Keyway-Error") in ("destination_refused", "not_configured"), answer.body
        else:
            assert created.status == 400
            assert created.pointers

    @pytest.mark.parametrize(("kind", "name", "host"), PINNED)
    def test_may_be_another_where_an_administrator_allows_it(
        self, actor: Actor, kind: str, name: str, host: str
    ) -> None:
        body = BY_NAME[kind].create()
        at(body, CREDENTIALS)[name] = "keyway.invalid"
        connection_id = actor.server.create(body)
        assert_own(actor.act(connection_id, "GET", "/"), "destination_refused")
        assert actor.set(connection_id, custom_domain=True).status == 200
        # No such name will ever be (RFC 6761); but it was looked up.
        assert_own(actor.act(connection_id, "GET", "/"), "upstream_unreachable")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pathlib.Path]:
    """An authority, and certificates of it for 127.0.0.1, for another name, and one that has ended."""
    place = tmp_path_factory.mktemp("certificates")
    today = datetime.datetime.now(datetime.UTC)
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Twins")])

    def write(name: str, subject: x509.GeneralName | None, days: int) -> None:
        key = ec.generate_private_key(ec.SECP256R1()) if subject else authority_key
        builder = x509.CertificateBuilder().issuer_name(authority).public_key(key.public_key())
        builder = builder.subject_name(x509.Name([]) if subject else authority)
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(today - datetime.timedelta(9))
        builder = builder.not_valid_after(today + datetime.timedelta(days))
        builder = builder.add_extension(x509.BasicConstraints(subject is None, None), critical=True)
        if subject:
            builder = builder.add_extension(x509.SubjectAlternativeName([subject]), critical=True)
        signed = builder.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        private = key.private_bytes(serialization.Encoding.PEM, *form)
        (place / f"{name}.pem").write_bytes(signed if subject is None else signed + private)

    loopback = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    write("authority", None, 9)
    write("right", loopback, 9)
    write("another", x509.DNSName("another.example.com"), 9)
    write("ended", loopback, -1)
    return {file.stem: file for file in place.iterdir()}


def over_tls(certificate: pathlib.Path, **versions: ssl.TLSVersion) -> HostileUpstream:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    for name, version in versions.items():
        setattr(context, name, version)
    return HostileUpstream(tls=context)


class TestTLS:
    def test_is_verified_against_the_operators_authorities(
        self, tmp_path: pathlib.Path, certificates: dict[str, pathlib.Path]
    ) -> None:
        options = ("--egress-allow", "127.0.0.0/8", "--egress-ca-file", str(certificates["authority"]))
        with acting(tmp_path, *options) as actor:
            with over_tls(certificates["right"]) as upstream:
                assert_proxied(actor.act(actor.connect(upstream), "GET", "/"))
                assert len(upstream.received) == 1
            for name in ("another", "ended"):
                with over_tls(certificates[name]) as upstream:
                    assert_own(actor.act(actor.connect(upstream), "GET", "/"), "upstream_unreachable")
                    assert upstream.received == []

    def test_is_verified_against_the_systems_authorities_else(
        self, tmp_path: pathlib.Path, certificates: dict[str, pathlib.Path]
    ) -> None:
        with acting(tmp_path, "--egress-allow", "127.0.0.0/8") as actor, over_tls(certificates["right"]) as upstream:
            assert_own(actor.act(actor.connect(upstream), "GET", "/"), "upstream_unreachable")
            assert upstream.received == []

    def test_is_not_spoken_with_plain_http(self, actor: Actor, upstream: Upstream) -> None:
        connection_id = actor.connect(upstream)
        assert actor.set(connection_id, base_url=upstream.origin.replace("http:", "https:")).status == 200
        assert_own(actor.act(connection_id, "GET", "/"), "upstream_unreachable")
        upstream.malformed.clear()  # The greeting of TLS is no HTTP.
        assert upstream.received == []
