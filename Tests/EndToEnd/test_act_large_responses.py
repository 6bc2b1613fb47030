"""Responses of any length: passed on while they come, in little memory, until nothing comes any more."""

import gzip
import hashlib
import http.client
import os
import pathlib
from collections.abc import Iterator

import pytest
from acting import LOOPBACK, Actor, acting, keyed_body
from harness import CONNECTIONS
from twins import hostile
from twins.hostile import HostileUpstream, Send, chunk, head
from twins.upstream import Received

MEBIBYTES = 400 if "KEYWAY_LONG" in os.environ else 72
SECRET = "sk-large-0123456789"
# Half of it is sparse, half is text.
BLOCK = bytes(1 << 19) + b"a line that is like the others, more or less\n" * ((1 << 19) // 45)


@pytest.fixture(scope="module")
def upstream() -> Iterator[HostileUpstream]:
    with HostileUpstream() as upstream:
        yield upstream


def connect(actor: Actor, upstream: HostileUpstream) -> str:
    return actor.server.create(keyed_body(upstream.origin, SECRET))


def received(actor: Actor, connection_id: str) -> tuple[int, str, bool]:
    """The length and the digest of a body, and whether it came to its end."""
    connection = actor.server.connect()
    connection.request("GET", f"{CONNECTIONS}/{connection_id}/proxy/", headers=actor.server.keys.headers)
    response = connection.getresponse()
    assert response.status == 200
    digest, length = hashlib.sha256(), 0
    try:
        while piece := response.read1(1 << 20):
            digest.update(piece)
            length += len(piece)
    except (http.client.IncompleteRead, ConnectionError):
        return length, digest.hexdigest(), False
    finally:
        connection.close()
    return length, digest.hexdigest(), not response.length


def blocks(request: Received, send: Send) -> None:
    send(head(200, f"Content-Length: {MEBIBYTES * len(BLOCK)}"))
    for _ in range(MEBIBYTES):
        send(BLOCK)


def coded_blocks(request: Received, send: Send) -> None:
    send(head(200, "Transfer-Encoding: chunked", "Content-Encoding: gzip"))
    block = gzip.compress(BLOCK, 1, mtime=0)
    for _ in range(MEBIBYTES):
        send(chunk(block))
    send(chunk(b""))


@pytest.mark.parametrize("script", [blocks, coded_blocks])
def test_a_long_response_is_passed_on(
    tmp_path: pathlib.Path, upstream: HostileUpstream, script: hostile.Script
) -> None:
    upstream.script = script
    piece = BLOCK if script is blocks else gzip.compress(BLOCK, 1, mtime=0)
    expected = hashlib.sha256()
    for _ in range(MEBIBYTES):
        expected.update(piece)
    with acting(tmp_path, *LOOPBACK) as actor:
        connection_id = connect(actor, upstream)
        before = actor.server.peak
        assert received(actor, connection_id) == (MEBIBYTES * len(piece), expected.hexdigest(), True)
        assert actor.server.peak - before < 48 << 20


def test_one_that_falls_silent_is_broken_off(tmp_path: pathlib.Path, upstream: HostileUpstream) -> None:
    with acting(tmp_path, *LOOPBACK, "--egress-timeout", "1") as actor:
        connection_id = connect(actor, upstream)
        upstream.script = hostile.stalled
        length, _, is_whole = received(actor, connection_id)
        assert (length, is_whole) == (len(b"a beginning"), False)


def test_one_beyond_the_operators_limit_is_broken_off(tmp_path: pathlib.Path, upstream: HostileUpstream) -> None:
    with acting(tmp_path, *LOOPBACK, "--act-body-limit", "1MiB") as actor:
        connection_id = connect(actor, upstream)
        for script in (hostile.endless, hostile.bomb):
            upstream.script = script
            length, _, is_whole = received(actor, connection_id)
            assert length <= 1 << 20
            assert not is_whole
