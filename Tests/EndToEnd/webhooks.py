"""Webhooks as tests make them, and a receiver that verifies what it gets."""

import base64
import hashlib
import hmac
import http.client
import time
from collections.abc import Callable
from typing import Any

from harness import Server
from twins.upstream import Received, Reply, Upstream

WEBHOOKS = "/api/v2/audit/webhooks"
KEY = hashlib.sha256(b"the key of these tests").digest()
SECRET = "whsec_" + base64.b64encode(KEY).decode()


class Receiver(Upstream):
    """A receiver that verifies what it gets, and refuses as often as it is told to."""

    def __init__(self) -> None:
        self.refusals = 0
        self.refusal: Callable[[], Reply] = lambda: Reply(500)
        self.reply: Callable[[], Reply] = lambda: Reply(204)
        self.events: list[dict[str, Any]] = []
        self.faults: list[str] = []
        super().__init__()

    def answer(self, request: Received) -> Reply:
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        [identifier], [moment], [signature] = (request.all(name) for name in names)
        signed = f"{identifier}.{moment}.".encode() + request.body
        expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
        if signature != f"v1,{expected}" or abs(time.time() - int(moment)) > 300:
            self.faults.append(identifier)
        if self.refusals:
            self.refusals -= 1
            return self.refusal()
        self.events.append(request.json | {"id": identifier})
        return self.reply()

    @property
    def sequences(self) -> list[int]:
        return [event["data"]["sequence"] for event in self.events]

    @property
    def resources(self) -> list[str]:
        """The ids of what the events are about."""
        return [event["data"]["resource_id"] for event in self.events]

    def actions(self) -> list[str]:
        return [event["type"] for event in self.events]


def body(url: str, *actions: str, **attributes: Any) -> dict:
    attributes = {"name": url, "url": url, "actions": list(actions), "secret": SECRET} | attributes
    return {"data": {"type": "audit_webhooks", "attributes": attributes}}


def create(server: Server, url: str, *actions: str, **attributes: Any) -> str:
    """Creates a webhook; its path."""
    answer = server.request("POST", WEBHOOKS, body(url, *actions, **attributes))
    assert answer.status == http.client.CREATED, answer.body
    assert answer.json["data"]["attributes"]["secret"] == ""
    return f"{WEBHOOKS}/{answer.json['data']['id']}"
