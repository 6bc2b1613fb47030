"""Documents as sessions: their commands run as a reader types them, and what appears is compared with what they show.

In a fenced `console` block, a line that begins with `$ ` is typed and the lines below it are to appear; `…` stands for
anything. A command that shows nothing but `…` has to succeed, and so has each command of an `sh` block.
Values that differ from run to run (ids, times, digests) are recognised by their form: one may differ from the
document's, and then stands in the place of that wherever it occurs again. `python` blocks run in one session; an `ini`
block below a path is written there.

A document runs in a place of its own: paths such as /var/lib/keyway lie in a temporary folder, 127.0.0.1 is another
loopback address, and what only root may do (`systemctl`, `runuser`) is done by the scripts in `document_programs`.
KEYWAY_UPDATE_TRANSCRIPTS=1 writes down what appears now where no `…` is expected, for review.
"""

import contextlib
import io
import json
import os
import pathlib
import re
import secrets
import select
import shutil
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from harness import BINARY, PATIENCE, ROOT, environment, wait_until
from transcript import UPDATES

PROGRAMS = pathlib.Path(__file__).parent / "document_programs"
SHELL = ("sh", "console")
KNOWN = (*SHELL, "python", "swift", "json", "ini", "nginx", "")
FENCE = re.compile(r"( *)```(.*)")
# The clone of the repository, where a document does not say otherwise.
HOME = "/home/you/keyway"
PLACES = (
    *("/var/lib/keyway", "/var/backups", "/etc/keyway", "/etc/systemd", "/usr/local/bin", "/media/safe", "/tmp"),
    HOME,
)
PATHS = re.compile(r"(?<![\w./])(" + "|".join(map(re.escape, PLACES)) + r")\b")
SERVER = re.compile(r"(\w+=\S+ )*(runuser \S+ \S+ -- )?(make run|keyway serve)\b")
STARTS_SERVICE = re.compile(r"systemctl (enable --now|start|restart)\b")
# What differs from run to run: in the document, then what may stand there instead.
NAMED = {
    "uuid": r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
    "stamp": r"\b\d{8}T\d{6}Z\b",
    "digits": r"\b(?=[a-f]*\d)[0-9a-f]{8,}\b",
}
UNNAMED = {
    "time": r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)",
    "date": r"\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT",
    "logged": r"\d\d/\w{3}/\d{4} [\d:]{8}",
    "took": r"(?<=Keyway-Upstream-Time: )[\d.]+|\b\d+(?= ms\b)|(?<=\"milliseconds\":)\d+",
    "version": r"(?<=/)\d+\.\d+[\d.]*(?=[\"\s])|(?<=\"version\":\")[^\"]+",
    "last": r"(?<='last4': ')[0-9a-f]{4}",
}
VARIABLE = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in (NAMED | UNNAMED).items()))
ANYTHING = re.compile(r"(?:(?<=\n)|^)…(?:\n|$)|…")


@dataclass
class Block:
    """A fenced block of a document."""

    document: pathlib.Path
    line: int
    """The number of its first line within the fence, from 1."""
    language: str
    text: str
    heading: str
    """The last line of text above it."""

    @property
    def place(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"


@dataclass
class Step:
    """A command, and what is to appear; `None` where the document does not show it."""

    command: str
    expected: list[str] | None
    line: int
    """The number of the first expected line."""

    @property
    def may_fail(self) -> bool:
        """What is shown tells how it ended."""
        return bool(self.expected) and self.expected != ["…"]


def blocks(document: pathlib.Path) -> list[Block]:
    """The fenced blocks of a document."""
    found: list[Block] = []
    opened: tuple[int, str, str] | None = None
    content: list[str] = []
    heading = ""
    for number, line in enumerate(document.read_text().splitlines(), start=1):
        fence = FENCE.fullmatch(line)
        if fence and opened is None:
            opened, content = (number + 1, fence[2], heading), []
        elif fence and opened:
            found.append(Block(document, opened[0], opened[1], textwrap.dedent("\n".join(content)), opened[2]))
            opened = None
        elif opened:
            content.append(line)
        elif line:
            heading = line
    assert opened is None, f"{document}: a fence is not closed"
    return found


def is_whole(command: str) -> bool:
    """Whether the shell would not wait for another line."""
    checked = subprocess.run(["bash", "-n", "-c", command], capture_output=True, text=True, check=False)
    return checked.returncode == 0 and not command.endswith("\\") and "here-document" not in checked.stderr


def steps(block: Block) -> list[Step]:
    """The commands of a shell block."""
    found: list[Step] = []
    shows = block.language == "console"
    pending = ""
    for number, line in enumerate(block.text.splitlines(), start=block.line):
        if pending:
            pending += "\n" + line
        elif not shows or line.startswith("$ "):
            pending = line.removeprefix("$ ") if shows else line
        else:
            assert found, f"{block.place} begins without a command"
            found[-1].expected.append(line)
        if pending.strip() and is_whole(pending):
            found.append(Step(pending, [] if shows else None, number + 1))
            pending = ""
    assert not pending.strip(), f"{block.place}: the last command is not whole: {pending}"
    return found


class Shell:
    """A shell that is given one command after the other."""

    def __init__(self, directory: pathlib.Path, variables: dict[str, str], scratch: pathlib.Path) -> None:
        self.scratch = scratch
        self.mark = f"mark-{secrets.token_hex(8)}"
        self.count = 0
        self.status = 0
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=directory,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def run(self, command: str) -> str:
        """Runs a command to its end, and returns what it printed; `status` is how it ended."""
        script = self.script(command)
        return self.typed(f"(exit {self.status}); . {script} </dev/null")

    def begin(self, command: str) -> tuple[int, pathlib.Path]:
        """Runs a command in the background, as another terminal would, and returns its process and its output."""
        script = self.script(command)
        output = script.with_suffix(".out")
        output.touch()
        said = self.typed(f"set -m; . {script} </dev/null >{output} 2>&1 & set +m; echo $!")
        return int(said.split()[-1]), output

    def script(self, command: str) -> pathlib.Path:
        self.count += 1
        script = self.scratch / f"{self.count}.sh"
        script.write_text(command + "\n")
        return script

    def typed(self, line: str) -> str:
        self.process.stdin.write(f"{line}\nprintf '\\n%s %s\\n' {self.mark} $?\n".encode())
        self.process.stdin.flush()
        end = re.compile(rf"\n{self.mark} (\d+)\n$".encode())
        said, deadline = b"", time.monotonic() + PATIENCE
        while not (match := end.search(said)):
            assert time.monotonic() < deadline, f"{line} does not end: {said[-2000:]!r}"
            if select.select([self.process.stdout], [], [], 1)[0]:
                piece = os.read(self.process.stdout.fileno(), 65536)
                assert piece, f"the shell ended: {said[-2000:]!r}"
                said += piece
        self.status = int(match[1])
        return said[: match.start()].decode(errors="replace")

    def close(self) -> None:
        self.process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, 9)
        self.process.wait()


def is_running(process: int) -> bool:
    try:
        return ") Z " not in pathlib.Path(f"/proc/{process}/stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False


@dataclass
class Session:
    """A reader of documents, and the machine that they sit at."""

    root: pathlib.Path
    variables: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """Texts of ours that stand for those of a document, such as the address of a twin."""
    learnt: dict[str, str] = field(default_factory=dict)
    """For what differs from run to run: the value that stands for the document's."""

    def __post_init__(self) -> None:
        self.address = f"127.{77 + secrets.randbelow(100)}.{secrets.randbelow(256)}.{1 + secrets.randbelow(254)}"
        self.clone = self.root / HOME.removeprefix("/")
        for place in (*PLACES, "/etc/systemd/system", "/scratch"):
            (self.root / place.removeprefix("/")).mkdir(parents=True, exist_ok=True)
        for place in ("/var/lib/keyway", "/etc/keyway", "/var/backups"):
            (self.root / place.removeprefix("/")).rmdir()
        for name in ("Makefile", "requirements.txt"):
            shutil.copy(ROOT / name, self.clone)
        for name in ("scripts", "Examples"):
            shutil.copytree(ROOT / name, self.clone / name)
        (self.clone / ".build/release").mkdir(parents=True)
        (self.clone / ".build/release/keyway").symlink_to(BINARY)
        self.namespace: dict = {}
        self.service: int | None = None
        """The server that was started in another terminal."""
        path = f"{PROGRAMS}:{self.root}/usr/local/bin:{BINARY.parent}:{os.environ['PATH']}"
        own = {
            "PATH": path,
            "HOME": str(self.root / "home/you"),
            "LISTEN": f"{self.address}:8480",
            "KEYWAY_LISTEN": f"{self.address}:8480",
            "KEYWAY_SERVER": f"http://{self.address}:8480",
            "DOCUMENT_ROOT": str(self.root),
            "DOCUMENT_ADDRESS": self.address,
            "DOCUMENT_REPOSITORY": str(ROOT),
            "DOCUMENT_BINARY": str(BINARY),
            "DOCUMENT_PYTHON": sys.executable,
            "DOCUMENT_PATH": os.environ["PATH"],
        }
        self.shell = Shell(self.clone, environment() | own | self.variables, self.root / "scratch")

    def close(self) -> None:
        self.stop()
        self.shell.run("systemctl stop keyway; kill $(jobs -p) 2>/dev/null; wait")
        self.shell.close()

    # What the document says, and what is meant here.

    def local(self, text: str) -> str:
        """The document's text with our paths, our address and the values that were learnt."""
        for theirs, ours in self.learnt.items():
            text = text.replace(theirs, ours)
        text = PATHS.sub(lambda match: f"{self.root}{match[1]}", text)
        return re.sub(r"\b(127\.0\.0\.1|0\.0\.0\.0)\b", self.address, text)

    def told(self, text: str) -> str:
        """What appeared here, as a document tells it."""
        text = text.replace(str(self.root), "").replace(self.address, "127.0.0.1")
        for ours, theirs in self.aliases.items():
            text = text.replace(ours, theirs)
        return text.replace("\r\n", "\n").removesuffix("\n")

    def matches(self, expected: str, appeared: str) -> bool:
        """Whether this may have appeared; if so, the values that differ are learnt."""
        names: dict[str, str] = {}

        def variable(match: re.Match) -> str:
            kind, theirs = match.lastgroup, match[0]
            if kind not in NAMED:
                return f"(?:{UNNAMED[kind]})"
            if theirs in self.learnt:
                return re.escape(self.learnt[theirs])
            if theirs in names:
                return f"(?P={names[theirs]})"
            names[theirs] = f"v{len(names)}"
            return f"(?P<{names[theirs]}>{NAMED[kind]})"

        def plain(text: str) -> str:
            pattern, end = "", 0
            for match in VARIABLE.finditer(text):
                pattern += re.escape(text[end : match.start()]) + variable(match)
                end = match.end()
            return pattern + re.escape(text[end:])

        pattern, end = "", 0
        for match in ANYTHING.finditer(expected):
            pattern += plain(expected[end : match.start()]) + (r"(?:[\s\S]*\n|)" if "\n" in match[0] else r"[\s\S]*")
            end = match.end()
        found = re.fullmatch(pattern + plain(expected[end:]), appeared)
        if found:
            self.learnt |= {theirs: found[name] for theirs, name in names.items()}
        return found is not None

    # The blocks of a document.

    def play(self, document: pathlib.Path) -> None:
        """Runs all that a document tells to run."""
        output: list[str] | None = None
        changes: list[tuple[Step, list[str]]] = []
        for block in blocks(document):
            assert block.language in KNOWN, f"{block.place}: {block.language} is no language that is run or read here"
            if block.language in SHELL:
                for step in steps(block):
                    self.perform(step, block, changes)
            elif block.language == "python":
                output = [self.told(self.run_python(block))]
            elif block.language == "" and output is not None:
                assert self.matches(block.text, output[0]), f"{block.place}: this appears:\n{output[0]}"
            elif block.language == "json":
                json.loads(block.text)
            elif block.language == "ini" and (file := re.search(r"`(/[^`]+)`:$", block.heading)):
                pathlib.Path(self.local(file[1])).write_text(self.local(block.text) + "\n")
            if block.language != "python":
                output = None
        if changes:
            rewrite(document, changes)

    def perform(self, step: Step, block: Block, changes: list[tuple[Step, list[str]]]) -> None:
        command = self.local(step.command)
        expected = None if step.expected is None else "\n".join(step.expected)
        if SERVER.match(step.command) and not command.endswith("&"):
            appeared, status = self.serve(command, expected)
        else:
            if STARTS_SERVICE.match(step.command):
                self.stop()
            appeared = self.told(self.shell.run(command))
            status = self.shell.status
            if command.endswith("&") and (port := re.search(r"http\.server (\d+)", command)):
                self.wait_for(int(port[1]))
        where = f"{block.document.relative_to(ROOT)}:{step.line}: {step.command}"
        assert status == 0 or step.may_fail, f"{where}\nended with {status}:\n{appeared}"
        if expected is None or appeared == expected or self.matches(expected, appeared):
            return
        is_rewritten = UPDATES and "…" not in expected
        assert is_rewritten, f"{where}\nprinted:\n{appeared}\ninstead of:\n{expected}"
        for theirs, ours in self.learnt.items():
            appeared = appeared.replace(ours, theirs)
        changes.append((step, appeared.splitlines()))

    def serve(self, command: str, expected: str | None = None) -> tuple[str, int]:
        """Starts a server as in another terminal, where it goes on until the next one is started."""
        self.stop()
        process, output = self.shell.begin(command)
        wait_until(
            lambda: '"event":"listening"' in output.read_text() or not is_running(process), f"the start of {command}"
        )
        if not is_running(process):
            self.shell.typed(f"wait {process}")
            return self.told(output.read_text()), self.shell.status
        self.service = process
        if expected is None:
            return "", 0
        # The server goes on writing to its log.
        so_far = expected.removesuffix("\n…") + "\n…"
        with contextlib.suppress(AssertionError):
            wait_until(lambda: self.matches(so_far, self.told(output.read_text())), expected)
            return expected, 0
        return self.told(output.read_text()), 0

    def stop(self) -> None:
        """Ends the server in the other terminal, as Ctrl-C does."""
        if self.service is not None:
            process, self.service = self.service, None
            self.shell.typed(f"kill -INT -- -{process}; wait {process}")

    def wait_for(self, port: int) -> None:
        wait_until(lambda: is_listening(self.address, port), f"a server on port {port}")

    def run_python(self, block: Block) -> str:
        """Runs a block in the document's one session of Python."""
        printed = io.StringIO()
        with contextlib.chdir(self.clone), contextlib.redirect_stdout(printed):
            exec(compile(self.local(block.text), block.place, "exec"), self.namespace)
        return printed.getvalue()


def is_listening(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def rewrite(document: pathlib.Path, changes: list[tuple[Step, list[str]]]) -> None:
    """Puts what appeared in the place of what the document shows."""
    lines = document.read_text().splitlines()
    for step, appeared in reversed(changes):
        start = step.line - 1
        lines[start : start + len(step.expected)] = appeared
    document.write_text("\n".join(lines) + "\n")


Play = Callable[[Session], None]
