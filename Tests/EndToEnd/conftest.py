"""The fixtures: a running server for each module, and the official Python client for it."""

import pathlib
import signal
from collections.abc import Callable, Iterator

import pytest
from acting import Actor, acting
from catalogue import BY_NAME, answered
from datadog_api_client.v2.api.action_connection_api import ActionConnectionApi
from harness import (
    BINARY,
    CONNECTIONS,
    Keys,
    Server,
    assert_whole,
    create_organization,
    initialise,
    running,
    verify_audit_chain,
)
from official import official_client
from stores import IS_POSTGRES

EMBEDDED = 0
"""How many tests are about the embedded store's files, where another store runs."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what no other store can pass, and counts it."""
    global EMBEDDED
    if not IS_POSTGRES:
        return
    left_out = [item for item in items if item.get_closest_marker("embedded_store")]
    EMBEDDED = len(left_out)
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not item.get_closest_marker("embedded_store")]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if IS_POSTGRES:
        terminalreporter.write_line(f"on PostgreSQL; {EMBEDDED} tests are about the embedded store's files")


def pytest_configure() -> None:
    # A shell starts what is in its background with SIGINT ignored, and every command would inherit that.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if not BINARY.exists():
        pytest.exit(f"{BINARY} is missing: run `make build` first, or say where it is in KEYWAY_BINARY", returncode=1)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Where a data directory can be created; its log and master key stand beside it."""
    return tmp_path_factory.mktemp("keyway") / "data"


@pytest.fixture(scope="module")
def keys(data_dir: pathlib.Path) -> Keys:
    return initialise(data_dir)


@pytest.fixture(scope="module")
def server(data_dir: pathlib.Path, keys: Keys) -> Iterator[Server]:
    """A server for the module: whatever the module sends, in the end it and its data must be whole."""
    with running(data_dir, keys) as server:
        body = BY_NAME["HTTPTokenAuth"].create("the sentinel of this module")
        sentinel = server.create(body)
        expected = answered(body["data"]["attributes"])
        yield server
        assert_whole(server, sentinel, expected)
        server.request("DELETE", f"{CONNECTIONS}/{sentinel}")
    assert verify_audit_chain(data_dir) > 0
    strays = [line for line in server.log_text().splitlines() if not line.startswith("{")]
    assert strays == [], "the log holds more than JSON lines"


@pytest.fixture
def new_server(tmp_path: pathlib.Path) -> Iterator[Callable[..., Server]]:
    """Starts servers for one test, each on a data directory of its own."""
    servers: list[Server] = []

    def start(*options: str, name: str = "data") -> Server:
        servers.append(Server(tmp_path / name, initialise(tmp_path / name), *options).start())
        return servers[-1]

    yield start
    for server in servers:
        if server.is_running:
            assert server.stop() == 0


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Keys]]:
    """A server with two organisations, and the keys of the second."""
    data_dir = tmp_path_factory.mktemp("two") / "data"
    first = initialise(data_dir)
    second = create_organization(data_dir, "Staging")
    with running(data_dir, first) as server:
        yield server, second


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[ActionConnectionApi]:
    with official_client(server.address, server.keys) as api_client:
        yield ActionConnectionApi(api_client)


@pytest.fixture(scope="module")
def actor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Actor]:
    """A caller of a server that may act on loopback addresses."""
    with acting(tmp_path_factory.mktemp("acting")) as actor:
        yield actor
