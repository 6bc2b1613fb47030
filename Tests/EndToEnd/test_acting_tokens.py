"""Tokens that Keyway mints: once for many acts, anew when they end, and once more after a 401."""

import json
import pathlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from acting import (
    LOOPBACK,
    MASK,
    TWINS,
    Actor,
    acting,
    assert_clean,
    assert_own,
    assert_proxied,
    connection_body,
    settings_for,
)
from catalogue import BY_NAME, CREDENTIALS, at
from harness import CONNECTIONS
from twins.aws import ACCOUNT, AWSTwin, aws_twin
from twins.azure import AzureTwin
from twins.google import GoogleTwin
from twins.twin import Issuer
from twins.upstream import Reply

ISSUERS = {"GCPServiceAccount": GoogleTwin, "AzureTenant": AzureTwin}
IDENTITY = "Action=GetCallerIdentity&Version=2011-06-15"


@pytest.fixture(params=ISSUERS)
def issuer(request: pytest.FixtureRequest) -> Iterator[Issuer]:
    with ISSUERS[request.param]() as issuer:
        yield issuer
        assert_clean(issuer)


class TestATokenOfGoogleOrMicrosoft:
    def test_is_minted_once_for_many_acts(self, actor: Actor, issuer: Issuer) -> None:
        connection_id = actor.connect(issuer)
        with ThreadPoolExecutor(4) as pool:
            for answer in pool.map(lambda number: actor.act(connection_id, "GET", f"/echo/{number}"), range(24)):
                assert_proxied(answer)
        assert issuer.minted == 1
        assert len(issuer.acted) == 24

    def test_is_of_one_connection(self, actor: Actor, issuer: Issuer) -> None:
        for _ in range(2):
            assert_proxied(actor.act(actor.connect(issuer), "GET", "/echo"))
        assert issuer.minted == 2

    def test_is_renewed_when_it_has_ended(self, actor: Actor, issuer: Issuer) -> None:
        # Longer than it says, lest one ends on its way.
        issuer.lifetime, issuer.grace = 1, 3600
        connection_id = actor.connect(issuer)
        for _ in range(3):
            assert_proxied(actor.act(connection_id, "GET", "/echo"))
            time.sleep(1.1)
        assert issuer.minted == 3
        tokens = {tuple(request.all("Authorization")) for request in issuer.acted}
        assert len(tokens) == len(issuer.acted) == 3, "no act went out with a token that had ended"

    def test_is_renewed_once_after_a_401(self, actor: Actor, issuer: Issuer) -> None:
        connection_id = actor.connect(issuer)
        assert_proxied(actor.act(connection_id, "POST", "/echo", b"first"))
        issuer.revoke()
        answer = actor.act(connection_id, "POST", "/echo?x=1", b"second", {"X-Own": "1"})
        assert_proxied(answer)
        assert (answer.json["body"], answer.json["target"]) == ("second", "/echo?x=1")
        assert [request.body for request in issuer.acted] == [b"first", b"second", b"second"]
        assert issuer.minted == 2

    def test_is_not_renewed_twice(self, actor: Actor, issuer: Issuer) -> None:
        connection_id = actor.connect(issuer)
        assert_proxied(actor.act(connection_id, "GET", "/echo"))
        issuer.mode = 401
        assert_proxied(actor.act(connection_id, "GET", "/echo"), 401)
        assert issuer.minted == 2
        assert len(issuer.acted) == 3

    def test_that_is_refused_from_the_start_is_renewed_once(self, actor: Actor, issuer: Issuer) -> None:
        issuer.mode = 401
        assert_proxied(actor.act(actor.connect(issuer), "GET", "/echo"), 401)
        assert issuer.minted <= 2
        assert len(issuer.acted) <= 2

    @pytest.mark.parametrize("status", [400, 403, 429, 500])
    def test_is_kept_after_other_statuses(self, actor: Actor, issuer: Issuer, status: int) -> None:
        connection_id = actor.connect(issuer)
        for _ in range(2):
            assert_proxied(actor.act(connection_id, "GET", f"/status/{status}"), status)
        assert issuer.minted == 1
        assert len(issuer.acted) == 2

    def test_that_nobody_gives_is_an_error_of_keyway(self, actor: Actor, issuer: Issuer) -> None:
        answer = actor.act(actor.connect(issuer, wrong=True), "GET", "/echo")
        assert_own(answer, "authentication_failed")
        assert issuer.acted == []
        for secret in (AzureTwin.client_secret, "PRIVATE KEY"):
            assert secret.encode() not in answer.body

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(200, b"no JSON"),
            Reply(200, {"token_type": "Bearer"}),
            Reply(200, {"access_token": "", "token_type": "Bearer", "expires_in": 3600}),
            Reply(200, {"access_token": "a\r\nX-Evil: 1", "token_type": "Bearer", "expires_in": 3600}),
            Reply(200, {"access_token": ["a"], "token_type": "Bearer", "expires_in": 3600}),
            Reply(302, b"", [("Location", "http://127.0.0.1:1/token")]),
            Reply(500, b"oh"),
        ],
        ids=lambda reply: f"{reply.status} {reply.body}",
    )
    def test_that_is_none_is_an_error_of_keyway(
        self, actor: Actor, issuer: Issuer, reply: Reply, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(issuer, "issue", lambda request: reply)
        answer = actor.act(actor.connect(issuer), "GET", "/echo")
        codes = ("authentication_failed", "upstream_malformed", "upstream_unreachable")
        assert answer.headers.get("Keyway-Error") in codes, answer.body
        assert answer.status == 502
        assert issuer.acted == []

    def test_is_forgotten_with_the_secret_that_made_it(self, actor: Actor, issuer: Issuer) -> None:
        connection_id = actor.connect(issuer)
        assert_proxied(actor.act(connection_id, "GET", "/echo"))
        wrong = connection_body(issuer, wrong=True)
        assert actor.request("PATCH", f"{CONNECTIONS}/{connection_id}", wrong).status == 200
        assert_own(actor.act(connection_id, "GET", "/echo"), "authentication_failed")
        assert len(issuer.acted) == 1

    def test_is_minted_and_used_by_a_test_of_the_connection(self, actor: Actor, issuer: Issuer) -> None:
        connection_id = actor.connect(issuer)
        assert actor.test(connection_id)["result"] == "valid"
        assert issuer.minted == 1


def test_a_stored_credential_is_sent_once_whatever_the_answer(actor: Actor) -> None:
    """There is nothing to renew: a 401 is the third party's answer."""
    for name in set(TWINS) - set(ISSUERS):
        if name.startswith("HTTPTokenAuth with"):
            continue
        with TWINS[name]() as twin:
            twin.mode = 401
            assert_proxied(actor.act(actor.connect(twin), "POST", "/echo", b"x"), 401)
            assert len(twin.received) == 1


def test_google_is_asked_for_the_scopes_in_the_settings(actor: Actor) -> None:
    scopes = ("https://www.googleapis.com/auth/devstorage.read_only", "https://www.googleapis.com/auth/pubsub")
    with GoogleTwin(scopes=scopes) as twin:
        assert_proxied(actor.act(actor.connect(twin, scopes=" ".join(scopes)), "GET", "/storage/v1/b"))
        assert_own(actor.act(actor.connect(twin), "GET", "/storage/v1/b"), "authentication_failed")


def test_microsoft_is_asked_for_the_custom_scopes(actor: Actor) -> None:
    with AzureTwin(scope="api://keyway/.default") as twin:
        body = connection_body(twin)
        at(body, CREDENTIALS)["custom_scopes"] = "api://keyway/.default"
        connection_id = actor.server.create(body)
        assert actor.set(connection_id, **settings_for(twin)).status == 200
        assert_proxied(actor.act(connection_id, "GET", "/echo"))
        assert_own(actor.act(actor.connect(twin), "GET", "/echo"), "authentication_failed")


@pytest.mark.parametrize("key", ["no PEM at all", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_private_key_that_is_none_is_said_to_be(actor: Actor, key: str) -> None:
    with GoogleTwin() as twin:
        body = BY_NAME["GCPServiceAccount"].create(secret=lambda label: key)
        at(body, CREDENTIALS)["private_key"] = key
        answer = actor.request("POST", CONNECTIONS, body)
        assert answer.status == 400
        assert answer.pointers == {"/data/attributes/integration/credentials/private_key"}
        assert key.encode() not in answer.body
        assert twin.received == []


def test_a_private_key_may_have_its_line_ends_escaped(actor: Actor) -> None:
    with GoogleTwin() as twin:
        body = connection_body(twin)
        at(body, CREDENTIALS)["private_key"] = twin.private_key.replace("\n", "\\n")
        connection_id = actor.server.create(body)
        assert actor.set(connection_id, **settings_for(twin)).status == 200
        assert_proxied(actor.act(connection_id, "GET", "/echo"))


@pytest.fixture(scope="module")
def aws() -> Iterator[AWSTwin]:
    with aws_twin() as twin:
        yield twin
        assert_clean(twin)


@pytest.fixture(scope="module")
def aws_actor(aws: AWSTwin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Actor]:
    """A caller of a server whose AWS is the twin, and whose own principal is the twin's user."""
    with acting(tmp_path_factory.mktemp("aws"), *LOOPBACK, variables=aws.environment) as actor:
        yield actor


class TestAWS:
    @pytest.fixture(autouse=True)
    def fresh(self, aws: AWSTwin) -> None:
        aws.lifetime = None
        aws.ends_at_once = False
        aws.sessions.clear()
        aws.signatures.clear()

    def identity(self, actor: Actor, connection_id: str, region: str = "us-east-1"):
        return actor.act(connection_id, "GET", f"/sts/{region}/?{IDENTITY}")

    def test_acts_as_the_role(self, aws: AWSTwin, aws_actor: Actor) -> None:
        connection_id = aws_actor.connect(aws)
        answer = self.identity(aws_actor, connection_id)
        assert_proxied(answer)
        assert f"arn:aws:sts::{ACCOUNT}:assumed-role/keyway-actions-".encode() in answer.body

    def test_tells_wrong_credentials_from_right_ones(self, aws: AWSTwin, aws_actor: Actor) -> None:
        connection_id = aws_actor.connect(aws)
        assert aws_actor.test(connection_id)["result"] == "valid"
        aws.roles.clear()
        found = aws_actor.test(aws_actor.server.create(connection_body(aws)))
        assert found["result"] == "invalid"

    def test_signs_for_the_service_and_region_of_the_path(self, aws: AWSTwin, aws_actor: Actor) -> None:
        connection_id = aws_actor.connect(aws)
        for service, region, target in [
            ("sts", "eu-central-1", f"/?{IDENTITY}"),
            ("s3", "us-east-1", "/"),
            ("sqs", "eu-west-1", "/?Action=ListQueues&Version=2012-11-05"),
        ]:
            assert_proxied(aws_actor.act(connection_id, "GET", f"/{service}/{region}{target}"))
            assert (aws.signatures[-1].service, aws.signatures[-1].region) == (service, region)
        assert aws.minted == 1

    @pytest.mark.parametrize(
        "key",
        ["plain", "a%20b", "a%2Bb", "a%C3%BCb", "a/b//c", "a~b_c-d.e", "a%2Fb", "a:b@c", "a%25b", "a(b)*c", "a=b&c"],
    )
    def test_signs_what_it_sends(self, aws: AWSTwin, aws_actor: Actor, key: str) -> None:
        connection_id = aws_actor.connect(aws)
        aws_actor.act(connection_id, "PUT", "/s3/us-east-1/signed")
        content = bytes(range(256))
        assert_proxied(aws_actor.act(connection_id, "PUT", f"/s3/us-east-1/signed/{key}", content))
        fetched = aws_actor.act(connection_id, "GET", f"/s3/us-east-1/signed/{key}")
        assert_proxied(fetched)
        assert fetched.body == content

    @pytest.mark.parametrize(
        "query",
        [
            "list-type=2&prefix=a%20b&delimiter=%2F",
            "delimiter=%2F&list-type=2",
            "list-type=2&prefix=",
            "location",
            "a=2&a=1",
        ],
    )
    def test_signs_the_query(self, aws: AWSTwin, aws_actor: Actor, query: str) -> None:
        connection_id = aws_actor.connect(aws)
        aws_actor.act(connection_id, "PUT", "/s3/us-east-1/queried")
        assert_proxied(aws_actor.act(connection_id, "GET", f"/s3/us-east-1/queried?{query}"))

    def test_signs_a_body_and_headers(self, aws: AWSTwin, aws_actor: Actor) -> None:
        connection_id = aws_actor.connect(aws)
        headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.CreateQueue"}
        body = json.dumps({"QueueName": "a-queue"}).encode()
        answer = aws_actor.act(connection_id, "POST", "/sqs/eu-central-1/", body, headers)
        assert_proxied(answer)
        assert answer.json["QueueUrl"].endswith("/a-queue")

    @pytest.mark.parametrize(
        "header", ["Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-SHA256", "Host"]
    )
    def test_lets_nobody_sign_for_it(self, aws: AWSTwin, aws_actor: Actor, header: str) -> None:
        connection_id = aws_actor.connect(aws)
        path = f"/sts/us-east-1/?{IDENTITY}"
        answer = aws_actor.act(connection_id, "GET", path, headers={header: "20200101T000000Z"})
        if answer.headers.get("Keyway-Error"):
            assert_own(answer, "bad_request")
        else:
            assert (header == "Host" and answer.status == 400) or answer.status == 200, answer.body

    @pytest.mark.parametrize(
        "path",
        [
            "/sts.evil/us-east-1/",
            "/sts/us-east-1.evil.com/",
            "/sts/us-east-1%2eevil/",
            "/sts%2fx/us-east-1/",
            "/sts:80/us-east-1/",
            "/sts@evil/us-east-1/",
            "/-sts/us-east-1/",
            "/sts/-/",
            "//us-east-1/",
            "/sts//",
            "/sts",
            "/",
            f"/{'s' * 64}/us-east-1/",
        ],
    )
    def test_takes_one_label_each_for_service_and_region(self, aws: AWSTwin, aws_actor: Actor, path: str) -> None:
        connection_id = aws_actor.connect(aws)
        seen = len(aws.received)
        answer = aws_actor.act(connection_id, "GET", f"{path}?{IDENTITY}")
        assert answer.status in (400, 404), answer.body
        assert answer.headers.get("Keyway-Upstream-Status") is None
        assert len(aws.received) == seen

    def test_assumes_the_role_once_for_many_acts(self, aws: AWSTwin, aws_actor: Actor) -> None:
        connection_id = aws_actor.connect(aws)
        with ThreadPoolExecutor(4) as pool:
            for answer in pool.map(lambda _: self.identity(aws_actor, connection_id), range(24)):
                assert_proxied(answer)
        assert aws.minted == 1

    def test_assumes_it_anew_when_the_session_has_ended(self, aws: AWSTwin, aws_actor: Actor) -> None:
        aws.lifetime, aws.grace = 1, 3600
        connection_id = aws_actor.connect(aws)
        for _ in range(3):
            assert_proxied(self.identity(aws_actor, connection_id))
            time.sleep(1.1)
        assert aws.minted == 3

    def test_assumes_it_anew_once_when_aws_has_ended_the_session(self, aws: AWSTwin, aws_actor: Actor) -> None:
        connection_id = aws_actor.connect(aws)
        assert_proxied(self.identity(aws_actor, connection_id))
        for session in aws.sessions.values():
            session.ends = 0
        assert_proxied(self.identity(aws_actor, connection_id))
        assert aws.minted == 2
        # From here on every session has ended before it is used: AWS' own answer comes back, and no third is tried.
        for session in aws.sessions.values():
            session.ends = 0
        aws.lifetime = 3600
        aws.ends_at_once = True
        assert_proxied(self.identity(aws_actor, connection_id), 403)
        assert aws.minted == 3

    def test_says_when_the_role_may_not_be_assumed(self, aws: AWSTwin, aws_actor: Actor) -> None:
        connection_id = aws_actor.server.create(connection_body(aws))
        answer = self.identity(aws_actor, connection_id)
        assert_own(answer, "authentication_failed")
        assert aws.minted == 0
        assert aws.principal[1].encode() not in answer.body

    def test_shows_the_plan_without_assuming_anything(self, aws: AWSTwin, aws_actor: Actor) -> None:
        connection_id = aws_actor.connect(aws)
        seen = len(aws.received)
        answer = aws_actor.plan(connection_id, "GET", f"/sts/us-east-1/?{IDENTITY}")
        assert answer.status == 200
        headers = {header["name"].lower(): header["value"] for header in answer.json["data"]["attributes"]["headers"]}
        assert MASK in headers["authorization"]
        assert len(aws.received) == seen

    def test_passes_on_what_the_role_may_not_do(self, aws: AWSTwin, aws_actor: Actor) -> None:
        connection_id = aws_actor.connect(aws)
        answer = aws_actor.act(connection_id, "GET", "/iam/us-east-1/?Action=ListUsers&Version=2010-05-08")
        assert_proxied(answer, 403)

    def test_needs_a_principal_of_its_own(self, aws: AWSTwin, tmp_path: pathlib.Path) -> None:
        variables = {"AWS_ENDPOINT_URL": aws.origin, "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path)}
        with acting(tmp_path, *LOOPBACK, variables=variables) as actor:
            connection_id = actor.server.create(connection_body(aws))
            assert_own(actor.act(connection_id, "GET", f"/sts/us-east-1/?{IDENTITY}"), "not_configured")
