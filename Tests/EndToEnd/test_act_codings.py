"""Objects that are stored in a content coding: passed on byte for byte, and searched for secrets all the same."""

import base64
import gzip
import hashlib
import http.client
import io
import random
import re
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import boto3
import brotli
import pytest
import zstandard
from acting import LOOPBACK, MASK, Actor, act_events, acting, assert_own, assert_proxied, http_body, keyed_body
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from harness import CONNECTIONS, send
from twins.aws import aws_twin
from twins.hostile import SPELLINGS, HostileUpstream, Spelling, chunked, head, raw, whole
from twins.upstream import Received, Reply, Upstream

SECRET = 'm4rk3r/of "codings" + 0123456789'


def deflated(data: bytes, level: int = 6) -> bytes:
    packer = zlib.compressobj(level, wbits=-15)
    return packer.compress(data) + packer.flush()


def members(data: bytes) -> bytes:
    return b"".join(gzip.compress(data[start : start + 1000]) for start in range(0, len(data), 1000))


def fast(data: bytes) -> bytes:
    return brotli.compress(data, quality=0)


def frames(data: bytes) -> bytes:
    return b"".join(zstandard.compress(data[start : start + 1000]) for start in range(0, len(data), 1000))


def blocks(data: bytes) -> bytes:
    """One frame in many blocks."""
    packer = zstandard.ZstdCompressor().compressobj()
    out = b""
    for start in range(0, len(data), 1000):
        out += packer.compress(data[start : start + 1000])
        out += packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    return out + packer.flush()


@dataclass(frozen=True)
class Coding:
    label: str
    name: str
    pack: Callable[[bytes], bytes]

    def __str__(self) -> str:
        return self.label

    def unpack(self, start: bytes) -> bytes:
        """What can be known of a body by its beginning."""
        for name in reversed(self.name.split(", ")):
            start = BEGINNINGS[name](start)
        return start


def unpack_gzip(start: bytes) -> bytes:
    out = b""
    while start:
        unpacker = zlib.decompressobj(47)
        try:
            out += unpacker.decompress(start)
        except zlib.error:
            # What follows the last member.
            return out + start
        if not unpacker.eof:
            return out
        start = unpacker.unused_data
    return out


def unpack_deflate(start: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(start)
    except zlib.error:
        return zlib.decompressobj(-15).decompress(start)


def unpack_zstd(start: bytes) -> bytes:
    out = b""
    while start:
        unpacker = zstandard.ZstdDecompressor().decompressobj()
        out += unpacker.decompress(start)
        start = unpacker.unused_data
    return out


BEGINNINGS = {
    "gzip": unpack_gzip,
    "x-gzip": unpack_gzip,
    "deflate": unpack_deflate,
    "br": lambda start: brotli.Decompressor().process(start),
    "zstd": unpack_zstd,
}
CODINGS = [
    Coding("gzip", "gzip", gzip.compress),
    Coding("x-gzip", "x-gzip", gzip.compress),
    Coding("gzip, not compressed", "gzip", lambda data: gzip.compress(data, 0)),
    Coding("gzip in members", "gzip", members),
    Coding("gzip and bytes after it", "gzip", lambda data: gzip.compress(data) + bytes(700)),
    Coding("deflate", "deflate", zlib.compress),
    Coding("deflate without a header", "deflate", deflated),
    Coding("br", "br", brotli.compress),
    Coding("br, hardly compressed", "br", fast),
    Coding("zstd", "zstd", zstandard.compress),
    Coding("zstd in frames", "zstd", frames),
    Coding("zstd in blocks", "zstd", blocks),
    Coding("br upon gzip", "gzip, br", lambda data: brotli.compress(gzip.compress(data))),
    Coding("gzip upon zstd", "zstd, gzip", lambda data: gzip.compress(zstandard.compress(data))),
    Coding("zstd upon gzip upon br", "br, gzip, zstd", lambda data: zstandard.compress(gzip.compress(fast(data)))),
]  # fmt: skip
SPARSE = b"a line of a log that is much like the others\n" * 3000
DENSE = random.Random(1).randbytes(300_000)


@pytest.fixture(scope="module")
def upstream() -> Iterator[HostileUpstream]:
    with HostileUpstream() as upstream:
        yield upstream


@pytest.fixture(scope="module")
def actor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Actor]:
    with acting(tmp_path_factory.mktemp("codings"), *LOOPBACK) as actor:
        yield actor


@pytest.fixture(scope="module")
def connection_id(actor: Actor, upstream: HostileUpstream) -> str:
    return actor.server.create(keyed_body(upstream.origin, SECRET))


def stored(coding: Coding, packed: bytes) -> list[tuple[str, str]]:
    """The headers of an object store that speak of the bytes as they are stored."""
    md5 = base64.b64encode(hashlib.md5(packed).digest()).decode()
    sha256 = base64.b64encode(hashlib.sha256(packed).digest()).decode()
    return [
        ("Content-Encoding", coding.name),
        ("ETag", f'"{hashlib.md5(packed).hexdigest()}"'),
        ("Content-MD5", md5),
        ("Digest", f"sha-256={sha256}"),
        ("Content-Digest", f"sha-256=:{sha256}:"),
        ("x-amz-checksum-sha256", sha256),
        ("x-goog-hash", f"md5={md5}"),
        ("Accept-Ranges", "bytes"),
    ]


def in_pieces(body: bytes, size: int) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


@pytest.mark.parametrize("coding", CODINGS, ids=str)
class TestAnObject:
    @pytest.mark.parametrize("content", [b"", b"short", SPARSE, DENSE], ids=["empty", "short", "sparse", "dense"])
    def test_is_passed_on_byte_for_byte(
        self, actor: Actor, upstream: HostileUpstream, connection_id: str, coding: Coding, content: bytes
    ) -> None:
        packed = coding.pack(content)
        headers = stored(coding, packed)
        upstream.script = whole(packed, *(f"{name}: {value}" for name, value in headers))
        answer = actor.act(connection_id, "GET", "/object")
        assert_proxied(answer)
        assert answer.body == packed
        assert answer.headers.get_all("Content-Length") == [str(len(packed))]
        for name, value in headers:
            assert answer.headers.get_all(name) == [value]
        assert upstream.received[-1].all("Accept-Encoding") == ["identity"]

    def test_has_its_length_told_to_head(
        self, actor: Actor, upstream: HostileUpstream, connection_id: str, coding: Coding
    ) -> None:
        packed = coding.pack(SPARSE)
        headers = stored(coding, packed)
        told = head(200, *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(packed)}")
        upstream.script = raw(told)
        answer = actor.act(connection_id, "HEAD", "/object")
        assert_proxied(answer)
        assert answer.headers.get_all("Content-Length") == [str(len(packed))]
        for name, value in headers:
            assert answer.headers.get_all(name) == [value]

    def test_in_chunks_is_passed_on(
        self, actor: Actor, upstream: HostileUpstream, connection_id: str, coding: Coding
    ) -> None:
        packed = coding.pack(SPARSE + DENSE[:5000])
        for size in (1, 100, 100_000):
            pieces = in_pieces(packed, size)[:20_000]
            pieces.append(packed[sum(map(len, pieces)) :])
            upstream.script = chunked(*filter(None, pieces), headers=(f"Content-Encoding: {coding.name}",))
            answer = actor.act(connection_id, "GET", "/object")
            assert_proxied(answer)
            assert answer.body == packed
            assert answer.headers.get_all("Content-Encoding") == [coding.name]

    def test_keeps_its_headers_where_it_is_not_modified(
        self, actor: Actor, upstream: HostileUpstream, connection_id: str, coding: Coding
    ) -> None:
        upstream.script = raw(head(304, 'ETag: "strong"', f"Content-Encoding: {coding.name}"))
        answer = actor.act(connection_id, "GET", "/object", headers={"If-None-Match": '"strong"'})
        assert answer.status == 304
        assert answer.headers.get_all("ETag") == ['"strong"']


def received(actor: Actor, connection_id: str) -> tuple[http.client.HTTPMessage, bytes, bool]:
    """The headers, as much of the body as there is, and whether it came to its end."""
    connection = actor.server.connect(timeout=60)
    try:
        connection.request("GET", f"{CONNECTIONS}/{connection_id}/proxy/object", headers=actor.server.keys.headers)
        response = connection.getresponse()
        body = b""
        try:
            while piece := response.read1(1 << 16):
                body += piece
        except (http.client.IncompleteRead, ConnectionError) as end:
            return response.headers, body + getattr(end, "partial", b""), False
        length = response.headers.get("Content-Length")
        return response.headers, body, length is None or int(length) == len(body)
    finally:
        connection.close()


def assert_broken_off(actor: Actor, connection_id: str, coding: Coding, packed: bytes, core: bytes) -> None:
    """Nothing of the secret came, coded or not."""
    headers, body, is_whole = received(actor, connection_id)
    if headers.get("Keyway-Error"):
        assert headers.get_all("Keyway-Error") == ["secret_in_coding"]
        return
    assert not is_whole
    assert len(body) < len(packed)
    assert packed.startswith(body)
    assert core[:8] not in coding.unpack(body)
    assert core[:8] not in body


@pytest.mark.parametrize("coding", CODINGS, ids=str)
class TestAnEcho:
    @pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1000, 1 << 20])
    def test_breaks_off_before_it_is_readable(
        self, actor: Actor, upstream: HostileUpstream, connection_id: str, coding: Coding, size: int
    ) -> None:
        for content in (
            b"before " + SECRET.encode() + b" after",
            DENSE[:5_000] + SECRET.encode() + DENSE[:3_000],
            DENSE[:2_000] + SECRET.encode(),
        ):
            packed = coding.pack(content)
            upstream.script = chunked(*in_pieces(packed, size), headers=(f"Content-Encoding: {coding.name}",))
            assert_broken_off(actor, connection_id, coding, packed, SECRET.encode())

    @pytest.mark.parametrize("spelling", SPELLINGS, ids=str)
    def test_in_each_spelling_breaks_off(
        self, actor: Actor, upstream: HostileUpstream, connection_id: str, coding: Coding, spelling: Spelling
    ) -> None:
        packed = coding.pack(SPARSE + b"before " + spelling.text(SECRET) + b" after" + DENSE[:500])
        upstream.script = whole(packed, f"Content-Encoding: {coding.name}")
        assert_broken_off(actor, connection_id, coding, packed, spelling.core(SECRET))

    def test_that_is_cut_breaks_off(
        self, actor: Actor, upstream: HostileUpstream, connection_id: str, coding: Coding
    ) -> None:
        packed = coding.pack(b"before " + SECRET.encode()[:-1])
        upstream.script = whole(packed, f"Content-Encoding: {coding.name}")
        assert_broken_off(actor, connection_id, coding, packed, SECRET.encode())


PLACES = {
    "a name in gzip": ("gzip", lambda text: b"\x1f\x8b\x08\x08" + bytes(6) + text + b"\0" + gzip.compress(b"x")[10:]),
    "bytes after gzip": ("gzip", lambda text: gzip.compress(b"x") + text),
    "a frame of zstd that is skipped": (
        "zstd", lambda text: b"\x50\x2a\x4d\x18" + len(text).to_bytes(4, "little") + text + zstandard.compress(b"x")
    ),
    "bytes after br": ("br", lambda text: brotli.compress(b"x") + text),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_an_echo_where_a_coding_has_room_for_it_breaks_off(
    actor: Actor, upstream: HostileUpstream, connection_id: str, place: str
) -> None:
    coding, pack = PLACES[place]
    harmless, packed = pack(b"harmless"), pack(SECRET.encode())
    upstream.script = whole(harmless, f"Content-Encoding: {coding}")
    assert actor.act(connection_id, "GET", "/object").body == harmless
    for size in (1, 10_000):
        upstream.script = chunked(*in_pieces(packed, size), headers=(f"Content-Encoding: {coding}",))
        headers, body, is_whole = received(actor, connection_id)
        assert headers.get("Keyway-Error") == "secret_in_coding" or not is_whole
        assert SECRET.encode()[:8] not in body


def test_an_echo_in_a_post_is_told_with_its_status(actor: Actor, upstream: HostileUpstream, connection_id: str) -> None:
    upstream.script = whole(gzip.compress(SECRET.encode()), "Content-Encoding: gzip", status=201)
    keys = "".join(f"{name}: {value}\r\n" for name, value in actor.server.keys.headers.items())
    target = f"{CONNECTIONS}/{connection_id}/proxy/object"
    sent = f"POST {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n{keys}\r\n"
    answer = actor.server.raw(sent.encode())
    assert answer.startswith(b"HTTP/1.1 201 ")
    assert answer.endswith(b"\r\n\r\n"), "nothing of the body"


def test_an_echo_is_in_the_audit_log(tmp_path, upstream: HostileUpstream) -> None:
    with acting(tmp_path, *LOOPBACK) as actor:
        tokens = [{"name": "key", "type": "SECRET", "value": SECRET}]
        connection_id = actor.server.create(http_body(upstream.origin, tokens=tokens))
        upstream.script = whole(gzip.compress(SECRET.encode()), "Content-Encoding: gzip")
        assert_own(actor.act(connection_id, "GET", "/object"), "secret_in_coding")
    (outcome,) = [event for event in act_events(tmp_path / "data") if event["details"]["phase"] == "outcome"]
    assert outcome["details"]["error"] == "secret_in_coding"
    assert outcome["details"]["status"] == 200


@pytest.mark.parametrize("coding", CODINGS, ids=str)
def test_an_error_is_decoded_and_masked(
    actor: Actor, upstream: HostileUpstream, connection_id: str, coding: Coding
) -> None:
    packed = coding.pack(b"no such key: " + SECRET.encode())
    upstream.script = whole(packed, f"Content-Encoding: {coding.name}", 'ETag: "strong"', status=403)
    answer = actor.act(connection_id, "GET", "/object")
    assert_proxied(answer, 403)
    assert answer.body == b"no such key: " + MASK.encode()
    assert answer.headers.get_all("Content-Encoding") is None
    assert answer.headers.get_all("ETag") == ['W/"strong"']


@pytest.mark.parametrize(
    "codings", ["compress", "gzip, compress", "gzip, made-up", "gzip, gzip, gzip, gzip", "zstd, zstd"]
)
def test_what_cannot_be_undone_is_told_by_its_status_alone(
    actor: Actor, upstream: HostileUpstream, connection_id: str, codings: str
) -> None:
    upstream.script = whole(gzip.compress(b"content"), f"Content-Encoding: {codings}")
    headers, body, is_whole = received(actor, connection_id)
    assert headers.get_all("Keyway-Upstream-Status") == ["200"]
    assert (body, is_whole) == (b"", False)


def test_what_is_coded_wrongly_breaks_off(actor: Actor, upstream: HostileUpstream, connection_id: str) -> None:
    for name, packed in {
        "gzip": gzip.compress(SPARSE)[:-20],
        "br": brotli.compress(SPARSE)[:-5],
        "zstd": zstandard.compress(SPARSE)[:-5],
        "deflate": b"not deflate at all",
    }.items():
        upstream.script = whole(packed, f"Content-Encoding: {name}")
        headers, _, is_whole = received(actor, connection_id)
        assert headers.get_all("Keyway-Upstream-Status") == ["200"]
        assert not is_whole


def test_a_slow_reader_gets_all_of_it(actor: Actor, upstream: HostileUpstream, connection_id: str) -> None:
    packed = gzip.compress(DENSE * 40)
    upstream.script = whole(packed, "Content-Encoding: gzip")
    target = f"GET {CONNECTIONS}/{connection_id}/proxy/object HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    keys = "".join(f"{name}: {value}\r\n" for name, value in actor.server.keys.headers.items())
    with socket.create_connection(("127.0.0.1", actor.server.port), timeout=60) as peer:
        peer.sendall((target + keys + "\r\n").encode())
        time.sleep(0.5)
        answer = b""
        while piece := peer.recv(1 << 16):
            answer += piece
    assert answer.partition(b"\r\n\r\n")[2] == packed


class CodedStorage(Upstream):
    """An object store with one object, `content`, in a coding."""

    def __init__(self) -> None:
        super().__init__()
        self.coding, self.content = CODINGS[0], b""

    def answer(self, request: Received) -> Reply:
        headers = [("Content-Encoding", self.coding.name), ("ETag", '"strong"'), ("Content-MD5", "AAAA")]
        ranges = request.all("Range")
        if not ranges or request.path == "/ignores":
            return Reply(200, self.content, headers)
        first, last = re.fullmatch(r"bytes=(\d*)-(\d*)", ranges[0]).groups()
        start = int(first) if first else max(0, len(self.content) - int(last))
        end = min(int(last), len(self.content) - 1) if first and last else len(self.content) - 1
        if start >= len(self.content):
            return Reply(416, b"", [("Content-Range", f"bytes */{len(self.content)}")])
        headers.append(("Content-Range", f"bytes {start}-{end}/{len(self.content)}"))
        return Reply(206, self.content[start : end + 1], headers)


@pytest.fixture(scope="module")
def storage() -> Iterator[CodedStorage]:
    with CodedStorage() as storage:
        yield storage


@pytest.fixture(scope="module")
def stored_id(actor: Actor, storage: CodedStorage) -> str:
    return actor.server.create(keyed_body(storage.origin, SECRET))


@pytest.mark.parametrize("path", ["/object", "/ignores"])
@pytest.mark.parametrize("coding", CODINGS, ids=str)
def test_a_range_is_of_the_coded_bytes(
    actor: Actor, storage: CodedStorage, stored_id: str, coding: Coding, path: str
) -> None:
    storage.coding, storage.content = coding, coding.pack(DENSE)
    size = len(storage.content)
    for asked, first, last in (
        ("bytes=0-0", 0, 0), ("bytes=100000-200000", 100_000, 200_000), (f"bytes={size - 9}-", size - 9, size - 1),
        ("bytes=-70000", size - 70_000, size - 1),
    ):  # fmt: skip
        answer = actor.act(stored_id, "GET", path, headers={"Range": asked})
        assert answer.status == 206, answer.body
        assert answer.headers.get_all("Content-Range") == [f"bytes {first}-{last}/{size}"]
        assert answer.headers.get_all("Content-Encoding") == [coding.name]
        assert answer.headers.get_all("ETag") == ['"strong"']
        assert answer.headers.get_all("Content-MD5") is None
        assert answer.body == storage.content[first : last + 1]
    answer = actor.act(stored_id, "GET", path, headers={"Range": "bytes=1-2, 9-10"})
    assert answer.status == 206
    assert storage.content[1:3] in answer.body
    assert storage.content[9:11] in answer.body
    assert actor.act(stored_id, "GET", path, headers={"Range": f"bytes={size}-"}).status == 416


@pytest.mark.parametrize("coding", CODINGS, ids=str)
def test_no_part_of_an_echo_comes_in_ranges(
    actor: Actor, storage: CodedStorage, stored_id: str, coding: Coding
) -> None:
    storage.coding, storage.content = coding, coding.pack(DENSE[:100] + SECRET.encode() + DENSE[:100])
    connection = actor.server.connect(timeout=30)
    target = f"{CONNECTIONS}/{stored_id}/proxy/object"
    for size in (1, 7):
        parts = []
        for first in range(0, len(storage.content), size):
            headers = actor.server.keys.headers | {"Range": f"bytes={first}-{first + size - 1}"}
            answer = send(connection, "GET", target, None, headers)
            parts.append(answer.body if answer.status == 206 else None)
            assert answer.status == 206 or answer.headers.get("Keyway-Error") == "secret_in_coding"
        readable = b"".join(parts[: parts.index(None)])
        assert parts[parts.index(None) :] == [None] * (len(parts) - parts.index(None))
        assert storage.content.startswith(readable)
        assert SECRET.encode()[:8] not in coding.unpack(readable)
        assert SECRET.encode()[:8] not in readable
    connection.close()


def test_boto3_reads_an_object_that_is_stored_coded(tmp_path_factory: pytest.TempPathFactory) -> None:
    with (
        aws_twin() as aws,
        acting(tmp_path_factory.mktemp("boto3"), *LOOPBACK, variables=aws.environment) as actor,
    ):
        connection_id = actor.connect(aws)
        assert_proxied(actor.act(connection_id, "PUT", "/s3/us-east-1/coded"))
        proxy = f"http://{actor.server.address}{CONNECTIONS}/{connection_id}/proxy"
        client = boto3.client("s3", endpoint_url=f"{proxy}/s3/us-east-1", **CLIENT)

        def add_keys(request, **_: object) -> None:
            for name, value in actor.server.keys.headers.items():
                request.headers[name] = value

        client.meta.events.register("before-sign.s3.*", add_keys)
        for coding in CODINGS:
            packed = coding.pack(SPARSE)
            client.put_object(
                Bucket="coded", Key="object", Body=packed, ContentEncoding=coding.name, ChecksumAlgorithm="CRC32"
            )
            found = client.head_object(Bucket="coded", Key="object", ChecksumMode="ENABLED")
            assert found["ContentLength"] == len(packed)
            assert found["ContentEncoding"] == coding.name
            assert found["ETag"] == f'"{hashlib.md5(packed).hexdigest()}"'
            got = client.get_object(Bucket="coded", Key="object", ChecksumMode="ENABLED")
            assert got["ChecksumCRC32"] == base64.b64encode(zlib.crc32(packed).to_bytes(4, "big")).decode()
            assert got["Body"].read() == packed
            file = io.BytesIO()
            client.download_fileobj("coded", "object", file)
            assert file.getvalue() == packed
        # In parts, from several threads.
        packed = gzip.compress(DENSE * 8)
        host, port = aws.moto_address
        direct = aws.client("s3", f"http://{host}:{port}", aws.make_user("storage", "s3:*"))
        direct.put_object(Bucket="coded", Key="large", Body=packed, ContentEncoding="gzip")
        file = io.BytesIO()
        parts = TransferConfig(multipart_threshold=1_000_000, multipart_chunksize=1_000_000)
        client.download_fileobj("coded", "large", file, Config=parts)
        assert file.getvalue() == packed


CLIENT = {
    "region_name": "us-east-1",
    "aws_access_key_id": "callers",
    "aws_secret_access_key": "callers",
    "config": Config(s3={"addressing_style": "path"}),
}
