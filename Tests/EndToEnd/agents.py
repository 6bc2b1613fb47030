"""Messages of MCP as they stand on the wire, and the clients that speak it."""

import json
from typing import Any

from harness import Answer, Server, send

MCP = "/mcp"
VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
MODERN = "2026-07-28"
METADATA = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
}
JSON = {"Content-Type": "application/json"}
NAMES = {"tools/call": "name", "resources/read": "uri"}


def message(method: str, params: dict | None = None, id: Any = 1) -> dict:
    """A request, as versions with a handshake have it."""
    return {"jsonrpc": "2.0", "id": id, "method": method, **({} if params is None else {"params": params})}


def modern(method: str, params: dict | None = None, id: Any = 1) -> tuple[dict, dict[str, str]]:
    """A request of the version without a handshake, and its headers."""
    params = params or {}
    headers = {**JSON, "MCP-Protocol-Version": MODERN, "Mcp-Method": method}
    if method in NAMES and NAMES[method] in params:
        headers["Mcp-Name"] = params[NAMES[method]]
    return message(method, {**params, "_meta": METADATA}, id), headers


def post(
    server: Server, body: Any, headers: dict[str, str] | None = None, path: str = MCP, credential: dict | None = None
) -> Answer:
    """Sends a message, with the keys of the server's administrator where no credential is given."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = JSON if headers is None else headers
    connection = server.connect()
    try:
        return send(
            connection, "POST", path, body, {**(server.keys.headers if credential is None else credential)} | headers
        )
    finally:
        connection.close()


def ask(server: Server, method: str, params: dict | None = None, **options: Any) -> Answer:
    """Sends a request of the version without a handshake."""
    body, headers = modern(method, params)
    return post(server, body, headers, **options)


def call(server: Server, tool: str, arguments: dict, **options: Any) -> dict:
    """The result of a tool."""
    answer = ask(server, "tools/call", {"name": tool, "arguments": arguments}, **options)
    assert answer.status == 200, answer.body
    return answer.json["result"]


def data(result: dict) -> Any:
    """The first block of a tool's result, which is JSON unless the result is an error of Keyway's."""
    return json.loads(result["content"][0]["text"])
