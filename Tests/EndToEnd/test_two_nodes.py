"""Two servers on one database: what one does holds on the other, whatever becomes of the way between them."""

import os
import pathlib
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from acting import LOOPBACK, TWINS, Actor, assert_proxied
from catalogue import BY_NAME, connection
from delegated import exchange, map_workload, proof, workload
from harness import (
    CONNECTIONS,
    REGISTRATIONS,
    Keys,
    Server,
    at,
    command,
    create_organization,
    verify_audit_chain,
    wait_until,
)
from nodes import Nodes, nodes
from people import READER, STANDARD, service_account
from postgres import new_database, shared_cluster
from tokens import ACT_TOKENS, PERSONAL, act_token, bearer, personal_token, request
from twins.aws import aws_twin
from twins.azure import AzureTwin
from twins.twin import Twin
from webhooks import Receiver, create
from writers import WRITERS, Writer, write_until

IS_LONG = os.environ.get("KEYWAY_LONG") == "1"
HTTP = BY_NAME["HTTPTokenAuth"]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    with nodes(tmp_path_factory.mktemp("nodes"), *LOOPBACK) as pair:
        yield pair
    assert verify_audit_chain(pair.data_dir) > 0


@pytest.fixture
def first(pair: Nodes) -> Server:
    return pair.servers[0]


@pytest.fixture
def second(pair: Nodes) -> Server:
    return pair.servers[1]


@pytest.fixture
def twin() -> Iterator[Twin]:
    with TWINS["OpenAIAPIKey"]() as twin:
        yield twin


def test_what_one_acknowledges_the_other_reads(first: Server, second: Server) -> None:
    for number in range(20):
        writer, reader = (first, second) if number % 2 else (second, first)
        connection_id = writer.create(HTTP.create(f"read {number}"))
        assert reader.attributes(connection_id)["name"] == f"read {number}"
        assert writer.request("PATCH", f"{CONNECTIONS}/{connection_id}", connection("renamed", None)).status == 200
        assert reader.attributes(connection_id)["name"] == "renamed"
        assert reader.request("DELETE", f"{CONNECTIONS}/{connection_id}").status == 204
        assert writer.request("GET", f"{CONNECTIONS}/{connection_id}").status == 404


def delete_application_key(server: Server, keys: Keys) -> None:
    assert server.request("DELETE", f"/api/v2/application_keys/{keys.application_key_id}").status == 204


def disable_user(server: Server, keys: Keys) -> None:
    assert server.request("DELETE", f"/api/v2/users/{keys.user_id}").status == 204


def take_role(server: Server, keys: Keys) -> None:
    user = server.request("GET", f"/api/v2/users/{keys.user_id}").json["data"]
    (role,) = user["relationships"]["roles"]["data"]
    body = {"data": {"type": "users", "id": keys.user_id}}
    assert server.request("DELETE", f"/api/v2/roles/{role['id']}/users", body).status == 200


def unregister(server: Server, keys: Keys) -> None:
    assert server.request("DELETE", f"{REGISTRATIONS}/{keys.application_key_id}").status == 204


class TestARevocation:
    """Holds on the other node soon, and for good once it was noticed there."""

    @pytest.mark.parametrize("revoke", [delete_application_key, disable_user, take_role, unregister])
    def test_of_a_key_or_of_a_right(
        self, first: Server, second: Server, revoke: Callable[[Server, Keys], None]
    ) -> None:
        keys = service_account(first, STANDARD)
        for _ in range(3):
            assert second.request("GET", CONNECTIONS, keys=keys).status == 200
        revoke(first, keys)
        wait_until(lambda: second.request("GET", CONNECTIONS, keys=keys).status == 403, "a refusal")
        assert {second.request("GET", CONNECTIONS, keys=keys).status for _ in range(5)} == {403}

    def test_of_an_access_token(self, first: Server, second: Server) -> None:
        token = personal_token(first, "connections_read")
        assert request(second, "GET", CONNECTIONS, bearer(token)).status == 200
        assert first.request("DELETE", f"{PERSONAL}/{token['id']}").status == 204
        wait_until(lambda: request(second, "GET", CONNECTIONS, bearer(token)).status == 403, "a refusal")

    def test_of_an_act_token(self, first: Server, second: Server, twin: Twin) -> None:
        connection_id = Actor(first).connect(twin)
        token = act_token(first, connection_id)
        path = f"{CONNECTIONS}/{connection_id}/proxy/echo"
        assert_proxied(request(second, "GET", path, bearer(token)))
        assert first.request("DELETE", f"{ACT_TOKENS}/{token['id']}").status == 204
        wait_until(lambda: request(second, "GET", path, bearer(token)).status == 403, "a refusal")

    def test_of_a_way_to_a_connection_holds_at_once(self, first: Server, second: Server) -> None:
        """Policies are read with their connections."""
        keys = service_account(first, STANDARD)
        connection_id = first.create(HTTP.create("restricted"))
        path = f"{CONNECTIONS}/{connection_id}"
        assert second.request("GET", path, keys=keys).status == 200
        bindings = [{"relation": "editor", "principals": [f"user:{first.keys.user_id}"]}]
        body = {
            "data": {
                "type": "restriction_policy",
                "id": f"connection:{connection_id}",
                "attributes": {"bindings": bindings},
            }
        }
        assert first.request("POST", f"/api/v2/restriction_policy/connection:{connection_id}", body).status == 200
        assert second.request("GET", path, keys=keys).status == 403

    def test_holds_while_no_notification_comes(self, tmp_path: pathlib.Path) -> None:
        both = Nodes(tmp_path)
        try:
            direct = both.relay()
            first, second = both.add(), both.add(direct=direct)
            both.start()
            for cut in (direct.block, direct.cut):
                keys = service_account(first, STANDARD)
                assert second.request("GET", CONNECTIONS, keys=keys).status == 200
                cut()
                delete_application_key(first, keys)
                wait_until(lambda keys=keys: second.request("GET", CONNECTIONS, keys=keys).status == 403, "a refusal")
                # Others are let in meanwhile: the node asks.
                assert second.request("GET", CONNECTIONS).status == 200
                direct.restore()
            assert [server.stop() for server in both.servers] == [0, 0]
        finally:
            both.close()

    def test_cannot_be_missed_by_a_node_that_hears_nothing(self, tmp_path: pathlib.Path) -> None:
        """One that can't ask lets nobody in."""
        both = Nodes(tmp_path)
        try:
            way = both.relay()
            first, second = both.add(), both.add(relay=way)
            both.start()
            keys = service_account(first, STANDARD)
            assert second.request("GET", CONNECTIONS, keys=keys).status == 200
            way.block()
            delete_application_key(first, keys)
            wait_until(lambda: second.request("GET", CONNECTIONS, keys=keys).status == 503, "a refusal")
            way.restore()
            wait_until(lambda: second.request("GET", CONNECTIONS, keys=keys).status == 403, "the database")
            assert second.request("GET", CONNECTIONS).status == 200
            assert [server.stop() for server in both.servers] == [0, 0]
        finally:
            both.close()


@pytest.mark.parametrize("shares_keys", [False, True])
def test_of_two_that_initialise_at_once_one_does(tmp_path: pathlib.Path, shares_keys: bool) -> None:
    """The other ends with an error, and leaves nothing behind in the database."""
    for number in range(40 if IS_LONG else 5):
        database = new_database()
        given = ["init", "--store", shared_cluster().uri(database), "--json", "--master-key-file"]
        key_files = [tmp_path / f"{number}-{0 if shares_keys else side}.key" for side in range(2)]
        with ThreadPoolExecutor(2) as pool:
            done = sorted(
                pool.map(lambda key_file, given=given: command(*given, key_file), key_files),
                key=lambda one: one.returncode,
            )
        assert [one.returncode for one in done] == [0, 73], [one.stderr for one in done]
        assert done[1].stdout == ""
        assert done[1].stderr != ""
        # Who shares the other's file may meet it half written.
        assert shares_keys or "initialised" in done[1].stderr
        for table in ("organizations", "users", "api_keys", "application_keys", "audit_log", "master_keys"):
            assert shared_cluster().query(f"SELECT count(*) FROM {table}", database) == [["1"]], table


class TestOneOfAll:
    """What holds for all nodes together."""

    def test_acts_of_a_token_are_counted_once_for_all(self, first: Server, second: Server, twin: Twin) -> None:
        connection_id = Actor(first).connect(twin)
        token = act_token(first, connection_id, acts=5)
        path = f"{CONNECTIONS}/{connection_id}/proxy/echo"
        statuses = [request(server, "GET", path, bearer(token)).status for _ in range(4) for server in (first, second)]
        assert statuses == [200] * 5 + [403] * 3
        assert len(twin.acted) == 5

    def test_a_list_goes_on_elsewhere_by_its_cursor(self, first: Server, second: Server) -> None:
        names = [f"cursor {number}" for number in range(7)]
        for name in names:
            first.create(HTTP.create(name))
        read: list[str] = []
        cursor = ""
        servers = [first, second]
        while True:
            path = f"{CONNECTIONS}?page[size]=2&filter[query]=cursor&page[cursor]={cursor}"
            answer = servers[0].request("GET", path)
            assert answer.status == 200, answer.body
            read += [entry["attributes"]["name"] for entry in answer.json["data"]]
            # What one has read is deleted, so that numbers would lose others.
            for entry in answer.json["data"]:
                assert servers[0].request("DELETE", f"{CONNECTIONS}/{entry['id']}").status == 204
            cursor = answer.headers.get("Keyway-Next-Cursor", "")
            servers.reverse()
            if not cursor:
                break
        assert read == names

    def test_a_rate_holds_on_each_node(self, tmp_path: pathlib.Path) -> None:
        """So all of them let through at most as many times the limit as there are nodes, and never less than it."""
        with nodes(tmp_path, "--audit-head-interval", "3600") as pair:
            for server in pair.servers:
                assert server.stop() == 0
                server.options = ("--rate-limit", "5/3600")
                server.start()
            for server in pair.servers:
                assert [server.request("GET", CONNECTIONS).status for _ in range(7)] == [200] * 5 + [429] * 2

    def test_a_token_of_a_third_party_is_asked_for_once(self, first: Server, second: Server) -> None:
        with AzureTwin() as issuer:
            connection_id = Actor(first).connect(issuer)
            for server in (first, second, first, second):
                assert_proxied(Actor(server).act(connection_id, "GET", "/echo"))
            assert issuer.minted == 1
            issuer.revoke()
            for server in (first, second, second, first):
                assert_proxied(Actor(server).act(connection_id, "GET", "/echo"))
            assert issuer.minted == 2
            assert not issuer.unwanted

    def test_new_keys_and_organisations_are_taken_while_all_serve(
        self, pair: Nodes, first: Server, second: Server
    ) -> None:
        other = create_organization(pair.data_dir, "Beside")
        done = command("recover", *at(pair.data_dir), "--json")
        assert done.returncode == 0, done.stderr
        for server in (first, second):
            assert server.request("GET", CONNECTIONS, keys=other).status == 200
            assert server.request("GET", CONNECTIONS).status == 200

    def test_a_master_key_takes_the_place_of_another_while_all_serve(
        self, pair: Nodes, first: Server, second: Server, twin: Twin
    ) -> None:
        connection_id = Actor(first).connect(twin)
        done = command("rotate-master-key", *first.store)
        assert done.returncode == 0, done.stderr
        # One is told, and the other finds out.
        first.process.send_signal(signal.SIGHUP)
        for server in (first, second):
            wait_until(
                lambda server=server: any(event["event"] == "master keys read again" for event in server.events()),
                "the new master key",
            )
        wait_until(
            lambda: any(event["event"] == "secrets rewrapped" for server in pair.servers for event in server.events()),
            "new wrappings",
        )
        for server in (first, second):
            assert_proxied(Actor(server).act(connection_id, "GET", "/echo"))

    def test_a_proof_of_a_workload_is_taken_by_one(self, tmp_path: pathlib.Path) -> None:
        with aws_twin() as aws:
            both = Nodes(tmp_path)
            try:
                for _ in range(2):
                    both.add(*LOOPBACK, variables=aws.environment)
                first, second = both.start()
                place = workload(first, both.data_dir, aws)
                account = service_account(first, READER)
                assert map_workload(place, account.user_id).status == 201
                parts = proof(place)
                assert exchange(place, parts).status == 200
                elsewhere = replace(place, server=second)
                assert exchange(elsewhere, parts).status == 403
                assert exchange(elsewhere, proof(place)).status == 200
            finally:
                both.close()


class TestALostDatabase:
    def test_is_told_with_503_and_nothing_is_sent_until_it_is_back(self, tmp_path: pathlib.Path, twin: Twin) -> None:
        both = Nodes(tmp_path)
        try:
            way = both.relay()
            other, server = both.add(*LOOPBACK), both.add(*LOOPBACK, relay=way)
            both.start()
            connection_id = Actor(server).connect(twin)
            assert_proxied(Actor(server).act(connection_id, "GET", "/echo"))
            for lose in (way.block, lambda: (way.block(), way.cut())):
                lose()
                seen = len(twin.acted)
                wait_until(lambda: server.request("GET", "/readyz").status == 503, "the loss")
                assert server.request("GET", "/healthz").status == 200
                for answer in (
                    server.request("GET", f"{CONNECTIONS}/{connection_id}"),
                    server.request("POST", CONNECTIONS, HTTP.create("lost")),
                    Actor(server).act(connection_id, "POST", "/echo", b"x"),
                ):
                    assert answer.status == 503, answer.body
                    assert int(answer.headers["Retry-After"]) >= 1
                assert len(twin.acted) == seen, "an act without an intent"
                # The other node serves all the while.
                assert_proxied(Actor(other).act(connection_id, "GET", "/echo"))
                way.restore()
                wait_until(lambda: server.request("GET", "/readyz").status == 200, "the database")
                wait_until(lambda: Actor(server).act(connection_id, "GET", "/echo").status == 200, "an act")
            assert [node.stop() for node in both.servers] == [0, 0]
            assert verify_audit_chain(both.data_dir) > 0
        finally:
            both.close()

    def test_does_not_keep_a_node_from_ending(self, tmp_path: pathlib.Path) -> None:
        both = Nodes(tmp_path)
        try:
            way = both.relay()
            server = both.add(relay=way)
            both.start()
            assert server.request("GET", CONNECTIONS).status == 200
            way.block()
            assert server.stop() == 0
        finally:
            both.close()

    def test_that_is_restarted_is_found_again(self, tmp_path: pathlib.Path, twin: Twin) -> None:
        with nodes(tmp_path, *LOOPBACK) as pair:
            connection_id = Actor(pair.servers[0]).connect(twin)
            pair.database.cluster.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                f"WHERE datname = '{pair.database.name}' AND pid <> pg_backend_pid()"
            )
            for server in pair.servers:
                wait_until(lambda server=server: server.request("GET", "/readyz").status == 200, "the database")
                wait_until(
                    lambda server=server: Actor(server).act(connection_id, "GET", "/echo").status == 200, "an act"
                )


class TestARollingUpgrade:
    """By a schema such as a newer version leaves behind: this version's nodes are its older ones."""

    def upgrade(self, both: Nodes, oldest: str) -> None:
        both.database.query(
            "ALTER TABLE connections ADD COLUMN newer text; CREATE TABLE newer (key int8 PRIMARY KEY); "
            f"UPDATE keyway_schema SET version = version + 1, oldest = {oldest}"
        )

    def test_lets_older_nodes_go_on_and_start(self, tmp_path: pathlib.Path) -> None:
        with nodes(tmp_path) as pair:
            first, second = pair.servers
            before = first.create(HTTP.create("before"))
            self.upgrade(pair, "oldest")
            assert first.attributes(before)["name"] == "before"
            after = first.create(HTTP.create("after"))
            assert second.stop() == 0
            second.start()
            assert second.attributes(after)["name"] == "after"
            assert second.request("DELETE", f"{CONNECTIONS}/{before}").status == 204
            assert first.request("GET", f"{CONNECTIONS}/{before}").status == 404

    def test_that_older_nodes_cannot_work_with_is_refused_by_them(self, tmp_path: pathlib.Path) -> None:
        with nodes(tmp_path) as pair:
            first, second = pair.servers
            assert second.stop() == 0
            self.upgrade(pair, "version + 1")
            done = command("serve", *second.store, "--listen", "127.0.0.1:0")
            assert done.returncode == 69
            assert "run the newer Keyway" in done.stderr
            assert first.request("GET", CONNECTIONS).status == 200


def test_one_leaves_while_the_other_goes_on(tmp_path: pathlib.Path) -> None:
    with nodes(tmp_path) as pair:
        first, second = pair.servers
        events = verify_audit_chain(pair.data_dir)
        leaving = [Writer(0, index) for index in range(WRITERS)]
        staying = [Writer(1, index) for index in range(WRITERS)]
        statuses: list[int] = []

        def leave() -> None:
            write_until(first, leaving, 40, lambda: statuses.append(first.stop()))

        def end() -> None:
            leave()
            before = sum(writer.acknowledged for writer in staying)
            wait_until(lambda: sum(writer.acknowledged for writer in staying) >= before + 20, "work of those who stay")
            second.kill()

        write_until(second, staying, 20, end)
        assert statuses == [0]
        pair.start()
        for writer in leaving + staying:
            events += writer.acknowledged + writer.resolve(second)
            assert set(writer.refused) <= ({503} if writer in leaving else set())
            for server in pair.servers:
                writer.verify(server)
        for server in pair.servers:
            assert server.stop() == 0
        assert verify_audit_chain(pair.data_dir) == events


def test_one_of_them_sends_each_event(first: Server, second: Server) -> None:
    with Receiver() as receiver:
        webhook = create(first, receiver.origin, "connection.create")
        made = []
        for number in range(40):
            made.append((first, second)[number % 2].create(HTTP.create(f"sent {number}")))
            wait_until(lambda: made[-1] in receiver.resources, "the event")
        assert list(dict.fromkeys(receiver.resources)) == made
        # Twice perhaps where a node's shift ends, and not once by each.
        assert len(receiver.events) < 2 * len(made)
        assert first.request("DELETE", webhook).status == 204
        assert receiver.faults == []


def test_a_node_that_is_gone_is_replaced(first: Server, second: Server) -> None:
    with Receiver() as receiver:
        webhook = create(first, receiver.origin, "connection.create")
        for stopped, other in ((first, second), (second, first)):
            stopped.kill()
            made = other.create(HTTP.create("by the other"))
            wait_until(lambda made=made: made in receiver.resources, "the event")
            stopped.start()
        assert first.request("DELETE", webhook).status == 204
