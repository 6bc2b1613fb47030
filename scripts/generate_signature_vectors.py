#!/usr/bin/env python3
"""Writes Tests/ActingTests/SignatureVectors.swift: requests as botocore, which requirements.txt pins, signs them.

Run it in the virtual environment: .venv/bin/python scripts/generate_signature_vectors.py
With --check it writes nothing, and fails if the file is not what it would write.
"""

import datetime
import pathlib
import sys
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import boto3
import botocore
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

TARGET = pathlib.Path(__file__).parent.parent / "Tests/ActingTests/SignatureVectors.swift"
ID = "KWAAABCDEFGHIJKLMNOP"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
NOW = datetime.datetime(2026, 11, 30, 12, 0, 0, tzinfo=datetime.UTC)
PLACE = "/api/v2/actions/connections/0193cb20-1234-7abc-8def-0123456789ab/proxy"
# Other on each run, and not signed.
LEFT_OUT = {"amz-sdk-invocation-id", "amz-sdk-request", "user-agent"}
KEY = "a//b c+é~(1)/x:y"


class CapturedError(Exception):
    """Ends a call when its request is there."""


def capture(scheme: str, service: str, call: Callable[[Any], Any], token: str | None, **config: Any) -> Any:
    session = boto3.session.Session(ID, SECRET, token, region_name="eu-west-1")
    kept: list[AWSPreparedRequest] = []

    def keep(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        kept.append(request)
        raise CapturedError

    client = session.client(
        service,
        endpoint_url=f"{scheme}://keyway.example:8480{PLACE}",
        config=Config(s3={"addressing_style": "path"}, **config),
    )
    client.meta.events.register("before-send", keep)
    try:
        url = call(client)
    except CapturedError:
        request = kept[0]
        return request.method, request.url, dict(request.headers), request.body
    return ("PUT" if "put" in url[1] else "GET"), url[0], {}, None


def cases() -> Iterator[tuple[str, str, str, Callable[[Any], Any], str | None, dict[str, Any]]]:
    object_name = {"Bucket": "bucket", "Key": KEY}
    yield "sts GetCallerIdentity", "http", "sts", lambda c: c.get_caller_identity(), None, {}
    yield "sts with a session token", "https", "sts", lambda c: c.get_caller_identity(), "a+session/token==", {}
    yield "dynamodb GetItem", "http", "dynamodb", lambda c: c.get_item(TableName="t", Key={"id": {"S": "é"}}), None, {}
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:f"
    yield "lambda with an ARN in its path", "http", "lambda", lambda c: c.get_function(FunctionName=arn), None, {}
    yield "lambda Invoke", "https", "lambda", lambda c: c.invoke(FunctionName="f", Payload=b'{"a": 1}'), None, {}
    yield "s3 GetObject with a range", "http", "s3", lambda c: c.get_object(Range="bytes=0-9", **object_name), None, {}
    yield (
        "s3 ListObjectsV2",
        "https",
        "s3",
        lambda c: c.list_objects_v2(Bucket="b-u", Prefix="x /+", Delimiter="/"),
        None,
        {},
    )
    yield "s3 CreateMultipartUpload", "http", "s3", lambda c: c.create_multipart_upload(**object_name), None, {}
    yield (
        "s3 PutObject over plain HTTP",
        "http",
        "s3",
        lambda c: c.put_object(Body=b"hello", Metadata={"a": "  two   blanks "}, **object_name),
        None,
        {},
    )
    yield "s3 PutObject over TLS", "https", "s3", lambda c: c.put_object(Body=b"hello", **object_name), None, {}
    yield (
        "s3 PutObject without a checksum",
        "https",
        "s3",
        lambda c: c.put_object(Body=b"hello", **object_name),
        None,
        {"request_checksum_calculation": "when_required"},
    )
    signed = {"signature_version": "s3v4"}
    for operation in ("get_object", "put_object"):
        yield (
            f"s3 presigned {operation}",
            "https",
            "s3",
            lambda c, operation=operation: (c.generate_presigned_url(operation, object_name, 3600), operation),
            None,
            signed,
        )
    yield (
        "s3 presigned with a session token",
        "https",
        "s3",
        lambda c: (c.generate_presigned_url("get_object", object_name, 3600), ""),
        "a+session/token==",
        signed,
    )
    yield (
        "sts presigned",
        "https",
        "sts",
        lambda c: (c.generate_presigned_url("get_caller_identity", HttpMethod="GET", ExpiresIn=900), ""),
        None,
        {},
    )


def literal(text: str) -> str:
    for character, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\r", "\\r"), ("\n", "\\n")):
        text = text.replace(character, escaped)
    return f'"{text}"'


def text_of(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def vectors() -> Iterator[str]:
    for name, scheme, service, call, token, config in cases():
        method, url, headers, body = capture(scheme, service, call, token, **config)
        parts = urlsplit(url)
        if body is not None and not isinstance(body, bytes | str):
            body = body.read()
        fields = [("Host", parts.netloc)] + [
            (key, text_of(value)) for key, value in headers.items() if key.lower() not in LEFT_OUT
        ]
        lines = ",\n".join(f"                ({literal(key)}, {literal(value)})" for key, value in fields)
        yield f"""        SignedVector(
            name: {literal(name)},
            method: {literal(method)},
            path: {literal(parts.path)},
            query: {literal(parts.query) if parts.query else "nil"},
            headers: [
{lines},
            ],
            body: {literal(text_of(body or ""))},
            service: {literal(service)}
        ),"""


def text() -> str:
    with mock.patch("botocore.auth.get_current_datetime", return_value=NOW.replace(tzinfo=None)):
        made = "\n".join(vectors())
    return f'''// swift-format-ignore-file
// Generated by scripts/generate_signature_vectors.py from botocore {botocore.__version__}. Do not edit.

extension SignedVector {{
    static let accessKeyID = "{ID}"
    static let secretAccessKey = "{SECRET}"
    static let time = "{NOW:%Y-%m-%dT%H:%M:%SZ}"
    static let place = "{PLACE}"

    /// Requests as botocore signs them for `eu-west-1`, at that time and by that key.
    static let all = [
{made}
    ]
}}
'''


def main() -> int:
    generated = text()
    if "--check" in sys.argv[1:]:
        return 0 if TARGET.read_text() == generated else 1
    TARGET.write_text(generated)
    return 0


if __name__ == "__main__":
    sys.exit(main())
