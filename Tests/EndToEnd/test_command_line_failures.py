"""How the command line ends where a server, a network, a file or a setting fails; and what it never gives away."""

import http.server
import json
import pathlib
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator

import pytest
import yaml
from harness import BINARY, CONNECTIONS, PATIENCE, Server, environment, wait_until
from terminal import Terminal

API_KEY = "a" * 32
APPLICATION_KEY = "b" * 40
KEYS = {"DD_API_KEY": API_KEY, "DD_APP_KEY": APPLICATION_KEY}


def keyway(*arguments: str | pathlib.Path, **options) -> subprocess.CompletedProcess:
    variables = options.pop("variables", KEYS)
    options.setdefault("stdin", subprocess.DEVNULL)
    # Where no keys of a `make run` are found.
    options.setdefault("cwd", "/")
    return subprocess.run(
        [BINARY, *arguments],
        env=environment() | {"HOME": "/nonexistent"} | variables,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        **options,
    )


class Answers(http.server.ThreadingHTTPServer):
    """Answers every request alike, after a while."""

    def __init__(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.body, self.headers = status, body, headers
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.requests: list[dict[str, str]] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Answers

    def do_GET(self) -> None:
        self.server.requests.append(dict(self.headers))
        self.server.may_answer.wait()
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def answering() -> Iterator[Callable[..., Answers]]:
    servers: list[Answers] = []

    def start(status: int, body: bytes | str, headers: dict[str, str] | None = None) -> Answers:
        content = body if isinstance(body, bytes) else body.encode()
        servers.append(Answers(status, content, headers or {}))
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "headers", "body", "code", "words"),
    [
        (400, {}, '{"errors": ["page[size] must be at most 100"]}', 65, "page[size] must be at most 100"),
        (403, {}, '{"errors": ["Forbidden"]}', 77, "Try: keyway validate"),
        (404, {}, '{"errors": ["Not found"]}', 1, "has no such thing"),
        (409, {}, '{"errors": ["Conflict"]}', 65, "Conflict"),
        (429, {"X-RateLimit-Reset": "7"}, "{}", 75, "Try: again in 7 s"),
        (302, {"Location": "http://127.0.0.1:1/"}, "", 78, "sends elsewhere"),
        (500, {"X-Request-Id": "r-1"}, '{"errors": ["Oh"]}', 69, "(request r-1)"),
        (503, {}, "{}", 75, "Try: again"),
        (200, {}, "<html>", 76, "Try: another address as --server"),
        (200, {}, '{"data": {}}', 76, "/data"),
    ],
)
def test_what_a_server_answers_decides_the_exit_code(answering, status, headers, body, code, words):
    server = answering(status, body, headers)
    done = keyway("connections", "list", "--server", server.url)
    assert done.returncode == code
    assert words in done.stderr
    assert done.stdout == ""
    assert API_KEY not in done.stderr
    # A person can repeat it; a script can too, by the code.
    assert len(server.requests) == 1


def test_a_server_that_is_not_there():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        done = keyway("connections", "list", "--server", f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert done.returncode == 69
    assert "Try: keyway serve" in done.stderr


def test_https_needs_a_certificate_that_somebody_vouches_for(new_server, tmp_path):
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names, *files],
        check=True,
        capture_output=True,
    )
    server: Server = new_server("--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem"))
    done = keyway("connections", "list", "--server", f"https://{server.address}")
    assert done.returncode == 69
    assert "there is no response" in done.stderr
    assert not [event for event in server.events() if event.get("route")]
    assert "whether this machine trusts its certificate" in done.stderr
    trusted = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
    if subprocess.run(["unshare", "-r", "-m", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("only who may mount can have this machine trust a certificate for a moment")
    (tmp_path / "bundle.pem").write_text(trusted.read_text() + (tmp_path / "cert.pem").read_text())
    keys = {"DD_API_KEY": server.keys.api_key, "DD_APP_KEY": server.keys.application_key}
    script = (
        f'mount --bind {tmp_path}/bundle.pem {trusted} && exec "{BINARY}" validate --server https://{server.address}'
    )
    done = subprocess.run(
        ["unshare", "-r", "-m", "sh", "-c", script],
        env=environment() | keys,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("server", ["http://192.0.2.1:8480", "http://keyway.example.com", "http://[2001:db8::1]"])
def test_keys_do_not_cross_a_network_in_the_clear(server):
    done = keyway("connections", "list", "--server", server)
    assert done.returncode == 78
    assert "--allow-plaintext" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--server", "127.0.0.1:8480"],
        ["--server", "ftp://127.0.0.1"],
        ["--server", "http://user@127.0.0.1"],
        ["--server", "http://127.0.0.1/?a=1"],
        ["--server", ""],
        ["--site", "datadog.example.com"],
        ["--server", "http://127.0.0.1", "--site", "datadoghq.eu"],
    ],
)
def test_an_address_that_is_none(arguments):
    done = keyway("connections", "list", *arguments)
    assert done.returncode == 64
    assert "Try: keyway connections list --help" in done.stderr


def test_dd_site_names_the_server_too(answering):
    server = answering(200, '{"data": []}')
    assert keyway("connections", "list", variables=KEYS | {"DD_SITE": server.url}).returncode == 0
    assert server.requests[0]["DD-API-KEY"] == API_KEY
    assert server.requests[0]["DD-APPLICATION-KEY"] == APPLICATION_KEY
    assert keyway("connections", "list", variables=KEYS | {"DD_SITE": "example.com"}).returncode == 78


class TestKeys:
    """Where keys come from."""

    @pytest.fixture
    def file(self, tmp_path) -> pathlib.Path:
        file = tmp_path / "keys.json"
        file.write_text(json.dumps({"api_key": API_KEY, "application_key": APPLICATION_KEY}))
        file.chmod(0o600)
        return file

    def test_from_a_file(self, answering, file):
        server = answering(200, '{"data": []}')
        done = keyway("connections", "list", "--server", server.url, "--keys-file", file, variables={})
        assert done.returncode == 0, done.stderr
        assert server.requests[0]["DD-API-KEY"] == API_KEY

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
    def test_a_file_that_others_may_read_is_refused(self, file, mode):
        file.chmod(mode)
        done = keyway("connections", "list", "--keys-file", file, variables={})
        assert done.returncode == 78
        assert f"Try: chmod 600 {file}" in done.stderr

    @pytest.mark.parametrize("content", ["", "[]", '{"api_key": "x"}', '{"api_key": 1, "application_key": 2}'])
    def test_a_file_without_keys_is_refused(self, file, content):
        file.write_text(content)
        done = keyway("connections", "list", "--keys-file", file, variables={})
        assert done.returncode == 66
        assert "api_key and application_key" in done.stderr

    def test_a_file_that_is_not_there(self, tmp_path):
        assert keyway("connections", "list", "--keys-file", tmp_path / "no", variables={}).returncode == 66

    def test_the_files_that_are_looked_for(self, answering, file, tmp_path):
        server = answering(200, '{"data": []}')
        arguments = ["connections", "list", "--server", server.url]
        (tmp_path / ".keyway").mkdir()
        file.rename(tmp_path / ".keyway/keys.json")
        assert keyway(*arguments, variables={}, cwd=tmp_path).returncode == 0
        (tmp_path / "config/keyway").mkdir(parents=True)
        (tmp_path / ".keyway/keys.json").rename(tmp_path / "config/keyway/keys.json")
        assert keyway(*arguments, variables={}, cwd=tmp_path).returncode == 78
        configured = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
        assert keyway(*arguments, variables=configured, cwd=tmp_path).returncode == 0
        # Keys that nobody named do not go where a variable points.
        elsewhere = configured | {"DD_SITE": server.url}
        assert keyway("connections", "list", variables=elsewhere, cwd=tmp_path).returncode == 78
        assert len(server.requests) == 2

    def test_none(self):
        done = keyway("connections", "list", variables={})
        assert done.returncode == 78
        assert "there are no keys" in done.stderr
        assert keyway("connections", "list", variables={"DD_API_KEY": API_KEY}).returncode == 78

    def test_are_no_options(self):
        for name in ["--api-key", "--app-key", "--application-key"]:
            done = keyway("connections", "list", name, API_KEY)
            assert done.returncode == 64
            assert API_KEY not in done.stderr


ESCAPES = "\x1b]0;title\x07\x1b[31mred\x9b2J\u202eback\x7f"


@pytest.mark.parametrize("form", ["table", "json", "yaml"])
def test_what_a_server_sends_commands_no_terminal(answering, form):
    connection = {
        "id": "1\x1b[2J",
        "type": "action_connection",
        "attributes": {"name": ESCAPES, "integration": {"type": "New\x1b[0m", "credentials": {"type": "X"}}},
    }
    server = answering(200, json.dumps({"data": [connection]}))
    for arguments in [[], ["--quiet"]]:
        done = keyway("connections", "list", "--server", server.url, "--output", form, *arguments)
        assert done.returncode == 0
        assert not set(done.stdout) & set("\x1b\x07\x9b\x7f\u202e")
        assert "\\u" in done.stdout
    if form == "json":
        done = keyway("connections", "list", "--server", server.url, "--output", form)
        assert json.loads(done.stdout) == {"data": [connection]}


def test_nor_does_what_it_sends_in_an_error(answering):
    server = answering(400, json.dumps({"errors": [ESCAPES]}))
    done = keyway("connections", "list", "--server", server.url)
    assert not set(done.stderr) & set("\x1b\x07\x9b\x7f\u202e")
    assert "red" in done.stderr


def test_yaml_reads_back_as_what_it_was(answering):
    """By the rules of YAML 1.1 as well, in which `no` and `1:30` are no strings."""
    words = ["no", "null", "~", "true", "1:30", "1e3", "0x1f", "2026-11-20", "=", "<<"]
    names = [*words, "", " padded ", "a: b", "- a", "#", "é", "\u2028", "'", '"\\', "a\nb", "line\n", "🔑"]
    connections = [
        {
            "id": str(number),
            "type": "action_connection",
            "attributes": {"integration": {"type": "New", "list": [[], {}, [1, [2.50]], None, True]}, "name": name},
        }
        for number, name in enumerate(names)
    ]
    server = answering(200, json.dumps({"data": connections}))
    done = keyway("connections", "list", "--server", server.url, "--output", "yaml", "--limit", "100")
    assert yaml.safe_load(done.stdout) == {"data": connections}


def test_a_full_disk_is_told(answering):
    server = answering(200, '{"data": [{"id": "1", "type": "api_keys", "attributes": {"name": "x"}}]}')
    with pathlib.Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [BINARY, "api-keys", "list", "--server", server.url],
            env=environment() | KEYS,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert done.returncode == 74
    assert "cannot write to standard output" in done.stderr


def test_all_pages_are_fetched(server: Server):
    body = {"name": "One of many", "integration": {"type": "OpenAI"}}
    body["integration"]["credentials"] = {"type": "OpenAIAPIKey", "api_token": "sk-1"}
    ids = {server.create({"data": {"type": "action_connection", "attributes": body}}) for _ in range(205)}
    variables = {"DD_API_KEY": server.keys.api_key, "DD_APP_KEY": server.keys.application_key}
    variables["KEYWAY_SERVER"] = f"http://{server.address}"
    listed = keyway("connections", "list", "--query", "One of many", "--quiet", variables=variables).stdout.split()
    assert sorted(listed) == sorted(ids)
    limited = keyway("connections", "list", "--limit", "101", "--quiet", variables=variables).stdout.split()
    assert len(limited) == 101
    done = keyway("connections", "delete", "--yes", *listed, variables=variables)
    assert done.returncode == 0
    assert server.request("GET", CONNECTIONS).json["meta"]["total"] == 1


def test_progress_shows_at_a_terminal_alone(answering):
    server = answering(200, '{"data": []}')
    server.may_answer.clear()
    env = environment() | KEYS
    terminal = Terminal(BINARY, "connections", "list", "--server", server.url, env=env)
    terminal.wait_for("Listing connections…")
    server.may_answer.set()
    assert terminal.end() == 0
    terminal.close()
    done = keyway("connections", "list", "--server", server.url)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "There are no connections.\n"

    def is_silent() -> bool:
        """Whether nothing is told of a command that took less than a second, which a busy machine may not manage."""
        terminal = Terminal(BINARY, "connections", "list", "--server", server.url, env=env)
        assert terminal.end() == 0
        terminal.close()
        return "Listing" not in terminal.shown

    wait_until(is_silent)


def test_secrets_are_nowhere_but_in_the_request(server: Server, tmp_path):
    """Not among the arguments of the process, nor in what it prints."""
    secret = "sk-in-a-pipe-and-nowhere-else"
    command = [BINARY, "connections", "create", "openai", "--name", "Piped", "--secret", "api_token=-"]
    variables = {"DD_API_KEY": server.keys.api_key, "DD_APP_KEY": server.keys.application_key}
    variables["KEYWAY_SERVER"] = f"http://{server.address}"
    process = subprocess.Popen(
        command,
        env=environment() | variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdin.write(secret)
    process.stdin.flush()
    assert secret not in pathlib.Path(f"/proc/{process.pid}/cmdline").read_text()
    output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    assert secret not in output + errors


def test_a_secret_that_a_server_quotes_is_blacked_out(answering, tmp_path):
    secret = "sk-quoted-by-a-careless-server"
    (tmp_path / "token").write_text(secret)
    server = answering(400, json.dumps({"errors": [f"{secret} is no good, and {API_KEY} is none either"]}))
    arguments = ["connections", "create", "openai", "--name", "x", "--secret", f"api_token=@{tmp_path}/token"]
    done = keyway(*arguments, "--server", server.url)
    assert done.returncode == 65
    assert "<redacted> is no good, and <redacted> is none either" in done.stderr
