#!/usr/bin/env bash
# okta 3.4.6: okta.pagination ends a list after its first page if the link to the next one has a comma
#
# A URL may have commas as they are (RFC 3986, 3.4), and the header Link has its URLs in angle brackets for that very
# reason (RFC 8288, 3). The cursor of the next page is looked for in pieces of the header cut at each comma, and a piece
# from within the URL has no cursor. The iteration then ends like one of a list that has no more pages.
#
# Seen with Python 3.11, a server of three pages of a user each, by the query in the links:
#   fields=id&after=...: users 1, 2, 3
#   fields=id,login&after=...: user 1
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check okta==3.4.6
cd "$place"
HOME=$place OKTA_TESTING_TESTINGDISABLEHTTPSCHECK=true "$place/venv/bin/python" - <<'PYTHON'
import asyncio
import http.server
import json
import threading
import urllib.parse

from okta.client import Client
from okta.pagination import paginate_all

fields = ""


class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        page = int(query.get("after", ["1"])[0])
        body = json.dumps([{"id": str(page), "status": "ACTIVE"}]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        if page < 3:
            link = f"http://{self.headers['Host']}/api/v1/users?fields={fields}&after={page + 1}&limit=1"
            self.send_header("Link", f'<{link}>; rel="next"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
threading.Thread(target=server.serve_forever, daemon=True).start()


async def users():
    client = Client({"orgUrl": f"http://127.0.0.1:{server.server_address[1]}", "token": "x"})
    return [user.id async for user in paginate_all(client.list_users, limit=1)]


fields = "id"
plain = asyncio.run(users())
fields = "id,login"
comma = asyncio.run(users())
print(f"fields=id&after=...: users {', '.join(plain)}")
print(f"fields=id,login&after=...: user {', '.join(comma)}")
assert plain == ["1", "2", "3"], "the behaviour has changed"
assert comma == ["1"], "the behaviour has changed"
PYTHON
