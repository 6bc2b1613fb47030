"""Webhooks: audit events reach a receiver that an operator names, signed, in order, at least once, whatever happens."""

import http.client
import itertools
import json
import pathlib
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from acting import LOOPBACK
from catalogue import BY_NAME
from harness import CONNECTIONS, Answer, Keys, Server, initialise, running, wait_until
from people import ADMIN, service_account
from stores import files
from twins.upstream import Reply
from webhooks import SECRET, WEBHOOKS, Receiver, body, create


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver
        assert receiver.faults == []


@pytest.fixture(scope="module")
def server(data_dir: pathlib.Path, keys: Keys) -> Iterator[Server]:
    with running(data_dir, keys, "--rate-limit", "off", *LOOPBACK) as server:
        yield server


def patch(server: Server, webhook: str, **attributes: Any) -> Answer:
    return server.request("PATCH", webhook, {"data": {"type": "audit_webhooks", "attributes": attributes}})


def connect(server: Server, name: str) -> str:
    return server.create(BY_NAME["AWSAssumeRole"].create(name))


def test_events_of_the_chosen_actions_come_in_order(server: Server, receiver: Receiver) -> None:
    before = connect(server, "before it")
    webhook = create(server, f"{receiver.origin}/hooks/keyway", "connection.*")
    made = [connect(server, f"number {number}") for number in range(5)]
    assert server.request("DELETE", f"{CONNECTIONS}/{before}").status == http.client.NO_CONTENT
    wait_until(lambda: len(receiver.events) == 6)
    assert receiver.actions() == ["connection.create"] * 5 + ["connection.delete"]
    assert receiver.resources == [*made, before]
    assert receiver.sequences == sorted(receiver.sequences)
    assert {request.path for request in receiver.received} == {"/hooks/keyway"}
    # The data is the line of the log as it is.
    log = server.request("GET", "/api/v2/audit/log").body.decode().splitlines()
    for request in receiver.received:
        [line] = [line for line in log if json.loads(line)["sequence"] == request.json["data"]["sequence"]]
        assert line in request.body.decode()
    wait_until(lambda: server.request("GET", webhook).json["meta"]["delivered_sequence"] >= receiver.sequences[-1])
    assert server.request("DELETE", webhook).status == http.client.NO_CONTENT


def test_a_receiver_that_refuses_is_asked_again(server: Server, receiver: Receiver) -> None:
    receiver.refusals = 3
    webhook = create(server, receiver.origin, "connection.create")
    made = [connect(server, f"again {number}") for number in range(3)]
    wait_until(lambda: len(receiver.events) == 3)
    assert receiver.resources == made
    ids = [request.all("webhook-id")[0] for request in receiver.received]
    assert ids[:4] == [ids[0]] * 4, "each time under its own id"
    assert len(set(ids)) == 3
    failed = [event for event in server.events() if event.get("event") == "webhook failed"]
    assert [event["tries"] for event in failed][-3:] == [1, 2, 3]
    assert failed[-1]["reason"] == "it responds with status 500"
    assert server.request("DELETE", webhook).status == http.client.NO_CONTENT


@pytest.mark.parametrize(
    "reply",
    [
        lambda: Reply(200, b"thank you" * 10_000),
        lambda: Reply(200, itertools.repeat(b"x" * 65_536)),
        lambda: Reply(202, b"garbage", [("Content-Encoding", "gzip")]),
        lambda: Reply(201, b"{", [("Content-Type", "application/json")]),
        lambda: Reply(299, b"", [("Content-Length", "7")]),
    ],
    ids=["long", "endless", "coded", "broken", "short"],
)
def test_an_event_is_taken_by_the_status_alone(server: Server, receiver: Receiver, reply: Callable[[], Reply]) -> None:
    receiver.reply = reply
    webhook = create(server, receiver.origin, "connection.create")
    made = [connect(server, f"taken {number}") for number in range(2)]
    wait_until(lambda: len(receiver.events) == 2)
    assert receiver.resources == made
    assert server.request("DELETE", webhook).status == http.client.NO_CONTENT


def test_a_redirect_is_not_followed(server: Server, receiver: Receiver) -> None:
    with Receiver() as other:
        receiver.refusals = 1
        receiver.refusal = lambda: Reply(307, b"", [("Location", f"{other.origin}/elsewhere")])
        webhook = create(server, receiver.origin, "connection.create")
        connect(server, "not redirected")
        wait_until(lambda: receiver.events)
        assert other.received == []
    failed = [event for event in server.events() if event.get("event") == "webhook failed"]
    assert failed[-1]["reason"] == "it responds with status 307"
    assert server.request("DELETE", webhook).status == http.client.NO_CONTENT


@pytest.mark.embedded_store
def test_an_event_after_a_restore_has_an_id_of_its_own(tmp_path: pathlib.Path, receiver: Receiver) -> None:
    """Receivers leave out ids that they had: an event that takes the place of a lost one must not have its id."""
    data, copy = tmp_path / "data", tmp_path / "copy"
    keys = initialise(data)
    with running(data, keys, *LOOPBACK) as server:
        create(server, receiver.origin, "connection.create")
    shutil.copytree(data, copy)
    made: list[str] = []
    for name in ("lost", "after the restore"):
        with running(data, keys, *LOOPBACK) as server:
            made.append(connect(server, name))
            wait_until(lambda: made[-1] in receiver.resources)
        shutil.rmtree(data)
        shutil.copytree(copy, data)
    lost, after = (next(event for event in receiver.events if event["data"]["resource_id"] == one) for one in made)
    assert lost["data"]["sequence"] == after["data"]["sequence"]
    assert lost["id"] != after["id"]


def test_nothing_is_lost_by_a_kill(tmp_path: pathlib.Path, receiver: Receiver) -> None:
    keys = initialise(tmp_path / "data")
    server = Server(tmp_path / "data", keys, *LOOPBACK).start()
    made = []
    try:
        create(server, receiver.origin, "connection.create")
        for number in range(3):
            made.append(connect(server, f"delivered {number}"))
        wait_until(lambda: len(receiver.events) >= 3)
        receiver.refusals = 10**6
        made += [connect(server, f"waiting {number}") for number in range(5)]
        server.kill()
        receiver.refusals = 0
        server.start()
        made.append(connect(server, "after"))
        wait_until(lambda: set(receiver.resources) == set(made))
        first: dict[str, int] = {}
        for place, event in enumerate(receiver.events):
            first.setdefault(event["data"]["resource_id"], place)
        assert sorted(first, key=first.get) == made, "in order, but for what came twice"
        same: dict[str, Any] = {}
        for event in receiver.events:
            assert same.setdefault(event["id"], event) == event
    finally:
        assert server.stop() == 0
    for data in [*(file.read_bytes() for file in files(tmp_path / "data")), server.log_text().encode()]:
        assert SECRET.removeprefix("whsec_").encode() not in data


def test_a_disabled_one_gets_later_what_came_meanwhile(server: Server, receiver: Receiver) -> None:
    webhook = create(server, receiver.origin, "connection.create", enabled=False)
    made = connect(server, "meanwhile")
    other = create(server, f"{receiver.origin}/other", "connection.create")
    last = connect(server, "later")
    wait_until(lambda: len(receiver.events) == 1)
    assert receiver.received[-1].path == "/other"
    assert patch(server, webhook, enabled=True).status == http.client.OK
    wait_until(lambda: len(receiver.events) == 3)
    assert receiver.resources == [last, made, last]
    for path in (webhook, other):
        assert server.request("DELETE", path).status == http.client.NO_CONTENT


def test_another_url_needs_the_secret_again(server: Server, receiver: Receiver) -> None:
    webhook = create(server, receiver.origin, "connection.create")
    assert server.request("GET", webhook).json["data"]["attributes"]["secret"] == ""
    moved = patch(server, webhook, url=f"{receiver.origin}/moved")
    assert moved.status == http.client.BAD_REQUEST
    assert moved.pointers == {"/data/attributes/secret"}
    assert patch(server, webhook, name="renamed", secret="").status == http.client.OK
    assert patch(server, webhook, url=f"{receiver.origin}/moved", secret=SECRET).status == http.client.OK
    connect(server, "moved")
    wait_until(lambda: receiver.events != [])
    assert receiver.received[0].path == "/moved"
    assert server.request("DELETE", webhook).status == http.client.NO_CONTENT


@pytest.mark.parametrize(
    ("attributes", "place"),
    [
        ({"secret": "whsec_c2hvcnQ="}, "secret"),
        ({"secret": SECRET.removeprefix("whsec_")}, "secret"),
        ({"url": "ftp://hooks.example"}, "url"),
        ({"actions": []}, "actions"),
        ({"actions": ["connection*"]}, "actions/0"),
        ({"actions": ["*.create"]}, "actions/0"),
    ],
)
def test_bad_bodies_are_refused_at_their_place(server: Server, attributes: dict, place: str) -> None:
    whole = body("https://hooks.example", "*")
    whole["data"]["attributes"] |= attributes
    answer = server.request("POST", WEBHOOKS, whole)
    assert answer.status == http.client.BAD_REQUEST, answer.body
    assert answer.pointers == {f"/data/attributes/{place}"}
    assert SECRET.removeprefix("whsec_").encode() not in answer.body


def test_the_guard_of_addresses_holds(tmp_path: pathlib.Path, receiver: Receiver) -> None:
    keys = initialise(tmp_path / "data")
    with running(tmp_path / "data", keys, "--egress-allow-plaintext") as server:
        create(server, receiver.origin, "connection.create")
        connect(server, "for nobody")
        wait_until(lambda: any(event.get("event") == "webhook failed" for event in server.events()))
        assert "its address may not be connected to" in server.log_text()
    assert receiver.received == []
    # Without that, there is no plain HTTP.
    with running(tmp_path / "data", keys) as server:
        refused = server.request("POST", WEBHOOKS, body(f"{receiver.origin}/plain", "*"))
        assert refused.pointers == {"/data/attributes/url"}


def test_nobody_has_sent_what_they_may_not_see(server: Server, receiver: Receiver) -> None:
    blind = service_account(server, ADMIN, scopes=["audit_webhooks_manage"])
    answer = server.request("POST", WEBHOOKS, body(receiver.origin, "*"), keys=blind)
    assert answer.status == http.client.FORBIDDEN
    assert "audit_logs_read" in answer.errors[0]["detail"]
