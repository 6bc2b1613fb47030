"""Masking: what it costs by the number of secrets and beside inflating, and what others notice of it."""

import gzip
import json
import os
import pathlib
import random
import statistics
import subprocess
import threading
import time
import urllib.request
import zlib

from acts import ANSWER, ON_LOOPBACK, PATH, connect, send
from measuring import PLACE, ROUNDS, Row, interleaved, p99, ratio, read_path, say
from servers import CONNECTIONS, Keyway, Nginx

PROGRAM = pathlib.Path(os.environ.get("KEYWAY_BENCH_MASKING", ".build/release/BenchmarkMasking")).absolute()
TOKENS = 100
MASKERS = 4
TEXT_BYTES = 4_000_000
TIMES = 20


def masking() -> list[Row]:
    return by_number() + beside_maskers()


def document() -> bytes:
    """JSON as an API answers with, about 4 MB, in which nothing comes near a secret."""
    numbers = random.Random(7)
    words = ["open", "closed", "review", "deploy", "metrics", "billing", "incident", "service", "region", "owner"]
    items = []
    size = 0
    while size < TEXT_BYTES:
        item = {
            "id": f"{numbers.getrandbits(64):016x}",
            "name": " ".join(numbers.choices(words, k=4)),
            "count": numbers.randrange(100_000),
            "labels": numbers.choices(words, k=3),
            "updated_at": f"2026-11-{numbers.randrange(1, 31):02d}T{numbers.randrange(24):02d}:00:00Z",
        }
        items.append(item)
        size += len(json.dumps(item)) + 2
    return json.dumps({"data": items}).encode()


def by_number() -> list[Row]:
    """Masking with 100 secrets beside one, and beside zlib's inflating of the same text."""
    text = document()
    folded = zlib.compress(text)
    file = PLACE / "masking.json"
    file.write_bytes(text)
    program = subprocess.Popen([PROGRAM, file, str(TIMES)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    seconds: dict[str, list[float]] = {"1": [], str(TOKENS): [], "inflate": []}
    try:
        for number in range(-1, ROUNDS):
            for what, of_what in seconds.items():
                taken = inflate(folded) if what == "inflate" else ask(program, what)
                if number >= 0:
                    of_what.append(taken / TIMES)
                    say(f"round {number + 1}: {what}: {len(text) / of_what[-1] / 1e6:,.0f} MB/s")
    finally:
        program.kill()
        program.wait()
        file.unlink()
    one, many, inflating = (statistics.median(times) for times in seconds.values())
    what = f"masking {len(text) / 1e6:.1f} MB of JSON"

    def speed(taken: float) -> str:
        return f"{len(text) / taken / 1e6:,.0f} MB/s"

    return [
        Row(
            f"{what}, {TOKENS} secrets: time", speed(many), f"one secret {speed(one)}", many / one, 1.5, at_least=False
        ),
        Row(
            f"{what}, {TOKENS} secrets: time",
            speed(many),
            f"zlib inflates it {speed(inflating)}",
            many / inflating,
            1,
            at_least=False,
        ),
    ]


def ask(program: subprocess.Popen, line: str) -> float:
    program.stdin.write(f"{line}\n")
    program.stdin.flush()
    if answer := program.stdout.readline():
        return float(answer)
    raise SystemExit(f"{PROGRAM} failed with {program.wait()}")


def inflate(folded: bytes) -> float:
    began = time.monotonic()
    for _ in range(TIMES):
        zlib.decompress(folded)
    return time.monotonic() - began


def beside_maskers() -> list[Row]:
    """Acts while four callers ask for 4 MB full of near-matches of 100 tokens, beside the same acts alone."""
    keyway, upstream = Keyway(PLACE / "keyway-masking", *ON_LOOPBACK), Nginx(PLACE / "plain", "plain")
    unfolding = Nginx(PLACE / "unfolding", "unfolding")
    try:
        upstream.start(PATH, ANSWER)
        folded = gzip.compress(b"aaaaaaab" * (TEXT_BYTES // 8))
        unfolding.start_coded("/near", folded)
        keyway.start()
        act = f"{CONNECTIONS}/{connect(keyway, upstream.url)}/proxy{PATH}"
        near = f"{CONNECTIONS}/{connect_tokens(keyway, unfolding.url)}/proxy/near"

        def busy(seconds: int):
            return with_maskers(keyway, near, len(folded), lambda: read_path(keyway, act, seconds, clients=1))

        ours, theirs = interleaved(
            (f"acts beside {MASKERS} maskers", busy),
            ("acts alone", lambda seconds: read_path(keyway, act, seconds, clients=1)),
        )
    finally:
        for server in (keyway, upstream, unfolding):
            server.stop()
    what = f"act beside {MASKERS} callers of {TEXT_BYTES / 1e6:g} MB of near-matches, {TOKENS} secrets: p99"
    return [Row(what, p99(ours), f"alone {p99(theirs)}", ratio(ours, theirs, "p99"), 3, at_least=False)]


def connect_tokens(keyway: Keyway, base_url: str) -> str:
    tokens = [{"name": f"t{i}", "type": "SECRET", "value": f"aaaaaaac{i:06d}"} for i in range(TOKENS)]
    credentials = {
        "type": "HTTPTokenAuth",
        "tokens": tokens,
        "url_parameters": [{"name": "k", "value": "".join(f"{{{{ {token['name']} }}}}" for token in tokens)}],
    }
    attributes = {"name": "near", "integration": {"type": "HTTP", "base_url": base_url, "credentials": credentials}}
    return send(keyway, "POST", CONNECTIONS, {"type": "action_connection", "attributes": attributes})["id"]


def with_maskers(keyway: Keyway, path: str, size: int, measure):
    """Callers who ask for a response that takes long to mask, each again when it is there, while `measure` runs.

    The response comes in the coding of the third party, `size` bytes long: a copy of it is unfolded and searched.
    """
    ends = threading.Event()
    answered = []
    failures: list[Exception] = []

    def ask_again() -> None:
        request = urllib.request.Request(keyway.url + path, headers=keyway.headers)
        while not ends.is_set():
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    answered.append(sum(len(piece) for piece in iter(lambda: answer.read(1 << 20), b"")))
            except OSError as error:
                failures.append(error)
                return

    threads = [threading.Thread(target=ask_again) for _ in range(MASKERS)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    try:
        result = measure()
    finally:
        ends.set()
        for thread in threads:
            thread.join()
    if failures or set(answered) != {size}:
        raise SystemExit(f"maskers failed: {failures[:1]}, {set(answered)}")
    say(f"{len(answered)} responses were masked meanwhile")
    return result
