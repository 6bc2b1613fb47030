"""SoftHSM as the hardware security module of tests, a module that misbehaves, and what tests ask of servers on them."""

import os
import pathlib
import shutil
import subprocess

from acting import assert_proxied, keyed_body
from harness import CONNECTIONS, Answer, Server
from twins.upstream import Received, Reply, Upstream

MODULE = next(
    (
        str(path)
        for path in map(pathlib.Path, ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so"))
        if path.exists()
    ),
    "/usr/lib/softhsm/libsofthsm2.so",
)
PIN = "8417-of-the-token"


class SoftHSM:
    """One token of a folder of its own."""

    def __init__(self, place: pathlib.Path, label: str = "Keyway") -> None:
        self.label = label
        self.tokens = place / "tokens"
        self.tokens.mkdir(parents=True)
        self.configuration = place / "softhsm2.conf"
        self.configuration.write_text(f"directories.tokendir = {self.tokens}\nobjectstore.backend = file\n")
        self.pin_file = place / "pin"
        self.pin_file.write_text(f"{PIN}\n")
        self.pin_file.chmod(0o600)
        self.run("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "so-" + PIN)

    @property
    def variables(self) -> dict[str, str]:
        return {"SOFTHSM2_CONF": str(self.configuration)}

    def run(self, *words: str) -> None:
        done = subprocess.run(words, env=os.environ | self.variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (words[0], done.stderr)

    def make(self, name: str, *options: str) -> str:
        """Makes an AES key that can't leave the token, and returns its URI."""
        tool = ("pkcs11-tool", "--module", MODULE, "--token-label", self.label, "--login", "--pin", PIN)
        self.run(*tool, "--keygen", "--key-type", "AES:32", "--label", name, *(options or ("--sensitive", "--private")))
        return self.uri(name)

    def uri(self, name: str) -> str:
        return f"pkcs11:token={self.label};object={name}?module-path={MODULE}&pin-source=file:{self.pin_file}"


class TokenDouble:
    """A module with one token and one key, which misbehaves on demand: its source says how."""

    SOURCE = pathlib.Path(__file__).parents[1] / "Modules" / "token_double.c"

    def __init__(self, place: pathlib.Path) -> None:
        self.place = place
        place.mkdir(parents=True)
        module, pin_file = place / "double.so", place / "pin"
        compiler = shutil.which("cc")
        assert compiler, "a C compiler is missing: scripts/bootstrap python installs it"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", module, self.SOURCE], check=True)
        pin_file.write_text("1234\n")
        pin_file.chmod(0o600)
        self.uri = f"pkcs11:token=Double;object=master?module-path={module}&pin-source=file:{pin_file}"

    @property
    def variables(self) -> dict[str, str]:
        return {"TOKEN_DOUBLE": str(self.place)}

    def will(self, misbehaviour: str) -> None:
        (self.place / misbehaviour).touch()

    def is_to_come(self, misbehaviour: str) -> bool:
        return (self.place / misbehaviour).exists()

    @property
    def logins(self) -> int:
        return len((self.place / "logins").read_text().splitlines())


class KeyedTwin(Upstream):
    """A third party that says which key it was shown."""

    def answer(self, request: Received) -> Reply:
        return Reply(body={"key": request.all("x-key")})


def create(server: Server, twin: Upstream, secret: str) -> Answer:
    return server.request("POST", CONNECTIONS, keyed_body(twin.origin, secret))


def act(server: Server, connection_id: str) -> Answer:
    return server.request("GET", f"{CONNECTIONS}/{connection_id}/proxy/")


def assert_acts(server: Server, twin: KeyedTwin, connection_id: str, secret: str) -> None:
    """The third party was shown the very secret; nobody else acts at that time."""
    answer = act(server, connection_id)
    assert_proxied(answer)
    is_right = twin.received[-1].all("X-Key") == [secret]
    assert is_right, "another secret than the stored one"
    is_masked = secret.encode() not in answer.body
    assert is_masked


def helpers(server: Server) -> list[int]:
    """The helper processes of a server."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            line = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == server.process.pid and line.startswith(b"keyway-key-helper"):
            found.append(int(process.name))
    return found


def metric(server: Server, name: str) -> float:
    lines = server.request("GET", "/metrics").body.decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


def ready(server: Server) -> int:
    return server.request("GET", "/readyz").status


def events(server: Server, name: str) -> list[dict]:
    return [event for event in server.events() if event.get("event") == name]
