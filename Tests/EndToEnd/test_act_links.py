"""Links and redirects in what third parties answer: which of them lead through Keyway, and to where."""

import gzip
import json
import pathlib
from collections.abc import Iterator

import pytest
from acting import LOOPBACK, Actor, acting, assert_clean, assert_own, assert_proxied, http_body
from harness import CONNECTIONS
from twins.linking import LinkingAPI
from twins.upstream import Reply

MEMBERS = ["next", "links.next", "$.data"]


@pytest.fixture(scope="module")
def actor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Actor]:
    with acting(tmp_path_factory.mktemp("links")) as actor:
        yield actor


@pytest.fixture
def twin() -> Iterator[LinkingAPI]:
    with LinkingAPI() as twin:
        yield twin
        assert_clean(twin)


def connect(actor: Actor, twin: LinkingAPI) -> str:
    connection_id = actor.server.create(http_body(twin.base_url))
    answer = actor.set(connection_id, link_members=MEMBERS)
    assert answer.status == 200, answer.body
    return connection_id


def path(connection_id: str) -> str:
    return f"{CONNECTIONS}/{connection_id}/proxy"


class TestALink:
    def test_leads_through_keyway_and_works(self, actor: Actor, twin: LinkingAPI) -> None:
        connection_id = connect(actor, twin)
        twin.reply = Reply(200, {"next": f"{twin.origin}/v1/items?page=2", "self": f"{twin.origin}/v1/items"})
        answer = actor.act(connection_id, "GET", "/items")
        assert_proxied(answer)
        link = f"http://127.0.0.1:{actor.server.port}{path(connection_id)}/items?page=2"
        assert answer.json == {"next": link, "self": f"{twin.origin}/v1/items"}
        assert int(answer.headers["Content-Length"]) == len(answer.body)
        # Followed, it is an act like any other.
        actor.request("GET", link.removeprefix(f"http://127.0.0.1:{actor.server.port}"))
        assert twin.received[-1].target == "/v1/items?page=2"

    @pytest.mark.parametrize("rest", ["", "?page=2", "/", "/?page=2"])
    def test_to_the_base_url_itself_works(self, actor: Actor, twin: LinkingAPI, rest: str) -> None:
        connection_id = connect(actor, twin)
        twin.reply = Reply(200, {"next": f"{twin.origin}/v1{rest}"})
        link = actor.act(connection_id, "GET", "/items").json["next"]
        assert link == f"http://127.0.0.1:{actor.server.port}{path(connection_id)}{rest}"
        answer = actor.request("GET", link.removeprefix(f"http://127.0.0.1:{actor.server.port}"))
        assert_proxied(answer)
        assert twin.received[-1].target == f"/v1{rest}"

    def test_in_a_header_keeps_the_bytes_beside_it(self, actor: Actor, twin: LinkingAPI) -> None:
        connection_id = connect(actor, twin)
        twin.reply = Reply(200, {}, [("Link", "<ORIGIN/v1/items>; title=caf\xe9"), ("Location", "/v1/caf\xe9")])
        base = f"http://127.0.0.1:{actor.server.port}{path(connection_id)}".encode()
        answer = actor.server.raw_request("GET", f"{path(connection_id)}/items")
        assert b"\r\nLink: <" + base + b"/items>; title=caf\xe9\r\n" in answer
        assert b"\r\nLocation: " + base + b"/caf\xe9\r\n" in answer
        twin.reply.status = 302
        answer = actor.server.raw_request("GET", f"{path(connection_id)}/items")
        assert b"\r\nLocation: " + base + b"/caf%E9\r\n" in answer

    @pytest.mark.parametrize(
        "link",
        [
            "https://127.0.0.1:PORT/v1/items",
            "ORIGIN.evil.example/v1/items",
            "ORIGIN@evil.example/v1/items",
            "http://evil.example\\@127.0.0.1:PORT/v1/items",
            "http://user@127.0.0.1:PORT/v1/items",
            "ORIGIN/v10/items",
            "ORIGIN/v1/../admin",
            "ORIGIN/v1/%2e%2e/admin",
            "ORIGIN/V1/items",
            "ORIGIN/v1/a\u0000",
            " ORIGIN/v1/items",
            "see ORIGIN/v1/items",
        ],
    )
    def test_that_leads_elsewhere_stays(self, actor: Actor, twin: LinkingAPI, link: str) -> None:
        link = link.replace("ORIGIN", twin.origin).replace("PORT", str(twin.port))
        twin.reply = Reply(200, {"next": link})
        assert actor.act(connect(actor, twin), "GET", "/items").json == {"next": link}

    def test_leads_through_keyway_in_every_line(self, actor: Actor, twin: LinkingAPI) -> None:
        connection_id = connect(actor, twin)
        lines = [{"n": number, "next": f"ORIGIN/v1/items/{number}"} for number in range(5000)]
        body = "".join(json.dumps(line) + "\n" for line in lines).encode()
        pieces = body.replace(b"ORIGIN", twin.origin.encode())
        twin.reply = Reply(
            200,
            (pieces[start : start + 777] for start in range(0, len(pieces), 777)),
            [("Content-Type", "application/x-ndjson")],
        )
        answer = actor.act(connection_id, "GET", "/items")
        base = f"http://127.0.0.1:{actor.server.port}{path(connection_id)}"
        assert [json.loads(line)["next"] for line in answer.body.splitlines()] == [
            f"{base}/items/{number}" for number in range(5000)
        ]

    def test_leads_through_keyway_from_a_compressed_body(self, actor: Actor, twin: LinkingAPI) -> None:
        connection_id = connect(actor, twin)
        body = gzip.compress(json.dumps({"data": f"{twin.origin}/v1/upload"}).encode())
        twin.reply = Reply(200, body, [("Content-Type", "application/json"), ("Content-Encoding", "gzip")])
        answer = actor.act(connection_id, "GET", "/items")
        assert answer.json["data"] == f"http://127.0.0.1:{actor.server.port}{path(connection_id)}/upload"

    def test_has_the_address_of_a_host_that_the_server_listens_for(self, actor: Actor, twin: LinkingAPI) -> None:
        connection_id = connect(actor, twin)
        link = f"{twin.origin}/v1/items"
        twin.reply = Reply(200, {"next": link}, [("Link", f"<{link}>; rel=next")])
        port = actor.server.port
        ours = {f"localhost:{port}": True, f"127.0.0.1:{port}": True, "evil.example": False, "127.0.0.1": False}
        ours |= {f"127.0.0.1:{port + 1}": False, f"evil.example:{port}": False}
        forwarded = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Forwarded-Proto": "https"}
        for host, is_ours in ours.items():
            answer = actor.act(connection_id, "GET", "/items", headers={"Host": host, **forwarded})
            expected = f"http://{host}{path(connection_id)}/items" if is_ours else link
            assert answer.json == {"next": expected}
            assert answer.headers["Link"] == f"<{expected}>; rel=next"

    def test_has_the_address_that_the_operator_gives(self, tmp_path: pathlib.Path, twin: LinkingAPI) -> None:
        with acting(tmp_path, *LOOPBACK, "--public-url", "https://keyway.example.com/team/") as actor:
            connection_id = connect(actor, twin)
            twin.reply = Reply(200, {"next": f"{twin.origin}/v1/items"})
            answer = actor.act(connection_id, "GET", "/items", headers={"Host": "evil.example"})
            assert answer.json == {"next": f"https://keyway.example.com/team{path(connection_id)}/items"}

    def test_in_a_member_that_is_none_is_refused(self, actor: Actor, twin: LinkingAPI) -> None:
        connection_id = actor.server.create(http_body(twin.base_url))
        for member in ["", "a.", "a..b", "a.*", "a.b.c.d.e"]:
            answer = actor.set(connection_id, link_members=[member])
            assert answer.status == 400
            assert answer.errors[0]["source"]["pointer"] == "/data/attributes/link_members/0"


class TestARedirect:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_to_the_base_url_leads_through_keyway(self, actor: Actor, twin: LinkingAPI, status: int) -> None:
        connection_id = connect(actor, twin)
        for location in ("ORIGIN/v1/there?x=y", "/v1/there?x=y", "there?x=y"):
            twin.reply = Reply(status, b"", [("Location", location)])
            answer = actor.act(connection_id, "POST", "/here", {})
            assert_proxied(answer, status)
            assert answer.headers["Location"] == f"http://127.0.0.1:{actor.server.port}{path(connection_id)}/there?x=y"
            assert answer.headers["Keyway-Upstream-Location"] is None

    @pytest.mark.parametrize("location", ["https://objects.example.com/x?X-Amz-Signature=1", "/v2/x", "ftp://a/b"])
    def test_elsewhere_is_an_error(self, actor: Actor, twin: LinkingAPI, location: str) -> None:
        twin.reply = Reply(302, b"", [("Location", location)])
        answer = actor.act(connect(actor, twin), "GET", "/here")
        assert_own(answer, "redirect_refused")
        assert answer.headers["Keyway-Upstream-Location"] == location
        assert answer.headers["Location"] is None

    def test_is_followed_to_public_addresses_alone(self, actor: Actor, twin: LinkingAPI) -> None:
        """Whatever `--egress-allow` says, which here allows the loopback."""
        with LinkingAPI() as other:
            connection_id = connect(actor, twin)
            assert actor.set(connection_id, follow_redirects=True).status == 200
            twin.reply = Reply(302, b"", [("Location", f"{other.origin}/v1/x")])
            answer = actor.act(connection_id, "GET", "/here")
            assert_own(answer, "redirect_refused")
            assert answer.headers["Keyway-Upstream-Location"] == f"{other.origin}/v1/x"
            assert other.received == []

    @pytest.mark.parametrize("status", [302, 304])
    def test_that_is_none_is_passed_on(self, actor: Actor, twin: LinkingAPI, status: int) -> None:
        twin.reply = Reply(status)
        assert_proxied(actor.act(connect(actor, twin), "GET", "/here"), status)
