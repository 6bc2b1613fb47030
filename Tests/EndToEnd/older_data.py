"""A data directory as an older version leaves it, with what that version answered, for `test_older_data.py`.

    KEYWAY_BINARY=that-version python Tests/EndToEnd/older_data.py VERSION

writes `older/VERSION.tar.gz`. Nothing in it is a secret of anybody: the keys are those of throw-away organisations.
"""

import json
import pathlib
import sys
import tarfile
import tempfile
from dataclasses import asdict
from typing import Any

from catalogue import CATALOGUE
from harness import AWS, AWS_ACCOUNTS, CONNECTIONS, Keys, Server, command, create_organization, initialise
from people import READER, STANDARD, disable, service_account

PLACE = pathlib.Path(__file__).parent / "older"
SECRET = "s3cr3t-of-an-older-version"
# Read again from the later version; each must say what it said, and may say more.
LISTS = (
    f"{CONNECTIONS}?page[size]=100",
    AWS_ACCOUNTS,
    "/api/v2/users?page[size]=100",
    "/api/v2/roles?page[size]=100",
    "/api/v2/permissions",
    "/api/v2/api_keys?page[size]=100",
    "/api/v2/application_keys?page[size]=100",
    "/api/v2/actions/app_key_registrations?page[size]=100",
    "/api/v2/audit/events?page[limit]=1000&sort=timestamp",
)


def ask(server: Server, method: str, path: str, body: Any = None) -> Any:
    answer = server.request(method, path, body)
    assert answer.status < 300, (method, path, answer.body)
    return answer.json if answer.body else None


def account(number: int, **auth: str) -> dict:
    attributes = {
        "aws_account_id": f"{number:012d}",
        "aws_partition": "aws",
        "account_tags": ["env:old"],
        "auth_config": auth,
        "metrics_config": {"tag_filters": [{"namespace": "AWS/EC2", "tags": ["a:b"]}]},
    }
    return {"data": {"type": "account", "attributes": attributes}}


def fill(server: Server) -> dict[str, Any]:
    """Makes one thing of each kind, and returns what each is read as."""
    connections = [server.create(kind.create(f"old {kind}", lambda _: SECRET)) for kind in CATALOGUE]
    renamed = {"data": {"type": "action_connection", "attributes": {"name": "ünïcödé \N{KEY}"}}}
    ask(server, "PATCH", f"{CONNECTIONS}/{connections[0]}", renamed)
    gone = server.create(CATALOGUE[0].create("deleted", lambda _: SECRET))
    ask(server, "DELETE", f"{CONNECTIONS}/{gone}")

    issued = ask(server, "POST", f"{AWS}/generate_new_external_id")["data"]["attributes"]["external_id"]
    for body in (
        account(100_000_000_001, role_name="Integration", external_id=issued),
        account(100_000_000_002, role_name="Integration"),
        account(100_000_000_003, access_key_id="AKIAIOSFODNN7EXAMPLE", secret_access_key=SECRET),
    ):
        ask(server, "POST", AWS_ACCOUNTS, body)
    spare = ask(server, "POST", f"{AWS}/generate_new_external_id")["data"]["attributes"]["external_id"]

    people = {name: service_account(server, name) for name in (STANDARD, READER)}
    disable(server, service_account(server, STANDARD, registered=False).user_id)
    resource = f"connection:{connections[1]}"
    bindings = [
        {"relation": "editor", "principals": [f"user:{server.keys.user_id}"]},
        {"relation": "viewer", "principals": [f"user:{people[READER].user_id}"]},
    ]
    policy = {"data": {"id": resource, "type": "restriction_policy", "attributes": {"bindings": bindings}}}
    ask(server, "POST", f"/api/v2/restriction_policy/{resource}", policy)
    settings = {"rules": [{"name": "reading", "methods": ["GET"], "paths": ["/**"]}]}
    data = {"id": connections[2], "type": "connection_settings", "attributes": settings}
    ask(server, "PUT", f"{CONNECTIONS}/{connections[2]}/settings", {"data": data})

    paths = [*LISTS, f"/api/v2/restriction_policy/{resource}", "/api/v2/current_user"]
    paths += [f"{CONNECTIONS}/{connection}" for connection in connections]
    paths += [f"{CONNECTIONS}/{connection}/settings" for connection in connections]
    paths += [f"{AWS_ACCOUNTS}/{found['id']}" for found in ask(server, "GET", AWS_ACCOUNTS)["data"]]
    return {
        "spare_external_id": spare,
        "people": {name: asdict(keys) for name, keys in people.items()},
        "reads": {path: ask(server, "GET", path) for path in paths},
    }


def main(version: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder) / version
        place.mkdir()
        keys: dict[str, Keys] = {"Default": initialise(place / "data")}
        keys["Staging"] = create_organization(place / "data", "Staging")
        done = command("rotate-master-key", "--data-dir", place / "data")
        assert done.returncode == 0, done.stderr
        said = {}
        for name, own in keys.items():
            server = Server(place / "data", own).start()
            said[name] = {"keys": asdict(own), **fill(server)}
            # A kill leaves the log of the database as a crash would: the later version has to read it, too.
            server.kill()
        (place / "data.log").unlink()
        (place / "said.json").write_text(json.dumps(said, indent=1))
        PLACE.mkdir(exist_ok=True)
        with tarfile.open(PLACE / f"{version}.tar.gz", "w:gz") as archive:
            archive.add(place, version)


if __name__ == "__main__":
    main(sys.argv[1])
