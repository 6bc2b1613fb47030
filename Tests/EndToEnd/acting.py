"""Acts through a server: connections that lead to a twin, and what every answer must carry."""

import http.client
import itertools
import json
import pathlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from catalogue import BY_NAME, CREDENTIALS, at
from harness import CONNECTIONS, PATIENCE, Answer, Keys, Server, audit_events, initialise, running, send
from twins.aws import AWSTwin
from twins.azure import AzureTwin
from twins.google import GoogleTwin, private_key
from twins.tokens import FORM, JSON, TokensTwin
from twins.twin import Twin
from twins.upstream import Upstream
from twins.vendors import VENDORS, VendorTwin, vendor_twin

LOOPBACK = ("--egress-allow", "127.0.0.0/8", "--egress-allow-plaintext")
NUMBERS = itertools.count(1)
MASK = "[keyway:redacted]"
# The status of each error that is Keyway's own; another one where no client may send the request again.
CODES = {
    "rule_refused": 403,
    "egress_refused": 403,
    "destination_refused": 403,
    "bad_request": 400,
    "not_found": 404,
    "body_too_large": 413,
    "not_configured": 409,
    "too_many_acts": 429,
    "authentication_failed": 502,
    "upstream_unreachable": (502, 424),
    "upstream_timeout": (504, 424),
    "upstream_malformed": 502,
    "answer_too_large": 502,
    "redirect_refused": (502, 424),
    "secret_in_coding": 502,
    "audit_unavailable": 503,
    "master_key_unavailable": 503,
    "token_refused": 403,
}

# A twin for each credential type and each of its forms. AWS, whose twin decides the server's environment, is apart.
TWINS = {str(vendor): lambda vendor=vendor: vendor_twin(vendor) for vendor in VENDORS} | {
    "GCPServiceAccount": GoogleTwin,
    "AzureTenant": AzureTwin,
    "HTTPTokenAuth": TokensTwin,
    "HTTPTokenAuth with JSON": lambda: TokensTwin(JSON),
    "HTTPTokenAuth with a form": lambda: TokensTwin(FORM),
}
assert {name.partition(" ")[0] for name in TWINS} == set(BY_NAME) - {"AWSAssumeRole"}


def connection_body(twin: Upstream, wrong: bool = False, name: str = "acting") -> dict:
    """A create body whose credentials the twin takes, or does not."""
    if isinstance(twin, VendorTwin):
        spoil = "0" if wrong else ""
        body = BY_NAME[twin.vendor.kind].create(name, secret=lambda label: twin.vendor.secrets[label] + spoil)
        at(body, CREDENTIALS).update(twin.vendor.plain)
    elif isinstance(twin, GoogleTwin):
        key = private_key(1) if wrong else twin.private_key
        body = BY_NAME["GCPServiceAccount"].create(name, secret=lambda label: key)
        at(body, CREDENTIALS)["service_account_email"] = twin.email
    elif isinstance(twin, AzureTwin):
        secret = twin.client_secret + ("0" if wrong else "")
        body = BY_NAME["AzureTenant"].create(name, secret=lambda label: secret)
        at(body, CREDENTIALS).update({"app_client_id": twin.client_id, "tenant_id": twin.tenant})
        del at(body, CREDENTIALS)["custom_scopes"]
    elif isinstance(twin, TokensTwin):
        fields = twin.credentials_body(**({"key": "another-key"} if wrong else {}))
        body = http_body(twin.base_url, name=name, **fields)
    elif isinstance(twin, AWSTwin):
        body = BY_NAME["AWSAssumeRole"].create(name)
        at(body, CREDENTIALS)["role"] = f"keyway-actions-{next(NUMBERS)}"
    else:
        body = BY_NAME["OpenAIAPIKey"].create(name, secret=lambda label: "sk-for-anybody-0123456789")
    return body


def http_body(base_url: str, name: str = "acting", **credentials: Any) -> dict:
    """A create body of the HTTP integration."""
    integration = {"type": "HTTP", "base_url": base_url, "credentials": {"type": "HTTPTokenAuth", **credentials}}
    return {"data": {"type": "action_connection", "attributes": {"name": name, "integration": integration}}}


def keyed_body(base_url: str, secret: str) -> dict:
    """A create body of the HTTP integration, whose secret goes out in the header `X-Key`."""
    tokens = [{"name": "key", "type": "SECRET", "value": secret}]
    return http_body(base_url, tokens=tokens, headers=[{"name": "X-Key", "value": "{{ key }}"}])


def settings_for(twin: Upstream) -> dict[str, Any]:
    """The settings that lead a connection to the twin, which is not the host that a vendor's secrets are pinned to."""
    if isinstance(twin, AWSTwin):
        return {}
    if isinstance(twin, TokensTwin):
        return {"probe_path": "/echo"}
    settings = {"base_url": twin.base_url if isinstance(twin, Twin) else twin.origin, "custom_domain": True}
    if isinstance(twin, VendorTwin):
        settings |= twin.vendor.settings
    if isinstance(twin, GoogleTwin):
        settings["token_url"] = twin.token_url
    if isinstance(twin, AzureTwin):
        settings["authority"] = twin.origin
    return settings


@dataclass
class Actor:
    """A caller of one server."""

    server: Server
    keys: Keys | None = None

    def connect(self, twin: Upstream, wrong: bool = False, **settings: Any) -> str:
        """A new connection that leads to the twin."""
        body = connection_body(twin, wrong)
        connection_id = self.server.create(body)
        if isinstance(twin, AWSTwin):
            credentials = at({"data": {"attributes": self.server.attributes(connection_id)}}, CREDENTIALS)
            twin.trust(credentials["role"], credentials["external_id"])
        wanted = {**settings_for(twin), **settings}
        if wanted:
            answer = self.set(connection_id, **wanted)
            assert answer.status == 200, answer.body
        return connection_id

    def set(self, connection_id: str, **attributes: Any) -> Answer:
        """Puts the settings of a connection, all of them."""
        data = {"id": connection_id, "type": "connection_settings", "attributes": attributes}
        return self.request("PUT", f"{CONNECTIONS}/{connection_id}/settings", {"data": data})

    def settings(self, connection_id: str) -> dict:
        answer = self.request("GET", f"{CONNECTIONS}/{connection_id}/settings")
        assert answer.status == 200, answer.body
        assert answer.json["data"]["type"] == "connection_settings"
        assert answer.json["data"]["id"] == connection_id
        return answer.json["data"]["attributes"]

    def request(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        connection = self.server.connect()
        try:
            keys = (self.keys or self.server.keys).headers
            return send(connection, method, path, body, keys | (headers or {}))
        finally:
            connection.close()

    @contextmanager
    def door(
        self, connection_id: str, timeout: float = PATIENCE
    ) -> Iterator[tuple[http.client.HTTPConnection, str, dict[str, str]]]:
        """Where acts through a connection are sent, the path of its base URL there, and the headers of all requests."""
        connection = self.server.connect(timeout=timeout)
        try:
            yield connection, f"{CONNECTIONS}/{connection_id}/proxy", (self.keys or self.server.keys).headers
        finally:
            connection.close()

    def act(
        self, connection_id: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Sends a request through the connection; `path` begins with a slash and may hold a query."""
        with self.door(connection_id) as (connection, base, own):
            return send(connection, method, base + path, body, own | (headers or {}))

    def raw_act(self, connection_id: str, method: str, path: str) -> bytes:
        """The same, byte for byte: the path as it is, and all that comes until the connection ends."""
        with self.door(connection_id) as (connection, base, own):
            if connection.sock is None:
                connection.connect()
            lines = [f"{method} {base}{path} HTTP/1.1", f"Host: {connection.host}", "Connection: close"]
            lines += ["Content-Length: 0", *(f"{name}: {value}" for name, value in own.items())]
            connection.sock.sendall("\r\n".join([*lines, "", ""]).encode())
            received = b""
            with suppress(OSError):
                while piece := connection.sock.recv(1 << 16):
                    received += piece
            return received

    def plan(self, connection_id: str, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Asks what an act would send."""
        return self.act(connection_id, method, path, body, {"Keyway-Dry-Run": "true", **headers})

    def test(self, connection_id: str) -> dict:
        """Has the credentials tried out, and returns what was found."""
        answer = self.request("POST", f"{CONNECTIONS}/{connection_id}/test")
        assert answer.status == 200, answer.body
        assert answer.json["data"]["type"] == "connection_test"
        assert answer.json["data"]["id"] == connection_id
        found = answer.json["data"]["attributes"]
        assert isinstance(found["milliseconds"], (int, float))
        assert found["status"] is None or 100 <= found["status"] <= 599
        assert found["result"] == "valid" or found["hint"], "what is wrong comes with what to do"
        return found


def assert_proxied(answer: Answer, status: int = 200) -> None:
    """The answer is the third party's, and carries all that must stand on one."""
    assert answer.headers.get_all("Keyway-Error") is None, answer.body
    assert answer.status == status, answer.body
    assert answer.headers.get_all("Keyway-Upstream-Status") == [str(status)]
    (took,) = answer.headers.get_all("Keyway-Upstream-Time")
    assert re.fullmatch(r"\d+(\.\d+)?", took)
    assert answer.headers.get_all("X-Content-Type-Options") == ["nosniff"]
    (policy,) = answer.headers.get_all("Content-Security-Policy")
    assert policy.startswith("sandbox")
    for name in ("X-Request-Id", "Keyway-Request-Id"):
        (request_id,) = answer.headers.get_all(name)
        assert request_id


def assert_own(answer: Answer, code: str) -> None:
    """The answer is an error of Keyway's own, with that code."""
    assert answer.headers.get_all("Keyway-Error") == [code], (answer.status, answer.body)
    statuses = CODES[code] if isinstance(CODES[code], tuple) else (CODES[code],)
    assert answer.status in statuses, answer.body
    assert answer.headers.get_all("Keyway-Upstream-Status") is None
    assert answer.errors[0]["status"] == str(answer.status)
    # Python 3.11 has the phrase of an older standard for one of them.
    phrase = "Content Too Large" if answer.status == 413 else HTTPStatus(answer.status).phrase
    assert answer.errors[0]["title"] == phrase
    assert answer.errors[0]["detail"]
    if code == "too_many_acts":
        assert int(answer.headers["Retry-After"]) >= 1


def assert_clean(*upstreams: Upstream) -> None:
    """Nothing came that should not have."""
    for upstream in upstreams:
        assert upstream.malformed == []
        assert not isinstance(upstream, Twin) or upstream.unwanted == []


def act_events(data_dir: pathlib.Path, action: str = "connection.act") -> list[dict]:
    """The audit events of acts, in their order; the server may be running."""
    events = [json.loads(event) for _, _, event in audit_events(data_dir)]
    return [event for event in events if event["action"] == action]


@contextmanager
def acting(place: pathlib.Path, *options: str, variables: dict[str, str] | None = None) -> Iterator[Actor]:
    """A server that may act on loopback addresses, and a caller of it."""
    options = options or LOOPBACK
    keys = initialise(place / "data")
    with running(place / "data", keys, "--rate-limit", "off", *options, variables=variables) as server:
        yield Actor(server)
