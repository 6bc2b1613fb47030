"""Creates many documents through the API, fast: 64 keep-alive clients in one process, one request each in flight."""

import json
import os
import pathlib
import re
import selectors
import socket
import time

from measuring import say
from servers import CONNECTIONS, Keyway

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
ID = re.compile(rb'"id":"([0-9a-f-]{36})"')
PLACEHOLDER = b"@" * 16
SOME = int(os.environ.get("KEYWAY_BENCH_SOME", "100000"))

# A typical connection, with one secret.
BODY = json.dumps(
    {
        "data": {
            "type": "action_connection",
            "attributes": {
                "name": f"bench {PLACEHOLDER.decode()}",
                "integration": {
                    "type": "ServiceNow",
                    "credentials": {
                        "type": "ServiceNowBasicAuth",
                        "instance": "acme",
                        "username": "keyway-actions@example.com",
                        "password": "correct horse battery staple",
                    },
                },
            },
        }
    }
).encode()


def load(
    port: int,
    path: str,
    headers: dict[str, str],
    body: bytes,
    count: int,
    clients: int = 64,
    spelling: bytes = b"%016x",
) -> list[bytes]:
    """Posts a body `count` times, each with another number where the placeholder stands, and returns the ids.

    The placeholder is as many @ as the spelling of a number is long.
    """
    placeholder = b"@" * len(spelling % 0)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{lines}Content-Type: application/json\r\n"
    before, after = (f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body).split(placeholder)
    ids: list[bytes] = []
    sent = 0
    selector = selectors.DefaultSelector()
    received: dict[socket.socket, bytes] = {}
    for _ in range(min(clients, count)):
        peer = socket.create_connection(("127.0.0.1", port))
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(peer, selectors.EVENT_READ)
        received[peer] = b""
        peer.sendall(before + spelling % sent + after)
        sent += 1
    while len(ids) < count:
        ready = selector.select(30)
        if not ready:
            raise SystemExit("the server does not answer")
        for key, _ in ready:
            peer = key.fileobj
            answer = received[peer] + peer.recv(65536)
            end = answer.find(b"\r\n\r\n")
            length = LENGTH.search(answer)
            if end < 0 or not length or len(answer) < end + 4 + int(length[1]):
                if not answer:
                    raise SystemExit("the server closes")
                received[peer] = answer
                continue
            if not answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
                raise SystemExit(f"a create failed: {answer[:500]!r}")
            ids.append(ID.search(answer, end)[1])
            received[peer] = b""
            if sent < count:
                peer.sendall(before + spelling % sent + after)
                sent += 1
    for peer in received:
        peer.close()
    selector.close()
    return ids


def stock(keyway: Keyway, count: int) -> pathlib.Path:
    """Creates connections through the API, and returns the file with their ids."""
    began = time.monotonic()
    ids = load(keyway.port, CONNECTIONS, keyway.headers, BODY, count)
    keyway.truncate_logs()
    say(f"stored {count:,} at {count / (time.monotonic() - began):,.0f}/s")
    file = keyway.place / "ids"
    file.write_bytes(b"\n".join(ids) + b"\n")
    return file
