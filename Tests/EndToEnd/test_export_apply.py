"""Configuration as code: `keyway export` and `keyway apply`, from one server to files and to another server."""

import http.client
import http.server
import json
import pathlib
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest
from catalogue import BY_NAME, CATALOGUE, connection, usable
from harness import (
    AWS_ACCOUNTS,
    BINARY,
    CONNECTIONS,
    PATIENCE,
    REGISTRATIONS,
    UNKNOWN_ID,
    Server,
    environment,
    initialise,
    running,
)
from people import READER, service_account
from terminal import Terminal

ACCESS_KEY_ACCOUNT = "200000000002"
ACCOUNTS = [
    {"aws_account_id": "200000000001", "aws_partition": "aws", "auth_config": {"role_name": "KeywayRole"}},
    {
        "aws_account_id": ACCESS_KEY_ACCOUNT,
        "aws_partition": "aws-us-gov",
        "auth_config": {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "s3cr3t-access-key"},
        "aws_regions": {"include_only": []},
        "account_tags": ["team:ops"],
        "metrics_config": {
            "enabled": False,
            "namespace_filters": {"exclude_only": []},
            "metric_name_filters": [{"namespace": "AWS/EC2", "include_only": ["CPU*"]}],
        },
    },
]
EXPORTS = [
    {
        "report_name": "costs",
        "report_prefix": "reports",
        "report_type": "CUR2.0",
        "bucket_name": "billing",
        "bucket_region": "us-east-1",
    }
]
# What a server issues, and another one issues differently.
ISSUED = ("id", "external_id", "principal_id", "created_at", "modified_at")


def keyway(server: Server, *arguments: str | pathlib.Path, code: int = 0) -> subprocess.CompletedProcess:
    """Runs a command against a server, without a terminal."""
    done = subprocess.run(
        [BINARY, *arguments, "--server", f"http://{server.address}"],
        env=with_keys(server),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == code, f"{done.returncode}: {done.stdout}{done.stderr}"
    return done


def with_keys(server: Server) -> dict[str, str]:
    return environment() | {"DD_API_KEY": server.keys.api_key, "DD_APP_KEY": server.keys.application_key}


def refused(server: Server, *arguments: str | pathlib.Path, code: int = 65) -> str:
    """What a command that does nothing says."""
    before = state_of(server)
    done = keyway(server, *arguments, code=code)
    assert state_of(server) == before
    return done.stderr


def state_of(server: Server) -> list[dict]:
    return json.loads(keyway(server, "export").stdout)


def without_issued(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_issued(member) for name, member in value.items() if name not in ISSUED}
    return [without_issued(entry) for entry in value] if isinstance(value, list) else value


def fill(server: Server) -> None:
    """Creates a connection of each credential type, and AWS accounts."""
    for kind in CATALOGUE:
        server.create(kind.create(f"the {kind.name}"))
    tagged = BY_NAME["NotionAPIKey"].create('tagged – ünïcode "quoted"')
    tagged["data"]["attributes"]["tags"] = ["team:ops", "env:prod"]
    server.create(tagged)
    ids = []
    for attributes in ACCOUNTS:
        answer = server.request("POST", AWS_ACCOUNTS, {"data": {"type": "account", "attributes": attributes}})
        assert answer.status == 200, answer.body
        ids.append(answer.json["data"]["id"])
    config = {"data": {"type": "ccm_config", "attributes": {"ccm_config": {"data_export_configs": EXPORTS}}}}
    assert server.request("POST", f"{AWS_ACCOUNTS}/{ids[0]}/ccm_config", config).status == 200


def documents(directory: pathlib.Path) -> dict[str, dict]:
    """All state files, by their names."""
    return {
        str(path.relative_to(directory)): json.loads(path.read_text()) for path in sorted(directory.rglob("*.json"))
    }


def secrets_for(directory: pathlib.Path, place: pathlib.Path) -> pathlib.Path:
    """A file with every secret that the state in a directory needs."""
    secrets: dict[str, dict[str, str]] = {}
    for name, document in documents(directory).items():
        attributes = document["data"]["attributes"]
        if "access_key_id" in attributes.get("auth_config", {}):
            secrets[name] = {"secret_access_key": "s3cr3t-access-key"}
        if "integration" in attributes:
            credentials = attributes["integration"]["credentials"]
            kind = BY_NAME[credentials["type"]]
            given = {label: usable(label, f"s3cr3t-{label}") for label in kind.secrets}
            for index, token in enumerate(credentials.get("tokens", [])):
                given[f"/data/attributes/integration/credentials/tokens/{index}/value"] = f"s3cr3t-{token['name']}"
            if given:
                secrets[name] = given
    file = place / "secrets.json"
    file.touch(0o600)
    file.write_text(json.dumps(secrets))
    return file


def edit(path: pathlib.Path, change: Callable[[dict], None]) -> None:
    """Edits a state file by hand."""
    document = json.loads(path.read_text())
    change(document["data"])
    path.write_text(json.dumps(document, indent=2) + "\n")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, pathlib.Path]]:
    """A server with one of everything, and its state in files. Tests leave both as they are."""
    place = tmp_path_factory.mktemp("source")
    with running(place / "data", initialise(place / "data")) as server:
        fill(server)
        keyway(server, "export", "-o", place / "state")
        yield server, place / "state"


@pytest.fixture
def small(new_server: Callable[..., Server], tmp_path: pathlib.Path) -> tuple[Server, pathlib.Path]:
    """A server with an HTTP, a ServiceNow and a Cloudflare connection, and its state in files, for one test."""
    server = new_server()
    for name in ("HTTPTokenAuth", "ServiceNowBasicAuth", "CloudflareAPIToken"):
        server.create(BY_NAME[name].create(f"the {name}"))
    keyway(server, "export", "-o", tmp_path / "state")
    return server, tmp_path / "state"


def file_of(state: pathlib.Path, name: str) -> pathlib.Path:
    return next(path for path in state.rglob("*.json") if name in path.name)


class TestRoundTrip:
    def test_gives_the_same_state_but_for_what_is_issued(
        self, source: tuple[Server, pathlib.Path], new_server: Callable[..., Server], tmp_path: pathlib.Path
    ) -> None:
        server, state = source
        other = new_server()
        secrets = secrets_for(state, tmp_path)

        plan = keyway(other, "apply", "-f", state, "--plan")
        assert "28 to create, 0 to update, 0 to delete, 0 unchanged." in plan.stdout
        assert state_of(other) == []

        applied = keyway(other, "apply", "-f", state, "--secrets", secrets, "--yes")
        assert "s3cr3t" not in applied.stdout + applied.stderr
        assert without_issued(state_of(other)) == without_issued(state_of(server))

        again = keyway(other, "apply", "-f", state, "--secrets", secrets, "--yes", "--prune")
        assert again.stdout == "Nothing to do: 28 unchanged.\n"

    def test_shows_that_the_secrets_arrived(
        self, source: tuple[Server, pathlib.Path], new_server: Callable[..., Server], tmp_path: pathlib.Path
    ) -> None:
        """The vault is told apart from an empty one by an update that keeps every secret."""
        _, state = source
        other = new_server()
        keyway(other, "apply", "-f", state, "--secrets", secrets_for(state, tmp_path), "--yes")
        for answered in state_of(other):
            data = answered["data"]
            if data["type"] != "action_connection":
                continue
            kind = BY_NAME[data["attributes"]["integration"]["credentials"]["type"]]
            kept = kind.patch(dict.fromkeys(kind.secrets, ""))
            assert other.request("PATCH", f"{CONNECTIONS}/{data['id']}", kept).status == 200

    def test_has_a_file_for_each_document(self, source: tuple[Server, pathlib.Path]) -> None:
        server, state = source
        files = documents(state)
        assert len(files) == 28
        for answered in state_of(server):
            data = answered["data"]
            name = next(name for name in files if data["id"] in name)
            assert files[name] == answered
            text = (state / name).read_text()
            assert text == json.dumps(answered, indent=2, ensure_ascii=False) + "\n"
        assert f"connections/openai-the-openaiapikey-{next_id(files, 'OpenAI')}.json" in files
        assert any(name.startswith(f"aws-accounts/{ACCESS_KEY_ACCOUNT}-") for name in files)

    def test_writes_no_secret_and_no_time(self, source: tuple[Server, pathlib.Path]) -> None:
        text = "".join(path.read_text() for path in source[1].rglob("*.json"))
        assert "s3cr3t" not in text
        assert "created_at" not in text
        assert "modified_at" not in text

    def test_touches_no_file_that_would_not_change(self, source: tuple[Server, pathlib.Path]) -> None:
        server, state = source
        before = {path: path.stat().st_ino for path in state.rglob("*.json")}
        done = keyway(server, "export", "-o", state)
        assert "0 new, 0 changed, 28 unchanged, 0 removed" in done.stdout
        assert {path: path.stat().st_ino for path in state.rglob("*") if path.is_file()} == before

    def test_follows_the_umask(self, source: tuple[Server, pathlib.Path], tmp_path: pathlib.Path) -> None:
        done = subprocess.run(
            [BINARY, "export", "-o", tmp_path, "--server", f"http://{source[0].address}"],
            env=with_keys(source[0]),
            umask=0o027,
            check=False,
        )
        assert done.returncode == 0
        assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*.json")} == {0o640}

    def test_lists_more_than_a_page(self, new_server: Callable[..., Server], tmp_path: pathlib.Path) -> None:
        server = new_server()
        for number in range(130):
            server.create(BY_NAME["OpenAIAPIKey"].create(f"number {number}"))
        keyway(server, "export", "-o", tmp_path / "state")
        assert len(documents(tmp_path / "state")) == 130
        assert "Nothing to do: 130 unchanged." in keyway(server, "apply", "-f", tmp_path / "state").stdout


def next_id(files: dict[str, dict], integration: str) -> str:
    return next(
        document["data"]["id"]
        for document in files.values()
        if document["data"]["attributes"].get("integration", {}).get("type") == integration
    )


class TestExportingAgain:
    def test_renames_a_file_after_its_connection(self, small: tuple[Server, pathlib.Path]) -> None:
        server, state = small
        path = file_of(state, "servicenow")
        identifier = json.loads(path.read_text())["data"]["id"]
        renamed = connection("renamed", None)
        assert server.request("PATCH", f"{CONNECTIONS}/{identifier}", renamed).status == 200
        keyway(server, "export", "-o", state)
        assert not path.exists()
        assert (state / f"connections/servicenow-renamed-{identifier}.json").exists()
        assert len(documents(state)) == 3

    def test_keeps_a_name_of_the_users_own(self, small: tuple[Server, pathlib.Path]) -> None:
        server, state = small
        path = file_of(state, "servicenow")
        own = state / "tickets.json"
        path.rename(own)
        edit(own, lambda data: data["attributes"].update(name="not what the server has"))
        keyway(server, "export", "-o", state)
        assert not path.exists()
        assert json.loads(own.read_text())["data"]["attributes"]["name"] == "the ServiceNowBasicAuth"

    def test_gives_files_for_another_server_the_ids_of_this_one(
        self, small: tuple[Server, pathlib.Path], new_server: Callable[..., Server], tmp_path: pathlib.Path
    ) -> None:
        _, state = small
        other = new_server(name="other")
        keyway(other, "apply", "-f", state, "--secrets", secrets_for(state, tmp_path), "--yes")
        assert "0 new, 3 changed, 0 unchanged, 0 removed" in keyway(other, "export", "-o", state).stdout
        assert sorted(documents(state).values(), key=str) == sorted(state_of(other), key=str)

    def test_names_stale_files_and_removes_only_its_own(self, small: tuple[Server, pathlib.Path]) -> None:
        server, state = small
        stale, kept = file_of(state, "servicenow"), state / "mine.json"
        file_of(state, "cloudflare").rename(kept)
        for path in (stale, kept):
            identifier = json.loads(path.read_text())["data"]["id"]
            assert server.request("DELETE", f"{CONNECTIONS}/{identifier}").status == 204
        assert stale.name in keyway(server, "export", "-o", state).stderr
        assert stale.exists()
        done = keyway(server, "export", "-o", state, "--prune")
        assert "1 removed" in done.stdout
        assert "mine.json" in done.stderr
        assert not stale.exists()
        assert kept.exists()


class Overlooking(http.server.BaseHTTPRequestHandler):
    """Passes requests on to a server, but leaves out of each list whatever has one of these ids: as a list does that
    changes while it is read."""

    server_address: str
    overlooked: set[str]
    asked: list[str]

    def do_GET(self) -> None:
        peer = http.client.HTTPConnection(self.server_address, timeout=60)
        length = int(self.headers.get("Content-Length", 0))
        peer.request(self.command, self.path, self.rfile.read(length), dict(self.headers))
        response = peer.getresponse()
        body = response.read()
        self.asked.append(f"{self.command} {self.path}")
        if response.status == 200 and isinstance(data := json.loads(body)["data"], list):
            left = [element for element in data if element["id"] not in self.overlooked]
            body = json.dumps({"data": left}).encode()
        self.send_response(response.status)
        self.send_header("Content-Type", response.headers["Content-Type"] or "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def do_PATCH(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def overlooking(server: Server, ids: set[str]) -> Iterator[type[Overlooking]]:
    """A server whose lists leave out some of another's documents."""

    class Handler(Overlooking):
        server_address = server.address
        overlooked = ids
        asked: ClassVar[list[str]] = []

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as front:
        Handler.keys, Handler.address = server.keys, f"127.0.0.1:{front.server_port}"
        threading.Thread(target=front.serve_forever).start()
        try:
            yield Handler
        finally:
            front.shutdown()


class TestWhatAListDidNotHave:
    @pytest.fixture
    def stocked(self, small: tuple[Server, pathlib.Path]) -> tuple[Server, pathlib.Path, set[str]]:
        """A server with accounts as well, its state in files, and the ids of a connection and of the accounts."""
        server, state = small
        ids = {json.loads(file_of(state, "http").read_text())["data"]["id"]}
        for attributes in ACCOUNTS:
            answer = server.request("POST", AWS_ACCOUNTS, {"data": {"type": "account", "attributes": attributes}})
            ids.add(answer.json["data"]["id"])
        config = {"data": {"type": "ccm_config", "attributes": {"ccm_config": {"data_export_configs": EXPORTS}}}}
        account = next(path for path in server.request("GET", AWS_ACCOUNTS).json["data"])["id"]
        assert server.request("POST", f"{AWS_ACCOUNTS}/{account}/ccm_config", config).status == 200
        keyway(server, "export", "-o", state)
        return server, state, ids

    def test_keeps_its_files(self, stocked: tuple[Server, pathlib.Path, set[str]]) -> None:
        server, state, ids = stocked
        before = documents(state)
        with overlooking(server, ids) as front:
            done = keyway(front, "export", "-o", state, "--prune")
        assert "0 new, 0 changed, 5 unchanged, 0 removed" in done.stdout
        assert documents(state) == before
        looked = {request.rpartition("/")[2] for request in front.asked}
        assert ids <= looked

    def test_is_not_made_again(self, stocked: tuple[Server, pathlib.Path, set[str]], tmp_path: pathlib.Path) -> None:
        server, state, ids = stocked
        before = state_of(server)
        edit(file_of(state, "http"), lambda data: data["attributes"].update(name="renamed"))
        for path in state.rglob("*.json"):
            if json.loads(path.read_text())["data"]["type"] == "account":
                edit(path, lambda data: data["attributes"].update(account_tags=["team:new"]))
        with overlooking(server, ids) as front:
            done = keyway(front, "apply", "-f", state, "--secrets", secrets_for(state, tmp_path), "--yes", "--prune")
        assert "0 to create, 3 to update, 0 to delete, 2 unchanged" in done.stdout
        after = state_of(server)
        assert [document["data"]["id"] for document in after] != []
        assert {document["data"]["id"] for document in after} == {document["data"]["id"] for document in before}

    def test_is_removed_and_made_again_where_it_is_gone(
        self, stocked: tuple[Server, pathlib.Path, set[str]], tmp_path: pathlib.Path
    ) -> None:
        server, state, ids = stocked
        gone = file_of(state, "http")
        identifier = json.loads(gone.read_text())["data"]["id"]
        assert server.request("DELETE", f"{CONNECTIONS}/{identifier}").status == 204
        with overlooking(server, ids) as front:
            done = keyway(front, "apply", "-f", state, "--secrets", secrets_for(state, tmp_path), "--plan")
            assert "1 to create, 0 to update, 0 to delete, 4 unchanged" in done.stdout
            done = keyway(front, "export", "-o", state, "--prune")
        assert "4 unchanged, 1 removed" in done.stdout
        assert not gone.exists()


class TestApplying:
    def test_changes_what_was_edited_and_nothing_else(self, small: tuple[Server, pathlib.Path]) -> None:
        server, state = small
        path = file_of(state, "http")

        def change(data: dict) -> None:
            data["attributes"]["name"] = "edited"
            data["attributes"]["tags"] = ["team:ops"]
            credentials = data["attributes"]["integration"]["credentials"]
            credentials["headers"] = [{"name": "X-New", "value": "1"}, credentials["headers"][0]]
            del credentials["tokens"][1]
            del credentials["url_parameters"]
            credentials["body"] = {"content": "{}"}

        edit(path, change)
        done = keyway(server, "apply", "-f", state, "--yes")
        for line in (
            '~ name: "the HTTPTokenAuth" → "edited"',
            '+ tags: ["team:ops"]',
            "- integration/credentials/tokens/tenant:",
            '+ integration/credentials/headers/X-New/value: "1"',
            "- integration/credentials/headers/X-Plain:",
            "- integration/credentials/url_parameters/tenant:",
            "0 to create, 1 to update, 0 to delete, 2 unchanged.",
        ):
            assert line in done.stdout
        assert "secret, asked for" not in done.stdout
        identifier = json.loads(path.read_text())["data"]["id"]
        credentials = server.attributes(identifier)["integration"]["credentials"]
        assert [header["name"] for header in credentials["headers"]] == ["X-New", "Authorization"]
        assert [token["name"] for token in credentials["tokens"]] == ["key"]
        assert credentials["body"] == {"content": "{}"}
        assert credentials.get("url_parameters", []) == []
        assert "Nothing to do" in keyway(server, "apply", "-f", state, "--yes").stdout

    def test_asks_for_secrets_again_where_their_destination_changes(
        self, small: tuple[Server, pathlib.Path], tmp_path: pathlib.Path
    ) -> None:
        server, state = small
        path = file_of(state, "servicenow")
        edit(path, lambda data: data["attributes"]["integration"]["credentials"].update(instance="elsewhere"))
        name = f"connections/{path.name}"
        assert f"{name}:integration/credentials/password" in refused(server, "apply", "-f", state, "--yes", code=64)
        secret = tmp_path / "password"
        secret.write_text("another s3cr3t\n")
        keyway(server, "apply", "-f", state, "--yes", "--secret", f"{name}:password=@{secret}")
        identifier = json.loads(path.read_text())["data"]["id"]
        assert server.attributes(identifier)["integration"]["credentials"]["instance"] == "elsewhere"

    def test_asks_for_secrets_of_another_type_of_credentials(
        self, small: tuple[Server, pathlib.Path], tmp_path: pathlib.Path
    ) -> None:
        server, state = small
        path = file_of(state, "cloudflare")
        new = {"type": "CloudflareGlobalAPIToken", "auth_email": "ops@example.com", "global_api_key": ""}
        edit(path, lambda data: data["attributes"]["integration"].update(credentials=new))
        assert (
            "* integration/credentials/global_api_key: secret" in keyway(server, "apply", "-f", state, "--plan").stdout
        )
        secrets = secrets_for(state, tmp_path)
        keyway(server, "apply", "-f", state, "--yes", "--secrets", secrets)
        assert server.attributes(json.loads(path.read_text())["data"]["id"])["integration"]["credentials"] == new

    def test_finds_a_connection_by_its_name_where_the_id_is_not_known(self, small: tuple[Server, pathlib.Path]) -> None:
        server, state = small
        edit(file_of(state, "servicenow"), lambda data: data.pop("id"))
        edit(file_of(state, "http"), lambda data: data.update(id=UNKNOWN_ID))
        assert "Nothing to do: 3 unchanged." in keyway(server, "apply", "-f", state).stdout

    def test_refuses_an_ambiguous_name(self, small: tuple[Server, pathlib.Path]) -> None:
        server, state = small
        edit(file_of(state, "servicenow"), lambda data: data.pop("id"))
        other = server.create(BY_NAME["ServiceNowBasicAuth"].create("the ServiceNowBasicAuth"))
        message = refused(server, "apply", "-f", state, "--yes")
        assert "the server has 2 of ServiceNow connection" in message
        assert other in message

    def test_refuses_two_files_of_one_name(self, small: tuple[Server, pathlib.Path]) -> None:
        server, state = small
        path = file_of(state, "servicenow")
        edit(path, lambda data: data.pop("id"))
        (state / "copy.json").write_text(path.read_text())
        assert "copy.json" in refused(server, "apply", "-f", state, "--yes")

    def test_prunes_only_when_told_to(self, small: tuple[Server, pathlib.Path]) -> None:
        server, state = small
        file_of(state, "servicenow").unlink()
        assert "Nothing to do" in keyway(server, "apply", "-f", state, "--yes").stdout
        assert len(state_of(server)) == 3
        done = keyway(server, "apply", "-f", state, "--yes", "--prune")
        assert '- delete ServiceNow connection "the ServiceNowBasicAuth"' in done.stdout
        assert len(state_of(server)) == 2

    def test_changes_aws_accounts_and_their_exports(
        self, source: tuple[Server, pathlib.Path], new_server: Callable[..., Server], tmp_path: pathlib.Path
    ) -> None:
        _, original = source
        server, state = new_server(), tmp_path / "state"
        state.mkdir()
        for path in (original / "aws-accounts").iterdir():
            (state / path.name).write_text(path.read_text())
        keyway(server, "apply", "-f", state, "--secrets", secrets_for(state, tmp_path), "--yes")

        def change(data: dict) -> None:
            data["attributes"]["aws_regions"] = {"include_only": ["eu-central-1"]}
            data["attributes"]["auth_config"]["role_name"] = "AnotherRole"
            data["attributes"]["metrics_config"]["enabled"] = False

        role, keys = file_of(state, "200000000001"), file_of(state, ACCESS_KEY_ACCOUNT)
        edit(role, change)
        document = json.loads(role.read_text())
        document["included"][0]["attributes"]["data_export_configs"][0]["bucket_name"] = "elsewhere"
        role.write_text(json.dumps(document))
        edit(keys, lambda data: data["attributes"]["auth_config"].update(access_key_id="AKIAIOSFODNN7EXAMPL2"))
        edit(keys, lambda data: data["attributes"]["metrics_config"].update(collect_custom_metrics=True))
        secret = tmp_path / "secret"
        secret.write_text("s3cr3t-2")
        done = keyway(server, "apply", "-f", state, "--yes", "--secret", f"{keys.name}:secret_access_key=@{secret}")
        assert "~ metrics_config/enabled: true → false" in done.stdout
        assert "* auth_config/secret_access_key: secret" in done.stdout
        assert "~ data_export_configs:" in done.stdout
        wanted = sorted((json.loads(path.read_text()) for path in state.iterdir()), key=number)
        assert without_issued(state_of(server)) == without_issued(wanted)
        assert "Nothing to do: 2 unchanged." in keyway(server, "apply", "-f", state, "--yes").stdout

    def test_tells_scripts_whether_there_is_something_to_do(self, small: tuple[Server, pathlib.Path]) -> None:
        server, state = small
        keyway(server, "apply", "-f", state, "--plan", "--detailed-exit-code")
        edit(file_of(state, "http"), lambda data: data["attributes"].update(name="edited"))
        keyway(server, "apply", "-f", state, "--plan", "--detailed-exit-code", code=2)
        keyway(server, "apply", "-f", state, "--plan")

    def test_needs_yes_without_a_terminal(self, small: tuple[Server, pathlib.Path]) -> None:
        server, state = small
        edit(file_of(state, "http"), lambda data: data["attributes"].update(name="edited"))
        assert "--yes" in refused(server, "apply", "-f", state, code=64)


def number(document: dict) -> str:
    return document["data"]["attributes"]["aws_account_id"]


class TestFaultyFiles:
    def test_are_all_named_before_anything_is_done(self, small: tuple[Server, pathlib.Path]) -> None:
        server, state = small
        edit(file_of(state, "http"), lambda data: data["attributes"].update(name="would be changed"))
        (state / "broken.json").write_text('{\n  "data": {\n    "type" "action_connection"\n  }\n}\n')
        unknown = connection("x", {"type": "Nonesuch", "credentials": {"type": "NonesuchKey"}})
        (state / "unknown.json").write_text(json.dumps(unknown))
        misspelt = BY_NAME["OktaAPIToken"].create("x")
        misspelt["data"]["attributes"]["integration"]["credentials"] = {
            "type": "OktaAPIToken",
            "dmain": "acme.okta.com",
        }
        (state / "misspelt.json").write_text(json.dumps(misspelt))
        message = refused(server, "apply", "-f", state, "--yes")
        assert "broken.json: not valid JSON at line 3, column" in message
        assert "unknown.json: /data/attributes/integration/type: must be one of" in message
        assert "misspelt.json: /data/attributes/integration/credentials/dmain: is not a member" in message
        assert "misspelt.json: /data/attributes/integration/credentials/domain: is required" in message

    def test_a_secret_in_a_file_is_refused_and_not_shown(self, small: tuple[Server, pathlib.Path]) -> None:
        server, state = small
        path = file_of(state, "servicenow")
        edit(path, lambda data: data["attributes"]["integration"]["credentials"].update(password="s3cr3t-password"))
        message = refused(server, "apply", "-f", state, "--yes")
        assert "/data/attributes/integration/credentials/password: holds a secret" in message
        assert "s3cr3t" not in message

    def test_a_changed_integration_is_refused(self, small: tuple[Server, pathlib.Path]) -> None:
        server, state = small
        other = BY_NAME["NotionAPIKey"].create("x", lambda _: "")["data"]["attributes"]["integration"]
        edit(file_of(state, "servicenow"), lambda data: data["attributes"].update(integration=other))
        assert "/data/attributes/integration/type: may not change" in refused(server, "apply", "-f", state, "--yes")

    def test_an_empty_directory_is_refused(self, small: tuple[Server, pathlib.Path], tmp_path: pathlib.Path) -> None:
        (tmp_path / "empty").mkdir()
        assert "has no .json files" in refused(small[0], "apply", "-f", tmp_path / "empty", code=66)

    def test_secrets_that_others_may_read_are_refused(
        self, small: tuple[Server, pathlib.Path], tmp_path: pathlib.Path
    ) -> None:
        server, state = small
        secrets = secrets_for(state, tmp_path)
        secrets.chmod(0o644)
        assert "chmod 600" in refused(server, "apply", "-f", state, "--secrets", secrets, "--yes", code=78)

    def test_a_secret_without_a_place_is_refused(
        self, small: tuple[Server, pathlib.Path], tmp_path: pathlib.Path
    ) -> None:
        server, state = small
        secret = tmp_path / "secret"
        secret.write_text("s3cr3t")
        name = f"connections/{file_of(state, 'servicenow').name}"
        for wrong in ("nowhere.json:password", f"{name}:pasword"):
            message = refused(server, "apply", "-f", state, "--secret", f"{wrong}=@{secret}", "--yes")
            assert wrong.split(":")[0] in message
            assert "s3cr3t" not in message


class TestSecrets:
    def test_come_from_standard_input_too(self, new_server: Callable[..., Server], tmp_path: pathlib.Path) -> None:
        server, state = new_server(), tmp_path / "state"
        state.mkdir()
        (state / "openai.json").write_text(json.dumps(BY_NAME["OpenAIAPIKey"].create("x", lambda _: "")))
        done = subprocess.run(
            [BINARY, "apply", "-f", state, "--secret", "openai.json:api_token=-", "--yes"],
            env=with_keys(server) | {"KEYWAY_SERVER": f"http://{server.address}"},
            input="s3cr3t\n",
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert len(state_of(server)) == 1

    @pytest.mark.parametrize(
        ("word", "code"),
        [("x.json:password=s3cr3t", 64), ("s3cr3t", 64), ("=s3cr3t", 64), ("x.json:s3cr3t", 65), ("s3cr3t:x", 65)],
    )
    def test_are_never_arguments(self, small: tuple[Server, pathlib.Path], word: str, code: int) -> None:
        """What may be a secret in the wrong place does not show."""
        message = refused(small[0], "apply", "-f", small[1], "--secret", word, "--yes", code=code)
        assert "s3cr3t" not in message

    def test_of_an_aws_account_may_be_empty(self, new_server: Callable[..., Server], tmp_path: pathlib.Path) -> None:
        server, state = new_server(), tmp_path / "state"
        state.mkdir()
        account = {"aws_account_id": "200000000001", "aws_partition": "aws"}
        account["auth_config"] = {"access_key_id": "AKIAIOSFODNN7EXAMPLE"}
        (state / "aws.json").write_text(json.dumps({"data": {"type": "account", "attributes": account}}))
        secrets = tmp_path / "secrets.json"
        secrets.touch(0o600)
        secrets.write_text('{"aws.json": {"secret_access_key": ""}}')
        keyway(server, "apply", "-f", state, "--secrets", secrets, "--yes")
        assert "Nothing to do: 1 unchanged." in keyway(server, "apply", "-f", state).stdout


@pytest.fixture
def at_terminal() -> Iterator[Callable[..., Terminal]]:
    """Runs keyway at a terminal."""
    opened: list[Terminal] = []

    def start(server: Server, *arguments: str) -> Terminal:
        opened.append(Terminal(BINARY, *arguments, "--server", f"http://{server.address}", env=with_keys(server)))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.close()


class TestAtATerminal:
    def test_asks_without_echo_and_for_a_yes(
        self, at_terminal: Callable[..., Terminal], new_server: Callable[..., Server], tmp_path: pathlib.Path
    ) -> None:
        server, state = new_server(), tmp_path / "state"
        state.mkdir()
        (state / "openai.json").write_text(json.dumps(BY_NAME["OpenAIAPIKey"].create("by hand", lambda _: "")))
        terminal = at_terminal(server, "apply", "-f", str(state))
        terminal.wait_for(r"openai\.json: .*\(not shown\): ")
        assert not terminal.echoes
        terminal.type("s3cr3t-typed\n")
        terminal.wait_for(r"\[y/N\]: ")
        terminal.type("y\n")
        assert terminal.end() == 0
        assert "s3cr3t" not in terminal.shown
        assert 'created openai.json: OpenAI connection "by hand"' in terminal.shown
        assert len(state_of(server)) == 1

    def test_does_nothing_after_a_no(
        self, at_terminal: Callable[..., Terminal], small: tuple[Server, pathlib.Path]
    ) -> None:
        server, state = small
        edit(file_of(state, "http"), lambda data: data["attributes"].update(name="edited"))
        before = state_of(server)
        terminal = at_terminal(server, "apply", "-f", str(state))
        terminal.wait_for(r"\[y/N\]: ")
        terminal.type("n\n")
        assert terminal.end() == 1
        assert "nothing was done" in terminal.shown
        assert state_of(server) == before


class TestInterrupted:
    def test_another_run_converges(self, new_server: Callable[..., Server], tmp_path: pathlib.Path) -> None:
        server, state = new_server(), tmp_path / "state"
        state.mkdir()
        for index in range(300):
            body = BY_NAME["OpenAIAPIKey"].create(f"number {index}", lambda _: "")
            (state / f"{index:03}.json").write_text(json.dumps(body))
        secrets = secrets_for(state, tmp_path)
        arguments = ["apply", "-f", str(state), "--secrets", str(secrets), "--yes"]
        with subprocess.Popen(
            [BINARY, *arguments, "--server", f"http://{server.address}"],
            env=with_keys(server),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            for line in process.stdout:
                if line.startswith("created 100.json"):
                    process.send_signal(signal.SIGKILL)
                    break
        made = len(state_of(server))
        assert 100 < made < 300
        assert (
            f"{300 - made} to create, 0 to update, 0 to delete, {made} unchanged" in keyway(server, *arguments).stdout
        )
        assert len(state_of(server)) == 300
        assert "Nothing to do: 300 unchanged." in keyway(server, *arguments).stdout

    def test_ends_where_the_keys_may_do_no_more(
        self, new_server: Callable[..., Server], tmp_path: pathlib.Path
    ) -> None:
        server, state = new_server(), tmp_path / "state"
        state.mkdir()
        for name in ("a", "b"):
            (state / f"{name}.json").write_text(json.dumps(BY_NAME["AWSAssumeRole"].create(name)))
        reader = reading_key(server)
        done = subprocess.run(
            [BINARY, "apply", "-f", state, "--yes", "--server", f"http://{server.address}"],
            env=with_keys(server) | {"DD_APP_KEY": reader},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 77, done.stderr
        assert "0 of 2 changes were made, 2 were not" in done.stderr
        assert state_of(server) == []

    def test_tells_what_was_not_done(self, new_server: Callable[..., Server], tmp_path: pathlib.Path) -> None:
        """One that the server refuses hinders no other."""
        server, state = new_server(), tmp_path / "state"
        state.mkdir()
        account = {"aws_account_id": "200000000001", "aws_partition": "aws", "auth_config": {"role_name": "R"}}
        (state / "account.json").write_text(json.dumps({"data": {"type": "account", "attributes": account}}))
        (state / "role.json").write_text(json.dumps(BY_NAME["AWSAssumeRole"].create("role")))
        (state / "token.json").write_text(json.dumps(BY_NAME["OpenAIAPIKey"].create("token", lambda _: "")))
        secrets = secrets_for(state, tmp_path)
        secrets.write_text(json.dumps({"token.json": {"api_token": "x" * 70_000}}))
        done = keyway(server, "apply", "-f", state, "--secrets", secrets, "--yes", code=65)
        assert "token.json: " in done.stderr
        assert "2 of 3 changes were made, 1 was not" in done.stderr
        assert len(state_of(server)) == 2


def reading_key(server: Server) -> str:
    """A registered application key that may read, and nothing else."""
    scopes = ["connections_read", "aws_configuration_read"]
    body = {"data": {"type": "application_keys", "attributes": {"name": "reader", "scopes": scopes}}}
    answer = server.request("POST", "/api/v2/current_user/application_keys", body)
    assert answer.status == 201, answer.body
    key = answer.json["data"]
    assert server.request("PUT", f"{REGISTRATIONS}/{key['id']}").status in (200, 201)
    return key["attributes"]["key"]


class TestTokenIssuers:
    ISSUERS = "/api/v2/actions/token_issuers"
    URL = "https://issuer.example/acme"

    @pytest.fixture
    def issued(self, new_server: Callable[..., Server], tmp_path: pathlib.Path) -> tuple[Server, pathlib.Path]:
        """A server with a token issuer, and its state in files."""
        server = new_server()
        account = service_account(server, READER)
        mapping = {"service_account_id": account.user_id, "claims": [{"claim": "sub", "value": "repo:acme/*"}]}
        attributes = {"issuer": self.URL, "mappings": [mapping]}
        body = {"data": {"type": "token_issuers", "attributes": attributes}}
        assert server.request("POST", self.ISSUERS, body).status == 201
        keyway(server, "export", "-o", tmp_path / "state")
        return server, tmp_path / "state"

    def listed(self, server: Server) -> list[dict]:
        return server.request("GET", self.ISSUERS).json["data"]

    def test_are_exported_changed_made_again_and_deleted(self, issued: tuple[Server, pathlib.Path]) -> None:
        server, state = issued
        [issuer] = self.listed(server)
        file = state / f"token-issuers/issuer-example-acme-{issuer['id']}.json"
        assert json.loads(file.read_text()) == {"data": issuer}
        assert "Nothing to do: 1 unchanged." in keyway(server, "apply", "-f", state, "--yes").stdout

        edit(file, lambda data: data["attributes"]["mappings"][0].update(lifetime=60, scopes=["connections_read"]))
        done = keyway(server, "apply", "-f", state, "--yes")
        assert f"~ update token-issuers/{file.name}: token issuer {self.URL} ({issuer['id']})" in done.stdout
        [changed] = self.listed(server)
        assert changed["id"] == issuer["id"]
        assert changed["attributes"] == json.loads(file.read_text())["data"]["attributes"]

        assert server.request("DELETE", f"{self.ISSUERS}/{issuer['id']}").status == 204
        assert "1 to create" in keyway(server, "apply", "-f", state, "--yes").stdout
        [made] = self.listed(server)
        assert made["id"] != issuer["id"]
        assert made["attributes"] == changed["attributes"]
        assert "Nothing to do: 1 unchanged." in keyway(server, "apply", "-f", state, "--yes").stdout

        (state / "connection.json").write_text(json.dumps(BY_NAME["AWSAssumeRole"].create("role")))
        file.unlink()
        keyway(server, "apply", "-f", state, "--yes")
        assert len(self.listed(server)) == 1
        keyway(server, "apply", "-f", state, "--yes", "--prune")
        assert self.listed(server) == []

    def test_are_left_alone_by_who_may_not_manage_them(self, issued: tuple[Server, pathlib.Path]) -> None:
        server, state = issued
        [file] = state.rglob("*.json")
        reader = with_keys(server) | {"DD_APP_KEY": reading_key(server)}

        def run(*words: str | pathlib.Path) -> subprocess.CompletedProcess:
            command = [BINARY, *words, "--server", f"http://{server.address}"]
            return subprocess.run(command, env=reader, capture_output=True, text=True, timeout=PATIENCE, check=False)

        assert json.loads(run("export").stdout) == []
        assert run("export", "-o", state, "--prune").returncode == 77
        assert file.exists()
        assert run("apply", "-f", state, "--yes", "--prune").returncode == 77
        assert len(self.listed(server)) == 1
