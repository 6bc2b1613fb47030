"""What all twins have in common: what no third party should ever see, and the paths that any of them answers."""

from __future__ import annotations

import base64
import itertools
import threading
import time
from collections.abc import Iterator
from typing import Any

from twins.upstream import Received, Refusal, Reply, Upstream, slowly

# Of the caller's connection to Keyway, or of Keyway's own, and no business of a third party.
FORBIDDEN = {
    "connection",
    "cookie",
    "cookie2",
    "expect",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
    "http2-settings",
}
FORBIDDEN_PREFIXES = ("dd-", "keyway-")


class Twin(Upstream):
    """A loopback stand-in for one third party that verifies what that party verifies.

    Below its base path, besides what a subclass answers: `/echo` gives back the request, `/status/N` answers with
    that status, `/bytes/N` with N bytes that are no text, `/stream/N` with N chunks, each after a moment, `/paused/N`
    with N chunks of which all but the first wait for `release`, and `/held` waits for it. All of them only to those who
    may.
    """

    allowed: frozenset[str] = frozenset()
    """Headers that are part of this party's authentication, though no other should see them."""

    def __init__(self, base: str = "") -> None:
        super().__init__()
        self.base = base
        self.unwanted: list[str] = []
        """What came and should not have; for a test to find empty."""
        self.mode: int | None = None
        """A status to answer everybody with who may ask, such as 403 or 429."""
        self.release = threading.Event()

    @property
    def base_url(self) -> str:
        return self.origin + self.base

    @property
    def acted(self) -> list[Received]:
        """The requests to the API itself, and not for a token."""
        return self.received

    def credentials(self) -> tuple[str, ...]:
        """The secrets in use, which belong in one place of a request and nowhere else."""
        return ()

    def verify(self, request: Received) -> None:
        """Raises a `Refusal` unless the request is authenticated."""
        raise NotImplementedError

    def respond(self, request: Received, path: str) -> Reply | None:
        """Answers for a path below the base, or not at all."""
        return None

    def answer(self, request: Received) -> Reply:
        self.refuse_unwanted(request)
        if not (request.path + "/").startswith(self.base + "/"):
            return Reply(404, {"twin": f"{request.path} is outside {self.base}"})
        self.verify(request)
        if self.mode is not None:
            return Reply(self.mode, {"twin": "as told"}, [("Retry-After", "7")] if self.mode == 429 else [])
        path = request.path.removeprefix(self.base)
        return self.respond(request, path) or self.anything(request, path)

    def refuse_unwanted(self, request: Received) -> None:
        names = request.names() - self.allowed
        found = names & FORBIDDEN | {name for name in names if name.startswith(FORBIDDEN_PREFIXES)}
        if found:
            self.unwanted += sorted(found)
            raise Refusal(Reply(400, {"twin": "unwanted headers", "names": sorted(found)}))

    def anything(self, request: Received, path: str) -> Reply:
        kind, _, rest = path.removeprefix("/").partition("/")
        if kind == "echo":
            return Reply(200, request.echo())
        if kind == "status":
            return Reply(int(rest), {"status": int(rest)})
        if kind == "bytes":
            binary = bytes(itertools.islice(itertools.cycle(range(256)), int(rest)))
            return Reply(200, binary, [("Content-Type", "application/octet-stream")])
        if kind == "stream":
            return Reply(200, slowly((b"piece %d\n" % number for number in range(int(rest))), 0.2))
        if kind == "paused":
            return Reply(200, self.paused(int(rest)))
        if kind == "held":
            self.release.wait()
            return Reply(200, {"held": True})
        return Reply(200, {"twin": "anything", "path": path})

    def paused(self, count: int) -> Iterator[bytes]:
        yield b"piece 0\n"
        self.release.wait()
        for number in range(1, count):
            yield b"piece %d\n" % number


def only(request: Received, name: str, missing: Reply) -> str:
    """The value of a header that must stand there once."""
    values = request.all(name)
    if len(values) > 1:
        raise Refusal(Reply(400, {"twin": f"{name} stands there {len(values)} times"}))
    if not values:
        raise Refusal(missing)
    return values[0]


def refuse_misplaced(twin: Twin, request: Received, places: set[str]) -> None:
    """A credential must stand in its own headers, and neither in another nor in the target."""
    for secret in twin.credentials():
        found = [name for name, value in request.headers if secret in value and name.lower() not in places]
        if secret in request.target or found:
            twin.unwanted.append("a credential in the wrong place")
            raise Refusal(Reply(400, {"twin": "a credential in the wrong place"}))


def basic(user: str, password: str) -> str:
    """The value of an Authorization header (RFC 7617, in UTF-8)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class Issuer(Twin):
    """A third party that issues tokens for an hour, or less, and whose API takes those."""

    prefix = ""
    """What its tokens begin with."""

    def __init__(self, base: str = "") -> None:
        super().__init__(base)
        self.lifetime = 3600.0
        self.grace = 0.0
        """For how much longer a token is taken than its answer says."""
        self.tokens: dict[str, float] = {}
        """When each token that was issued ends, on the monotonic clock."""
        self.revoked: set[str] = set()

    @property
    def minted(self) -> int:
        return len(self.tokens)

    def revoke(self) -> None:
        """Ends every token that was issued so far; it may have been valid for longer."""
        self.revoked |= set(self.tokens)

    @property
    def acted(self) -> list[Received]:
        return [request for request in self.received if not self.is_token_request(request)]

    def note(self, token: str) -> None:
        """Takes note of a token that was issued just now."""
        self.tokens[token] = time.monotonic() + self.lifetime + self.grace

    def is_token_request(self, request: Received) -> bool:
        raise NotImplementedError

    def credentials(self) -> tuple[str, ...]:
        return tuple(self.tokens)

    def issue(self, request: Received) -> Reply:
        """Answers a request for a token."""
        raise NotImplementedError

    def answer(self, request: Received) -> Reply:
        if self.is_token_request(request):
            self.refuse_unwanted(request)
            return self.issue(request)
        return super().answer(request)


def oauth_error(status: int, error: str, description: str, **more: Any) -> Refusal:
    """An error of a token endpoint (RFC 6749, 5.2)."""
    return Refusal(Reply(status, {"error": error, "error_description": description, **more}))
