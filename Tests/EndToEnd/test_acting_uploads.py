"""Uploads in the framing that AWS' SDKs give them over TLS: stored as what is in it, by a signature of Keyway's own."""

import base64
import gzip
import hashlib
import io
import json
import ssl
import subprocess
import urllib.request
import zlib
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from acting import LOOPBACK, Actor, acting, assert_clean, assert_own, assert_proxied, connection_body
from botocore.config import Config
from harness import CONNECTIONS, PATIENCE, Keys, Server, initialise, running
from twins.aws import AWSTwin, aws_twin, unframed

PART = 600 * 1024
"""A part's size: with the framing it is short enough to be held."""
LONG = 5 << 20
"""The length of a body that is sent on while it comes."""


@pytest.fixture(scope="module")
def aws() -> Iterator[AWSTwin]:
    with aws_twin() as twin:
        yield twin
        assert_clean(twin)


@pytest.fixture(scope="module")
def aws_actor(aws: AWSTwin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Actor]:
    with acting(tmp_path_factory.mktemp("aws"), *LOOPBACK, variables=aws.environment) as actor:
        yield actor


@pytest.fixture(scope="module")
def connection_id(aws: AWSTwin, aws_actor: Actor) -> str:
    connection_id = aws_actor.connect(aws)
    assert_proxied(aws_actor.act(connection_id, "PUT", "/s3/us-east-1/framed"))
    return connection_id


def crc32(content: bytes) -> str:
    return base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()


def framed(content: bytes, size: int = 7, trailers: str = "", signed: bool = False) -> bytes:
    """The content in chunks of that size."""
    extension = f";chunk-signature={'a' * 64}" if signed else ""
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    chunks = b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension.encode(), piece) for piece in pieces)
    if signed and trailers:
        trailers += f"x-amz-trailer-signature:{'b' * 64}\r\n"
    return chunks + f"0{extension}\r\n{trailers}\r\n".encode()


CONTENT = bytes(range(256)) + b"\r\n0\r\n\r\n"
SIGNED, UNSIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD"


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("trailer", [True, False])
def test_framed_uploads_are_stored_as_what_is_in_them(
    aws: AWSTwin, aws_actor: Actor, connection_id: str, signed: bool, trailer: bool
) -> None:
    headers = {
        "X-Amz-Content-Sha256": (SIGNED if signed else UNSIGNED) + ("-TRAILER" if trailer else ""),
        "X-Amz-Decoded-Content-Length": str(len(CONTENT)),
        "Content-Encoding": "aws-chunked",
    }
    if trailer:
        headers["X-Amz-Trailer"] = "x-amz-checksum-crc32"
    body = framed(CONTENT, trailers=f"x-amz-checksum-crc32:{crc32(CONTENT)}\r\n" if trailer else "", signed=signed)
    path = f"/s3/us-east-1/framed/{signed}-{trailer}"
    assert_proxied(aws_actor.act(connection_id, "PUT", path, body, headers))
    sent = aws.received[-1]
    assert sent.body == CONTENT
    assert sent.names().isdisjoint({"content-encoding", "x-amz-trailer", "x-amz-decoded-content-length"})
    assert sent.all("X-Amz-Checksum-Crc32") == ([crc32(CONTENT)] if trailer else [])
    assert sent.all("X-Amz-Content-Sha256") == [hashlib.sha256(CONTENT).hexdigest()]
    fetched = aws_actor.act(connection_id, "GET", path)
    assert_proxied(fetched)
    assert fetched.body == CONTENT


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("trailer", [True, False])
def test_long_framed_uploads_are_sent_on_while_they_come(
    aws: AWSTwin, aws_actor: Actor, connection_id: str, signed: bool, trailer: bool
) -> None:
    content = bytes(range(256)) * (LONG // 256)
    headers = {
        "X-Amz-Content-Sha256": (SIGNED if signed else UNSIGNED) + ("-TRAILER" if trailer else ""),
        "X-Amz-Decoded-Content-Length": str(len(content)),
        "Content-Encoding": "aws-chunked",
    }
    if trailer:
        headers["X-Amz-Trailer"] = "x-amz-checksum-crc32"
    trailers = f"x-amz-checksum-crc32:{crc32(content)}\r\n" if trailer else ""
    path = f"/s3/us-east-1/framed/long-{signed}-{trailer}"
    assert_proxied(aws_actor.act(connection_id, "PUT", path, framed(content, 65536, trailers, signed), headers))
    sent = aws.received[-1]
    assert sent.all("X-Amz-Content-Sha256") == [UNSIGNED + "-TRAILER" if trailer else "UNSIGNED-PAYLOAD"]
    assert (unframed(sent.body)[0] if trailer else sent.body) == content
    assert b"chunk-signature" not in sent.body
    fetched = aws_actor.act(connection_id, "GET", path)
    assert_proxied(fetched)
    assert fetched.body == content


def test_a_long_upload_that_is_no_framing_does_not_come_to_its_end(
    aws: AWSTwin, aws_actor: Actor, connection_id: str
) -> None:
    headers = {
        "X-Amz-Content-Sha256": UNSIGNED,
        "X-Amz-Decoded-Content-Length": str(LONG),
        "Content-Encoding": "aws-chunked",
    }
    body = framed(bytes(LONG), 65536)[:-5000] + bytes(5000)
    answer = aws_actor.act(connection_id, "PUT", "/s3/us-east-1/framed/cut", body, headers)
    assert_own(answer, "bad_request")
    assert "aws-chunked" in answer.errors[0]["detail"]
    assert aws_actor.act(connection_id, "GET", "/s3/us-east-1/framed/cut").status == 404


@pytest.mark.parametrize("stated", [True, False])
def test_a_long_upload_goes_by_the_digest_that_is_stated_or_by_none(
    aws: AWSTwin, aws_actor: Actor, connection_id: str, stated: bool
) -> None:
    content = bytes(range(256)) * (LONG // 256)
    digest = hashlib.sha256(content).hexdigest()
    headers = {"X-Amz-Content-Sha256": digest} if stated else {}
    path = f"/s3/us-east-1/framed/plain-{stated}"
    assert_proxied(aws_actor.act(connection_id, "PUT", path, content, headers))
    assert aws.received[-1].all("X-Amz-Content-Sha256") == [digest if stated else "UNSIGNED-PAYLOAD"]
    assert aws_actor.act(connection_id, "GET", path).body == content


def test_a_long_body_for_a_service_that_wants_a_digest_is_refused(
    aws: AWSTwin, aws_actor: Actor, connection_id: str
) -> None:
    seen = len(aws.received)
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessage"}
    answer = aws_actor.act(connection_id, "POST", "/sqs/us-east-1/", b"{}" + b" " * LONG, headers)
    assert_own(answer, "body_too_large")
    assert "digest" in answer.errors[0]["detail"]
    assert len(aws.received) == seen
    body = json.dumps({"QueueName": "q"}).encode() + b" " * LONG
    headers["X-Amz-Target"] = "AmazonSQS.CreateQueue"
    headers["X-Amz-Content-Sha256"] = hashlib.sha256(body).hexdigest()
    assert_proxied(aws_actor.act(connection_id, "POST", "/sqs/us-east-1/", body, headers))


@pytest.mark.parametrize("codings", ["aws-chunked,gzip", "gzip, aws-chunked"])
def test_other_codings_stay(aws: AWSTwin, aws_actor: Actor, connection_id: str, codings: str) -> None:
    content = gzip.compress(CONTENT)
    headers = {"X-Amz-Content-Sha256": UNSIGNED + "-TRAILER", "Content-Encoding": codings}
    assert_proxied(aws_actor.act(connection_id, "PUT", "/s3/us-east-1/framed/coded", framed(content), headers))
    assert aws.received[-1].body == content
    assert aws.received[-1].all("Content-Encoding") == ["gzip"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"body": CONTENT}, "length of a chunk"),
        ({"body": framed(CONTENT)[:100]}, "ends within"),
        ({"X-Amz-Decoded-Content-Length": "5"}, "X-Amz-Decoded-Content-Length"),
        ({"body": framed(CONTENT, trailers=f"x-amz-checksum-crc32:{crc32(b'other')}\r\n")}, "checksum"),
        ({"X-Amz-Trailer": "x-amz-checksum-sha256"}, "X-Amz-Trailer"),
        ({"X-Amz-Content-Sha256": "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"}, "4A"),
    ],
    ids=["no framing", "cut short", "length", "checksum", "trailer", "version 4A"],
)
def test_what_is_wrong_with_a_framing_is_said(
    aws: AWSTwin, aws_actor: Actor, connection_id: str, change: dict, words: str
) -> None:
    seen = len(aws.received)
    headers = {
        "X-Amz-Content-Sha256": UNSIGNED + "-TRAILER",
        "X-Amz-Decoded-Content-Length": str(len(CONTENT)),
        "X-Amz-Trailer": "x-amz-checksum-crc32",
        "Content-Encoding": "aws-chunked",
    }
    body = change.pop("body", framed(CONTENT, trailers=f"x-amz-checksum-crc32:{crc32(CONTENT)}\r\n"))
    answer = aws_actor.act(connection_id, "PUT", "/s3/us-east-1/framed/wrong", body, headers | change)
    assert_own(answer, "bad_request")
    assert words in answer.errors[0]["detail"]
    assert len(aws.received) == seen


@pytest.fixture(scope="module")
def s3(aws: AWSTwin, certificate: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """AWS' own client, led through a Keyway that speaks TLS."""
    data_dir = tmp_path_factory.mktemp("tls") / "data"
    options = ("--tls-cert", certificate[0], "--tls-key", certificate[1], "--rate-limit", "off", *LOOPBACK)
    keys = initialise(data_dir)
    with running(data_dir, keys, *options, variables=aws.environment) as server:
        connection_id = connect(server, keys, aws, certificate[0])
        client = boto3.client(
            "s3",
            endpoint_url=f"https://localhost:{server.port}{CONNECTIONS}/{connection_id}/proxy/s3/us-east-1",
            region_name="us-east-1",
            aws_access_key_id="nobody",
            aws_secret_access_key="nothing",
            verify=certificate[0],
            config=Config(retries={"total_max_attempts": 1}),
        )

        def add_keys(request: Any, **_: Any) -> None:
            for name, value in keys.headers.items():
                request.headers[name] = value

        client.meta.events.register("before-sign.*", add_keys)
        client.create_bucket(Bucket="uploads")
        yield client


def connect(server: Server, keys: Keys, aws: AWSTwin, authority: str) -> str:
    """A connection of a server that speaks TLS to the twin."""
    request = urllib.request.Request(
        f"https://localhost:{server.port}{CONNECTIONS}",
        json.dumps(connection_body(aws)).encode(),
        {**keys.headers, "Content-Type": "application/json"},
    )
    trust = ssl.create_default_context(cafile=authority)
    with urllib.request.urlopen(request, context=trust, timeout=PATIENCE) as answer:
        data = json.load(answer)["data"]
    credentials = data["attributes"]["integration"]["credentials"]
    aws.trust(credentials["role"], credentials["external_id"])
    return data["id"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    place = tmp_path_factory.mktemp("certificate")
    certificate, key = str(place / "cert.pem"), str(place / "key.pem")
    request = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    arguments = [*request.split(), "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate]
    subprocess.run(arguments, check=True, capture_output=True)
    return certificate, key


class TestBoto3OverTLS:
    @pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
    def test_puts_an_object(self, aws: AWSTwin, s3: Any, algorithm: str) -> None:
        stored = s3.put_object(Bucket="uploads", Key=algorithm, Body=CONTENT, ChecksumAlgorithm=algorithm)
        sent = aws.received[-1]
        assert sent.body == CONTENT
        assert sent.all(f"x-amz-checksum-{algorithm}") != []
        assert "content-encoding" not in sent.names()
        assert stored["ETag"] == f'"{hashlib.md5(CONTENT).hexdigest()}"'
        assert s3.get_object(Bucket="uploads", Key=algorithm)["Body"].read() == CONTENT

    def test_puts_a_stream_in_the_default_way(self, aws: AWSTwin, s3: Any) -> None:
        content = b"hello" * 40_000
        s3.upload_fileobj(io.BytesIO(content), "uploads", "stream")
        assert aws.received[-1].body == content
        assert aws.received[-1].all("x-amz-checksum-crc32") == [crc32(content)]
        assert s3.get_object(Bucket="uploads", Key="stream")["Body"].read() == content

    def test_keeps_a_coding_of_the_callers(self, aws: AWSTwin, s3: Any) -> None:
        content = gzip.compress(CONTENT)
        s3.put_object(Bucket="uploads", Key="coded", Body=content, ContentEncoding="gzip")
        assert aws.received[-1].body == content
        assert aws.received[-1].all("Content-Encoding") == ["gzip"]

    def test_uploads_parts(self, aws: AWSTwin, s3: Any) -> None:
        content = bytes(range(256)) * (PART * 5 // 512)
        upload = s3.create_multipart_upload(Bucket="uploads", Key="parts", ChecksumAlgorithm="CRC32")
        for number, start in enumerate(range(0, len(content), PART), 1):
            piece = content[start : start + PART]
            part = {"Bucket": "uploads", "Key": "parts", "UploadId": upload["UploadId"], "PartNumber": number}
            tag = s3.upload_part(**part, Body=piece)["ETag"]
            assert aws.received[-1].body == piece
            assert aws.received[-1].all("x-amz-checksum-crc32") == [crc32(piece)]
            assert tag == f'"{hashlib.md5(piece).hexdigest()}"'
        listed = s3.list_parts(Bucket="uploads", Key="parts", UploadId=upload["UploadId"])
        assert [part["Size"] for part in listed["Parts"]] == [PART, PART, PART // 2]

    def test_puts_a_long_object(self, aws: AWSTwin, s3: Any) -> None:
        content = bytes(range(256)) * (LONG // 256)
        stored = s3.put_object(Bucket="uploads", Key="long", Body=content)
        sent = aws.received[-1]
        assert sent.all("X-Amz-Content-Sha256") == [UNSIGNED + "-TRAILER"]
        assert unframed(sent.body)[0] == content
        assert stored["ETag"] == f'"{hashlib.md5(content).hexdigest()}"'
        assert s3.get_object(Bucket="uploads", Key="long")["Body"].read() == content

    def test_uploads_and_downloads_in_parts_by_itself(self, aws: AWSTwin, s3: Any) -> None:
        """As large and as many as it likes: 8 MiB each, several at a time."""
        content = bytes(range(256)) * (20 * (1 << 20) // 256) + b"end"
        s3.upload_fileobj(io.BytesIO(content), "uploads", "multipart")
        parts = [request for request in aws.received if "partNumber=" in request.target and "multipart" in request.path]
        assert len(parts) >= 3
        assert s3.head_object(Bucket="uploads", Key="multipart")["ContentLength"] == len(content)
        received = io.BytesIO()
        s3.download_fileobj("uploads", "multipart", received)
        assert received.getvalue() == content
