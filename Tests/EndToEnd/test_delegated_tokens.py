"""AWS workloads without a key: tokens for a proof of their names, by the official client, and forged proofs."""

import base64
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from acting import LOOPBACK, assert_clean
from catalogue import BY_NAME
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.aws import AWSAuth
from datadog_api_client.exceptions import ForbiddenException
from datadog_api_client.v2.api.action_connection_api import ActionConnectionApi
from datadog_api_client.v2.api.cloud_authentication_api import CloudAuthenticationApi
from datadog_api_client.v2.api.key_management_api import KeyManagementApi
from datadog_api_client.v2.model.aws_cloud_auth_persona_mapping_create_attributes import (
    AWSCloudAuthPersonaMappingCreateAttributes as Attributes,
)
from datadog_api_client.v2.model.aws_cloud_auth_persona_mapping_create_data import (
    AWSCloudAuthPersonaMappingCreateData as Data,
)
from datadog_api_client.v2.model.aws_cloud_auth_persona_mapping_create_request import (
    AWSCloudAuthPersonaMappingCreateRequest as Request,
)
from datadog_api_client.v2.model.aws_cloud_auth_persona_mapping_type import AWSCloudAuthPersonaMappingType as Type
from delegated import (
    MAPPINGS,
    PATTERN,
    ROLE,
    Place,
    exchange,
    map_workload,
    proof,
    workload,
)
from harness import CONNECTIONS, audit_events, initialise, running, send
from official import assert_typed
from people import READER, service_account
from twins.aws import ACCOUNT, AWSTwin, aws_twin


@pytest.fixture(scope="module")
def aws() -> Iterator[AWSTwin]:
    with aws_twin() as twin:
        yield twin
        assert_clean(twin)


@pytest.fixture(scope="module")
def place(aws: AWSTwin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    data_dir = tmp_path_factory.mktemp("delegated") / "data"
    keys = initialise(data_dir)
    with running(data_dir, keys, "--rate-limit", "off", *LOOPBACK, variables=aws.environment) as server:
        yield workload(server, data_dir, aws)


@pytest.fixture
def reader(place: Place) -> Iterator[Any]:
    """A service account that reads, for which the workload stands."""
    account = service_account(place.server, READER)
    made = map_workload(place, account.user_id)
    assert made.status == 201, made.body
    yield account
    place.server.request("DELETE", f"{MAPPINGS}/{made.json['data']['id']}")


def names(parts: list[str]) -> dict[str, list[str]]:
    return json.loads(base64.b64decode(parts[1]))


def with_names(parts: list[str], **changes: Any) -> list[str]:
    """The proof with other headers."""
    changed = {name: value for name, value in (names(parts) | changes).items() if value is not None}
    return [parts[0], base64.b64encode(json.dumps(changed).encode()).decode(), *parts[2:]]


def other(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_the_official_client_logs_in_without_a_key(place: Place, reader: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", place.credentials.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", place.credentials.secret_access_key)
    monkeypatch.setenv("AWS_SESSION_TOKEN", place.credentials.session_token)
    connection_id = place.server.create(BY_NAME["OpenAIAPIKey"].create("of the workload"))
    for region in (None, "eu-west-1"):
        configuration = Configuration(
            host=f"http://{place.server.address}",
            delegated_auth_provider=AWSAuth(region),
            delegated_auth_org_uuid=place.organization,
        )
        configuration.unstable_operations["list_aws_cloud_auth_persona_mappings"] = True
        with ApiClient(configuration) as api_client:
            assert_typed(ActionConnectionApi(api_client).get_action_connection(connection_id))
            # Of what the user may, and no more.
            with pytest.raises(ForbiddenException):
                KeyManagementApi(api_client).list_api_keys()
    events = [json.loads(event) for _, _, event in audit_events(place.data_dir)]
    made = [event for event in events if event["action"] == "access_token.delegate"]
    assert len(made) >= 2
    for event in made:
        assert event["actor"]["user_id"] == reader.user_id
        assert event["details"]["arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE}/run-1"


def test_a_token_lives_for_15_minutes_and_opens_what_its_user_may(place: Place, reader: Any) -> None:
    answer = exchange(place, proof(place))
    assert answer.status == 200, answer.body
    attributes = answer.json["data"]["attributes"]
    left = int(attributes["expires"]) - datetime.now(UTC).timestamp()
    assert 600 < left <= 901
    connection = place.server.connect()
    try:
        bearer = {"Authorization": f"Bearer {attributes['access_token']}"}
        assert send(connection, "GET", CONNECTIONS, None, bearer).status == 200
        assert send(connection, "POST", CONNECTIONS, {}, bearer).status == 403
    finally:
        connection.close()


@pytest.mark.usefixtures("reader")
def test_a_proof_counts_once(place: Place, aws: AWSTwin) -> None:
    parts = proof(place)
    assert exchange(place, parts).status == 200
    repeated = with_names(parts, **{"User-Agent": ["another"]})
    for again in (parts, repeated):
        answer = exchange(place, again)
        assert (answer.status, "already" in answer.json["errors"][0]) == (403, True)
    parts = proof(place)
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(exchange(place, parts).status)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [403] * 7


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    "change",
    [
        lambda parts: [other("Action=AssumeRole&Version=2011-06-15"), *parts[1:]],
        lambda parts: [*parts[:2], "GET", parts[3]],
        lambda parts: [*parts[:3], other("https://evil.example")],
        lambda parts: [*parts[:3], other("http://169.254.169.254/")],
        lambda parts: [*parts[:3], other("https://sts.amazonaws.com.evil.example")],
        lambda parts: [*parts[:3], other("https://sts.eu-west-1.amazonaws.com")],
        lambda parts: with_names(parts, **{"x-ddog-org-id": ["01a22dd2-1fb8-7000-a70e-eb85099603fb"]}),
        lambda parts: with_names(parts, **{"x-ddog-org-id": None}),
        lambda parts: with_names(parts, Authorization=[names(parts)["Authorization"][0].replace("x-ddog-org-id", "x")]),
        lambda parts: with_names(parts, Authorization=["Bearer x"]),
        lambda parts: parts[:3],
        lambda parts: ["x"],
    ],
)
def test_what_is_no_proof_reaches_nobody(place: Place, aws: AWSTwin, change: Any) -> None:
    seen = len(aws.received)
    answer = exchange(place, change(proof(place)))
    assert answer.status == 403, answer.body
    assert len(aws.received) == seen


@pytest.mark.usefixtures("reader")
def test_a_forged_signature_is_refused_by_sts(place: Place) -> None:
    parts = proof(place)
    (signature,) = names(parts)["Authorization"]
    forged = signature[:-1] + ("0" if signature[-1] != "0" else "1")
    answer = exchange(place, with_names(parts, Authorization=[forged]))
    assert (answer.status, "SignatureDoesNotMatch" in answer.json["errors"][0]) == (403, True)
    answer = exchange(place, with_names(parts, **{"X-Amz-Security-Token": ["another"]}))
    assert answer.status == 403


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("minutes", [-6, 6])
def test_other_times_are_refused(place: Place, aws: AWSTwin, minutes: int) -> None:
    seen = len(aws.received)
    assert exchange(place, proof(place, at=datetime.now(UTC) + timedelta(minutes=minutes))).status == 403
    assert len(aws.received) == seen


def test_no_mapping_no_question(place: Place, aws: AWSTwin) -> None:
    seen = len(aws.received)
    answer = exchange(place, proof(place))
    assert (answer.status, "mapping" in answer.json["errors"][0]) == (403, True)
    assert len(aws.received) == seen


def test_another_role_gets_nothing(place: Place) -> None:
    account = service_account(place.server, READER)
    made = map_workload(place, account.user_id, f"arn:aws:sts::{ACCOUNT}:assumed-role/another")
    assert made.status == 201, made.body
    try:
        assert exchange(place, proof(place)).status == 403
    finally:
        place.server.request("DELETE", f"{MAPPINGS}/{made.json['data']['id']}")


def test_mappings_by_the_official_client(place: Place) -> None:
    account = service_account(place.server, READER)
    configuration = Configuration(host=f"http://{place.server.address}")
    configuration.api_key["apiKeyAuth"] = place.server.keys.api_key
    configuration.api_key["appKeyAuth"] = place.server.keys.application_key
    for name in ("create", "get", "delete"):
        configuration.unstable_operations[f"{name}_aws_cloud_auth_persona_mapping"] = True
    configuration.unstable_operations["list_aws_cloud_auth_persona_mappings"] = True
    with ApiClient(configuration) as api_client:
        api = CloudAuthenticationApi(api_client)
        attributes = Attributes(account_identifier=account.user_id, arn_pattern=PATTERN)
        request = Request(data=Data(attributes=attributes, type=Type.AWS_CLOUD_AUTH_CONFIG))
        made = api.create_aws_cloud_auth_persona_mapping(request)
        assert_typed(made)
        assert made.data.attributes.account_uuid == account.user_id
        listed = api.list_aws_cloud_auth_persona_mappings()
        assert_typed(listed)
        assert [mapping.id for mapping in listed.data] == [made.data.id]
        assert api.get_aws_cloud_auth_persona_mapping(made.data.id).data.attributes.arn_pattern == PATTERN
        assert map_workload(place, account.user_id).status == 409
        api.delete_aws_cloud_auth_persona_mapping(made.data.id)
        assert api.list_aws_cloud_auth_persona_mappings().data == []
    for account_identifier, pattern in (("nobody", PATTERN), (account.user_id, "arn:aws:iam::123456789012:user/*")):
        assert map_workload(place, account_identifier, pattern).status == 400
