"""How a part of the bench is measured: loads by wrk, sides in turn, and rows with figures and bars."""

import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass

from servers import CONNECTIONS

HERE = pathlib.Path(__file__).parent
PLACE = pathlib.Path(".build/bench").absolute()
ROUNDS = int(os.environ.get("KEYWAY_BENCH_ROUNDS", "3"))
SECONDS = int(os.environ.get("KEYWAY_BENCH_SECONDS", "10"))
THREADS = int(os.environ.get("KEYWAY_BENCH_THREADS", "2"))
CLIENTS = 64


@dataclass
class Load:
    """What the clients saw in one run; times in microseconds, where they were taken."""

    rate: float
    p50: float = math.nan
    p99: float = math.nan


@dataclass
class Row:
    """One line of the table. `figure` is compared with `bar`, if there is one; a higher one is better if `at_least`."""

    what: str
    keyway: str
    peer: str
    figure: float
    bar: float | None
    unit: str = "×"
    at_least: bool = True

    @property
    def passed(self) -> bool | None:
        if self.bar is None:
            return None
        return self.figure >= self.bar if self.at_least else self.figure <= self.bar


def interleaved(*sides, seconds: int = SECONDS) -> list[list[Load]]:
    """Runs the sides in turn, round by round, so that what disturbs the machine disturbs both; first a warm-up."""
    for _, run in sides:
        run(2)
    results: list[list[Load]] = [[] for _ in sides]
    for number in range(ROUNDS):
        for (name, run), loads in zip(sides, results, strict=True):
            loads.append(run(seconds))
            times = "" if math.isnan(loads[-1].p99) else f", p99 {loads[-1].p99 / 1000:.2f} ms"
            say(f"round {number + 1}: {name} {loads[-1].rate:,.0f}/s{times}")
    return results


def read(server, ids: pathlib.Path, headers: dict[str, str], seconds: int, path: str = CONNECTIONS) -> Load:
    return wrk(server, "read.lua", [str(ids), f"{path}/"], headers, seconds)


def read_path(server, path: str, seconds: int, clients: int = CLIENTS, headers: dict[str, str] | None = None) -> Load:
    """Gets one path again and again."""
    return wrk(server, "read.lua", ["-", path], headers or server.headers, seconds, clients)


def write(
    server,
    body: pathlib.Path,
    path: str,
    headers: dict[str, str],
    seconds: int,
    clients: int = CLIENTS,
    threads: int = THREADS,
) -> Load:
    return wrk(server, "write.lua", [str(body), path], headers, seconds, clients, threads)


def wrk(
    server,
    script: str,
    arguments: list[str],
    headers: dict[str, str],
    seconds: int,
    clients: int = CLIENTS,
    threads: int = THREADS,
) -> Load:
    options = [f"-t{min(threads, clients)}", f"-c{clients}", f"-d{seconds}s", "-s", str(HERE / script)]
    for name, value in headers.items():
        options += ["-H", f"{name}: {value}"]
    command = ["wrk", *options, server.url, "--", *arguments, str(time.monotonic_ns() % 1_000_000)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, check=False)
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        raise SystemExit(f"wrk gave no result: {done.stdout}{done.stderr}")
    result = json.loads(line.removeprefix("RESULT "))
    if result["failed"] or result["broken"] or not result["requests"]:
        raise SystemExit(f"{server.log_file.stem} failed {result['failed']} requests, broke {result['broken']}")
    server.truncate_logs()
    return Load(result["requests"] * 1e6 / result["microseconds"], result["p50"], result["p99"])


def first_id(ids: pathlib.Path) -> str:
    with ids.open() as file:
        return file.readline().strip()


def fetch(url: str, headers: dict[str, str]) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
        return answer.read()


def median(loads: list[Load], what: str) -> float:
    return statistics.median(getattr(load, what) for load in loads)


def ratio(ours: list[Load], theirs: list[Load], what: str) -> float:
    return median(ours, what) / median(theirs, what)


def rate(loads: list[Load]) -> str:
    return f"{median(loads, 'rate'):,.0f}/s"


def p99(loads: list[Load]) -> str:
    return f"{median(loads, 'p99') / 1000:.2f} ms"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
