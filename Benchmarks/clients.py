"""The clients that are measured: our SDK and the official Python client, each a process that runs rounds on request."""

import http.client
import json
import os
import pathlib
import subprocess
import sys

from servers import CONNECTIONS, Keyway

# The tests' own list of all integrations, each with a valid body.
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "Tests" / "EndToEnd"))
from catalogue import CATALOGUE

HERE = pathlib.Path(__file__).parent
SDK = pathlib.Path(os.environ.get("KEYWAY_BENCH_SDK", ".build/release/BenchmarkDatadogClient")).absolute()


class Client:
    """A client of a server, with the documents that it is to decode and to get."""

    def __init__(self, program: list[str], keyway: Keyway, documents: pathlib.Path) -> None:
        keys = {"DD_API_KEY": keyway.headers["DD-API-KEY"], "DD_APP_KEY": keyway.headers["DD-APPLICATION-KEY"]}
        self.process = subprocess.Popen(
            [*program, str(documents)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | keys | {"DD_SITE": keyway.url},
        )

    def round(self, name: str) -> float:
        """Runs one round, `decode` or `get`, and returns its seconds."""
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        if answer := self.process.stdout.readline():
            return float(answer)
        raise SystemExit(f"{self.process.args[0]} failed with {self.process.wait()}")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def our_client(keyway: Keyway, documents: pathlib.Path) -> Client:
    return Client([str(SDK)], keyway, documents)


def official_client(keyway: Keyway, documents: pathlib.Path) -> Client:
    return Client([sys.executable, str(HERE / "official_client.py")], keyway, documents)


def stock_every_integration(keyway: Keyway, count: int) -> pathlib.Path:
    """Creates connections of all credential types in turn, and returns a file of what a GET of each answers."""
    documents = []
    connection = http.client.HTTPConnection("127.0.0.1", keyway.port, timeout=10)
    for number in range(count):
        body = json.dumps(CATALOGUE[number % len(CATALOGUE)].create(f"bench {number}"))
        identifier = json.loads(ask(connection, "POST", CONNECTIONS, keyway.headers, body))["data"]["id"]
        documents.append(ask(connection, "GET", f"{CONNECTIONS}/{identifier}", keyway.headers))
    connection.close()
    keyway.truncate_logs()
    file = keyway.place / "documents"
    file.write_bytes(b"\n".join(documents) + b"\n")
    return file


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, headers: dict[str, str], body: str | None = None
) -> bytes:
    connection.request(method, path, body, headers | {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status not in (200, 201):
        raise SystemExit(f"{method} {path} was answered {answer.status}: {content.decode()}")
    return content
