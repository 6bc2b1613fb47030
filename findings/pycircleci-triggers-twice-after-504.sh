#!/usr/bin/env bash
# pycircleci 0.7.0: a pipeline is triggered up to four times when a gateway in front of CircleCI gives up waiting
#
# Each Api has a session that sends whatever method again after 408, 429, 500, 502, 503, 504 and 520 to 524
# (allowed_methods=False), three times, and at once for the first time. trigger_pipeline() is a POST that is not
# idempotent: after a 504 the pipeline may have been created, and each attempt creates another. requests itself, and
# the other SDKs that build on urllib3's Retry, leave POST out unless it is asked for.
#
# Seen with Python 3.11, a server that takes each POST and answers 504:
#   POSTs that the server saw for one trigger_pipeline(): 4
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pycircleci==0.7.0
"$place/venv/bin/python" - <<'PYTHON'
import contextlib
import http.server
import threading

import pycircleci.api

seen = []


class Gateway(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        seen.append(self.rfile.read(int(self.headers["Content-Length"])))
        body = b'{"message": "Gateway Timeout"}'
        self.send_response(504)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = pycircleci.api.Api(token="x", url=f"http://127.0.0.1:{server.server_address[1]}/api")
with contextlib.suppress(Exception):
    client.trigger_pipeline("octocat", "hello")
print(f"POSTs that the server saw for one trigger_pipeline(): {len(seen)}")
assert len(seen) == 4, "the behaviour has changed"
PYTHON
