"""A PostgreSQL of the tests' own: started as an unprivileged user, on a Unix socket in a directory of its own."""

import atexit
import contextlib
import functools
import itertools
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable

PATIENCE = 600.0
NOBODY = 65534
USER = "keyway"
PORT = 5432
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "logging_collector": "off",
    "log_min_messages": "error",
}


def programs() -> pathlib.Path:
    """The directory of the newest PostgreSQL that is installed."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    assert found, "PostgreSQL is missing: scripts/bootstrap shells installs it"
    return found[-1].parent


def unprivileged() -> dict:
    """Options for a process that must not be root's: PostgreSQL refuses to be."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def wait_until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what} does not come"
        time.sleep(0.02)


class Cluster:
    """A database server with its files."""

    def __init__(self, **settings: str) -> None:
        self.settings = SETTINGS | settings
        self.process: subprocess.Popen | None = None
        # Sockets have short paths, and nobody may go where pytest's directories are.
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="keyway-postgres-", dir="/tmp"))
        self.data = self.place / "data"
        if os.geteuid() == 0:
            os.chown(self.place, NOBODY, NOBODY)
        atexit.register(self.remove)

    def initialise(self) -> "Cluster":
        self.run("initdb", "-D", self.data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        return self

    def run(self, program: str, *arguments: str | pathlib.Path) -> str:
        """Runs a program of PostgreSQL's that works on the files."""
        done = subprocess.run(
            [programs() / program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
            cwd=self.place,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            **unprivileged(),
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *, waits: bool = True) -> "Cluster":
        options = [f"-c{name}={value}" for name, value in self.settings.items()]
        with (self.place / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [programs() / "postgres", "-D", self.data, "-k", self.place, "-p", str(PORT), *options],
                stdout=log,
                stderr=log,
                cwd=self.place,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
                **unprivileged(),
            )
        if waits:
            wait_until(self.responds, "a PostgreSQL that responds")
        return self

    def responds(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"PostgreSQL ended: {(self.place / 'log').read_text()[-2000:]}"
        return self.psql("SELECT 1").returncode == 0

    def processes(self) -> list[int]:
        """The server's process and those that it started."""
        assert self.process is not None
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        with contextlib.suppress(FileNotFoundError):
            return [self.process.pid, *map(int, children.read_text().split())]
        return [self.process.pid]

    def kill(self) -> None:
        """Ends all of it by SIGKILL, and returns once it is gone: before that it could not start again."""
        assert self.process is not None
        processes = self.processes()
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.wait(PATIENCE)
        wait_until(lambda: not any(map(is_alive, processes)), "the end of PostgreSQL's processes")

    def stop(self) -> None:
        """Ends it at once, in order."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()

    def remove(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.place, ignore_errors=True)

    def psql(self, statement: str, database: str = "postgres") -> subprocess.CompletedProcess:
        connection = ["-h", self.place, "-p", str(PORT), "-U", USER, "-d", database]
        return subprocess.run(
            [programs() / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *connection, "-c", statement],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def query(self, statement: str, database: str = "postgres") -> list[list[str]]:
        """The rows of a statement, as texts."""
        done = self.psql(statement, database)
        assert done.returncode == 0, done.stderr
        return [line.split("|") for line in done.stdout.splitlines()]

    def uri(self, database: str, socket: pathlib.Path | None = None) -> str:
        return f"postgresql:///{database}?host={socket or self.place}&port={PORT}&user={USER}"

    def create(self, database: str, template: str | None = None) -> None:
        copied = f"TEMPLATE {template} STRATEGY FILE_COPY" if template else ""
        self.query(f"CREATE DATABASE {database} {copied}")

    def standby(self, name: str, **settings: str) -> "Cluster":
        """A standby that follows this server, under the name by which the server knows it."""
        follower = Cluster(**settings)
        follower.run(
            "pg_basebackup",
            "-D",
            follower.data,
            "-R",
            "--checkpoint=fast",
            "--no-sync",
            "-d",
            f"host={self.place} port={PORT} user={USER} application_name={name}",
        )
        return follower.start()

    def promote(self) -> None:
        self.query("SELECT pg_promote(true, 60)")


def is_alive(process: int) -> bool:
    """Whether a process runs; one that nobody has waited for yet does not."""
    try:
        state = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@functools.cache
def shared_cluster() -> Cluster:
    """The server whose databases the tests of this run have, one each."""
    return Cluster().initialise().start()


NUMBERS = itertools.count(1)


def new_database(template: str | None = None) -> str:
    """A database that is empty, or a copy of another."""
    name = f"keyway_{next(NUMBERS)}"
    shared_cluster().create(name, template)
    return name
