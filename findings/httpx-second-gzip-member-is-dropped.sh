#!/usr/bin/env bash
# httpx 0.28.1 and httpx2 2.16.2 drop every gzip member after the first
#
# A gzip stream may have several members, and its text is theirs in a row (RFC 1952, section 2.2). Tools that append to
# logs, bgzip and parallel compressors write such files, and object stores hand them out with Content-Encoding: gzip.
# requests, urllib3 and aiohttp give the whole text. httpx and httpx2, on which openai, anthropic and notion-client
# stand, give the first member alone: status 200, no exception, no warning, and Content-Length was met.
#
# Seen with Python 3.11:
#   requests   b'first half, second half'
#   aiohttp    b'first half, second half'
#   httpx      b'first half,'
#   httpx2     b'first half,'
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
  httpx==0.28.1 httpx2==2.16.2 requests==2.34.2 aiohttp==3.14.5
"$place/venv/bin/python" - <<'PYTHON'
import asyncio
import gzip
import http.server
import threading

import aiohttp
import httpx
import httpx2
import requests

BODY = gzip.compress(b"first half,") + gzip.compress(b" second half")


class TwoMembers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_):
        pass


async def by_aiohttp(url):
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return await response.read()


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), TwoMembers)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_address[1]}/"
seen = {
    "requests": requests.get(url).content,
    "aiohttp": asyncio.run(by_aiohttp(url)),
    "httpx": httpx.get(url).content,
    "httpx2": httpx2.get(url).content,
}
for name, content in seen.items():
    print(f"{name:10} {content!r}")
whole, half = b"first half, second half", b"first half,"
assert seen == {"requests": whole, "aiohttp": whole, "httpx": half, "httpx2": half}, "the behaviour has changed"
PYTHON
