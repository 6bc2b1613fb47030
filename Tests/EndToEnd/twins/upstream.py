"""A loopback upstream: HTTP/1.1 on a port of its own, with every request kept as it came over the wire."""

import json
import socket
import socketserver
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Received:
    """A request as it came: header names as spelled, the target undecoded."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    version: str = "HTTP/1.1"

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(self.target.partition("?")[2], keep_blank_values=True)

    @property
    def form(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode(), keep_blank_values=True)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def all(self, name: str) -> list[str]:
        """The values of every header of that name."""
        return [value for found, value in self.headers if found.lower() == name.lower()]

    def names(self) -> set[str]:
        return {name.lower() for name, _ in self.headers}

    def echo(self) -> dict:
        """All of it, for a client to look at."""
        return {
            "method": self.method,
            "target": self.target,
            "headers": [list(header) for header in self.headers],
            "body": self.body.decode("latin-1"),
        }


@dataclass
class Reply:
    """What to answer: a body of bytes, of anything that goes as JSON, or of pieces to send chunk by chunk."""

    status: int = 200
    body: Any = b""
    headers: Headers = field(default_factory=list)

    def encoded(self) -> tuple[bytes | Iterator[bytes], Headers]:
        if isinstance(self.body, (bytes, Iterator)):
            return self.body, self.headers
        return json.dumps(self.body).encode(), [("Content-Type", "application/json"), *self.headers]


class Refusal(Exception):  # noqa: N818 - it is an answer, and no fault of a program.
    """What is wrong with a request, as the third party would say it."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class MalformedRequest(Exception):  # noqa: N818
    """The bytes are no HTTP request."""


class Upstream:
    """Answers each request by `answer`; `received` holds the requests in the order in which they arrived."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.name: str | None = None
        """The host that clients know it by, if one leads here."""
        self.received: list[Received] = []
        self.malformed: list[str] = []
        self.connections: set[socket.socket] = set()
        self.lock = threading.Lock()
        upstream = self

        class Handler(socketserver.StreamRequestHandler):
            disable_nagle_algorithm = True
            timeout = 60

            def setup(self) -> None:
                if upstream.tls:
                    self.request = upstream.tls.wrap_socket(self.request, server_side=True)
                super().setup()

            def handle(self) -> None:
                with upstream.lock:
                    upstream.connections.add(self.connection)
                with suppress(OSError):
                    upstream.serve(self.connection, self.rfile)
                with upstream.lock:
                    upstream.connections.discard(self.connection)

        class Listener(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 1024

            def handle_error(self, request: Any, client_address: Any) -> None:
                if isinstance(sys.exc_info()[1], OSError):  # A peer that does not trust us, or has gone.
                    return
                upstream.malformed.append("the upstream itself failed")
                super().handle_error(request, client_address)

        self.listener = Listener(("127.0.0.1", 0), Handler)
        self.port = self.listener.server_address[1]
        self.thread = threading.Thread(target=self.listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.name or self.authority}"

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends connections that are kept alive, too: nobody is there any more."""
        self.listener.shutdown()
        self.listener.server_close()
        with self.lock:
            connections = list(self.connections)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def answer(self, request: Received) -> Reply:
        raise NotImplementedError

    def serve(self, connection: socket.socket, stream: Any) -> None:
        """Answers the requests of one connection until it ends."""
        while True:
            try:
                request = read_request(stream)
            except MalformedRequest as fault:
                self.malformed.append(str(fault))
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            if request is None:
                return
            with self.lock:
                self.received.append(request)
            try:
                reply = self.answer(request)
            except Refusal as refusal:
                reply = refusal.reply
            self.send(connection, request, reply)

    def send(self, connection: socket.socket, request: Received, reply: Reply) -> None:
        body, headers = reply.encoded()
        head = [f"HTTP/1.1 {reply.status} Twin", *(f"{name}: {value}" for name, value in headers)]
        bodiless = request.method == "HEAD" or reply.status in (204, 304)
        if isinstance(body, bytes):
            # Of a response to HEAD it is that of the one to GET, where that is known.
            if reply.status not in (204, 304) and "content-length" not in {name.lower() for name, _ in headers}:
                head.append(f"Content-Length: {len(body)}")
            encoded = "\r\n".join([*head, "", ""]).encode("latin-1")
            connection.sendall(encoded if bodiless else encoded + body)
            return
        connection.sendall("\r\n".join([*head, "Transfer-Encoding: chunked", "", ""]).encode("latin-1"))
        if bodiless:
            return
        for piece in body:
            connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        connection.sendall(b"0\r\n\r\n")


def read_request(stream: Any) -> Received | None:
    """The next request of a connection, or `None` at its end. Stricter than most servers, so that nothing slips by."""
    line = stream.readline(65536)
    if not line:
        return None
    parts = line.decode("latin-1").removesuffix("\r\n").split(" ")
    if len(parts) != 3 or not line.endswith(b"\r\n") or not parts[1].startswith("/"):
        raise MalformedRequest(f"request line {line!r}")
    headers = []
    while (line := stream.readline(65536)) != b"\r\n":
        name, colon, value = line.decode("latin-1").removesuffix("\r\n").partition(":")
        if not line.endswith(b"\r\n") or not colon or not name or set(name) & set(" \t\r") or "\r" in value:
            raise MalformedRequest(f"header line {line!r}")
        headers.append((name, value.strip(" \t")))
    request = Received(parts[0], parts[1], tuple(headers), b"", parts[2])
    lengths, codings = request.all("Content-Length"), request.all("Transfer-Encoding")
    if len(lengths) + len(codings) > 1 or len(request.all("Host")) != 1:
        raise MalformedRequest(f"{len(lengths)} lengths, {len(codings)} codings, {request.all('Host')} as hosts")
    if codings:
        return Received(request.method, request.target, request.headers, b"".join(read_chunks(stream)), parts[2])
    body = stream.read(int(lengths[0])) if lengths else b""
    return Received(request.method, request.target, request.headers, body, parts[2])


def read_chunks(stream: Any) -> Iterator[bytes]:
    while length := int(stream.readline(64).partition(b";")[0], 16):
        yield stream.read(length)
        stream.readline(2)
    while stream.readline(65536) not in (b"\r\n", b""):
        pass


def slowly(pieces: Iterator[bytes], pause: float) -> Iterator[bytes]:
    """The pieces with a pause between them."""
    for piece in pieces:
        yield piece
        time.sleep(pause)
