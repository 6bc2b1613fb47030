"""What Keyway asks AWS about an account: previews of filters, and validations of cost reports."""

import json
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
from acting import LOOPBACK
from botocore.credentials import Credentials
from datadog_api_client.v2 import models
from datadog_api_client.v2.api.aws_integration_api import AWSIntegrationApi
from harness import AWS, AWS_ACCOUNTS, UNKNOWN_ID, Server, audit_events, initialise, running
from official import assert_typed, official_client, raises, typed
from twins.aws import ACCOUNT, AWSTwin, aws_twin
from twins.upstream import Received, Reply

METRICS = {"us-east-1": ["NetworkIn", "NetworkOut", "CPUUtilization"], "eu-west-1": ["NetworkIn", "DiskReadOps"]}
FILTERS = [{"namespace": "AWS/EC2", "include_only": ["aws.ec2.network_*", "aws.ec2.none"]}]
REPORT = {
    "account_id": ACCOUNT,
    "bucket_name": "billing",
    "bucket_region": "us-east-1",
    "report_name": "cost",
    "report_prefix": "reports/2026 q1",
}
ARN = f"arn:aws:bcm-data-exports:us-east-1:{ACCOUNT}:export/cost-0"
KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET = "s3cr3t-of-an-account"


def export(**output: str) -> dict:
    table = {"TIME_GRANULARITY": "HOURLY", "INCLUDE_RESOURCES": "TRUE"}
    s3 = {"S3Bucket": "billing", "S3Prefix": "reports/2026 q1", "S3Region": "us-east-1"}
    s3["S3OutputConfigurations"] = {"Format": "PARQUET", "Compression": "PARQUET", **output}
    query = {"QueryStatement": "SELECT a FROM COST_AND_USAGE_REPORT"}
    described = {
        "Name": "cost",
        "DataQuery": {**query, "TableConfigurations": {"COST_AND_USAGE_REPORT": table}},
        "DestinationConfigurations": {"S3Destination": s3},
        "RefreshCadence": {"Frequency": "SYNCHRONOUS"},
    }
    return {"Export": described, "ExportStatus": {"StatusCode": "HEALTHY"}}


def denied(status: int = 400) -> Reply:
    code = "com.amazonaws.service#AccessDeniedException"
    return Reply(status, {"__type": code, "Message": "s3cr3t words of AWS"})


class AccountTwin(AWSTwin):
    """An account whose services answer what a test puts there; STS and all signatures are as ever."""

    def __init__(self, moto_address: tuple[str, int]) -> None:
        super().__init__(moto_address)
        self.replies: dict[str, Reply] = {}
        self.asked: list[tuple[str, str]] = []

    def credentials_of(self, key: str, tokens: list[str]) -> Any:
        if key == KEY_ID:
            return Credentials(KEY_ID, SECRET)
        return super().credentials_of(key, tokens)

    def answer(self, request: Received) -> Reply:
        headers = dict(request.headers)
        target = next((value for name, value in headers.items() if name.lower() == "x-amz-target"), "")
        operation = target.rpartition(".")[2]
        if not target and "/billing" not in request.target:
            return super().answer(request)
        self.refuse_unwanted(request)
        signature = self.verified(request)
        if not operation:
            operation = "ListObjects" if "list-type=2" in request.target else "GetObject"
        self.asked.append((operation, signature.region))
        if operation in self.replies:
            return self.replies[operation]
        sent = json.loads(request.body) if request.body else {}
        if operation == "ListMetrics":
            return self.metrics(sent, signature.region)
        if operation == "ListObjects":
            content = "<Contents><Key>reports/2026+q1/a%26b.parquet</Key><Size>1</Size></Contents>"
            text = (
                f'<?xml version="1.0"?>\n<ListBucketResult xmlns="x"><Name>billing</Name>{content}</ListBucketResult>'
            )
            return Reply(200, text.encode(), [("x-amz-bucket-region", "us-east-1")])
        if operation == "GetObject":
            assert request.target == "/billing/reports/2026%20q1/a%26b.parquet"
            return Reply(206, b"P", [("Content-Range", "bytes 0-0/9")])
        if operation == "ListExports":
            others = [{"ExportArn": f"{ARN}x", "ExportName": "other"}]
            if "NextToken" not in sent:
                return Reply(200, {"Exports": others, "NextToken": "more"})
            return Reply(200, {"Exports": [{"ExportArn": ARN, "ExportName": "cost"}]})
        assert operation == "GetExport"
        assert sent == {"ExportArn": ARN}
        return Reply(200, export())

    @staticmethod
    def metrics(sent: dict, region: str) -> Reply:
        """One metric a page, twice, as each dimension's is listed."""
        names = [name for name in METRICS.get(region, []) for _ in range(2)] if sent["Namespace"] == "AWS/EC2" else []
        page = int(sent.get("NextToken", "0"))
        found = [{"Namespace": "AWS/EC2", "MetricName": name} for name in names[page : page + 1]]
        more = {"NextToken": str(page + 1)} if page + 1 < len(names) else {}
        return Reply(200, {"Metrics": found, **more})


@pytest.fixture(scope="module")
def module_twin() -> Iterator[AccountTwin]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("twins.aws.AWSTwin", AccountTwin)
        with aws_twin() as twin:
            assert isinstance(twin, AccountTwin)
            yield twin


@pytest.fixture(scope="module")
def server(module_twin: AccountTwin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data_dir: pathlib.Path = tmp_path_factory.mktemp("inquiries") / "data"
    with running(data_dir, initialise(data_dir), *LOOPBACK, variables=module_twin.environment) as server:
        yield server
    assert SECRET not in server.log_text()
    assert all(SECRET.encode() not in event for _, _, event in audit_events(data_dir))


@pytest.fixture
def twin(module_twin: AccountTwin) -> AccountTwin:
    module_twin.replies = {}
    module_twin.asked = []
    return module_twin


@pytest.fixture(scope="module")
def aws(server: Server) -> Iterator[AWSIntegrationApi]:
    with official_client(server.address, server.keys) as api_client:
        yield AWSIntegrationApi(api_client)


@pytest.fixture
def account(server: Server) -> Iterator[Any]:
    """Creates an account; only one of the number is there at a time."""
    made: list[str] = []

    def create(
        auth: dict | None = None, filters: list | None = None, regions: dict | None = None, number: str = ACCOUNT
    ) -> dict:
        attributes: dict[str, Any] = {"aws_account_id": number, "aws_partition": "aws"}
        attributes["auth_config"] = auth or {"role_name": "Integration"}
        attributes["metrics_config"] = {"metric_name_filters": filters or []}
        attributes["aws_regions"] = regions or {"include_only": ["us-east-1", "eu-west-1"]}
        answer = server.request("POST", AWS_ACCOUNTS, {"data": {"type": "account", "attributes": attributes}})
        assert answer.status == 200, answer.body
        made.append(answer.json["data"]["id"])
        return answer.json["data"]

    yield create
    for config_id in made:
        assert server.request("DELETE", f"{AWS_ACCOUNTS}/{config_id}").status == 204


ROLES = iter(range(1_000_000))


def trusting(twin: AccountTwin, create: Any, **more: Any) -> str:
    """The id of an account's configuration whose role lets Keyway in."""
    role = f"keyway-reads-{next(ROLES)}"
    data = create({"role_name": role}, **more)
    twin.trust(role, data["attributes"]["auth_config"]["external_id"])
    return data["id"]


def filter_request(filters: list[dict]) -> models.AWSMetricNameFilterPreviewRequest:
    attributes = {"metric_name_filters": filters}
    body = {"data": {"type": "metric_name_filter_preview", "attributes": attributes}}
    return typed(models.AWSMetricNameFilterPreviewRequest, body)


def validation_request(report: dict) -> models.AWSCcmConfigValidationRequest:
    body = {"data": {"type": "ccm_config_validation", "attributes": report}}
    return typed(models.AWSCcmConfigValidationRequest, body)


class TestPreviews:
    def test_tell_what_stored_filters_do(self, aws: AWSIntegrationApi, twin: AccountTwin, account: Any) -> None:
        config_id = trusting(twin, account, filters=FILTERS)
        response = aws.get_aws_metric_name_filter_preview(config_id)
        assert_typed(response)
        assert response.data.id == config_id
        (namespace,) = response.to_dict()["data"]["attributes"]["namespaces"]
        assert namespace["namespace"] == "AWS/EC2"
        assert namespace["filters"] == [
            {"pattern": "aws.ec2.network_*", "match_count": 2},
            {"pattern": "aws.ec2.none", "match_count": 0},
        ]
        names = {metric["cw_name"]: metric["dd_names"] for metric in namespace["metrics"]}
        assert names == {
            "CPUUtilization": [{"name": "aws.ec2.cpuutilization", "filtered": False}],
            "DiskReadOps": [{"name": "aws.ec2.disk_read_ops", "filtered": True}],
            "NetworkIn": [{"name": "aws.ec2.network_in", "filtered": False}],
            "NetworkOut": [{"name": "aws.ec2.network_out", "filtered": False}],
        }

    def test_tell_what_sent_filters_would_do(
        self, aws: AWSIntegrationApi, server: Server, twin: AccountTwin, account: Any
    ) -> None:
        config_id = trusting(twin, account, filters=FILTERS)
        filters = [{"namespace": "AWS/EC2", "exclude_only": ["*"]}, {"namespace": "AWS/SQS", "include_only": ["a"]}]
        response = aws.preview_aws_metric_name_filter(config_id, filter_request(filters))
        assert_typed(response)
        first, second = response.to_dict()["data"]["attributes"]["namespaces"]
        kept = [metric["cw_name"] for metric in first["metrics"] if not metric["dd_names"][0]["filtered"]]
        assert kept == ["CPUUtilization"]
        assert (second["namespace"], second["metrics"]) == ("AWS/SQS", [])
        stored = server.request("GET", f"{AWS_ACCOUNTS}/{config_id}").json["data"]["attributes"]
        assert stored["metrics_config"]["metric_name_filters"] == FILTERS

    def test_say_where_they_looked(self, server: Server, twin: AccountTwin, account: Any) -> None:
        config_id = trusting(twin, account, filters=FILTERS, regions={"include_all": True})
        answer = server.request("GET", f"{AWS_ACCOUNTS}/{config_id}/metric_name_filter_preview")
        assert answer.json["meta"] == {"regions": ["us-east-1"], "complete": True}
        assert {region for _, region in twin.asked} == {"us-east-1"}

    def test_say_when_there_is_more(self, server: Server, twin: AccountTwin, account: Any) -> None:
        config_id = trusting(twin, account, filters=FILTERS)
        twin.replies["ListMetrics"] = Reply(200, {"Metrics": [], "NextToken": "for ever"})
        answer = server.request("GET", f"{AWS_ACCOUNTS}/{config_id}/metric_name_filter_preview")
        assert answer.json["meta"]["complete"] is False
        assert len(twin.asked) <= 40

    def test_without_filters_ask_nobody(self, aws: AWSIntegrationApi, twin: AccountTwin, account: Any) -> None:
        response = aws.get_aws_metric_name_filter_preview(account()["id"])
        assert response.data.attributes.namespaces == []
        assert twin.asked == []

    def test_go_by_access_keys(self, aws: AWSIntegrationApi, twin: AccountTwin, account: Any) -> None:
        auth = {"access_key_id": KEY_ID, "secret_access_key": SECRET}
        response = aws.get_aws_metric_name_filter_preview(account(auth, FILTERS)["id"])
        assert response.data.attributes.namespaces[0].metrics

    def test_403_with_an_external_id_that_was_brought(
        self, aws: AWSIntegrationApi, twin: AccountTwin, account: Any
    ) -> None:
        auth = {"role_name": "Victim", "external_id": "brought"}
        twin.trust("Victim", "brought")
        before = twin.minted
        config_id = account(auth, FILTERS)["id"]
        raises(403, lambda: aws.get_aws_metric_name_filter_preview(config_id), "generate_new_external_id")
        raises(403, lambda: aws.validate_awsccm_config(validation_request(REPORT)), "generate_new_external_id")
        assert twin.minted == before
        assert twin.asked == []

    def test_403_when_the_role_lets_nobody_in(self, aws: AWSIntegrationApi, twin: AccountTwin, account: Any) -> None:
        config_id = account({"role_name": "Unknown"}, FILTERS)["id"]
        raises(403, lambda: aws.get_aws_metric_name_filter_preview(config_id), "trust policy")

    def test_403_when_metrics_may_not_be_listed(self, aws: AWSIntegrationApi, twin: AccountTwin, account: Any) -> None:
        config_id = trusting(twin, account, filters=FILTERS)
        twin.replies["ListMetrics"] = denied()
        raises(403, lambda: aws.get_aws_metric_name_filter_preview(config_id), "AccessDeniedException", "ListMetrics")

    @pytest.mark.parametrize("reply", [Reply(500, b"oh"), Reply(200, b"no JSON"), Reply(400, b"<a>"), Reply(302, b"")])
    def test_503_when_aws_says_nothing_that_can_be_read(
        self, aws: AWSIntegrationApi, twin: AccountTwin, account: Any, reply: Reply
    ) -> None:
        config_id = trusting(twin, account, filters=FILTERS)
        twin.replies["ListMetrics"] = reply
        raises(503, lambda: aws.get_aws_metric_name_filter_preview(config_id))

    def test_400_and_404(self, aws: AWSIntegrationApi, account: Any) -> None:
        config_id = account()["id"]
        raises(404, lambda: aws.get_aws_metric_name_filter_preview(UNKNOWN_ID))
        raises(404, lambda: aws.preview_aws_metric_name_filter(UNKNOWN_ID, filter_request(FILTERS)))
        faulty = [{"namespace": ":", "include_only": [""]}]
        raises(
            400,
            lambda: aws.preview_aws_metric_name_filter(config_id, filter_request(faulty)),
            "/data/attributes/metric_name_filters/0/namespace",
            "/data/attributes/metric_name_filters/0/include_only/0",
        )

    def test_leave_two_events(self, server: Server, twin: AccountTwin, account: Any) -> None:
        config_id = trusting(twin, account, filters=FILTERS)
        path = f"{AWS_ACCOUNTS}/{config_id}/metric_name_filter_preview"
        request_id = server.request("GET", path).headers["X-Request-Id"]
        # The second is written together with the next change.
        account({"role_name": "Other"}, number="210000000000")
        events = [json.loads(line) for line in server.request("GET", "/api/v2/audit/log?limit=5000").body.splitlines()]
        told = [event for event in events if event.get("request_id") == request_id]
        assert [event["action"] for event in told] == ["aws_account.preview"] * 2
        assert [event["details"]["phase"] for event in told] == ["intent", "outcome"]
        assert told[1]["details"]["result"] == "answered"


class TestValidations:
    @staticmethod
    def codes(aws: AWSIntegrationApi, **report: str) -> list[str]:
        response = aws.validate_awsccm_config(validation_request({**REPORT, **report}))
        assert_typed(response)
        attributes = response.data.attributes
        assert attributes.account_id == ACCOUNT
        assert all(issue.description.endswith(".") and "s3cr3t" not in issue.description for issue in attributes.issues)
        return [str(issue.code) for issue in attributes.issues]

    def test_find_nothing_wrong(self, aws: AWSIntegrationApi, twin: AccountTwin, account: Any) -> None:
        trusting(twin, account)
        assert self.codes(aws) == []
        assert [operation for operation, _ in twin.asked] == [
            *("ListObjects", "GetObject", "ListExports", "ListExports", "GetExport"),
        ]

    @pytest.mark.parametrize(
        ("operation", "reply", "code"),
        [
            ("ListObjects", Reply(403, b"<Error><Code>AccessDenied</Code></Error>"), "S3_LIST_PERMISSION_MISSING"),
            ("ListObjects", Reply(404, b"<Error><Code>NoSuchBucket</Code></Error>"), "S3_BUCKET_NOT_ACCESSIBLE"),
            (
                "ListObjects",
                Reply(301, b"<Error><Code>PermanentRedirect</Code></Error>", [("x-amz-bucket-region", "eu-west-1")]),
                "S3_BUCKET_REGION_MISMATCH",
            ),
            ("ListObjects", Reply(200, b"<ListBucketResult><Name>billing</Name></ListBucketResult>"), None),
            ("GetObject", Reply(403, b"<Error><Code>AccessDenied</Code></Error>"), "S3_GET_PERMISSION_MISSING"),
            ("ListExports", denied(), "EXPORT_LIST_PERMISSION_MISSING"),
            ("ListExports", Reply(200, {"Exports": []}), "EXPORT_NOT_FOUND"),
            ("GetExport", denied(403), "EXPORT_GET_PERMISSION_MISSING"),
            ("GetExport", Reply(200, export(Format="TEXT_OR_CSV", Compression="ZIP")), "FILE_FORMAT_INVALID"),
            ("GetExport", Reply(200, export(Format="TEXT_OR_CSV", Compression="GZIP")), None),
        ],
        ids=str,
    )
    def test_find_what_is_wrong(
        self, aws: AWSIntegrationApi, twin: AccountTwin, account: Any, operation: str, reply: Reply, code: str | None
    ) -> None:
        trusting(twin, account)
        twin.replies[operation] = reply
        assert self.codes(aws) == ([code] if code else [])

    def test_find_credentials_wrong(self, aws: AWSIntegrationApi, twin: AccountTwin, account: Any) -> None:
        account({"role_name": "Unknown"})
        assert self.codes(aws) == ["CREDENTIAL_ERROR"]

    def test_503_when_aws_does_not_answer(self, aws: AWSIntegrationApi, twin: AccountTwin, account: Any) -> None:
        trusting(twin, account)
        twin.replies["ListExports"] = Reply(503, b"")
        raises(503, lambda: aws.validate_awsccm_config(validation_request(REPORT)), "bcm-data-exports")

    def test_503_when_keyway_has_no_credentials_of_its_own(self, new_server: Any) -> None:
        server = new_server()
        attributes = {"aws_account_id": ACCOUNT, "aws_partition": "aws", "auth_config": {"role_name": "Role"}}
        server.request("POST", AWS_ACCOUNTS, {"data": {"type": "account", "attributes": attributes}})
        body = {"data": {"type": "ccm_config_validation", "attributes": REPORT}}
        answer = server.request("POST", f"{AWS}/validate_ccm_config", body)
        assert answer.status == 503
        assert "AWS_ACCESS_KEY_ID" in answer.errors[0]

    def test_400_for_an_account_that_is_not_here_and_for_what_is_malformed(self, aws: AWSIntegrationApi) -> None:
        raises(400, lambda: aws.validate_awsccm_config(validation_request(REPORT)), "account_id")
        faulty = {**REPORT, "bucket_name": "a b", "bucket_region": "nowhere"}
        raises(400, lambda: aws.validate_awsccm_config(validation_request(faulty)), "bucket_name", "bucket_region")
