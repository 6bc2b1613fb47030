"""The servers that are measured, and a slow upstream: each on loopback and in a directory of its own."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable

BINARY = pathlib.Path(os.environ.get("KEYWAY_BINARY", ".build/release/keyway")).absolute()
CONNECTIONS = "/api/v2/actions/connections"
ACCOUNTS = "/api/v2/integration/aws/accounts"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def succeeds(url: str, headers: dict[str, str] | None = None) -> bool:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


class Process:
    """A server process, its output in a file."""

    def __init__(self, place: pathlib.Path, name: str) -> None:
        place.mkdir(parents=True, exist_ok=True)
        self.place = place
        self.log_file = place / f"{name}.log"
        self.process: subprocess.Popen | None = None
        self.port = 0
        self.variables: dict[str, str] = {}
        """Further variables of the server's environment."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def spawn(self, arguments: list[str], ready: Callable[[], bool], within: float = 30, **options) -> None:
        """Starts the server, with further options of `Popen`, and returns when it is ready."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KEYWAY_")}
        environment |= self.variables
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(arguments, stdout=log, stderr=log, env=environment, **options)
        deadline = time.monotonic() + within
        while not ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise SystemExit(f"{arguments[0]} does not serve: {self.log_file.read_text()[-1000:]}")
            time.sleep(0.0005)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def truncate_logs(self) -> None:
        """Logs of a round would otherwise fill the disk; they are opened for appending, so this is safe."""
        for log in self.place.glob("*.log"):
            os.truncate(log, 0)

    def resident_mebibytes(self) -> float:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024


class Keyway(Process):
    """Keyway with its rate limiter on, at a limit that the bench does not meet, and its request log in a file."""

    def __init__(
        self,
        place: pathlib.Path,
        *options: str,
        binary: pathlib.Path = BINARY,
        variables: dict[str, str] | None = None,
        store: list[str] | None = None,
    ) -> None:
        super().__init__(place, "keyway")
        self.variables = variables or {}
        self.options = options
        self.binary = binary
        self.store = store or ["--data-dir", str(place / "data")]
        """The options that say where the data is."""
        self.headers = self.initialise()

    def initialise(self) -> dict[str, str]:
        """Makes an organisation, and returns the headers of its first keys."""
        arguments = [str(self.binary), "init", *self.store, "--json"]
        keys = json.loads(subprocess.run(arguments, check=True, capture_output=True).stdout)
        return {"DD-API-KEY": keys["api_key"], "DD-APPLICATION-KEY": keys["application_key"]}

    def key(self, name: str, scopes: list[str]) -> dict[str, str]:
        """The headers of a further application key, which is registered for connections."""
        data = {"type": "application_keys", "attributes": {"name": name, "scopes": scopes}}
        made = self.send("POST", "/api/v2/current_user/application_keys", {"data": data})["data"]
        self.send("PUT", f"/api/v2/actions/app_key_registrations/{made['id']}", None)
        return self.headers | {"DD-APPLICATION-KEY": made["attributes"]["key"]}

    def send(self, method: str, path: str, body: dict | None) -> dict:
        data = None if body is None else json.dumps(body).encode()
        headers = self.headers | {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or b"{}")

    def start(self, first: str = CONNECTIONS) -> float:
        """Starts the server, and returns the seconds from there to its first success on a path."""
        self.port = free_port()
        listen = f"127.0.0.1:{self.port}"
        arguments = [str(self.binary), "serve", *self.store, "--listen", listen]
        began = time.monotonic()
        arguments += ["--rate-limit", "100000000/60", *self.options]
        self.spawn(arguments, lambda: succeeds(self.url + first, self.headers))
        return time.monotonic() - began


class Nginx(Process):
    """nginx with one static file or as a proxy, else as Debian's nginx.conf has it, its access log among that."""

    CONFIGURATION = """
daemon off;
pid {place}/nginx.pid;
error_log {place}/error.log;
worker_processes auto;
events {{ worker_connections 768; }}
http {{
    sendfile on;
    tcp_nopush on;
    types_hash_max_size 2048;
    access_log {access_log};
    keepalive_requests 1000000000;
    default_type application/vnd.api+json;
    client_body_temp_path {place}/body; proxy_temp_path {place}/proxy; fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi; scgi_temp_path {place}/scgi;
    {upstream}
    server {{ listen 127.0.0.1:{port}{options}; {serving} }}
}}
"""
    # Connections to the upstream are kept, as Keyway keeps them.
    UPSTREAM = "upstream peer {{ server 127.0.0.1:{port}; keepalive 128; keepalive_requests 1000000000; }}"
    PROXY = """location / {{
        proxy_pass http://peer; proxy_http_version 1.1; proxy_set_header Connection "";
        proxy_set_header Authorization "{authorization}";
    }}"""

    def start(self, path: str, content: bytes) -> None:
        file = self.place / "root" / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        self.run(path, serving=f"root {self.place}/root;")

    def start_coded(self, path: str, folded: bytes) -> None:
        """Serves one file that is coded by gzip."""
        file = self.place / "root" / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(folded)
        self.run(path, serving=f"root {self.place}/root; add_header Content-Encoding gzip;")

    def start_proxy(self, upstream: "Nginx", path: str, authorization: str) -> None:
        """Passes everything on to the upstream, with this header added."""
        serving = self.PROXY.format(authorization=authorization)
        self.run(path, serving=serving, upstream=self.UPSTREAM.format(port=upstream.port))

    def run(self, path: str, serving: str, upstream: str = "") -> None:
        self.configure(serving, upstream)
        self.spawn(self.command, lambda: succeeds(self.url + path))

    def configure(self, serving: str, upstream: str = "", options: str = "") -> None:
        """Writes its configuration; `options` are those of the port."""
        self.port = free_port()
        configuration = self.place / "nginx.conf"
        access_log = "off" if os.environ.get("KEYWAY_BENCH_NGINX_LOG") == "off" else f"{self.place}/access.log"
        text = self.CONFIGURATION.format(
            place=self.place,
            port=self.port,
            access_log=access_log,
            serving=serving,
            upstream=upstream,
            options=options,
        )
        user = "user root;" if os.geteuid() == 0 else ""
        configuration.write_text(user + text)
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        self.command = [nginx, "-p", str(self.place), "-c", str(configuration)]


class SlowUpstream(Process):
    """An upstream that answers after two seconds."""

    def start(self) -> None:
        self.port = free_port()
        program = pathlib.Path(__file__).with_name("slow_upstream.py")
        self.spawn([sys.executable, str(program), str(self.port)], lambda: succeeds(self.url))


class Etcd(Process):
    """etcd as it ships, which syncs every put to disk before it answers; only its quota is raised."""

    def start(self) -> None:
        self.port, peer = free_port(), free_port()
        peer_url = f"http://127.0.0.1:{peer}"
        arguments = ["etcd", "--data-dir", str(self.place / "data"), "--log-level", "error"]
        arguments += ["--listen-client-urls", self.url, "--advertise-client-urls", self.url]
        arguments += ["--listen-peer-urls", peer_url, "--initial-advertise-peer-urls", peer_url]
        arguments += ["--initial-cluster", f"default={peer_url}", "--quota-backend-bytes", str(8 << 30)]
        self.spawn(arguments, lambda: succeeds(self.url + "/health"))
