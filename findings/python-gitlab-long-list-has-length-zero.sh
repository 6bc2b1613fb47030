#!/usr/bin/env bash
# python-gitlab 8.6.0: a list of more than 10,000 records has the length 0 and is false
#
# For more than 10,000 records GitLab leaves out X-Total and X-Total-Pages (its documentation of pagination says so).
# A list read with iterator=True then has total None, as one expects, but len() gives 0 rather than raising a
# TypeError, and so the list counts as false: `if projects:` skips the loop over 10,001 records that are all there.
#
# Seen with Python 3.11, two records a page, the first page of a list whose total is not told:
#   total None, len 0, bool False, records on the first page [1, 2]
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check python-gitlab==8.6.0
"$place/venv/bin/python" - <<'PYTHON'
import http.server
import itertools
import json
import threading

import gitlab


class LongList(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps([{"id": 1}, {"id": 2}]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        for name, value in (("X-Page", "1"), ("X-Per-Page", "2"), ("X-Next-Page", "2"), ("X-Prev-Page", "")):
            self.send_header(name, value)
        self.send_header("Link", f'<http://{self.headers["Host"]}/api/v4/projects?page=2&per_page=2>; rel="next"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), LongList)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = gitlab.Gitlab(f"http://127.0.0.1:{server.server_address[1]}", private_token="x")
projects = client.projects.list(iterator=True, per_page=2)
seen = (projects.total, len(projects), bool(projects), [project.id for project in itertools.islice(projects, 2)])
print("total {}, len {}, bool {}, records on the first page {}".format(*seen))
assert seen == (None, 0, False, [1, 2]), "the behaviour has changed"
PYTHON
