"""Measures Keyway beside nginx and etcd, and its SDK beside the official Python client, and prints a table of figures,
ratios and bars. See README.md.

Usage: bench.py [reads] [creates] [million] [accounts] [readers] [sdk] [acts] [agents] [proxies] [s3] [masking] [nodes]

All without arguments.
"""

import base64
import json
import os
import pathlib
import platform
import shutil
import statistics
import sys
import time
from dataclasses import asdict

from acts import acts
from agents import agents
from clients import official_client, our_client, stock_every_integration
from loader import BODY, PLACEHOLDER, SOME, load, stock
from many_nodes import nodes
from masking import masking
from measuring import (
    PLACE,
    ROUNDS,
    SECONDS,
    THREADS,
    Row,
    fetch,
    first_id,
    interleaved,
    p99,
    rate,
    ratio,
    read,
    read_path,
    say,
    write,
)
from proxies import proxies
from s3 import s3
from searches import beside_searchers, search_times, slow_readers
from servers import ACCOUNTS, CONNECTIONS, Etcd, Keyway, Nginx

MANY = int(os.environ.get("KEYWAY_BENCH_MANY", "1000000"))
FEW = 1000
DOCUMENTS = int(os.environ.get("KEYWAY_BENCH_DOCUMENTS", "10000"))
# The longest list of connections; that of AWS accounts has no pages.
PAGE = f"{CONNECTIONS}?page%5Bsize%5D=100"

# A typical AWS account; it has no secret, but three times the members.
ACCOUNT_BODY = json.dumps(
    {
        "data": {
            "type": "account",
            "attributes": {
                "aws_account_id": "@" * 12,
                "aws_partition": "aws",
                "auth_config": {"role_name": "KeywayIntegrationRole"},
                "account_tags": ["team:operations", "env:production"],
                "aws_regions": {"include_only": ["eu-central-1", "us-east-1"]},
            },
        }
    }
).encode()


def main(sections: list[str]) -> int:
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    say(f"{machine()}; load average {os.getloadavg()[0]:.2f}; {ROUNDS} rounds of {SECONDS} s; wrk -t{THREADS}")
    rows: list[Row] = []
    try:
        for section in (reads, creates, million, accounts, readers, sdk, acts, agents, proxies, s3, masking, nodes):
            if not sections or section.__name__ in sections:
                rows += section()
    finally:
        for directory in PLACE.iterdir():
            if directory.is_dir():
                shutil.rmtree(directory)
    results = [{**asdict(row), "passed": row.passed} for row in rows]
    (PLACE / "results.json").write_text(json.dumps({"machine": machine(), "rows": results}, indent=2) + "\n")
    print_table(rows)
    return 0


def reads() -> list[Row]:
    """GET of one of 100,000 connections, beside nginx with a static file of the same size."""
    keyway, nginx = Keyway(PLACE / "keyway"), Nginx(PLACE / "nginx", "nginx")
    try:
        keyway.start()
        ids = stock(keyway, SOME)
        example = first_id(ids)
        document = fetch(f"{keyway.url}{CONNECTIONS}/{example}", keyway.headers)
        one = PLACE / "nginx" / "ids"
        one.write_text(f"{example}\n")
        nginx.start(f"{CONNECTIONS}/{example}", document)
        ours, theirs = interleaved(
            ("Keyway", lambda seconds: read(keyway, ids, keyway.headers, seconds)),
            ("nginx", lambda seconds: read(nginx, one, keyway.headers, seconds)),
        )
    finally:
        keyway.stop()
        nginx.stop()
    what = f"GET one of {SOME:,}, {len(document)} bytes"
    return [
        Row(f"{what}: rate", rate(ours), f"nginx {rate(theirs)}", ratio(ours, theirs, "rate"), 0.75),
        Row(f"{what}: p99", p99(ours), f"nginx {p99(theirs)}", ratio(ours, theirs, "p99"), 2, at_least=False),
    ]


def creates() -> list[Row]:
    """Durable creates, beside durable puts of the same body to etcd."""
    keyway, etcd = Keyway(PLACE / "keyway-creates"), Etcd(PLACE / "etcd", "etcd")
    ours_body, theirs_body = PLACE / "create.json", PLACE / "put.json"
    ours_body.write_bytes(BODY)
    value = base64.b64encode(BODY).decode()
    theirs_body.write_text(json.dumps({"key": PLACEHOLDER.decode(), "value": value}))
    try:
        keyway.start()
        etcd.start()
        ours, theirs = interleaved(
            ("Keyway", lambda seconds: write(keyway, ours_body, CONNECTIONS, keyway.headers, seconds)),
            ("etcd", lambda seconds: write(etcd, theirs_body, "/v3/kv/put", {}, seconds)),
        )
    finally:
        keyway.stop()
        etcd.stop()
    return [Row("durable creates: rate", rate(ours), f"etcd {rate(theirs)}", ratio(ours, theirs, "rate"), 2)]


def million() -> list[Row]:
    """Keyway with 1,000,000 connections: its memory, its reads beside those of 1,000, its start, and searches."""
    large, small = Keyway(PLACE / "keyway-many"), Keyway(PLACE / "keyway-few")
    try:
        large.start()
        time.sleep(1)
        idle = large.resident_mebibytes()
        many = stock(large, MANY)
        loaded = large.resident_mebibytes()
        small.start()
        few = stock(small, FEW)
        of_many, of_few = interleaved(
            (f"of {MANY:,}", lambda seconds: read(large, many, large.headers, seconds)),
            (f"of {FEW:,}", lambda seconds: read(small, few, small.headers, seconds)),
        )
        starts = []
        for number in range(max(ROUNDS, 3)):
            large.stop()
            starts.append(large.start(f"{CONNECTIONS}/{first_id(many)}"))
            say(f"start {number + 1}: {starts[-1]:.3f} s")
        # The names are indexed within some seconds.
        time.sleep(3)
        searches = search_times(large, MANY)
        body = PLACE / "searched.json"
        body.write_bytes(BODY)
        searches += beside_searchers(large, body)
    finally:
        large.stop()
        small.stop()
    start = statistics.median(starts)
    return [
        Row(
            f"GET one of {MANY:,} beside one of {FEW:,}: rate",
            rate(of_many),
            f"itself {rate(of_few)}",
            ratio(of_many, of_few, "rate"),
            0.75,
        ),
        Row(f"start to first answer, {MANY:,} stored", f"{start:.3f} s", "", start, 0.3, " s", at_least=False),
        Row("resident memory, idle", f"{idle:.1f} MB", "", idle, 45, " MB", at_least=False),
        Row(f"resident memory, after {MANY:,} creates", f"{loaded:.1f} MB", "", loaded, 150, " MB", at_least=False),
        *searches,
    ]


def accounts() -> list[Row]:
    """Reads of 1,000 AWS accounts, beside those of 1,000 connections on the same server. There is no bar."""
    keyway = Keyway(PLACE / "keyway-accounts")
    try:
        keyway.start()
        connections, of_accounts = stock(keyway, FEW), stock_accounts(keyway, FEW)
        sizes = {
            path: len(fetch(f"{keyway.url}{path}", keyway.headers))
            for path in (
                f"{ACCOUNTS}/{first_id(of_accounts)}",
                f"{CONNECTIONS}/{first_id(connections)}",
                ACCOUNTS,
                PAGE,
            )
        }
        account, connection, account_list, page = sizes.values()
        one, other = interleaved(
            ("GET one account", lambda seconds: read(keyway, of_accounts, keyway.headers, seconds, ACCOUNTS)),
            ("GET one connection", lambda seconds: read(keyway, connections, keyway.headers, seconds)),
        )
        every, some = interleaved(
            # One key may not have 64 of them under way: they would take more than its part of the memory for responses.
            ("list accounts", lambda seconds: read_path(keyway, ACCOUNTS, seconds, clients=16)),
            ("list connections", lambda seconds: read_path(keyway, PAGE, seconds, clients=16)),
        )
    finally:
        keyway.stop()
    rows = []
    for what, ours, theirs, beside in (
        (f"GET one of {FEW:,} AWS accounts, {account:,} bytes", one, other, f"one connection, {connection:,} bytes"),
        (f"list of {FEW:,} AWS accounts, {account_list:,} bytes", every, some, f"100 connections, {page:,} bytes"),
    ):
        rows += [
            Row(f"{what}: rate", rate(ours), f"{beside}: {rate(theirs)}", ratio(ours, theirs, "rate"), None),
            Row(f"{what}: p99", p99(ours), f"{beside}: {p99(theirs)}", ratio(ours, theirs, "p99"), None),
        ]
    return rows


def readers() -> list[Row]:
    """The memory that lists cost while their clients don't read on."""
    keyway = Keyway(PLACE / "keyway-readers", "--connections-per-address", "1024")
    try:
        keyway.start()
        stock(keyway, FEW)
        stock_accounts(keyway, DOCUMENTS)
        return slow_readers(keyway, PAGE)
    finally:
        keyway.stop()


def sdk() -> list[Row]:
    """The SDK beside the official Python client: the same documents, the same server, one request at a time."""
    keyway = Keyway(PLACE / "keyway-sdk")
    clients = {}
    try:
        keyway.start()
        documents = stock_every_integration(keyway, DOCUMENTS)
        clients = {"SDK": our_client(keyway, documents), "Python": official_client(keyway, documents)}
        rows = []
        for task, what, bar in (
            ("decode", f"SDK: decoding {DOCUMENTS:,} connections of all integrations", 20),
            ("get", f"SDK: {DOCUMENTS:,} GETs, one at a time, over one kept connection", 5),
        ):
            rates: dict[str, list[float]] = {name: [] for name in clients}
            for number in range(-1, ROUNDS):
                for name, client in clients.items():
                    seconds = client.round(task)
                    # The first round of each is its warm-up.
                    if number >= 0:
                        rates[name].append(DOCUMENTS / seconds)
                        say(f"round {number + 1}: {task}: {name} {rates[name][-1]:,.0f}/s")
            ours, theirs = (statistics.median(rates[name]) for name in clients)
            rows.append(Row(f"{what}: rate", f"{ours:,.0f}/s", f"Python {theirs:,.0f}/s", ours / theirs, bar))
    finally:
        for client in clients.values():
            client.stop()
        keyway.stop()
    return rows


def stock_accounts(keyway: Keyway, count: int) -> pathlib.Path:
    """Creates AWS accounts through the API, and returns the file with their ids."""
    ids = load(keyway.port, ACCOUNTS, keyway.headers, ACCOUNT_BODY, count, spelling=b"%012d")
    keyway.truncate_logs()
    file = keyway.place / "account-ids"
    file.write_bytes(b"\n".join(ids) + b"\n")
    return file


def machine() -> str:
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} cores, {cpu}"


def print_table(rows: list[Row]) -> None:
    print("\n| what | Keyway | beside | figure | bar | |\n| --- | --- | --- | --- | --- | --- |")
    for row in rows:
        if row.bar is None:
            print(f"| {row.what} | {row.keyway} | {row.peer} | {row.figure:.2f}{row.unit} | none | |")
            continue
        bar = f"{'at least' if row.at_least else 'at most'} {row.bar:g}{row.unit}"
        verdict = "pass" if row.passed else "**miss**"
        print(f"| {row.what} | {row.keyway} | {row.peer} | {row.figure:.2f}{row.unit} | {bar} | {verdict} |")
    print(f"\nThe same in {PLACE / 'results.json'}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
