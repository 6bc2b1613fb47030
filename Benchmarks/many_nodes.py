"""Keyway over PostgreSQL, beside itself over SQLite and beside pgbench; two nodes beside one; a pooler; a standby.

The PostgreSQL is the tests' own, started as they start theirs, but with memory for what is measured.
"""

import http.client
import os
import pathlib
import re
import shutil
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from acts import ANSWER, ON_LOOPBACK, PATH, connect
from loader import BODY, SOME, stock
from measuring import CLIENTS, PLACE, SECONDS, THREADS, Load, Row, fetch, interleaved, rate, ratio, read, read_path, say
from measuring import write as write_by_wrk
from servers import CONNECTIONS, Keyway, Nginx, Process

# The tests' own PostgreSQL.
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "Tests" / "EndToEnd"))
from postgres import NOBODY, PORT, USER, Cluster, unprivileged, wait_until

# There are twelve sides, so each has less time in a round than elsewhere.
ROUND = min(SECONDS, int(os.environ.get("KEYWAY_BENCH_NODES_SECONDS", "4")))
REVOKING = 3 * ROUND
# Enough for all that is measured, and no checkpoint in the middle of a round.
SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "8GB", "checkpoint_timeout": "1h"}
POOLER_PORT = 6432
KEYS = "/api/v2/api_keys"
VALIDATE = "/api/v2/validate_keys"


def nodes() -> list[Row]:
    """All rows: on one PostgreSQL, then on one with a synchronous standby."""
    body = PLACE / "node-create.json"
    body.write_bytes(BODY)
    return alone(body) + with_standby(body)


def alone(body: pathlib.Path) -> list[Row]:
    cluster = Cluster(**SETTINGS).initialise().start()
    servers: list[Process] = [Nginx(PLACE / "upstream-nodes", "upstream")]
    try:
        cluster.create("keyway")
        embedded = Keyway(PLACE / "embedded", *ON_LOOPBACK)
        first = Node("node-1", cluster, *ON_LOOPBACK)
        second = Node("node-2", cluster, *ON_LOOPBACK, beside=first)
        pooler = Pooler(cluster)
        pooled = Node("node-pooled", cluster, *ON_LOOPBACK, beside=first, pooler=pooler)
        servers += [embedded, first, second, pooled, pooler]
        pooler.start()
        for node in (embedded, first, second, pooled):
            node.start()
        rows = reads(first, embedded)
        rows += creates(first, second, pooled, embedded, PgBench(cluster), body)
        servers[0].start(PATH, ANSWER)
        rows += acts(first, embedded, servers[0].url)
        return [*rows, revocations(first, second, body)]
    finally:
        for server in servers:
            server.stop()
        cluster.remove()


def with_standby(body: pathlib.Path) -> list[Row]:
    """Creates where each commit waits until a standby has applied it."""
    primary = Cluster(**SETTINGS).initialise().start()
    standby: Cluster | None = None
    both: list[Node] = []
    try:
        primary.create("keyway")
        both.append(Node("node-1-replicated", primary))
        both.append(Node("node-2-replicated", primary, beside=both[0]))
        both[0].start()
        stock(both[0], 1)
        bench = PgBench(primary)
        standby = primary.standby("follower", **SETTINGS)
        for setting in ("synchronous_standby_names = 'follower'", "synchronous_commit = 'remote_apply'"):
            primary.query(f"ALTER SYSTEM SET {setting}")
        primary.query("SELECT pg_reload_conf()")
        wait_until(lambda: primary.query("SELECT sync_state FROM pg_stat_replication") == [["sync"]], "the standby")
        # Sessions have the new setting from their beginning.
        both[0].stop()
        for node in both:
            node.start()
        ours, two, theirs = interleaved(
            ("creates, standby", lambda seconds: write(both[0], body, seconds)),
            ("creates, standby, two nodes", lambda seconds: write_on_all(both, body, seconds)),
            ("pgbench, standby", bench.run),
            seconds=ROUND,
        )
    finally:
        for node in both:
            node.stop()
        for cluster in (primary, standby):
            if cluster:
                cluster.remove()
    what = "creates, PostgreSQL with a standby (remote_apply)"
    return [
        Row(f"{what}: rate", rate(ours), f"pgbench {rate(theirs)}", ratio(ours, theirs, "rate"), 1.4),
        Row(f"{what}: two nodes", rate(two), f"one node {rate(ours)}", ratio(two, ours, "rate"), 0.85),
    ]


def reads(node: Keyway, embedded: Keyway) -> list[Row]:
    """GETs of random ones of many connections."""
    ids = {server: stock(server, SOME) for server in (embedded, node)}
    ours, theirs = interleaved(
        ("GETs, PostgreSQL", lambda seconds: read(node, ids[node], node.headers, seconds)),
        ("GETs, SQLite", lambda seconds: read(embedded, ids[embedded], embedded.headers, seconds)),
        seconds=ROUND,
    )
    what = f"GET one of {SOME:,}, PostgreSQL, {CLIENTS} clients: rate"
    return [Row(what, rate(ours), f"SQLite {rate(theirs)}", ratio(ours, theirs, "rate"), 0.8)]


def creates(
    node: Keyway, other: Keyway, pooled: Keyway, embedded: Keyway, bench: "PgBench", body: pathlib.Path
) -> list[Row]:
    """Durable creates of one organisation."""
    ours, sqlite, two, by_pooler, theirs = interleaved(
        ("creates, PostgreSQL", lambda seconds: write(node, body, seconds)),
        ("creates, SQLite", lambda seconds: write(embedded, body, seconds)),
        ("creates, two nodes", lambda seconds: write_on_all([node, other], body, seconds)),
        ("creates, PgBouncer", lambda seconds: write(pooled, body, seconds)),
        ("pgbench", bench.run),
        seconds=ROUND,
    )
    what = "creates, PostgreSQL"
    return [
        Row(f"{what}: rate", rate(ours), f"pgbench {rate(theirs)}", ratio(ours, theirs, "rate"), 1.4),
        Row(f"{what}: rate", rate(ours), f"SQLite {rate(sqlite)}", ratio(ours, sqlite, "rate"), 0.75),
        Row(f"{what}: two nodes", rate(two), f"one node {rate(ours)}", ratio(two, ours, "rate"), 0.95),
        Row(f"{what}: by PgBouncer", rate(by_pooler), f"directly {rate(ours)}", ratio(by_pooler, ours, "rate"), 0.7),
    ]


def acts(node: Keyway, embedded: Keyway, upstream: str) -> list[Row]:
    """Acts through a connection to an upstream on loopback."""
    paths = {server: f"{CONNECTIONS}/{connect(server, upstream)}/proxy{PATH}" for server in (node, embedded)}
    for server, path in paths.items():
        assert fetch(server.url + path, server.headers) == ANSWER
    ours, theirs = interleaved(
        ("acts, PostgreSQL", lambda seconds: read_path(node, paths[node], seconds)),
        ("acts, SQLite", lambda seconds: read_path(embedded, paths[embedded], seconds)),
        seconds=ROUND,
    )
    what = f"act, PostgreSQL, {CLIENTS} clients: rate"
    return [Row(what, rate(ours), f"SQLite {rate(theirs)}", ratio(ours, theirs, "rate"), 0.7)]


def revocations(node: Keyway, other: Keyway, body: pathlib.Path) -> Row:
    """Revocations of API keys on a node that creates meanwhile, until another node refuses them."""
    times: list[float] = []
    with ThreadPoolExecutor(1) as pool:
        load = pool.submit(write, node, body, REVOKING)
        time.sleep(1)
        end = time.monotonic() + REVOKING - 2
        while time.monotonic() < end:
            times.append(revocation(node, other, len(times)))
        created = load.result()
    worst = statistics.quantiles(times, n=100, method="inclusive")[98]
    median = statistics.median(times)
    say(f"{len(times)} revocations, median {median:.2f} ms, p99 {worst:.2f} ms, beside {created.rate:,.0f} creates/s")
    beside = f"median {median:.1f} ms, {len(times)} beside {created.rate:,.0f} creates/s"
    return Row("revocation, node to node: p99", f"{worst:.1f} ms", beside, worst, 25, " ms", at_least=False)


def revocation(node: Keyway, other: Keyway, number: int) -> float:
    """Milliseconds from the acknowledgement of one to the first refusal, both as clients see them."""
    data = {"type": "api_keys", "attributes": {"name": f"revoked {number}"}}
    made = node.send("POST", KEYS, {"data": data})["data"]
    headers = node.headers | {"DD-API-KEY": made["attributes"]["key"]}
    # From an address of its own: refusals of many keys to one address are slowed down.
    address = f"127.1.{number // 250}.{number % 250 + 1}"
    client = http.client.HTTPConnection("127.0.0.1", other.port, timeout=10, source_address=(address, 0))
    try:
        for _ in range(2):
            assert validate(client, headers) == 200
        node.send("DELETE", f"{KEYS}/{made['id']}", None)
        began = time.perf_counter()
        while (status := validate(client, headers)) == 200:
            pass
        assert status == 403, f"a revoked key is answered with {status}"
        return (time.perf_counter() - began) * 1000
    finally:
        client.close()


def validate(client: http.client.HTTPConnection, headers: dict[str, str]) -> int:
    client.request("GET", VALIDATE, headers=headers)
    answer = client.getresponse()
    answer.read()
    return answer.status


def write(server: Keyway, body: pathlib.Path, seconds: int) -> Load:
    return write_by_wrk(server, body, CONNECTIONS, server.headers, seconds)


def write_on_all(servers: list[Keyway], body: pathlib.Path, seconds: int) -> Load:
    """The same clients, spread over several servers."""
    share, threads = CLIENTS // len(servers), max(THREADS // len(servers), 1)
    with ThreadPoolExecutor(len(servers)) as pool:
        loads = list(
            pool.map(
                lambda server: write_by_wrk(server, body, CONNECTIONS, server.headers, seconds, share, threads), servers
            )
        )
    return Load(sum(load.rate for load in loads), max(load.p50 for load in loads), max(load.p99 for load in loads))


class Node(Keyway):
    """Keyway on a database: on an empty one, or with the keys of a node that is there already."""

    def __init__(
        self,
        name: str,
        cluster: Cluster,
        *options: str,
        database: str = "keyway",
        beside: "Node | None" = None,
        pooler: "Pooler | None" = None,
    ) -> None:
        self.beside = beside
        place = PLACE / name
        store = ["--store", pooler.uri(database) if pooler else cluster.uri(database)]
        store += ["--master-key-file", str((beside.place if beside else place) / "master.key")]
        if pooler:
            options = (*options, "--store-direct", cluster.uri(database))
        super().__init__(place, *options, store=store)

    def initialise(self) -> dict[str, str]:
        return self.beside.headers if self.beside else super().initialise()


class Pooler(Process):
    """PgBouncer before a PostgreSQL, in transaction mode, else as Debian's pgbouncer.ini has it."""

    CONFIGURATION = """
[databases]
* = host={cluster} port={port} user={user}
[pgbouncer]
listen_addr =
listen_port = {pooler_port}
unix_socket_dir = {place}
auth_type = any
pool_mode = transaction
max_client_conn = 100
default_pool_size = 20
"""

    def __init__(self, cluster: Cluster) -> None:
        # Where it may go: it refuses to be root's, as PostgreSQL does.
        super().__init__(cluster.place / "pooler", "pgbouncer")
        if os.geteuid() == 0:
            shutil.chown(self.place, NOBODY, NOBODY)
        self.cluster = cluster

    def uri(self, database: str) -> str:
        return f"postgresql:///{database}?host={self.place}&port={POOLER_PORT}&user={USER}"

    def start(self) -> None:
        configuration = self.place / "pgbouncer.ini"
        text = self.CONFIGURATION.format(
            cluster=self.cluster.place, port=PORT, user=USER, pooler_port=POOLER_PORT, place=self.place
        )
        configuration.write_text(text)
        pgbouncer = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
        socket = self.place / f".s.PGSQL.{POOLER_PORT}"
        self.spawn([pgbouncer, "-q", str(configuration)], socket.exists, **unprivileged())


class PgBench:
    """pgbench, which inserts the rows of a create in a transaction each, in tables like Keyway's, under rising keys."""

    SCRIPT = """
\\set low random(0, 9223372036854775806)
BEGIN;
INSERT INTO connections (key, low, organization, document, document_version, revision, owner, name, category)
VALUES (nextval('rising'), :low, 1, :document, :version, 1, :owner, 'bench ' || lpad(to_hex(:low::int8), 16, '0'),
    :category);
INSERT INTO sealed_secrets (document, kind, master_key_id, bytes)
VALUES (currval('rising'), :kind, :master_key_id, :sealed);
INSERT INTO audit_log (place, event, time) VALUES (currval('rising'), :event, :moment);
COMMIT;
"""
    # In hexadecimal, since texts may hold what psql parts columns by.
    ROW = """
SELECT encode(convert_to(c.document, 'UTF8'), 'hex'), c.document_version, c.owner, c.category, s.kind,
    s.master_key_id, encode(s.bytes, 'hex'), encode(convert_to(a.event, 'UTF8'), 'hex'), a.time
FROM connections c JOIN sealed_secrets s ON s.document = c.key CROSS JOIN LATERAL (
    SELECT event, time FROM audit_log WHERE place >> 40 = c.organization ORDER BY place DESC LIMIT 1
) a
ORDER BY c.key DESC LIMIT 1
"""
    NAMES = ("document", "version", "owner", "category", "kind", "master_key_id", "sealed", "event", "moment")

    def __init__(self, cluster: Cluster) -> None:
        """Takes the values of the newest connection in the database `keyway`."""
        self.cluster = cluster
        cluster.create("pgbench")
        # Makes the tables.
        Node(f"{cluster.place.name}-pgbench", cluster, database="pgbench")
        cluster.query("CREATE SEQUENCE rising START 1125899906842624", "pgbench")
        (row,) = cluster.query(self.ROW, "keyway")
        values = dict(zip(self.NAMES, row, strict=True))
        for name in ("document", "event"):
            values[name] = bytes.fromhex(values[name]).decode()
        values["sealed"] = "\\x" + values["sealed"]
        self.variables = [f"--define={name}={value}" for name, value in values.items()]
        self.script = cluster.place / "create.sql"
        self.script.write_text(self.SCRIPT)
        self.script.chmod(0o644)

    def run(self, seconds: int) -> Load:
        options = [f"--client={CLIENTS}", f"--jobs={THREADS}", f"--time={seconds}", "--protocol=prepared"]
        options += ["--no-vacuum", f"--file={self.script}", *self.variables]
        connection = [f"--host={self.cluster.place}", f"--port={PORT}", f"--username={USER}"]
        told = self.cluster.run("pgbench", *options, *connection, "pgbench")
        found = re.search(r"^tps = ([\d.]+)", told, re.MULTILINE)
        if not found or "number of failed transactions: 0 " not in told:
            raise SystemExit(f"pgbench failed: {told}")
        return Load(float(found[1]))
