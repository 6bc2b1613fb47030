"""Who hands out secrets, hears all that a server says, and searches it for them."""

import base64
from dataclasses import dataclass, field
from typing import Any

from harness import Answer, Server, send
from stores import files
from twins.hostile import SPELLINGS as SPELLINGS_OF_ANY

MARKER = b"m4rk3r"


def spellings() -> dict[str, bytes]:
    """The marker in the spellings in which something careless might pass it on."""
    found = {
        "plain": MARKER,
        "in hexadecimal": MARKER.hex().encode(),
        "in upper-case hexadecimal": MARKER.hex().upper().encode(),
        "in UTF-16": MARKER.decode().encode("utf-16-le"),
        "backwards": MARKER[::-1],
    }
    for offset in range(3):
        # Of the Base64 of a longer text, the characters that depend on the marker alone.
        encoded = base64.b64encode(b"\0" * offset + MARKER + b"\0" * 3)
        first, last = -(-offset * 8 // 6), (offset + len(MARKER)) * 8 // 6
        found[f"in Base64 at offset {offset}"] = encoded[first:last]
    return found


SPELLINGS = spellings()


@dataclass
class Witness:
    """Hands out secrets with the marker in them, and keeps all that the server said."""

    server: Server
    marked: int = 0
    heard: list[tuple[str, bytes]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    """The texts of keys, which were answered once."""
    spent: list[str] = field(default_factory=list)
    """Secrets that have no marker, since they are what a third party makes of them."""

    def __post_init__(self) -> None:
        self.connection = self.server.connect()

    def mark(self, label: str) -> str:
        """A secret to send, which nobody may hear again."""
        self.marked += 1
        return f"{MARKER.decode()}-{label}-{self.marked}"

    def hear(self, what: str, answer: Answer) -> Answer:
        """Keeps an answer for the search."""
        self.heard.append((what, f"{answer.status}\n{answer.headers}".encode() + answer.body))
        return answer

    def send(self, what: str, method: str, path: str, body: Any = None) -> Answer:
        answer = self.hear(what, send(self.connection, method, path, body, self.server.keys.headers))
        assert answer.status < 500, what
        return answer

    def show(self, what: str, method: str, path: str, body: Any = None) -> dict:
        """Sends a request whose answer shows a key, and returns its data; what else is in the answer is heard."""
        answer = send(self.connection, method, path, body, self.server.keys.headers)
        assert answer.status < 300, answer.body
        key = answer.json["data"]["attributes"]["key"]
        self.shown.append(key)
        self.heard.append((what, f"{answer.headers}".encode() + answer.body.replace(key.encode(), b"", 1)))
        return answer.json["data"]

    def search(self, where: str, content: bytes) -> None:
        for spelling, form in SPELLINGS.items():
            assert form not in content, f"{where} holds a secret, {spelling}"
        keys = self.server.keys
        for key in (keys.api_key, keys.application_key, *self.shown):
            assert key.encode() not in content, f"{where} holds a key"
            # Half of a key is more than the four characters that tell keys apart.
            assert key[: len(key) // 2].encode() not in content, f"{where} holds half of a key"
        for number, secret in enumerate(self.spent):
            for spelling in SPELLINGS_OF_ANY:
                # Where it fails, the secret stays out of the report, too.
                is_there = spelling.core(secret) in content
                assert not is_there, f"{where} holds spent secret {number}, {spelling}"

    def search_files(self, when: str) -> None:
        found = files(self.server.data_dir)
        assert found
        for file in found:
            self.search(f"{file.name} {when}", file.read_bytes())
