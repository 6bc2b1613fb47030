#!/usr/bin/env bash
# cloudflare 5.9.0: with CLOUDFLARE_EMAIL in the environment, an API token that is passed to the client is not sent
#
# Cloudflare(api_token=...) fills in whatever it was not given from the environment. Of the ways to authenticate it then
# sends the first that it has, and an address counts as one: with CLOUDFLARE_EMAIL set, which programs with a global
# API key need, each request carries X-Auth-Email alone. There is no error; Cloudflare answers 400 or 403.
#
# Seen with Python 3.11, Cloudflare(api_token="t0ken") and a server that keeps the headers:
#   without CLOUDFLARE_EMAIL: Authorization, X-Auth-Email absent
#   with CLOUDFLARE_EMAIL: X-Auth-Email, Authorization absent
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check cloudflare==5.9.0
"$place/venv/bin/python" - <<'PYTHON'
import http.server
import os
import threading

from cloudflare import Cloudflare

seen = []


class Recorder(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        seen.append(self.headers)
        body = b'{"success": true, "errors": [], "messages": [], "result": {"id": "1", "name": "one"}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
threading.Thread(target=server.serve_forever, daemon=True).start()


def sent(variables):
    for name in [name for name in os.environ if name.startswith("CLOUDFLARE_")]:
        del os.environ[name]
    os.environ.update(variables)
    client = Cloudflare(api_token="t0ken", base_url=f"http://127.0.0.1:{server.server_address[1]}")
    client.zones.get(zone_id="1")
    return [seen[-1][name] for name in ("Authorization", "X-Auth-Email")]


without, within = sent({}), sent({"CLOUDFLARE_EMAIL": "someone@example.com"})
print(f"without CLOUDFLARE_EMAIL: Authorization {without[0]}, X-Auth-Email {without[1]}")
print(f"with CLOUDFLARE_EMAIL: Authorization {within[0]}, X-Auth-Email {within[1]}")
assert without == ["Bearer t0ken", None], "the behaviour has changed"
assert within == [None, "someone@example.com"], "the behaviour has changed"
PYTHON
