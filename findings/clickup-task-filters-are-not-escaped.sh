#!/usr/bin/env bash
# clickup-python-sdk 2.0.1: the filters of get_tasks() go into the URL as they are, so that "R&D" filters by "R"
#
# Names and values are put together with & and =, and nothing is escaped. A status or a tag with an ampersand, a plus or
# a hash becomes another filter, and the tasks that come back are those of that one, without an error.
#
# Seen with Python 3.11, get_tasks({"statuses[]": "R&D"}) and a server that keeps the query:
#   the server was asked for: statuses[]=R, D=
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check clickup-python-sdk==2.0.1
"$place/venv/bin/python" - <<'PYTHON'
import http.server
import threading
import urllib.parse

from clickup_python_sdk.api import ClickupClient
from clickup_python_sdk.clickupobjects.list import List

asked = []


class Recorder(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query, keep_blank_values=True))
        body = b'{"user": {"id": 1}, "tasks": []}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
threading.Thread(target=server.serve_forever, daemon=True).start()
ClickupClient.API = f"http://127.0.0.1:{server.server_address[1]}/api/"
ClickupClient.init(user_token="x")
List(id="1").get_tasks({"statuses[]": "R&D"})
filters = [(name, value) for name, value in asked[-1] if name != "page"]
print("the server was asked for:", ", ".join(f"{name}={value}" for name, value in filters))
assert filters == [("statuses[]", "R"), ("D", "")], "the behaviour has changed"
PYTHON
