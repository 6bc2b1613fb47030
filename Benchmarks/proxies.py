"""Acts through the forward proxy, beside proxies that open TLS and add a header: squid, goproxy, mitmproxy."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import venv

from acts import ANSWER, PATH, TOKEN, send
from measuring import CLIENTS, PLACE, Load, Row, interleaved, rate, ratio, say
from servers import CONNECTIONS, Keyway, Nginx, Process, free_port

HERE = pathlib.Path(__file__).parent / "Proxy"
HOST = "upstream.keyway-bench.example"
OPEN = 1000


def proxies() -> list[Row]:
    """Rates with 64 clients on kept connections, and with one that connects for each request; memory of open ones."""
    place = PLACE / "proxies"
    place.mkdir(parents=True, exist_ok=True)
    certify(place)
    load = built(place, "load")
    upstream = SecureNginx(place / "upstream", "upstream")
    ours: OpeningKeyway | None = None
    others = [Squid(place / "squid", "squid"), GoProxy(place / "goproxy", "goproxy")]
    others.append(Mitmproxy(place / "mitmproxy", "mitmproxy"))
    try:
        upstream.start_secure(place)
        ours = OpeningKeyway(place / "keyway", upstream, place)
        for other in others:
            other.start(upstream, place)
        sides = [ours, *others]
        url = f"https://{HOST}:{upstream.port}{PATH}"

        def run(side, clients: int, way: str):
            return lambda seconds: side.load(load, url, clients, seconds, way)

        kept = interleaved(*((f"{side.name}, kept", run(side, CLIENTS, "kept")) for side in sides))
        new = interleaved(*((f"{side.name}, new", run(side, 1, "new")) for side in sides))
        rows = compared(f"proxy, {len(ANSWER)} bytes, {CLIENTS} clients, kept connections", sides, kept)
        rows += compared("proxy, one client, a new connection for each request", sides, new, is_new=True)
        return [*rows, memory(ours, load, url)]
    finally:
        for server in [ours, *others, upstream]:
            if server is not None:
                server.stop()


def compared(what: str, sides: list, loads: list[list[Load]], is_new: bool = False) -> list[Row]:
    """A row for each other proxy. What must hold beside the fastest holds beside each."""
    bars = {"squid": 0.7} if is_new else {"squid": 0.7, "goproxy": 0.7, "mitmproxy": 10}
    return [
        Row(
            f"{what}, beside {other.name}: rate",
            rate(loads[0]),
            f"{other.name} {rate(theirs)}",
            ratio(loads[0], theirs, "rate"),
            bars.get(other.name),
        )
        for other, theirs in zip(sides[1:], loads[1:], strict=True)
    ]


def memory(ours: "OpeningKeyway", load: pathlib.Path, url: str) -> Row:
    """Resident, with 1,000 open connections of which each has had one act."""
    command = [str(load), ours.proxy, url, str(ours.authorities), str(OPEN), "0", "kept"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        if client.stdout.readline() != "open\n":
            raise SystemExit(f"{OPEN} connections can't be opened")
        resident = ours.resident_mebibytes()
        client.stdin.close()
    what = f"resident memory, {OPEN:,} open connections of the proxy"
    return Row(what, f"{resident:.1f} MB", "", resident, 140, " MB", at_least=False)


def certify(place: pathlib.Path) -> None:
    """An authority of the proxies that have one of their own, and the upstream's certificate."""
    # goproxy makes certificates by RSA alone.
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 30"
    for name, subject, extension in (
        ("authority", "/CN=bench", "keyUsage=critical,keyCertSign"),
        ("upstream", f"/CN={HOST}", f"subjectAltName=DNS:{HOST}"),
    ):
        files = ["-keyout", str(place / f"{name}.key"), "-out", str(place / f"{name}.pem")]
        words = [*command.split(), "-subj", subject, "-addext", extension, *files]
        subprocess.run(words, check=True, capture_output=True)
        # Squid reads it as another user.
        (place / f"{name}.key").chmod(0o644)


def built(place: pathlib.Path, name: str) -> pathlib.Path:
    """A program in Go, with Debian's packages of its libraries."""
    variables = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(place / "cache")}
    program = place / "programs" / name
    command = ["go", "build", "-o", str(program), str(HERE / f"{name}.go")]
    subprocess.run(command, check=True, env=os.environ | variables)
    return program


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


class SecureNginx(Nginx):
    """The upstream: one static file over TLS."""

    def start_secure(self, place: pathlib.Path) -> None:
        file = self.place / "root" / PATH.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(ANSWER)
        serving = f"root {self.place}/root; ssl_certificate {place}/upstream.pem; "
        self.configure(f"{serving} ssl_certificate_key {place}/upstream.key;", options=" ssl")
        self.spawn(self.command, lambda: listens(self.port))


class ProxySide:
    """A proxy as it is loaded."""

    name = ""
    proxy = ""
    """Its URL, with a credential where it wants one."""
    authorities: pathlib.Path
    """The certificate that its clients trust."""

    def load(self, program: pathlib.Path, url: str, clients: int, seconds: int, way: str) -> Load:
        command = [str(program), self.proxy, url, str(self.authorities), str(clients), str(seconds), way]
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False)
        if done.returncode:
            raise SystemExit(f"{self.name} was not asked: {done.stderr[-1000:]}")
        result = json.loads(done.stdout)
        if result["failed"]:
            raise SystemExit(f"{self.name} failed {result['failed']} requests: {done.stderr[-1000:]}")
        self.truncate_logs()
        return Load(result["rate"], result["p50"], result["p99"])


class OpeningKeyway(ProxySide, Keyway):
    """Keyway with a session, through which acts go to the upstream by its own name."""

    name = "Keyway"

    def __init__(self, place: pathlib.Path, upstream: SecureNginx, certificates: pathlib.Path) -> None:
        listen = f"127.0.0.1:{free_port()}"
        options = ["--proxy-listen", listen, "--egress-allow", "127.0.0.0/8"]
        options += ["--egress-map", f"{HOST}:{upstream.port}=127.0.0.1:{upstream.port}"]
        options += ["--egress-ca-file", str(certificates / "upstream.pem"), "--connections-per-address", "4000"]
        super().__init__(place, *options)
        self.start()
        credentials = {"type": "OpenAIAPIKey", "api_token": TOKEN}
        attributes = {"name": "bench", "integration": {"type": "OpenAI", "credentials": credentials}}
        made = send(self, "POST", CONNECTIONS, {"type": "action_connection", "attributes": attributes})
        settings = {"base_url": f"https://{HOST}:{upstream.port}", "custom_domain": True, "concurrency": 2 * OPEN}
        path = f"{CONNECTIONS}/{made['id']}/settings"
        send(self, "PUT", path, {"type": "connection_settings", "attributes": settings})
        wanted = {"connections": [made["id"]], "lifetime": 86_400}
        token = send(self, "POST", "/api/v2/actions/act_tokens", {"type": "act_tokens", "attributes": wanted})
        opened = {"type": "proxy_sessions", "attributes": wanted}
        session = send(self, "POST", "/api/v2/actions/proxy_sessions", opened)
        self.proxy = f"http://{session['id']}:{token['attributes']['token']}@{listen}"
        self.authorities = place / "session.pem"
        self.authorities.write_text(session["attributes"]["certificate_authority"])


class OtherProxy(ProxySide, Process):
    """A proxy of others', by whose authority its clients believe it."""

    def begin(self, command: list[str], authorities: pathlib.Path) -> None:
        self.proxy, self.authorities = self.url, authorities
        self.spawn(command, lambda: listens(self.port) and authorities.exists())
        say(f"{self.name} listens")


class Squid(OtherProxy):
    """Debian's squid-openssl: one process, which opens every host at once, caches nothing, and adds a header."""

    name = "squid"
    CONFIGURATION = """
http_port 127.0.0.1:{port} ssl-bump tls-cert={certificates}/authority.pem tls-key={certificates}/authority.key \
generate-host-certificates=on dynamic_cert_mem_cache_size=4MB
sslcrtd_program {helper} -s {place}/certificates -M 4MB
sslcrtd_children 2 startup=1
ssl_bump bump all
tls_outgoing_options cafile={certificates}/upstream.pem
hosts_file {place}/hosts
request_header_access Authorization deny all
request_header_add Authorization "{authorization}" all
http_access allow all
cache deny all
access_log stdio:{place}/access.log
cache_log {place}/cache.log
pid_filename none
coredump_dir {place}
shutdown_lifetime 1 second
max_filedescriptors 8192
"""

    def start(self, upstream: SecureNginx, certificates: pathlib.Path) -> None:
        self.port = free_port()
        helper = "/usr/lib/squid/security_file_certgen"
        subprocess.run([helper, "-c", "-s", f"{self.place}/certificates", "-M", "4MB"], check=True, capture_output=True)
        (self.place / "hosts").write_text(f"127.0.0.1 {HOST}\n")
        configuration = self.place / "squid.conf"
        configuration.write_text(
            self.CONFIGURATION.format(
                port=self.port,
                certificates=certificates,
                helper=helper,
                place=self.place,
                authorization=f"Bearer {TOKEN}",
            )
        )
        if os.geteuid() == 0:
            # It gives root up, and writes here.
            for path in (self.place, *self.place.rglob("*")):
                shutil.chown(path, "proxy", "proxy")
        squid = shutil.which("squid") or "/usr/sbin/squid"
        self.begin([squid, "-N", "-f", str(configuration)], certificates / "authority.pem")


class GoProxy(OtherProxy):
    """A small program over Debian's package of goproxy, which makes each host's certificate once."""

    name = "goproxy"

    def start(self, upstream: SecureNginx, certificates: pathlib.Path) -> None:
        self.port = free_port()
        program = built(certificates, "goproxy")
        files = [str(certificates / name) for name in ("authority.pem", "authority.key")]
        command = [str(program), f"127.0.0.1:{self.port}", *files, f"127.0.0.1:{upstream.port}"]
        command += [str(certificates / "upstream.pem"), f"Bearer {TOKEN}"]
        self.begin(command, certificates / "authority.pem")


class Mitmproxy(OtherProxy):
    """mitmproxy from PyPI, in an environment of its own, since its pins are at odds with the others'."""

    name = "mitmproxy"

    def start(self, upstream: SecureNginx, certificates: pathlib.Path) -> None:
        self.port = free_port()
        place = pathlib.Path(".venv").absolute() / "mitmproxy"
        requirements = HERE / "mitmproxy.txt"
        stamp = place / requirements.name
        if not stamp.exists() or stamp.read_bytes() != requirements.read_bytes():
            venv.create(place, clear=True, with_pip=True)
            pip = [place / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]
            subprocess.run(pip, check=True)
            stamp.write_bytes(requirements.read_bytes())
        self.variables = {"BENCH_UPSTREAM_PORT": str(upstream.port)}
        settings = {
            "confdir": self.place,
            "ssl_verify_upstream_trusted_ca": certificates / "upstream.pem",
            "connection_strategy": "lazy",
        }
        command = [str(place / "bin/mitmdump"), "-q", "-s", str(HERE / "upstream.py")]
        command += ["--listen-host", "127.0.0.1", "--listen-port", str(self.port)]
        command += ["--modify-headers", f"/~q/Authorization/Bearer {TOKEN}"]
        for name, value in settings.items():
            command += ["--set", f"{name}={value}"]
        self.begin(command, self.place / "mitmproxy-ca-cert.pem")
