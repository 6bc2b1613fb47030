"""`keyway act` beyond what a transcript shows: bytes, streams, terminals and what breaks off."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from acting import LOOPBACK, TWINS, Actor, connection_body
from harness import BINARY, PATIENCE, Keys, Server, environment, initialise, running, wait_until
from people import STANDARD, service_account
from terminal import Terminal
from twins.upstream import Received, Reply, Upstream
from twins.vendors import VendorTwin

BYTES = bytes(range(256)) * 4
NASTY = b"a\x1b[2J\x1b]0;title\x07b\r\nc\rd\xff\n"


class Raw(Upstream):
    """A third party that answers with what is nobody's idea of text, and one that breaks off."""

    def __init__(self) -> None:
        super().__init__()
        self.was_read = threading.Event()
        """Whether the caller has the beginning of what breaks off."""

    def answer(self, request: Received) -> Reply:
        if request.target == "/nasty":
            return Reply(200, NASTY, [("X-Own", "1")])
        if request.target == "/broken":
            return Reply(200, self.broken())
        return Reply(200, BYTES)

    def broken(self) -> Iterator[bytes]:
        # Longer than what Keyway waits for before it answers.
        yield b"begun\n" + b"x" * 100_000
        self.was_read.wait()
        raise ConnectionAbortedError


@pytest.fixture(scope="module")
def actor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Actor]:
    data = tmp_path_factory.mktemp("acting") / "data"
    keys = initialise(data)
    with running(data, keys, "--rate-limit", "off", *LOOPBACK) as server:
        yield Actor(server)


@pytest.fixture
def twin() -> Iterator[VendorTwin]:
    with TWINS["OpenAIAPIKey"]() as twin:
        yield twin


@pytest.fixture
def nasty() -> Iterator[Raw]:
    with Raw() as upstream:
        yield upstream


@pytest.fixture
def raw(actor: Actor, nasty: Raw) -> str:
    """The id of a connection that leads to it."""
    connection_id = actor.server.create(connection_body(nasty))
    assert actor.set(connection_id, base_url=nasty.origin, custom_domain=True).status == 200
    return connection_id


def variables(server: Server, keys: Keys | None = None) -> dict[str, str]:
    keys = keys or server.keys
    own = {"DD_API_KEY": keys.api_key, "DD_APP_KEY": keys.application_key, "KEYWAY_SERVER": f"http://{server.address}"}
    return environment() | own


def act(actor: Actor, *arguments: str | Path, keys: Keys | None = None, **options) -> subprocess.CompletedProcess:
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run(
        [BINARY, "act", *arguments],
        env=variables(actor.server, keys),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
        **options,
    )


def test_bytes_come_out_as_they_came(actor, raw):
    done = act(actor, raw, "GET", "/bytes")
    assert (done.returncode, done.stdout, done.stderr) == (0, BYTES, b"")
    assert act(actor, raw, "GET", "/nasty").stdout == NASTY


def test_bytes_go_in_as_they_are(actor, twin, tmp_path):
    connection_id = actor.connect(twin)
    (tmp_path / "body").write_bytes(BYTES)
    assert act(actor, connection_id, "POST", "/echo", "--data", f"@{tmp_path}/body").returncode == 0
    done = subprocess.run(
        [BINARY, "act", connection_id, "POST", "/echo", "--data", "-", "-H", "Content-Type: a/b"],
        env=variables(actor.server),
        input=BYTES,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [request.body for request in twin.received] == [BYTES, BYTES]
    types = [request.all("Content-Type") for request in twin.received]
    assert types == [["application/octet-stream"], ["a/b"]]


def test_an_answer_streams(actor, twin):
    connection_id = actor.connect(twin)
    command = [BINARY, "act", connection_id, "GET", "/paused/10"]
    with subprocess.Popen(command, env=variables(actor.server), stdout=subprocess.PIPE) as process:
        assert os.read(process.stdout.fileno(), 100).startswith(b"piece 0\n")
        twin.release.set()
        rest = process.stdout.read()
        assert rest.endswith(b"piece 9\n")
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_act_ends_with_the_command(actor, twin, number):
    connection_id = actor.connect(twin, concurrency=1)
    command = [BINARY, "act", connection_id, "GET", "/stream/1000000"]
    with subprocess.Popen(command, env=variables(actor.server), stdout=subprocess.PIPE) as process:
        assert os.read(process.stdout.fileno(), 100)
        process.send_signal(number)
    assert process.returncode == -number
    wait_until(lambda: act(actor, connection_id, "GET", "/echo").returncode != 75, "the end of an act for nobody")


def test_a_terminal_is_shown_nothing_that_commands_it(actor, raw):
    terminal = Terminal(BINARY, "act", raw, "GET", "/nasty", "-i", env=variables(actor.server))
    assert terminal.end() == 0
    shown = terminal.shown
    terminal.close()
    assert "X-Own: 1" in shown
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert r"a\u{1b}[2J\u{1b}]0;title\u{7}b" in shown
    assert r"c\u{d}d" in shown


def test_an_answer_that_breaks_off_is_no_success(actor, nasty, raw):
    command = [BINARY, "act", raw, "GET", "/broken"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=variables(actor.server), **pipes) as process:
        assert process.stdout.read(6) == b"begun\n"
        nasty.was_read.set()
        _, errors = process.communicate()
    assert process.returncode == 69
    assert b"the response ended early" in errors
    assert b"keyway audit events" in errors


def test_a_file_is_made_for_an_answer_alone(actor, raw, tmp_path):
    file = tmp_path / "answer.bin"
    assert act(actor, raw, "GET", "/bytes", "-o", file).returncode == 0
    assert file.read_bytes() == BYTES
    assert file.stat().st_mode & 0o777 == 0o600
    assert act(actor, raw, "GET", "/bytes", "-o", file).returncode == 73
    other = tmp_path / "other.bin"
    assert actor.set(raw, rules=[{"name": "nothing", "paths": ["/none"]}]).status == 200
    assert act(actor, raw, "GET", "/bytes", "-o", other).returncode == 77
    assert not other.exists()


def test_an_act_is_sent_once_even_if_keyway_gives_no_answer(actor, twin):
    connection_id = actor.connect(twin)
    started = threading.Event()
    results: list[int] = []

    def run() -> None:
        started.set()
        results.append(act(actor, connection_id, "POST", "/held").returncode)

    thread = threading.Thread(target=run)
    thread.start()
    started.wait()
    wait_until(lambda: twin.received)
    twin.__exit__()  # It breaks the connection off in the middle of the act.
    twin.release.set()
    thread.join()
    assert results == [69]
    assert len(twin.received) == 1


def test_who_may_act_but_not_read_gives_the_id(actor, twin):
    keys = service_account(actor.server, STANDARD, scopes=["connections_resolve"])
    connection_id = actor.connect(twin)
    assert act(actor, connection_id, "GET", "/status/204", keys=keys).returncode == 0
    by_name = act(actor, "acting", "GET", "/status/204", keys=keys)
    assert by_name.returncode == 77
    assert b"Try: " in by_name.stderr


def test_a_status_fails_a_script_only_if_it_is_asked_to(actor, twin):
    connection_id = actor.connect(twin)
    for status in (400, 401, 404, 429, 500, 503):
        assert act(actor, connection_id, "GET", f"/status/{status}").returncode == 0
        done = act(actor, connection_id, "GET", f"/status/{status}", "--fail")
        assert done.returncode == 3
        assert done.stdout == b'{"status": %d}' % status
        assert f"status {status}".encode() in done.stderr
    for status in (200, 204, 302, 304):
        assert act(actor, connection_id, "GET", f"/status/{status}", "--fail").returncode == 0


@pytest.mark.parametrize(("mode", "code"), [(None, 0), (401, 3), (403, 0), (429, 75)])
def test_the_exit_code_tells_what_a_test_showed(actor, twin, mode, code):
    twin.mode = mode
    connection_id = actor.connect(twin)
    command = [BINARY, "connections", "test", connection_id, "--output", "json"]
    done = subprocess.run(command, env=variables(actor.server), capture_output=True, timeout=PATIENCE, check=False)
    assert done.returncode == code, done.stderr
    assert b'"result": ' in done.stdout
