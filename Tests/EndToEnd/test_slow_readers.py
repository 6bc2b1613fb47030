"""Clients that ask for much and read little of it: what they cost the server's memory, and others."""

import json
import pathlib
import socket
from collections.abc import Iterator

import pytest
from harness import AWS_ACCOUNTS, PATIENCE, Answer, Keys, Server, create_organization, initialise, running

AUDIT = "/api/v2/audit/events?page[limit]=1000"
ACCOUNTS = 1_500
# Long notes in each account, so that few make a list of more than the system keeps for a slow reader.
TAGS = [f"note-{number}:" + "n" * 180 for number in range(40)]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("slow") / "data"


@pytest.fixture(scope="module")
def keys(data_dir: pathlib.Path) -> Keys:
    return initialise(data_dir)


@pytest.fixture(scope="module")
def stranger(data_dir: pathlib.Path, keys: Keys) -> Keys:
    """The keys of another organisation."""
    return create_organization(data_dir, "Staging")


@pytest.fixture(scope="module")
def server(data_dir: pathlib.Path, keys: Keys, stranger: Keys) -> Iterator[Server]:
    with running(data_dir, keys, "--rate-limit", "off") as server:
        connection = server.connect(timeout=PATIENCE)
        for number in range(ACCOUNTS):
            document = {
                "type": "account",
                "attributes": {
                    "aws_account_id": f"{number:012d}",
                    "aws_partition": "aws",
                    "account_tags": TAGS,
                    "auth_config": {"role_name": "role"},
                },
            }
            headers = keys.headers | {"Content-Type": "application/json"}
            connection.request("POST", AWS_ACCOUNTS, json.dumps({"data": document}), headers)
            response = connection.getresponse()
            content = response.read()
            assert response.status == 200, content
        yield server


def slow_reader(server: Server, path: str, keys: Keys) -> socket.socket:
    """Asks for a response and reads its first bytes alone."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.settimeout(PATIENCE)
    reader.connect(("127.0.0.1", server.port))
    lines = "".join(f"{name}: {value}\r\n" for name, value in keys.headers.items())
    reader.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode())
    return reader


def status(reader: socket.socket) -> int:
    return int(reader.recv(12).split()[1])


def numbers(answer: Answer) -> list[str]:
    return [account["attributes"]["aws_account_id"] for account in answer.json["data"]]


def test_a_long_list_is_whole_and_in_order(server: Server) -> None:
    answer = server.request("GET", AWS_ACCOUNTS)
    assert answer.status == 200
    assert numbers(answer) == [f"{number:012d}" for number in range(ACCOUNTS)]
    assert numbers(server.request("GET", AWS_ACCOUNTS + "?aws_account_id=000000000777")) == ["000000000777"]


def test_head_of_a_long_list_is_a_head_alone(server: Server) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in server.keys.headers.items())
    answer = server.raw(f"HEAD {AWS_ACCOUNTS} HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"\r\n\r\n")
    assert b"Transfer-Encoding" not in answer
    assert b"Content-Length" not in answer


def test_slow_readers_cost_little_memory_and_keep_out_nobody(server: Server, stranger: Keys) -> None:
    length = len(server.request("GET", AWS_ACCOUNTS).body)
    before = server.resident
    readers: list[socket.socket] = []
    statuses: list[int] = []
    try:
        # Some at a time: a key may have so many reads waiting.
        for _ in range(12):
            some = [slow_reader(server, AWS_ACCOUNTS, server.keys) for _ in range(32)]
            readers += some
            statuses += [status(reader) for reader in some]
        assert set(statuses) <= {200, 429}
        assert statuses.count(200) >= 32
        assert server.resident - before < 120 * 2**20 < len(readers) * length
        # Another key is served.
        assert server.request("GET", AUDIT, keys=stranger).status == 200
    finally:
        for reader in readers:
            reader.close()


def test_a_slow_reader_gets_all_in_the_end(server: Server) -> None:
    with slow_reader(server, AWS_ACCOUNTS, server.keys) as reader:
        lines = b""
        while b"0\r\n\r\n" not in lines[-16:]:
            piece = reader.recv(4096)
            assert piece
            lines += piece
    assert lines.count(b'"aws_account_id"') == ACCOUNTS
