#!/usr/bin/env bash
# clickup-python-sdk 2.0.1: of two clients, both send the token of the one that was made later
#
# ClickupClient.init(user_token=...) keeps the token with the class, and each client reads it from there. A program that
# copies tasks from one account to another, or serves several users, acts for all of them as the last one.
#
# Seen with Python 3.11, two clients, and a server that keeps the header Authorization:
#   a request of the first client was sent with: second-token
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check clickup-python-sdk==2.0.1
"$place/venv/bin/python" - <<'PYTHON'
import http.server
import threading

from clickup_python_sdk.api import ClickupClient

seen = []


class Recorder(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        seen.append(self.headers["Authorization"])
        body = b'{"user": {"id": 1}, "teams": []}'
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
first = ClickupClient.init(user_token="first-token")
ClickupClient.init(user_token="second-token")
first.get_teams()
print(f"a request of the first client was sent with: {seen[-1]}")
assert seen == ["first-token", "second-token", "second-token"], "the behaviour has changed"
PYTHON
