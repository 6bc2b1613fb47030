"""Errors of Keyway's own, as vendors' clients show them: with what went wrong, and without sending in vain."""

import json
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import notion_client
import openai
import pytest
import requests
from acting import LOOPBACK, Actor, act_events, acting, assert_own, http_body
from botocore.config import Config
from botocore.exceptions import ClientError
from catalogue import BY_NAME
from google.api_core.exceptions import Forbidden
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage
from harness import CONNECTIONS
from requests.adapters import HTTPAdapter
from twins import hostile
from twins.hostile import HostileUpstream
from urllib3.util import Retry

NOTHING = [{"name": "nothing", "paths": ["/nothing"]}]
WORDS = 'No rule of this connection allows the request. The nearest is "nothing"'


@pytest.fixture(scope="module")
def actor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Actor]:
    with acting(tmp_path_factory.mktemp("errors")) as actor:
        yield actor


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Actor]:
    with acting(tmp_path_factory.mktemp("impatient"), *LOOPBACK, "--egress-timeout", "1") as actor:
        yield actor


def connect(actor: Actor, kind: str, **settings: Any) -> str:
    """A connection of a credential type by which nothing may be done."""
    connection_id = actor.server.create(BY_NAME[kind].create("errors", secret=lambda label: f"secret-of-{label}-0123"))
    assert actor.set(connection_id, rules=NOTHING, **settings).status == 200
    return connection_id


def url(actor: Actor, connection_id: str) -> str:
    return f"http://127.0.0.1:{actor.server.port}{CONNECTIONS}/{connection_id}/proxy"


def intents(actor: Actor, connection_id: str) -> int:
    """How often the act was begun."""
    events = [event for event in act_events(actor.server.data_dir) if event["resource_id"] == connection_id]
    return sum(event["details"]["phase"] == "intent" for event in events)


def aws(actor: Actor, connection_id: str, service: str) -> Any:
    client = boto3.client(
        service,
        endpoint_url=f"{url(actor, connection_id)}/{service}/us-east-1",
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"mode": "standard", "total_max_attempts": 3}),
    )

    def add_keys(request: Any, **_: Any) -> None:
        for name, value in actor.server.keys.headers.items():
            request.headers[name] = value

    client.meta.events.register("before-sign.*", add_keys)
    return client


class TestTheTextOfARefusal:
    """It is what the client's own exception says."""

    def test_in_openai(self, actor: Actor) -> None:
        client = openai.OpenAI(
            base_url=url(actor, connect(actor, "OpenAIAPIKey")) + "/v1",
            api_key="x",
            default_headers=actor.server.keys.headers,
        )
        with pytest.raises(openai.PermissionDeniedError) as caught:
            client.models.list()
        assert WORDS in str(caught.value)
        assert caught.value.code == "rule_refused"

    def test_in_notion(self, actor: Actor) -> None:
        client = notion_client.Client(auth="x", base_url=url(actor, connect(actor, "NotionAPIKey")))
        client.client.headers.update(actor.server.keys.headers)
        with pytest.raises(notion_client.APIResponseError) as caught:
            client.users.list()
        assert WORDS in str(caught.value)

    def test_in_google_cloud_storage(self, actor: Actor) -> None:
        client = storage.Client(
            project="p",
            credentials=AnonymousCredentials(),
            client_options={"api_endpoint": url(actor, connect(actor, "GCPServiceAccount")) + "/storage"},
            extra_headers=actor.server.keys.headers,
        )
        with pytest.raises(Forbidden, match="No rule of this connection"):
            client.get_bucket("bucket")

    @pytest.mark.parametrize(
        ("service", "call"),
        [
            ("s3", lambda client: client.list_objects_v2(Bucket="bucket")),
            ("dynamodb", lambda client: client.list_tables()),
            ("lambda", lambda client: client.list_functions()),
            ("sts", lambda client: client.get_caller_identity()),
            ("ec2", lambda client: client.describe_regions()),
            ("route53", lambda client: client.list_hosted_zones()),
        ],
        ids=["REST and XML", "JSON", "REST and JSON", "query", "EC2", "route53"],
    )
    def test_in_boto3(self, actor: Actor, service: str, call: Callable[[Any], Any]) -> None:
        with pytest.raises(ClientError) as caught:
            call(aws(actor, connect(actor, "AWSAssumeRole"), service))
        error = caught.value.response["Error"]
        assert error["Code"] == "KeywayRuleRefused"
        assert WORDS in error["Message"]
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403

    @pytest.mark.parametrize(
        ("kind", "pointer"),
        [
            ("AnthropicAPIKey", ("error", "message")),
            ("AzureTenant", ("error", "message")),
            ("CircleCIAPIKey", ("message",)),
            ("ClickupAPIKey", ("err",)),
            ("FastlyAPIKey", ("detail",)),
            ("FreshserviceAPIKey", ("message",)),
            ("GeminiAPIKey", ("error", "message")),
            ("GitlabAPIKey", ("message",)),
            ("GreyNoiseAPIKey", ("message",)),
            ("LaunchDarklyAPIKey", ("message",)),
            ("OktaAPIToken", ("errorSummary",)),
            ("ServiceNowBasicAuth", ("error", "detail")),
            ("SplitAPIKey", ("message",)),
            ("VirusTotalAPIKey", ("error", "message")),
        ],
    )
    def test_stands_where_the_vendors_clients_read_it(self, actor: Actor, kind: str, pointer: tuple[str, ...]) -> None:
        answer = actor.act(connect(actor, kind), "GET", "/anything")
        assert_own(answer, "rule_refused")
        value = answer.json
        for step in pointer:
            value = value[step]
        assert value == answer.errors[0]["detail"]

    def test_of_the_gate_is_there_too(self, actor: Actor) -> None:
        connection_id = connect(actor, "OpenAIAPIKey")
        answer = requests.get(f"{url(actor, connection_id)}/v1/models", timeout=20)
        assert answer.status_code == 403
        assert answer.json()["error"]["message"] == answer.json()["errors"][0]["detail"]
        assert answer.headers["X-Should-Retry"] == "false"

    def test_of_other_operations_is_as_it_was(self, actor: Actor) -> None:
        answer = actor.request("GET", f"{CONNECTIONS}/00000000-0000-0000-0000-000000000000")
        assert answer.status == 404
        assert list(answer.json) == ["errors"]
        assert answer.headers.get("X-Should-Retry") is None


class TestWhatCannotChange:
    @pytest.fixture
    def unknown(self, actor: Actor) -> str:
        """A connection to a name that nobody has."""
        return actor.server.create(http_body("https://nobody.invalid"))

    def test_is_sent_once_by_openai(self, actor: Actor, unknown: str) -> None:
        client = openai.OpenAI(base_url=url(actor, unknown), api_key="x", default_headers=actor.server.keys.headers)
        with pytest.raises(openai.APIStatusError) as caught:
            client.models.list()
        assert "its name has no address" in str(caught.value)
        assert caught.value.response.headers["Keyway-Error"] == "upstream_unreachable"
        assert intents(actor, unknown) == 1

    def test_is_sent_once_by_clients_that_retry_each_status_of_a_gateway(self, actor: Actor, unknown: str) -> None:
        # As asana 5.4.0, pysnc 1.2.1 and pycircleci 0.7.0 have it, together.
        retry = Retry(total=3, backoff_factor=0, status_forcelist=[408, 429, *range(500, 600)], allowed_methods=None)
        session = requests.Session()
        session.mount("http://", HTTPAdapter(max_retries=retry))
        answer = session.get(f"{url(actor, unknown)}/x", headers=actor.server.keys.headers, timeout=20)
        assert answer.status_code == 424
        assert answer.json()["errors"][0]["title"] == "Failed Dependency"
        assert intents(actor, unknown) == 1

    def test_of_an_address_that_is_refused_is_sent_once_by_boto3(self, tmp_path: pathlib.Path) -> None:
        variables = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
        with acting(tmp_path, "--egress-allow-plaintext", variables=variables) as actor:
            connection_id = actor.server.create(BY_NAME["AWSAssumeRole"].create("errors"))
            with pytest.raises(ClientError) as caught:
                aws(actor, connection_id, "dynamodb").list_tables()
            assert caught.value.response["Error"]["Code"] == "KeywayEgressRefused"
            assert intents(actor, connection_id) == 1


class TestAPostThatWentOut:
    """It may have been carried out, so no client is led to send it again."""

    @pytest.fixture
    def silent(self) -> Iterator[HostileUpstream]:
        with HostileUpstream(hostile.silent) as upstream:
            yield upstream

    def test_is_not_repeated_by_openai(self, impatient: Actor, silent: HostileUpstream) -> None:
        connection_id = impatient.connect(silent)
        client = openai.OpenAI(
            base_url=url(impatient, connection_id) + "/v1", api_key="x", default_headers=impatient.server.keys.headers
        )
        with pytest.raises(openai.APIStatusError) as caught:
            client.chat.completions.create(model="m", messages=[{"role": "user", "content": "Hello"}])
        assert caught.value.status_code == 504
        assert "may have been carried out" in str(caught.value)
        assert len(silent.received) == 1

    @pytest.mark.parametrize("kind", ["OktaAPIToken", "CircleCIAPIKey"])
    def test_has_a_status_that_is_repeated_by_none_where_clients_look_at_nothing_else(
        self, impatient: Actor, silent: HostileUpstream, kind: str
    ) -> None:
        connection_id = impatient.server.create(BY_NAME[kind].create("errors", secret=lambda _: "secret-0123456789"))
        assert impatient.set(connection_id, base_url=silent.origin, custom_domain=True).status == 200
        answer = impatient.act(connection_id, "POST", "/x", b"{}")
        assert_own(answer, "upstream_timeout")
        assert (answer.status, answer.headers["X-Should-Retry"]) == (424, "false")
        # What may be asked for twice is.
        answer = impatient.act(connection_id, "GET", "/x")
        assert (answer.status, answer.headers.get("X-Should-Retry")) == (504, None)

    @pytest.mark.parametrize("kind", ["OktaAPIToken", "CircleCIAPIKey", "OpenAIAPIKey"])
    def test_and_is_redirected_elsewhere_is_repeated_by_none(
        self, actor: Actor, silent: HostileUpstream, kind: str
    ) -> None:
        silent.script = hostile.raw(
            b"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example.com/\r\nContent-Length: 0\r\n\r\n"
        )
        connection_id = actor.server.create(BY_NAME[kind].create("errors", secret=lambda _: "secret-0123456789"))
        assert actor.set(connection_id, base_url=silent.origin, custom_domain=True).status == 200
        answer = actor.act(connection_id, "POST", "/x", b"{}")
        assert_own(answer, "redirect_refused")
        assert answer.status == (502 if kind == "OpenAIAPIKey" else 424)
        assert answer.headers["X-Should-Retry"] == "false"
        assert answer.headers["Keyway-Upstream-Location"] == "https://elsewhere.example.com/"
        assert "may have been carried out" in answer.errors[0]["detail"]
        answer = actor.act(connection_id, "GET", "/x")
        assert (answer.status, answer.headers["X-Should-Retry"]) == (502, "false")

    def test_and_was_broken_off_is_not_repeated(self, actor: Actor, silent: HostileUpstream) -> None:
        silent.script = hostile.raw(b"")
        answer = actor.act(actor.connect(silent), "POST", "/x", b"{}")
        assert answer.status == 502
        assert answer.headers["X-Should-Retry"] == "false"

    def test_waits_as_long_as_the_connection_has_it(self, actor: Actor, silent: HostileUpstream) -> None:
        connection_id = actor.connect(silent, timeout=1)
        assert actor.settings(connection_id)["timeout"] == 1
        assert_own(actor.act(connection_id, "GET", "/x"), "upstream_timeout")
        assert actor.set(connection_id, timeout=0).status == 400

    def test_is_kept_waiting_for_longer_than_the_server_waits(self, impatient: Actor, silent: HostileUpstream) -> None:
        silent.script = hostile.slow_body
        connection_id = impatient.connect(silent, timeout=30)

        def late(request: Any, send: Callable[[bytes], None]) -> None:
            hostile.time.sleep(2)
            send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

        silent.script = late
        answer = impatient.act(connection_id, "POST", "/x", b"{}")
        assert (answer.status, json.loads(answer.body)) == (200, {})
