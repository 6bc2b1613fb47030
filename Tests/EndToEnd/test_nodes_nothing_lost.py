"""What any of two nodes acknowledged is kept, once, through the troubles of nodes, network and database.

Each round lets clients of both nodes create, change, delete, revoke and act, and then makes trouble. After it, every
acknowledged change is there, none is there by half, each act has its intent, and no link of an audit chain is missing
or doubled.
"""

import os
import pathlib
import random
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from acting import LOOPBACK, TWINS, Actor, act_events
from callers import Caller, answers, compare
from catalogue import BY_NAME
from harness import CONNECTIONS, PATIENCE, Server, at, command, verify_audit_chain, wait_until
from nodes import Nodes, Relay
from postgres import Cluster
from twins.twin import Twin
from writers import ActTokens, Writer

IS_LONG = bool(os.environ.get("KEYWAY_LONG"))
ROUNDS = int(os.environ.get("KEYWAY_NODE_ROUNDS", "45" if IS_LONG else "2"))
PROMOTIONS = int(os.environ.get("KEYWAY_PROMOTIONS", "6" if IS_LONG else "1"))
CALLERS = 2


class Client(Writer):
    """A writer that a refusal ends: the database may have taken what it did not confirm."""

    trusts_refusals = False


@dataclass
class Work:
    """The clients of two nodes in one round."""

    nodes: Nodes
    writers: dict[int, list[Writer]] = field(default_factory=dict)
    callers: dict[int, list[Caller]] = field(default_factory=dict)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self, number: int, connection_id: str) -> None:
        self.writers = {
            node: [
                Client(2 * number + node, 0),
                Client(2 * number + node, 1),
                Client(2 * number + node, 2, ActTokens(connection_id)),
            ]
            for node in (0, 1)
        }
        self.callers = {node: [Caller(connection_id) for _ in range(CALLERS)] for node in (0, 1)}
        count = sum(len(self.writers[node]) + len(self.callers[node]) for node in (0, 1))
        ready = threading.Barrier(count + 1)
        for node, server in enumerate(self.nodes.servers):
            for writer in self.writers[node]:
                self.threads.append(threading.Thread(target=writer.run, args=(server, ready)))
            for caller in self.callers[node]:
                self.threads.append(threading.Thread(target=caller.run, args=(server, ready, "/echo")))
        for thread in self.threads:
            thread.start()
        ready.wait()

    def done(self, node: int) -> int:
        return sum(writer.acknowledged for writer in self.writers[node])

    def goes_on(self, node: int) -> None:
        """Waits until a node has acknowledged some more, or its clients have ended."""
        enough = self.done(node) + 10
        ended = [*self.writers[node]]
        wait_until(
            lambda: self.done(node) >= enough or all(writer.refused for writer in ended), "work of the other node"
        )

    def end(self) -> None:
        for client in [*self.all_writers, *self.all_callers]:
            client.over.set()
        for thread in self.threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "a client still waits for an answer"
        for writer in self.all_writers:
            if writer.fault:
                raise writer.fault

    @property
    def all_writers(self) -> list[Writer]:
        return [writer for node in (0, 1) for writer in self.writers[node]]

    @property
    def all_callers(self) -> list[Caller]:
        return [caller for node in (0, 1) for caller in self.callers[node]]


@dataclass
class Place:
    """Two nodes, the first with a relay between it and the database."""

    nodes: Nodes
    way: Relay


def kill_the_database(place: Place, work: Work) -> None:
    place.nodes.cluster.kill()
    place.nodes.cluster.start()


def stop_a_node_for_a_while(place: Place, work: Work) -> None:
    process = place.nodes.servers[0].process
    process.send_signal(signal.SIGSTOP)
    try:
        work.goes_on(1)
    finally:
        process.send_signal(signal.SIGCONT)


def kill_a_node(place: Place, work: Work) -> None:
    place.nodes.servers[0].kill()
    work.goes_on(1)
    place.nodes.servers[0].start()


def cut_the_network(place: Place, work: Work) -> None:
    place.way.block()
    try:
        work.goes_on(1)
    finally:
        place.way.restore()


def end_all_sessions(place: Place, work: Work) -> None:
    database = place.nodes.database
    database.cluster.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE datname = '{database.name}' AND pid <> pg_backend_pid()"
    )


TROUBLES: list[Callable[[Place, Work], None]] = [
    kill_the_database,
    stop_a_node_for_a_while,
    kill_a_node,
    cut_the_network,
    end_all_sessions,
]


@pytest.fixture
def twin() -> Iterator[Twin]:
    with TWINS["OpenAIAPIKey"]() as twin:
        yield twin


@pytest.fixture
def place(tmp_path: pathlib.Path) -> Iterator[Place]:
    """On a PostgreSQL of its own, which may be killed."""
    nodes = Nodes(tmp_path, Cluster().initialise().start())
    try:
        way = nodes.relay()
        nodes.add(*LOOPBACK, relay=way)
        nodes.add(*LOOPBACK)
        nodes.start()
        yield Place(nodes, way)
        assert [server.stop() for server in nodes.servers] == [0, 0]
    finally:
        nodes.close()
        nodes.cluster.remove()


def serves(server: Server) -> bool:
    """Whether a node has recovered by itself."""
    ready = server.request("GET", "/readyz").status == 200
    return ready and server.request("GET", CONNECTIONS).status == 200


def check(nodes: Nodes, work: Work, twin: Twin, callers: list[Caller], changes: int) -> int:
    """Looks after a round; the number of changes that have happened by then, acts aside."""
    for server in nodes.servers:
        wait_until(lambda server=server: serves(server), "a node that has recovered")
        assert server.create(BY_NAME["HTTPTokenAuth"].create("recovered"))
        changes += 1
    for node, server in enumerate(nodes.servers):
        for writer in work.writers[node]:
            # Each is looked for on the other node.
            changes += writer.acknowledged + writer.resolve(nodes.servers[1 - node])
            writer.verify(server)
            writer.verify(nodes.servers[1 - node])
    compare(nodes.data_dir, callers, twin, all_ended=False)
    events = verify_audit_chain(nodes.data_dir)
    assert events - len(act_events(nodes.data_dir)) == changes, "each change that happened has one audit event"
    return changes


def verify_by_command(nodes: Nodes, place: pathlib.Path) -> None:
    """The chain is whole by the operator's own means, too."""
    file = place / "audit.jsonl"
    done = command("audit", "export", *at(nodes.data_dir), "--output", file)
    assert done.returncode == 0, done.stderr
    done = command("audit", "verify", file)
    assert done.returncode == 0, done.stderr


def test_rounds_of_trouble_lose_nothing(place: Place, twin: Twin, tmp_path: pathlib.Path) -> None:
    nodes = place.nodes
    connection_id = Actor(nodes.servers[1]).connect(twin)
    changes = verify_audit_chain(nodes.data_dir)
    moment = random.Random(31)
    callers: list[Caller] = []
    in_doubt = 0
    for number in range(ROUNDS):
        work = Work(nodes)
        work.start(number, connection_id)
        count = moment.randrange(20, 120)
        wait_until(lambda work=work, count=count: work.done(0) + work.done(1) >= count, "the clients' work")
        TROUBLES[number % len(TROUBLES)](place, work)
        for server in nodes.servers:
            wait_until(lambda server=server: serves(server), "a node that has recovered")
        work.end()
        callers += work.all_callers
        in_doubt += sum(writer.doubt is not None for writer in work.all_writers)
        changes = check(nodes, work, twin, callers, changes)
    assert answers(callers) > ROUNDS
    assert in_doubt > 0, "no trouble met a write in flight"
    verify_by_command(nodes, tmp_path)


@pytest.mark.parametrize("number", range(PROMOTIONS))
def test_a_promotion_loses_nothing(number: int, twin: Twin, tmp_path: pathlib.Path) -> None:
    """The primary dies, and its standby, which has applied all that was acknowledged, takes its place."""
    primary = Cluster().initialise().start()
    standby: Cluster | None = None
    nodes: Nodes | None = None
    try:
        nodes = Nodes(tmp_path, primary)
        standby = primary.standby("follower")
        for setting in ("synchronous_standby_names = 'follower'", "synchronous_commit = 'remote_apply'"):
            primary.query(f"ALTER SYSTEM SET {setting}")
        primary.query("SELECT pg_reload_conf()")
        wait_until(lambda: primary.query("SELECT sync_state FROM pg_stat_replication") == [["sync"]], "the standby")
        uri = f"postgresql:///keyway?host={primary.place},{standby.place}&port=5432,5432&user=keyway"
        for _ in range(2):
            nodes.add(*LOOPBACK, uri=uri)
        nodes.start()
        connection_id = Actor(nodes.servers[1]).connect(twin)
        changes = verify_audit_chain(nodes.data_dir)
        work = Work(nodes)
        work.start(100 + number, connection_id)
        count = random.Random(number).randrange(20, 120)
        wait_until(lambda: work.done(0) + work.done(1) >= count, "the clients' work")
        primary.kill()
        standby.promote()
        nodes.database.cluster = standby
        for server in nodes.servers:
            wait_until(lambda server=server: serves(server), "a node that has recovered")
        work.end()
        check(nodes, work, twin, work.all_callers, changes)
        assert [server.stop() for server in nodes.servers] == [0, 0]
    finally:
        if nodes:
            nodes.close()
        for cluster in (primary, standby):
            if cluster:
                cluster.remove()
