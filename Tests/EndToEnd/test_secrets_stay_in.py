"""No secret ever leaves: not in an answer, a log line, an error or a metric, and not in the clear in a file.

Each test puts a marker of its own into every secret field of every credential type and of AWS accounts, in bodies that
are right and wrong in every way, and the last one searches everything that came out for all of them. Keys are made by
the server, so their texts are the markers there: each is in the one answer that shows it, and nowhere else.
"""

import base64
import json
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
from catalogue import BY_NAME, CATALOGUE, CREDENTIALS, WITH_SECRETS, CredentialType, at, replacing, without
from harness import AWS_ACCOUNTS, CONNECTIONS, REGISTRATIONS, initialise, running
from stores import files
from witness import MARKER, SPELLINGS, Witness


@pytest.fixture(scope="module")
def witness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Witness]:
    data_dir = tmp_path_factory.mktemp("witness") / "data"
    keys = initialise(data_dir)
    with running(data_dir, keys) as server:
        yield Witness(server)


def faulty(body: dict, kind: CredentialType) -> Iterator[tuple[str, Any]]:
    """The body with one thing wrong at a time, the secrets always in it."""
    text = json.dumps(body)
    yield "cut off", text[:-2].encode()
    yield "with more behind it", (text + "}").encode()
    yield "with a raw NUL", text.replace(kind.name, kind.name + "\0").encode()
    yield "with a duplicate key", text.replace('"credentials":', '"credentials": {}, "credentials":').encode()
    yield "without a name", without(body, ("data", "attributes", "name"))
    yield "with an endless name", replacing(body, ("data", "attributes", "name"), "x" * 300)
    yield "of an unknown integration", replacing(body, ("data", "attributes", "integration", "type"), "Unknown")
    yield (
        "of another integration",
        replacing(
            body, ("data", "attributes", "integration", "type"), "Asana" if kind.integration != "Asana" else "Gitlab"
        ),
    )
    yield "of an unknown credential type", replacing(body, (*CREDENTIALS, "type"), "Unknown")
    for path in kind.secret_paths():
        value = at(body, path)
        yield "with a secret in a list", replacing(body, path, [value])
        yield "with a secret in an object", replacing(body, path, {"value": value})
        yield "with a secret in a misspelt member", replacing(without(body, path), (*path[:-1], path[-1] + "s"), value)
        yield "with a secret as a type", replacing(body, (*CREDENTIALS, "type"), value)
        yield "with a secret as the integration", replacing(body, ("data", "attributes", "integration", "type"), value)
        yield "with a secret as data.type", replacing(body, ("data", "type"), value)


def test_the_search_finds_what_it_looks_for() -> None:
    for prefix in (b"", b"a", b"ab", b"abc"):
        for suffix in (b"", b"x", b"xyz"):
            text = prefix + MARKER + suffix
            assert any(form in base64.b64encode(text) for form in SPELLINGS.values())
            assert any(form in text.hex().encode() for form in SPELLINGS.values())


@pytest.mark.parametrize("kind", WITH_SECRETS, ids=str)
def test_a_valid_body_gives_nothing_back(witness: Witness, kind: CredentialType) -> None:
    created = witness.send(f"create {kind}", "POST", CONNECTIONS, kind.create(f"{kind}", secret=witness.mark))
    assert created.status == 201, created.body
    path = f"{CONNECTIONS}/{created.json['data']['id']}"
    witness.send(f"get {kind}", "GET", path)
    patched = witness.send(f"patch {kind}", "PATCH", path, kind.create(f"{kind} again", secret=witness.mark))
    assert patched.status == 200, patched.body
    witness.send(f"list {kind}", "GET", f"{CONNECTIONS}?page[size]=100")


@pytest.mark.parametrize("kind", CATALOGUE, ids=str)
def test_a_faulty_body_gives_nothing_back(witness: Witness, kind: CredentialType) -> None:
    created = witness.send("create", "POST", CONNECTIONS, kind.create(f"{kind} to spoil", secret=witness.mark))
    path = f"{CONNECTIONS}/{created.json['data']['id']}"
    for fault, body in faulty(kind.create("spoilt", secret=witness.mark), kind):
        assert witness.send(f"create {kind} {fault}", "POST", CONNECTIONS, body).status == 400, fault
    for fault, body in faulty(kind.create("spoilt", secret=witness.mark), kind):
        answer = witness.send(f"patch {kind} {fault}", "PATCH", path, body)
        assert answer.status == (200 if fault == "without a name" else 400), fault


AWS_SECRET = ("data", "attributes", "auth_config", "secret_access_key")


def access_keys(witness: Witness, number: int, label: str) -> dict:
    """The body of an AWS account with a secret."""
    auth = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": witness.mark(label)}
    attributes = {"aws_account_id": f"{number:012}", "aws_partition": "aws", "auth_config": auth}
    return {"data": {"type": "account", "attributes": attributes}}


def faulty_account(body: dict) -> Iterator[tuple[str, Any]]:
    """The body with one thing wrong at a time, the secret always in it."""
    text = json.dumps(body)
    value = at(body, AWS_SECRET)
    attributes, auth = AWS_SECRET[:2], AWS_SECRET[:3]
    yield "cut off", text[:-2].encode()
    yield "with more behind it", (text + "}").encode()
    yield "with a raw NUL", text.replace("AKIA", "AKIA\0").encode()
    yield "with a duplicate key", text.replace('"auth_config":', '"auth_config": {}, "auth_config":').encode()
    yield "without its number", without(body, (*attributes, "aws_account_id"))
    yield "of an unknown partition", replacing(body, (*attributes, "aws_partition"), "aws-nowhere")
    yield "with a role too", replacing(body, (*auth, "role_name"), "Role")
    yield "with an unknown member", replacing(body, (*attributes, "colour"), "blue")
    yield "with a malformed region", replacing(body, (*attributes, "aws_regions"), {"include_only": ["nowhere"]})
    yield "with a secret in a list", replacing(body, AWS_SECRET, [value])
    yield "with a secret in an object", replacing(body, AWS_SECRET, {"value": value})
    yield "with a secret in a misspelt member", replacing(without(body, AWS_SECRET), (*auth, "secret_acess_key"), value)
    yield "with a secret as the access key's id", replacing(body, (*auth, "access_key_id"), value)
    yield "with a secret as the role", replacing(body, auth, {"role_name": f"{value} "})
    yield "with a secret as the external id", replacing(body, auth, {"role_name": "Role", "external_id": value})
    yield "with a secret as the partition", replacing(body, (*attributes, "aws_partition"), value)
    yield "with a secret as the number", replacing(body, (*attributes, "aws_account_id"), value)
    yield "with a secret as data.type", replacing(body, ("data", "type"), value)


def test_an_aws_account_gives_nothing_back(witness: Witness) -> None:
    created = witness.send("create an account", "POST", AWS_ACCOUNTS, access_keys(witness, 1, "AWS"))
    assert created.status == 200, created.body
    path = f"{AWS_ACCOUNTS}/{created.json['data']['id']}"
    witness.send("get an account", "GET", path)
    patched = witness.send("patch an account", "PATCH", path, access_keys(witness, 1, "AWS again"))
    assert patched.status == 200, patched.body
    witness.send("list accounts", "GET", AWS_ACCOUNTS)
    witness.send("ask for a trust policy", "GET", f"{path}/trust_policy")
    assert witness.send("create it twice", "POST", AWS_ACCOUNTS, access_keys(witness, 1, "AWS")).status == 409


def test_a_faulty_aws_account_gives_nothing_back(witness: Witness) -> None:
    created = witness.send("create", "POST", AWS_ACCOUNTS, access_keys(witness, 2, "AWS"))
    path = f"{AWS_ACCOUNTS}/{created.json['data']['id']}"
    for fault, body in faulty_account(access_keys(witness, 3, "AWS spoilt")):
        assert witness.send(f"create an account {fault}", "POST", AWS_ACCOUNTS, body).status == 400, fault
    for fault, body in faulty_account(access_keys(witness, 2, "AWS spoilt")):
        assert witness.send(f"patch an account {fault}", "PATCH", path, body).status == 400, fault
    role = {"data": {"type": "account", "attributes": {"aws_account_id": f"{4:012}", "aws_partition": "aws"}}}
    role = replacing(role, AWS_SECRET[:3], {"role_name": "Role"})
    created = witness.send("create a role", "POST", AWS_ACCOUNTS, role)
    path = f"{AWS_ACCOUNTS}/{created.json['data']['id']}"
    switched = witness.send("switch to keys", "PATCH", path, access_keys(witness, 4, "AWS switched"))
    assert switched.status == 400


def test_a_refused_caller_gives_nothing_away(witness: Witness) -> None:
    """Bodies that nobody reads, since the keys are wrong or the address is unknown."""
    body = BY_NAME["AsanaAccessToken"].create(secret=witness.mark)
    wrong = {"DD-API-KEY": witness.mark("API key"), "DD-APPLICATION-KEY": witness.mark("application key")}
    for path in (CONNECTIONS, f"{CONNECTIONS}/malformed", "/nowhere"):
        for method in ("POST", "PATCH", "PUT"):
            answer = witness.server.request(method, path, body, headers=wrong)
            witness.heard.append((f"{method} {path} refused", f"{answer.headers}".encode() + answer.body))


def test_a_secret_in_an_address_is_not_logged(witness: Witness) -> None:
    heard = len(witness.heard)
    witness.send("path", "GET", f"{CONNECTIONS}/{witness.mark('path')}")
    witness.send("query", "GET", f"{CONNECTIONS}?filter[query]={witness.mark('query')}")
    witness.send("query name", "GET", f"{CONNECTIONS}?{witness.mark('name')}=1")
    witness.send("unknown path", "GET", f"/{witness.mark('nowhere')}")
    # The error may name the caller's own address; the log and the metrics may not.
    del witness.heard[heard:]


def key_body(type: str, name: str, id: str | None = None, **attributes: Any) -> dict:
    data = {"type": type, "attributes": {"name": name, **attributes}}
    return {"data": data if id is None else {"id": id, **data}}


def test_an_api_key_is_shown_once(witness: Witness) -> None:
    path = "/api/v2/api_keys"
    created = witness.show("create an API key", "POST", path, key_body("api_keys", "shown once"))
    one = f"{path}/{created['id']}"
    witness.send("get an API key", "GET", one)
    witness.send("list API keys", "GET", path)
    witness.send("find an API key", "GET", f"{path}?filter=shown&include=created_by,modified_by")
    edited = witness.send("edit an API key", "PATCH", one, key_body("api_keys", "edited", created["id"]))
    assert edited.status == 200, edited.body
    assert witness.send("delete an API key", "DELETE", one).status == 204


def test_an_application_key_is_shown_once(witness: Witness) -> None:
    own, everyones = "/api/v2/current_user/application_keys", "/api/v2/application_keys"
    account = witness.send(
        "create a service account",
        "POST",
        "/api/v2/service_accounts",
        {
            "data": {
                "type": "users",
                "attributes": {"email": "bot@example.com", "name": "Bot", "service_account": True},
            }
        },
    )
    assert account.status == 201, account.body
    of_account = f"/api/v2/service_accounts/{account.json['data']['id']}/application_keys"
    for path in (own, of_account):
        created = witness.show("create an application key", "POST", path, key_body("application_keys", "shown once"))
        for place in (path, everyones):
            one = f"{place}/{created['id']}"
            witness.send("get an application key", "GET", one)
            witness.send("list application keys", "GET", f"{place}?include=owned_by" if place != of_account else place)
            edited = witness.send(
                "edit an application key", "PATCH", one, key_body("application_keys", "edited", created["id"])
            )
            assert edited.status == 200, edited.body
        witness.send("register an application key", "PUT", f"{REGISTRATIONS}/{created['id']}")
        witness.send("list registrations", "GET", REGISTRATIONS)
        # A key that is used leaves its traces in the log and the metrics.
        used = {**witness.server.keys.headers, "DD-APPLICATION-KEY": witness.shown[-1]}
        for used_on in (CONNECTIONS, own, "/api/v2/current_user", "/api/v2/validate_keys"):
            answer = witness.server.request("GET", used_on, headers=used)
            witness.heard.append((f"{used_on} by a key that was shown", f"{answer.headers}".encode() + answer.body))
        witness.send("delete an application key", "DELETE", f"{everyones}/{created['id']}")


def test_a_key_in_the_wrong_place_gives_nothing_back(witness: Witness) -> None:
    """Bodies and headers that hold keys where none belongs."""
    keys = witness.server.keys
    for key in (keys.api_key, keys.application_key, *witness.shown):
        witness.send(
            "as a scope",
            "POST",
            "/api/v2/current_user/application_keys",
            key_body("application_keys", "a name", scopes=[[key]]),
        )
        witness.send("as a type", "POST", "/api/v2/api_keys", key_body(key, "a name"))
        unknown = {"data": {"type": "api_keys", "attributes": {"key": key}}}
        witness.send("as an unknown member", "POST", "/api/v2/api_keys", unknown)
        swapped = {"DD-API-KEY": key[::-1], "DD-APPLICATION-KEY": key}
        answer = witness.server.request("GET", CONNECTIONS, headers=swapped)
        witness.heard.append(("as another key", f"{answer.headers}".encode() + answer.body))


def is_write_ahead_log(file: pathlib.Path) -> bool:
    return file.name.endswith("-wal") or file.parent.name == "pg_wal"


def test_nothing_came_out(witness: Witness) -> None:
    """Runs last, and searches answers, log, metrics and files, while the server runs and after it has stopped."""
    server = witness.server
    assert witness.marked > 100
    assert len(witness.shown) == 3
    for what, answer in witness.heard:
        witness.search(what, answer)
    witness.search("metrics", server.request("GET", "/metrics").body)
    witness.search("OpenAPI", server.request("GET", "/openapi.json").body)
    witness.search("the log", server.log_file.read_bytes())
    witness.search_files("while running")

    assert any(is_write_ahead_log(file) for file in files(server.data_dir)), "the write-ahead log was searched"
    assert server.stop() == 0
    witness.search_files("after the end")
    witness.search("the log", server.log_file.read_bytes())
    server.start()


def test_the_master_key_stands_apart_and_is_its_owners_alone(witness: Witness) -> None:
    """One backup is not both: the key lies beside the data directory, not in it."""
    data_dir = witness.server.data_dir
    key = data_dir.with_name(data_dir.name + ".key")
    assert key.stat().st_mode & 0o777 == 0o600
    assert not data_dir.exists() or data_dir.stat().st_mode & 0o077 == 0
    content = key.read_bytes()
    assert len(content) >= 32
    assert not any(content.strip() in file.read_bytes() for file in files(data_dir))
    for line in content.split():
        assert line.decode(errors="replace") not in witness.server.log_text() or len(line) < 32
