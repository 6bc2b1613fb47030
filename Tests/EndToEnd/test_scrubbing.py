"""A third party that gives back what it was given: no secret reaches the caller, however it is spelled or cut."""

import itertools
import json
import os
from collections.abc import Iterator

import pytest
from acting import MASK, TWINS, Actor, assert_proxied, http_body
from harness import Answer
from proxying import BASE_URL, FORWARD_PROXY, hostile_door
from twins.azure import AzureTwin
from twins.google import GoogleTwin
from twins.hostile import SPELLINGS, HostileUpstream, Spelling, chunk, chunked, head, raw, splits, whole
from twins.tokens import TokensTwin

SECRETS = {
    "an API token": "sk-tw1n-Scrubb1ng-0123",
    "a password": 'tw1n/scrub+"b\\ng&%ü~=?',
    "eight characters": "tw1n8chr",
}
MASKED = MASK.encode()


PLACES = [(BASE_URL, name) for name in SECRETS]
# The masking is the same behind each door: one secret shows that it is there.
PLACES += [(FORWARD_PROXY, name) for name in (SECRETS if "KEYWAY_LONG" in os.environ else ["a password"])]


@pytest.fixture(scope="module", params=PLACES, ids=", ".join)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Actor, HostileUpstream, str]]:
    """A caller behind one of the doors, an upstream, and a secret."""
    door, name = request.param
    with hostile_door(door, tmp_path_factory.mktemp("door")) as (actor, upstream):
        yield actor, upstream, SECRETS[name]


@pytest.fixture(scope="module")
def caller(place: tuple[Actor, HostileUpstream, str]) -> Actor:
    return place[0]


@pytest.fixture(scope="module")
def upstream(place: tuple[Actor, HostileUpstream, str]) -> HostileUpstream:
    return place[1]


@pytest.fixture(scope="module")
def secret(place: tuple[Actor, HostileUpstream, str]) -> str:
    return place[2]


@pytest.fixture(scope="module")
def connection_id(caller: Actor, upstream: HostileUpstream, secret: str) -> str:
    """A connection that may spend the secret in a query, where any text can stand."""
    body = http_body(
        upstream.origin,
        tokens=[{"name": "secret", "type": "SECRET", "value": secret}],
        url_parameters=[{"name": "secret", "value": "{{ secret }}"}],
    )
    return caller.server.create(body)


def ask(caller: Actor, connection_id: str, upstream: HostileUpstream, script) -> Answer:
    upstream.script = script
    answer = caller.act(connection_id, "GET", "/")
    assert_proxied(answer)
    return answer


@pytest.mark.parametrize("spelling", SPELLINGS, ids=str)
class TestASpelling:
    def test_in_a_body_is_masked(
        self, caller: Actor, upstream: HostileUpstream, connection_id: str, secret: str, spelling: Spelling
    ) -> None:
        text, core = spelling.text(secret), spelling.core(secret)
        answer = ask(caller, connection_id, upstream, whole(b"before " + text + b" between " + text + b" after"))
        assert core not in answer.body
        assert MASKED in answer.body
        assert answer.body.startswith(b"before ")
        assert b" between " in answer.body
        assert answer.body.endswith(b" after")

    def test_in_a_header_is_masked(
        self, caller: Actor, upstream: HostileUpstream, connection_id: str, secret: str, spelling: Spelling
    ) -> None:
        text, core = spelling.text(secret), spelling.core(secret)
        headers = (f"X-Given: before {text.decode('latin-1')} after", f"Location: /x?{text.decode('latin-1')}")
        answer = ask(caller, connection_id, upstream, whole(b"", *headers))
        assert core not in str(answer.headers).encode("latin-1", "surrogateescape")
        for name in ("X-Given", "Location"):
            assert MASK in answer.headers[name]
        assert answer.headers["X-Given"].startswith("before ")

    def test_is_masked_wherever_a_chunk_ends(
        self, caller: Actor, upstream: HostileUpstream, connection_id: str, secret: str, spelling: Spelling
    ) -> None:
        text, core = spelling.text(secret), spelling.core(secret)
        body = b"before " + text + b" after"
        for first, rest in splits(body, 7, 7 + len(text)):
            answer = ask(caller, connection_id, upstream, chunked(first, rest, pause=0.003))
            assert core not in answer.body, f"cut at {len(first)}"
            assert MASKED in answer.body
            assert answer.body.startswith(b"before ")
            assert answer.body.endswith(b" after")

    def test_is_masked_byte_by_byte(
        self, caller: Actor, upstream: HostileUpstream, connection_id: str, secret: str, spelling: Spelling
    ) -> None:
        body = b"before " + spelling.text(secret) + b" after"
        pieces = [bytes([byte]) for byte in body]
        answer = ask(caller, connection_id, upstream, chunked(*pieces, pause=0.001))
        assert spelling.core(secret) not in answer.body
        assert MASKED in answer.body

    def test_at_the_edges_of_a_body_is_masked(
        self, caller: Actor, upstream: HostileUpstream, connection_id: str, secret: str, spelling: Spelling
    ) -> None:
        for body in (spelling.text(secret), spelling.text(secret) * 3):
            answer = ask(caller, connection_id, upstream, whole(body))
            assert spelling.core(secret) not in answer.body
            assert MASKED in answer.body


class TestWhatStays:
    """Masking changes nothing else."""

    def test_a_body_without_a_secret(self, caller: Actor, upstream: HostileUpstream, connection_id: str) -> None:
        body = bytes(range(256)) * 1000
        assert ask(caller, connection_id, upstream, whole(body)).body == body
        pieces = [body[start : start + 777] for start in range(0, len(body), 777)]
        assert ask(caller, connection_id, upstream, chunked(*pieces)).body == body

    def test_a_body_full_of_beginnings_of_a_secret(
        self, caller: Actor, upstream: HostileUpstream, connection_id: str, secret: str
    ) -> None:
        raw_secret = secret.encode()
        body = b"".join(raw_secret[:length] + b"|" for length in range(len(raw_secret))) * 20
        assert ask(caller, connection_id, upstream, whole(body)).body == body
        assert (
            ask(caller, connection_id, upstream, chunked(*(body[i : i + 3] for i in range(0, len(body), 3)))).body
            == body
        )

    def test_json(self, caller: Actor, upstream: HostileUpstream, connection_id: str, secret: str) -> None:
        body = json.dumps({"given": secret, "list": [secret, "else"]}).encode()
        answer = ask(caller, connection_id, upstream, whole(body, "Content-Type: application/json"))
        assert answer.json == {"given": MASK, "list": [MASK, "else"]}

    def test_many_secrets_in_a_large_body(
        self, caller: Actor, upstream: HostileUpstream, connection_id: str, secret: str
    ) -> None:
        line = b"x" * 991 + secret.encode() + b"\n"
        answer = ask(caller, connection_id, upstream, whole(line * 2000))
        assert answer.body == (b"x" * 991 + MASKED + b"\n") * 2000


class TestEverySecretOfAConnection:
    def test_of_the_http_integration(self, actor: Actor) -> None:
        with TokensTwin() as twin:
            answer = actor.act(actor.connect(twin), "GET", "/echo")
            assert_proxied(answer)
            for token, spelling in itertools.product(twin.tokens.values(), SPELLINGS):
                # Only those that the echo can hold: the raw header, the escaped query, both in JSON.
                assert spelling.core(token) not in answer.body, spelling

    @pytest.mark.parametrize("kind", [GoogleTwin, AzureTwin])
    def test_of_those_that_were_minted(self, actor: Actor, kind: type) -> None:
        with kind() as twin:
            connection_id = actor.connect(twin)
            for _ in range(2):
                answer = actor.act(connection_id, "GET", "/echo")
                assert_proxied(answer)
                headers = dict(answer.json["headers"])
                assert MASK in headers["Authorization"]
                for token in twin.tokens:
                    assert token.encode() not in answer.body

    def test_in_basic_credentials(self, actor: Actor) -> None:
        for name in ("ServiceNowBasicAuth", "FreshserviceAPIKey", "ConfigCatSDKKey"):
            with TWINS[name]() as twin:
                answer = actor.act(actor.connect(twin), "GET", "/echo")
                assert_proxied(answer)
                sent = twin.expected["Authorization"].removeprefix("Basic ")
                assert sent.encode() not in answer.body
                assert MASKED in answer.body


def test_a_broken_answer_ends_without_the_rest_of_a_secret(caller: Actor, upstream: HostileUpstream) -> None:
    """What was held back because it may be a secret is not let out when the answer breaks in the middle of it."""
    secret = SECRETS["an API token"]
    body = http_body(
        upstream.origin,
        tokens=[{"name": "secret", "type": "SECRET", "value": secret}],
        headers=[{"name": "X-Secret", "value": "{{ secret }}"}],
    )
    connection_id = caller.server.create(body)
    upstream.script = raw(head(200, "Transfer-Encoding: chunked") + chunk(b"before " + secret.encode()[:-1]))
    received = caller.raw_act(connection_id, "GET", "/")
    assert secret[:-1].encode() not in received
