"""AWS workloads that prove their names, as the official client does."""

import itertools
import pathlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from unittest import mock

import datadog_api_client.aws as official_aws
from datadog_api_client.aws import AWSAuth, AWSCredentials
from harness import Answer, Server, send
from twins.aws import ACCOUNT, AWSTwin

PATH = "/api/v2/delegated-token"
MAPPINGS = "/api/v2/cloud_auth/aws/persona_mapping"
ROLE = "workload"
SECONDS = itertools.count(20)
PATTERN = f"arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE}/*"


@dataclass
class Place:
    """A workload with a session of its role, and the server that it logs in to."""

    server: Server
    data_dir: pathlib.Path
    organization: str
    credentials: AWSCredentials


def workload(server: Server, data_dir: pathlib.Path, aws: AWSTwin) -> Place:
    user = server.request("GET", "/api/v2/current_user").json["data"]
    organization = user["relationships"]["org"]["data"]["id"]
    arn = aws.trust(ROLE, "external-id-of-a-workload")
    assumed = aws.client("sts", aws.origin, aws.principal).assume_role(
        RoleArn=arn, RoleSessionName="run-1", ExternalId="external-id-of-a-workload"
    )["Credentials"]
    credentials = AWSCredentials(assumed["AccessKeyId"], assumed["SecretAccessKey"], assumed["SessionToken"])
    return Place(server, data_dir, organization, credentials)


def map_workload(place: Place, account: str, pattern: str = PATTERN) -> Answer:
    attributes = {"account_identifier": account, "arn_pattern": pattern}
    body = {"data": {"type": "aws_cloud_auth_config", "attributes": attributes}}
    return place.server.request("POST", MAPPINGS, body)


def proof(place: Place, organization: str = "", at: datetime | None = None, region: str | None = None) -> list[str]:
    """The parts of a proof, as the official client makes it: another on each call, which needs another second."""
    at = at or datetime.now(UTC) + timedelta(seconds=next(SECONDS))
    with mock.patch.object(official_aws, "datetime") as clock:
        clock.utcnow.return_value = at.replace(tzinfo=None)
        data = AWSAuth(region).generate_aws_auth_data(organization or place.organization, place.credentials)
    return [data.body_encoded, data.headers_encoded, data.method, data.url_encoded]


def exchange(place: Place, parts: list[str]) -> Answer:
    connection = place.server.connect()
    try:
        return send(connection, "POST", PATH, None, {"Authorization": f"Delegated {'|'.join(parts)}"})
    finally:
        connection.close()
