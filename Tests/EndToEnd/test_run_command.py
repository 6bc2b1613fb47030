"""`keyway run`: a command whose clients act through connections, and nothing of Keyway's own in its environment."""

import json
import os
import pathlib
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from acting import TWINS, Actor, assert_proxied
from harness import BINARY, wait_until
from tokens import ACT_TOKENS, bearer, request
from twins.vendors import VendorTwin

SHOW = "import json, os; print(json.dumps(dict(os.environ)))"
ASK = """
import json, os, sys, urllib.request
headers = {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}
base = os.environ["OPENAI_BASE_URL"]
assert base == os.environ["KEYWAY_BASE_OPENAI"] + "/v1"
asked = urllib.request.Request(base.removesuffix("/v1") + "/echo", headers=headers)
sys.stdout.write(urllib.request.urlopen(asked).read().decode())
"""


@pytest.fixture
def openai() -> Iterator[VendorTwin]:
    with TWINS["OpenAIAPIKey"]() as twin:
        yield twin


class Runner:
    def __init__(self, actor: Actor, place: pathlib.Path) -> None:
        self.actor = actor
        keys = actor.server.keys
        self.keys = place / "keys.json"
        self.keys.write_text(json.dumps({"api_key": keys.api_key, "application_key": keys.application_key}))
        self.keys.chmod(0o600)

    def environment(self, **variables: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DD_", "KEYWAY_"))}
        own = {"KEYWAY_SERVER": f"http://{self.actor.server.address}", "KEYWAY_KEYS_FILE": str(self.keys)}
        return kept | own | variables

    def start(self, *words: str, **variables: str) -> subprocess.Popen:
        return subprocess.Popen(
            [BINARY, "run", *words],
            env=self.environment(**variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess:
        process = self.start(*words, **variables)
        output, errors = process.communicate(timeout=600)
        return subprocess.CompletedProcess(words, process.returncode, output, errors)

    def tokens(self) -> list[dict]:
        return self.actor.server.request("GET", f"{ACT_TOKENS}?page[size]=100").json["data"]


@pytest.fixture
def runner(actor: Actor, tmp_path: pathlib.Path) -> Runner:
    return Runner(actor, tmp_path)


def python(program: str) -> list[str]:
    return ["--", sys.executable, "-c", program]


class TestCommand:
    def test_acts_with_the_variables_of_its_client(self, runner: Runner, openai: VendorTwin) -> None:
        connection = runner.actor.connect(openai)
        done = runner.run("--connection", connection, *python(ASK))
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["target"] == "/echo"
        assert runner.tokens() == [], "the token is revoked"

    def test_gets_nothing_of_keyways_and_no_vendors_keys(self, runner: Runner, openai: VendorTwin) -> None:
        connection = runner.actor.connect(openai)
        real = {
            "DD_API_KEY": "real",
            "DD_SITE": "x",
            "KEYWAY_OUTPUT": "json",
            "KEYWAY_MASTER_KEY": "real",
            "ANTHROPIC_API_KEY": "real",
            "ANTHROPIC_AUTH_TOKEN": "real",
            "OPENAI_API_KEY": "real",
            "AWS_SECRET_ACCESS_KEY": "real",
            "GITLAB_TOKEN": "real",
            "AZURE_CLIENT_SECRET": "real",
            "GOOGLE_APPLICATION_CREDENTIALS": "/real",
        }
        done = runner.run("--connection", connection, *python(SHOW), OTHER="kept", **real)
        environment = json.loads(done.stdout)
        assert "real" not in environment.values()
        assert not any(name.startswith("DD_") for name in environment)
        own = {name for name in environment if name.startswith("KEYWAY_")}
        assert own == {"KEYWAY_ACT_TOKEN", "KEYWAY_BASE_OPENAI", "KEYWAY_SERVER"}
        assert environment["OTHER"] == "kept"
        assert environment["OPENAI_API_KEY"] == environment["KEYWAY_ACT_TOKEN"]
        assert str(runner.keys) not in str(environment)

    @pytest.mark.parametrize("code", [0, 1, 7, 255])
    def test_ends_with_its_exit_code(self, runner: Runner, openai: VendorTwin, code: int) -> None:
        connection = runner.actor.connect(openai)
        assert runner.run("--connection", connection, *python(f"raise SystemExit({code})")).returncode == code

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGQUIT])
    def test_gets_signals_and_ends_by_them(self, runner: Runner, openai: VendorTwin, number: signal.Signals) -> None:
        connection = runner.actor.connect(openai)
        program = f"import signal, time; signal.signal({int(number)}, signal.SIG_DFL)\n"
        program += "print('up', flush=True); time.sleep(600)"
        process = runner.start("--connection", connection, *python(program))
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(number)
        process.communicate(timeout=600)
        assert process.returncode == -number
        assert runner.tokens() == [], "the token is revoked"

    def test_a_command_that_is_not_there(self, runner: Runner, openai: VendorTwin, tmp_path: pathlib.Path) -> None:
        connection = runner.actor.connect(openai)
        done = runner.run("--connection", connection, "--", "no-such-command")
        assert done.returncode == 127
        assert "no-such-command" in done.stderr
        plain = tmp_path / "plain"
        plain.write_text("x")
        assert runner.run("--connection", connection, "--", str(plain)).returncode == 126
        assert runner.tokens() == []

    def test_its_token_expires_if_keyway_is_killed(self, runner: Runner, openai: VendorTwin) -> None:
        connection = runner.actor.connect(openai)
        program = "import os, time; print(os.environ['KEYWAY_ACT_TOKEN'], flush=True); time.sleep(600)"
        process = runner.start("--connection", connection, "--for", "2s", *python(program))
        assert process.stdout is not None
        token = process.stdout.readline().strip()
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        path = f"/api/v2/actions/connections/{connection}/proxy/echo"
        wait_until(lambda: request(runner.actor.server, "GET", path, bearer(token)).status == 403, "the expiry")


class TestChoice:
    def test_two_connections_of_one_integration_are_refused(self, runner: Runner, openai: VendorTwin) -> None:
        ids = [runner.actor.connect(openai) for _ in range(2)]
        done = runner.run("--connection", ids[0], "--connection", ids[1], *python(SHOW))
        assert done.returncode == 64
        assert all(connection in done.stderr for connection in ids)
        assert done.stdout == ""

    def test_a_client_without_a_variable_gets_a_line_of_code(self, runner: Runner) -> None:
        with TWINS["GitlabAPIKey"]() as twin:
            connection = runner.actor.connect(twin)
            done = runner.run("--connection", connection, *python(SHOW))
            assert 'gitlab.Gitlab(os.environ["KEYWAY_BASE_GITLAB"]' in done.stderr
            assert json.loads(done.stdout)["KEYWAY_BASE_GITLAB"].endswith(f"{connection}/proxy")

    def test_a_file_that_a_client_prefers_is_refused(self, runner: Runner, tmp_path: pathlib.Path) -> None:
        with TWINS["OktaAPIToken"]() as twin:
            connection = runner.actor.connect(twin)
            assert runner.run("--connection", connection, *python(""), HOME=str(tmp_path)).returncode == 0
            (tmp_path / ".okta").mkdir()
            (tmp_path / ".okta" / "okta.yaml").write_text("okta: {}\n")
            done = runner.run("--connection", connection, *python(""), HOME=str(tmp_path))
            assert done.returncode == 78
            assert ".okta/okta.yaml" in done.stderr

    def test_print_shows_the_variables_for_eval(self, runner: Runner, openai: VendorTwin) -> None:
        connection = runner.actor.connect(openai)
        done = runner.run("--connection", connection, "--for", "10m", "--print")
        assert done.returncode == 0
        shown = subprocess.run(
            ["sh", "-c", f'eval "$0"; exec {sys.executable} -c "{SHOW}"', done.stdout],
            env={"PATH": os.environ["PATH"], "ANTHROPIC_API_KEY": "real"},
            capture_output=True,
            text=True,
            check=True,
        )
        environment = json.loads(shown.stdout)
        assert "ANTHROPIC_API_KEY" not in environment
        path = f"/api/v2/actions/connections/{connection}/proxy/echo"
        assert_proxied(request(runner.actor.server, "GET", path, bearer(environment["OPENAI_API_KEY"])))
        (token,) = runner.tokens()
        assert runner.actor.server.request("DELETE", f"{ACT_TOKENS}/{token['id']}").status == 204

    @pytest.mark.parametrize("time", ["", "0s", "2d", "25h", "1", "-1h", "99999999999999999999s"])
    def test_bad_times(self, runner: Runner, time: str) -> None:
        done = runner.run("--for", time, *python(SHOW))
        assert done.returncode == 64
        assert "--for" in done.stderr
