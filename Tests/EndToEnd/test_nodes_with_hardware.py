"""Nodes on one database whose master key is in hardware: each has a helper of its own, whose troubles are its own."""

import os
import pathlib
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from acting import LOOPBACK, assert_own
from harness import CONNECTIONS, Keys, Server, command, verify_audit_chain, wait_until
from postgres import new_database, shared_cluster
from stores import Database, use_database
from tokens_in_hardware import (
    PIN,
    KeyedTwin,
    SoftHSM,
    TokenDouble,
    act,
    assert_acts,
    create,
    helpers,
    metric,
    ready,
)

ROUNDS = 20 if os.environ.get("KEYWAY_LONG") else 2


@pytest.fixture(scope="module")
def twin() -> Iterator[KeyedTwin]:
    with KeyedTwin() as twin:
        yield twin


@contextmanager
def pair(
    place: pathlib.Path, hardware: SoftHSM | TokenDouble, uri: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[Server]]:
    """Two servers on a database of their own; the database has no key that opens anything."""
    for name, value in hardware.variables.items():
        monkeypatch.setenv(name, value)
    data_dir = place / "data"
    database = Database(shared_cluster(), new_database())
    use_database(data_dir, database)
    store = ["--store", database.uri, "--master-key", uri, "--master-key-file", f"{data_dir}.key"]
    done = command("init", *store, "--json")
    assert done.returncode == 0, done.stderr
    keys = Keys.of(done.stdout)
    assert not pathlib.Path(f"{data_dir}.key").exists(), "there is no key outside"
    servers = []
    for number in range(2):
        server = Server(data_dir, keys, "--rate-limit", "off", *LOOPBACK)
        server.store = store
        server.log_file = place / f"node-{number}.log"
        servers.append(server)
    try:
        for server in servers:
            server.start()
        yield servers
        assert [server.stop() for server in servers] == [0, 0]
        done = command("seal", "check", *store)
        assert done.returncode == 0, done.stderr
    finally:
        for server in servers:
            if server.is_running:
                server.kill()
    assert verify_audit_chain(data_dir) > 0


def test_the_end_of_a_helper_costs_its_node_requests_and_no_other(
    twin: KeyedTwin, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hsm = SoftHSM(tmp_path / "hsm")
    for name, value in hsm.variables.items():
        monkeypatch.setenv(name, value)
    with pair(tmp_path, hsm, hsm.make("master"), monkeypatch) as (first, second):
        connection_id = create(first, twin, "s3cr3t-of-two-nodes").json["data"]["id"]
        for server in (first, second):
            assert_acts(server, twin, connection_id, "s3cr3t-of-two-nodes")
        for number in range(ROUNDS):
            ended, other = (first, second) if number % 2 else (second, first)
            starts = metric(ended, "keyway_master_key_helper_starts_total")
            others = helpers(other)
            os.kill(helpers(ended)[0], signal.SIGKILL)
            # Nobody else notices.
            assert_acts(other, twin, connection_id, "s3cr3t-of-two-nodes")
            assert helpers(other) == others
            answer = act(ended, connection_id)
            if answer.status != 200:
                assert_own(answer, "master_key_unavailable")
            wait_until(lambda s=starts, n=ended: metric(n, "keyway_master_key_helper_starts_total") > s, "a new helper")
            wait_until(lambda n=ended: ready(n) == 200, "a node that is ready")
            assert_acts(ended, twin, connection_id, "s3cr3t-of-two-nodes")
            made = create(ended, twin, f"s3cr3t-{number}").json["data"]["id"]
            assert_acts(other, twin, made, f"s3cr3t-{number}")
        for server in (first, second):
            assert PIN not in server.log_text()


@pytest.mark.parametrize("misbehaviour", ["lose", "crash"])
def test_a_lost_session_is_made_anew(
    misbehaviour: str, twin: KeyedTwin, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a login in the same helper where the module has lost it, in a new one where the module has crashed."""
    double = TokenDouble(tmp_path / "double")
    with pair(tmp_path, double, double.uri, monkeypatch) as (first, second):
        connection_id = create(first, twin, "s3cr3t-of-a-session").json["data"]["id"]
        for _ in range(ROUNDS):
            for server in (first, second):
                logins, before = double.logins, helpers(server)
                double.will(misbehaviour)
                answers = []

                def acts(server: Server = server, answers: list = answers) -> bool:
                    answers.append(act(server, connection_id))
                    return answers[-1].status == 200 and not double.is_to_come(misbehaviour)

                wait_until(acts, "an act")
                for answer in answers:
                    if answer.status != 200:
                        assert_own(answer, "master_key_unavailable")
                assert_acts(server, twin, connection_id, "s3cr3t-of-a-session")
                assert double.logins > logins
                wait_until(lambda s=server: ready(s) == 200, "a node that is ready")
                assert (helpers(server) == before) == (misbehaviour == "lose")
                assert server.request("GET", f"{CONNECTIONS}/{connection_id}").status == 200
