#!/usr/bin/env bash
# mcp 2.3.0: ClientSessionGroup knows the first page of a server's tools alone
#
# tools/list is paged: a result with nextCursor is not the whole (Model Context Protocol, pagination). The group asks
# each server once for its tools, prompts and resources and does not look at nextCursor, so what stands on later pages
# is neither in group.tools nor can be called by the group: call_tool raises a KeyError for a tool that the server has
# and that a session, asked directly, finds on the second page.
#
# Seen with Python 3.11, a server of two pages:
#   the session: ['one', 'two']
#   the group:   ['one']
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check mcp==2.3.0
cat >"$place/server.py" <<'PYTHON'
import json
import sys

PAGES = {None: ("one", "2"), "2": ("two", None)}

for line in sys.stdin:
    message = json.loads(line)
    method, params = message.get("method"), message.get("params") or {}
    if "id" not in message:
        continue
    reply = {"jsonrpc": "2.0", "id": message["id"]}
    if method == "initialize":
        reply["result"] = {
            "protocolVersion": params["protocolVersion"],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "pages", "version": "1"},
        }
    elif method == "tools/list":
        name, cursor = PAGES[params.get("cursor")]
        reply["result"] = {"tools": [{"name": name, "inputSchema": {"type": "object"}}]}
        if cursor:
            reply["result"]["nextCursor"] = cursor
    else:
        reply["error"] = {"code": -32601, "message": "Method not found"}
    print(json.dumps(reply), flush=True)
PYTHON
PLACE=$place "$place/venv/bin/python" - <<'PYTHON'
import asyncio
import logging
import os
import sys

from mcp import ClientSession, StdioServerParameters, stdio_client
from mcp.client.session_group import ClientSessionGroup
from mcp.types import PaginatedRequestParams

logging.disable(logging.WARNING)  # The server has no prompts and resources, and says so.
SERVER = StdioServerParameters(command=sys.executable, args=[os.environ["PLACE"] + "/server.py"])


async def by_session():
    async with stdio_client(SERVER) as (reading, writing), ClientSession(reading, writing) as session:
        await session.initialize()
        tools, cursor = [], None
        while True:
            page = await session.list_tools(params=PaginatedRequestParams(cursor=cursor))
            tools += [tool.name for tool in page.tools]
            cursor = page.next_cursor
            if not cursor:
                return tools


async def by_group():
    async with ClientSessionGroup() as group:
        await group.connect_to_server(SERVER)
        return sorted(group.tools)


seen = asyncio.run(by_session()), asyncio.run(by_group())
print("the session: {}\nthe group:   {}".format(*seen))
assert seen == (["one", "two"], ["one"]), "the behaviour has changed"
PYTHON
