"""Access tokens and act tokens, as callers make and show them."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from harness import Answer, Keys, Server, send

PERSONAL = "/api/v2/personal_access_tokens"
ACT_TOKENS = "/api/v2/actions/act_tokens"
YEAR = timedelta(days=364)


def in_time(delta: timedelta) -> str:
    return (datetime.now(UTC) + delta).isoformat().replace("+00:00", "Z")


def token_body(kind: str, name: str, scopes: list[str], expires: timedelta | None) -> dict:
    attributes: dict[str, Any] = {"name": name, "scopes": scopes}
    if expires is not None:
        attributes["expires_at"] = in_time(expires)
    return {"data": {"type": kind, "attributes": attributes}}


def personal_token(
    server: Server, *scopes: str, keys: Keys | None = None, expires: timedelta = YEAR, name: str = "personal"
) -> dict:
    """The `data` of a new personal access token; `attributes.key` is its text."""
    body = token_body("personal_access_tokens", name, list(scopes), expires)
    answer = server.request("POST", PERSONAL, body, keys=keys)
    assert answer.status == 201, answer.body
    return answer.json["data"]


def act_token_body(*connections: str, lifetime: int = 600, **limits: Any) -> dict:
    attributes = {"connections": list(connections), "lifetime": lifetime, **limits}
    return {"data": {"type": "act_tokens", "attributes": attributes}}


def act_token(server: Server, *connections: str, keys: Keys | None = None, lifetime: int = 600, **limits: Any) -> dict:
    """The `data` of a new act token; `attributes.token` is its text."""
    answer = server.request("POST", ACT_TOKENS, act_token_body(*connections, lifetime=lifetime, **limits), keys=keys)
    assert answer.status == 201, answer.body
    return answer.json["data"]


def text(token: dict) -> str:
    return token["attributes"].get("token") or token["attributes"]["key"]


def bearer(token: dict | str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token if isinstance(token, str) else text(token)}"}


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def request(server: Server, method: str, path: str, headers: dict[str, str], body: Any = None) -> Answer:
    """A request with these headers, and no keys."""
    connection = server.connect()
    try:
        return send(connection, method, path, body, headers)
    finally:
        connection.close()
