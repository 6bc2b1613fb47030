"""Clouds' own SDKs find credentials of Keyway's where they look for a cloud's: in a command of `keyway run`, and at the
server itself."""

import json
import os
import pathlib
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from acting import LOOPBACK, TWINS, Actor, assert_proxied
from catalogue import BY_NAME
from harness import CONNECTIONS, PATIENCE, Answer, Server, initialise, running
from people import STANDARD, new_email
from test_run_command import Runner
from tokens import ACT_TOKENS, PERSONAL, act_token, bearer, personal_token, request, text, token_body
from twins.aws import ACCOUNT, AWSTwin, aws_twin
from twins.vendors import VendorTwin

AWS = """
import botocore.session, json
from concurrent.futures import ThreadPoolExecutor
def find(_):
    found = botocore.session.Session().get_credentials()
    return found.method, *found.get_frozen_credentials()[:3]
with ThreadPoolExecutor(5) as threads:
    print(json.dumps(list(threads.map(find, range(5)))))
"""
GOOGLE = """
import google.auth, google.auth.transport.requests, json
from concurrent.futures import ThreadPoolExecutor
def find(_):
    found, project = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    found.refresh(google.auth.transport.requests.Request())
    return type(found).__module__, project, found.token, found.universe_domain
with ThreadPoolExecutor(5) as threads:
    print(json.dumps(list(threads.map(find, range(5)))))
"""
AZURE = """
import json
from azure.identity import DefaultAzureCredential, ManagedIdentityCredential
scope = "https://management.azure.com/.default"
print(json.dumps([found().get_token(scope).token for found in (DefaultAzureCredential, ManagedIdentityCredential)]))
"""
STRANGER = """
import os, urllib.error, urllib.request
url, proof = os.environ["IDENTITY_ENDPOINT"], os.environ["IDENTITY_HEADER"]
def status(proof=None, **headers):
    headers |= {"X-IDENTITY-HEADER": proof} if proof else {}
    asked = urllib.request.Request(url + "?api-version=2019-08-01&resource=r", headers=headers)
    try:
        return urllib.request.urlopen(asked).status
    except urllib.error.HTTPError as error:
        return error.code
print(status(proof), status(), status(proof + "0"), status(proof, Origin="null"), status(proof, Host="localhost"))
"""
# Logins of whoever runs it, which nobody may use instead.
OWN = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "of the person",
    "AWS_PROFILE": "of the person",
    "GOOGLE_APPLICATION_CREDENTIALS": "/nowhere",
    "AZURE_CLIENT_ID": "of the person",
    "AZURE_CLIENT_SECRET": "of the person",
    "AZURE_TENANT_ID": "of the person",
}


@pytest.fixture
def runner(actor: Actor, tmp_path: pathlib.Path) -> Runner:
    return Runner(actor, tmp_path)


def found(runner: Runner, kind: str, program: str) -> str:
    """What the program prints, for a connection of that kind."""
    connection = runner.actor.server.create(BY_NAME[kind].create(f"of {kind}"))
    done = runner.run("--connection", connection, "--", sys.executable, "-c", program, **OWN)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_botocore_finds_a_key_pair(runner: Runner) -> None:
    pairs = json.loads(found(runner, "AWSAssumeRole", AWS))
    assert len({tuple(pair) for pair in pairs}) == 1, "all threads have the same"
    method, key_id, secret, token = pairs[0]
    assert method == "container-role"
    assert key_id.startswith("KWAA")
    assert len(key_id) == 20
    assert secret
    assert token.startswith("kwa_")


def test_google_auth_finds_a_metadata_server(runner: Runner) -> None:
    answers = json.loads(found(runner, "GCPServiceAccount", GOOGLE))
    assert len({tuple(answer) for answer in answers}) == 1, "all threads have the same"
    module, project, token, universe = answers[0]
    assert module == "google.auth.compute_engine.credentials"
    assert project
    assert token.startswith("kwa_")
    assert universe == "googleapis.com"


def test_azure_identity_finds_a_managed_identity(runner: Runner) -> None:
    tokens = json.loads(found(runner, "AzureTenant", AZURE))
    assert len(set(tokens)) == 1
    assert tokens[0].startswith("kwa_")


def test_nobody_else_is_answered(runner: Runner) -> None:
    assert found(runner, "AzureTenant", STRANGER).split() == ["200", "401", "401", "403", "403"]


# As on a machine that trusts its operator's authority: for container credentials botocore takes certifi's authorities,
# and heeds no variable.
OWN_AWS = """
import certifi, json, os
certifi.where = lambda: os.environ["AWS_CA_BUNDLE"]
import boto3, botocore.session
from concurrent.futures import ThreadPoolExecutor
def find(_):
    found = botocore.session.Session().get_credentials()
    return found.method, *found.get_frozen_credentials()[:3]
with ThreadPoolExecutor(5) as threads:
    pairs = list(threads.map(find, range(5)))
print(json.dumps([pairs, boto3.client("sts").get_caller_identity()["Account"]]))
"""
RESOURCE = "?api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com"
ACT = "connections_resolve"


@dataclass
class Own:
    """A server that speaks TLS, and the AWS behind it."""

    actor: Actor
    aws: AWSTwin

    @property
    def server(self) -> Server:
        return self.actor.server

    def url(self, path: str) -> str:
        return f"https://localhost:{self.server.port}{path}"

    def run(self, program: str, **variables: str) -> Any:
        """What a program prints that has these variables, and none of a cloud's besides."""
        clouds = ("AWS_", "AZURE_", "IDENTITY_", "DD_", "KEYWAY_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(clouds)}
        authority = self.server.certificate
        trust = {"AWS_CA_BUNDLE": authority, "REQUESTS_CA_BUNDLE": authority}
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=kept | trust | variables,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def aws_credentials(self, connection: str, proof: str | None, **headers: str) -> Answer:
        shown = {"Authorization": proof} if proof else {}
        return request(self.server, "GET", credentials_path(connection, "aws"), shown | headers)


def credentials_path(connection: str, cloud: str) -> str:
    return f"{CONNECTIONS}/{connection}/credentials/{cloud}"


def assert_tool_error(answer: Answer, status: int) -> None:
    """A refusal that both clouds' tools can quote, and that gives nothing away."""
    assert answer.status == status, answer.body
    assert set(answer.json) == {"code", "statusCode", "message"}
    assert answer.json["statusCode"] == status
    assert b"kwa_" not in answer.body


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Own]:
    place = tmp_path_factory.mktemp("own")
    certificate, key = str(place / "cert.pem"), str(place / "key.pem")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    keys = initialise(place / "data")
    options = ["--rate-limit", "off", *LOOPBACK, "--tls-cert", certificate, "--tls-key", key]
    with aws_twin() as aws, running(place / "data", keys, *options, variables=aws.environment) as server:
        yield Own(Actor(server), aws)


@pytest.fixture(scope="module")
def openai() -> Iterator[VendorTwin]:
    with TWINS["OpenAIAPIKey"]() as twin:
        yield twin


class TestTheServersOwn:
    def test_botocore_finds_a_key_pair_and_acts_by_it(self, own: Own) -> None:
        connection = own.actor.connect(own.aws)
        pairs, account = own.run(
            OWN_AWS,
            AWS_CONTAINER_CREDENTIALS_FULL_URI=own.url(credentials_path(connection, "aws")),
            AWS_CONTAINER_AUTHORIZATION_TOKEN=text(personal_token(own.server, ACT, name="of a container")),
            AWS_ENDPOINT_URL=own.url(f"{CONNECTIONS}/{connection}/proxy"),
            AWS_DEFAULT_REGION="us-east-1",
        )
        assert account == ACCOUNT
        [(method, key_id, secret, token)] = {tuple(pair) for pair in pairs}
        assert method == "container-role"
        assert key_id.startswith("KWAA")
        assert secret
        assert token.startswith("kwa_")
        given = [one for one in self.given(own) if one["attributes"]["connections"] == [connection]]
        assert len(given) == 1, "however many ask"

    def test_azure_identity_finds_a_managed_identity(self, own: Own, openai: VendorTwin) -> None:
        connection = own.actor.connect(openai)
        tokens = own.run(
            AZURE,
            IDENTITY_ENDPOINT=own.url(credentials_path(connection, "azure")),
            IDENTITY_HEADER=text(personal_token(own.server, ACT)),
            AZURE_TOKEN_CREDENTIALS="ManagedIdentityCredential",
        )
        [token] = set(tokens)
        assert token.startswith("kwa_")
        assert_proxied(request(own.server, "GET", f"{CONNECTIONS}/{connection}/proxy/echo", bearer(token)))
        # And through no other connection.
        other = own.actor.connect(openai)
        assert request(own.server, "GET", f"{CONNECTIONS}/{other}/proxy/echo", bearer(token)).status == 403

    def given(self, own: Own) -> list[dict]:
        """The act tokens that were given to tools."""
        listed = own.server.request("GET", f"{ACT_TOKENS}?page[size]=100").json["data"]
        return [one for one in listed if one["attributes"]["name"] == "credentials of a cloud's tool"]

    def test_one_token_is_given_until_it_is_revoked(self, own: Own, openai: VendorTwin) -> None:
        connection = own.actor.connect(openai)
        made_from = personal_token(own.server, ACT)
        first = own.aws_credentials(connection, text(made_from))
        assert first.status == 200, first.body
        assert first.headers["Cache-Control"] == "no-store"
        assert set(first.json) == {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}
        assert own.aws_credentials(connection, text(made_from)).json == first.json
        azure = {"X-IDENTITY-HEADER": text(made_from)}
        same = request(own.server, "GET", credentials_path(connection, "azure") + RESOURCE, azure)
        assert same.json["access_token"] == first.json["Token"]
        another = own.aws_credentials(connection, text(personal_token(own.server, ACT)))
        assert another.json["Token"] != first.json["Token"], "to another credential another token"

        for one in self.given(own):
            if one["attributes"]["connections"] == [connection]:
                assert own.server.request("DELETE", f"{ACT_TOKENS}/{one['id']}").status == 204
        assert self.acts(own, connection, first.json["Token"]) == 403
        second = own.aws_credentials(connection, text(made_from)).json
        assert self.acts(own, connection, second["Token"]) == 200
        # Both are gone with what they were made from.
        assert own.server.request("DELETE", f"{PERSONAL}/{made_from['id']}").status == 204
        assert self.acts(own, connection, second["Token"]) == 403
        assert_tool_error(own.aws_credentials(connection, text(made_from)), 403)

    def acts(self, own: Own, connection: str, token: str) -> int:
        return request(own.server, "GET", f"{CONNECTIONS}/{connection}/proxy/echo", bearer(token)).status

    def test_none_lives_longer_than_what_it_was_made_from(self, own: Own, openai: VendorTwin) -> None:
        connection = own.actor.connect(openai)
        roles = own.server.request("GET", "/api/v2/roles?page[size]=100").json["data"]
        [role] = [{"type": "roles", "id": one["id"]} for one in roles if one["attributes"]["name"] == STANDARD]
        attributes = {"email": new_email("bot"), "service_account": True}
        account = {"type": "users", "attributes": attributes, "relationships": {"roles": {"data": [role]}}}
        made = own.server.request("POST", "/api/v2/service_accounts", {"data": account}).json["data"]
        path = f"/api/v2/service_accounts/{made['id']}/access_tokens"
        body = token_body("service_access_tokens", "short", [ACT], timedelta(minutes=10))
        short = own.server.request("POST", path, body).json["data"]
        given = own.aws_credentials(connection, text(short)).json
        assert moment(given["Expiration"]) <= moment(short["attributes"]["expires_at"])
        assert own.aws_credentials(connection, text(short)).json == given, "no other could live longer"
        hour = own.aws_credentials(connection, text(personal_token(own.server, ACT))).json
        assert 3_000 < moment(hour["Expiration"]) - time.time() <= 3_600

    def test_an_act_token_is_given_itself(self, own: Own, openai: VendorTwin) -> None:
        connection, other = own.actor.connect(openai), own.actor.connect(openai)
        token = act_token(own.server, connection, lifetime=900, methods=["GET"], acts=2)
        given = own.aws_credentials(connection, text(token)).json
        assert given["Token"] == text(token)
        assert given["AccessKeyId"] == token["attributes"]["access_key_id"]
        assert given["SecretAccessKey"] == token["attributes"]["secret_access_key"]
        assert moment(given["Expiration"]) <= moment(token["attributes"]["expires_at"])
        assert_tool_error(own.aws_credentials(other, text(token)), 403)
        assert own.server.request("DELETE", f"{ACT_TOKENS}/{token['id']}").status == 204
        assert_tool_error(own.aws_credentials(connection, text(token)), 403)

    def test_nobody_else_is_answered(self, own: Own, openai: VendorTwin) -> None:
        connection = own.actor.connect(openai)
        proof = text(personal_token(own.server, ACT))
        keys = own.server.keys
        for wrong in [None, f"Bearer {proof}", proof[:-1], f"{proof}0", "kwd_x", keys.application_key]:
            assert_tool_error(own.aws_credentials(connection, wrong), 403)
        with_keys = request(own.server, "GET", credentials_path(connection, "aws"), keys.headers)
        assert_tool_error(with_keys, 403)
        for strange in [
            {"Origin": "null"},
            {"Origin": own.url("")},
            {"Sec-Fetch-Site": "same-origin"},
            {"X-Forwarded-For": "127.0.0.1"},
            {"Via": "1.1 proxy"},
            {"Host": "keyway.example.com"},
            {"Host": f"localhost:{own.server.port + 1}"},
            {"Host": "localhost"},
        ]:
            assert_tool_error(own.aws_credentials(connection, proof, **strange), 403)
        path = credentials_path(connection, "aws")
        assert request(own.server, "HEAD", path, {"Authorization": proof}).status == 403
        assert request(own.server, "POST", path, {"Authorization": proof}, b"").status == 405
        # The other cloud's header is no proof here.
        assert_tool_error(request(own.server, "GET", path, {"X-IDENTITY-HEADER": proof}), 403)
        azure = credentials_path(connection, "azure")
        assert_tool_error(request(own.server, "GET", azure + RESOURCE, {"Authorization": proof}), 403)
        for query in ("", "?resource=x", "?api-version=2018-02-01&resource=x", "?api-version=2019-08-01&resource="):
            assert_tool_error(request(own.server, "GET", azure + query, {"X-IDENTITY-HEADER": proof}), 400)
        reader = text(personal_token(own.server, "connections_read"))
        assert_tool_error(own.aws_credentials(connection, reader), 403)
        assert_tool_error(own.aws_credentials("aaa11111-aa11-4a11-aaaa-aaaaaa111111", proof), 404)
        assert_tool_error(own.aws_credentials("none", proof), 400)
        assert own.aws_credentials(connection, proof).status == 200

    def test_host_is_the_one_that_the_operator_gave(self, tmp_path: pathlib.Path, openai: VendorTwin) -> None:
        keys = initialise(tmp_path / "data")
        options = (*LOOPBACK, "--public-url", "https://keyway.example.com")
        with running(tmp_path / "data", keys, *options) as server:
            connection = Actor(server).connect(openai)
            proof = {"Authorization": text(personal_token(server, ACT))}
            path = credentials_path(connection, "aws")
            for host in ("keyway.example.com", "Keyway.example.com:443"):
                assert request(server, "GET", path, proof | {"Host": host}).status == 200
            for host in (server.address, "keyway.example.com:8443", "keyway.example.com.evil.example", "x"):
                assert_tool_error(request(server, "GET", path, proof | {"Host": host}), 403)


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
