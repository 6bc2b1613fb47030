"""Upstreams that mean harm, or are broken: each a script of what goes over the wire."""

import base64
import gzip
import json
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

from twins.upstream import MalformedRequest, Received, Upstream, read_request

Send = Callable[[bytes], None]
Script = Callable[[Received, Send], None]


def head(status: int = 200, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status} Hostile", *headers, "", ""]).encode("latin-1")


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


class HostileUpstream(Upstream):
    """Plays a script to each request, and then closes the connection, however the script has left it."""

    def __init__(self, script: Script | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.script = script or whole(b"nothing in particular")
        self.sent = 0
        """Bytes that the client took, in all."""

    def serve(self, connection: socket.socket, stream: Any) -> None:
        def send(data: bytes) -> None:
            connection.sendall(data)
            self.sent += len(data)

        try:
            request = read_request(stream)
        except MalformedRequest as fault:
            self.malformed.append(str(fault))
            return
        if request is None:
            return
        with self.lock:
            self.received.append(request)
        with suppress(OSError):
            self.script(request, send)
            if isinstance(connection, ssl.SSLSocket):
                # The end of what is sent, as TLS has it.
                connection = connection.unwrap()
            connection.shutdown(socket.SHUT_WR)


def raw(*pieces: bytes, pause: float = 0) -> Script:
    """Just these bytes, in pieces with a pause between them."""

    def script(request: Received, send: Send) -> None:
        for number, piece in enumerate(pieces):
            if number and pause:
                time.sleep(pause)
            send(piece)

    return script


def whole(body: bytes, *headers: str, status: int = 200) -> Script:
    """A well-formed answer."""
    return raw(head(status, f"Content-Length: {len(body)}", *headers) + body)


def chunked(*pieces: bytes, headers: tuple[str, ...] = (), pause: float = 0) -> Script:
    """A well-formed answer in these chunks."""
    coded = [chunk(piece) for piece in pieces]
    return raw(head(200, "Transfer-Encoding: chunked", *headers), *coded, chunk(b""), pause=pause)


def redirect(status: int, location: str) -> Script:
    return whole(b"over there", f"Location: {location}", status=status)


def endless(request: Received, send: Send) -> None:
    """A body without an end."""
    send(head(200, "Transfer-Encoding: chunked"))
    while True:
        send(chunk(bytes(65536)))


def endless_header(request: Received, send: Send) -> None:
    send(b"HTTP/1.1 200 OK\r\n")
    number = 0
    while True:
        send(b"X-Filler-%d: %s\r\n" % (number, b"x" * 1000))
        number += 1


def slow_headers(request: Received, send: Send) -> None:
    """One byte a second, and never a whole head."""
    send(b"HTTP/1.1 200 OK\r\n")
    while True:
        time.sleep(1)
        send(b"X")


def slow_body(request: Received, send: Send) -> None:
    """One byte a second, for as long as someone listens."""
    send(head(200, "Transfer-Encoding: chunked"))
    while True:
        send(chunk(b"."))
        time.sleep(1)


def stalled(request: Received, send: Send) -> None:
    """A piece of an answer, and then nothing for an hour."""
    send(head(200, "Transfer-Encoding: chunked") + chunk(b"a beginning"))
    time.sleep(3600)


def stalled_gzip(request: Received, send: Send) -> None:
    """The same, where what came unfolds to nothing yet."""
    send(head(200, "Transfer-Encoding: chunked", "Content-Encoding: gzip") + chunk(b"\x1f\x8b\x08"))
    time.sleep(3600)


def silent(request: Received, send: Send) -> None:
    """Takes the request, and says nothing for an hour."""
    time.sleep(3600)


def packed(mebibytes: int) -> bytes:
    """A gzip stream that unfolds to so many zeros."""
    return gzip.compress(bytes(mebibytes << 20))


def bomb(request: Received, send: Send) -> None:
    """A gzip stream without an end, of which each KiB unfolds to a MiB."""
    deflate = zlib.compressobj(9, wbits=-15)
    block = deflate.compress(bytes(1 << 20)) + deflate.flush(zlib.Z_FULL_FLUSH)
    send(head(200, "Transfer-Encoding: chunked", "Content-Encoding: gzip"))
    send(chunk(b"\x1f\x8b\x08" + bytes(6) + b"\xff"))
    while True:
        send(chunk(block))


@dataclass(frozen=True)
class Spelling:
    """A way to write a secret down, and what of the written text depends on the secret alone."""

    name: str
    text: Callable[[str], bytes]
    core: Callable[[str], bytes]

    def __str__(self) -> str:
        return self.name


def plain(name: str, text: Callable[[str], str]) -> Spelling:
    return Spelling(name, lambda secret: text(secret).encode(), lambda secret: text(secret).encode())


def percent(secret: str, upper: bool) -> str:
    return "".join(f"%{byte:02X}" if upper else f"%{byte:02x}" for byte in secret.encode())


def aligned(offset: int, urlsafe: bool) -> Spelling:
    """Base64 of the secret with some bytes before and after it."""
    encode = base64.urlsafe_b64encode if urlsafe else base64.b64encode

    def core(secret: str) -> bytes:
        text, length = encode(b"u:x"[:offset] + secret.encode() + b"xyz"), len(secret.encode())
        return text[-(-offset * 8 // 6) : (offset + length) * 8 // 6]

    name = f"{'url-safe ' if urlsafe else ''}base64 at offset {offset}"
    return Spelling(name, lambda secret: encode(b"u:x"[:offset] + secret.encode() + b"xyz"), core)


SPELLINGS = [
    plain("raw", str),
    plain("URL-escaped", lambda secret: quote(secret, safe="")),
    plain("URL-escaped as a path", lambda secret: quote(secret)),
    plain("URL-escaped in lower case", lambda secret: percent_lower(quote(secret, safe=""))),
    plain("form-escaped", quote_plus),
    plain("URL-escaped throughout", lambda secret: percent(secret, upper=True)),
    plain("URL-escaped throughout in lower case", lambda secret: percent(secret, upper=False)),
    plain("JSON-escaped", lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1]),
    plain("JSON-escaped in ASCII", lambda secret: json.dumps(secret)[1:-1]),
    plain("JSON-escaped with slashes", lambda secret: json.dumps(secret)[1:-1].replace("/", "\\/")),
    plain("in hexadecimal", lambda secret: secret.encode().hex()),
    plain("in upper-case hexadecimal", lambda secret: secret.encode().hex().upper()),
    *(aligned(offset, urlsafe) for urlsafe in (False, True) for offset in range(3)),
]


def percent_lower(text: str) -> str:
    """The same escapes with their digits in lower case."""
    parts = text.split("%")
    return parts[0] + "".join("%" + part[:2].lower() + part[2:] for part in parts[1:])


def splits(text: bytes, start: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    """The text in two, at every place in a part of it and at its edges."""
    for place in range(max(start, 1), min(end, len(text) - 1) + 1):
        yield text[:place], text[place:]
