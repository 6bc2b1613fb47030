"""The command line at a terminal: what is asked, what shows, and what must not."""

import pathlib
import signal
from collections.abc import Callable, Iterator

import pytest
from harness import BINARY, CONNECTIONS, Server, environment
from terminal import Terminal

SECRET = "sk-never-on-any-screen"


@pytest.fixture
def at_terminal(server: Server) -> Iterator[Callable[..., Terminal]]:
    """Runs keyway at a terminal, with the keys in its environment."""
    opened: list[Terminal] = []

    def start(*arguments: str, program: str | pathlib.Path = BINARY, columns: int = 80) -> Terminal:
        keys = {"DD_API_KEY": server.keys.api_key, "DD_APP_KEY": server.keys.application_key}
        env = environment() | keys | {"KEYWAY_SERVER": f"http://{server.address}"}
        opened.append(Terminal(program, *arguments, env=env, columns=columns))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.close()


def names(server: Server) -> list[str]:
    answer = server.request("GET", f"{CONNECTIONS}?page[size]=100")
    return [connection["attributes"]["name"] for connection in answer.json["data"]]


def test_a_secret_is_asked_for_and_does_not_show(at_terminal, server):
    terminal = at_terminal("connections", "create", "openai")
    terminal.wait_for("Name of the connection: ")
    assert terminal.echoes
    terminal.type("Typed at a terminal\n")
    terminal.wait_for(r"OpenAI API key \(not shown\): ")
    assert not terminal.echoes
    terminal.type(SECRET + "\n")
    assert terminal.end() == 0
    assert terminal.echoes
    assert SECRET not in terminal.shown
    assert "Typed at a terminal" in terminal.shown
    assert "Typed at a terminal" in names(server)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_the_terminal_echoes_again_after_a_signal(at_terminal, server, number):
    terminal = at_terminal("connections", "create", "openai", "--name", "Never made")
    terminal.wait_for(r"\(not shown\): ")
    terminal.type(SECRET)
    # What a terminal has not taken in yet when it echoes again, shows.
    terminal.wait_until_taken()
    assert not terminal.echoes
    terminal.send(number)
    assert terminal.end() == -number
    assert terminal.echoes
    assert SECRET not in terminal.shown
    assert "Never made" not in names(server)


def test_ctrl_c_ends_it(at_terminal):
    terminal = at_terminal("connections", "create", "openai", "--name", "Never made")
    terminal.wait_for(r"\(not shown\): ")
    terminal.type(SECRET + "\x03")
    assert terminal.end() == -signal.SIGINT
    assert terminal.echoes
    assert SECRET not in terminal.shown


def test_a_secret_is_edited_as_it_is_typed(at_terminal, server):
    terminal = at_terminal("connections", "create", "openai", "--name", "Edited")
    terminal.wait_for(r"\(not shown\): ")
    # All that was typed is deleted again, letter by letter and as a whole; an empty secret is faulty.
    terminal.type("abc\x7f\x7f\x7fü\x7fdef\x15\n")
    assert terminal.end() == 65
    assert "api_token must not be empty" in terminal.shown
    assert "Edited" not in names(server)


def test_what_is_pasted_beyond_the_first_line_reaches_nobody(at_terminal):
    """The rest of a pasted private key must not be a command of the shell that follows."""
    command = f'"{BINARY}" connections create openai --name Pasted --quiet; echo done; read -r line; echo "read:$line:"'
    terminal = at_terminal("-c", command, program="/bin/sh")
    terminal.wait_for(r"\(not shown\): ")
    for _ in range(100):
        terminal.type(f"first-line\n{SECRET}\n{SECRET}\n")
    terminal.wait_for("done")
    terminal.type("next\n")
    assert terminal.end() == 0
    assert SECRET not in terminal.shown
    assert "read:next:" in terminal.shown


def test_a_longer_secret_than_a_terminal_line_is_whole(at_terminal, server):
    terminal = at_terminal("connections", "create", "openai", "--name", "Long")
    terminal.wait_for(r"\(not shown\): ")
    for _ in range(80):
        terminal.type("x" * 100)
    terminal.type("\n")
    assert terminal.end() == 0
    assert "Long" in names(server)


def test_the_integration_and_the_credentials_are_chosen(at_terminal, server):
    terminal = at_terminal("connections", "create")
    terminal.wait_for("Number or name: ")
    assert "Cloudflare: Cloudflare" in terminal.shown
    terminal.type("nonsense\n")
    terminal.wait_for("Number or name: ")
    terminal.type("cloudflare\n")
    terminal.wait_for("Name of the connection: ")
    terminal.type("\n")
    terminal.wait_for("Name of the connection: ")
    terminal.type("Chosen\n")
    terminal.wait_for("Number or name: ")
    terminal.type("2\n")
    terminal.wait_for("belongs to: ")
    terminal.type("ada@example.com\n")
    terminal.wait_for(r"global API key \(not shown\): ")
    terminal.type(SECRET + "\n")
    assert terminal.end() == 0
    assert "CloudflareGlobalAPIToken" in terminal.shown
    assert SECRET not in terminal.shown
    assert "Chosen" in names(server)


def test_the_end_of_the_input_ends_it(at_terminal):
    terminal = at_terminal("connections", "create", "openai")
    terminal.wait_for("Name of the connection: ")
    terminal.type("\x04")
    assert terminal.end() == 64
    secret = at_terminal("connections", "create", "openai", "--name", "x")
    secret.wait_for(r"\(not shown\): ")
    secret.type("\x04")
    assert secret.end() == 64
    assert secret.echoes


@pytest.mark.parametrize(("answer", "code", "remains"), [("y", 0, False), ("", 1, True), ("no", 1, True)])
def test_a_deletion_is_asked_about(at_terminal, server, answer, code, remains):
    body = {"name": "To be deleted", "integration": {"type": "OpenAI"}}
    body["integration"]["credentials"] = {"type": "OpenAIAPIKey", "api_token": "sk-1"}
    connection = server.create({"data": {"type": "action_connection", "attributes": body}})
    terminal = at_terminal("connections", "delete", connection)
    terminal.wait_for(r"Delete To be deleted and its secrets\? \[y/N\]: ")
    terminal.type(answer + "\n")
    assert terminal.end() == code
    found = server.request("GET", f"{CONNECTIONS}/{connection}").status == 200
    assert found == remains
    if found:
        server.request("DELETE", f"{CONNECTIONS}/{connection}")


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_a_table_fits_the_terminal(at_terminal, server, columns):
    name = "A connection whose name is longer than any terminal is wide, said again: " * 3
    body = {"name": name, "integration": {"type": "OpenAI"}, "tags": ["team:support", "env:live"]}
    body["integration"]["credentials"] = {"type": "OpenAIAPIKey", "api_token": "sk-1"}
    connection = server.create({"data": {"type": "action_connection", "attributes": body}})
    terminal = at_terminal("connections", "list", "--query", "said again", columns=columns)
    assert terminal.end() == 0
    lines = terminal.shown.replace("\r", "").splitlines()
    assert len(lines) == 2
    assert connection in lines[1]
    least = 36 + 2 + 12
    assert all(len(line) <= max(columns, least) for line in lines), lines
    assert ("OpenAI" in lines[1]) == (columns >= 80)
    if columns >= 60:
        assert "…" in lines[1]
    server.request("DELETE", f"{CONNECTIONS}/{connection}")
