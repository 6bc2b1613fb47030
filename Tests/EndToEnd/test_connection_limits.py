"""Connections beyond what the system lets the server have."""

import os
import pathlib
import resource
import signal
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack

from harness import CONNECTIONS, PATIENCE, Server, initialise, wait_until

DESCRIPTORS = 100


def cpu_seconds(server: Server) -> float:
    """The processor time that the server has used."""
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_server_without_descriptors_waits_for_some_without_spinning(tmp_path: pathlib.Path) -> None:
    limit = (DESCRIPTORS, DESCRIPTORS)
    server = Server(
        tmp_path / "data",
        initialise(tmp_path / "data"),
        before_exec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limit),
    ).start()
    try:
        with ExitStack() as clients:
            for _ in range(DESCRIPTORS + 50):
                clients.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE))
            # All descriptors are taken once the server has accepted what it can.
            wait_until(lambda: len(os.listdir(f"/proc/{server.process.pid}/fd")) >= DESCRIPTORS)
            before = cpu_seconds(server)
            time.sleep(2)
            assert cpu_seconds(server) - before < 0.5
        # Those who waited have left, and the next one is served.
        assert server.request("GET", CONNECTIONS).status == 200
        assert server.stop() == 0
    finally:
        if server.is_running:
            server.kill()


def test_clients_who_send_while_the_server_does_not_run_are_all_answered(
    new_server: Callable[..., Server],
) -> None:
    """As many clients for each network thread as the engine asks for events at once, if the limit lets them in."""
    server = new_server()
    request = b"GET /healthz HTTP/1.1\r\nHost: keyway\r\n\r\n"
    with ExitStack() as stack:
        clients = [
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE))
            for _ in range(min(128 * (os.cpu_count() or 1), 512))
        ]
        for client in clients:
            client.sendall(request)
            assert client.recv(4096).startswith(b"HTTP/1.1 200 ")
        os.kill(server.process.pid, signal.SIGSTOP)
        for client in clients:
            client.sendall(request)
        os.kill(server.process.pid, signal.SIGCONT)
        for client in clients:
            assert client.recv(4096).startswith(b"HTTP/1.1 200 ")
