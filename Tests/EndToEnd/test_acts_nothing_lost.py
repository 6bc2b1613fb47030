"""No use of a secret without a trace: acts and the audit log, through SIGKILL, SIGTERM and a full disk."""

import os
import pathlib
import random
import resource
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from acting import LOOPBACK, TWINS, Actor, act_events, acting, assert_own, assert_proxied
from callers import Caller, act_until, answers, compare
from catalogue import BY_NAME
from harness import CONNECTIONS, Server, initialise, wait_until
from twins.azure import AzureTwin
from twins.twin import Twin

ROUNDS = int(os.environ.get("KEYWAY_KILL_ROUNDS", "250" if os.environ.get("KEYWAY_LONG") else "25"))
ACTORS = 6


@pytest.fixture
def twin() -> Iterator[Twin]:
    with TWINS["OpenAIAPIKey"]() as twin:
        yield twin


@pytest.fixture
def server(tmp_path: pathlib.Path) -> Iterator[Server]:
    """A server that is not running yet, and may be started and ended as a test likes."""
    server = Server(tmp_path / "data", initialise(tmp_path / "data"), "--rate-limit", "off", *LOOPBACK)
    yield server
    if server.is_running:
        server.kill()


def test_sigkill_leaves_an_intent_for_every_use(server: Server, twin: Twin) -> None:
    server.start()
    callers = [Caller(Actor(server).connect(twin)) for _ in range(ACTORS)]
    server.kill()
    moment = random.Random(21)
    open_ends = 0
    for _ in range(ROUNDS):
        server.start()
        count = answers(callers) + moment.randrange(1, 100)
        act_until(server, callers, "/echo", lambda count=count: answers(callers) >= count, server.kill)
        open_ends = compare(server.data_dir, callers, twin, all_ended=False)
    assert all(caller.refused == [] for caller in callers)
    assert answers(callers) >= ROUNDS
    assert open_ends > 0, "no kill met an act in flight"
    assert server.start().stop() == 0


def test_sigkill_leaves_an_intent_for_every_token(server: Server) -> None:
    """A token that is minted is a use of the secret, too."""
    moment = random.Random(22)
    with AzureTwin() as twin:
        for _ in range(max(ROUNDS // 5, 1)):
            server.start()
            callers = [Caller(Actor(server).connect(twin)) for _ in range(2)]
            minted = len(twin.received) - len(twin.acted)
            count = len(twin.received) + moment.randrange(6)
            act_until(server, callers, "/echo", lambda count=count: len(twin.received) >= count, server.kill)
            compare(server.data_dir, callers, twin, all_ended=False)
            meant = {event["resource_id"] for event in act_events(server.data_dir)}
            tokens = len(twin.received) - len(twin.acted) - minted
            assert tokens <= sum(caller.connection_id in meant for caller in callers)
    assert server.start().stop() == 0


def test_sigterm_with_acts_in_flight_finishes_or_fails_them(server: Server, twin: Twin) -> None:
    server.start()
    callers = [Caller(Actor(server).connect(twin)) for _ in range(ACTORS)]
    assert server.stop() == 0
    for _ in range(5):
        server.start()
        statuses: list[int] = []
        before = [len(caller.answered) for caller in callers]
        act_until(
            server,
            callers,
            "/echo",
            lambda before=before: all(
                len(caller.answered) > count for caller, count in zip(callers, before, strict=True)
            ),
            lambda statuses=statuses: statuses.append(server.stop()),
        )
        assert statuses == [0]
        compare(server.data_dir, callers, twin, all_ended=True)
    assert all(status == 503 for caller in callers for status, _ in caller.refused)


def test_sigterm_does_not_wait_for_an_act_without_an_end(server: Server, twin: Twin) -> None:
    server.start()
    callers = [Caller(Actor(server).connect(twin)) for _ in range(ACTORS)]
    statuses: list[int] = []
    # All of them are held.
    act_until(server, callers, "/held", lambda: len(twin.received) == ACTORS, lambda: statuses.append(server.stop()))
    assert statuses == [0]
    assert server.unfinished == ACTORS
    assert all(caller.answered == [] for caller in callers)
    assert compare(server.data_dir, callers, twin, all_ended=True) == 0
    twin.release.set()


def test_every_act_and_test_has_its_events(tmp_path: pathlib.Path, twin: Twin) -> None:
    with acting(tmp_path) as actor:
        connection_id = actor.connect(twin)
        passed = actor.act(connection_id, "POST", "/echo?shown&name=secret-query", b"a secret body").headers[
            "X-Request-Id"
        ]
        failed = actor.act(connection_id, "GET", "/status/500").headers["X-Request-Id"]
        planned = actor.plan(connection_id, "GET", "/echo").headers["X-Request-Id"]
        actor.test(connection_id)
        actor.set(connection_id, base_url=twin.base_url, rules=[{"name": "none", "paths": ["/none"]}])
        refused = actor.act(connection_id, "GET", "/echo")
        assert_own(refused, "rule_refused")
    events = act_events(tmp_path / "data")
    phases = {
        request_id: [event["details"]["phase"] for event in events if event["request_id"] == request_id]
        for request_id in (passed, failed, planned, refused.headers["X-Request-Id"])
    }
    assert phases[passed] == phases[failed] == ["intent", "outcome"]
    assert "outcome" not in phases[planned], "a plan is no use"
    assert len(act_events(tmp_path / "data", "connection.test")) >= 1
    log = str(events)
    assert "['shown', 'name']" in log, "the names in a query may say what is done, as S3's do"
    assert "secret-query" not in log
    assert "a secret body" not in log
    assert twin.credentials()[0] not in log


def test_an_upstream_that_is_not_there_has_an_outcome(tmp_path: pathlib.Path) -> None:
    with acting(tmp_path) as actor:
        with TWINS["OpenAIAPIKey"]() as twin:
            connection_id = actor.connect(twin)
        assert_own(actor.act(connection_id, "GET", "/echo"), "upstream_unreachable")
    assert [event["details"]["phase"] for event in act_events(tmp_path / "data")] == ["intent", "outcome"]


@pytest.mark.embedded_store
class TestAFullDisk:
    """Of files that may not grow, which takes no rights to bring about."""

    SIZE = 2 * 1024 * 1024

    def limit_file_size(self) -> None:
        """Runs in the server's process before its program; the hard limit stays open, for us to lift the soft one."""
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.SIZE, resource.RLIM_INFINITY))

    def test_refuses_an_act_before_anyone_hears_of_it(self, server: Server, twin: Twin) -> None:
        server.before_exec = self.limit_file_size
        server.log_file = server.data_dir.parent.with_name("full-disk-of-acts.log")
        server.start()
        actor = Actor(server)
        connection_id = actor.connect(twin)
        path = f"/echo/{connection_id}/0"
        assert_proxied(actor.act(connection_id, "GET", path))
        self.fill(actor)
        for _ in range(500):  # What is left takes some acts, which are small.
            seen = len(twin.received)
            answer = actor.act(connection_id, "GET", path)
            if answer.headers.get("Keyway-Error"):
                break
        assert_own(answer, "audit_unavailable")
        for _ in range(5):
            assert_own(actor.act(connection_id, "POST", path, b"x"), "audit_unavailable")
        assert actor.request("POST", f"{CONNECTIONS}/{connection_id}/test").status == 503
        assert len(twin.received) == seen
        assert actor.request("GET", f"{CONNECTIONS}/{connection_id}").status == 200

        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, unlimited)
        wait_until(lambda: actor.act(connection_id, "GET", path).status == 200, "an act that works again")
        assert server.stop() == 0
        compare(server.data_dir, [], twin, all_ended=False)

    def fill(self, actor: Actor) -> None:
        body = BY_NAME["HTTPTokenAuth"].create("large")
        body["data"]["attributes"]["integration"]["credentials"]["body"] = {"content": "x" * 60_000}
        for _ in range(500):
            if actor.request("POST", CONNECTIONS, body).status != 201:
                return
        raise AssertionError("the disk was never full")


def test_callers_at_the_same_time_have_events_of_their_own(tmp_path: pathlib.Path, twin: Twin) -> None:
    with acting(tmp_path) as actor:
        connection_id = actor.connect(twin, concurrency=64)
        with ThreadPoolExecutor(16) as pool:
            answers = list(
                pool.map(lambda n: actor.act(connection_id, "GET", f"/echo/{connection_id}/{n}"), range(200))
            )
        for answer in answers:
            assert_proxied(answer)
    assert compare(tmp_path / "data", [], twin, all_ended=True) == 0
    events = Counter(event["request_id"] for event in act_events(tmp_path / "data"))
    assert events == {answer.headers["X-Request-Id"]: 2 for answer in answers}
