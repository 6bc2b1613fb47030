#!/usr/bin/env bash
# pycircleci 0.7.0: download_artifact() of an artifact that is refused writes the refusal into the file
#
# All other methods raise for a status of 400 or more. A download does not look at the status: it writes whatever body
# came into the file and returns its path, so that a 404 or a 403 is found as a broken archive, or not at all.
#
# Seen with Python 3.11, a server that answers 404:
#   returned app.zip, which holds: {"message": "Artifact not found"}
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pycircleci==0.7.0
PLACE=$place "$place/venv/bin/python" - <<'PYTHON'
import http.server
import os
import pathlib
import threading

import pycircleci.api


class Nothing(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"message": "Artifact not found"}'
        self.send_response(404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Nothing)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_address[1]}"
client = pycircleci.api.Api(token="x", url=f"{address}/api")
path = pathlib.Path(client.download_artifact(f"{address}/0/app.zip", destdir=os.environ["PLACE"]))
print(f"returned {path.name}, which holds: {path.read_text()}")
assert path.name == "app.zip", "the behaviour has changed"
assert path.read_bytes() == b'{"message": "Artifact not found"}', "the behaviour has changed"
PYTHON
