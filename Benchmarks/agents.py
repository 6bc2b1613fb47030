"""An act as an agent's client asks for it, by MCP, beside the same act through the base URL and by another gateway."""

import json
import urllib.request

from acts import ANSWER, ON_LOOPBACK, PATH, TOKEN, connect, send
from contextforge import ContextForge
from measuring import PLACE, Row, interleaved, p99, rate, ratio, read_path, write
from servers import CONNECTIONS, Keyway, Nginx

VERSION = {"MCP-Protocol-Version": "2025-11-25"}


def agents() -> list[Row]:
    """`tools/call` of an act with 64 clients, by an act token at both of Keyway's doors."""
    keyway = Keyway(PLACE / "keyway-agents", *ON_LOOPBACK)
    upstream = Nginx(PLACE / "upstream-agents", "upstream")
    gateway = ContextForge(PLACE / "contextforge")
    try:
        upstream.start(PATH, ANSWER)
        keyway.start()
        connection = connect(keyway, upstream.url)
        attributes = {"connections": [connection], "lifetime": 86_400}
        token = send(keyway, "POST", "/api/v2/actions/act_tokens", {"type": "act_tokens", "attributes": attributes})
        headers = {"Authorization": f"Bearer {token['attributes']['token']}"}
        body = PLACE / "tools-call.json"
        body.write_bytes(call(connection))
        assert acted(keyway, headers, body.read_bytes()) == ANSWER.decode()
        gateway.start()
        gateway.add_tool("act", upstream.url + PATH, TOKEN)
        gateway_body = PLACE / "tools-call-contextforge.json"
        gateway_body.write_bytes(message("act", {}))
        assert json.loads(text(gateway.post("/rpc", json.loads(gateway_body.read_bytes())))) == json.loads(ANSWER)
        by_tool, by_address, by_gateway = interleaved(
            ("acts by MCP", lambda seconds: write(keyway, body, "/mcp", headers | VERSION, seconds)),
            (
                "acts by the base URL",
                lambda seconds: read_path(keyway, f"{CONNECTIONS}/{connection}/proxy{PATH}", seconds, headers=headers),
            ),
            # Of 64 clients at once it fails some.
            ("acts by ContextForge", lambda seconds: write(gateway, gateway_body, "/rpc", {}, seconds, clients=8)),
        )
    finally:
        for server in (keyway, gateway, upstream):
            server.stop()
    what = f"tools/call of an act, {len(ANSWER)} bytes, 64 clients"
    beside = ratio(by_tool, by_address, "rate")
    return [
        Row(f"{what}: rate", rate(by_tool), f"by the base URL {rate(by_address)}", beside, 0.8),
        Row(
            f"{what}: rate",
            rate(by_tool),
            f"ContextForge, the same upstream: {rate(by_gateway)}",
            ratio(by_tool, by_gateway, "rate"),
            10,
        ),
        Row(
            f"{what}: p99", p99(by_tool), f"by the base URL {p99(by_address)}", ratio(by_tool, by_address, "p99"), None
        ),
    ]


def call(connection: str) -> bytes:
    return message("act", {"connection_id": connection, "method": "GET", "path": PATH})


def message(tool: str, arguments: dict[str, str]) -> bytes:
    """A call of a tool; its id is a text that differs with each."""
    parameters = {"name": tool, "arguments": arguments}
    return json.dumps({"jsonrpc": "2.0", "id": "@" * 16, "method": "tools/call", "params": parameters}).encode()


def acted(keyway: Keyway, headers: dict[str, str], body: bytes) -> str:
    """The body that an act returns."""
    request = urllib.request.Request(
        f"{keyway.url}/mcp", body, headers | VERSION | {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return text(json.load(answer))


def text(answer: dict) -> str:
    """The last text of a tool's result."""
    return answer["result"]["content"][-1]["text"]
