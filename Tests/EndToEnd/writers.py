"""Clients that write all the time, and remember what the server has acknowledged."""

import itertools
import random
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException

from catalogue import BY_NAME, answered
from harness import AWS_ACCOUNTS, CONNECTIONS, PATIENCE, Server, send, wait_until
from tokens import ACT_TOKENS, act_token_body

WRITERS = 6
HTTP = BY_NAME["HTTPTokenAuth"]


@dataclass(frozen=True)
class Document:
    """What a writer wrote last: its mark stands in several places of the body, so that half of it shows."""

    number: int
    """Tells apart what must differ between documents, and stays the same in those of one id."""
    revision: str


class Connections:
    """How connections are written and found again."""

    path = CONNECTIONS
    created = 201
    actions = ("create", "create", "patch", "patch", "delete")

    @staticmethod
    def content(document: Document) -> dict:
        body = HTTP.create(document.revision)
        credentials = body["data"]["attributes"]["integration"]["credentials"]
        credentials["headers"] = [{"name": "X-Revision", "value": document.revision}]
        credentials["body"] = {"content": document.revision}
        return body

    @classmethod
    def holds(cls, attributes: dict, document: Document) -> bool:
        return attributes == answered(cls.content(document)["data"]["attributes"])

    @staticmethod
    def find(server: Server, document: Document) -> list[dict]:
        listed = server.request("GET", f"{CONNECTIONS}?page[size]=100&filter[query]={document.revision}").json
        return [entry for entry in listed["data"] if entry["attributes"]["name"] == document.revision]


class Accounts:
    """How AWS accounts are written and found again."""

    path = AWS_ACCOUNTS
    created = 200
    actions = Connections.actions

    @staticmethod
    def content(document: Document) -> dict:
        tags = [f"revision:{document.revision}"]
        attributes = {
            "aws_account_id": f"{document.number:012}",
            "aws_partition": "aws",
            "auth_config": {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": document.revision},
            "account_tags": tags,
            "metrics_config": {"tag_filters": [{"namespace": "AWS/EC2", "tags": tags}]},
        }
        return {"data": {"type": "account", "attributes": attributes}}

    @staticmethod
    def holds(attributes: dict, document: Document) -> bool:
        tags = [f"revision:{document.revision}"]
        filters = attributes["metrics_config"]["tag_filters"]
        whole = attributes["account_tags"] == tags and filters == [{"namespace": "AWS/EC2", "tags": tags}]
        return whole and attributes["aws_account_id"] == f"{document.number:012}"

    @staticmethod
    def find(server: Server, document: Document) -> list[dict]:
        return server.request("GET", f"{AWS_ACCOUNTS}?aws_account_id={document.number:012}").json["data"]


class ActTokens:
    """How tokens are made and revoked that act through a connection."""

    path = ACT_TOKENS
    created = 201
    actions = ("create", "create", "delete")

    def __init__(self, connection_id: str) -> None:
        self.connection_id = connection_id

    def content(self, document: Document) -> dict:
        return act_token_body(self.connection_id, lifetime=3600, name=document.revision)

    def holds(self, attributes: dict, document: Document) -> bool:
        return attributes["name"] == document.revision and attributes["connections"] == [self.connection_id]

    def find(self, server: Server, document: Document) -> list[dict]:
        found: list[dict] = []
        for number in itertools.count():
            page = server.request("GET", f"{ACT_TOKENS}?page[size]=100&page[number]={number}").json["data"]
            found += [entry for entry in page if entry["attributes"]["name"] == document.revision]
            if len(page) < 100:
                return found
        raise AssertionError


KINDS = [Connections, Accounts]


@dataclass
class Doubt:
    """A write without an answer: it may have happened or not."""

    action: str
    target: str | None
    document: Document


class Writer:
    """One client that creates, changes and deletes documents of its own until the server is gone.

    It remembers what was acknowledged, and at most one write that was not.
    """

    trusts_refusals = True
    """Whether what failed with a status of 500 or more did not happen for sure; else it ends the writer, in doubt."""

    def __init__(self, round: int, index: int, kind: ActTokens | None = None) -> None:
        self.name = f"round{round}-writer{index}"
        self.kind: type[Connections] | type[Accounts] | ActTokens = kind or KINDS[index % len(KINDS)]
        self.over = threading.Event()
        """Ends the writer, whose server goes on."""
        self.numbers = itertools.count((round * WRITERS + index) * 1_000_000)
        self.random = random.Random(self.name)
        self.alive: dict[str, Document] = {}
        """What was acknowledged last of each document that exists."""
        self.deleted: set[str] = set()
        self.acknowledged = 0
        self.refused: list[int] = []
        self.doubt: Doubt | None = None
        self.writes = 0
        self.fault: AssertionError | None = None

    def run(self, server: Server, ready: threading.Barrier) -> None:
        self.doubt = None
        http = server.connect()
        ready.wait()
        try:
            with suppress(OSError, HTTPException):
                while not self.over.is_set() and (self.trusts_refusals or not self.refused):
                    self.write(http, server)
        except AssertionError as fault:
            self.fault = fault
        http.close()

    def write(self, http, server: Server) -> None:
        self.writes += 1
        revision = f"{self.name}-{self.writes}"
        action = self.random.choice(self.kind.actions) if self.alive else "create"
        target = None if action == "create" else self.random.choice(list(self.alive))
        document = Document(next(self.numbers) if target is None else self.alive[target].number, revision)
        self.doubt = Doubt(action, target, document)
        keys, kind = server.keys.headers, self.kind
        if action == "create":
            answer = send(http, "POST", kind.path, kind.content(document), keys)
        elif action == "patch":
            answer = send(http, "PATCH", f"{kind.path}/{target}", kind.content(document), keys)
        else:
            answer = send(http, "DELETE", f"{kind.path}/{target}", None, keys)
        if answer.status >= 500:  # Failed, and said so: then it did not happen.
            self.refused.append(answer.status)
            if self.trusts_refusals:
                self.doubt = None
            return
        assert answer.status == {"create": kind.created, "patch": 200, "delete": 204}[action], answer.body
        self.acknowledged += 1
        self.doubt = None
        if action == "delete":
            del self.alive[target]
            self.deleted.add(target)
        else:
            self.alive[answer.json["data"]["id"] if target is None else target] = document

    def resolve(self, server: Server) -> int:
        """Finds out about the write in doubt, which must have happened wholly or not at all; 1 if it has."""
        if self.doubt is None:
            return 0
        target, document = self.doubt.target, self.doubt.document
        if target is None:
            found = self.kind.find(server, document)
            assert len(found) <= 1
            for entry in found:
                self.alive[entry["id"]] = document
            return len(found)
        answer = server.request("GET", f"{self.kind.path}/{target}")
        if self.doubt.action == "delete" and answer.status == 404:
            del self.alive[target]
            self.deleted.add(target)
            return 1
        if self.doubt.action == "patch" and self.kind.holds(answer.json["data"]["attributes"], document):
            self.alive[target] = document
            return 1
        return 0

    def verify(self, server: Server) -> None:
        http = server.connect()
        for document_id, document in self.alive.items():
            answer = send(http, "GET", f"{self.kind.path}/{document_id}", None, server.keys.headers)
            assert answer.status == 200, f"{document.revision} is lost"
            assert self.kind.holds(answer.json["data"]["attributes"], document), answer.body
        for document_id in self.deleted:
            answer = send(http, "GET", f"{self.kind.path}/{document_id}", None, server.keys.headers)
            assert answer.status == 404, f"{document_id} is back"
        http.close()


def write_until(server: Server, writers: list[Writer], count: int, end: Callable[[], object]) -> None:
    """Lets all writers write until so many writes are acknowledged, then ends the server."""
    ready = threading.Barrier(len(writers) + 1)
    threads = [threading.Thread(target=writer.run, args=(server, ready)) for writer in writers]
    for thread in threads:
        thread.start()
    ready.wait()
    wait_until(lambda: sum(writer.acknowledged for writer in writers) >= count, "the writers' work")
    end()
    for thread, writer in zip(threads, writers, strict=True):
        thread.join(PATIENCE)
        assert not thread.is_alive(), "a writer still waits for an answer"
        if writer.fault:
            raise writer.fault
