"""Completions in the shells themselves, and the manual page."""

import pathlib
import re
import shutil
import subprocess

import pytest
from harness import BINARY, PATIENCE, environment
from terminal import MARK, Terminal

SHELL_PATH = {"PATH": f"{BINARY.parent}:/usr/local/bin:/usr/bin:/bin", "TERM": "dumb"}

# What is typed, and what may follow.
CASES = [
    ("keyway conn", {"connections"}),
    ("keyway aws ", {"accounts", "--help"}),
    ("keyway aws accounts t", {"trust-policy"}),
    ("keyway connections create o", {"okta", "openai"}),
    ("keyway connections create cloudflare --c", {"--credentials"}),
    ("keyway connections create cloudflare --credentials ", {"CloudflareAPIToken", "CloudflareGlobalAPIToken"}),
    ("keyway connections create cloudflare --secret ", {"api_token", "global_api_key"}),
    ("keyway connections list --integration op", {"openai"}),
    ("keyway connections list --output ", {"table", "json", "yaml"}),
    ("keyway connections list --output json --o", set()),
    ("keyway completions ", {"bash", "zsh", "fish"}),
    ("keyway nonsense ", set()),
]


def run(*arguments: str | pathlib.Path, **options) -> subprocess.CompletedProcess:
    env = environment() | SHELL_PATH
    return subprocess.run(arguments, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False, **options)


def complete_in_bash(line: str, cwd: pathlib.Path | None = None) -> set[str]:
    """Lets bash split the line as it does when a tab is typed."""
    words = re.findall(r"=|[^\s=]+", line) + ([""] if line.endswith(" ") else [])
    quoted = " ".join(f"'{word}'" for word in words)
    script = f"""
        source <(keyway completions bash) || exit 9
        complete -p keyway >/dev/null || exit 8
        COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}
        _keyway keyway 2>/dev/null
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = run("bash", "--norc", "-c", script, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def complete_in_fish(line: str, cwd: pathlib.Path | None = None) -> set[str]:
    script = "keyway completions fish | source; or exit 9; complete --do-complete $argv[1]"
    done = run("fish", "--no-config", "-c", script, line, cwd=cwd)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return {candidate.split("\t")[0] for candidate in done.stdout.splitlines()}


class Zsh:
    """A zsh at a terminal; it completes nothing without one."""

    def __init__(self, cwd: pathlib.Path, loading: str) -> None:
        env = environment() | SHELL_PATH | {"PS1": "ready> ", "ZDOTDIR": str(cwd)}
        self.terminal = Terminal("zsh", "-f", "-i", env=env, columns=200)
        # A tab that tells when all that it has to show is shown.
        marking = f"marked() {{ zle expand-or-complete; zle -R; print -rn $'\\{ord(MARK):o}' }}"
        setup = f"cd {cwd}; unsetopt beep prompt_sp; {loading}; {marking}; zle -N marked; bindkey '\\t' marked"
        self.terminal.wait_for("ready> ")
        self.terminal.type(f"{setup}; echo set up\n")
        self.terminal.wait_for(r"\nset up\r")
        self.terminal.wait_for("ready> ")

    def complete(self, line: str) -> str:
        """What appears after two tabs, the second of which lists what the first leaves open."""
        start = self.terminal.seen
        for part in [line + "\t", "\t"]:
            self.terminal.type(part)
            self.terminal.wait_for(MARK)
        self.terminal.type("\x15echo end of line\n")
        self.terminal.wait_for(r"\nend of line\r")
        shown = self.terminal.shown[start:]
        self.terminal.wait_for("ready> ")
        return shown

    def close(self) -> None:
        self.terminal.close()


@pytest.mark.parametrize(("line", "expected"), CASES)
def test_bash_completes(line, expected):
    assert complete_in_bash(line) == expected


@pytest.mark.parametrize(("line", "expected"), CASES)
def test_fish_completes(line, expected):
    assert complete_in_fish(line) == expected


@pytest.mark.parametrize(
    "loading",
    [
        "autoload -Uz compinit; compinit -u -D; source <(keyway completions zsh)",
        # As packages install it.
        "keyway completions zsh > _keyway; fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D",
    ],
    ids=["sourced", "found"],
)
def test_zsh_completes(tmp_path, loading):
    zsh = Zsh(tmp_path, loading)
    try:
        for line, expected in CASES:
            shown = zsh.complete(line)
            for word in expected:
                assert word in shown, f"{line!r}: {word!r} is not offered: {shown!r}"
        assert "--quiet" not in zsh.complete("keyway completions bash --")
    finally:
        zsh.close()


def test_an_option_and_its_value_in_one_word():
    assert complete_in_bash("keyway connections list --output=j") == {"json"}
    assert complete_in_bash("keyway connections list --output=") == {"table", "json", "yaml"}
    assert complete_in_fish("keyway connections list --output=j") == {"--output=json"}


@pytest.mark.parametrize("complete", [complete_in_bash, complete_in_fish])
def test_files_are_offered_where_a_file_is_meant(complete, tmp_path):
    (tmp_path / "connection.json").touch()
    (tmp_path / "config").mkdir()
    found = complete("keyway connections create openai --from-file conn", tmp_path)
    assert found == {"connection.json"}
    directories = {name.rstrip("/") for name in complete("keyway serve --data-dir con", tmp_path)}
    assert directories == {"config"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_sound(shell, tmp_path):
    script = tmp_path / "script"
    script.write_text(run(BINARY, "completions", shell).stdout)
    check = "--no-execute" if shell == "fish" else "-n"
    done = run(shell, check, script)
    assert (done.returncode, done.stderr) == (0, "")
    script.write_text(script.read_text() + "\nif while )\n")
    assert run(shell, check, script).returncode != 0


def test_the_manual_page_renders_without_warnings(tmp_path):
    page = tmp_path / "keyway.1"
    page.write_text(run(BINARY, "man").stdout)
    groff = run("groff", "-man", "-ww", "-Tutf8", "-P-c", page)
    assert (groff.returncode, groff.stderr) == (0, "")
    # A page that the program makes has no date of its own.
    lint = run("mandoc", "-T", "lint", "-W", "warning", page).stdout.splitlines()
    assert [line for line in lint if "missing date" not in line] == []
    text = run("mandoc", "-T", "ascii", page).stdout
    plain = re.sub(r".\x08", "", text)
    for part in [
        "NAME",
        "keyway connections create openai [OPTIONS]",
        "--secret NAME[=@FILE]",
        "EXIT STATUS",
        "DD_SITE",
    ]:
        assert part in plain
    page.write_text(page.read_text() + ".SOMETHING\n")
    assert run("mandoc", "-T", "lint", "-W", "warning", page).returncode != 0


def test_the_shells_are_there():
    assert all(shutil.which(program) for program in ["bash", "zsh", "fish", "groff", "mandoc"])
