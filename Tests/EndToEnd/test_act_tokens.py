"""Act tokens: what they open, where they may stand, and what they never do."""

import os
import threading
from collections.abc import Iterator

import pytest
from acting import LOOPBACK, TWINS, Actor, act_events, assert_own, assert_proxied, http_body
from harness import CONNECTIONS, UNKNOWN_ID, Answer, Keys, Server, send, wait_until
from people import STANDARD, service_account
from stores import files
from tokens import ACT_TOKENS, act_token, act_token_body, basic, bearer, personal_token, request, text
from twins.vendors import VendorTwin

MANY = 20_000 if os.environ.get("KEYWAY_LONG") else 500


@pytest.fixture
def openai() -> Iterator[VendorTwin]:
    with TWINS["OpenAIAPIKey"]() as twin:
        yield twin


def act(
    actor: Actor, connection: str, headers: dict[str, str], method: str = "GET", path: str = "/echo", body=None
) -> Answer:
    return request(actor.server, method, f"{CONNECTIONS}/{connection}/proxy{path}", headers, body)


def came(answer: Answer) -> str:
    """All that the third party got, as a text."""
    assert_proxied(answer)
    return str(answer.json)


class TestPlaces:
    @pytest.mark.parametrize(
        "form",
        ["Bearer {}", "bearer {}", "SSWS {}", "SSWS{}", "{}", "Token {}", 'Token token="{}"', "GenieKey {}"],
    )
    def test_any_form_of_authorization(self, actor: Actor, openai: VendorTwin, form: str) -> None:
        connection = actor.connect(openai)
        token = text(act_token(actor.server, connection))
        assert token not in came(act(actor, connection, {"Authorization": form.format(token)}))

    @pytest.mark.parametrize("header", ["Authorization", "Proxy-Authorization"])
    def test_user_or_password_of_basic(self, actor: Actor, openai: VendorTwin, header: str) -> None:
        connection = actor.connect(openai)
        token = text(act_token(actor.server, connection))
        for value in (basic(token, ""), basic(token, "X"), basic("user", token), basic(token, token)):
            assert token not in came(act(actor, connection, {header: value}))

    @pytest.mark.parametrize(
        ("kind", "header"),
        [
            ("AnthropicAPIKey", "x-api-key"),
            ("GitlabAPIKey", "PRIVATE-TOKEN"),
            ("FastlyAPIKey", "Fastly-Key"),
            ("GreyNoiseAPIKey", "key"),
            ("VirusTotalAPIKey", "X-Apikey"),
            ("CircleCIAPIKey", "Circle-Token"),
            ("DatadogAPIKey", "DD-API-KEY"),
            ("GeminiAPIKey", "x-goog-api-key"),
        ],
    )
    def test_the_integrations_own_header(self, actor: Actor, kind: str, header: str) -> None:
        with TWINS[kind]() as twin:
            connection = actor.connect(twin)
            token = text(act_token(actor.server, connection))
            assert token not in came(act(actor, connection, {header: token}))

    def test_the_integrations_own_query_parameter(self, actor: Actor) -> None:
        with TWINS["GeminiAPIKey"]() as twin:
            connection = actor.connect(twin)
            token = text(act_token(actor.server, connection))
            answer = act(actor, connection, {}, path=f"/echo?a=1&key={token}&b=2")
            assert token not in came(answer)
            assert answer.json["target"].endswith("/echo?a=1&b=2")

    def test_a_token_elsewhere_in_the_head_is_refused_and_goes_nowhere(self, actor: Actor, openai: VendorTwin) -> None:
        connection = actor.connect(openai)
        token = text(act_token(actor.server, connection))
        before = len(openai.received)
        proof = bearer(token)
        for headers, path in [
            (proof | {"X-Note": f"see {token}"}, "/echo"),
            (proof | {"Cookie": f"a={token}"}, "/echo"),
            (proof | {"PRIVATE-TOKEN": token}, "/echo"),
            (proof | {"User-Agent": token[:20]}, "/echo"),
            (proof, f"/echo?q={token}"),
            (proof, f"/echo?{token}"),
            (proof, f"/echo/{token}"),
            ({"PRIVATE-TOKEN": token}, "/echo"),
            ({"X-Note": token}, "/echo"),
        ]:
            answer = act(actor, connection, headers, path=path)
            assert answer.status in (400, 403), (headers.keys(), path)
            assert answer.headers["Keyway-Error"], "it is an act's error"
            assert token.encode() not in answer.body
        with_keys = actor.act(connection, "GET", "/echo", None, {"X-Note": token})
        assert with_keys.status == 400, "beside keys as well"
        assert len(openai.received) == before

    def test_several_must_be_the_same(self, actor: Actor, openai: VendorTwin) -> None:
        connection = actor.connect(openai)
        one, two = (text(act_token(actor.server, connection)) for _ in range(2))
        assert act(actor, connection, bearer(one) | {"Proxy-Authorization": f"Bearer {two}"}).status == 400
        assert_proxied(act(actor, connection, bearer(one) | {"Proxy-Authorization": f"Bearer {one}"}))

    def test_a_personal_token_counts_only_where_datadog_takes_it(self, actor: Actor) -> None:
        with TWINS["AnthropicAPIKey"]() as twin:
            connection = actor.connect(twin)
            token = text(personal_token(actor.server, "connections_resolve"))
            assert_proxied(act(actor, connection, bearer(token)))
            assert_proxied(act(actor, connection, {"DD-APPLICATION-KEY": token}))
            assert act(actor, connection, {"x-api-key": token}).status == 403

    def test_it_opens_nothing_but_acts(self, actor: Actor, openai: VendorTwin) -> None:
        connection = actor.connect(openai)
        token = act_token(actor.server, connection)
        for method, path in [
            ("GET", CONNECTIONS + "/" + connection),
            ("GET", ACT_TOKENS),
            ("POST", f"{CONNECTIONS}/{connection}/test"),
            ("GET", "/api/v2/validate_keys"),
        ]:
            assert request(actor.server, method, path, bearer(token)).status == 403, path


class TestLimits:
    def test_connections(self, actor: Actor, openai: VendorTwin) -> None:
        one, two = actor.connect(openai), actor.connect(openai)
        token = act_token(actor.server, one)
        assert_own(act(actor, two, bearer(token)), "token_refused")
        assert_own(act(actor, UNKNOWN_ID, bearer(token)), "token_refused")
        both = act_token(actor.server, one, two)
        for connection in (one, two):
            assert_proxied(act(actor, connection, bearer(both)))

    def test_methods_and_paths(self, actor: Actor, openai: VendorTwin) -> None:
        connection = actor.connect(openai)
        token = act_token(actor.server, connection, methods=["GET"], paths=["/echo/*"])
        assert_proxied(act(actor, connection, bearer(token), path="/echo/a"))
        for method, path in [("POST", "/echo/a"), ("GET", "/echo"), ("GET", "/echo/a/b"), ("GET", "/echo/%61")]:
            assert_own(act(actor, connection, bearer(token), method, path), "token_refused")
        override = {"X-HTTP-Method-Override": "DELETE"}
        assert "DELETE" not in came(act(actor, connection, bearer(token) | override, path="/echo/a"))

    def test_a_number_of_acts(self, actor: Actor, openai: VendorTwin) -> None:
        connection = actor.connect(openai)
        token = act_token(actor.server, connection, acts=3)
        answers: list[Answer] = []
        threads = [
            threading.Thread(target=lambda: answers.append(act(actor, connection, bearer(token)))) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answer.status for answer in answers) == [200] * 3 + [403] * 5
        found = actor.server.request("GET", f"{ACT_TOKENS}/{token['id']}").json["data"]["attributes"]
        assert (found["acts"], found["acts_used"]) == (3, 3)
        intents = [event for event in act_events(actor.server.data_dir) if token["id"] in str(event["actor"])]
        assert len([event for event in intents if event["details"]["phase"] == "intent"]) == 3

    def test_a_dry_run_counts_nothing(self, actor: Actor, openai: VendorTwin) -> None:
        connection = actor.connect(openai)
        token = act_token(actor.server, connection, acts=1)
        for _ in range(3):
            assert act(actor, connection, bearer(token) | {"Keyway-Dry-Run": "true"}).status == 200
        assert_proxied(act(actor, connection, bearer(token)))

    def test_its_lifetime_ends_and_it_is_erased(self, actor: Actor, openai: VendorTwin) -> None:
        connection = actor.connect(openai)
        token = act_token(actor.server, connection, lifetime=1)
        wait_until(lambda: act(actor, connection, bearer(token)).status == 403, "the end of its time")
        assert actor.server.request("GET", f"{ACT_TOKENS}/{token['id']}").status == 404
        listed = lambda: actor.server.request("GET", f"{ACT_TOKENS}?page[size]=100").json["data"]  # noqa: E731
        wait_until(lambda: token["id"] not in [one["id"] for one in listed()], "its being erased")

    @pytest.mark.parametrize(
        "attributes",
        [
            {"connections": []},
            {"connections": ["x"]},
            {"connections": [UNKNOWN_ID]},
            {"lifetime": 0},
            {"lifetime": 86_401},
            {"lifetime": None},
            {"methods": []},
            {"methods": ["get"]},
            {"paths": ["a"]},
            {"acts": 0},
            {"name": ""},
            {"scopes": ["all"]},
        ],
    )
    def test_bad_bodies_are_refused_at_their_place(self, actor: Actor, openai: VendorTwin, attributes: dict) -> None:
        body = act_token_body(actor.connect(openai))
        body["data"]["attributes"] |= attributes
        answer = actor.server.request("POST", ACT_TOKENS, body)
        assert answer.status == 400
        (name,) = attributes
        assert any(pointer.startswith(f"/data/attributes/{name}") for pointer in answer.pointers), answer.body


class TestRights:
    def test_an_unregistered_key_makes_none(self, actor: Actor, openai: VendorTwin) -> None:
        connection = actor.connect(openai)
        keys = service_account(actor.server, STANDARD, registered=False)
        assert actor.server.request("POST", ACT_TOKENS, act_token_body(connection), keys=keys).status == 403

    def test_it_goes_with_its_key_its_token_and_its_owner(self, actor: Actor, openai: VendorTwin) -> None:
        connection = actor.connect(openai)
        server = actor.server

        def gone(source: Keys | str, take_away) -> None:
            if isinstance(source, str):
                answer = request(server, "POST", ACT_TOKENS, bearer(source), act_token_body(connection))
                token = answer.json["data"]
            else:
                token = act_token(server, connection, keys=source)
            assert_proxied(act(actor, connection, bearer(token)))
            take_away()
            assert act(actor, connection, bearer(token)).status == 403

        keys = service_account(server, STANDARD)
        gone(keys, lambda: server.request("DELETE", f"/api/v2/application_keys/{keys.application_key_id}"))
        keys = service_account(server, STANDARD)
        registration = f"/api/v2/actions/app_key_registrations/{keys.application_key_id}"
        gone(keys, lambda: server.request("DELETE", registration))
        keys = service_account(server, STANDARD)
        gone(keys, lambda: server.request("DELETE", f"/api/v2/users/{keys.user_id}"))
        personal = personal_token(server, "connections_resolve")
        gone(text(personal), lambda: server.request("DELETE", f"/api/v2/personal_access_tokens/{personal['id']}"))

    def test_rights_are_those_of_now(self, actor: Actor, openai: VendorTwin) -> None:
        connection = actor.connect(openai)
        personal = personal_token(actor.server, "connections_resolve")
        answer = request(actor.server, "POST", ACT_TOKENS, bearer(personal), act_token_body(connection))
        token = answer.json["data"]
        assert_proxied(act(actor, connection, bearer(token)))
        path = f"/api/v2/personal_access_tokens/{personal['id']}"
        change = {"data": {"type": "personal_access_tokens", "id": personal["id"], "attributes": {"scopes": ["x"]}}}
        assert actor.server.request("PATCH", path, change).status == 200
        assert act(actor, connection, bearer(token)).status == 403

    def test_a_revoked_one_opens_nothing_and_the_act_under_way_ends_well(
        self, actor: Actor, openai: VendorTwin
    ) -> None:
        connection = actor.connect(openai)
        token = act_token(actor.server, connection)
        assert_proxied(act(actor, connection, bearer(token)))
        for _ in range(2):
            assert actor.server.request("DELETE", f"{ACT_TOKENS}/{token['id']}").status == 204
        answer = act(actor, connection, bearer(token))
        assert answer.status == 403
        assert answer.headers["Keyway-Error"]

    def test_it_does_not_outlive_a_token_that_makes_it(self, actor: Actor, openai: VendorTwin) -> None:
        connection = actor.connect(openai)
        token = act_token(actor.server, connection)
        answer = request(actor.server, "POST", ACT_TOKENS, bearer(token), act_token_body(connection))
        assert answer.status == 403, "an act token makes none"

    def test_a_malformed_one_is_called_so_where_it_may_stand(self, actor: Actor, openai: VendorTwin) -> None:
        connection = actor.connect(openai)
        answer = act(actor, connection, bearer("kwa_not-a-token"))
        assert answer.status == 400
        assert "malformed" in answer.errors[0]["detail"]
        answer = act(actor, connection, {"X-Note": "kwa_not-a-token"})
        assert "no credential stands" in answer.errors[0]["detail"]

    def test_forged_and_truncated_ones(self, actor: Actor, openai: VendorTwin) -> None:
        connection = actor.connect(openai)
        token = text(act_token(actor.server, connection))
        for wrong in [token[:-1], token + "0", token.swapcase(), "kwa_", token.replace("_", "-"), token[:30]]:
            assert act(actor, connection, bearer(wrong)).status in (400, 403), wrong


class TestRate:
    def test_its_requests_count_as_those_of_what_made_it(self, new_server, openai: VendorTwin) -> None:
        actor = Actor(new_server("--rate-limit", "30/3600", *LOOPBACK))
        connection = actor.connect(openai)
        tokens = [bearer(act_token(actor.server, connection)) for _ in range(2)]
        statuses = [act(actor, connection, tokens[number % 2]).status for number in range(30)]
        assert statuses == sorted(statuses)
        assert set(statuses) == {200, 429}
        by_keys = actor.server.request("GET", f"{CONNECTIONS}/{connection}")
        assert by_keys.status == 429
        assert by_keys.headers["x-ratelimit-name"] == "application_key"


class TestMany:
    def test_live_ones_cost_no_more_than_their_rows(self, actor: Actor, openai: VendorTwin) -> None:
        connection = actor.connect(openai)
        server = actor.server
        headers = server.keys.headers | {"Content-Type": "application/json"}
        body = act_token_body(connection, lifetime=3_600)
        tokens: list[str] = []
        caller = server.connect()
        try:
            for number in range(MANY + 100):
                if number == 100:
                    before = server.resident
                answer = send(caller, "POST", ACT_TOKENS, body, headers)
                assert answer.status == 201, answer.body
                tokens.append(text(answer.json["data"]))
        finally:
            caller.close()
        # A row has some 400 bytes; the caches of the database are bounded.
        assert server.resident - before < 24 << 20
        for token in (tokens[0], tokens[MANY // 2], tokens[-1]):
            assert_proxied(act(actor, connection, bearer(token)))
        listed = server.request("GET", f"{ACT_TOKENS}?page[size]=1").json["meta"]
        assert listed["total"] >= len(tokens)


class TestTraces:
    def test_logs_and_audit_name_its_id_and_never_its_text(self, actor: Actor, openai: VendorTwin) -> None:
        connection = actor.connect(openai)
        server: Server = actor.server
        token = act_token(server, connection, name="traced")
        secret = text(token).split("_")[2]
        assert_proxied(act(actor, connection, bearer(token)))
        act(actor, connection, {"Authorization": f"Bearer {text(token)[:-1]}"})
        events = act_events(server.data_dir, "act_token.create")
        assert events[-1]["resource_id"] == token["id"]
        acted = [event for event in act_events(server.data_dir) if event["actor"].get("act_token_id") == token["id"]]
        assert [event["details"]["phase"] for event in acted] == ["intent", "outcome"]
        wait_until(lambda: token["id"] in server.log_text(), "the log")
        assert secret not in server.log_text()
        assert secret not in str(openai.received)
        assert server.stop() == 0
        for file in files(server.data_dir):
            assert secret.encode() not in file.read_bytes(), file
        server.start()

    def test_it_survives_a_restart(self, actor: Actor, openai: VendorTwin) -> None:
        connection = actor.connect(openai)
        token = act_token(actor.server, connection)
        http = actor.server.create(http_body("https://example.com"))
        assert http
        actor.server.kill()
        actor.server.start()
        assert_proxied(act(actor, connection, bearer(token)))
