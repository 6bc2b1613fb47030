"""The commands over HTTP, as sessions that anyone can read: see `transcripts/`."""

import pathlib
import re
import subprocess

import pytest
from acting import LOOPBACK, TWINS
from harness import BINARY, Server
from transcript import Session, Step, play, read

TRANSCRIPTS = sorted((pathlib.Path(__file__).parent / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("file", TRANSCRIPTS, ids=lambda file: file.stem)
def test_the_session_goes_as_written(file, new_server, tmp_path):
    server: Server = new_server(*LOOPBACK)
    work = tmp_path / "work"
    work.mkdir()
    with TWINS["OpenAIAPIKey"]() as twin:
        play(file, Session(work, server.keys, server.address, twin.base_url))


def commands_over_http() -> list[str]:
    """Every command that takes a server, as the manual page has them; a form of a command is not one of its own."""
    page = subprocess.run([BINARY, "man"], capture_output=True, text=True, check=True).stdout
    sections = re.split(r"^\.S[SH] ", page, flags=re.MULTILINE)
    over_http = [section for section in sections if "SERVER AND KEYS" in section]
    names = [re.match(r'"keyway ((?:[a-z]+(?:\\-[a-z]+)* ?)+)', section) for section in over_http]
    found = [name[1].strip().replace("\\-", "-") for name in names if name]
    return [name for name in found if not re.match("connections create .", name)]


def test_every_command_is_shown_to_succeed_and_to_fail():
    steps = [part for file in TRANSCRIPTS for part in read(file) if isinstance(part, Step)]
    assert len(commands_over_http()) >= 35
    for name in commands_over_http():
        own = [step for step in steps if re.search(rf"\bkeyway {name}\b", step.command)]
        ends = {any(line.startswith("[exit ") for line in step.expected) for step in own}
        assert ends == {True, False}, f"keyway {name} is shown to succeed and to fail: {ends}"
