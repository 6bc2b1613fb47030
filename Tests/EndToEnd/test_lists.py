"""Lists that change while they are read: nothing that was there all the time is lost, and nothing comes twice."""

from collections.abc import Iterator

import pytest
from catalogue import connection
from harness import CONNECTIONS, Server

MARK = "drifting"
INTEGRATION = {"type": "OpenAI", "credentials": {"type": "OpenAIAPIKey", "api_token": "sk-example-example"}}


def name_of(number: int) -> str:
    return f"{MARK}-{number:02}"


@pytest.fixture
def ids(server: Server) -> Iterator[list[str]]:
    """Twenty connections, removed afterwards."""
    created = [server.create(connection(name_of(number), INTEGRATION)) for number in range(20)]
    yield created
    for identifier in created:
        server.request("DELETE", f"{CONNECTIONS}/{identifier}")


def page(server: Server, query: str) -> tuple[list[str], str | None]:
    answer = server.request("GET", f"{CONNECTIONS}?filter[query]={MARK}&{query}")
    assert answer.status == 200
    return [element["id"] for element in answer.json["data"]], answer.headers.get("Keyway-Next-Cursor")


def test_pages_by_number_go_on_where_the_last_one_ended(server: Server, ids: list[str]) -> None:
    seen, _ = page(server, "page[size]=5&page[number]=0")
    for number in range(1, 4):
        server.request("DELETE", f"{CONNECTIONS}/{ids[number]}")
        seen += page(server, f"page[size]=5&page[number]={number}")[0]
    assert seen == ids


def test_pages_by_cursor_go_on_where_the_last_one_ended(server: Server, ids: list[str]) -> None:
    seen, cursor = page(server, "page[size]=5&page[cursor]=")
    server.request("DELETE", f"{CONNECTIONS}/{ids[4]}")
    early = server.create(connection(f"{MARK}-", INTEGRATION))
    while cursor:
        more, cursor = page(server, f"page[size]=5&page[cursor]={cursor}")
        seen += more
    server.request("DELETE", f"{CONNECTIONS}/{early}")
    assert seen == ids


def test_a_cursor_belongs_to_its_list(server: Server, ids: list[str]) -> None:
    _, cursor = page(server, "page[size]=5&page[cursor]=")
    answer = server.request("GET", f"{CONNECTIONS}?page[size]=5&page[cursor]={cursor}")
    assert answer.status == 400
    assert answer.errors[0]["source"] == {"parameter": "page[cursor]"}
