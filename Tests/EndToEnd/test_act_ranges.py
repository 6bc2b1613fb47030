"""Ranges of responses: the part that was asked for, byte for byte, and no part of a secret, however small they are."""

import email
import io
import re
from collections.abc import Iterator
from email.policy import HTTP as BINARY

import boto3
import pytest
from acting import LOOPBACK, Actor, acting, assert_own, assert_proxied, keyed_body
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from harness import CONNECTIONS, send
from twins.aws import aws_twin
from twins.hostile import SPELLINGS
from twins.upstream import Received, Reply, Upstream

SECRET = 'm4rk3r/of "ranges" + 0123456789'
OBJECT = b"".join(b"<%d %s>" % (number, spelling.text(SECRET)) for number, spelling in enumerate(SPELLINGS))


class Storage(Upstream):
    """Serves ranges of the object as object stores do, ignores them, or answers as the path says."""

    def answer(self, request: Received) -> Reply:
        kind, content = request.path, OBJECT
        if kind == "/backslashes":
            content = b"\\" * 8_000 + OBJECT
        headers = [
            ("Content-Type", "application/x-object"),
            ("ETag", '"of-the-object"'),
            ("Content-MD5", "AAAA"),
            ("Accept-Ranges", "bytes"),
        ]
        ranges = request.all("x-ms-range") or request.all("Range")
        condition = request.all("If-Range")
        if kind in ("/ignores", "/chunked") or not ranges or (condition and condition != ['"of-the-object"']):
            return Reply(200, iter([content]) if kind == "/chunked" else content, headers)
        first, last = re.fullmatch(r"bytes=(\d*)-(\d*)", ranges[0]).groups()
        start = int(first) if first else max(0, len(content) - int(last))
        end = min(int(last), len(content) - 1) if first and last else len(content) - 1
        if kind == "/narrow":
            start += 1
        if start >= len(content):
            return Reply(416, b"", [("Content-Range", f"bytes */{len(content)}")])
        headers.append(("Content-Range", f"bytes {start}-{end}/{len(content)}"))
        return Reply(206, content[start : end + 1], headers)


@pytest.fixture(scope="module")
def storage() -> Iterator[Storage]:
    with Storage() as storage:
        yield storage


@pytest.fixture(scope="module")
def actor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Actor]:
    with acting(tmp_path_factory.mktemp("ranges"), *LOOPBACK) as actor:
        yield actor


@pytest.fixture(scope="module")
def connection_id(actor: Actor, storage: Storage) -> str:
    return actor.server.create(keyed_body(storage.origin, SECRET))


@pytest.fixture(scope="module")
def masked(actor: Actor, connection_id: str) -> bytes:
    """The object with its secrets masked in place, taken as one range."""
    answer = actor.act(connection_id, "GET", "/object", headers={"Range": f"bytes=0-{len(OBJECT) - 1}"})
    assert_part(answer, 0, len(OBJECT) - 1)
    assert len(answer.body) == len(OBJECT)
    for number, spelling in enumerate(SPELLINGS):
        assert spelling.core(SECRET) not in answer.body, spelling
        assert b"<%d " % number in answer.body, "the offsets are another"
    return answer.body


def assert_part(answer, first: int, last: int, length: int = len(OBJECT)) -> None:
    assert answer.status == 206, (answer.status, answer.body)
    assert answer.headers.get_all("Keyway-Error") is None
    assert answer.headers.get_all("Content-Range") == [f"bytes {first}-{last}/{length}"]
    assert answer.headers.get_all("Content-Length") == [str(last - first + 1)]
    assert answer.headers.get_all("ETag") == ['"of-the-object"']
    assert answer.headers.get_all("Content-MD5") is None


@pytest.mark.parametrize("path", ["/object", "/ignores"])
@pytest.mark.parametrize("size", range(1, 11))
def test_no_part_of_a_secret_comes_in_small_ranges(
    actor: Actor, connection_id: str, masked: bytes, size: int, path: str
) -> None:
    connection = actor.server.connect()
    target = f"{CONNECTIONS}/{connection_id}/proxy{path}"
    whole = b""
    for first in range(0, len(OBJECT), size):
        headers = actor.server.keys.headers | {"Range": f"bytes={first}-{first + size - 1}"}
        answer = send(connection, "GET", target, None, headers)
        assert_part(answer, first, min(first + size, len(OBJECT)) - 1)
        whole += answer.body
    connection.close()
    assert whole == masked


END = len(OBJECT) - 1


@pytest.mark.parametrize("path", ["/object", "/ignores"])
@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=5-", 5, END), ("bytes=-7", END - 6, END), (f"bytes=-{10 * END}", 0, END), ("bytes=0-0", 0, 0),
        (f"bytes=3-{10 * END}", 3, END), ("BYTES=3-9", 3, 9), ("bytes=,3-9,", 3, 9),
        # As AWS' SDK for Java asks for all from a byte on.
        (f"bytes=7-{(1 << 63) - 2}", 7, END), (f"bytes=7-{1 << 64}", 7, END), (f"bytes=-{1 << 64}", 0, END),
    ],
)  # fmt: skip
def test_ranges_of_each_form(
    actor: Actor, connection_id: str, masked: bytes, path: str, asked: str, first: int, last: int
) -> None:
    answer = actor.act(connection_id, "GET", path, headers={"Range": asked})
    assert_part(answer, first, last)
    assert answer.body == masked[first : last + 1]


@pytest.mark.parametrize("path", ["/object", "/ignores"])
@pytest.mark.parametrize(
    "asked",
    [f"bytes={END + 1}-", f"bytes={END + 1}-{END + 9}", f"bytes={10 * END}-", f"bytes={1 << 64}-", "bytes=-0"],
)
def test_a_range_behind_the_end_is_416(actor: Actor, connection_id: str, path: str, asked: str) -> None:
    answer = actor.act(connection_id, "GET", path, headers={"Range": asked})
    assert answer.status == 416, answer.body
    assert answer.headers.get_all("Content-Range") == [f"bytes */{len(OBJECT)}"]


def parts_of(answer) -> list[tuple[str, bytes]]:
    """The parts of a response that has several, each with its `Content-Range`."""
    assert answer.status == 206, (answer.status, answer.body)
    assert answer.headers.get_all("Content-Range") is None
    assert answer.headers.get_all("Content-Length") == [str(len(answer.body))]
    assert answer.headers.get_all("ETag") == ['"of-the-object"']
    (kind,) = answer.headers.get_all("Content-Type")
    message = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + answer.body, policy=BINARY)
    boundary = message.get_boundary().encode()
    assert answer.body.endswith(b"\r\n--" + boundary + b"--\r\n")
    pieces = answer.body.removesuffix(b"\r\n--" + boundary + b"--\r\n").split(b"\r\n--" + boundary + b"\r\n")
    assert pieces.pop(0) == b""
    found = []
    for piece in pieces:
        head, _, body = piece.partition(b"\r\n\r\n")
        lines = dict(line.split(": ") for line in head.decode().split("\r\n"))
        assert lines.keys() == {"Content-Type", "Content-Range"}
        assert lines["Content-Type"] == "application/x-object"
        found.append((lines["Content-Range"], body))
    return found


@pytest.mark.parametrize("path", ["/object", "/ignores"])
@pytest.mark.parametrize(
    "parts",
    [
        [(0, 1), (5, 6)], [(0, 0), (1, 1), (2, END)], [(3, 90), (100, 4 * END)], [(END - 5, END - 3), (END, END)],
        [(number * 9, number * 9 + 4) for number in range(16)],
    ],
)  # fmt: skip
def test_several_parts_at_once(
    actor: Actor, storage: Storage, connection_id: str, masked: bytes, path: str, parts: list[tuple[int, int]]
) -> None:
    asked = "bytes=" + ", ".join(f"{first}-{last}" for first, last in parts)
    answer = actor.act(connection_id, "GET", path, headers={"Range": asked})
    assert parts_of(answer) == [
        (f"bytes {first}-{min(last, END)}/{len(OBJECT)}", masked[first : last + 1]) for first, last in parts
    ]
    assert "," not in storage.received[-1].all("Range")[0]


@pytest.mark.parametrize("path", ["/object", "/ignores"])
@pytest.mark.parametrize("size", range(1, 11))
def test_no_part_of_a_secret_comes_in_several_parts(
    actor: Actor, connection_id: str, masked: bytes, size: int, path: str
) -> None:
    connection = actor.server.connect(timeout=30)
    target = f"{CONNECTIONS}/{connection_id}/proxy{path}"
    for start in range(0, len(OBJECT), 32 * size):
        # Every other part, and then those between.
        for offset in (0, size):
            firsts = [first for first in range(start + offset, start + offset + 32 * size, 2 * size) if first <= END]
            asked = "bytes=" + ",".join(f"{first}-{first + size - 1}" for first in firsts)
            answer = send(connection, "GET", target, None, actor.server.keys.headers | {"Range": asked})
            if len(firsts) > 1:
                assert [body for _, body in parts_of(answer)] == [masked[first : first + size] for first in firsts]
            elif firsts:
                assert answer.body == masked[firsts[0] : firsts[0] + size]
    connection.close()


def test_parts_behind_the_end_are_left_out(actor: Actor, connection_id: str, masked: bytes) -> None:
    answer = actor.act(connection_id, "GET", "/object", headers={"Range": f"bytes=2-4,{END + 1}-{END + 5}"})
    assert_part(answer, 2, 4)
    assert answer.body == masked[2:5]
    answer = actor.act(connection_id, "GET", "/object", headers={"Range": f"bytes={END + 1}-{END + 5},{END + 9}-"})
    assert answer.status == 416


MANY = "bytes=" + ",".join(f"{number * 3}-{number * 3}" for number in range(17))


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-1,1-6", "bytes=5-6,0-1", "bytes=0-1,-5", MANY, "bytes=9-3", "lines=1-2", "bytes=a-b", "bytes=--1"],
)
def test_ranges_that_may_be_ignored_are(actor: Actor, storage: Storage, connection_id: str, asked: str) -> None:
    answer = actor.act(connection_id, "GET", "/object", headers={"Range": asked})
    assert_proxied(answer)
    assert not storage.received[-1].all("Range")


def test_a_range_under_a_condition(actor: Actor, connection_id: str, masked: bytes) -> None:
    held = actor.act(connection_id, "GET", "/object", headers={"Range": "bytes=1-2", "If-Range": '"of-the-object"'})
    assert_part(held, 1, 2)
    other = actor.act(connection_id, "GET", "/object", headers={"Range": "bytes=1-2", "If-Range": '"another"'})
    assert_proxied(other)


@pytest.mark.parametrize("name", ["x-ms-range", "X_MS_Range"])
def test_azure_storages_own_header(
    actor: Actor, storage: Storage, connection_id: str, masked: bytes, name: str
) -> None:
    headers = {name: "bytes=4-8", "Range": "bytes=0-1", "x-ms-range-get-content-md5": "true"}
    answer = actor.act(connection_id, "GET", "/object", headers=headers)
    assert_part(answer, 4, 8)
    assert answer.body == masked[4:9]
    assert storage.received[-1].names().isdisjoint({"range", "x-ms-range-get-content-md5"})


@pytest.mark.parametrize("name", ["Request-Range", "request_range"])
def test_the_header_of_a_draft_is_left_out(actor: Actor, storage: Storage, connection_id: str, name: str) -> None:
    """Apache's httpd still gives parts by it."""
    assert_proxied(actor.act(connection_id, "GET", "/object", headers={name: "bytes=0-6"}))
    assert storage.received[-1].names().isdisjoint({"request-range", "request_range"})


@pytest.mark.parametrize("path", ["/narrow", "/chunked"])
def test_a_part_that_cannot_be_searched_is_an_error(actor: Actor, connection_id: str, path: str) -> None:
    assert_own(actor.act(connection_id, "GET", path, headers={"Range": "bytes=500-600"}), "upstream_malformed")


def test_a_part_in_a_long_run_of_backslashes_is_an_error(actor: Actor, connection_id: str) -> None:
    answer = actor.act(connection_id, "GET", "/backslashes", headers={"Range": "bytes=4000-4100"})
    assert_own(answer, "upstream_malformed")


def test_head_and_post_have_no_ranges(actor: Actor, storage: Storage, connection_id: str) -> None:
    for method in ("HEAD", "POST"):
        assert_proxied(actor.act(connection_id, method, "/object", headers={"Range": "bytes=1-2"}))
        assert not storage.received[-1].all("Range")


def test_a_plan_shows_the_range(actor: Actor, connection_id: str) -> None:
    plan = actor.plan(connection_id, "GET", "/object", Range="bytes=1-2").json["data"]["attributes"]
    assert {"name": "Range", "value": "bytes=1-2"} in plan["headers"]


def test_boto3_downloads_an_object_in_parts(tmp_path_factory: pytest.TempPathFactory) -> None:
    content = bytes(number * 7 % 251 for number in range(256)) * 80 * 1024
    with (
        aws_twin() as aws,
        acting(tmp_path_factory.mktemp("boto3"), *LOOPBACK, variables=aws.environment) as actor,
    ):
        connection_id = actor.connect(aws)
        assert_proxied(actor.act(connection_id, "PUT", "/s3/us-east-1/parts"))
        host, port = aws.moto_address
        direct = aws.client("s3", f"http://{host}:{port}", aws.make_user("storage", "s3:*"))
        direct.put_object(Bucket="parts", Key="object", Body=content)
        proxy = f"http://{actor.server.address}{CONNECTIONS}/{connection_id}/proxy"
        client = boto3.client("s3", endpoint_url=f"{proxy}/s3/us-east-1", **CLIENT)

        def add_keys(request, **_: object) -> None:
            for name, value in actor.server.keys.headers.items():
                request.headers[name] = value

        client.meta.events.register("before-sign.s3.*", add_keys)
        received = io.BytesIO()
        client.download_fileobj("parts", "object", received, Config=TransferConfig(multipart_threshold=1024 * 1024))
        assert received.getvalue() == content
        part = client.get_object(Bucket="parts", Key="object", Range="bytes=1000000-1000009")
        assert part["Body"].read() == content[1_000_000:1_000_010]


CLIENT = {
    "region_name": "us-east-1",
    "aws_access_key_id": "callers",
    "aws_secret_access_key": "callers",
    "config": Config(s3={"addressing_style": "path"}),
}
