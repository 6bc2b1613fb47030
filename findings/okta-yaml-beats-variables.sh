#!/usr/bin/env bash
# okta 3.4.6: okta.yaml in the home directory or the working directory wins over the environment's variables
#
# The README says that variables override what okta.yaml says. The configuration is read in another order: the
# variables first, then both files over them. Whoever sets OKTA_CLIENT_ORGURL and OKTA_CLIENT_TOKEN for one run, for a
# test organisation for example, keeps acting on the one of the file, with its token.
#
# Seen with Python 3.11, a file and variables that name different organisations:
#   the client asks: https://file.example.com with file-token
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check okta==3.4.6
mkdir -p "$place/home/.okta"
cat >"$place/home/.okta/okta.yaml" <<'YAML'
okta:
  client:
    orgUrl: https://file.example.com
    token: file-token
YAML
cd "$place/home"
HOME=$place/home OKTA_CLIENT_ORGURL=https://variable.example.com OKTA_CLIENT_TOKEN=variable-token \
    "$place/venv/bin/python" - <<'PYTHON'
from okta.client import Client

client = Client()._config["client"]
print(f"the client asks: {client['orgUrl']} with {client['token']}")
assert client["orgUrl"] == "https://file.example.com", "the behaviour has changed"
assert client["token"] == "file-token", "the behaviour has changed"
PYTHON
