#!/usr/bin/env bash
# pysnc 1.2.1: a batch names its requests below the path of the instance's URL, where the instance does not have them
#
# ServiceNowClient takes a URL with a path, such as one of a gateway in front of the instance, and puts it before all of
# its own. Requests of a batch (delete_multiple, update_multiple) stand in the body, by their paths at the instance.
# There the gateway's path is, too, so that the instance is asked for /gateway/api/now/table/… and has no such thing.
#
# Seen with Python 3.11, an instance at https://127.0.0.1/gateway, a delete of a list of one:
#   the batch was sent to: /gateway/api/now/v1/batch
#   it asks the instance for: DELETE /gateway/api/now/table/incident/1
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pysnc==1.2.1
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=gateway \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$place/key.pem" -out "$place/cert.pem" 2>/dev/null
unset REQUESTS_CA_BUNDLE CURL_CA_BUNDLE
PLACE=$place "$place/venv/bin/python" - <<'PYTHON'
import http.server
import json
import os
import ssl
import threading

from pysnc import ServiceNowClient

place = os.environ["PLACE"]
batches = []


class Gateway(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        value = {"value": "1", "display_value": "1"}
        self.answer({"result": [{"sys_id": value}]}, ("X-Total-Count", "1"))

    def do_POST(self):
        batch = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        batches.append((self.path, batch["rest_requests"]))
        done = [{"id": request["id"], "status_code": 204, "body": "", "headers": []} for request in batch["rest_requests"]]
        self.answer({"batch_request_id": str(batch["batch_request_id"]), "serviced_requests": done, "unserviced_requests": []})

    def answer(self, value, *headers):
        body = json.dumps(value).encode()
        self.send_response(200)
        for name, text in (("Content-Type", "application/json"), ("Content-Length", str(len(body))), *headers):
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(f"{place}/cert.pem", f"{place}/key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"https://127.0.0.1:{server.server_address[1]}/gateway"
client = ServiceNowClient(address, ("someone", "x"), verify=f"{place}/cert.pem")
records = client.GlideRecord("incident")
records.query()
records.delete_multiple()
path, requests = batches[0]
asked = [f"{request['method']} {request['url']}" for request in requests]
print(f"the batch was sent to: {path}")
print(f"it asks the instance for: {', '.join(asked)}")
assert path == "/gateway/api/now/v1/batch", "the behaviour has changed"
assert asked == ["DELETE /gateway/api/now/table/incident/1"], "the behaviour has changed"
PYTHON
