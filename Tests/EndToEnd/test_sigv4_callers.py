"""Callers who sign as for AWS, by the key pair of an act token: AWS' own SDK and command, unmodified, and forgers."""

import base64
import hashlib
import io
import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import boto3
import pytest
from acting import LOOPBACK, act_events, assert_clean, connection_body
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from harness import CONNECTIONS, PATIENCE, initialise, running
from stores import files
from twins.aws import ACCOUNT, AWSTwin, aws_twin

TOKENS = "/api/v2/actions/act_tokens"
SIZE = 20 * (1 << 20)
REGION = "us-east-1"


@pytest.fixture(scope="module")
def aws() -> Iterator[AWSTwin]:
    with aws_twin() as twin:
        yield twin
        assert_clean(twin)


@dataclass
class Place:
    """A server, a connection of it to the twin, and how to get there."""

    origin: str
    authority: str | None
    headers: dict[str, str]
    data_dir: pathlib.Path
    connection_id: str = ""

    def send(self, method: str, target: str, body: bytes | None = None, headers: dict | None = None) -> Any:
        headers = {"Content-Type": "application/octet-stream", **(headers or {})}
        request = urllib.request.Request(f"{self.origin}{target}", body, headers, method=method)
        trust = ssl.create_default_context(cafile=self.authority) if self.authority else None
        try:
            return urllib.request.urlopen(request, context=trust, timeout=PATIENCE)
        except urllib.error.HTTPError as error:
            return error

    def ask(self, method: str, target: str, body: Any = None) -> Any:
        headers = {**self.headers, "Content-Type": "application/json"}
        with self.send(method, target, json.dumps(body).encode() if body else None, headers) as answer:
            text = answer.read()
            assert answer.status < 300, text
            return json.loads(text)["data"] if text else None

    def token(self, **attributes: Any) -> dict:
        attributes = {"connections": [self.connection_id], "lifetime": 3600, **attributes}
        made = self.ask("POST", TOKENS, {"data": {"type": "act_tokens", "attributes": attributes}})
        return {"id": made["id"], **made["attributes"]}

    @property
    def endpoint(self) -> str:
        return f"{self.origin}{self.prefix}"

    @property
    def prefix(self) -> str:
        return f"{CONNECTIONS}/{self.connection_id}/proxy"

    def client(self, service: str, token: dict, endpoint: str = "", session: str | None = None, **config: Any) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=endpoint or self.endpoint,
            aws_access_key_id=token["access_key_id"],
            aws_secret_access_key=token["secret_access_key"],
            aws_session_token=session,
            verify=self.authority,
            config=Config(retries={"total_max_attempts": 1}, **config),
        )


@pytest.fixture(scope="module", params=["http", "https"])
def place(request: pytest.FixtureRequest, aws: AWSTwin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    directory = tmp_path_factory.mktemp(request.param)
    keys = initialise(directory / "data")
    options = ["--rate-limit", "off", *LOOPBACK]
    authority = None
    if request.param == "https":
        authority, key = str(directory / "cert.pem"), str(directory / "key.pem")
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
        names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", authority]
        subprocess.run([*command.split(), *names], check=True, capture_output=True)
        options += ["--tls-cert", authority, "--tls-key", key]
    with running(directory / "data", keys, *options, variables=aws.environment) as server:
        host = "localhost" if authority else "127.0.0.1"
        place = Place(f"{request.param}://{host}:{server.port}", authority, keys.headers, directory / "data")
        made = place.ask("POST", CONNECTIONS, connection_body(aws))
        credentials = made["attributes"]["integration"]["credentials"]
        aws.trust(credentials["role"], credentials["external_id"], "s3:*", "sqs:*", "dynamodb:*")
        place.connection_id = made["id"]
        yield place


@pytest.fixture(scope="module")
def token(place: Place) -> dict:
    return place.token()


@pytest.fixture(scope="module")
def bucket(place: Place, token: dict) -> str:
    name = f"signed-{place.origin.partition(':')[0]}"
    place.client("s3", token).create_bucket(Bucket=name)
    return name


class TestBoto3:
    def test_asks_whose_it_is(self, place: Place, token: dict) -> None:
        identity = place.client("sts", token).get_caller_identity()
        assert identity["Account"] == ACCOUNT
        assert ":assumed-role/keyway-actions-" in identity["Arn"]

    def test_names_the_service_in_its_endpoint(self, place: Place, token: dict) -> None:
        client = place.client("sts", token, f"{place.endpoint}/sts/{REGION}")
        assert client.get_caller_identity()["Account"] == ACCOUNT
        wrong = place.client("sts", token, f"{place.endpoint}/sts/eu-west-1")
        with pytest.raises(ClientError, match="signed for"):
            wrong.get_caller_identity()

    def test_has_the_token_as_its_session_token_too(self, place: Place, token: dict) -> None:
        for session in (token["token"], "of-no-meaning"):
            assert place.client("sts", token, session=session).get_caller_identity()["Account"] == ACCOUNT
        with pytest.raises(ClientError, match="same token"):
            place.client("sts", token, session=place.token()["token"]).get_caller_identity()

    def test_keeps_tables(self, place: Place, token: dict) -> None:
        client = place.client("dynamodb", token)
        name = f"table-{place.origin.partition(':')[0]}"
        client.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        for number in range(5):
            client.put_item(TableName=name, Item={"id": {"S": f"é{number}"}, "n": {"N": str(number)}})
        assert client.get_item(TableName=name, Key={"id": {"S": "é3"}})["Item"]["n"] == {"N": "3"}
        pages = client.get_paginator("scan").paginate(TableName=name, PaginationConfig={"PageSize": 2})
        assert sorted(item["n"]["N"] for page in pages for item in page["Items"]) == list("01234")
        streams = place.client("dynamodbstreams", token).list_streams(TableName=name)["Streams"]
        assert [stream["TableName"] for stream in streams] == [name]

    def test_uploads_and_downloads_in_parts(self, place: Place, token: dict, bucket: str) -> None:
        content = os.urandom(SIZE) + b"end"
        client = place.client("s3", token)
        client.upload_fileobj(io.BytesIO(content), bucket, "a//b c+é~(1)/x:y")
        received = io.BytesIO()
        client.download_fileobj(bucket, "a//b c+é~(1)/x:y", received)
        assert received.getvalue() == content
        part = client.get_object(Bucket=bucket, Key="a//b c+é~(1)/x:y", Range="bytes=1048570-1048585")
        assert part["Body"].read() == content[1048570:1048586]

    @pytest.mark.parametrize("checksum", ["when_supported", "when_required"])
    @pytest.mark.parametrize("size", [0, 1, 5000, 3 << 20])
    def test_puts_objects(self, place: Place, token: dict, bucket: str, checksum: str, size: int) -> None:
        content = os.urandom(size)
        client = place.client("s3", token, request_checksum_calculation=checksum)
        metadata = {"a": "  two   blanks "}
        client.put_object(Bucket=bucket, Key=f"{checksum}-{size}", Body=content, Metadata=metadata)
        assert client.get_object(Bucket=bucket, Key=f"{checksum}-{size}")["Body"].read() == content

    def test_lists_pages(self, place: Place, token: dict, bucket: str) -> None:
        client = place.client("s3", token)
        for number in range(5):
            client.put_object(Bucket=bucket, Key=f"list /+{number}", Body=b"x")
        pages = client.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix="list /+", PaginationConfig={"PageSize": 2}
        )
        found = [[entry["Key"] for entry in page["Contents"]] for page in pages]
        assert found == [["list /+0", "list /+1"], ["list /+2", "list /+3"], ["list /+4"]]

    def test_presigns(self, place: Place, token: dict, bucket: str) -> None:
        client = place.client("s3", token, signature_version="s3v4")
        named = {"Bucket": bucket, "Key": "pre signed+é"}
        content = os.urandom(2 << 20)
        put = client.generate_presigned_url("put_object", named, 60).removeprefix(place.origin)
        with place.send("PUT", put, content) as answer:
            assert answer.status == 200, answer.read()
        get = client.generate_presigned_url("get_object", named, 60).removeprefix(place.origin)
        with place.send("GET", get) as answer:
            assert answer.read() == content
        assert place.send("PUT", get, b"other").status == 403
        assert place.send("GET", get + "&x=1").status == 403
        assert place.send("GET", get.replace("pre%20signed", "other")).status == 403
        assert place.send("GET", get.replace("X-Amz-Expires=60", "X-Amz-Expires=600")).status == 403

    def test_presigned_urls_end_with_their_token(self, place: Place, token: dict, bucket: str) -> None:
        place.client("s3", token).put_object(Bucket=bucket, Key="ends", Body=b"hello")
        own = place.token()
        client = place.client("s3", own, signature_version="s3v4")
        url = client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "ends"}, 600)
        assert place.send("GET", url.removeprefix(place.origin)).read() == b"hello"
        place.ask("DELETE", f"{TOKENS}/{own['id']}")
        answer = place.send("GET", url.removeprefix(place.origin))
        assert (answer.status, answer.headers["Content-Type"]) == (403, "application/xml")
        assert b"<Code>InvalidAccessKeyId</Code>" in answer.read()


class TestCommand:
    """The `aws` command, which is told nothing but keys and endpoint."""

    def run(self, place: Place, token: dict, *arguments: str, home: pathlib.Path) -> str:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "AWS_ACCESS_KEY_ID": token["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": token["secret_access_key"],
            "AWS_ENDPOINT_URL": place.endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
        } | ({"AWS_CA_BUNDLE": place.authority} if place.authority else {})
        command = [sys.executable, "-m", "awscli", *arguments]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def test_does_what_its_users_do(self, place: Place, token: dict, bucket: str, tmp_path: pathlib.Path) -> None:
        identity = json.loads(self.run(place, token, "sts", "get-caller-identity", home=tmp_path))
        assert identity["Account"] == ACCOUNT
        content = os.urandom(9 << 20)
        (tmp_path / "up").write_bytes(content)
        self.run(place, token, "s3", "cp", str(tmp_path / "up"), f"s3://{bucket}/cli/up", home=tmp_path)
        assert "up" in self.run(place, token, "s3", "ls", f"s3://{bucket}/cli/", home=tmp_path)
        self.run(place, token, "s3", "cp", f"s3://{bucket}/cli/up", str(tmp_path / "down"), home=tmp_path)
        assert (tmp_path / "down").read_bytes() == content
        tables = json.loads(self.run(place, token, "dynamodb", "list-tables", home=tmp_path))
        assert isinstance(tables["TableNames"], list)


# The requests of Terraform's S3 backend and of its provider's first steps, by what its environment says alone.
TERRAFORM = """
import base64, boto3, hashlib, json, sys
from botocore.exceptions import ClientError
bucket, table = sys.argv[1:]
s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
def refusal(operation, **arguments):
    try:
        operation(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
account = boto3.client("sts").get_caller_identity()["Account"]
s3.head_bucket(Bucket=bucket)
region = s3.get_bucket_location(Bucket=bucket)["LocationConstraint"]
missing = refusal(s3.head_object, Bucket=bucket, Key="env:/prod/terraform.tfstate")
dynamodb.create_table(
    TableName=table,
    AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
    BillingMode="PAY_PER_REQUEST",
)
lock = {"TableName": table, "Item": {"LockID": {"S": "prod"}}, "ConditionExpression": "attribute_not_exists(LockID)"}
dynamodb.put_item(**lock)
locked = refusal(dynamodb.put_item, **lock)
state = json.dumps({"version": 4, "serial": 1, "resources": []}).encode()
s3.put_object(
    Bucket=bucket,
    Key="env:/prod/terraform.tfstate",
    Body=state,
    ContentType="application/json",
    ChecksumSHA256=base64.b64encode(hashlib.sha256(state).digest()).decode(),
    ServerSideEncryption="AES256",
)
listed = s3.list_objects_v2(Bucket=bucket, Prefix="env:/", MaxKeys=1000)["Contents"]
same = s3.get_object(Bucket=bucket, Key="env:/prod/terraform.tfstate", ChecksumMode="ENABLED")["Body"].read() == state
dynamodb.delete_item(TableName=table, Key={"LockID": {"S": "prod"}})
s3.delete_object(Bucket=bucket, Key="env:/prod/terraform.tfstate")
print(json.dumps([account, region, missing, locked, [entry["Key"] for entry in listed], same]))
"""


def test_terraforms_requests_need_no_more_than_keys_and_endpoint(
    place: Place, token: dict, bucket: str, tmp_path: pathlib.Path
) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": token["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": token["secret_access_key"],
        "AWS_ENDPOINT_URL": place.endpoint,
        "AWS_DEFAULT_REGION": REGION,
    } | ({"AWS_CA_BUNDLE": place.authority} if place.authority else {})
    command = [sys.executable, "-c", TERRAFORM, bucket, f"locks-{bucket}"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert ended.returncode == 0, ended.stderr
    account, region, missing, locked, listed, same = json.loads(ended.stdout)
    assert account == ACCOUNT
    assert region in (None, REGION)
    assert missing == "404"
    assert locked == "ConditionalCheckFailedException"
    assert listed == ["env:/prod/terraform.tfstate"]
    assert same


def test_a_100_leaves_before_the_body_comes(place: Place, token: dict, bucket: str) -> None:
    """botocore's upload waits for it without end over TLS 1.3, where the server's session tickets wake it up."""
    content = os.urandom(100_000)
    signed = sign(place, token, method="PUT", path=f"/{bucket}/continued", body=content)
    lines = [f"PUT {signed.target} HTTP/1.1", *(f"{name}: {value}" for name, value in signed.headers.items())]
    host, _, port = place.origin.partition("//")[2].partition(":")
    head = [*lines, f"Host: {host}:{port}", f"Content-Length: {len(content)}", "Expect: 100-continue", "", ""]
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as peer:
        if place.authority:
            trust = ssl.create_default_context(cafile=place.authority)
            peer = trust.wrap_socket(peer, server_hostname=host)
            assert peer.version() == "TLSv1.3"
        peer.sendall("\r\n".join(head).encode())
        answer = peer.recv(65536)
        assert answer == b"HTTP/1.1 100 Continue\r\n\r\n"
        peer.sendall(content)
        assert peer.recv(65536).startswith(b"HTTP/1.1 200 ")
        peer.close()
    assert place.client("s3", token).get_object(Bucket=bucket, Key="continued")["Body"].read() == content


def test_gos_clients_sign_more_headers(place: Place, token: dict, bucket: str) -> None:
    """AWS' SDK for Go signs the length, the codings that it takes and its own counters, as botocore does not."""
    headers = {
        "Accept-Encoding": "identity",
        "Amz-Sdk-Invocation-Id": "b6dcf0a5-7ab6-4a05-8f5c-0d2a4b1f0d0e",
        "Amz-Sdk-Request": "attempt=1; max=3",
        "Content-Length": "5",
        "Content-Type": "application/octet-stream",
    }
    signed = sign(place, token, method="PUT", path=f"/{bucket}/go", body=b"hello", headers=headers)
    assert "accept-encoding;amz-sdk-invocation-id;amz-sdk-request;content-length" in signed.headers["Authorization"]
    assert signed.send(place).status == 200
    signed.headers["Amz-Sdk-Request"] = "attempt=2; max=3"
    assert_refused(signed.send(place), "signature_does_not_match")
    query = b"Action=GetCallerIdentity&Version=2011-06-15"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(query))}
    asked = sign(place, token, "sts", "POST", "/", query, headers | {"Accept-Encoding": "gzip"})
    assert ACCOUNT.encode() in asked.send(place).read()


@dataclass
class Signed:
    """A request that was signed and may be changed before it is sent."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""

    def send(self, place: Place) -> Any:
        return place.send(self.method, self.target, self.body or None, self.headers)


def sign(
    place: Place,
    token: dict,
    service: str = "s3",
    method: str = "GET",
    path: str = "/",
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    at: datetime | None = None,
    secret: str = "",
) -> Signed:
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    credentials = Credentials(token["access_key_id"], secret or token["secret_access_key"])
    request = AWSRequest(method, place.endpoint + path, headers=headers or {}, data=body)
    if service == "s3":
        request.context["payload_signing_enabled"] = True
    moment = (at or datetime.now(UTC)).replace(tzinfo=None)
    with mock.patch("botocore.auth.get_current_datetime", return_value=moment):
        signer(credentials, service, REGION).add_auth(request)
    if service == "s3" and place.authority:
        assert request.headers["X-Amz-Content-SHA256"] != "UNSIGNED-PAYLOAD"
    target = request.url.removeprefix(place.origin)
    return Signed(method, target, dict(request.headers.items()), body)


def assert_refused(answer: Any, code: str, status: int = 403) -> str:
    text = answer.read().decode()
    assert answer.status == status, text
    assert answer.headers["Keyway-Error"] == code
    return text


class TestForgers:
    @pytest.fixture
    def sent(self, aws: AWSTwin) -> Iterator[None]:
        """Nothing of theirs reaches AWS."""
        seen = len(aws.received)
        yield
        assert len(aws.received) == seen

    def test_the_signed_request_itself_is_taken(self, place: Place, token: dict, bucket: str) -> None:
        signed = sign(place, token, method="PUT", path=f"/{bucket}/plain", body=b"hello", headers={"X-Amz-Meta-A": "b"})
        for _ in range(2):
            assert signed.send(place).status == 200

    @pytest.mark.parametrize(
        "change",
        [
            {"method": "POST"},
            {"target": "other"},
            {"query": "?acl"},
            {"body": b"hellO"},
            {"headers": {"X-Amz-Meta-A": "c"}},
            {"headers": {"X-Amz-Content-SHA256": hashlib.sha256(b"hellO").hexdigest()}, "body": b"hellO"},
            {"headers": {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}, "body": b"hellO"},
            {"headers": {"X-Amz-Copy-Source": "/other/key"}},
            {"headers": {"Host": "another.example"}},
        ],
        ids=str,
    )
    @pytest.mark.usefixtures("sent")
    def test_changes_are_refused_in_the_way_of_s3(self, place: Place, token: dict, bucket: str, change: dict) -> None:
        signed = sign(place, token, method="PUT", path=f"/{bucket}/plain", body=b"hello", headers={"X-Amz-Meta-A": "b"})
        signed.method = change.get("method", signed.method)
        signed.target = signed.target.replace("plain", change.get("target", "plain")) + change.get("query", "")
        signed.body = change.get("body", signed.body)
        signed.headers |= change.get("headers", {})
        answer = signed.send(place)
        assert answer.headers["Content-Type"] == "application/xml"
        assert "<Code>SignatureDoesNotMatch</Code>" in assert_refused(answer, "signature_does_not_match")

    @pytest.mark.usefixtures("sent")
    def test_changes_are_refused_in_the_way_of_each_protocol(self, place: Place, token: dict) -> None:
        headers = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}
        signed = sign(place, token, "dynamodb", "POST", "", b"{}", headers)
        signed.headers["X-Amz-Target"] = "DynamoDB_20120810.DeleteTable"
        text = assert_refused(signed.send(place), "signature_does_not_match")
        assert json.loads(text)["__type"] == "SignatureDoesNotMatch"
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        signed = sign(place, token, "sts", "POST", "", b"Action=GetCallerIdentity&Version=2011-06-15", form)
        signed.body = b"Action=GetSessionToken&Version=2011-06-15"
        text = assert_refused(signed.send(place), "signature_does_not_match")
        assert "<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code>" in text

    @pytest.mark.usefixtures("sent")
    @pytest.mark.parametrize("minutes", [-6, 6, -1440])
    def test_other_times_are_refused(self, place: Place, token: dict, bucket: str, minutes: int) -> None:
        signed = sign(place, token, path=f"/{bucket}", at=datetime.now(UTC) + timedelta(minutes=minutes))
        text = assert_refused(signed.send(place), "request_time_too_skewed")
        assert "<Code>RequestTimeTooSkewed</Code>" in text

    @pytest.mark.usefixtures("sent")
    def test_other_keys_are_refused(self, place: Place, token: dict, bucket: str) -> None:
        other = place.token()
        answer = sign(place, token, path=f"/{bucket}", secret=other["secret_access_key"]).send(place)
        assert_refused(answer, "signature_does_not_match")
        key = token["access_key_id"]
        for forged in (key[:-1], key + "A", key[:-1] + ("A" if key[-1] != "A" else "B"), "AKIAIOSFODNN7EXAMPLE", "x"):
            answer = sign(place, token | {"access_key_id": forged}, path=f"/{bucket}").send(place)
            assert "<Code>InvalidAccessKeyId</Code>" in assert_refused(answer, "invalid_access_key_id")

    @pytest.mark.usefixtures("sent")
    def test_a_revoked_token_signs_nothing(self, place: Place, bucket: str) -> None:
        own = place.token()
        signed = sign(place, own, path=f"/{bucket}")
        place.ask("DELETE", f"{TOKENS}/{own['id']}")
        assert_refused(signed.send(place), "invalid_access_key_id")

    @pytest.mark.usefixtures("sent")
    def test_a_token_of_another_connection_opens_nothing(self, place: Place, aws: AWSTwin) -> None:
        another = place.ask("POST", CONNECTIONS, connection_body(aws))["id"]
        signed = sign(place, place.token(connections=[another]), "sts", "POST")
        assert_refused(signed.send(place), "token_refused")

    def test_repetitions_count_as_acts(self, place: Place, bucket: str) -> None:
        signed = sign(place, place.token(acts=2), path=f"/{bucket}")
        assert [signed.send(place).status for _ in range(3)] == [200, 200, 403]

    def test_a_long_body_of_another_digest_is_never_there(self, place: Place, token: dict, bucket: str) -> None:
        body = os.urandom(3 << 20)
        signed = sign(place, token, method="PUT", path=f"/{bucket}/changed", body=body)
        signed.body = body[:-1] + bytes([body[-1] ^ 1])
        assert_refused(signed.send(place), "signature_does_not_match")
        assert sign(place, token, path=f"/{bucket}/changed").send(place).status == 404
        signed.body = body
        assert signed.send(place).status == 200
        assert sign(place, token, path=f"/{bucket}/changed").send(place).read() == body

    def test_chunks_are_verified(self, place: Place, token: dict, bucket: str) -> None:
        for size in (200_000, 3 << 20):
            body = os.urandom(size)
            for change in (False, True):
                signed = chunked(place, token, f"/{bucket}/chunks-{size}-{change}", body)
                if change:
                    signed.body = signed.body.replace(body[70_000:70_100], bytes(100))
                    assert_refused(signed.send(place), "signature_does_not_match")
                    found = sign(place, token, path=f"/{bucket}/chunks-{size}-{change}").send(place)
                    assert found.status == 404
                else:
                    answer = signed.send(place)
                    assert answer.status == 200, answer.read()
                    found = sign(place, token, path=f"/{bucket}/chunks-{size}-{change}").send(place)
                    assert found.read() == body

    @pytest.mark.usefixtures("sent")
    def test_what_is_not_verified_says_what_to_do(self, place: Place, token: dict, bucket: str) -> None:
        signed = sign(place, token, path=f"/{bucket}")
        for change, words in (
            ({"Authorization": "AWS4-ECDSA-P256-SHA256 Credential=x"}, "version 4A"),
            ({"Authorization": "AWS AKID:signature"}, "version 2"),
            ({"X-Amz-Content-SHA256": "STREAMING-AWS4-HMAC-SHA256-EVENTS"}, "event streams"),
        ):
            answer = place.send("GET", signed.target, headers=signed.headers | change)
            assert (answer.status, words in answer.read().decode()) == (400, True), change
        old = place.client("s3", token, signature_version="s3").generate_presigned_url("list_buckets")
        answer = place.send("GET", old.removeprefix(place.origin))
        assert (answer.status, "version 2" in answer.read().decode()) == (400, True)
        post = place.client("s3", token, signature_version="s3v4").generate_presigned_post(bucket, "key")
        lines = [
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in {**post["fields"], "file": "content"}.items()
        ]
        form = ("".join(lines) + "--b--\r\n").encode()
        target = post["url"].removeprefix(place.origin)
        answer = place.send("POST", target, form, {"Content-Type": "multipart/form-data; boundary=b"})
        assert (answer.status, "presigned PUT" in answer.read().decode()) == (400, True)
        with pytest.raises(ClientError, match="lexv2-runtime"):
            place.client("lex-runtime", token).get_session(botName="b", botAlias="a", userId="u1")

    @pytest.mark.usefixtures("sent")
    def test_headers_of_keyways_own_count_only_if_signed(self, place: Place, token: dict, bucket: str) -> None:
        signed = sign(place, token, path=f"/{bucket}", headers={"Keyway-Dry-Run": "true"})
        with signed.send(place) as answer:
            assert json.loads(answer.read())["data"]["type"] == "act_plan"

    def test_an_unsigned_header_of_keyways_own_counts_for_nothing(self, place: Place, token: dict, bucket: str) -> None:
        signed = sign(place, token, path=f"/{bucket}")
        signed.headers["Keyway-Dry-Run"] = "true"
        with signed.send(place) as answer:
            assert answer.headers["Keyway-Upstream-Status"] == "200"


def chunked(place: Place, token: dict, path: str, body: bytes, size: int = 65_536) -> Signed:
    """An upload in chunks that are signed each, as older SDKs send them."""
    import hmac

    headers = {
        "X-Amz-Content-SHA256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "X-Amz-Decoded-Content-Length": str(len(body)),
        "Content-Encoding": "aws-chunked",
    }
    with mock.patch.object(S3SigV4Auth, "payload", return_value=headers["X-Amz-Content-SHA256"]):
        signed = sign(place, token, method="PUT", path=path, headers=headers)
    stamp = signed.headers["X-Amz-Date"]
    scope = f"{stamp[:8]}/{REGION}/s3/aws4_request"
    key = f"AWS4{token['secret_access_key']}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    previous = re.search(r"Signature=(\w+)", signed.headers["Authorization"])[1]
    framed = b""
    for start in [*range(0, len(body), size), len(body)]:
        piece = body[start : start + size]
        digests = [hashlib.sha256(text).hexdigest() for text in (b"", piece)]
        text = "\n".join(["AWS4-HMAC-SHA256-PAYLOAD", stamp, scope, previous, *digests])
        previous = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        framed += b"%x;chunk-signature=%s\r\n%s\r\n" % (len(piece), previous.encode(), piece)
    signed.body = framed
    return signed


def test_a_rule_that_looks_at_bodies_wants_them_signed(place: Place, token: dict, bucket: str) -> None:
    rules = [
        {"name": "one value", "methods": ["PUT"], "paths": ["/s3/**"], "body": [{"pointer": "/a", "values": [1]}]},
        {"name": "reads", "methods": ["GET"], "paths": ["/s3/**"]},
    ]
    data = {"id": place.connection_id, "type": "connection_settings", "attributes": {"rules": rules}}
    place.ask("PUT", f"{CONNECTIONS}/{place.connection_id}/settings", {"data": data})
    try:
        kind = {"Content-Type": "application/json"}
        signed = sign(place, token, method="PUT", path=f"/{bucket}/ruled", body=b'{"a": 1}', headers=kind)
        assert signed.send(place).status == 200
        signed = sign(place, token, method="PUT", path=f"/{bucket}/ruled", body=b'{"a": 2}', headers=kind)
        assert_refused(signed.send(place), "rule_refused")
        unsigned = {**kind, "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
        with mock.patch.object(S3SigV4Auth, "payload", return_value="UNSIGNED-PAYLOAD"):
            signed = sign_unsigned(place, token, f"/{bucket}/ruled", b'{"a": 1}', unsigned)
        assert "does not cover" in assert_refused(signed.send(place), "rule_refused")
        assert sign(place, token, path=f"/{bucket}/ruled").send(place).read() == b'{"a": 1}'
        upload = {"Bucket": bucket, "Key": "ruled", "Body": b'{"a": 1}', "ContentType": "application/json"}
        place.client("s3", token, request_checksum_calculation="when_required").put_object(**upload)
        if place.authority:
            with pytest.raises(ClientError, match="does not cover"):
                place.client("s3", token).put_object(**upload)
    finally:
        data["attributes"] = {}
        place.ask("PUT", f"{CONNECTIONS}/{place.connection_id}/settings", {"data": data})


def sign_unsigned(place: Place, token: dict, path: str, body: bytes, headers: dict[str, str]) -> Signed:
    credentials = Credentials(token["access_key_id"], token["secret_access_key"])
    request = AWSRequest("PUT", place.endpoint + path, headers=headers, data=body)
    S3SigV4Auth(credentials, "s3", REGION).add_auth(request)
    return Signed("PUT", request.url.removeprefix(place.origin), dict(request.headers.items()), body)


def test_the_audit_log_names_the_token_and_aws_sees_nothing_of_it(place: Place, aws: AWSTwin, bucket: str) -> None:
    own = place.token()
    seen = len(aws.received)
    client = place.client("s3", own, session=own["token"], signature_version="s3v4")
    client.put_object(Bucket=bucket, Key="seen", Body=b"hello")
    url = client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "seen"}, 60)
    assert place.send("GET", url.removeprefix(place.origin)).read() == b"hello"
    for request in aws.received[seen:]:
        text = f"{request.target} {request.headers}"
        for secret in (own["access_key_id"], own["secret_access_key"], own["token"], "kwa_", "KWAA"):
            assert secret not in text
    events = [event for event in act_events(place.data_dir) if own["id"] in json.dumps(event)]
    assert len(events) >= 3
    for path in files(place.data_dir):
        content = path.read_bytes()
        for secret in (own["secret_access_key"], own["token"]):
            assert secret.encode() not in content, path
            assert base64.b64encode(secret.encode()) not in content, path
