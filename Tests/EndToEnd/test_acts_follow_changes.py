"""An act after a change is planned, judged, sent and masked by what is stored then, not by what earlier acts found."""

from collections.abc import Iterator

import pytest
from acting import MASK, Actor, assert_own, assert_proxied, http_body
from harness import CONNECTIONS
from people import STANDARD, service_account
from twins.upstream import Received, Reply, Upstream

FIRST, SECOND = "first-secret-0123456789", "second-secret-9876543210"


class Echo(Upstream):
    """Shows each request to whoever sent it."""

    def answer(self, request: Received) -> Reply:
        return Reply(200, request.echo())


@pytest.fixture
def upstreams() -> Iterator[tuple[Echo, Echo]]:
    with Echo() as one, Echo() as other:
        yield one, other


def credentials(secret: str | None, header: str = "X-Key", value: str = "one {{ key }}") -> dict:
    token = {"name": "key", "type": "SECRET"} | ({"value": secret} if secret else {})
    return {"tokens": [token], "headers": [{"name": header, "value": value}]}


def connect(actor: Actor, upstream: Echo) -> str:
    """A connection through which an act was sent already."""
    connection_id = actor.server.create(http_body(f"{upstream.origin}/base", **credentials(FIRST)))
    sent = act(actor, connection_id, upstream)
    assert sent.target == "/base/x"
    assert sent.all("X-Key") == [f"one {FIRST}"]
    return connection_id


def act(actor: Actor, connection_id: str, upstream: Echo) -> Received:
    """The request that an act becomes, which must reach that upstream."""
    before = len(upstream.received)
    answer = actor.act(connection_id, "GET", "/x")
    assert_proxied(answer)
    assert len(upstream.received) == before + 1
    sent = upstream.received[-1]
    assert answer.json["target"] == sent.target
    assert FIRST not in answer.body.decode()
    assert SECOND not in answer.body.decode()
    return sent


def update(actor: Actor, connection_id: str, body: dict) -> None:
    answer = actor.request("PATCH", f"{CONNECTIONS}/{connection_id}", body)
    assert answer.status == 200, answer.body


class TestAnActAfterAChange:
    def test_of_a_secret_sends_and_masks_the_new_one(self, actor: Actor, upstreams: tuple[Echo, Echo]) -> None:
        connection_id = connect(actor, upstreams[0])
        update(actor, connection_id, http_body(f"{upstreams[0].origin}/base", **credentials(SECOND)))
        answer = actor.act(connection_id, "GET", "/x")
        assert upstreams[0].received[-1].all("X-Key") == [f"one {SECOND}"]
        assert ["X-Key", f"one {MASK}"] in answer.json["headers"]

    def test_of_a_header_sends_the_new_one(self, actor: Actor, upstreams: tuple[Echo, Echo]) -> None:
        connection_id = connect(actor, upstreams[0])
        changed = credentials(FIRST, "X-Other", "other {{ key }}")
        changed["headers"].append({"name": "X-Key", "deleted": True})
        update(actor, connection_id, http_body(f"{upstreams[0].origin}/base", **changed))
        sent = act(actor, connection_id, upstreams[0])
        assert sent.all("X-Key") == []
        assert sent.all("X-Other") == [f"other {FIRST}"]

    def test_of_the_base_url_goes_there(self, actor: Actor, upstreams: tuple[Echo, Echo]) -> None:
        connection_id = connect(actor, upstreams[0])
        update(actor, connection_id, http_body(f"{upstreams[1].origin}/other", **credentials(FIRST)))
        assert act(actor, connection_id, upstreams[1]).target == "/other/x"

    def test_of_rules_is_judged_by_them(self, actor: Actor, upstreams: tuple[Echo, Echo]) -> None:
        connection_id = connect(actor, upstreams[0])
        for paths, allowed in ((["/y"], False), (["/x"], True), (["/z"], False)):
            assert actor.set(connection_id, rules=[{"name": "some", "paths": paths}]).status == 200
            answer = actor.act(connection_id, "GET", "/x")
            if allowed:
                assert_proxied(answer)
            else:
                assert_own(answer, "rule_refused")
        assert actor.set(connection_id).status == 200
        act(actor, connection_id, upstreams[0])

    def test_of_limits_is_held_to_them(self, actor: Actor, upstreams: tuple[Echo, Echo]) -> None:
        connection_id = connect(actor, upstreams[0])
        assert actor.set(connection_id, rate=1).status == 200
        statuses = {actor.act(connection_id, "GET", "/x").status for _ in range(20)}
        assert 429 in statuses
        assert actor.set(connection_id).status == 200
        act(actor, connection_id, upstreams[0])

    def test_of_the_policy_asks_who_acts(self, actor: Actor, upstreams: tuple[Echo, Echo]) -> None:
        connection_id = connect(actor, upstreams[0])
        keys = service_account(actor.server, STANDARD)
        other = Actor(actor.server, keys)
        act(other, connection_id, upstreams[0])
        path = f"/api/v2/restriction_policy/connection:{connection_id}"
        editor = f"user:{actor.server.keys.user_id}"
        for principals, allowed in (([editor], False), ([editor, f"user:{keys.user_id}"], True), ([editor], False)):
            bindings = [{"relation": "editor", "principals": principals}]
            data = {
                "id": f"connection:{connection_id}",
                "type": "restriction_policy",
                "attributes": {"bindings": bindings},
            }
            answer = actor.request("POST", path, {"data": data})
            assert answer.status == 200, answer.body
            if allowed:
                act(other, connection_id, upstreams[0])
            else:
                answer = other.act(connection_id, "GET", "/x")
                assert answer.status == 403
                assert answer.headers.get_all("Keyway-Upstream-Status") is None

    def test_that_took_the_connection_away_is_refused(self, actor: Actor, upstreams: tuple[Echo, Echo]) -> None:
        connection_id = connect(actor, upstreams[0])
        assert actor.request("DELETE", f"{CONNECTIONS}/{connection_id}").status == 204
        assert_own(actor.act(connection_id, "GET", "/x"), "not_found")
