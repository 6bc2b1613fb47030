"""Whatever arrives, the answer is a clear error, and the server and its data stay whole.

The server of this module is checked in the end for both. What the HTTP library refuses by itself may have a body of its
own, so for such requests only the status is checked, or that the connection closes.
"""

import itertools
import json
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from catalogue import (
    BY_NAME,
    CATALOGUE,
    CREDENTIALS,
    INTEGRATION,
    CredentialType,
    Path,
    at,
    connection,
    pointer,
    replacing,
    without,
)
from harness import (
    CONNECTIONS,
    MEDIA_TYPE,
    PATIENCE,
    REGISTRATIONS,
    UNKNOWN_ID,
    Answer,
    Keys,
    Server,
    send,
    status_of,
)

MEBIBYTE = 1024 * 1024
ASANA = BY_NAME["AsanaAccessToken"]
HTTP = BY_NAME["HTTPTokenAuth"]
VALID = json.dumps(ASANA.create()).encode()


def assert_error(answer: Answer, status: int) -> None:
    """An error in the documented form, as clear as the reference documents it."""
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    assert answer.errors
    for error in answer.errors:
        assert set(error) <= {"status", "title", "detail", "source", "meta"}
        assert error["status"] == str(status)
        assert error["title"]
        assert error["detail"]


@pytest.fixture(scope="module")
def stored(server: Server) -> str:
    """An HTTP connection that nothing in this module may change."""
    return server.create(HTTP.create("never changed"))


@pytest.fixture
def unchanged(server: Server, stored: str) -> Any:
    """Compares what is stored before and after a test, and counts the connections."""
    before = server.attributes(stored), total(server)
    yield
    assert (server.attributes(stored), total(server)) == before


def total(server: Server) -> int:
    return server.request("GET", f"{CONNECTIONS}?page[size]=1").json["meta"]["total"]


@pytest.mark.usefixtures("unchanged")
class TestBodiesThatAreNoJSON:
    BODIES = {
        "nothing": b"",
        "blanks": b"  \n",
        "half an object": VALID[:-3],
        "something after the object": VALID + b"x",
        "two objects": VALID + VALID,
        "a trailing comma": VALID.replace(b"}}}}", b"},}}}"),
        "a comment": b"/* */" + VALID,
        "single quotes": VALID.replace(b'"', b"'"),
        "a byte order mark": b"\xef\xbb\xbf" + VALID,
        "UTF-16": VALID.decode().encode("utf-16"),
        "not a number": b'{"data":NaN}',
        "a number with a leading zero": b'{"data":01}',
        "a number too large": b'{"data":1e999}',
        "invalid UTF-8": VALID.replace(b"a connection", b"a \xff connection"),
        "overlong UTF-8": VALID.replace(b"a connection", b"a \xc0\xaf connection"),
        "a surrogate in UTF-8": VALID.replace(b"a connection", b"a \xed\xa0\x80 connection"),
        "a lone surrogate": VALID.replace(b"a connection", rb"a \ud800 connection"),
        "a raw NUL": VALID.replace(b"a connection", b"a \x00 connection"),
        "an escaped NUL": VALID.replace(b"a connection", rb"a \u0000 connection"),
        "a NUL after the object": VALID + b"\x00",
        "a raw control character": VALID.replace(b"a connection", b"a \x01 connection"),
        "a raw line feed": VALID.replace(b"a connection", b"a \n connection"),
        "10,000 nested arrays": b"[" * 10_000 + b"]" * 10_000,
        "10,000 nested objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        "10,000 open arrays": b"[" * 10_000,
    }

    @pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
    def test_are_refused(self, server: Server, stored: str, body: bytes) -> None:
        assert_error(server.request("POST", CONNECTIONS, body), 400)
        assert_error(server.request("PATCH", f"{CONNECTIONS}/{stored}", body), 400)

    @pytest.mark.parametrize("path", ASANA.every_path(), ids=pointer)
    def test_duplicate_keys_are_refused_everywhere(self, server: Server, path: Path) -> None:
        member = json.dumps(path[-1]) + ":"
        value = json.dumps(at(ASANA.create(), path))
        once = (member + " " + value).encode()
        assert VALID.count(once) == 1
        assert_error(server.request("POST", CONNECTIONS, VALID.replace(once, once + b", " + once)), 400)

    def test_duplicate_keys_that_differ_only_in_their_spelling_are_refused(self, server: Server) -> None:
        body = VALID.replace(b'"name":', rb'"n\u0061me": "another", "name":')
        assert_error(server.request("POST", CONNECTIONS, body), 400)

    @pytest.mark.parametrize("value", [None, True, 1, 1.5, "text", [], [{}]], ids=json.dumps)
    def test_other_values_than_objects_are_refused(self, server: Server, stored: str, value: Any) -> None:
        body = json.dumps(value).encode()
        assert_error(server.request("POST", CONNECTIONS, body), 400)
        assert_error(server.request("PATCH", f"{CONNECTIONS}/{stored}", body), 400)


class TestBodySize:
    """A body over 1 MiB is a 413, to a client that asks first, that stops early, and that sends it all first."""

    def large(self, size: int) -> bytes:
        return VALID + b" " * (size - len(VALID))

    def test_one_mebibyte_is_accepted(self, server: Server) -> None:
        assert server.request("POST", CONNECTIONS, self.large(MEBIBYTE)).status == 201

    def test_more_is_refused_to_a_client_that_sends_it_all_first(self, server: Server) -> None:
        assert_error(server.request("POST", CONNECTIONS, self.large(MEBIBYTE + 1)), 413)
        assert_error(server.request("POST", CONNECTIONS, self.large(2 * MEBIBYTE)), 413)

    def test_more_is_refused_to_a_client_that_waits_for_continue(self, server: Server) -> None:
        length = f"Content-Length: {2 * MEBIBYTE}"
        answer = server.raw_request("POST", CONNECTIONS, length, "Expect: 100-continue")
        assert status_of(answer) in (413, 417)

    def test_more_is_refused_in_chunks(self, server: Server) -> None:
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        answer = server.raw_request("POST", CONNECTIONS, "Transfer-Encoding: chunked", body=chunk * 20 + b"0\r\n\r\n")
        assert status_of(answer) == 413

    def test_chunks_are_accepted(self, server: Server) -> None:
        body = b"".join(b"%x\r\n%c\r\n" % (1, byte) for byte in VALID) + b"0\r\n\r\n"
        assert status_of(server.raw_request("POST", CONNECTIONS, "Transfer-Encoding: chunked", body=body)) == 201

    @pytest.mark.usefixtures("unchanged")
    def test_a_declared_tebibyte_is_refused(self, server: Server) -> None:
        answer = server.raw_request("POST", CONNECTIONS, f"Content-Length: {1024**4}", body=VALID)
        assert status_of(answer) in (413, None)


@pytest.mark.usefixtures("unchanged")
class TestHeaders:
    """Anything that two servers in a row could read differently is refused, and the connection closed."""

    REFUSED: dict[str, list[str | bytes]] = {
        "Content-Length with Transfer-Encoding": [f"Content-Length: {len(VALID)}", "Transfer-Encoding: chunked"],
        "Transfer-Encoding with Content-Length": ["Transfer-Encoding: chunked", f"Content-Length: {len(VALID)}"],
        "two Content-Lengths that differ": [f"Content-Length: {len(VALID)}", "Content-Length: 5"],
        "two Content-Lengths that agree": [f"Content-Length: {len(VALID)}"] * 2,
        "a list of Content-Lengths": [f"Content-Length: {len(VALID)}, {len(VALID)}"],
        "a negative Content-Length": ["Content-Length: -1"],
        "a Content-Length with a sign": [f"Content-Length: +{len(VALID)}"],
        "a Content-Length in hexadecimal": ["Content-Length: 0x10"],
        "a Content-Length out of range": ["Content-Length: 99999999999999999999999"],
        "an empty Content-Length": ["Content-Length:"],
        "an unknown transfer coding": ["Transfer-Encoding: gzip"],
        "an unknown transfer coding before chunked": ["Transfer-Encoding: gzip, chunked"],
        "chunked twice": ["Transfer-Encoding: chunked, chunked"],
        "two Transfer-Encodings": ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
        "two Hosts": ["Host: elsewhere.example.com", f"Content-Length: {len(VALID)}"],
        "a blank before the colon": [f"Content-Length: {len(VALID)}", "X-Name : value"],
        "an empty name": [f"Content-Length: {len(VALID)}", ": value"],
        "a line without a colon": [f"Content-Length: {len(VALID)}", "X-Name"],
        "a folded line": [f"Content-Length: {len(VALID)}", "X-Name: a", " folded: b"],
        "a line folded by a tab": [f"Content-Length: {len(VALID)}", "X-Name: a", "\tb"],
        "a blank line that is none": [f"Content-Length: {len(VALID)}", "X-Name: a", " "],
        "a NUL in a value": [f"Content-Length: {len(VALID)}", b"X-Name: a\x00b"],
        "a NUL in a name": [f"Content-Length: {len(VALID)}", b"X-Na\x00me: a"],
        "a bare line feed": [f"Content-Length: {len(VALID)}", b"X-Name: a\nX-Other: b"],
        "a bare line feed at the end": [f"Content-Length: {len(VALID)}", b"X-Name: a\n"],
        "a bare carriage return": [f"Content-Length: {len(VALID)}", b"X-Name: a\rX-Other: b"],
        "a control character": [f"Content-Length: {len(VALID)}", b"X-Name: a\x07b"],
        "a blank in a name": [f"Content-Length: {len(VALID)}", "X Name: a"],
    }

    @pytest.mark.parametrize("lines", REFUSED.values(), ids=REFUSED)
    def test_that_are_ambiguous_are_refused(self, server: Server, lines: list[str | bytes]) -> None:
        answer = server.raw_request("POST", CONNECTIONS, *lines, body=VALID, keep_alive=True)
        assert status_of(answer) in (400, 413, 501, None)

    def test_without_a_host_are_refused(self, server: Server) -> None:
        keys = "".join(f"{name}: {value}\r\n" for name, value in server.keys.headers.items())
        assert status_of(server.raw(f"GET {CONNECTIONS} HTTP/1.1\r\n{keys}\r\n".encode())) == 400

    def test_that_are_too_large_are_refused(self, server: Server) -> None:
        for lines in (["X-Large: " + "x" * 20_000], [f"X-{number}: {'x' * 100}" for number in range(300)]):
            assert status_of(server.raw_request("GET", CONNECTIONS, *lines)) == 431

    def test_that_are_far_too_large_are_refused_or_cut_off(self, server: Server) -> None:
        assert status_of(server.raw_request("GET", CONNECTIONS, "X-Large: " + "x" * 500_000)) in (431, None)

    def test_a_target_that_is_too_long_is_refused(self, server: Server) -> None:
        assert status_of(server.raw_request("GET", f"{CONNECTIONS}?a={'x' * 20_000}")) in (414, 431)
        assert status_of(server.raw_request("GET", f"{CONNECTIONS}?a={'x' * 500_000}")) in (414, 431, None)

    @pytest.mark.parametrize(
        "data",
        [
            b"\r\n\r\n",
            b"\x00" * 64,
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xaa" * 64,
            b"GET\r\n\r\n",
            b"GET / \r\n\r\n",
            b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"GET  /healthz  HTTP/1.1\r\nHost: a\r\n\r\n",
            b"G\x00T /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
            b"GET /healthz\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
            b"GET /healthz\tHTTP/1.1\r\nHost: a\r\n\r\n",
            b"GET /healthz HTTP/1.1\nHost: a\n\n",
            b"GET /healthz HTTP/1.1\rHost: a\r\r",
        ],
        ids=[
            *["blank lines", "zeros", "TLS", "no target", "no version", "HTTP/9.9", "HTTP/2", "blanks", "NUL"],
            *["NUL in the target", "tab", "bare line feeds", "bare carriage returns"],
        ],
    )
    def test_that_are_no_http_get_no_success(self, server: Server, data: bytes) -> None:
        status = status_of(server.raw(data, timeout=2))
        assert status is None or status >= 400

    def test_a_refused_request_smuggles_no_second_one(self, server: Server) -> None:
        """What follows an ambiguous request on its connection is never taken for a request."""
        second = f"GET /healthz HTTP/1.1\r\nHost: {server.address}\r\n\r\n".encode()
        body = b"0\r\n\r\n" + second
        lines = ["Transfer-Encoding: chunked", f"Content-Length: {len(body)}"]
        answer = server.raw_request("POST", CONNECTIONS, *lines, body=body, keep_alive=True)
        assert answer.count(b"HTTP/1.1 ") <= 1
        assert status_of(answer) in (400, None)


@pytest.mark.usefixtures("unchanged")
class TestMissingMembers:
    @pytest.mark.parametrize(
        ("kind", "path"),
        [pytest.param(kind, path, id=f"{kind}{pointer(path)}") for kind in CATALOGUE for path in kind.required_paths()],
    )
    def test_are_named_by_the_error(self, server: Server, kind: CredentialType, path: Path) -> None:
        answer = server.request("POST", CONNECTIONS, without(kind.create(), path))
        assert_error(answer, 400)
        assert answer.pointers == {pointer(path)}

    @pytest.mark.parametrize("kind", CATALOGUE, ids=str)
    def test_are_all_named_at_once(self, server: Server, kind: CredentialType) -> None:
        body = without(kind.create(), ("data", "attributes", "name"))
        expected = {"/data/attributes/name"}
        for name in (*kind.plain, *kind.secrets):
            body = without(body, (*CREDENTIALS, name))
            expected.add(pointer((*CREDENTIALS, name)))
        answer = server.request("POST", CONNECTIONS, body)
        assert_error(answer, 400)
        assert answer.pointers == expected

    @pytest.mark.parametrize(
        "path",
        [("data",), ("data", "type"), ("data", "attributes"), (*INTEGRATION, "type"), (*CREDENTIALS, "type")],
        ids=pointer,
    )
    def test_are_named_in_a_patch(self, server: Server, stored: str, path: Path) -> None:
        answer = server.request("PATCH", f"{CONNECTIONS}/{stored}", without(HTTP.create(), path))
        assert_error(answer, 400)
        assert answer.pointers == {pointer(path)}


WRONG = {"null": None, "true": True, "1": 1, "1.5": 1.5, "text": "text", "array": [[]], "object": {"unexpected": 1}}


def wrong_values(kind: CredentialType, path: Path) -> dict[str, Any]:
    """Values of another type than the one that stands at this place."""
    fitting = {str: {"text"}, dict: {"object"}, list: {"array"}}[type(at(kind.create(), path))]
    return {name: value for name, value in WRONG.items() if name not in fitting}


@pytest.mark.usefixtures("unchanged")
class TestMembersOfAWrongType:
    @pytest.mark.parametrize(
        ("kind", "path"),
        [pytest.param(kind, path, id=f"{kind}{pointer(path)}") for kind in CATALOGUE for path in kind.every_path()],
    )
    def test_are_named_by_the_error(self, server: Server, kind: CredentialType, path: Path) -> None:
        http = server.connect()
        for name, value in wrong_values(kind, path).items():
            body = replacing(kind.create(), path, value)
            answer = send(http, "POST", CONNECTIONS, body, server.keys.headers)
            assert_error(answer, 400)
            assert answer.pointers == {pointer(path)}, name
        http.close()

    @pytest.mark.parametrize("path", [p for p in HTTP.every_path() if p != ("data",)], ids=pointer)
    def test_are_named_in_a_patch(self, server: Server, stored: str, path: Path) -> None:
        for name, value in wrong_values(HTTP, path).items():
            answer = server.request("PATCH", f"{CONNECTIONS}/{stored}", replacing(HTTP.create(), path, value))
            assert_error(answer, 400)
            assert answer.pointers == {pointer(path)}, name


@pytest.mark.usefixtures("unchanged")
class TestUnknownMembersAndTypes:
    @pytest.mark.parametrize("kind", CATALOGUE, ids=str)
    def test_an_unknown_member_is_refused_at_every_level(self, server: Server, kind: CredentialType) -> None:
        body = kind.create()
        objects = [path for path in kind.every_path() if isinstance(at(body, path), dict)]
        for path in [(), *objects]:
            unknown = (*path, "surprise")
            answer = server.request("POST", CONNECTIONS, replacing(body, unknown, "m4rk3r-value"))
            assert_error(answer, 400)
            assert answer.pointers == {pointer(unknown)}
            assert b"m4rk3r-value" not in answer.body

    def test_an_unknown_member_is_refused_in_a_patch(self, server: Server, stored: str) -> None:
        for path in [(), ("data",), ("data", "attributes"), INTEGRATION, CREDENTIALS, (*CREDENTIALS, "body")]:
            answer = server.request(
                "PATCH", f"{CONNECTIONS}/{stored}", replacing(HTTP.create(), (*path, "surprise"), 1)
            )
            assert_error(answer, 400)
            assert answer.pointers == {pointer((*path, "surprise"))}

    @pytest.mark.parametrize("path", [("data", "type"), (*INTEGRATION, "type"), (*CREDENTIALS, "type")], ids=pointer)
    @pytest.mark.parametrize("value", ["", "Unknown", "asana", "ASANA", "Asana ", "HTTPTokenAuth\u200b"])
    def test_an_unknown_type_is_refused(self, server: Server, path: Path, value: str) -> None:
        answer = server.request("POST", CONNECTIONS, replacing(ASANA.create(), path, value))
        assert_error(answer, 400)
        assert answer.pointers == {pointer(path)}

    @pytest.mark.parametrize("kind", CATALOGUE, ids=str)
    def test_a_credential_type_of_another_integration_is_refused(self, server: Server, kind: CredentialType) -> None:
        other = BY_NAME["GitlabAPIKey"] if kind.integration != "Gitlab" else ASANA
        body = replacing(kind.create(), CREDENTIALS, at(other.create(), CREDENTIALS))
        answer = server.request("POST", CONNECTIONS, body)
        assert_error(answer, 400)
        assert pointer((*CREDENTIALS, "type")) in answer.pointers

    def test_only_secret_is_a_token_type(self, server: Server) -> None:
        path = (*CREDENTIALS, "tokens", 0, "type")
        answer = server.request("POST", CONNECTIONS, replacing(HTTP.create(), path, "PUBLIC"))
        assert_error(answer, 400)
        assert answer.pointers == {pointer(path)}


@pytest.mark.usefixtures("unchanged")
class TestValues:
    def refused(self, server: Server, body: dict, path: Path) -> None:
        answer = server.request("POST", CONNECTIONS, body)
        assert_error(answer, 400)
        assert answer.pointers == {pointer(path)}

    @pytest.mark.parametrize("name", ["", "x" * 256, "é" * 256], ids=["empty", "256", "256 of two bytes"])
    def test_a_name_has_1_to_255_characters(self, server: Server, stored: str, name: str) -> None:
        self.refused(server, ASANA.create(name), ("data", "attributes", "name"))
        answer = server.request("PATCH", f"{CONNECTIONS}/{stored}", connection(name, None))
        assert_error(answer, 400)

    @pytest.mark.parametrize(
        "account", ["", "1234", "12345678901", "1234567890123", "12345678901x", "１２３４５６７８９０１２"]
    )
    def test_an_account_has_exactly_12_digits(self, server: Server, account: str) -> None:
        path = (*CREDENTIALS, "account_id")
        self.refused(server, replacing(BY_NAME["AWSAssumeRole"].create(), path, account), path)

    @pytest.mark.parametrize("kind", [kind for kind in CATALOGUE if kind.secret_paths()], ids=str)
    def test_a_secret_is_not_empty_in_a_create(self, server: Server, kind: CredentialType) -> None:
        for path in kind.secret_paths():
            self.refused(server, replacing(kind.create(), path, ""), path)

    @pytest.mark.parametrize("text", ["a\r\nX-Evil: 1", "a\rb", "a\nb", "a\r\n\r\nbody"], ids=repr)
    @pytest.mark.parametrize("member", ["name", "value"])
    def test_no_line_break_enters_a_header(self, server: Server, stored: str, member: str, text: str) -> None:
        path = (*CREDENTIALS, "headers", 0, member)
        self.refused(server, replacing(HTTP.create(), path, text), path)
        header = {"name": "X-Plain", "value": "v", member: text}
        answer = server.request("PATCH", f"{CONNECTIONS}/{stored}", HTTP.patch({"headers": [header]}))
        assert_error(answer, 400)

    @pytest.mark.parametrize("name", ["", "X Y", "X:Y", "Ü"])
    def test_a_header_name_is_a_token(self, server: Server, name: str) -> None:
        path = (*CREDENTIALS, "headers", 0, "name")
        self.refused(server, replacing(HTTP.create(), path, name), path)

    @pytest.mark.parametrize(
        ("member", "first", "second"),
        [("headers", "X-Same", "x-same"), ("tokens", "same", "same"), ("url_parameters", "same", "same")],
    )
    def test_names_occur_once(self, server: Server, stored: str, member: str, first: str, second: str) -> None:
        entry = {"value": "v"} | ({"type": "SECRET"} if member == "tokens" else {})
        entries = [{"name": first, **entry}, {"name": second, **entry}]
        path = (*CREDENTIALS, member)
        answer = server.request("POST", CONNECTIONS, replacing(HTTP.create(), path, entries))
        assert_error(answer, 400)
        assert answer.pointers == {pointer((*path, 1, "name"))}
        assert_error(server.request("PATCH", f"{CONNECTIONS}/{stored}", HTTP.patch({member: entries})), 400)

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "api.example.com",
            "/v1",
            "//api.example.com",
            "ftp://api.example.com",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://",
            "https:///v1",
            "https://user@api.example.com",
            "https://user:password@api.example.com",
            "https://@api.example.com",
            "https://api.example.com:99999",
            "https://api.example.com:port",
            "https://api.exam ple.com",
            "https://api.example.com/\r\nX-Evil: 1",
            "https://[::1",
        ],
    )
    def test_a_base_url_is_http_without_user_info(self, server: Server, stored: str, url: str) -> None:
        path = (*INTEGRATION, "base_url")
        self.refused(server, replacing(HTTP.create(), path, url), path)
        assert_error(server.request("PATCH", f"{CONNECTIONS}/{stored}", HTTP.patch(base_url=url)), 400)

    def test_an_error_never_quotes_a_base_url(self, server: Server) -> None:
        body = replacing(HTTP.create(), (*INTEGRATION, "base_url"), "https://user:m4rk3r@api.example.com")
        assert b"m4rk3r" not in server.request("POST", CONNECTIONS, body).body


MALFORMED_IDS = [
    "malformed",
    "1",
    "aaa11111-aa11-aa11-aaaa-aaaaaa11111",
    "aaa11111-aa11-aa11-aaaa-aaaaaa1111111",
    "aaa11111-aa11-aa11-aaaa-aaaaaa11111g",
    "aaa11111aa11aa11aaaaaaaaaa111111",
    "%7Bconnection_id%7D",
    "%22aaa11111-aa11-aa11-aaaa-aaaaaa111111%22",
    "aaa11111-aa11-aa11-aaaa-aaaaaa111111%20",
    "%E2%98%83",
]


@pytest.mark.usefixtures("unchanged")
class TestIds:
    @pytest.mark.parametrize("malformed", MALFORMED_IDS)
    def test_malformed_ones_are_400_where_documented_else_404(self, server: Server, malformed: str) -> None:
        path = f"{CONNECTIONS}/{malformed}"
        assert_error(server.request("GET", path), 400)
        assert_error(server.request("PATCH", path, connection("new", None)), 400)
        assert_error(server.request("DELETE", path), 404)
        for method in ("GET", "PUT", "DELETE"):
            assert_error(server.request(method, f"{REGISTRATIONS}/{malformed}"), 400)

    def test_unknown_ones_are_404(self, server: Server) -> None:
        path = f"{CONNECTIONS}/{UNKNOWN_ID}"
        assert_error(server.request("GET", path), 404)
        assert_error(server.request("PATCH", path, connection("new", None)), 404)
        assert_error(server.request("DELETE", path), 404)

    def test_any_case_is_the_same_id(self, server: Server, stored: str) -> None:
        answer = server.request("GET", f"{CONNECTIONS}/{stored.upper()}")
        assert answer.status == 200
        assert answer.json["data"]["id"] == stored


@pytest.mark.usefixtures("unchanged")
class TestTargets:
    REFUSED = [
        f"{CONNECTIONS}/a%2Fb",
        f"{CONNECTIONS}/..%2Fconnections",
        f"{CONNECTIONS}/%00",
        f"{CONNECTIONS}/{UNKNOWN_ID}%00",
        f"{CONNECTIONS}/%01",
        f"{CONNECTIONS}/%0d%0a",
        f"{CONNECTIONS}/%7f",
        f"{CONNECTIONS}/%",
        f"{CONNECTIONS}/%zz",
        f"{CONNECTIONS}/%ff",
        f"{CONNECTIONS}/.",
        f"{CONNECTIONS}/..",
        f"{CONNECTIONS}/%2e",
        f"{CONNECTIONS}/%2e%2e",
        f"{CONNECTIONS}/.%2E/connections",
        "/api/v2/./actions/connections",
        "/api/v2/../v2/actions/connections",
        "/api/v2/%2e%2e/v2/actions/connections",
        "/api/v2//actions/connections",
        "//api/v2/actions/connections",
        f"{CONNECTIONS}/",
        f"{CONNECTIONS}/{UNKNOWN_ID}/",
        f"{CONNECTIONS}/{UNKNOWN_ID}/more",
        "/API/v2/actions/connections",
        "/api/v2/actions%2Fconnections",
        "http://example.com/elsewhere",
        "*",
        "api/v2/actions/connections",
    ]

    @pytest.mark.parametrize("target", REFUSED)
    def test_that_are_no_plain_path_are_refused(self, server: Server, target: str) -> None:
        assert status_of(server.raw_request("GET", target)) in (400, 404)

    @pytest.mark.parametrize("target", [b"/api/v2/\x01", b"/api/v2/\x7f", b"/api/v2/\xff", b"/api/v2/\t"])
    def test_with_raw_controls_are_refused(self, server: Server, target: bytes) -> None:
        assert status_of(server.raw_request("GET", target)) in (400, 404, None)

    @pytest.mark.parametrize("path", ["/", "/nothing", "/api", "/api/v2", "/api/v2/actions", "/api/v1/validate/x"])
    def test_unknown_paths_are_404(self, server: Server, path: str) -> None:
        for method in ("GET", "POST", "DELETE"):
            answer = server.request(method, path)
            assert answer.status == 404
            assert answer.errors

    @pytest.mark.parametrize(
        ("path", "allowed"),
        [
            (CONNECTIONS, {"GET", "POST"}),
            (f"{CONNECTIONS}/{UNKNOWN_ID}", {"GET", "PATCH", "DELETE"}),
            (REGISTRATIONS, {"GET"}),
            (f"{REGISTRATIONS}/{UNKNOWN_ID}", {"GET", "PUT", "DELETE"}),
            ("/healthz", {"GET"}),
            ("/readyz", {"GET"}),
            ("/metrics", {"GET"}),
            ("/openapi.json", {"GET"}),
        ],
    )
    def test_a_wrong_method_is_405_with_allow(self, server: Server, path: str, allowed: set[str]) -> None:
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"} - allowed:
            answer = server.request(method, path)
            assert answer.status == 405, method
            assert answer.errors
            assert {word.strip() for word in answer.headers["Allow"].split(",")} - {"HEAD", "OPTIONS"} == allowed


CASES = itertools.count(1)


def every_call() -> list[tuple[str, str, Any]]:
    return [
        ("GET", CONNECTIONS, None),
        ("POST", CONNECTIONS, ASANA.create()),
        ("POST", CONNECTIONS, b"no json"),
        ("GET", f"{CONNECTIONS}/{UNKNOWN_ID}", None),
        ("GET", f"{CONNECTIONS}/malformed", None),
        ("PATCH", f"{CONNECTIONS}/{UNKNOWN_ID}", connection("new", None)),
        ("DELETE", f"{CONNECTIONS}/{UNKNOWN_ID}", None),
        ("GET", REGISTRATIONS, None),
        ("GET", f"{REGISTRATIONS}/{UNKNOWN_ID}", None),
        ("PUT", f"{REGISTRATIONS}/{UNKNOWN_ID}", None),
        ("DELETE", f"{REGISTRATIONS}/{UNKNOWN_ID}", None),
    ]


@pytest.mark.usefixtures("unchanged")
class TestKeys:
    """Without both keys, and both of one organisation, everything is a 403: never a 401, whatever else is wrong."""

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda keys: {},
            lambda keys: {"DD-API-KEY": keys.api_key},
            lambda keys: {"DD-APPLICATION-KEY": keys.application_key},
            lambda keys: {**keys.headers, "DD-API-KEY": "0" * 32},
            lambda keys: {**keys.headers, "DD-APPLICATION-KEY": "0" * 40},
            lambda keys: {"DD-API-KEY": keys.application_key, "DD-APPLICATION-KEY": keys.api_key},
            lambda keys: {**keys.headers, "DD-API-KEY": ""},
            lambda keys: {**keys.headers, "DD-API-KEY": keys.api_key + "0"},
            lambda keys: {**keys.headers, "DD-API-KEY": keys.api_key[:-1]},
            lambda keys: {**keys.headers, "DD-API-KEY": "x" * 8000},
            lambda keys: {"Authorization": f"Bearer {keys.application_key}"},
        ],
        ids=[
            "no keys",
            "no application key",
            "no API key",
            "wrong API key",
            "wrong application key",
            "keys swapped",
            "empty API key",
            "API key too long",
            "API key too short",
            "endless API key",
            "keys elsewhere",
        ],
    )
    def test_that_are_wrong_or_missing_are_403(self, server: Server, wrong: Callable[[Keys], dict]) -> None:
        headers = wrong(server.keys)
        # Failures from one address are slowed down, so each case comes from one of its own.
        http = server.connect(source=f"127.1.{next(CASES)}.1")
        for method, path, body in every_call():
            answer = send(http, method, path, body, headers)
            assert_error(answer, 403)
            for key in headers.values():
                assert not key or key.encode() not in answer.body
        http.close()

    def test_in_the_query_do_not_count(self, server: Server) -> None:
        keys = f"api_key={server.keys.api_key}&application_key={server.keys.application_key}"
        answer = server.request("GET", f"{CONNECTIONS}?{keys}", headers={"DD-API-KEY": "", "DD-APPLICATION-KEY": ""})
        assert_error(answer, 403)

    def test_sent_twice_are_refused(self, server: Server) -> None:
        answer = server.raw_request("GET", CONNECTIONS, f"DD-API-KEY: {'0' * 32}")
        assert status_of(answer) in (400, 403)

    def test_of_two_organisations_do_not_go_together(self, server: Server, new_server: Callable) -> None:
        """Two servers stand for two organisations: one key of each is no pair on either."""
        other = new_server().keys
        mixed = {"DD-API-KEY": server.keys.api_key, "DD-APPLICATION-KEY": other.application_key}
        assert_error(server.request("GET", CONNECTIONS, headers=mixed), 403)


@pytest.mark.usefixtures("unchanged")
class TestConnections:
    """Clients that stop in the middle cost the server nothing but their own connection."""

    def head(self, server: Server, *lines: str) -> bytes:
        keys = [f"{name}: {value}" for name, value in server.keys.headers.items()]
        start = [f"POST {CONNECTIONS} HTTP/1.1", f"Host: {server.address}", *keys, *lines]
        return "\r\n".join(start).encode() + b"\r\n\r\n"

    def test_that_are_abandoned_do_no_harm(self, server: Server) -> None:
        request = self.head(server, f"Content-Length: {len(VALID)}") + VALID
        for length in (0, 1, 10, 40, len(request) - len(VALID), len(request) - 1):
            for _ in range(5):
                with socket.create_connection(("127.0.0.1", server.port)) as peer:
                    peer.sendall(request[:length])
        assert server.request("GET", "/healthz").status == 200

    def test_that_are_reset_do_no_harm(self, server: Server) -> None:
        request = self.head(server, f"Content-Length: {len(VALID)}") + VALID[:-1]
        for _ in range(20):
            peer = socket.create_connection(("127.0.0.1", server.port))
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            peer.sendall(request)
            peer.close()
        assert server.request("GET", "/healthz").status == 200

    def test_that_are_half_open_leave_room_for_others(self, server: Server) -> None:
        start = self.head(server, f"Content-Length: {len(VALID)}")[:-2]
        peers = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
        try:
            for peer in peers:
                peer.sendall(start)
            assert server.request("GET", CONNECTIONS).status == 200
        finally:
            for peer in peers:
                peer.close()

    def test_that_are_shut_after_the_request_get_their_answer(self, server: Server) -> None:
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as peer:
            peer.sendall(f"GET /healthz HTTP/1.1\r\nHost: {server.address}\r\nConnection: close\r\n\r\n".encode())
            peer.shutdown(socket.SHUT_WR)
            assert status_of(peer.recv(4096)) == 200

    def test_that_carry_many_requests_at_once_answer_them_in_order(self, server: Server, stored: str) -> None:
        known = f"GET {CONNECTIONS}/{stored} HTTP/1.1"
        unknown = f"GET {CONNECTIONS}/{UNKNOWN_ID} HTTP/1.1"
        keys = "".join(f"{name}: {value}\r\n" for name, value in server.keys.headers.items())
        head = f"\r\nHost: {server.address}\r\n{keys}\r\n"
        answer = server.raw("".join(line + head for line in [known, unknown] * 10).encode(), answers=20)
        statuses = [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]
        assert statuses == [200, 404] * 10


class TestPatches:
    def test_that_run_at_once_lose_nothing_of_one_another(self, server: Server) -> None:
        """Each of many clients sets a header of its own; in the end all of them stand."""
        connection_id = server.create(HTTP.create("patched from everywhere"))

        def patch(number: int) -> int:
            body = HTTP.patch({"headers": [{"name": f"X-Of-{number}", "value": str(number)}]})
            return server.request("PATCH", f"{CONNECTIONS}/{connection_id}", body).status

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(patch, range(40))) == {200}
        headers = server.attributes(connection_id)["integration"]["credentials"]["headers"]
        assert {f"X-Of-{number}" for number in range(40)} <= {header["name"] for header in headers}
