"""Running the server: health, metrics, logs, TLS, limits."""

import json
import os
import pathlib
import re
import select
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest
from catalogue import BY_NAME
from datadog_api_client.v2.api.action_connection_api import ActionConnectionApi
from harness import (
    BINARY,
    CONNECTIONS,
    PATIENCE,
    REGISTRATIONS,
    UNKNOWN_ID,
    Keys,
    Server,
    at_with_keys,
    command,
    environment,
    initialise,
    running,
    send,
    status_of,
    wait_until,
)
from official import official_client

ASANA = BY_NAME["AsanaAccessToken"]
RATE_LIMIT_HEADERS = [f"X-RateLimit-{name}" for name in ("Limit", "Period", "Remaining", "Reset", "Name")]


class TestHealth:
    @pytest.mark.parametrize("path", ["/healthz", "/readyz"])
    def test_needs_no_keys(self, server: Server, path: str) -> None:
        http = server.connect()
        answer = send(http, "GET", path, None, {})
        http.close()
        assert answer.status == 200

    def test_answers_head_without_a_body(self, server: Server) -> None:
        http = server.connect()
        answer = send(http, "HEAD", "/healthz", None, {})
        http.close()
        assert answer.status in (200, 405)
        assert answer.body == b""


SAMPLE = re.compile(r'^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\.)*",?)*)\})? (\S+)(?: \d+)?$')


def samples(text: str) -> dict[tuple[str, str], float]:
    """The samples of a Prometheus text, each under its name and labels."""
    found = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            match = SAMPLE.match(line)
            assert match, f"no sample: {line}"
            found[match[1], match[2] or ""] = float(match[3])
    return found


class TestMetrics:
    def metrics(self, server: Server) -> dict[tuple[str, str], float]:
        answer = server.request("GET", "/metrics")
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain")
        return samples(answer.body.decode())

    def test_name_their_types(self, server: Server) -> None:
        text = server.request("GET", "/metrics").body.decode()
        described = set(re.findall(r"^# TYPE (\S+) (?:counter|gauge|histogram|summary)$", text, re.MULTILINE))
        families = {re.sub(r"_(bucket|sum|count)$", "", name) for name, _ in samples(text)}
        assert families <= described

    def test_count_requests_by_route_and_status(self, server: Server) -> None:
        def count() -> float:
            return sum(
                value
                for (name, labels), value in self.metrics(server).items()
                if name.endswith("_total") and "{connection_id}" in labels and '"404"' in labels
            )

        before = count()
        for _ in range(3):
            server.request("GET", f"{CONNECTIONS}/{UNKNOWN_ID}")
        assert count() == before + 3

    def test_unknown_paths_do_not_add_series(self, server: Server) -> None:
        server.request("GET", "/unknown")
        before = len(self.metrics(server))
        for number in range(20):
            server.request("GET", f"/unknown/{number}")
        assert len(self.metrics(server)) <= before

    def test_histograms_are_cumulative(self, server: Server) -> None:
        server.create(ASANA.create())
        found = self.metrics(server)
        buckets: dict[tuple[str, str], list[float]] = {}
        for (name, labels), value in found.items():
            if name.endswith("_bucket"):
                buckets.setdefault((name, re.sub(r'le="[^"]*",?', "", labels).rstrip(",")), []).append(value)
        assert any("request" in name for name, _ in buckets)
        for series in buckets.values():
            assert series == sorted(series)

    def test_time_the_store_and_the_vault(self, server: Server) -> None:
        server.create(ASANA.create())
        names = {name for name, _ in self.metrics(server)}
        for part in ("store", "vault"):
            assert any(part in name for name in names)

    def test_have_an_address_of_their_own_on_request(self, tmp_path: pathlib.Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        data_dir = tmp_path / "data"
        with running(data_dir, initialise(data_dir), "--metrics-listen", f"127.0.0.1:{port}") as server:
            elsewhere = Server(data_dir, server.keys)
            elsewhere.address = f"127.0.0.1:{port}"
            assert self.metrics(elsewhere)
            assert elsewhere.request("GET", CONNECTIONS).status == 404


class TestLog:
    def test_every_answer_carries_an_id_that_its_log_line_has_too(self, server: Server) -> None:
        """A request for an unknown path has no route and no method in the log, for both could be anything."""
        for method, path, status in (
            ("GET", CONNECTIONS, 200),
            ("GET", f"{CONNECTIONS}/{UNKNOWN_ID}", 404),
            ("DELETE", f"{CONNECTIONS}/malformed", 404),
            ("POST", CONNECTIONS, 400),
            ("GET", "/nowhere", 404),
        ):
            answer = server.request(method, path)
            assert answer.status == status
            request_id = answer.headers["X-Request-Id"]
            assert request_id
            line = self.line(server, request_id)
            assert line["status"] == status
            assert line.get("method") == (None if path == "/nowhere" else method)

    def test_it_has_routes_and_neither_queries_nor_ids(self, server: Server) -> None:
        answer = server.request("GET", f"{CONNECTIONS}/{UNKNOWN_ID}?filter[query]=looked-for")
        text = json.dumps(self.line(server, answer.headers["X-Request-Id"]))
        assert f"{CONNECTIONS}/{{connection_id}}" in text
        assert "looked-for" not in text
        assert "filter" not in text

    def test_ids_differ(self, server: Server) -> None:
        ids = {server.request("GET", "/healthz").headers["X-Request-Id"] for _ in range(20)}
        assert len(ids) == 20

    def test_a_forged_line_stays_one_line(self, server: Server) -> None:
        server.raw_request("GET", CONNECTIONS, 'User-Agent: "}\\n{"event":"forged"}')
        assert not any(event.get("event") == "forged" for event in server.events())

    def line(self, server: Server, request_id: str) -> dict:
        def lines() -> list[dict]:
            return [event for event in server.events() if request_id in event.values()]

        wait_until(lines, f"a log line with the id {request_id}")
        (line,) = lines()
        return line


class TestTLS:
    @pytest.fixture(scope="class")
    @classmethod
    def certificate(cls, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
        place = tmp_path_factory.mktemp("certificate")
        certificate, key = str(place / "cert.pem"), str(place / "key.pem")
        request = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
        names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
        arguments = [*request.split(), "-addext", names, "-keyout", key, "-out", certificate]
        subprocess.run(arguments, check=True, capture_output=True)
        return certificate, key

    @pytest.fixture(scope="class")
    @classmethod
    def secure(cls, certificate: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
        data_dir = tmp_path_factory.mktemp("tls") / "data"
        options = ("--tls-cert", certificate[0], "--tls-key", certificate[1])
        with running(data_dir, initialise(data_dir), *options) as server:
            yield server

    def test_serves_the_official_client(self, secure: Server, certificate: tuple[str, str]) -> None:
        with official_client(secure.address, secure.keys, "https", certificate[0]) as api_client:
            response = ActionConnectionApi(api_client).list_app_key_registrations()
        assert str(response.data[0].id) == secure.keys.application_key_id

    @pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=str)
    def test_speaks_the_current_versions(self, secure: Server, version: ssl.TLSVersion) -> None:
        assert self.handshake(secure, version) == {"TLSv1_2": "TLSv1.2", "TLSv1_3": "TLSv1.3"}[version.name]

    @pytest.mark.parametrize("option", ["-tls1", "-tls1_1"])
    def test_refuses_the_old_ones(self, secure: Server, option: str) -> None:
        done = subprocess.run(
            ["openssl", "s_client", "-connect", secure.address, option, "-cipher", "ALL:@SECLEVEL=0"],
            input="",
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert "Cipher is (NONE)" in done.stdout

    def test_does_not_serve_plain_text_at_the_same_port(self, secure: Server) -> None:
        assert status_of(secure.raw(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", timeout=2)) in (400, None)

    def test_a_certificate_that_cannot_be_read_is_named(self, tmp_path: pathlib.Path) -> None:
        initialise(tmp_path / "data")
        missing = str(tmp_path / "missing.pem")
        options = ("--listen", "127.0.0.1:0", "--tls-cert", missing, "--tls-key", missing)
        done = command("serve", *at_with_keys(tmp_path / "data"), *options)
        assert done.returncode > 0
        assert missing in done.stderr

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o700], ids=oct)
    def test_a_key_that_others_may_read_is_refused(
        self, certificate: tuple[str, str], tmp_path: pathlib.Path, mode: int
    ) -> None:
        initialise(tmp_path / "data")
        key = pathlib.Path(shutil.copy(certificate[1], tmp_path / "key.pem"))
        # Through a link, as certbot has it: what counts is the file.
        link = tmp_path / "link.pem"
        link.symlink_to(key)
        key.chmod(mode)
        options = ("--listen", "127.0.0.1:0", "--tls-cert", certificate[0], "--tls-key", link)
        done = command("serve", *at_with_keys(tmp_path / "data"), *options)
        assert done.returncode == 66
        assert f"the TLS key file {link} is open to other users (mode 0{mode:o}): run `chmod 600 {link}`" in done.stderr
        assert "PRIVATE" not in done.stderr

    def test_a_key_within_the_certificate_file_that_others_may_read_is_refused(
        self, certificate: tuple[str, str], tmp_path: pathlib.Path
    ) -> None:
        keys = initialise(tmp_path / "data")
        both = tmp_path / "both.pem"
        both.write_bytes(b"".join(pathlib.Path(file).read_bytes() for file in certificate))
        both.chmod(0o644)
        options = ("--tls-cert", str(both), "--tls-key", certificate[1])
        done = command("serve", *at_with_keys(tmp_path / "data"), "--listen", "127.0.0.1:0", *options)
        assert done.returncode == 66
        assert f"{both} has a private key in it and is open to other users (mode 0644)" in done.stderr
        both.chmod(0o600)
        with running(tmp_path / "data", keys, *options) as server:
            assert self.handshake(server, ssl.TLSVersion.TLSv1_3)

    @pytest.mark.parametrize("way", ["read-only", "pipe"])
    def test_a_key_that_its_owner_alone_reads_is_taken(
        self, certificate: tuple[str, str], tmp_path: pathlib.Path, way: str
    ) -> None:
        key = pathlib.Path(shutil.copy(certificate[1], tmp_path / "key.pem"))
        key.chmod(0o400)
        keys = initialise(tmp_path / "data")
        if way == "read-only":
            with running(tmp_path / "data", keys, "--tls-cert", certificate[0], "--tls-key", str(key)) as server:
                assert self.handshake(server, ssl.TLSVersion.TLSv1_3)
            return
        reading, writing = os.pipe()
        os.write(writing, key.read_bytes())
        os.close(writing)
        server = Server(tmp_path / "data", keys, "--tls-cert", certificate[0], "--tls-key", f"/dev/fd/{reading}")
        server.passed = (reading,)
        assert self.handshake(server.start(), ssl.TLSVersion.TLSv1_3)
        os.close(reading)
        assert server.stop() == 0

    def handshake(self, server: Server, version: ssl.TLSVersion) -> str | None:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = context.maximum_version = version
        with (
            socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secure,
        ):
            return secure.version()


def test_an_address_of_the_network_needs_tls_or_consent(tmp_path: pathlib.Path) -> None:
    initialise(tmp_path / "data")
    done = command("serve", *at_with_keys(tmp_path / "data"), "--listen", "0.0.0.0:0")
    assert done.returncode > 0
    assert "--allow-plaintext" in done.stderr


class TestRateLimit:
    def test_every_answer_says_what_is_left(self, server: Server) -> None:
        for path in (CONNECTIONS, REGISTRATIONS, f"{CONNECTIONS}/{UNKNOWN_ID}"):
            headers = server.request("GET", path).headers
            limit, period, remaining, reset, name = (headers[header] for header in RATE_LIMIT_HEADERS)
            assert int(limit) > 0
            assert int(period) > 0
            assert 0 <= int(remaining) <= int(limit)
            assert int(reset) >= 1
            assert name

    def test_its_headers_are_in_lower_case(self, server: Server) -> None:
        # The official client for Java looks for no other spelling.
        head = server.raw_request("GET", CONNECTIONS).split(b"\r\n\r\n")[0].decode()
        sent = [line.partition(":")[0] for line in head.splitlines() if line.lower().startswith("x-ratelimit-")]
        assert sent == [header.lower() for header in RATE_LIMIT_HEADERS]

    def test_the_sixth_request_of_five_is_429(self, new_server: Callable[..., Server]) -> None:
        server = new_server("--rate-limit", "5/3600")
        for remaining in (4, 3, 2, 1, 0):
            answer = server.request("GET", CONNECTIONS)
            assert answer.status == 200
            assert answer.headers["X-RateLimit-Remaining"] == str(remaining)
            assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Period"]) == ("5", "3600")
        for method, path in (("GET", CONNECTIONS), ("POST", CONNECTIONS), ("PUT", f"{REGISTRATIONS}/{UNKNOWN_ID}")):
            answer = server.request(method, path)
            assert answer.status == 429
            assert answer.errors[0]["status"] == "429"
            assert all(answer.headers[header] for header in RATE_LIMIT_HEADERS)
            assert answer.headers["X-RateLimit-Remaining"] == "0"
            assert 1 <= int(answer.headers["X-RateLimit-Reset"]) <= 3600

    def test_the_wait_it_names_is_enough(self, new_server: Callable[..., Server]) -> None:
        server = new_server("--rate-limit", "2/2")
        while (answer := server.request("GET", CONNECTIONS)).status == 200:
            pass
        assert answer.status == 429
        time.sleep(int(answer.headers["X-RateLimit-Reset"]))
        assert server.request("GET", CONNECTIONS).status == 200

    def test_health_is_not_limited(self, new_server: Callable[..., Server]) -> None:
        server = new_server("--rate-limit", "1/3600")
        assert {server.request("GET", "/healthz").status for _ in range(10)} == {200}

    @pytest.mark.parametrize("value", ["0/60", "5", "5/0", "-1/60", "many/60", "5/60/7", ""])
    def test_nonsense_is_refused_at_the_start(self, tmp_path: pathlib.Path, value: str) -> None:
        initialise(tmp_path / "data")
        options = ("--listen", "127.0.0.1:0", f"--rate-limit={value}")
        done = command("serve", *at_with_keys(tmp_path / "data"), *options)
        assert done.returncode == 64
        assert "--rate-limit" in done.stderr


class TestFailedAuthentication:
    WRONG = Keys("0" * 32, "0" * 40, UNKNOWN_ID, UNKNOWN_ID, UNKNOWN_ID)

    def test_waits_while_valid_keys_behind_the_same_address_do_not(self, new_server: Callable[..., Server]) -> None:
        """Eight clients guess keys as fast as they may, while a ninth at their address has the right ones.

        Its requests are answered before guesses that came earlier, again and again.
        """
        server = new_server()
        over = threading.Event()
        guesses = Counter()

        def guess() -> None:
            http = server.connect()
            while not over.is_set() or not guesses:
                guesses[send(http, "GET", CONNECTIONS, None, self.WRONG.headers).status] += 1
            http.close()

        with ThreadPoolExecutor(8) as pool:
            guessing = [pool.submit(guess) for _ in range(8)]
            try:
                wait_until(lambda: all(self.overtakes_a_guess(server) for _ in range(10)), "guesses that wait")
            finally:
                over.set()
            for client in guessing:
                client.result()
        assert set(guesses) <= {403, 429}

    def overtakes_a_guess(self, server: Server) -> bool:
        """Whether a valid request is answered while a guess that was sent before it still waits."""
        guess = server.connect()
        guess.request("GET", CONNECTIONS, headers=self.WRONG.headers)
        assert server.request("GET", CONNECTIONS).status == 200
        is_answered = bool(select.select([guess.sock], [], [], 0)[0])
        guess.close()
        return not is_answered


class TestAnotherLibmicrohttpd:
    """A version that nobody has proven, as the library's own function tells it."""

    @pytest.fixture(scope="class")
    @classmethod
    def variables(cls, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
        library = tmp_path_factory.mktemp("engine") / "version.so"
        source = b'const char *MHD_get_version (void) { return "0.9.76"; }'
        compiler = shutil.which("cc") or shutil.which("clang")
        arguments = [compiler, "-x", "c", "-", "-shared", "-fPIC", "-o", library]
        subprocess.run(arguments, input=source, check=True)
        return {"LD_PRELOAD": str(library)}

    def test_is_refused(self, tmp_path: pathlib.Path, variables: dict[str, str]) -> None:
        initialise(tmp_path / "data")
        done = subprocess.run(
            [BINARY, "serve", *at_with_keys(tmp_path / "data"), "--listen", "127.0.0.1:0"],
            env=environment() | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 78
        assert "libmicrohttpd 0.9.76" in done.stderr
        assert "0.9.75 or 1.0.1" in done.stderr
        assert "--allow-unproven-libmicrohttpd" in done.stderr

    def test_serves_where_a_flag_says_so(self, tmp_path: pathlib.Path, variables: dict[str, str]) -> None:
        keys = initialise(tmp_path / "data")
        options = ("--allow-unproven-libmicrohttpd", "--metrics-listen", "127.0.0.1:0")
        with running(tmp_path / "data", keys, *options, variables=variables) as server:
            assert server.request("GET", CONNECTIONS).status == 200
            warnings = [event for event in server.events() if event.get("event") == "libmicrohttpd not proven"]
            assert [(event["level"], event["version"]) for event in warnings] == [("warning", "0.9.76")]


class TestWithoutProc:
    """A place without /proc, as a bare chroot is; it takes a mount namespace to make one."""

    ENTER: ClassVar = [
        "unshare",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        'mount -t tmpfs none /proc && exec "$@"',
        "sh",
    ]

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def namespaces(cls) -> None:
        done = subprocess.run(
            [*cls.ENTER, "test", "!", "-e", "/proc/self"], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            pytest.skip(f"the kernel gives no mount namespace: {done.stderr.strip()}")

    def test_arguments_are_there(self) -> None:
        done = subprocess.run([*self.ENTER, BINARY, "--version"], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, command("--version").stdout)
        done = subprocess.run([*self.ENTER, BINARY, "serve", "--unknown"], capture_output=True, text=True, check=False)
        assert done.returncode == 64
        assert "--unknown" in done.stderr

    # A process of the namespace may not open the socket of a PostgreSQL outside.
    @pytest.mark.embedded_store
    def test_a_server_serves(self, tmp_path: pathlib.Path) -> None:
        keys = initialise(tmp_path / "data")
        server = Server(tmp_path / "data", keys)
        server.wrapper = self.ENTER
        server.start()
        assert server.create(BY_NAME["HTTPTokenAuth"].create("without /proc"))
        assert server.stop() == 0


class TestTheCommandLine:
    def test_an_unknown_option_is_a_usage_error(self) -> None:
        done = command("serve", "--unknown")
        assert done.returncode == 64
        assert "--unknown" in done.stderr

    def test_help_names_the_commands(self) -> None:
        done = command("--help")
        assert done.returncode == 0
        assert "init" in done.stdout
        assert "serve" in done.stdout

    def test_init_prints_one_object_for_programs(self, tmp_path: pathlib.Path) -> None:
        done = command("init", *at_with_keys(tmp_path / "data"), "--json")
        given = json.loads(done.stdout)
        assert set(given) == {"api_key", "application_key", "application_key_id", "organization_id", "user_id"}
        assert re.fullmatch(r"[0-9a-f]{32}", given["api_key"])
        assert re.fullmatch(r"[0-9a-f]{40}", given["application_key"])

    def test_a_taken_port_is_named(self, server: Server, tmp_path: pathlib.Path) -> None:
        initialise(tmp_path / "data")
        done = command("serve", *at_with_keys(tmp_path / "data"), "--listen", server.address)
        assert done.returncode > 0
        assert server.address in done.stderr

    def test_serve_prints_no_key(self, server: Server) -> None:
        assert server.keys.api_key not in server.log_text()
        assert server.keys.application_key not in server.log_text()
