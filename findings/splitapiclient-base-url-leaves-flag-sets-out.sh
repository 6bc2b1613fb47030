#!/usr/bin/env bash
# splitapiclient 3.5.9: with another base_url, flag sets still go to api.split.io, with the API key
#
# get_client({"apikey": ..., "base_url": ...}) is how the client is led to another host, such as a gateway. Flag sets
# have a base of their own (base_url_v3), whose default does not follow: their requests leave for api.split.io, and
# take the key that was meant for the other host along.
#
# Seen with Python 3.11, a base_url on the loopback, and a proxy for https that keeps the names it is asked for:
#   workspaces were read from: the base_url
#   flag sets were asked of: api.split.io:443
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check splitapiclient==3.5.9
"$place/venv/bin/python" - <<'PYTHON'
import contextlib
import http.server
import json
import os
import threading

from splitapiclient.main import get_client
from splitapiclient.util.exceptions import SplitBackendUnreachableError

asked = []


class Both(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        body = json.dumps({"objects": [], "offset": 0, "limit": 20, "totalCount": 0}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_CONNECT(self):
        asked.append(self.path)
        self.send_error(403)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Both)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_address[1]}"
os.environ.update({"HTTPS_PROXY": address, "https_proxy": address, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"})
client = get_client({"apikey": "k3y", "base_url": f"{address}/internal/api/v2"})
client.workspaces.list()
with contextlib.suppress(SplitBackendUnreachableError):
    client.flag_sets.list("workspace")
print("workspaces were read from:", "the base_url" if asked[0].startswith("/internal/api/v2/workspaces") else asked[0])
print(f"flag sets were asked of: {asked[-1]}")
assert asked[0].startswith("/internal/api/v2/workspaces"), "the behaviour has changed"
assert asked[-1] == "api.split.io:443", "the behaviour has changed"
PYTHON
