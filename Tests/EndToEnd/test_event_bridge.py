"""Event sources of Amazon EventBridge, by both versions of the official Python client."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from datadog_api_client.v1 import models as first
from datadog_api_client.v1.api.aws_integration_api import AWSIntegrationApi as FirstApi
from datadog_api_client.v2 import models
from datadog_api_client.v2.api.aws_integration_api import AWSIntegrationApi
from harness import AWS, AWS_ACCOUNTS, Keys, Server
from official import assert_typed, official_client, raises, typed

PATH = f"{AWS}/event_bridge"
NUMBERS = itertools.count(200_000_000_000)


@pytest.fixture(scope="module")
def aws(server: Server) -> Iterator[AWSIntegrationApi]:
    with official_client(server.address, server.keys) as api_client:
        yield AWSIntegrationApi(api_client)


@pytest.fixture(scope="module")
def first_aws(server: Server) -> Iterator[FirstApi]:
    with official_client(server.address, server.keys) as api_client:
        yield FirstApi(api_client)


def source(account: str, name: str = "alerts", region: str = "us-east-1", **more: Any) -> dict:
    return {"account_id": account, "event_generator_name": name, "region": region, **more}


def body(attributes: dict) -> dict:
    return {"data": {"type": "event_bridge", "attributes": attributes}}


def creation(attributes: dict) -> models.AWSEventBridgeCreateRequest:
    return typed(models.AWSEventBridgeCreateRequest, body(attributes))


def deletion(attributes: dict) -> models.AWSEventBridgeDeleteRequest:
    return typed(models.AWSEventBridgeDeleteRequest, body(attributes))


def listed(aws: AWSIntegrationApi, account: str) -> list[dict]:
    response = aws.list_aws_event_bridge_sources()
    assert_typed(response)
    assert response.data.id == "get_event_bridge"
    accounts = response.to_dict()["data"]["attributes"]["accounts"]
    assert [found["account_id"] for found in accounts] == sorted(found["account_id"] for found in accounts)
    return [found for found in accounts if found["account_id"] == account]


def test_one_lives_from_create_to_delete(aws: AWSIntegrationApi) -> None:
    account = str(next(NUMBERS))
    assert listed(aws, account) == []
    response = aws.create_aws_event_bridge_source(creation(source(account, "app-alerts", create_event_bus=True)))
    assert_typed(response)
    attributes = response.data.attributes
    name = attributes.event_source_name
    assert name.startswith("app-alerts-")
    assert (attributes.has_bus, attributes.region, str(attributes.status)) == (True, "us-east-1", "created")
    assert listed(aws, account) == [
        {"account_id": account, "event_hubs": [{"name": name, "region": "us-east-1"}], "tags": []}
    ]
    assert aws.list_aws_event_bridge_sources().data.attributes.is_installed
    response = aws.delete_aws_event_bridge_source(deletion(source(account, name)))
    assert_typed(response)
    assert str(response.data.attributes.status) == "empty"
    assert listed(aws, account) == []


def test_an_account_has_the_tags_of_its_configuration(aws: AWSIntegrationApi, server: Server) -> None:
    account = str(next(NUMBERS))
    attributes = {"aws_account_id": account, "aws_partition": "aws", "account_tags": ["env:prod", "*"]}
    attributes["auth_config"] = {"role_name": "Role"}
    created = server.request("POST", AWS_ACCOUNTS, {"data": {"type": "account", "attributes": attributes}})
    assert created.status == 200
    for region in ("eu-west-1", "us-east-1"):
        aws.create_aws_event_bridge_source(creation(source(account, region=region)))
    (found,) = listed(aws, account)
    assert found["tags"] == ["env:prod", "*"]
    assert [hub["region"] for hub in found["event_hubs"]] == ["eu-west-1", "us-east-1"]


def test_409_for_the_same_name_in_the_same_region(aws: AWSIntegrationApi) -> None:
    account = str(next(NUMBERS))
    aws.create_aws_event_bridge_source(creation(source(account)))
    raises(409, lambda: aws.create_aws_event_bridge_source(creation(source(account))))
    aws.create_aws_event_bridge_source(creation(source(account, region="eu-west-1")))
    aws.create_aws_event_bridge_source(creation(source(account, name="others")))


@pytest.mark.parametrize(
    ("member", "value"),
    [("account_id", "1"), ("event_generator_name", ""), ("event_generator_name", "a b"), ("region", "nowhere")],
)
def test_400_for_what_is_malformed(aws: AWSIntegrationApi, member: str, value: str) -> None:
    faulty = {**source(str(next(NUMBERS))), member: value}
    raises(400, lambda: aws.create_aws_event_bridge_source(creation(faulty)), f"/data/attributes/{member}")
    raises(400, lambda: aws.delete_aws_event_bridge_source(deletion(faulty)), f"/data/attributes/{member}")


def test_400_for_one_that_is_not_there(aws: AWSIntegrationApi) -> None:
    account = str(next(NUMBERS))
    name = aws.create_aws_event_bridge_source(creation(source(account))).data.attributes.event_source_name
    for wrong in (
        source(account, "alerts"),
        source(account, "alerts-00000000"),
        source(account, name, "eu-west-1"),
        source(str(next(NUMBERS)), name),
    ):
        raises(400, lambda wrong=wrong: aws.delete_aws_event_bridge_source(deletion(wrong)))
    assert listed(aws, account)


def test_the_first_version_has_the_same(aws: AWSIntegrationApi, first_aws: FirstApi, server: Server) -> None:
    account = str(next(NUMBERS))
    response = first_aws.create_aws_event_bridge_source(typed(first.AWSEventBridgeCreateRequest, source(account)))
    assert_typed(response)
    assert (response.has_bus, str(response.status)) == (False, "created")
    name = response.event_source_name
    assert listed(aws, account)[0]["event_hubs"] == [{"name": name, "region": "us-east-1"}]
    response = first_aws.list_aws_event_bridge_sources()
    assert_typed(response)
    assert response.is_installed
    (found,) = (found for found in response.accounts if found.account_id == account)
    assert [hub.name for hub in found.event_hubs] == [name]
    raises(
        409, lambda: first_aws.create_aws_event_bridge_source(typed(first.AWSEventBridgeCreateRequest, source(account)))
    )
    raises(
        400,
        lambda: first_aws.create_aws_event_bridge_source(typed(first.AWSEventBridgeCreateRequest, source("1"))),
        "/account_id",
    )
    response = first_aws.delete_aws_event_bridge_source(typed(first.AWSEventBridgeDeleteRequest, source(account, name)))
    assert str(response.status) == "empty"
    answer = server.request("GET", "/api/v1/integration/aws/event_bridge")
    assert answer.headers["Content-Type"] == "application/json"


def test_each_organisation_has_its_own(two: tuple[Server, Keys]) -> None:
    server, second = two
    account = str(next(NUMBERS))
    created = server.request("POST", PATH, body(source(account)))
    assert created.status == 200
    name = created.json["data"]["attributes"]["event_source_name"]
    assert server.request("GET", PATH, keys=second).json["data"]["attributes"] == {
        "accounts": [],
        "is_installed": False,
    }
    assert server.request("DELETE", PATH, body(source(account, name)), keys=second).status == 400
    assert server.request("POST", PATH, body(source(account)), keys=second).status == 200
    assert server.request("DELETE", PATH, body(source(account, name))).status == 200
