"""Sessions at the command line as readable text: what is typed, what appears, and how it ends.

    # A remark.
    $ keyway connections list --quiet
    <id 1>
    $ keyway connections get nonsense
    keyway: …
    [exit 65]

What differs from run to run stands as a placeholder: `<id 1>` is the first id that appeared, and may be typed again;
`<server>` is the server's address, `<upstream>` that of the third party it acts on. KEYWAY_UPDATE_TRANSCRIPTS=1 writes
down what appears now, for review.
"""

import os
import pathlib
import re
import subprocess
from dataclasses import dataclass, field

from harness import BINARY, PATIENCE, UNKNOWN_ID, Keys, environment

UPDATES = bool(os.environ.get("KEYWAY_UPDATE_TRANSCRIPTS"))
UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
PATTERNS = [
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)"), "<time>"),
    (re.compile(r"\(request [^)]+\)"), "(request <request>)"),
    (re.compile(r"\b\d+ ms\b"), "<time> ms"),
    (re.compile(r"\b[0-9a-f]{40}\b"), "<application key>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<hexadecimal>"),
    (re.compile(r"(?<=  )[0-9a-f]{4}(?=  |\n)"), "****"),
]


@dataclass
class Step:
    """One command line, and what is to appear."""

    command: str
    expected: list[str] = field(default_factory=list)


@dataclass
class Session:
    """A directory of its own, an environment, and the ids that have appeared."""

    directory: pathlib.Path
    keys: Keys
    address: str
    upstream: str
    ids: list[str] = field(default_factory=list)

    def run(self, command: str) -> str:
        """Runs one line in a shell, and returns what appears, with placeholders, and how it ended."""
        command = command.replace("<upstream>", self.upstream)
        for number, known in enumerate(self.ids, start=1):
            command = command.replace(f"<id {number}>", known)
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        code = [f"[exit {done.returncode}]"] if done.returncode else []
        return "\n".join(self.masked(done.stdout).splitlines() + code)

    @property
    def environment(self) -> dict[str, str]:
        path = f"{BINARY.parent}:{os.environ['PATH']}"
        keys = {"DD_API_KEY": self.keys.api_key, "DD_APP_KEY": self.keys.application_key}
        return environment() | keys | {"PATH": path, "KEYWAY_SERVER": f"http://{self.address}"}

    def masked(self, text: str) -> str:
        text = text.replace(f"http://{self.address}", "<server>")
        text = text.replace(self.upstream, "<upstream>")
        text = UUID.sub(self.mask, text)
        for pattern, placeholder in PATTERNS:
            text = pattern.sub(lambda match, placeholder=placeholder: in_column(match, placeholder), text)
        return text

    def mask(self, match: re.Match) -> str:
        if match[0] == UNKNOWN_ID:
            return match[0]
        if match[0] not in self.ids:
            self.ids.append(match[0])
        return in_column(match, f"<id {self.ids.index(match[0]) + 1}>")


def in_column(match: re.Match, placeholder: str) -> str:
    """The placeholder, as wide as what it stands for where a column of a table follows."""
    is_column = match.string[match.end() : match.end() + 2] == "  "
    return placeholder.ljust(len(match[0])) if is_column else placeholder


def read(file: pathlib.Path) -> list[str | Step]:
    """The remarks and steps of a transcript."""
    parts: list[str | Step] = []
    for line in file.read_text().splitlines():
        if line.startswith("$ "):
            parts.append(Step(line[2:]))
        elif parts and isinstance(parts[-1], Step) and not line.startswith("# "):
            parts[-1].expected.append(line)
        else:
            parts.append(line)
    return parts


def play(file: pathlib.Path, session: Session) -> None:
    """Types each command of a transcript, and compares what appears."""
    seen: list[str] = []
    expected: list[str] = []
    for part in read(file):
        if isinstance(part, Step):
            appeared = session.run(part.command).splitlines()
            # A blank line before a remark is layout.
            seen += [f"$ {part.command}", *appeared]
            expected += [f"$ {part.command}", *part.expected]
            if part.expected and part.expected[-1] == "":
                seen.append("")
        else:
            seen.append(part)
            expected.append(part)
    if UPDATES:
        file.write_text("\n".join(seen) + "\n")
    assert seen == expected
