#!/usr/bin/env bash
# freshpy 2.0.0: agents.get_all_agents() gives the agents of the first page
#
# Freshservice lists agents by pages, 30 on each by default, and names the next one in the header Link. The method, whose
# documentation speaks of all agents, sends one request and returns its body. Nothing says that there are more.
#
# Seen with Python 3.11, a server with three pages of an agent each, the next page in Link:
#   agents: [1], requests: 1
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check freshpy==2.0.0
"$place/venv/bin/python" - <<'PYTHON'
import http.server
import json
import threading
import urllib.parse

from freshpy import FreshPy

asked = []


class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        page = int(query.get("page", ["1"])[0])
        body = json.dumps({"agents": [{"id": page}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        if page < 3:
            self.send_header("Link", f'<http://{self.headers["Host"]}/api/v2/agents?page={page + 1}>; rel="next"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = FreshPy(domain=f"http://127.0.0.1:{server.server_address[1]}", api_key="x")
agents = [agent["id"] for agent in client.agents.get_all_agents()["agents"]]
print(f"agents: {agents}, requests: {len(asked)}")
assert agents == [1], "the behaviour has changed"
assert len(asked) == 1, "the behaviour has changed"
PYTHON
