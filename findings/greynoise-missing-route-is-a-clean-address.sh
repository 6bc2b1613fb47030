#!/usr/bin/env bash
# greynoise 3.1.0: with an address of the API that does not exist, every IP address is one that was not seen
#
# The API answers 404 for an address that it does not know, and the client turns any 404 into the result "not found",
# whatever its body says. A base URL with a slip in it, or a gateway whose route is gone, then gives no error: each
# lookup says that GreyNoise has not seen the address, which is what a program takes for harmless or new.
#
# Seen with Python 3.11, a server that answers 404 to everything with {"message": "no such route"}:
#   ip("8.8.8.8"): scanner found False, business service found False, no exception
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check greynoise==3.1.0
"$place/venv/bin/python" - <<'PYTHON'
import http.server
import threading

from greynoise.api import APIConfig, GreyNoise


class Nothing(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"message": "no such route"}'
        self.send_response(404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Nothing)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = GreyNoise(APIConfig(api_key="x", api_server=f"http://127.0.0.1:{server.server_address[1]}/no/such/place"))
found = client.ip("8.8.8.8")
scanner, service = (found[f"{kind}_intelligence"]["found"] for kind in ("internet_scanner", "business_service"))
print(f'ip("8.8.8.8"): scanner found {scanner}, business service found {service}, no exception')
assert (scanner, service) == (False, False), "the behaviour has changed"
PYTHON
