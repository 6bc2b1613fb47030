"""Without a /proc, as in a chroot: the program gets its arguments, and its server works."""

import pathlib
import subprocess
import threading

import pytest
from catalogue import BY_NAME
from harness import BINARY, CONNECTIONS, Server, environment, initialise, send

WITHOUT_PROC = ["unshare", "-m", "-r", "sh", "-c", 'mount -t tmpfs none /proc && exec "$0" "$@"']


def run(*words: str | pathlib.Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [*WITHOUT_PROC, *words], env=environment(), capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture(autouse=True)
def _namespaces() -> None:
    if run("test", "!", "-e", "/proc/self").returncode != 0:
        pytest.skip("no file system can be mounted here")


def test_the_program_gets_its_arguments() -> None:
    done = run(BINARY, "frobnicate")
    assert done.returncode == 64
    assert "frobnicate" in done.stderr


# A process of the namespace may not open the socket of a PostgreSQL outside.
@pytest.mark.embedded_store
def test_a_server_works(tmp_path: pathlib.Path) -> None:
    """Several times: whether Dispatch looks at its threads while there is work is chance."""
    server = Server(tmp_path / "data", initialise(tmp_path / "data"), "--rate-limit", "off")
    server.wrapper = WITHOUT_PROC
    answers: list[int] = []

    def create() -> None:
        http = server.connect()
        for _ in range(100):
            body = BY_NAME["OpenAIAPIKey"].create()
            answers.append(send(http, "POST", CONNECTIONS, body, server.keys.headers).status)
        http.close()

    for _ in range(5):
        server.start()
        clients = [threading.Thread(target=create) for _ in range(8)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        assert server.is_running, server.log_text()[-2000:]
        assert server.stop() == 0
    assert answers == [201] * 4000
