"""AWS: boto3

The key pair is in the response to the token's creation; `AWS_ENDPOINT_URL` and AWS' own variables do the same. If
awscrt is installed, pass `TransferConfig(preferred_transfer_client="classic")`: with it a transfer goes past
`endpoint_url`, to AWS itself. Services other than S3 take bodies up to 1 MiB.
"""

import dataclasses
import hashlib
import io
import pathlib
from typing import Any

import boto3


@dataclasses.dataclass
class Clients:
    sts: Any
    s3: Any
    dynamodb: Any


def connect(base: str, token: dict[str, str]) -> Clients:
    access_key_id, secret_access_key = token["access_key_id"], token["secret_access_key"]
    # Quoted
    session = boto3.Session(access_key_id, secret_access_key, region_name="us-east-1")
    s3 = session.client("s3", endpoint_url=base)
    # So far
    return Clients(session.client("sts", endpoint_url=base), s3, session.client("dynamodb", endpoint_url=base))


def read(clients: Clients) -> str:
    return clients.sts.get_caller_identity()["Account"]


def write(clients: Clients) -> str:
    clients.s3.create_bucket(Bucket="bucket")
    clients.s3.put_object(Bucket="bucket", Key="written", Body=b"new")
    return clients.s3.get_object(Bucket="bucket", Key="written")["Body"].read().decode()


def pages(clients: Clients) -> list[str]:
    for name in ("one", "two", "three"):
        clients.s3.put_object(Bucket="bucket", Key=f"page/{name}", Body=b"")
    found = clients.s3.get_paginator("list_objects_v2").paginate(
        Bucket="bucket", Prefix="page/", PaginationConfig={"PageSize": 1}
    )
    return [entry["Key"].removeprefix("page/") for page in found for entry in page["Contents"]]


def stream(clients: Clients) -> list[str]:
    clients.s3.put_object(Bucket="bucket", Key="streamed", Body=b"Hello there")
    body = clients.s3.get_object(Bucket="bucket", Key="streamed")["Body"]
    return [body.read(5).decode(), body.read().decode()]


def table(clients: Clients) -> list[str]:
    """DynamoDB: a table, an item and pages of a scan."""
    dynamodb = clients.dynamodb
    key = {"AttributeName": "name", "KeyType": "HASH"}
    attribute = {"AttributeName": "name", "AttributeType": "S"}
    dynamodb.create_table(
        TableName="things", KeySchema=[key], AttributeDefinitions=[attribute], BillingMode="PAY_PER_REQUEST"
    )
    for name in ("one", "two", "three"):
        dynamodb.put_item(TableName="things", Item={"name": {"S": name}})
    assert dynamodb.get_item(TableName="things", Key={"name": {"S": "one"}})["Item"] == {"name": {"S": "one"}}
    found = dynamodb.get_paginator("scan").paginate(TableName="things", PaginationConfig={"PageSize": 1})
    names = [item["name"]["S"] for page in found for item in page["Items"]]
    dynamodb.delete_table(TableName="things")
    return sorted(names)


def upload(clients: Clients, path: str) -> None:
    """In parts, and back in ranges."""
    clients.s3.upload_file(path, "bucket", "long")
    received = io.BytesIO()
    clients.s3.download_fileobj("bucket", "long", received)
    content = pathlib.Path(path).read_bytes()
    assert hashlib.sha256(received.getvalue()).digest() == hashlib.sha256(content).digest()
