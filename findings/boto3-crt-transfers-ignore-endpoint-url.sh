#!/usr/bin/env bash
# boto3 1.44.8 with awscrt 0.38.1: transfers by the CRT leave out the client's endpoint_url
#
# A client made with endpoint_url sends every request there, also the parts of upload_fileobj and download_fileobj. As
# soon as these are done by the CRT, which preferred_transfer_client="crt" asks for and "auto", the default, chooses by
# itself on some types of EC2 instances where awscrt is installed, they go to the region's own endpoint instead. There
# is no warning, and handlers of events such as before-sign are not called either. The region below has no endpoint,
# so that nothing leaves the machine but a question to the resolver.
#
# Seen with Python 3.11:
#   classic: 1 request at the endpoint, no error
#   crt:     0 requests at the endpoint, AwsCrtError
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check boto3==1.44.8 botocore==1.44.8 awscrt==0.38.1
env -u AWS_ENDPOINT_URL -u AWS_ENDPOINT_URL_S3 "$place/venv/bin/python" - <<'PYTHON'
import http.server
import io
import threading

import boto3
from boto3.s3.transfer import TransferConfig

targets = []


class Store(http.server.BaseHTTPRequestHandler):
    def do_PUT(self):
        targets.append(self.path)
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("ETag", '"0"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = boto3.client(
    "s3",
    endpoint_url=f"http://127.0.0.1:{server.server_address[1]}",
    aws_access_key_id="AKIDEXAMPLE",
    aws_secret_access_key="example",
    region_name="nowhere-example-1",
)
seen = {}
for choice in ("classic", "crt"):
    targets.clear()
    error = "no error"
    try:
        config = TransferConfig(preferred_transfer_client=choice)
        client.upload_fileobj(io.BytesIO(b"text"), "bucket", "key", Config=config)
    except Exception as raised:
        error = type(raised).__name__
    seen[choice] = (len(targets), error)
    print(f"{choice + ':':8} {len(targets)} requests at the endpoint, {error}")
assert seen == {"classic": (1, "no error"), "crt": (0, "AwsCrtError")}, "the behaviour has changed"
PYTHON
