"""Acting through every integration, against twins that verify what the third parties verify."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from acting import (
    MASK,
    TWINS,
    Actor,
    assert_clean,
    assert_own,
    assert_proxied,
    connection_body,
    http_body,
)
from harness import CONNECTIONS, UNKNOWN_ID, Answer, Keys, wait_until
from people import READER, STANDARD, service_account
from twins.tokens import TokensTwin
from twins.twin import Twin
from twins.vendors import VENDORS, Vendor, VendorTwin, vendor_twin

METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "PURGE"]
STATUSES = [200, 201, 202, 204, 300, 301, 302, 304, 307, 400, 402, 403, 404, 405, 409, 418, 422, 429]
STATUSES += [500, 502, 503, 504, 599]
# A refused credential is answered with 403 by these, whatever the body.
SAYS_FORBIDDEN = {"DatadogAPIKey"}


@pytest.fixture(params=TWINS)
def twin(request: pytest.FixtureRequest) -> Iterator[Twin]:
    """One of each kind, in its turn."""
    with TWINS[request.param]() as twin:
        yield twin
        assert_clean(twin)


@pytest.fixture
def openai() -> Iterator[VendorTwin]:
    """One that is as simple as can be."""
    with TWINS["OpenAIAPIKey"]() as twin:
        yield twin


def echo(answer) -> dict:
    """The request as the twin says it came."""
    assert_proxied(answer)
    return answer.json


class TestEveryIntegration:
    def test_acts(self, actor: Actor, twin: Twin) -> None:
        connection_id = actor.connect(twin)
        sends_its_own = isinstance(twin, TokensTwin) and twin.content_type
        body = None if sends_its_own else {"a": "ü"}
        for number in range(2):
            came = echo(actor.act(connection_id, "POST", f"/echo/{number}/a%2Fb;c?x=%20&y&z=1", body, {"X-Own": "1"}))
            target = f"{twin.base}/echo/{number}/a%2Fb;c?x=%20&y&z=1"
            assert came["method"] == "POST"
            assert came["target"].startswith(target)
            assert isinstance(twin, TokensTwin) or came["target"] == target
            assert ["X-Own", "1"] in came["headers"]
            assert sends_its_own or json.loads(came["body"]) == body
        assert_clean(twin)

    def test_tells_wrong_credentials_from_right_ones(self, actor: Actor, twin: Twin) -> None:
        assert actor.test(actor.connect(twin))["result"] == "valid"
        found = actor.test(actor.connect(twin, wrong=True))
        assert found["result"] == "invalid"
        assert twin.received, "the probe is real"

    def test_shows_the_plan_without_a_secret_and_sends_nothing(self, actor: Actor, twin: Twin) -> None:
        connection_id = actor.connect(twin)
        sends_its_own = isinstance(twin, TokensTwin) and twin.content_type
        body = None if sends_its_own else b"12345"
        answer = actor.plan(connection_id, "PUT", "/echo/a%2Fb?x=1", body, **{"X-Own": "1"})
        assert answer.status == 200, answer.body
        assert answer.headers.get_all("Keyway-Upstream-Status") is None
        data = answer.json["data"]
        plan = data["attributes"]
        assert data["type"] == "act_plan"
        assert plan["method"] == "PUT"
        assert plan["url"].startswith(f"{twin.base_url}/echo/a%2Fb?x=1")
        assert sends_its_own or plan["body_bytes"] == 5
        headers = {header["name"].lower(): header["value"] for header in plan["headers"]}
        assert headers["x-own"] == "1"
        assert any(MASK in value for value in headers.values())
        assert not any(name.startswith(("dd-", "keyway-")) for name in headers.keys() - twin.allowed)
        if isinstance(twin, VendorTwin):
            assert {name.lower() for name in {**twin.expected, **twin.vendor.versions}} <= headers.keys()
        for secret in (*twin.credentials(), *(twin.tokens.values() if isinstance(twin, TokensTwin) else ())):
            assert secret not in answer.body.decode()
        assert twin.received == []


class TestATest:
    @pytest.mark.parametrize("vendor", VENDORS, ids=str)
    @pytest.mark.parametrize(("mode", "result"), [(403, "valid_but_forbidden"), (429, "throttled")])
    def test_tells_what_the_third_party_means(self, actor: Actor, vendor: Vendor, mode: int, result: str) -> None:
        with vendor_twin(vendor) as twin:
            twin.mode = mode
            found = actor.test(actor.connect(twin))
            assert found["result"] == ("invalid" if mode == 403 and vendor.kind in SAYS_FORBIDDEN else result)
            assert found["status"] == mode

    @pytest.mark.parametrize(
        ("state", "result"), [("active", "valid"), ("disabled", "invalid"), ("expired", "invalid")]
    )
    def test_understands_what_cloudflare_says_of_a_token(self, actor: Actor, state: str, result: str) -> None:
        with TWINS["CloudflareAPIToken"]() as twin:
            twin.state = state
            found = actor.test(actor.connect(twin))
            assert (found["result"], found["status"]) == (result, 200)

    @pytest.mark.parametrize("name", TWINS)
    def test_says_when_nobody_is_there(self, actor: Actor, name: str) -> None:
        with TWINS[name]() as twin:
            connection_id = actor.connect(twin)
        found = actor.test(connection_id)
        assert (found["result"], found["status"]) == ("unreachable", None)

    def test_of_the_http_integration_needs_a_path(self, actor: Actor) -> None:
        with TokensTwin() as twin:
            connection_id = actor.server.create(connection_body(twin))
            assert_own(actor.request("POST", f"{CONNECTIONS}/{connection_id}/test"), "not_configured")
            assert actor.set(connection_id, probe_path="/status/401").status == 200
            assert actor.test(connection_id)["result"] == "invalid"
            assert actor.set(connection_id, probe_path="/status/204").status == 200
            assert actor.test(connection_id)["result"] == "valid"


class TestTheRequest:
    @pytest.mark.parametrize("method", METHODS)
    def test_keeps_its_method(self, actor: Actor, openai: VendorTwin, method: str) -> None:
        body = b"a body" if method in ("POST", "PUT", "PATCH", "DELETE") else None
        answer = actor.act(actor.connect(openai), method, "/echo", body)
        assert_proxied(answer)
        assert (openai.received[0].method, openai.received[0].body) == (method, body or b"")
        assert (answer.body == b"") == (method == "HEAD")

    @pytest.mark.parametrize("method", ["TRACE", "CONNECT"])
    def test_is_refused_where_its_method_would_reflect_or_tunnel(
        self, actor: Actor, openai: VendorTwin, method: str
    ) -> None:
        assert actor.act(actor.connect(openai), method, "/echo").status in (400, 405, 501)
        assert openai.received == []

    @pytest.mark.parametrize(
        "body",
        [b"", b"\0", b"\xff\xfe\r\n\r\n", bytes(range(256)) * 2000, b'{"a":1,"a":2}', b"{not json"],
        ids=["empty", "NUL", "not UTF-8", "500 KB", "a duplicate name", "no JSON"],
    )
    def test_keeps_its_body(self, actor: Actor, openai: VendorTwin, body: bytes) -> None:
        headers = {"Content-Type": "application/x-own"}
        came = echo(actor.act(actor.connect(openai), "POST", "/echo", body, headers))
        assert came["body"].encode("latin-1") == body
        assert ["Content-Type", "application/x-own"] in came["headers"]

    @pytest.mark.parametrize(
        "target",
        ["/echo/", "/echo//x", "/echo/%C3%BC", "/echo/a+b%20c", "/echo/:@!$&'()*,;=~", "/echo?a=b?c/d&&%26"],
    )
    def test_keeps_its_target_byte_for_byte(self, actor: Actor, openai: VendorTwin, target: str) -> None:
        assert echo(actor.act(actor.connect(openai), "GET", target))["target"] == target

    def test_loses_what_is_no_business_of_the_third_party(self, actor: Actor, openai: VendorTwin) -> None:
        lost = {
            "Accept-Encoding": "br, zstd",
            "Connection": "X-Hop",
            "Cookie": "session=1",
            "DD-Anything": "1",
            "Keep-Alive": "timeout=5",
            "Keyway-Anything": "1",
            "Proxy-Authorization": "Basic eDp5",
            "TE": "trailers",
            "X-Hop": "1",
        }
        kept = {"Accept": "text/x-own", "X-Own": "1", "User-Agent": "own/1", "If-None-Match": '"tag"', "Origin": "null"}
        came = echo(actor.act(actor.connect(openai), "GET", "/echo", headers=lost | kept))
        names = [name.lower() for name, _ in came["headers"]]
        headers = {name.lower(): value for name, value in came["headers"]}
        assert len(names) == len(headers), "none stands there twice"
        for name, value in lost.items():
            assert headers.get(name.lower()) != value, name
        for name, value in kept.items():
            assert headers[name.lower()] == value
        assert headers["host"] == openai.authority
        assert_clean(openai)

    @pytest.mark.parametrize("vendor", VENDORS, ids=str)
    def test_cannot_bring_credentials_of_its_own(self, actor: Actor, vendor: Vendor) -> None:
        """A caller's header of that name is refused or replaced: what arrives is what is stored, once."""
        with vendor_twin(vendor) as twin:
            connection_id = actor.connect(twin)
            for name in twin.expected:
                if name.lower().startswith("dd-"):  # Those are the caller's own keys for Keyway.
                    continue
                answer = actor.act(connection_id, "GET", "/echo", headers={name.upper(): "Bearer of-the-caller"})
                if answer.headers.get("Keyway-Error"):
                    assert_own(answer, "bad_request")
                else:
                    assert_proxied(answer)
                    assert "of-the-caller" not in json.dumps(answer.json["headers"])
            assert_clean(twin)

    def test_of_configcat_carries_the_sdk_key_where_it_is_asked_for(self, actor: Actor) -> None:
        with TWINS["ConfigCatSDKKey"]() as twin:
            connection_id = actor.connect(twin)
            for path in ("/v1/settings/a-key/value", "/v2/settings/a-key/value", "/v1/settings/1", "/v1/products"):
                assert_proxied(actor.act(connection_id, "GET", path))
            assert_clean(twin)

    def test_with_an_unknown_placeholder_cannot_be_made(self, actor: Actor) -> None:
        with TokensTwin() as twin:
            fields = twin.credentials_body()
            index = len(fields["headers"])
            fields["headers"] = [*fields["headers"], {"name": "X-Unknown", "value": "{{ unknown }}"}]
            answer = actor.request("POST", CONNECTIONS, http_body(twin.base_url, **fields))
            assert answer.status == 400
            assert "unknown" in answer.errors[0]["detail"]
            assert answer.pointers == {f"/data/attributes/integration/credentials/headers/{index}/value"}


class TestTheAnswer:
    @pytest.mark.parametrize("status", STATUSES)
    def test_keeps_its_status(self, actor: Actor, openai: VendorTwin, status: int) -> None:
        answer = actor.act(actor.connect(openai), "GET", f"/status/{status}")
        assert_proxied(answer, status)
        assert status in (204, 304) or answer.json == {"status": status}
        assert len(openai.received) == 1

    def test_keeps_its_body(self, actor: Actor, openai: VendorTwin) -> None:
        answer = actor.act(actor.connect(openai), "GET", "/bytes/1000000")
        assert_proxied(answer)
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.body == (bytes(range(256)) * 3907)[:1_000_000]

    def test_streams(self, actor: Actor, openai: VendorTwin) -> None:
        """The first piece is there before the second is sent."""
        connection_id = actor.connect(openai)
        connection = actor.server.connect()
        path = f"{CONNECTIONS}/{connection_id}/proxy/paused/10"
        connection.request("GET", path, headers=actor.server.keys.headers)
        response = connection.getresponse()
        first = response.read1()
        assert first.startswith(b"piece 0\n")
        openai.release.set()
        assert (first + response.read()).splitlines() == [b"piece %d" % number for number in range(10)]
        connection.close()

    def test_ends_upstream_when_the_caller_leaves(self, actor: Actor, openai: VendorTwin) -> None:
        connection_id = actor.connect(openai, concurrency=1)
        connection = actor.server.connect()
        target = f"{CONNECTIONS}/{connection_id}/proxy/stream/1000000"
        connection.request("GET", target, headers=actor.server.keys.headers)
        assert connection.getresponse().read1()
        connection.close()
        wait_until(lambda: actor.act(connection_id, "GET", "/echo").status != 429, "the end of an act for nobody")

    def test_has_a_request_id_of_its_own(self, actor: Actor, openai: VendorTwin) -> None:
        connection_id = actor.connect(openai)
        ids = {actor.act(connection_id, "GET", "/echo").headers["X-Request-Id"] for _ in range(5)}
        assert len(ids) == 5

    def test_tells_the_errors_of_keyway_from_those_of_the_third_party(self, actor: Actor) -> None:
        with TWINS["OpenAIAPIKey"]() as twin:
            connection_id = actor.connect(twin)
            for status in (400, 403, 404, 429, 502, 503, 504):
                assert_proxied(actor.act(connection_id, "GET", f"/status/{status}"), status)
        answer = actor.act(connection_id, "GET", "/echo")
        assert_own(answer, "upstream_unreachable")
        assert twin.vendor.secrets["api_token"].encode() not in answer.body

    def test_of_an_unknown_connection_is_not_there(self, actor: Actor) -> None:
        for method, path in [("GET", "/proxy/echo"), ("POST", "/test"), ("GET", "/settings")]:
            answer = actor.request(method, f"{CONNECTIONS}/{UNKNOWN_ID}{path}")
            assert answer.status == 404
            assert answer.headers.get("Keyway-Upstream-Status") is None


class TestARefusalOfTheEngine:
    """It comes before anyone knows that the request is an act, and is told from a third party's answer all the same."""

    def test_of_a_body_that_is_too_long(self, actor: Actor, openai: VendorTwin) -> None:
        # Announced, not sent: beyond the operator's limit.
        path = f"{CONNECTIONS}/{actor.connect(openai)}/proxy/echo"
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {(5 << 30) + 1}\r\n"
        keys = "".join(f"{name}: {value}\r\n" for name, value in actor.server.keys.headers.items())
        answer = actor.server.raw(f"{head}{keys}\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 413")
        assert b"Keyway-Error: body_too_large" in answer
        assert openai.received == []

    def test_of_a_path_that_climbs(self, actor: Actor, openai: VendorTwin) -> None:
        connection_id = actor.connect(openai)
        assert_own(actor.act(connection_id, "GET", "/../../echo"), "bad_request")
        assert openai.received == []

    def test_of_a_path_that_is_none_of_ours(self, actor: Actor, openai: VendorTwin) -> None:
        assert_own(actor.request("GET", f"{CONNECTIONS}/{actor.connect(openai)}/proxi/echo"), "not_found")


class TestWhoMayAct:
    ROUTES = [("GET", "/proxy/echo"), ("POST", "/proxy/echo"), ("POST", "/test")]

    def refused(self, actor: Actor, openai: VendorTwin, keys: Keys) -> None:
        connection_id = actor.connect(openai)
        for method, path in self.ROUTES:
            answer = Actor(actor.server, keys).request(method, f"{CONNECTIONS}/{connection_id}{path}")
            assert answer.status == 403
            assert answer.headers.get("Keyway-Upstream-Status") is None
        assert openai.received == []

    def test_a_reader_may_not(self, actor: Actor, openai: VendorTwin) -> None:
        self.refused(actor, openai, service_account(actor.server, READER))

    def test_an_unregistered_key_may_not(self, actor: Actor, openai: VendorTwin) -> None:
        self.refused(actor, openai, service_account(actor.server, STANDARD, registered=False))

    def test_a_key_without_the_scope_may_not(self, actor: Actor, openai: VendorTwin) -> None:
        keys = service_account(actor.server, STANDARD, scopes=["connections_read", "connections_write"])
        self.refused(actor, openai, keys)

    def test_a_resolver_may(self, actor: Actor, openai: VendorTwin) -> None:
        keys = service_account(actor.server, STANDARD, scopes=["connections_resolve"])
        connection_id = actor.connect(openai)
        resolver = Actor(actor.server, keys)
        assert_proxied(resolver.act(connection_id, "GET", "/echo"))
        assert resolver.test(connection_id)["result"] == "valid"

    @pytest.mark.parametrize("relation", [None, "viewer", "resolver", "editor"])
    def test_a_policy_decides_for_every_route(self, actor: Actor, openai: VendorTwin, relation: str | None) -> None:
        """Each route needs a relation, and whoever has a greater one may do it, too."""
        keys = service_account(actor.server, STANDARD)
        caller, connection_id = Actor(actor.server, keys), actor.connect(openai)
        bindings = [{"relation": "editor", "principals": [f"user:{actor.server.keys.user_id}"]}]
        if relation:
            bindings.append({"relation": relation, "principals": [f"user:{keys.user_id}"]})
        resource = f"connection:{connection_id}"
        data = {"id": resource, "type": "restriction_policy", "attributes": {"bindings": bindings}}
        assert actor.request("POST", f"/api/v2/restriction_policy/{resource}", {"data": data}).status == 200
        put = {"base_url": openai.base_url, "custom_domain": True}
        settings = {"data": {"id": connection_id, "type": "connection_settings", "attributes": put}}
        rename = {"data": {"type": "action_connection", "attributes": {"name": "renamed"}}}
        matrix = [
            ("viewer", "GET", "", None, {}),
            ("viewer", "GET", "/settings", None, {}),
            ("resolver", "GET", "/proxy/echo", None, {}),
            ("resolver", "POST", "/proxy/echo", b"x", {}),
            ("resolver", "GET", "/proxy/echo", None, {"Keyway-Dry-Run": "true"}),
            ("resolver", "POST", "/test", None, {}),
            ("editor", "PUT", "/settings", settings, {}),
            ("editor", "PATCH", "", rename, {}),
            ("editor", "DELETE", "", None, {}),
        ]
        order = [None, "viewer", "resolver", "editor"]
        for needed, method, path, body, headers in matrix:
            answer = caller.request(method, f"{CONNECTIONS}/{connection_id}{path}", body, headers)
            may = order.index(relation) >= order.index(needed)
            assert (answer.status in (200, 204)) == may, (method, path, answer.status, answer.body)
            assert may or answer.status == 403, (method, path)
        assert len(openai.received) == (3 if relation in ("resolver", "editor") else 0)

    def test_wrong_keys_send_nothing(self, actor: Actor, openai: VendorTwin) -> None:
        connection_id = actor.connect(openai)
        answer = actor.act(connection_id, "GET", "/echo", headers={"DD-API-KEY": "0" * 32})
        assert answer.status == 403
        assert openai.received == []


class TestSettings:
    def test_come_back_as_they_were_put(self, actor: Actor, openai: VendorTwin) -> None:
        rule = {"name": "models", "methods": ["GET"], "paths": ["/v1/models"]}
        put = {"base_url": openai.base_url, "probe_path": "/v1/models", "mode": "observe", "rules": [rule]}
        connection_id = actor.connect(openai)
        answer = actor.set(connection_id, **put)
        assert answer.status == 200, answer.body
        assert put.items() <= actor.settings(connection_id).items()
        assert actor.set(connection_id, base_url=openai.base_url).status == 200
        left = actor.settings(connection_id)
        assert left["base_url"] == openai.base_url
        assert "probe_path" not in left
        assert (left.get("mode", "enforce"), left.get("rules", [])) == ("enforce", [])

    @pytest.mark.parametrize(
        "attributes",
        [
            {"unknown": 1},
            {"base_url": 1},
            {"base_url": "ftp://127.0.0.1"},
            {"base_url": "http://user:password@127.0.0.1"},
            {"base_url": "http://127.0.0.1/?q"},
            {"base_url": "http://127.0.0.1/../x"},
            {"base_url": "http://127.0.0.1\r\nX: 1"},
            {"mode": "sometimes"},
            {"rules": [{}]},
            {"concurrency": 0},
            {"concurrency": "many"},
            {"probe_path": "no/slash"},
            {"token_url": "http://127.0.0.1/token"},
        ],
        ids=str,
    )
    def test_that_make_no_sense_are_refused(self, actor: Actor, openai: VendorTwin, attributes: dict) -> None:
        connection_id = actor.connect(openai)
        answer = actor.set(connection_id, **attributes)
        assert answer.status == 400, answer.body
        assert answer.pointers
        assert actor.settings(connection_id)["base_url"] == openai.base_url

    def test_that_move_a_secret_need_the_right_to(self, actor: Actor, openai: VendorTwin) -> None:
        connection_id = actor.connect(openai)
        standard = Actor(actor.server, service_account(actor.server, STANDARD))
        with TWINS["OpenAIAPIKey"]() as other:
            assert standard.set(connection_id, base_url=other.base_url).status == 403
            assert standard.set(connection_id, base_url=openai.base_url, concurrency=2).status == 200
            assert_proxied(standard.act(connection_id, "GET", "/echo"))
            assert other.received == []
            assert actor.set(connection_id, base_url=other.base_url).status == 200
            assert_proxied(standard.act(connection_id, "GET", "/echo"))
            assert len(other.received) == 1

    @pytest.mark.parametrize("vendor", [vendor for vendor in VENDORS if vendor.versions], ids=str)
    def test_name_the_version_of_an_api(self, actor: Actor, vendor: Vendor) -> None:
        versions = dict.fromkeys(vendor.versions, "2099-01-01")
        with vendor_twin(replace(vendor, versions=versions)) as twin:
            assert_proxied(actor.act(actor.connect(twin, api_version="2099-01-01"), "GET", "/echo"))


class TestLimits:
    def test_acts_at_the_same_time_are_refused_beyond_a_number(self, actor: Actor, openai: VendorTwin) -> None:
        connection_id = actor.connect(openai, concurrency=2)
        with ThreadPoolExecutor(2) as pool:
            held = [pool.submit(actor.act, connection_id, "GET", "/held") for _ in range(2)]
            wait_until(lambda: len(openai.received) == 2)
            assert_own(actor.act(connection_id, "GET", "/echo"), "too_many_acts")
            assert len(openai.received) == 2
            other = actor.connect(openai)
            assert_proxied(actor.act(other, "GET", "/echo"))
            openai.release.set()
            for answer in held:
                assert_proxied(answer.result())
        assert_proxied(actor.act(connection_id, "GET", "/echo"))

    def test_acts_are_refused_beyond_a_rate(self, actor: Actor, openai: VendorTwin) -> None:
        connection_id = actor.connect(openai, rate=1)
        answers: list[Answer] = []

        def act(_: int) -> None:
            answers.append(actor.act(connection_id, "GET", "/echo"))

        def refuses_a_test() -> bool:
            answers.append(actor.request("POST", f"{CONNECTIONS}/{connection_id}/test"))
            return answers[-1].headers.get("Keyway-Error") == "too_many_acts"

        act(0)
        assert_proxied(answers[0])
        with ThreadPoolExecutor(8) as pool:
            while all(answer.status == 200 for answer in answers):
                list(pool.map(act, range(32)))
        refused = [answer for answer in answers if answer.status != 200]
        for answer in refused:
            assert_own(answer, "too_many_acts")
        assert len(openai.received) == len(answers) - len(refused)
        wait_until(refuses_a_test, "a test that is refused")
        time.sleep(int(answers[-1].headers["Retry-After"]))
        assert_proxied(actor.act(connection_id, "GET", "/echo"))
