"""The AWS Integration API's account configurations, used by the official Python client as it comes."""

import copy
import itertools
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from catalogue import at, replacing, without
from datadog_api_client.exceptions import (
    ForbiddenException,
    NotFoundException,
)
from datadog_api_client.v2 import models
from datadog_api_client.v2.api.aws_integration_api import AWSIntegrationApi
from datadog_api_client.v2.api.aws_logs_integration_api import AWSLogsIntegrationApi
from harness import AWS, AWS_ACCOUNTS, MEDIA_TYPE, UNKNOWN_ID, Keys, Server
from official import assert_typed, official_client, raises, typed

ATTRIBUTES = ("data", "attributes")
EXTERNAL_ID = re.compile(r"[0-9a-f]{32}")
# What the reference answers: UTC, and six digits of the second's fraction at most.
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
NUMBERS = itertools.count(100_000_000_000)

ROLE = {"role_name": "KeywayIntegrationRole"}
ACCESS_KEYS = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "s3cr3t-access-key"}

# What a create that leaves them out gets.
DEFAULTS = {
    "account_tags": [],
    "aws_regions": {"include_all": True},
    "logs_config": {"lambda_forwarder": {"lambdas": [], "sources": [], "log_source_config": {"tag_filters": []}}},
    "metrics_config": {
        "enabled": True,
        "automute_enabled": True,
        "collect_custom_metrics": False,
        "collect_cloudwatch_alarms": False,
        "tag_filters": [],
        "namespace_filters": {"exclude_only": ["AWS/SQS", "AWS/ElasticMapReduce", "AWS/Usage"]},
    },
    "resources_config": {"cloud_security_posture_management_collection": False, "extended_collection": True},
    "traces_config": {"xray_services": {"include_only": []}},
}

# Every field, none of them as it is by default.
EVERYTHING = {
    "account_tags": ["team:ops", "env:prod"],
    "aws_partition": "aws-us-gov",
    "aws_regions": {"include_only": ["us-gov-west-1", "us-gov-east-1"]},
    "logs_config": {
        "lambda_forwarder": {
            "lambdas": ["arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:Forwarder"],
            "sources": ["s3", "apigw-access-logs"],
            "log_source_config": {"tag_filters": [{"source": "s3", "tags": ["env:prod", "!team:test"]}]},
        }
    },
    "metrics_config": {
        "enabled": False,
        "automute_enabled": False,
        "collect_custom_metrics": True,
        "collect_cloudwatch_alarms": True,
        "tag_filters": [{"namespace": "AWS/EC2", "tags": ["env:prod"]}],
        "namespace_filters": {"include_only": ["AWS/EC2", "AWS/Lambda"]},
        "metric_name_filters": [
            {"namespace": "AWS/EC2", "include_only": ["CPU*"]},
            {"namespace": "AWS/Lambda", "exclude_only": ["Errors", "Throttles"]},
        ],
    },
    "resources_config": {"cloud_security_posture_management_collection": True, "extended_collection": True},
    "traces_config": {"xray_services": {"include_all": True}},
}

# The options of each oneOf, at their places; those of `auth_config` are set once and for all.
OPTIONS = [
    (("aws_regions",), {"include_all": True}),
    (("aws_regions",), {"include_only": ["eu-central-1"]}),
    (("aws_regions",), {"include_only": []}),
    (("metrics_config", "namespace_filters"), {"exclude_only": ["AWS/EC2"]}),
    (("metrics_config", "namespace_filters"), {"exclude_only": []}),
    (("metrics_config", "namespace_filters"), {"include_only": ["AWS/EC2"]}),
    (("traces_config", "xray_services"), {"include_all": False}),
    (("traces_config", "xray_services"), {"include_only": ["AWS/AppSync"]}),
]

CCM_CONFIG = {
    "data_export_configs": [
        {
            "report_name": "cost-and-usage-report",
            "report_prefix": "reports",
            "report_type": "CUR2.0",
            "bucket_name": "billing",
            "bucket_region": "us-east-1",
        }
    ]
}


def account(auth: dict | None = None, **attributes: Any) -> dict:
    """A create body for an account that no other test knows."""
    required = {"aws_account_id": str(next(NUMBERS)), "aws_partition": "aws", "auth_config": auth or ROLE}
    return {"data": {"type": "account", "attributes": copy.deepcopy({**required, **attributes})}}


def patch(body: dict, **attributes: Any) -> dict:
    """An update body: the account's number, which it must have, and what it changes."""
    number = at(body, (*ATTRIBUTES, "aws_account_id"))
    return {"data": {"type": "account", "attributes": {"aws_account_id": number, **attributes}}}


def nested(path: tuple[str, ...], value: Any) -> dict:
    for name in reversed(path):
        value = {name: value}
    return value


def create_request(body: dict) -> models.AWSAccountCreateRequest:
    return typed(models.AWSAccountCreateRequest, body)


def update_request(body: dict) -> models.AWSAccountUpdateRequest:
    return typed(models.AWSAccountUpdateRequest, body)


def ccm_request(config: dict) -> models.AWSCcmConfigRequest:
    return typed(
        models.AWSCcmConfigRequest,
        {"data": {"type": "ccm_config", "attributes": {"ccm_config": copy.deepcopy(config)}}},
    )


def attributes(response: models.AWSAccountResponse) -> dict:
    """The attributes of an answer without what the service issues."""
    found = response.to_dict()["data"]["attributes"]
    for issued in ("created_at", "modified_at"):
        assert datetime.fromisoformat(found.pop(issued)).utcoffset() == timedelta(0)
    if "role_name" in found["auth_config"]:
        assert EXTERNAL_ID.fullmatch(found["auth_config"].pop("external_id"))
    return found


def answered(body: dict) -> dict:
    """The attributes that an answer holds for those that a create sent."""
    sent = at(body, ATTRIBUTES)
    found = {**copy.deepcopy(DEFAULTS), **copy.deepcopy(sent)}
    found["auth_config"].pop("secret_access_key", None)
    found["auth_config"].pop("external_id", None)
    return found


@pytest.fixture(scope="module")
def aws(server: Server) -> Iterator[AWSIntegrationApi]:
    with official_client(server.address, server.keys) as api_client:
        yield AWSIntegrationApi(api_client)


@pytest.fixture
def created(aws: AWSIntegrationApi) -> Iterator[Callable[[dict], str]]:
    """Creates accounts through the client and deletes them afterwards, unless the test has."""
    ids: list[str] = []

    def create(body: dict) -> str:
        ids.append(aws.create_aws_account(create_request(body)).data.id)
        return ids[-1]

    yield create
    for config_id in ids:
        try:
            aws.delete_aws_account(config_id)
        except NotFoundException:
            continue


def stored(server: Server, config_id: str) -> dict:
    answer = server.request("GET", f"{AWS_ACCOUNTS}/{config_id}")
    assert answer.status == 200, answer.body
    return answer.json["data"]["attributes"]


class TestTheWholeLife:
    @pytest.mark.parametrize("auth", [ROLE, ACCESS_KEYS], ids=["role", "access keys"])
    @pytest.mark.parametrize("more", [{}, EVERYTHING], ids=["of the least", "of everything"])
    def test_is_created_read_listed_updated_and_deleted(self, aws: AWSIntegrationApi, auth: dict, more: dict) -> None:
        body = account(auth, **more)
        expected = answered(body)

        response = aws.create_aws_account(create_request(body))
        assert_typed(response)
        assert attributes(response) == expected
        config_id = response.data.id

        response = aws.get_aws_account(config_id)
        assert_typed(response)
        assert response.data.id == config_id
        assert attributes(response) == expected

        listed = aws.list_aws_accounts(aws_account_id=expected["aws_account_id"])
        assert_typed(listed)
        assert listed.to_dict()["data"] == [response.to_dict()["data"]]
        assert config_id in [found.id for found in aws.list_aws_accounts().data]

        response = aws.update_aws_account(config_id, update_request(patch(body, account_tags=["env:test"])))
        assert_typed(response)
        assert attributes(response) == {**expected, "account_tags": ["env:test"]}
        assert attributes(aws.get_aws_account(config_id)) == {**expected, "account_tags": ["env:test"]}

        aws.delete_aws_account(config_id)
        for gone in (aws.get_aws_account, aws.delete_aws_account):
            with pytest.raises(NotFoundException):
                gone(config_id)
        assert aws.list_aws_accounts(aws_account_id=expected["aws_account_id"]).data == []

    @pytest.mark.parametrize(("path", "option"), OPTIONS, ids=str)
    def test_a_choice_is_answered_as_it_was_made(
        self, aws: AWSIntegrationApi, created: Callable, path: tuple[str, ...], option: dict
    ) -> None:
        chosen = account(**nested(path, option))
        response = aws.get_aws_account(created(chosen))
        assert_typed(response)
        assert at(attributes(response), path) == option

        body = account()
        response = aws.update_aws_account(created(body), update_request(patch(body, **nested(path, option))))
        assert_typed(response)
        assert at(attributes(response), path) == option

    def test_an_account_takes_its_place_again_after_it_was_deleted(self, aws: AWSIntegrationApi) -> None:
        body = account()
        for _ in range(2):
            aws.delete_aws_account(aws.create_aws_account(create_request(body)).data.id)

    @pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
    def test_every_partition_is_known(self, aws: AWSIntegrationApi, created: Callable, partition: str) -> None:
        response = aws.get_aws_account(created(account(aws_partition=partition)))
        assert str(response.data.attributes.aws_partition) == partition

    def test_null_tags_are_none(self, aws: AWSIntegrationApi, created: Callable) -> None:
        metrics = {"tag_filters": [{"namespace": "AWS/EC2", "tags": None}]}
        response = aws.get_aws_account(created(account(account_tags=None, metrics_config=metrics)))
        assert_typed(response)
        assert attributes(response)["account_tags"] == []


class TestAnswers:
    def test_have_the_recorded_shape(self, server: Server) -> None:
        answer = server.request("POST", AWS_ACCOUNTS, account(**EVERYTHING))
        assert answer.status == 200, answer.body
        assert answer.headers["Content-Type"] == MEDIA_TYPE
        data = answer.json["data"]
        assert list(data) == ["id", "type", "attributes"]
        assert data["type"] == "account"
        assert list(data["attributes"]) == [
            *("account_tags", "auth_config", "aws_account_id", "aws_partition", "aws_regions", "created_at"),
            *("logs_config", "metrics_config", "modified_at", "resources_config", "traces_config"),
        ]
        assert list(data["attributes"]["metrics_config"]) == list(EVERYTHING["metrics_config"])
        listed = server.request("GET", f"{AWS_ACCOUNTS}?aws_account_id={data['attributes']['aws_account_id']}")
        assert listed.json == {"data": [data]}
        deleted = server.request("DELETE", f"{AWS_ACCOUNTS}/{data['id']}")
        assert (deleted.status, deleted.body, deleted.headers["Content-Type"]) == (204, b"", None)

    def test_never_hold_the_secret(self, server: Server) -> None:
        body = account(ACCESS_KEYS)
        answer = server.request("POST", AWS_ACCOUNTS, body)
        path = f"{AWS_ACCOUNTS}/{answer.json['data']['id']}"
        other = {**ACCESS_KEYS, "secret_access_key": "another-s3cr3t"}
        for said in (
            answer,
            server.request("GET", path),
            server.request("GET", AWS_ACCOUNTS),
            server.request("PATCH", path, patch(body, auth_config=other)),
            server.request("GET", path),
            server.request("DELETE", path),
        ):
            assert said.status < 300, said.body
            assert b"s3cr3t" not in said.body
            assert b"secret_access_key" not in said.body

    def test_ignore_the_id_of_a_create(self, server: Server) -> None:
        answer = server.request("POST", AWS_ACCOUNTS, replacing(account(), ("data", "id"), UNKNOWN_ID))
        assert answer.status == 200, answer.body
        assert answer.json["data"]["id"] != UNKNOWN_ID

    def test_tell_the_same_times_everywhere(self, server: Server) -> None:
        body = account()
        answer = server.request("POST", AWS_ACCOUNTS, body)
        config_id = answer.json["data"]["id"]

        def times(found: dict) -> tuple[str, str]:
            return found["created_at"], found["modified_at"]

        created_at, modified_at = times(answer.json["data"]["attributes"])
        assert created_at == modified_at
        assert TIMESTAMP.fullmatch(created_at)

        def everywhere() -> list[tuple[str, str]]:
            listed = server.request(
                "GET", f"{AWS_ACCOUNTS}?aws_account_id={body['data']['attributes']['aws_account_id']}"
            )
            return [times(stored(server, config_id)), times(listed.json["data"][0]["attributes"])]

        assert everywhere() == [(created_at, modified_at)] * 2
        answer = server.request("PATCH", f"{AWS_ACCOUNTS}/{config_id}", patch(body, account_tags=["a:b"]))
        patched = times(answer.json["data"]["attributes"])
        assert patched[0] == created_at
        assert TIMESTAMP.fullmatch(patched[1])
        assert datetime.fromisoformat(patched[1]) > datetime.fromisoformat(modified_at)
        assert everywhere() == [patched] * 2

    def test_look_past_quotes_around_the_id(self, server: Server) -> None:
        """Terraform puts them there."""
        body = account()
        config_id = server.request("POST", AWS_ACCOUNTS, body).json["data"]["id"]
        path = f"{AWS_ACCOUNTS}/%22{config_id}%22"
        assert server.request("GET", path).json == server.request("GET", f"{AWS_ACCOUNTS}/{config_id}").json
        assert server.request("PATCH", path, patch(body, account_tags=["a:b"])).status == 200
        config = {"data": {"type": "ccm_config", "attributes": {"ccm_config": CCM_CONFIG}}}
        assert server.request("POST", f"{path}/ccm_config", config).status == 200
        assert server.request("GET", f"{path}/ccm_config").status == 200
        assert server.request("GET", f"{path}/trust_policy").status == 200
        assert server.request("DELETE", path).status == 204
        assert server.request("GET", f"{AWS_ACCOUNTS}/{config_id}").status == 404

    @pytest.mark.parametrize("id", ["%22{id}", "{id}%22", "%22%22{id}%22%22", "%22%22", "%27{id}%27"])
    def test_do_not_look_past_anything_else_around_the_id(self, server: Server, id: str) -> None:
        assert server.request("GET", f"{AWS_ACCOUNTS}/{id.format(id=UNKNOWN_ID)}").status == 400


class TestUpdating:
    @pytest.mark.parametrize("name", EVERYTHING)
    def test_keeps_what_is_not_sent(self, aws: AWSIntegrationApi, created: Callable, name: str) -> None:
        """Sends one attribute of all, as it is by default, and finds the others as they were."""
        body = account(**EVERYTHING)
        config_id = created(body)
        value = DEFAULTS.get(name, "aws")
        response = aws.update_aws_account(config_id, update_request(patch(body, **{name: copy.deepcopy(value)})))
        assert_typed(response)
        assert attributes(response) == {**answered(body), name: value}

    @pytest.mark.parametrize(
        "sent",
        [
            {},
            {"traces_config": {}},
            {"resources_config": {}},
            {"logs_config": {}},
            {"logs_config": {"lambda_forwarder": {}}},
            {"logs_config": {"lambda_forwarder": {"log_source_config": {}}}},
        ],
        ids=str,
    )
    def test_an_empty_object_changes_nothing(self, aws: AWSIntegrationApi, created: Callable, sent: dict) -> None:
        body = account(**EVERYTHING)
        config_id = created(body)
        response = aws.update_aws_account(config_id, update_request(patch(body, **sent)))
        assert attributes(response) == answered(body)

    def test_metrics_without_name_filters_clear_them_and_keep_the_rest(
        self, aws: AWSIntegrationApi, created: Callable
    ) -> None:
        body = account(**EVERYTHING)
        config_id = created(body)
        response = aws.update_aws_account(config_id, update_request(patch(body, metrics_config={"enabled": True})))
        kept = {**EVERYTHING["metrics_config"], "enabled": True}
        del kept["metric_name_filters"]
        assert attributes(response)["metrics_config"] == kept

    @pytest.mark.parametrize("auth", [ROLE, ACCESS_KEYS], ids=["role", "access keys"])
    def test_takes_its_own_answer_back_as_a_patch_that_changes_nothing(self, server: Server, auth: dict) -> None:
        config_id = server.request("POST", AWS_ACCOUNTS, account(auth, **EVERYTHING)).json["data"]["id"]
        path = f"{AWS_ACCOUNTS}/{config_id}"
        answer = server.request("GET", path)
        back = server.request("PATCH", path, {"data": answer.json["data"]})
        assert back.status == 200, back.body
        found, expected = back.json["data"]["attributes"], answer.json["data"]["attributes"]
        assert {**found, "modified_at": None} == {**expected, "modified_at": None}

    def test_other_access_keys_replace_the_old_ones(self, aws: AWSIntegrationApi, created: Callable) -> None:
        body = account(ACCESS_KEYS)
        config_id = created(body)
        other = {"access_key_id": "AKIAI44QH8DHBEXAMPLE", "secret_access_key": "other-s3cr3t"}
        response = aws.update_aws_account(config_id, update_request(patch(body, auth_config=other)))
        assert_typed(response)
        assert attributes(response)["auth_config"] == {"access_key_id": "AKIAI44QH8DHBEXAMPLE"}

    def test_the_account_itself_does_not_change(self, server: Server) -> None:
        config_id = server.request("POST", AWS_ACCOUNTS, account()).json["data"]["id"]
        answer = server.request("PATCH", f"{AWS_ACCOUNTS}/{config_id}", patch(account()))
        assert answer.status == 400
        assert "aws_account_id" in answer.errors[0]

    def test_times_are_accepted_only_as_they_are(self, server: Server) -> None:
        body = account()
        config_id = server.request("POST", AWS_ACCOUNTS, body).json["data"]["id"]
        path = f"{AWS_ACCOUNTS}/{config_id}"
        created_at = stored(server, config_id)["created_at"]
        assert server.request("PATCH", path, patch(body, created_at=created_at)).status == 200
        assert server.request("PATCH", path, patch(body, created_at="2020-01-01T00:00:00Z")).status == 400


class TestExternalIDs:
    def test_one_that_was_generated_is_used(self, aws: AWSIntegrationApi, created: Callable) -> None:
        response = aws.create_new_aws_external_id()
        assert_typed(response)
        assert response.data.id == "external_id"
        external_id = response.data.attributes.external_id
        assert EXTERNAL_ID.fullmatch(external_id)
        config_id = created(account({**ROLE, "external_id": external_id}))
        assert self.external_id(aws, config_id) == external_id

    def test_each_one_is_another(self, aws: AWSIntegrationApi) -> None:
        issued = [aws.create_new_aws_external_id().data.attributes.external_id for _ in range(20)]
        assert len(set(issued)) == 20

    def test_a_role_without_one_gets_one_and_keeps_it(self, aws: AWSIntegrationApi, created: Callable) -> None:
        body = account()
        config_id = created(body)
        issued = self.external_id(aws, config_id)
        assert EXTERNAL_ID.fullmatch(issued)
        aws.update_aws_account(config_id, update_request(patch(body, auth_config={"role_name": "Other"})))
        assert self.external_id(aws, config_id) == issued

    def test_an_update_takes_one_that_was_generated(self, aws: AWSIntegrationApi, created: Callable) -> None:
        body = account()
        config_id = created(body)
        external_id = aws.create_new_aws_external_id().data.attributes.external_id
        auth = {**ROLE, "external_id": external_id}
        aws.update_aws_account(config_id, update_request(patch(body, auth_config=auth)))
        assert self.external_id(aws, config_id) == external_id

    def test_the_one_of_a_deleted_account_serves_again(self, aws: AWSIntegrationApi, created: Callable) -> None:
        first = created(account())
        external_id = self.external_id(aws, first)
        aws.delete_aws_account(first)
        second = created(account({**ROLE, "external_id": external_id}))
        assert self.external_id(aws, second) == external_id

    @pytest.mark.parametrize("brought", ["0123456789abcdef" * 2, "acme:Prod/1", "A" * 1224])
    def test_one_of_ones_own_is_brought(self, aws: AWSIntegrationApi, created: Callable, brought: str) -> None:
        first, second = account({**ROLE, "external_id": brought}), account({**ROLE, "external_id": brought})
        config_id = created(first)
        assert self.external_id(aws, config_id) == brought
        auth = {"role_name": "Other"}
        aws.update_aws_account(config_id, update_request(patch(first, auth_config=auth)))
        assert self.external_id(aws, config_id) == brought
        # One organisation may have the same for several accounts.
        assert self.external_id(aws, created(second)) == brought

    def test_an_update_brings_one_and_takes_an_issued_one_again(
        self, aws: AWSIntegrationApi, created: Callable
    ) -> None:
        body = account()
        config_id = created(body)
        issued = self.external_id(aws, config_id)
        for external_id in ("brought-later", "brought-still-later", issued):
            auth = {**ROLE, "external_id": external_id}
            aws.update_aws_account(config_id, update_request(patch(body, auth_config=auth)))
            assert self.external_id(aws, config_id) == external_id

    @pytest.mark.parametrize("impossible", ["0", "an id", "ключ", "a" * 1225])
    def test_one_that_sts_would_not_take_is_refused(
        self, server: Server, aws: AWSIntegrationApi, impossible: str
    ) -> None:
        body = account({**ROLE, "external_id": impossible})
        raises(400, lambda: aws.create_aws_account(create_request(body)), "/data/attributes/auth_config/external_id")
        known = account()
        config_id = server.request("POST", AWS_ACCOUNTS, known).json["data"]["id"]
        before = stored(server, config_id)
        auth = {**ROLE, "external_id": impossible}
        raises(400, lambda: aws.update_aws_account(config_id, update_request(patch(known, auth_config=auth))))
        assert stored(server, config_id) == before

    def test_an_empty_one_is_none(self, aws: AWSIntegrationApi, created: Callable) -> None:
        assert EXTERNAL_ID.fullmatch(self.external_id(aws, created(account({**ROLE, "external_id": ""}))))

    @staticmethod
    def external_id(aws: AWSIntegrationApi, config_id: str) -> str:
        return aws.get_aws_account(config_id).data.attributes.auth_config.get_oneof_instance().external_id


class TestTrustPolicy:
    @pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
    def test_names_our_principal_and_the_accounts_external_id(self, new_server: Callable, partition: str) -> None:
        server = new_server("--aws-principal-id", "464622532012")
        data = server.request("POST", AWS_ACCOUNTS, account(aws_partition=partition)).json["data"]
        answer = server.request("GET", f"{AWS_ACCOUNTS}/{data['id']}/trust_policy")
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json["Version"] == "2012-10-17"
        assert answer.json["Statement"] == [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:{partition}:iam::464622532012:root"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": data["attributes"]["auth_config"]["external_id"]}},
            }
        ]

    def test_there_is_none_of_access_keys(self, server: Server) -> None:
        config_id = server.request("POST", AWS_ACCOUNTS, account(ACCESS_KEYS)).json["data"]["id"]
        assert server.request("GET", f"{AWS_ACCOUNTS}/{config_id}/trust_policy").status == 400


class TestCatalogues:
    def test_namespaces(self, aws: AWSIntegrationApi) -> None:
        response = aws.list_aws_namespaces()
        assert_typed(response)
        assert (response.data.id, str(response.data.type)) == ("namespaces", "namespaces")
        assert {"AWS/EC2", *DEFAULTS["metrics_config"]["namespace_filters"]["exclude_only"]} <= set(
            response.data.attributes.namespaces
        )

    def test_log_services(self, server: Server) -> None:
        with official_client(server.address, server.keys) as api_client:
            response = AWSLogsIntegrationApi(api_client).list_aws_logs_services()
        assert_typed(response)
        assert (response.data.id, str(response.data.type)) == ("logs_services", "logs_services")
        assert "s3" in response.data.attributes.logs_services

    def test_permissions(self, aws: AWSIntegrationApi) -> None:
        found = {}
        for name, call in {
            "all": aws.get_aws_integration_iam_permissions,
            "standard": aws.get_aws_integration_iam_permissions_standard,
            "resources": aws.get_aws_integration_iam_permissions_resource_collection,
        }.items():
            response = call()
            assert_typed(response)
            assert (response.data.id, str(response.data.type)) == ("permissions", "permissions")
            found[name] = response.data.attributes.permissions
            assert len(found[name]) == len(set(found[name])) > 50
            assert all(re.fullmatch(r"[a-z0-9-]+:[A-Za-z0-9*]+", permission) for permission in found[name])
        assert set(found["all"]) == set(found["standard"]) | set(found["resources"])


class TestCCMConfig:
    def test_is_created_read_updated_and_deleted(self, aws: AWSIntegrationApi, created: Callable) -> None:
        config_id = created(account())
        for absent in (aws.get_aws_account_ccm_config, aws.delete_aws_account_ccm_config):
            raises(404, lambda absent=absent: absent(config_id))
        raises(404, lambda: aws.update_aws_account_ccm_config(config_id, ccm_request(CCM_CONFIG)))

        response = aws.create_aws_account_ccm_config(config_id, ccm_request(CCM_CONFIG))
        self.assert_holds(response, config_id, CCM_CONFIG)
        self.assert_holds(aws.get_aws_account_ccm_config(config_id), config_id, CCM_CONFIG)
        raises(409, lambda: aws.create_aws_account_ccm_config(config_id, ccm_request(CCM_CONFIG)))

        export = {**CCM_CONFIG["data_export_configs"][0], "bucket_region": "eu-central-1"}
        other = {"data_export_configs": [export, CCM_CONFIG["data_export_configs"][0]]}
        self.assert_holds(aws.update_aws_account_ccm_config(config_id, ccm_request(other)), config_id, other)
        self.assert_holds(aws.get_aws_account_ccm_config(config_id), config_id, other)

        aws.delete_aws_account_ccm_config(config_id)
        raises(404, lambda: aws.get_aws_account_ccm_config(config_id))
        self.assert_holds(aws.create_aws_account_ccm_config(config_id, ccm_request(CCM_CONFIG)), config_id, CCM_CONFIG)

    def test_goes_with_its_account(self, aws: AWSIntegrationApi) -> None:
        config_id = aws.create_aws_account(create_request(account())).data.id
        aws.create_aws_account_ccm_config(config_id, ccm_request(CCM_CONFIG))
        aws.delete_aws_account(config_id)
        raises(404, lambda: aws.get_aws_account_ccm_config(config_id))

    def test_does_not_change_its_account(self, server: Server, aws: AWSIntegrationApi, created: Callable) -> None:
        config_id = created(account())
        before = stored(server, config_id)
        aws.create_aws_account_ccm_config(config_id, ccm_request(CCM_CONFIG))
        assert stored(server, config_id) == before

    @pytest.mark.parametrize("name", CCM_CONFIG["data_export_configs"][0])
    def test_needs_every_member_of_an_export(self, server: Server, created: Callable, name: str) -> None:
        config_id = created(account())
        config = without(CCM_CONFIG, ("data_export_configs", 0, name))
        body = {"data": {"type": "ccm_config", "attributes": {"ccm_config": config}}}
        answer = server.request("POST", f"{AWS_ACCOUNTS}/{config_id}/ccm_config", body)
        assert answer.status == 400
        assert f"/data_export_configs/0/{name}" in answer.errors[0]

    @staticmethod
    def assert_holds(response: models.AWSCcmConfigResponse, config_id: str, config: dict) -> None:
        assert_typed(response)
        assert response.data.id == config_id
        assert response.to_dict()["data"]["attributes"] == config


# A place, what is wrong there, and the word that the error must say besides the place.
FAULTS = [
    (("aws_account_id",), "12345678901", "12 digits"),
    (("aws_account_id",), "12345678901x", "12 digits"),
    (("aws_account_id",), 123456789012, ""),
    (("aws_partition",), "aws-test", "aws-us-gov"),
    (("account_tags", 0), 5, "string"),
    (("aws_regions", "include_only", 0), "us-east", "region"),
    (("aws_regions",), {"include_all": True, "include_only": []}, ""),
    (("aws_regions",), {}, ""),
    (("auth_config", "role_name"), "", ""),
    (("auth_config",), {**ROLE, **ACCESS_KEYS}, ""),
    (("auth_config",), {}, ""),
    (("logs_config", "lambda_forwarder", "lambdas", 0), "arn:aws:s3:::bucket", "ARN"),
    (("logs_config", "lambda_forwarder", "sources", 0), "S3 logs", ""),
    (("logs_config", "lambda_forwarder", "log_source_config", "tag_filters", 0, "tags", 0), 5, "string"),
    (("metrics_config", "enabled"), "yes", ""),
    (("metrics_config", "namespace_filters", "include_only", 0), "AWS/EC2\n", "namespace"),
    (("metrics_config", "namespace_filters"), {"include_only": [], "exclude_only": []}, ""),
    (("metrics_config", "tag_filters", 0, "namespace"), " ", "namespace"),
    (("metrics_config", "tag_filters", 0, "tags", 0), 5, "string"),
    (("metrics_config", "metric_name_filters", 0), {"namespace": "AWS/EC2"}, ""),
    (("resources_config", "extended_collection"), False, "extended_collection"),
    (("traces_config", "xray_services"), {"include_all": True, "include_only": []}, ""),
    (("colour",), "blue", ""),
]


class TestDocumentedErrors:
    @pytest.mark.parametrize(("path", "value", "word"), FAULTS, ids=str)
    def test_400_says_what_is_wrong_and_where(self, server: Server, path: tuple, value: Any, word: str) -> None:
        body = replacing(account(**EVERYTHING), (*ATTRIBUTES, *path), value)
        answer = server.request("POST", AWS_ACCOUNTS, body)
        assert answer.status == 400, answer.body
        place = "/".join(str(step) for step in path[-1:] if step != "extended_collection")
        assert any(place in error and word in error for error in answer.errors), answer.errors

    @pytest.mark.parametrize("name", ["aws_account_id", "aws_partition", "auth_config"])
    def test_400_without_what_a_create_needs(self, server: Server, name: str) -> None:
        answer = server.request("POST", AWS_ACCOUNTS, without(account(), (*ATTRIBUTES, name)))
        assert answer.status == 400
        assert any(name in error for error in answer.errors)

    def test_400_names_every_fault_at_once(self, server: Server) -> None:
        body = account(**EVERYTHING)
        places = [("aws_account_id",), ("aws_partition",), ("metrics_config", "enabled")]
        for place in places:
            body = replacing(body, (*ATTRIBUTES, *place), "wrong")
        errors = server.request("POST", AWS_ACCOUNTS, body).errors
        for place in places:
            assert any("/".join(place) in error for error in errors), errors

    @pytest.mark.parametrize("auth", [ROLE, ACCESS_KEYS], ids=["from a role", "from access keys"])
    def test_400_on_a_switch_of_authentication(self, aws: AWSIntegrationApi, created: Callable, auth: dict) -> None:
        body = account(auth)
        config_id = created(body)
        other = ROLE if auth is ACCESS_KEYS else ACCESS_KEYS
        raises(400, lambda: aws.update_aws_account(config_id, update_request(patch(body, auth_config=other))), "switch")

    def test_400_on_a_secret_that_is_empty(self, server: Server) -> None:
        body = account({**ACCESS_KEYS, "secret_access_key": ""})
        assert server.request("POST", AWS_ACCOUNTS, body).status == 400

    def test_400_on_findings_without_the_extended_collection(self, aws: AWSIntegrationApi, created: Callable) -> None:
        body = account()
        config_id = created(body)
        findings = {"cloud_security_posture_management_collection": True, "extended_collection": False}
        sent = patch(body, resources_config=findings)
        raises(400, lambda: aws.update_aws_account(config_id, update_request(sent)), "extended_collection")

    def test_400_on_a_malformed_id(self, aws: AWSIntegrationApi) -> None:
        for call in self.calls(aws, "malformed"):
            raises(400, call)

    def test_400_on_an_update_without_the_accounts_number(self, server: Server) -> None:
        config_id = server.request("POST", AWS_ACCOUNTS, account()).json["data"]["id"]
        body = {"data": {"type": "account", "attributes": {"account_tags": []}}}
        answer = server.request("PATCH", f"{AWS_ACCOUNTS}/{config_id}", body)
        assert answer.status == 400
        assert "aws_account_id" in answer.errors[0]

    def test_404(self, aws: AWSIntegrationApi) -> None:
        for call in self.calls(aws, UNKNOWN_ID):
            raises(404, call)

    def test_409(self, aws: AWSIntegrationApi, created: Callable) -> None:
        body = account()
        created(body)
        raises(409, lambda: aws.create_aws_account(create_request(body)))
        other = replacing(body, (*ATTRIBUTES, "auth_config"), ACCESS_KEYS)
        raises(409, lambda: aws.create_aws_account(create_request(other)))

    def test_403(self, server: Server) -> None:
        wrong = Keys("0" * 32, "0" * 40, UNKNOWN_ID, UNKNOWN_ID, UNKNOWN_ID)
        with official_client(server.address, wrong) as api_client:
            for call in self.every_call(api_client):
                raises(403, call)

    def test_429(self, new_server: Callable) -> None:
        server = new_server("--rate-limit", "1/3600")
        with official_client(server.address, server.keys) as api_client:
            AWSIntegrationApi(api_client).list_aws_accounts()
            for call in self.every_call(api_client):
                raises(429, call)

    def calls(self, aws: AWSIntegrationApi, config_id: str) -> list[Callable]:
        """Every operation on one account."""
        body = account()
        return [
            lambda: aws.get_aws_account(config_id),
            lambda: aws.update_aws_account(config_id, update_request(patch(body))),
            lambda: aws.delete_aws_account(config_id),
            lambda: aws.get_aws_account_ccm_config(config_id),
            lambda: aws.create_aws_account_ccm_config(config_id, ccm_request(CCM_CONFIG)),
            lambda: aws.update_aws_account_ccm_config(config_id, ccm_request(CCM_CONFIG)),
            lambda: aws.delete_aws_account_ccm_config(config_id),
        ]

    def every_call(self, api_client: Any) -> list[Callable]:
        aws = AWSIntegrationApi(api_client)
        return [
            *self.calls(aws, UNKNOWN_ID),
            lambda: aws.list_aws_accounts(),
            lambda: aws.create_aws_account(create_request(account())),
            lambda: aws.create_new_aws_external_id(),
            lambda: aws.list_aws_namespaces(),
            lambda: aws.get_aws_integration_iam_permissions(),
            lambda: aws.get_aws_integration_iam_permissions_standard(),
            lambda: aws.get_aws_integration_iam_permissions_resource_collection(),
            lambda: AWSLogsIntegrationApi(api_client).list_aws_logs_services(),
        ]


class TestTwoOrganisations:
    """Nothing of one is visible to the other, and what is unique in one is free in the other."""

    @pytest.mark.parametrize("is_issued", [True, False])
    def test_an_external_id_of_the_other_is_refused(self, two: tuple[Server, Keys], is_issued: bool) -> None:
        server, second = two
        path = f"{AWS}/generate_new_external_id"
        issued = server.request("POST", path, keys=second).json["data"]["attributes"]["external_id"]
        external_id = issued if is_issued else "brought-by-the-second"
        body = account({**ROLE, "external_id": external_id})
        if not is_issued:
            other = account({**ROLE, "external_id": external_id})
            assert server.request("POST", AWS_ACCOUNTS, other, keys=second).status == 200
        for method, place, sent in self.bringing(server, body):
            answer = server.request(method, place, sent)
            assert answer.status == 400, method
            assert "external_id is another organisation's" in answer.errors[0]
        assert server.request("POST", AWS_ACCOUNTS, body, keys=second).status == 200

    def test_an_external_id_that_was_brought_is_free_once_no_account_has_it(self, two: tuple[Server, Keys]) -> None:
        server, second = two
        body = account({**ROLE, "external_id": "moved-with-its-account"})
        config_id = server.request("POST", AWS_ACCOUNTS, body, keys=second).json["data"]["id"]
        assert server.request("POST", AWS_ACCOUNTS, body).status == 400
        assert server.request("DELETE", f"{AWS_ACCOUNTS}/{config_id}", keys=second).status == 204
        assert server.request("POST", AWS_ACCOUNTS, body).status == 200

    @staticmethod
    def bringing(server: Server, body: dict) -> list[tuple[str, str, dict]]:
        """A create and an update that bring the external id of a body."""
        known = account()
        config_id = server.request("POST", AWS_ACCOUNTS, known).json["data"]["id"]
        update = patch(known, auth_config=body["data"]["attributes"]["auth_config"])
        return [("POST", AWS_ACCOUNTS, body), ("PATCH", f"{AWS_ACCOUNTS}/{config_id}", update)]

    def test_both_have_the_same_account(self, two: tuple[Server, Keys]) -> None:
        server, second = two
        body = account()
        ids = []
        for keys in (server.keys, second):
            answer = server.request("POST", AWS_ACCOUNTS, body, keys=keys)
            assert answer.status == 200, answer.body
            ids.append(answer.json["data"]["id"])
        for keys, config_id in ((server.keys, ids[0]), (second, ids[1])):
            number = body["data"]["attributes"]["aws_account_id"]
            listed = server.request("GET", f"{AWS_ACCOUNTS}?aws_account_id={number}", keys=keys).json["data"]
            assert [found["id"] for found in listed] == [config_id]

    def test_the_other_has_no_such_account(self, two: tuple[Server, Keys]) -> None:
        server, second = two
        body = account()
        config_id = server.request("POST", AWS_ACCOUNTS, body).json["data"]["id"]
        before = stored(server, config_id)
        config = {"data": {"type": "ccm_config", "attributes": {"ccm_config": CCM_CONFIG}}}
        for method, path, sent in (
            ("GET", "", None),
            ("PATCH", "", patch(body, account_tags=["a:b"])),
            ("DELETE", "", None),
            ("GET", "/trust_policy", None),
            ("GET", "/ccm_config", None),
            ("POST", "/ccm_config", config),
            ("PATCH", "/ccm_config", config),
            ("DELETE", "/ccm_config", None),
        ):
            answer = server.request(method, f"{AWS_ACCOUNTS}/{config_id}{path}", sent, keys=second)
            assert answer.status == 404, f"{method} {path}: {answer.body}"
        assert stored(server, config_id) == before

    def test_the_keys_of_both_do_not_mix(self, two: tuple[Server, Keys]) -> None:
        server, second = two
        for mixed in (
            Keys(server.keys.api_key, second.application_key, "", "", ""),
            Keys(second.api_key, server.keys.application_key, "", "", ""),
        ):
            with official_client(server.address, mixed) as api_client, pytest.raises(ForbiddenException):
                AWSIntegrationApi(api_client).list_aws_accounts()
