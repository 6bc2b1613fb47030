"""The rules of a connection: what they allow passes, all else is refused before anything is opened or sent."""

from collections.abc import Iterator
from typing import Any

import pytest
from acting import TWINS, Actor, act_events, assert_clean, assert_own, assert_proxied, http_body
from harness import CONNECTIONS, status_of, wait_until
from people import STANDARD, service_account
from twins.hostile import HostileUpstream
from twins.vendors import VendorTwin


def rule(name: str = "the rule", **limits: Any) -> dict:
    """A rule with those limits; what it does not name, it does not limit."""
    return {"name": name, **limits}


@pytest.fixture
def twin() -> Iterator[VendorTwin]:
    with TWINS["OpenAIAPIKey"]() as twin:
        yield twin
        assert_clean(twin)


READ = rule("reading", methods=["GET", "HEAD"], paths=["/v1/models", "/v1/models/*"])
CHAT = rule(
    "chatting",
    methods=["POST"],
    paths=["/v1/chat/completions"],
    body=[{"pointer": "/model", "values": ["small", "smaller"]}, {"pointer": "/stream", "values": [False]}],
)
DEEP = rule("files", paths=["/v1/files/**"])
RULES = [READ, CHAT, DEEP]

ALLOWED = [
    ("GET", "/v1/models", None),
    ("HEAD", "/v1/models", None),
    ("GET", "/v1/models?limit=1", None),
    ("GET", "/v1/models/small", None),
    ("DELETE", "/v1/files/a/b/c", None),
    ("POST", "/v1/chat/completions", {"model": "small", "stream": False, "more": 1}),
    ("POST", "/v1/chat/completions", {"stream": False, "model": "smaller"}),
]
REFUSED = [
    ("POST", "/v1/models", None),
    ("DELETE", "/v1/models/small", None),
    ("GET", "/v1/models/", None),
    ("GET", "/v1/models/small/more", None),
    ("GET", "/v1/modelsx", None),
    ("GET", "/V1/models", None),
    ("GET", "/v1", None),
    ("GET", "/", None),
    ("GET", "/v2/models", None),
    ("GET", "/v1//models", None),
    ("GET", "/v1/chat/completions", None),
    ("POST", "/v1/chat/completions", None),
    ("POST", "/v1/chat/completions", {"model": "large", "stream": False}),
    ("POST", "/v1/chat/completions", {"model": "small"}),
    ("POST", "/v1/chat/completions", {"model": "small", "stream": "false"}),
    ("POST", "/v1/chat/completions", {"model": "small", "stream": True}),
    ("POST", "/v1/chat/completions", {"model": ["small"], "stream": False}),
    ("POST", "/v1/chat/completions", {"model": "small ", "stream": False}),
    ("POST", "/v1/chat/completions", {"nested": {"model": "small", "stream": False}}),
    ("POST", "/v1/chat/completions", [{"model": "small", "stream": False}]),
]
# Bodies that one reader may take for something else than another does.
AMBIGUOUS = [
    b'{"model":"small","stream":false,"model":"large"}',
    b'{"model":"large","model":"small","stream":false}',
    b'{"model":"small","stream":false,"\\u006dodel":"large"}',
    b'{"model":"small","stream":false}{"model":"large"}',
    b'{"model":"small","stream":false',
    b'\xef\xbb\xbf{"model":"small","stream":false}',
    b'{"model":"small\x00","stream":false}',
    b"model=small&stream=false",
    b"",
]
# Paths that a third party may read as another than the one that the rules saw.
CLIMBING = [
    "//v1/models",
    "/v1/models/../chat",
    "/v1/models/%2e%2e/chat",
    "/v1/models/%2E%2e/chat",
    "/v1/models/.%2e/chat",
    "/v1/models/./small",
    "/v1/models/%2e",
    "/v1/models/..",
    "/v1/files/../models/x/y",
    "/v1/files/%2e%2e%2f%2e%2e%2fadmin",
    "/v1/files/..%2fadmin",
    "/v1/files/..%5cadmin",
    "/v1/files/..\\admin",
    "/v1/files/a%00b",
    "/v1/files/a%0d%0aX-Evil:1",
    "/v1/files/%",
    "/v1/files/%zz",
    "/v1/files/..;/admin",
]


class TestRules:
    @pytest.mark.parametrize(("method", "path", "body"), ALLOWED)
    def test_let_pass_what_one_of_them_allows(
        self, actor: Actor, twin: VendorTwin, method: str, path: str, body: Any
    ) -> None:
        assert_proxied(actor.act(actor.connect(twin, rules=RULES), method, path, body))
        assert len(twin.received) == 1

    @pytest.mark.parametrize(("method", "path", "body"), REFUSED)
    def test_refuse_all_else(self, actor: Actor, twin: VendorTwin, method: str, path: str, body: Any) -> None:
        connection_id = actor.connect(twin, rules=RULES)
        assert_own(actor.act(connection_id, method, path, body), "rule_refused")
        assert_own(actor.plan(connection_id, method, path, body), "rule_refused")
        assert twin.received == []

    @pytest.mark.parametrize("body", AMBIGUOUS, ids=repr)
    def test_refuse_a_body_that_can_be_read_in_two_ways(self, actor: Actor, twin: VendorTwin, body: bytes) -> None:
        connection_id = actor.connect(twin, rules=RULES)
        answer = actor.act(connection_id, "POST", "/v1/chat/completions", body)
        assert answer.headers.get("Keyway-Error") in ("rule_refused", "bad_request"), answer.body
        assert twin.received == []

    @pytest.mark.parametrize("path", CLIMBING)
    def test_are_not_climbed_over(self, actor: Actor, twin: VendorTwin, path: str) -> None:
        """Refused, or passed on byte for byte where it cannot be misread; as here, where it can."""
        connection_id = actor.connect(twin, rules=RULES)
        received = actor.server.raw_request("GET", f"{CONNECTIONS}/{connection_id}/proxy{path}")
        assert status_of(received) in (400, 403, 404), received[:200]
        assert b"Keyway-Upstream-Status" not in received
        assert twin.received == []

    def test_tell_their_name(self, actor: Actor, twin: VendorTwin) -> None:
        answer = actor.act(actor.connect(twin, rules=[READ]), "POST", "/v1/models")
        assert_own(answer, "rule_refused")
        assert "reading" in answer.errors[0]["detail"]

    def test_that_only_observe_let_all_pass(self, actor: Actor, twin: VendorTwin) -> None:
        connection_id = actor.connect(twin, rules=RULES, mode="observe")
        offset = len(actor.server.log_text())
        request_id = actor.act(connection_id, "POST", "/v1/models").headers["X-Request-Id"]
        actor.plan(connection_id, "POST", "/v1/models")
        allowed = actor.act(connection_id, "GET", "/v1/models")
        assert_proxied(allowed)
        assert len(twin.received) == 2
        wait_until(lambda: allowed.headers["X-Request-Id"] in actor.server.log_text()[offset:])
        (line,) = (event for event in actor.server.events(offset) if event.get("event") == "rule observed")
        assert (line["request_id"], line["connection_id"]) == (request_id, connection_id)
        assert "reading" in line["would_refuse"]
        events = [event for event in act_events(actor.server.data_dir) if event["resource_id"] == connection_id]
        intents = [event["details"] for event in events if event["details"]["phase"] == "intent"]
        assert [intent.get("would_refuse") for intent in intents] == [line["would_refuse"], None]

    def test_that_are_none_let_all_pass(self, actor: Actor, twin: VendorTwin) -> None:
        for rules in ([], None):
            connection_id = actor.connect(twin, **({} if rules is None else {"rules": rules}))
            assert_proxied(actor.act(connection_id, "PATCH", "/anything/at/all"))

    def test_hold_for_the_principals_they_name(self, actor: Actor, twin: VendorTwin) -> None:
        keys = service_account(actor.server, STANDARD)
        named, other = Actor(actor.server, keys), actor
        rules = [rule("theirs", principals=[f"user:{keys.user_id}"], paths=["/v1/**"])]
        connection_id = actor.connect(twin, rules=rules)
        assert_proxied(named.act(connection_id, "GET", "/v1/models"))
        assert_own(other.act(connection_id, "GET", "/v1/models"), "rule_refused")
        assert_own(named.act(connection_id, "GET", "/v2/models"), "rule_refused")
        assert len(twin.received) == 1

    def test_change_at_once(self, actor: Actor, twin: VendorTwin) -> None:
        connection_id = actor.connect(twin)
        assert_proxied(actor.act(connection_id, "POST", "/v1/models"))
        assert actor.set(connection_id, base_url=twin.base_url, rules=RULES).status == 200
        assert_own(actor.act(connection_id, "POST", "/v1/models"), "rule_refused")

    def test_match_what_is_sent_and_not_what_is_meant(self, actor: Actor, twin: VendorTwin) -> None:
        """An escape that need not be: decoded for the rule, sent as it came."""
        connection_id = actor.connect(twin, rules=RULES)
        answer = actor.act(connection_id, "GET", "/v1/model%73")
        if answer.headers.get("Keyway-Error"):
            assert_own(answer, "rule_refused")
            assert twin.received == []
        else:
            assert_proxied(answer)
            assert twin.received[0].target == "/v1/model%73"


class TestARuleOnTheBody:
    """It judges the headers that are sent, not those that came."""

    GOOD = b'{"model":"small","stream":false}'

    @pytest.mark.parametrize(
        "lines",
        [
            ["Content-Type: application/json", "Connection: content-type"],
            ["Content-Type: application/json", "Connection: close, Content_Type"],
            ["Content-Type: application/json", "Content_Type: application/x-www-form-urlencoded"],
            ["Content-Type: application/json", "CONTENT.TYPE: application/x-www-form-urlencoded"],
            ["Content-Type: application/json", "Content-Type: text/plain"],
            ["Content-Type: application/json", "Content_Encoding: gzip"],
            ["Content-Type: application/json", "Content-Encoding: gzip"],
            ["Content-Type: application/x-www-form-urlencoded+json"],
            ["Content-Type: text/json"],
            [],
        ],
        ids=str,
    )
    def test_refuses_a_body_that_may_be_read_otherwise(self, actor: Actor, twin: VendorTwin, lines: list[str]) -> None:
        connection_id = actor.connect(twin, rules=RULES)
        target = f"{CONNECTIONS}/{connection_id}/proxy/v1/chat/completions"
        length = f"Content-Length: {len(self.GOOD)}"
        keep_alive = any(line.startswith("Connection") for line in lines)
        received = actor.server.raw_request("POST", target, *lines, length, body=self.GOOD, keep_alive=keep_alive)
        assert status_of(received) in (400, 403), received[:300]
        assert b"Keyway-Upstream-Status" not in received
        assert twin.received == []

    def test_lets_the_same_body_pass_with_its_media_type(self, actor: Actor, twin: VendorTwin) -> None:
        connection_id = actor.connect(twin, rules=RULES)
        for media_type in ("application/json", "application/vnd.api+json; charset=utf-8"):
            headers = {"Content-Type": media_type}
            assert_proxied(actor.act(connection_id, "POST", "/v1/chat/completions", self.GOOD, headers))

    def test_judges_the_media_type_that_the_connection_sets(self, actor: Actor) -> None:
        body = [{"pointer": "/model", "values": ["small"]}]
        limits = {"rules": [rule(paths=["/**"], body=body)]}
        with HostileUpstream() as upstream:
            form = actor.server.create(
                http_body(
                    upstream.origin,
                    headers=[{"name": "Content_Type", "value": "application/x-www-form-urlencoded"}],
                )
            )
            assert actor.set(form, **limits).status == 200
            assert_own(actor.act(form, "POST", "/", self.GOOD), "rule_refused")
            assert upstream.received == []
            content = {"content": '{"model":"small"}', "content_type": "application/json"}
            configured = actor.server.create(http_body(upstream.origin, body=content))
            assert actor.set(configured, **limits).status == 200
            assert_proxied(actor.act(configured, "POST", "/"))
            assert upstream.received[-1].body == b'{"model":"small"}'


class TestARuleOnMethods:
    def test_does_not_let_a_form_override_them(self, actor: Actor, twin: VendorTwin) -> None:
        connection_id = actor.connect(twin, rules=[rule(methods=["POST"], paths=["/v1/**"])])
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert_own(actor.act(connection_id, "POST", "/v1/x", b"a=b&_method=DELETE", form), "rule_refused")
        target = f"{CONNECTIONS}/{connection_id}/proxy/v1/x"
        received = actor.server.raw_request("POST", target, "Content-Length: 14", body=b"_method=DELETE")
        assert status_of(received) == 403, received[:300]
        assert twin.received == []
        assert_proxied(actor.act(connection_id, "POST", "/v1/x", b"a=b", form))


class TestARuleThatDenies:
    RULES = [
        rule("no files", effect="deny", paths=["/v1/files/**"]),
        rule("no deletion", effect="deny", methods=["DELETE"], paths=["/**"]),
        rule("no large model", effect="deny", paths=["/**"], body=[{"pointer": "/model", "values": ["large"]}]),
        rule("all", paths=["/**"]),
    ]

    @pytest.mark.parametrize(
        "target",
        [
            "/v1/files/7",
            "/v1/files",
            "/V1/Files/7",
            "/v1/%66iles/7",
            "/v1/%2566iles/7",
            "/v1%2ffiles/7",
            "/v1/files;x=1/7",
            "/v1//files/7",
            "/v1/files/",
            "/v1/files/%E2%82%AC",
        ],
    )
    def test_holds_however_the_path_is_spelled(self, actor: Actor, twin: VendorTwin, target: str) -> None:
        connection_id = actor.connect(twin, rules=self.RULES)
        received = actor.server.raw_request("GET", f"{CONNECTIONS}/{connection_id}/proxy{target}")
        assert status_of(received) == 403, received[:300]
        assert b"Keyway-Error: rule_refused" in received
        assert twin.received == []
        denied = actor.plan(connection_id, "GET", "/v1/files/7")
        assert_own(denied, "rule_refused")
        assert "no files" in denied.errors[0]["detail"]

    def test_holds_for_methods_and_bodies_that_may_be_read_so(self, actor: Actor, twin: VendorTwin) -> None:
        connection_id = actor.connect(twin, rules=self.RULES)
        form = {"Content-Type": "multipart/form-data; boundary=b"}
        parts = b'--b\r\nContent-Disposition: form-data; name="_method"\r\n\r\nDELETE\r\n--b--\r\n'
        for method, body, headers in [
            ("DELETE", None, {}),
            ("POST", b'{"_method":"DELETE"}', {"Content-Type": "application/json"}),
            ("POST", parts, form),
            ("POST", {"model": "large"}, {}),
            ("POST", {"MODEL": "Large"}, {}),
            ("POST", b"model=small", {"Content-Type": "text/plain"}),
        ]:
            assert_own(actor.act(connection_id, method, "/v1/models", body, headers), "rule_refused")
        assert twin.received == []
        assert_proxied(actor.act(connection_id, "POST", "/v1/models", {"model": "small"}))

    def test_is_shown_by_dry_runs_and_settings(self, actor: Actor, twin: VendorTwin) -> None:
        connection_id = actor.connect(twin, rules=self.RULES)
        plan = actor.plan(connection_id, "GET", "/v1/models").json["data"]["attributes"]
        assert (plan["rule"], plan["effect"]) == ("all", "allow")
        assert [each.get("effect") for each in actor.settings(connection_id)["rules"]] == ["deny"] * 3 + [None]

    def test_is_lifted_by_those_alone_who_may(self, actor: Actor, twin: VendorTwin) -> None:
        connection_id = actor.connect(twin, rules=self.RULES)
        editor = Actor(actor.server, service_account(actor.server, STANDARD))
        settings = actor.settings(connection_id)
        for looser in ({**settings, "rules": []}, {**settings, "mode": "observe"}, {"base_url": twin.base_url}):
            refused = editor.set(connection_id, **looser)
            assert refused.status == 403, refused.body
            assert "connections_rules_loosen" in refused.errors[0]["detail"]
        assert editor.set(connection_id, **{**settings, "rate": 7}).status == 200
        assert_own(actor.act(connection_id, "GET", "/v1/files"), "rule_refused")
        assert actor.set(connection_id, **{**settings, "rules": []}).status == 200
        assert_proxied(actor.act(connection_id, "GET", "/v1/models"))


class TestSemicolonsInAQuery:
    @pytest.fixture
    def keyed(self, actor: Actor) -> Iterator[tuple[str, HostileUpstream]]:
        with HostileUpstream() as upstream:
            token = {"name": "k", "type": "SECRET", "value": "a-secret-of-mine"}
            parameter = {"name": "key", "value": "{{ k }}"}
            body = http_body(upstream.origin, tokens=[token], url_parameters=[parameter])
            yield actor.server.create(body), upstream

    @pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
    @pytest.mark.parametrize("query", ["filter=state:open;key=7&page=2", "key=1;filter=open", "a;%6bEY=1"])
    def test_beside_a_parameter_of_the_connections_are_refused(
        self, actor: Actor, keyed: tuple[str, HostileUpstream], method: str, query: str
    ) -> None:
        connection_id, upstream = keyed
        assert_own(actor.act(connection_id, method, f"/things?{query}"), "bad_request")
        assert upstream.received == []

    @pytest.mark.parametrize("query", ["filter=a;b", "a=1;b=2", ";", "a=x%3Bkey=1"])
    def test_are_sent_as_they_came(self, actor: Actor, keyed: tuple[str, HostileUpstream], query: str) -> None:
        connection_id, upstream = keyed
        assert_proxied(actor.act(connection_id, "DELETE", f"/things?{query}"))
        assert upstream.received[-1].target == f"/things?{query}&key=a-secret-of-mine"
