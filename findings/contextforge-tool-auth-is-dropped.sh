#!/usr/bin/env bash
# mcp-contextforge-gateway 1.0.7: a tool made with the member `auth` calls its API without credentials
#
# The schema of POST /tools, ToolCreate, has a member `auth` of the type AuthenticationValues: `auth_type` ("basic,
# bearer, authheaders or None") and, for bearer, `token`. Responses of the gateway show a tool's credentials in the same
# form. A tool that is made with {"auth": {"auth_type": "bearer", "token": …}} is taken with 200 and without a word on
# it, has `auth: null`, and each tools/call goes to the API without Authorization. Only the members `auth_type` and
# `auth_token` beside the tool's name, which the schema does not declare, are kept. The spelling `authType` makes no
# difference.
#
# Seen with Python 3.11, a bearer token given in each of the three forms:
#   auth with auth_type: status 200, auth None, the API got None
#   auth with authType:  status 200, auth None, the API got None
#   beside the name:     status 200, auth bearer, the API got Bearer token-of-the-api
set -euo pipefail
place=$(mktemp -d)
gateway=
trap '[ -z "$gateway" ] || kill "$gateway"; wait; rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check mcp-contextforge-gateway==1.0.7.post20260921
cd "$place"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
random() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
env AUTH_REQUIRED=false ALLOW_UNAUTHENTICATED_ADMIN=true ENVIRONMENT=development SSRF_ALLOW_LOCALHOST=true \
    CACHE_TYPE=memory DATABASE_URL="sqlite:///$place/gateway.db" PLATFORM_ADMIN_EMAIL=admin@example.com \
    JWT_SECRET_KEY="$(random)" AUTH_ENCRYPTION_SECRET="$(random)" PLATFORM_ADMIN_PASSWORD="$(random)" \
    BASIC_AUTH_PASSWORD="$(random)" \
    venv/bin/uvicorn mcpgateway.main:app --host 127.0.0.1 --port "$port" --log-level error >gateway.log 2>&1 &
gateway=$!
GATEWAY=http://127.0.0.1:$port venv/bin/python - <<'PYTHON'
import http.server
import json
import os
import threading
import time
import urllib.error
import urllib.request

GATEWAY = os.environ["GATEWAY"]
TOKEN = "token-of-the-api"
received = []


class API(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        received.append(self.headers.get("Authorization"))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


def post(path, body):
    request = urllib.request.Request(GATEWAY + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return response.status, json.load(response)


def seen(name, credentials):
    tool = {"name": name, "url": api_url, "integration_type": "REST", "request_type": "GET", "visibility": "public"}
    status, made = post("/tools", {"tool": tool | credentials})
    post("/rpc", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": {}}})
    return status, made["auth"] and made["auth"]["authType"], received.pop()


api = http.server.ThreadingHTTPServer(("127.0.0.1", 0), API)
api_url = f"http://127.0.0.1:{api.server_port}/things"
threading.Thread(target=api.serve_forever, daemon=True).start()
for _ in range(120):
    try:
        urllib.request.urlopen(GATEWAY + "/health", timeout=5)
        break
    except OSError:
        time.sleep(1)
forms = {
    "auth with auth_type:": seen("first", {"auth": {"auth_type": "bearer", "token": TOKEN}}),
    "auth with authType: ": seen("second", {"auth": {"authType": "bearer", "token": TOKEN}}),
    "beside the name:    ": seen("third", {"auth_type": "bearer", "auth_token": TOKEN}),
}
for form, (status, auth, got) in forms.items():
    print(f"{form} status {status}, auth {auth}, the API got {got}")
without = (200, None, None)
assert list(forms.values()) == [without, without, (200, "bearer", f"Bearer {TOKEN}")], "the behaviour has changed"
PYTHON
