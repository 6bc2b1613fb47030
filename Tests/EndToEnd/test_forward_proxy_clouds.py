"""The forward proxy before clouds: AWS' hosts, whose requests are signed, and hosts that issue other clouds' tokens."""

import json
import os
import pathlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from acting import TWINS, Actor, act_events, acting, assert_clean, connection_body
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from catalogue import CREDENTIALS, at
from harness import ROOT, audit_events
from proxying import Client, Runner, ask, authorization, certified, open_session
from tokens import act_token, personal_token, text
from twins.aws import ACCOUNT, AWSTwin, aws_twin
from twins.azure import AzureTwin
from twins.google import GoogleTwin, private_key

IS_LONG = "KEYWAY_LONG" in os.environ
MEBIBYTES = 100 if IS_LONG else 20
BUCKET = "proxied"
S3, STS, SQS = "s3.us-east-1.amazonaws.com", "sts.us-east-1.amazonaws.com", "sqs.us-east-1.amazonaws.com"
# A bucket's hosts of one region, and of all: clients ask for one or the other.
AWS_HOSTS = (S3, f"{BUCKET}.{S3}", "s3.amazonaws.com", f"{BUCKET}.s3.amazonaws.com", STS, SQS)
STORAGE, GOOGLE_TOKENS = "storage.googleapis.com", "oauth2.googleapis.com"
MANAGEMENT, ENTRA = "management.azure.com", "login.microsoftonline.com"


@dataclass
class Clouds:
    """A server that is a proxy, and clouds at their own names."""

    actor: Actor
    aws: AWSTwin
    google: GoogleTwin
    azure: AzureTwin
    connections: dict[str, str]

    def client(self, *names: str) -> Client:
        ids = [self.connections[name] for name in names]
        session = open_session(self.actor, *ids)
        return Client(session, authorization(session["id"], text(act_token(self.actor.server, *ids))))


@pytest.fixture(scope="module")
def clouds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clouds]:
    place = tmp_path_factory.mktemp("clouds")
    tls = certified(place, *AWS_HOSTS, STORAGE, GOOGLE_TOKENS, MANAGEMENT, ENTRA)
    google, azure = TWINS["GCPServiceAccount"](), TWINS["AzureTenant"]()
    with aws_twin() as aws, google, azure:
        for twin in (aws, google, azure):
            twin.tls = tls
        options = ["--proxy-listen", "127.0.0.1:0", "--egress-allow", "127.0.0.0/8"]
        options += ["--egress-ca-file", str(place / "certificate.pem")]
        hosts = dict.fromkeys(AWS_HOSTS, aws) | dict.fromkeys((STORAGE, GOOGLE_TOKENS), google)
        for name, twin in (hosts | dict.fromkeys((MANAGEMENT, ENTRA), azure)).items():
            options += ["--egress-map", f"{name}={twin.authority}"]
        variables = {name: value for name, value in aws.environment.items() if name != "AWS_ENDPOINT_URL"}
        with acting(place, *options, variables=variables) as actor:
            connections = {}
            for name, twin in (("AWS", aws), ("GCP", google), ("Azure", azure)):
                connections[name] = actor.server.create(connection_body(twin))
            attributes = actor.server.attributes(connections["AWS"])
            credentials = at({"data": {"attributes": attributes}}, CREDENTIALS)
            aws.trust(credentials["role"], credentials["external_id"], "s3:*", "sqs:*", "sts:*")
            yield Clouds(actor, aws, google, azure, connections)
        assert_clean(aws, google, azure)


@pytest.fixture
def runner(clouds: Clouds, tmp_path: pathlib.Path) -> Runner:
    return Runner(clouds.actor, tmp_path)


# The keys of the run's own token, which the SDK asks for by itself; and keys that are nobody's.
KEYS = {
    "token": "",
    "dummy": "export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE AWS_SECRET_ACCESS_KEY=dummy",
}


# Signatures at the host of STS in a region.
SIGNED = {("sts", "us-east-1"): 200, ("iam", "us-east-1"): 400, ("sts", "eu-west-1"): 400}


class TestAWS:
    @pytest.mark.parametrize("keys", KEYS)
    @pytest.mark.parametrize("endpoints", ["regional", "legacy"])
    def test_the_command_copies_files(
        self, clouds: Clouds, runner: Runner, tmp_path: pathlib.Path, keys: str, endpoints: str
    ) -> None:
        large = tmp_path / "large"
        with large.open("wb") as file:
            for _ in range(MEBIBYTES if keys == "token" and endpoints == "regional" else 9):
                file.write(os.urandom(1 << 20))
        command = f"{ROOT}/.venv/bin/aws"
        script = f"""
        set -e
        unset AWS_ENDPOINT_URL
        export AWS_S3_US_EAST_1_REGIONAL_ENDPOINT={endpoints} AWS_MAX_ATTEMPTS=1
        {KEYS[keys]}
        {command} s3api head-bucket --bucket {BUCKET} 2> /dev/null || {command} s3 mb s3://{BUCKET}
        {command} s3 cp --no-progress {large} s3://{BUCKET}/{keys}/a%20b
        {command} s3 cp --no-progress s3://{BUCKET}/{keys}/a%20b {tmp_path}/back
        cmp {large} {tmp_path}/back
        """
        seen = len(clouds.aws.signatures)
        done = runner.run(clouds.connections["AWS"], "sh", "-c", script)
        assert done.returncode == 0, done.stdout + done.stderr
        assert len(clouds.aws.signatures) > seen
        # All of it is signed by the role's session, and is an act.
        assert {signature.key for signature in clouds.aws.signatures[seen:]} <= set(clouds.aws.sessions)
        events = act_events(clouds.actor.server.data_dir)
        event = [event for event in events if event["details"]["phase"] == "intent"][-1]
        assert event["details"]["origin"].endswith(".amazonaws.com")
        assert event["resource_id"] == clouds.connections["AWS"]

    def test_rules_see_the_bucket_that_stands_in_the_host(
        self, clouds: Clouds, runner: Runner, tmp_path: pathlib.Path
    ) -> None:
        connection_id = clouds.actor.server.create(connection_body(clouds.aws))
        attributes = clouds.actor.server.attributes(connection_id)
        credentials = at({"data": {"attributes": attributes}}, CREDENTIALS)
        clouds.aws.trust(credentials["role"], credentials["external_id"], "s3:*")
        rule = {"name": "public", "paths": [f"/s3/us-east-1/{BUCKET}/public/*", f"/s3/us-east-1/{BUCKET}"]}
        assert clouds.actor.set(connection_id, rules=[rule]).status == 200
        (tmp_path / "small").write_text("small")
        command = f"{ROOT}/.venv/bin/aws s3api put-object --bucket {BUCKET} --body {tmp_path}/small"
        for key, is_allowed in (("public/x", True), ("private/x", False)):
            script = f"unset AWS_ENDPOINT_URL; export AWS_MAX_ATTEMPTS=1; {command} --key {key}"
            done = runner.run(connection_id, "sh", "-c", script, AWS_S3_US_EAST_1_REGIONAL_ENDPOINT="regional")
            assert (done.returncode == 0) == is_allowed, done.stdout + done.stderr

    @pytest.mark.parametrize("name", AWS_HOSTS)
    def test_hosts_of_services_and_buckets_are_opened(self, clouds: Clouds, name: str) -> None:
        assert clouds.client("AWS").refusal(f"{name}:443")[0] == 200

    @pytest.mark.parametrize(
        "name",
        [
            "amazonaws.com",
            "ec2-203-0-113-7.compute-1.amazonaws.com",
            "ec2-203-0-113-7.eu-west-1.compute.amazonaws.com",
            "abc123.execute-api.us-east-1.amazonaws.com",
            "lb-123.us-east-1.elb.amazonaws.com",
            "a.b.s3.us-east-1.amazonaws.com",
            "s3-website-us-east-1.amazonaws.com",
            "s3.us-gov-west-1.amazonaws.com",
            "s3.cn-north-1.amazonaws.com.cn",
            "s3.us-east-1.amazonaws.com.evil.example",
            "d111111abcdef8.cloudfront.net",
        ],
    )
    def test_hosts_of_customers_and_of_other_partitions_are_not(self, clouds: Clouds, name: str) -> None:
        assert clouds.client("AWS").refusal(f"{name}:443")[0] == 403

    def test_the_authority_is_confined_to_the_partition(self, clouds: Clouds) -> None:
        assert clouds.client("AWS").session["attributes"]["hosts"] == ["amazonaws.com", "api.aws"]

    def test_a_request_is_for_the_service_of_its_host(self, clouds: Clouds) -> None:
        """A signature for one service does not turn another's host into that service's."""
        client = clouds.client("AWS")
        body = b"Action=GetCallerIdentity&Version=2011-06-15"
        for (service, region), status in SIGNED.items():
            request = AWSRequest("POST", f"https://{STS}/", {"Content-Type": "application/x-www-form-urlencoded"}, body)
            SigV4Auth(Credentials("AKIAIOSFODNN7EXAMPLE", "dummy"), service, region).add_auth(request)
            headers = {name.replace("-", "_"): value for name, value in request.headers.items()}
            answer = client.ask(STS, "POST", "/", body, **headers)
            assert answer.status == status, answer.body
            if status == 200:
                assert ACCOUNT.encode() in answer.body

    def test_a_signature_by_a_tokens_keys_is_verified(self, clouds: Clouds) -> None:
        client = clouds.client("AWS")
        token = act_token(clouds.actor.server, clouds.connections["AWS"])["attributes"]
        body = b"Action=GetCallerIdentity&Version=2011-06-15"
        for secret, status in ((token["secret_access_key"], 200), ("wrong" * 8, 403)):
            request = AWSRequest("POST", f"https://{STS}/", {"Content-Type": "application/x-www-form-urlencoded"}, body)
            SigV4Auth(Credentials(token["access_key_id"], secret), "sts", "us-east-1").add_auth(request)
            headers = {name.replace("-", "_"): value for name, value in request.headers.items()}
            assert client.ask(STS, "POST", "/", body, **headers).status == status

    def test_a_request_without_a_signature_gets_none_unless_the_session_says_so(self, clouds: Clouds) -> None:
        connection_id = clouds.connections["AWS"]
        token = text(act_token(clouds.actor.server, connection_id))
        for adds, status in ((False, 401), (True, 200)):
            session = open_session(clouds.actor, connection_id, add_credentials=adds)
            with Client(session, authorization(session["id"], token)).opened(STS) as opened:
                opened.request("GET", "/?Action=GetCallerIdentity&Version=2011-06-15")
                response = opened.getresponse()
                assert response.status == status, response.read()


GOOGLE = """
import json, sys
from google.auth.transport.requests import AuthorizedSession
from google.oauth2 import service_account
credentials = service_account.Credentials.from_service_account_info(
    json.load(sys.stdin), scopes=["https://www.googleapis.com/auth/cloud-platform"]
)
response = AuthorizedSession(credentials).get("https://storage.googleapis.com/echo")
print(response.status_code, credentials.token[:4], credentials.expiry is not None)
"""

AZURE = """
import httpx
from azure.identity import ClientSecretCredential
credential = ClientSecretCredential("contoso.example", "00000000-0000-0000-0000-000000000000", "dummy")
token = credential.get_token("https://management.azure.com/.default")
url = "https://management.azure.com/subscriptions?api-version=2022-12-01"
print(httpx.get(url, headers={"Authorization": f"Bearer {token.token}"}).status_code, token.token[:4])
"""


class TestTokens:
    def test_googles_client_gets_one_for_a_key_of_nobody(self, clouds: Clouds, runner: Runner) -> None:
        account = {
            "type": "service_account",
            "client_email": "nobody@nowhere.iam.gserviceaccount.com",
            "private_key": private_key(7),
            "private_key_id": "1",
            "token_uri": f"https://{GOOGLE_TOKENS}/token",
        }
        done = runner.run(clouds.connections["GCP"], sys.executable, "-c", GOOGLE, given=json.dumps(account))
        assert done.stdout.split() == ["200", "kwa_", "True"], done.stderr
        # The host was asked by Keyway alone: the twin takes the connection's own key only.
        assert {received.path for received in clouds.google.received} == {"/token", "/echo"}
        assert clouds.google.minted == 1

    def test_azures_client_gets_one_for_a_secret_of_nobody(self, clouds: Clouds, runner: Runner) -> None:
        done = runner.run(clouds.connections["Azure"], sys.executable, "-c", AZURE)
        assert done.stdout.split() == ["200", "kwa_"], done.stderr
        paths = {received.path for received in clouds.azure.received}
        assert paths == {f"/{clouds.azure.tenant}/oauth2/v2.0/token", "/subscriptions"}

    @pytest.mark.parametrize(
        ("name", "host", "path"),
        [("GCP", GOOGLE_TOKENS, "/token"), ("Azure", ENTRA, "/contoso.example/oauth2/v2.0/token")],
    )
    def test_are_the_callers_own(self, clouds: Clouds, name: str, host: str, path: str) -> None:
        """An act token is given back; a personal token gets one that is made of it, and audited."""
        connection_id = clouds.connections[name]
        own = text(act_token(clouds.actor.server, connection_id))
        session = open_session(clouds.actor, connection_id)
        answer = Client(session, authorization(session["id"], own)).ask(host, "POST", path, b"grant_type=x")
        assert answer.status == 200, answer.body
        assert answer.json["access_token"] == own
        assert answer.json["token_type"] == "Bearer"
        assert 0 < answer.json["expires_in"] <= 600
        assert answer.headers["Cache-Control"] == "no-store"
        personal = text(personal_token(clouds.actor.server, "connections_resolve", "connections_read"))
        keys = {"Authorization": f"Bearer {personal}", "DD-API-KEY": "", "DD-APPLICATION-KEY": ""}
        session = open_session(clouds.actor, connection_id, headers=keys)
        client = Client(session, f"Bearer {personal}")
        before = self.tokens_made(clouds)
        first, second = (client.ask(host, "POST", path, b"grant_type=x").json["access_token"] for _ in range(2))
        assert first == second
        assert first.startswith("kwa_")
        assert self.tokens_made(clouds) == before + 1

    def tokens_made(self, clouds: Clouds) -> int:
        """The act tokens that the audit log tells of."""
        events = [json.loads(event) for _, _, event in audit_events(clouds.actor.server.data_dir)]
        return sum(event["action"] == "act_token.create" for event in events)

    @pytest.mark.parametrize(
        ("name", "host", "method", "path"),
        [
            ("GCP", GOOGLE_TOKENS, "GET", "/token"),
            ("GCP", GOOGLE_TOKENS, "POST", "/revoke"),
            ("GCP", GOOGLE_TOKENS, "GET", "/tokeninfo?access_token=x"),
            ("Azure", ENTRA, "GET", "/contoso.example/oauth2/v2.0/authorize"),
            ("Azure", ENTRA, "POST", "/contoso.example/oauth2/v2.0/devicecode"),
        ],
    )
    def test_are_all_that_their_hosts_give(self, clouds: Clouds, name: str, host: str, method: str, path: str) -> None:
        twin = clouds.google if name == "GCP" else clouds.azure
        seen = len(twin.received)
        answer = clouds.client(name).ask(host, method, path)
        assert answer.status == 404
        assert answer.json["error_description"]
        assert len(twin.received) == seen

    def test_of_another_host_on_the_same_connection_are_none(self, clouds: Clouds) -> None:
        with clouds.client("GCP").opened(GOOGLE_TOKENS) as connection:
            assert ask(connection, "POST", "/token", b"", Host=STORAGE).status == 421
