"""A data directory of each older version opens, says what it said, and goes on."""

import json
import pathlib
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from acting import LOOPBACK, Actor, assert_proxied
from catalogue import BY_NAME
from harness import AWS_ACCOUNTS, CONNECTIONS, Keys, running, verify_audit_chain
from older_data import PLACE, SECRET, account
from people import READER, STANDARD
from twins.upstream import Received, Reply, Upstream

pytestmark = pytest.mark.embedded_store

# Told of the reading itself, not of what is stored.
PASSING = {"meta", "last_used_at", "date_last_used", "last_login_time"}
VERSIONS = sorted(file.name.removesuffix(".tar.gz") for file in PLACE.glob("*.tar.gz"))


@dataclass(frozen=True)
class Older:
    """The data directory of an older version, and what that version answered to each organisation."""

    data_dir: pathlib.Path
    said: dict[str, Any]

    def keys(self, organization: str) -> Keys:
        return Keys(**self.said[organization]["keys"])

    def reads(self, organization: str) -> dict[str, Any]:
        return self.said[organization]["reads"]


class Models(Upstream):
    """A third party that has no models."""

    def answer(self, request: Received) -> Reply:
        return Reply(body={"data": []})


@pytest.fixture(params=VERSIONS)
def older(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Iterator[Older]:
    with tarfile.open(PLACE / f"{request.param}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    place = tmp_path / request.param
    yield Older(place / "data", json.loads((place / "said.json").read_text()))
    assert verify_audit_chain(place / "data") > 0


@pytest.fixture(params=["Default", "Staging"])
def organization(request: pytest.FixtureRequest) -> str:
    return request.param


def assert_still_said(now: Any, then: Any, place: str) -> None:
    """All that was said is said; there may be more."""
    if isinstance(then, dict):
        assert isinstance(now, dict), place
        for name, value in then.items():
            if name in PASSING:
                continue
            assert name in now, f"{place}/{name} is gone"
            assert_still_said(now[name], value, f"{place}/{name}")
    elif isinstance(then, list):
        assert isinstance(now, list), place
        assert len(now) >= len(then), place
        for index, value in enumerate(then):
            assert_still_said(now[index], value, f"{place}/{index}")
    else:
        assert now == then, place


def test_there_is_one_to_open() -> None:
    assert "036011b" in VERSIONS


def test_what_was_stored_is_read_as_it_was(older: Older, organization: str) -> None:
    with running(older.data_dir, older.keys(organization)) as server:
        for path, then in older.reads(organization).items():
            answer = server.request("GET", path)
            assert answer.status == 200, (path, answer.body)
            assert_still_said(answer.json, then, path)


def test_it_opens_again_after_it_was_upgraded(older: Older) -> None:
    made = []
    for _ in range(2):
        with running(older.data_dir, older.keys("Default")) as server:
            made.append(server.create(BY_NAME["OpenAIAPIKey"].create("a new one")))
            assert [server.attributes(connection)["name"] for connection in made] == ["a new one"] * len(made)


def test_a_secret_that_was_sealed_then_is_acted_with(older: Older, organization: str) -> None:
    connections = older.reads(organization)[f"{CONNECTIONS}?page[size]=100"]["data"]
    (openai,) = (found["id"] for found in connections if found["attributes"]["name"] == "old OpenAIAPIKey")
    with Models() as upstream, running(older.data_dir, older.keys(organization), *LOOPBACK) as server:
        actor = Actor(server)
        assert actor.set(openai, base_url=upstream.origin, custom_domain=True).status == 200
        assert_proxied(actor.act(openai, "GET", "/v1/models"))
        (received,) = upstream.received
        assert received.all("Authorization") == [f"Bearer {SECRET}"]


def test_everybody_may_do_what_they_could(older: Older, organization: str) -> None:
    people = {name: Keys(**keys) for name, keys in older.said[organization]["people"].items()}
    with running(older.data_dir, older.keys(organization)) as server:
        body = BY_NAME["OpenAIAPIKey"].create("of a service account")
        assert server.request("POST", CONNECTIONS, body, keys=people[STANDARD]).status == 201
        assert server.request("POST", CONNECTIONS, body, keys=people[READER]).status == 403
        assert server.request("GET", CONNECTIONS, keys=people[READER]).status == 200


def test_an_external_id_that_was_issued_then_serves(older: Older, organization: str) -> None:
    issued = older.said[organization]["spare_external_id"]
    with running(older.data_dir, older.keys(organization)) as server:
        body = account(100_000_000_009, role_name="Integration", external_id=issued)
        answer = server.request("POST", AWS_ACCOUNTS, body)
        assert answer.status < 300, answer.body
        assert answer.json["data"]["attributes"]["auth_config"]["external_id"] == issued


def test_an_external_id_that_was_issued_then_is_nobody_elses(older: Older) -> None:
    issued = older.said["Staging"]["spare_external_id"]
    with running(older.data_dir, older.keys("Default")) as server:
        for external_id, status in ((issued, 400), ("brought-since", 200)):
            body = account(100_000_000_010, role_name="Integration", external_id=external_id)
            assert server.request("POST", AWS_ACCOUNTS, body).status == status
