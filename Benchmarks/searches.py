"""Searches of a store with many connections: how long they take, and what they leave to others who create."""

import asyncio
import http.client
import json
import pathlib
import random
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

from measuring import Row, interleaved, median, p99, ratio, say, write
from servers import ACCOUNTS, CONNECTIONS, Keyway

SEARCHERS = 64
# Searches of each searcher in a second.
PACE = 10
# The keys that searchers share: more than one, since no key has all threads that read.
KEYS = 8
# Clients that create beside searchers: fewer than the bench has elsewhere, lest they fill the machine by themselves.
CREATORS = 4
READERS = 512
TIMES = 50


def search_times(keyway: Keyway, count: int) -> list[Row]:
    """What one client waits for a list, one at a time, over one kept connection."""
    numbers = random.Random(1)
    kinds = [
        ("first page", 2, lambda: ""),
        # Names end in 16 hexadecimal digits: three are in some hundreds of 1,000,000.
        ("a part that few names have", 5, lambda: f"{numbers.randrange(0x111, 0x1000):03x}"),
        ("a part of equal characters", 5, lambda: f"{numbers.randrange(16):x}" * 4),
        ("one character", 50, lambda: f"{numbers.randrange(16):x}"),
        ("two characters", 50, lambda: f"{numbers.randrange(256):02x}"),
        ("a part that all names have", 50, lambda: "bench"),
    ]
    rows = []
    for what, bar, part in kinds:
        times, found = measured(keyway, part)
        worst = f"worst {max(times):.2f} ms, {statistics.median(found):,.0f} found"
        time_taken = statistics.median(times)
        name = f"search of {count:,} names: {what}"
        rows.append(Row(name, f"{time_taken:.2f} ms", worst, time_taken, bar, " ms", at_least=False))
        say(f"{name}: {time_taken:.2f} ms, {worst}")
    return rows


def measured(keyway: Keyway, part) -> tuple[list[float], list[int]]:
    """Milliseconds of searches, and how many names each found."""
    client = http.client.HTTPConnection("127.0.0.1", keyway.port, timeout=60)
    times, found = [], []
    for number in range(TIMES + 5):
        text = part()
        query = f"?filter%5Bquery%5D={text}" if text else ""
        began = time.perf_counter()
        client.request("GET", CONNECTIONS + query, headers=keyway.headers)
        answer = client.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"a search failed: {body[:300]!r}")
        # The first ones are a warm-up.
        if number >= 5:
            times.append((time.perf_counter() - began) * 1000)
            meta = json.loads(body)["meta"]
            found.append(meta["total_filtered"])
    client.close()
    return times, found


def beside_searchers(keyway: Keyway, body: pathlib.Path) -> list[Row]:
    """Creates beside 64 searchers: at a pace of ten a second each, then as fast as they are answered."""
    keys = [keyway.headers] + [keyway.key("reader", ["connections_read"]) for _ in range(KEYS - 1)]

    def create(seconds: int):
        return write(keyway, body, CONNECTIONS, keyway.headers, seconds, CREATORS)

    def paced(seconds: int):
        with Searchers(keyway, keys, PACE):
            return create(seconds)

    def looping(seconds: int):
        with Searchers(keyway, keys, 0):
            return create(seconds)

    ours, alone, worst = interleaved(
        ("creates beside searchers", paced), ("creates alone", create), ("creates beside a tight loop", looping)
    )
    slowest = median(worst, "p99") / 1000
    return [
        Row(
            f"creates beside {SEARCHERS} searchers of {PACE} searches a second: p99",
            p99(ours),
            f"alone {p99(alone)}",
            ratio(ours, alone, "p99"),
            3,
            at_least=False,
        ),
        Row(
            f"creates beside {SEARCHERS} searchers in a tight loop: p99",
            p99(worst),
            f"alone {p99(alone)}",
            slowest,
            100,
            " ms",
            at_least=False,
        ),
    ]


class Searchers:
    """Clients that search in a process of their own, for as long as the context lasts."""

    def __init__(self, keyway: Keyway, keys: list[dict[str, str]], pace: int) -> None:
        self.work = json.dumps({"port": keyway.port, "keys": keys, "pace": pace})

    def __enter__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.process.stdin.write(self.work + "\n")
        self.process.stdin.flush()
        if self.process.stdout.readline() != "searching\n":
            raise SystemExit("the searchers do not search")

    def __exit__(self, *_) -> None:
        # It ends with its input.
        outcome = self.process.communicate(timeout=60)[0].strip()
        if self.process.returncode:
            raise SystemExit(f"the searchers failed: {outcome}")
        say(f"searchers: {outcome}")


@dataclass
class Outcome:
    answered: int = 0
    refused: int = 0


async def search(port: int, headers: dict[str, str], pace: int, number: int, outcome: Outcome) -> None:
    """One searcher: for four digits each time, or, in a tight loop, for what all names have as well."""
    numbers = random.Random(number)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    await asyncio.sleep(numbers.random() / max(pace, 1))
    while True:
        due = time.monotonic() + (1 / pace if pace else 0)
        part = "bench" if not pace and numbers.random() < 0.5 else f"{numbers.randrange(1 << 16):04x}"
        path = f"{CONNECTIONS}?filter%5Bquery%5D={part}"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\n{lines}\r\n".encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]))
        if answer.startswith(b"HTTP/1.1 200"):
            outcome.answered += 1
        elif answer.startswith(b"HTTP/1.1 429"):
            # A key that reads too much at once.
            outcome.refused += 1
        else:
            raise SystemExit(f"a search failed: {answer[:300]!r}")
        await asyncio.sleep(max(due - time.monotonic(), 0))


async def searchers(port: int, keys: list[dict[str, str]], pace: int) -> None:
    outcome = Outcome()
    tasks = [
        asyncio.create_task(search(port, keys[number % len(keys)], pace, number, outcome))
        for number in range(SEARCHERS)
    ]
    await asyncio.sleep(1)
    print("searching", flush=True)
    began, before = time.monotonic(), outcome.answered
    end = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    done, _ = await asyncio.wait([*tasks, end], return_when=asyncio.FIRST_COMPLETED)
    if end not in done:
        raise SystemExit(f"a searcher ended: {done}")
    rate = (outcome.answered - before) / (time.monotonic() - began)
    print(f"{rate:,.0f} searches/s, {outcome.refused:,} refused", flush=True)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def slow_readers(keyway: Keyway, page: str) -> list[Row]:
    """What 512 clients who read nothing of the longest lists cost in memory: half of accounts, half of connections."""
    keys = [keyway.headers] + [
        keyway.key("reader", ["connections_read", "aws_configuration_read"]) for _ in range(KEYS - 1)
    ]
    before = keyway.resident_mebibytes()
    highest, statuses = asyncio.run(reading_nothing(keyway, keys, [ACCOUNTS, page]))
    beside = f"before {before:.1f} MB; {statuses}"
    what = f"resident memory with {READERS} slow readers of the longest lists"
    return [Row(what, f"{highest:.1f} MB", beside, highest, 300, " MB", at_least=False)]


async def reading_nothing(keyway: Keyway, keys: list[dict[str, str]], paths: list[str]) -> tuple[float, str]:
    """The highest resident memory within eight seconds, and how many lists began."""
    statuses = {"200": 0, "429": 0}
    clients = []
    for number in range(READERS):
        reader, writer = await asyncio.open_connection("127.0.0.1", keyway.port, limit=2048)
        lines = "".join(f"{name}: {value}\r\n" for name, value in keys[number % len(keys)].items())
        path = paths[number // len(keys) % len(paths)]
        writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\n{lines}\r\n".encode())
        clients.append((reader, writer))
    highest = 0.0
    for _ in range(80):
        highest = max(highest, keyway.resident_mebibytes())
        await asyncio.sleep(0.1)
    for reader, writer in clients:
        status = (await reader.readline())[9:12].decode()
        if status not in statuses:
            raise SystemExit(f"a list was answered with {status}")
        statuses[status] += 1
        writer.close()
    return highest, ", ".join(f"{count} of {status}" for status, count in statuses.items())


if __name__ == "__main__":
    given = json.loads(sys.stdin.readline())
    asyncio.run(searchers(given["port"], given["keys"], given["pace"]))
