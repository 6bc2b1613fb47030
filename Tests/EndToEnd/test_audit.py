"""The audit log: searched by the official client, exported beside a running server, proved offline, tampered with."""

import base64
import hashlib
import json
import pathlib
import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from catalogue import BY_NAME
from datadog_api_client.v2 import models
from datadog_api_client.v2.api.audit_api import AuditApi
from harness import (
    CONNECTIONS,
    Keys,
    Server,
    at,
    at_with_keys,
    command,
    create_organization,
    initialise,
    running,
    wait_until,
)
from official import assert_typed, official_client, raises, typed
from people import READER, STANDARD, service_account

HTTP = BY_NAME["HTTPTokenAuth"]
# The header of a public key of Ed25519 in DER (RFC 8410), before its 32 bytes.
ED25519 = bytes.fromhex("302a300506032b6570032100")


def verify(file: pathlib.Path, *options: str | pathlib.Path) -> subprocess.CompletedProcess:
    return command("audit", "verify", file, *options)


def fault(file: pathlib.Path, *options: str | pathlib.Path) -> dict:
    """What is wrong with a log that is not whole."""
    done = verify(file, "--json", *options)
    assert done.returncode == 65, (done.stdout, done.stderr)
    result = json.loads(done.stdout)
    assert result["whole"] is False
    assert result["fault"]["explanation"] in done.stderr
    return result["fault"]


def head(server: Server, keys: Keys | None = None) -> dict:
    answer = server.request("GET", "/api/v2/audit/head", keys=keys)
    assert answer.status == 200, answer.body
    return answer.json


def logged_heads(server: Server) -> list[dict]:
    return [event["head"] for event in server.events() if event["event"] == "audit head"]


@pytest.fixture(scope="module")
def events(server: Server) -> list[str]:
    """Ids of connections that were created, renamed and deleted, in this order."""
    ids = [server.create(HTTP.create(f"audited {number}")) for number in range(5)]
    for connection_id in ids:
        body = {"data": {"type": "action_connection", "attributes": {"name": "renamed"}}}
        assert server.request("PATCH", f"{CONNECTIONS}/{connection_id}", body).status == 200
    for connection_id in ids:
        assert server.request("DELETE", f"{CONNECTIONS}/{connection_id}").status == 204
    return ids


@pytest.fixture(scope="module")
def audit(server: Server, events: list[str]) -> Iterator[AuditApi]:
    with official_client(server.address, server.keys) as api_client:
        yield AuditApi(api_client)


# The official client


def test_the_client_lists_the_newest_events(audit: AuditApi, events: list[str], server: Server) -> None:
    response = audit.list_audit_logs()
    assert_typed(response)
    assert len(response.data) == 10
    newest = response.data[0].attributes
    assert newest.service == "keyway"
    assert datetime.now(UTC) - newest.timestamp.replace(tzinfo=UTC) < timedelta(minutes=5)
    assert newest.attributes["action"] == "connection.delete"
    assert newest.attributes["asset"]["id"] == events[-1]
    assert newest.attributes["usr"]["id"] == server.keys.user_id
    assert response.meta.status.value == "done"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("@action:connection.create @asset.id:{}", 1),
        ("@asset.id:{}", 3),
        ("@asset.id:{} AND NOT @action:connection.delete", 2),
        ("{} -@action:connection.*", 0),
        ("@asset.id:{} (@action:*.update OR @action:*.delete)", 2),
        ('"connection.update on" {}', 1),
    ],
)
def test_the_client_finds_events(audit: AuditApi, events: list[str], query: str, count: int) -> None:
    response = audit.list_audit_logs(filter_query=query.format(events[2]))
    assert len(response.data) == count


def test_the_client_reads_all_pages_in_both_orders(audit: AuditApi, events: list[str]) -> None:
    def ids(sort: models.AuditLogsSort, limit: int) -> list[str]:
        found = audit.list_audit_logs_with_pagination(
            filter_query="@action:connection.*", filter_to=datetime.now(UTC), sort=sort, page_limit=limit
        )
        return [event.id for event in found]

    ascending = ids(models.AuditLogsSort.TIMESTAMP_ASCENDING, 3)
    assert len(ascending) == len(set(ascending)) >= 15
    assert ids(models.AuditLogsSort.TIMESTAMP_DESCENDING, 4) == ascending[::-1]
    assert ids(models.AuditLogsSort.TIMESTAMP_ASCENDING, 1000) == ascending


def test_the_client_filters_by_time(audit: AuditApi, events: list[str]) -> None:
    now = datetime.now(UTC)
    assert audit.list_audit_logs(filter_from=now - timedelta(hours=1), filter_to=now).data
    assert audit.list_audit_logs(filter_to=now - timedelta(hours=1)).data == []
    assert audit.list_audit_logs(filter_from=now + timedelta(hours=1)).data == []


def test_the_client_searches_with_a_body(audit: AuditApi, events: list[str]) -> None:
    body = {
        "filter": {"_from": "now-15m", "query": "@action:connection.create OR @action:connection.delete", "to": "now"},
        "options": {"time_offset": 0, "timezone": "GMT"},
        "page": {"limit": 4},
        "sort": "timestamp",
    }
    response = audit.search_audit_logs(body=typed(models.AuditLogsSearchEventsRequest, body))
    assert_typed(response)
    assert len(response.data) == 4
    pages = audit.search_audit_logs_with_pagination(body=typed(models.AuditLogsSearchEventsRequest, body))
    assert len(list(pages)) >= 10
    assert audit.search_audit_logs().data


def test_the_client_is_told_what_is_not_understood(audit: AuditApi, server: Server) -> None:
    raises(400, lambda: audit.list_audit_logs(filter_query="@a:[1 TO 2]"), "ranges are not supported")
    raises(400, lambda: audit.list_audit_logs(page_cursor="x"), "page[cursor]")
    for role in (STANDARD, READER):
        with official_client(server.address, service_account(server, role)) as api_client:
            raises(403, AuditApi(api_client).list_audit_logs, "audit_logs_read")


# Exports and heads


def test_an_export_beside_the_server_is_what_http_gives(
    server: Server, events: list[str], tmp_path: pathlib.Path
) -> None:
    file = tmp_path / "audit.jsonl"
    done = command("audit", "export", *at(server.data_dir), "--output", file)
    assert done.returncode == 0, done.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    answer = server.request("GET", "/api/v2/audit/log?limit=5000")
    assert answer.body == file.read_bytes()
    lines = file.read_bytes().splitlines(keepends=True)
    assert command("audit", "export", *at(server.data_dir), "--output", file).returncode == 73
    part = command("audit", "export", *at(server.data_dir), "--after", str(len(lines) - 3))
    assert part.stdout.encode() == b"".join(lines[-3:])
    assert server.request("GET", f"/api/v2/audit/log?after={len(lines) - 3}&limit=2").body == b"".join(lines[-3:-1])
    done = verify(file)
    assert done.returncode == 0, done.stderr
    assert f"{len(lines)} events" in done.stdout
    assert hashlib.sha256(lines[-1][:-1]).hexdigest() in done.stdout


def test_an_export_needs_to_know_whose(tmp_path: pathlib.Path) -> None:
    initialise(tmp_path / "data")
    create_organization(tmp_path / "data", "Staging")
    done = command("audit", "export", *at(tmp_path / "data"))
    assert done.returncode == 64
    assert "Default, Staging" in done.stderr
    done = command("audit", "export", *at(tmp_path / "data"), "--organization", "Staging")
    assert done.returncode == 0
    assert [json.loads(line)["action"] for line in done.stdout.splitlines()] == ["organization.create"]
    assert command("audit", "export", *at(tmp_path / "none")).returncode == 66


def test_a_head_verifies_by_another_program(server: Server, events: list[str], tmp_path: pathlib.Path) -> None:
    signed = head(server)
    members = [signed[name] for name in ("organization_id", "sequence", "digest", "time")]
    text = "".join(f"{line}\n" for line in ["keyway-audit-head-v1", *members])
    der = base64.b64encode(ED25519 + bytes.fromhex(signed["public_key"])).decode()
    (tmp_path / "key.pem").write_text(f"-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n")
    (tmp_path / "signature").write_bytes(bytes.fromhex(signed["signature"]))

    def openssl(message: str) -> int:
        (tmp_path / "message").write_text(message)
        arguments = ["-verify", "-pubin", "-rawin", "-inkey", tmp_path / "key.pem"]
        files = ["-in", tmp_path / "message", "-sigfile", tmp_path / "signature"]
        return subprocess.run(["openssl", "pkeyutl", *arguments, *files], capture_output=True, check=False).returncode

    assert openssl(text) == 0
    assert openssl(text.replace("v1", "v2")) != 0
    last = server.request("GET", f"/api/v2/audit/log?after={signed['sequence'] - 1}&limit=1").body
    assert hashlib.sha256(last.rstrip(b"\n")).hexdigest() == signed["digest"]


def test_heads_are_logged_while_the_chain_grows_and_survive_everything(tmp_path: pathlib.Path) -> None:
    data_dir = tmp_path / "data"
    keys = initialise(data_dir)
    other = create_organization(data_dir, "Other")

    def heads(server: Server, of: Keys = keys) -> list[dict]:
        organization = head(server, of)["organization_id"]
        return [signed for signed in logged_heads(server) if signed["organization_id"] == organization]

    with running(data_dir, keys, "--audit-head-interval", "1") as server:
        wait_until(lambda: len(heads(server)) == 1)
        server.create(HTTP.create("one"))
        wait_until(lambda: len(heads(server)) == 2)
        # The heads of another chain, which grows, tell that it was time for one.
        for number in range(2):
            before = len(heads(server, other))
            answer = server.request("POST", CONNECTIONS, HTTP.create(f"other {number}"), keys=other)
            assert answer.status == 201
            wait_until(lambda before=before: len(heads(server, other)) > before)
        assert len(heads(server)) == 2, "a chain that did not grow has no new head"
        public_key = head(server)["public_key"]
        assert [event["public_key"] for event in server.events() if event["event"] == "audit key"] == [public_key]
        # A rotation of the master key keeps the signing key.
        assert command("rotate-master-key", *at_with_keys(data_dir)).returncode == 0
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: any(event["event"] == "secrets rewrapped" for event in server.events()))
        server.create(HTTP.create("two"))
    # The last head goes out when the server ends.
    assert [signed["sequence"] for signed in logged_heads(server)].count(4) == 2, "each organisation's fourth event"
    key_file = data_dir.parent / "data.key"
    # Without the old master key, which is the last line.
    key_file.write_text("".join(key_file.read_text().splitlines(keepends=True)[:-1]))
    with running(data_dir, keys) as server:
        assert head(server)["public_key"] == public_key
        server.kill()
        server.start()
        assert head(server)["public_key"] == public_key
        file = tmp_path / "audit.jsonl"
        assert command("audit", "export", "--organization", "Default", *at(data_dir), "--output", file).returncode == 0
        # The server's own log is a file of heads.
        done = verify(file, "--head", server.log_file, "--public-key", public_key, "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["newest_head"] == 4


# Tampering


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[bytes], dict]:
    """The lines of a log of twelve events, and a head of it."""
    data_dir = tmp_path_factory.mktemp("tampered") / "data"
    with running(data_dir, initialise(data_dir)) as server:
        for number in range(11):
            server.create(HTTP.create(f"connection {number}"))
        lines = server.request("GET", "/api/v2/audit/log").body.splitlines(keepends=True)
        assert len(lines) == 12
        return lines, head(server)


def edited(line: bytes, name: str) -> bytes:
    """The line with another value of one member, written as the server would."""
    event = json.loads(line)
    value = event[name]
    if name == "sequence":
        event[name] = value + 100
    elif name == "previous":
        event[name] = hashlib.sha256(value.encode()).hexdigest()
    elif name == "time":
        event[name] = value.replace("20", "19", 1)
    elif isinstance(value, dict):
        event[name] = value | {next(iter(value)): "somebody else"}
    elif name.endswith("_id") and name != "request_id":
        event[name] = value[:-1] + ("0" if value[-1] != "0" else "1")
    else:
        event[name] = f"{value}x"
    return json.dumps(event, separators=(",", ":")).encode() + b"\n"


MEMBERS = ["sequence", "previous", "time", "organization_id", "actor", "action", "resource_type", "resource_id"]


@pytest.mark.parametrize("event", [2, 7, 12])
@pytest.mark.parametrize("member", [*MEMBERS, "request_id"])
def test_an_edited_event_is_named(
    whole: tuple[list[bytes], dict], tmp_path: pathlib.Path, member: str, event: int
) -> None:
    lines, signed = whole
    changed = lines[event - 1]
    changed = edited(changed, member)
    assert changed != lines[event - 1]
    file = tmp_path / "log"
    file.write_bytes(b"".join([*lines[: event - 1], changed, *lines[event:]]))
    found = fault(file, "--head", json.dumps(signed))
    if event < 12:
        assert (found["event"], found["through"]) == (event, event)
        assert fault(file)["event"] == event
    else:
        # Behind the last event nothing tells, but the head.
        assert found["event"] <= 12 <= found["through"]


TAMPERINGS: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str, int]] = {
    "first dropped": (lambda lines: lines[1:], "missing", 1),
    "middle dropped": (lambda lines: lines[:5] + lines[6:], "missing", 6),
    "several dropped": (lambda lines: lines[:5] + lines[9:], "missing", 6),
    "duplicated": (lambda lines: lines[:6] + lines[5:], "repeated", 6),
    "repeated later": (lambda lines: [*lines, lines[3]], "repeated", 4),
    "swapped": (lambda lines: [*lines[:4], lines[5], lines[4], *lines[6:]], "missing", 5),
    "moved to the end": (lambda lines: lines[:4] + lines[5:] + lines[4:5], "missing", 5),
    "inserted": (lambda lines: [*lines[:6], edited(lines[5], "action"), *lines[6:]], "repeated", 6),
    "empty line": (lambda lines: [*lines[:6], b"\n", *lines[6:]], "malformed", 7),
    "other text": (lambda lines: [*lines[:6], b"{}\n", *lines[6:]], "malformed", 7),
    "last line cut": (lambda lines: [*lines[:-1], lines[-1][:100]], "malformed", 12),
    "last newline cut": (lambda lines: [*lines[:-1], lines[-1][:-1]], "malformed", 12),
    "empty": (lambda lines: [], "missing", 1),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_tampered_log_is_found_by_the_chain(
    whole: tuple[list[bytes], dict], tmp_path: pathlib.Path, tampering: str
) -> None:
    tamper, kind, event = TAMPERINGS[tampering]
    file = tmp_path / "log"
    file.write_bytes(b"".join(tamper(whole[0])))
    found = fault(file)
    assert (found["kind"], found["event"]) == (kind, event)


def rewritten(lines: list[bytes], start: int) -> list[bytes]:
    """The log with the event at `start` changed, and every hash behind it made right again."""
    result = lines[: start - 1]
    changed = edited(lines[start - 1], "action")
    result.append(changed)
    for line in lines[start:]:
        event = json.loads(line)
        event["previous"] = hashlib.sha256(result[-1][:-1]).hexdigest()
        result.append(json.dumps(event, separators=(",", ":")).encode() + b"\n")
    return result


def test_a_truncated_or_rewritten_log_is_found_against_a_head(
    whole: tuple[list[bytes], dict], tmp_path: pathlib.Path
) -> None:
    lines, signed = whole
    heads = tmp_path / "heads"
    heads.write_text("not a head\n" + json.dumps({"event": "audit head", "head": signed}) + "\n")
    file = tmp_path / "log"
    for kept in (1, 6, 11):
        file.write_bytes(b"".join(lines[:kept]))
        assert verify(file).returncode == 0, "the chain alone can't tell"
        found = fault(file, "--head", heads)
        assert (found["kind"], found["event"], found["through"]) == ("truncated", kept + 1, 12)
    for start in (2, 12):
        file.write_bytes(b"".join(rewritten(lines, start)))
        assert verify(file).returncode == 0, "the chain alone can't tell"
        found = fault(file, "--head", heads)
        assert found["kind"] == "rewritten"
        assert found["event"] <= start <= found["through"]
    # A longer log is fine: the head is of an earlier moment.
    file.write_bytes(b"".join(lines))
    done = verify(file, "--head", heads, "--public-key", signed["public_key"])
    assert done.returncode == 0, done.stderr
    done = subprocess.run(
        [*(str(part) for part in done.args[:3]), "-"], input=b"".join(lines), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_heads_are_believed_only_with_their_signature(
    whole: tuple[list[bytes], dict], server: Server, tmp_path: pathlib.Path
) -> None:
    lines, signed = whole
    file = tmp_path / "log"
    file.write_bytes(b"".join(lines))
    for name, value in (
        ("sequence", 11),
        ("digest", "0" * 64),
        ("time", signed["time"].replace("20", "19", 1)),
        ("organization_id", server.keys.organization_id),
        ("signature", "0" * 128),
        ("public_key", head(server)["public_key"]),
    ):
        done = verify(file, "--head", json.dumps(signed | {name: value}))
        assert done.returncode == 65, (name, done.stderr)
        assert "signature does not match" in done.stderr
    done = verify(file, "--head", json.dumps(signed), "--public-key", head(server)["public_key"])
    assert done.returncode == 65
    assert "another key" in done.stderr
    # Heads of others tell nothing.
    done = verify(file, "--head", json.dumps(head(server)))
    assert done.returncode == 66
    assert "none of the signed heads" in done.stderr


def test_what_cannot_be_read_is_told_apart(whole: tuple[list[bytes], dict], tmp_path: pathlib.Path) -> None:
    file = tmp_path / "log"
    file.write_bytes(b"".join(whole[0]))
    assert verify(tmp_path / "absent").returncode == 66
    assert verify(tmp_path).returncode == 66
    assert verify(file, "--head", tmp_path / "absent").returncode == 66
    assert verify(file, "--head", file).returncode == 66
    assert verify(file, "--head", json.dumps(whole[1]), "--public-key", "x").returncode == 64
    assert verify(file, "--public-key", "0" * 64).returncode == 64


def test_a_long_log_takes_no_more_memory(whole: tuple[list[bytes], dict], tmp_path: pathlib.Path) -> None:
    file = tmp_path / "log"
    previous = "0" * 64
    event = json.loads(whole[0][5])
    with file.open("wb") as log:
        for sequence in range(1, 200_001):
            line = json.dumps(event | {"sequence": sequence, "previous": previous}, separators=(",", ":")).encode()
            previous = hashlib.sha256(line).hexdigest()
            log.write(line + b"\n")
    assert file.stat().st_size > 80 << 20
    done = subprocess.run(
        ["/usr/bin/env", "bash", "-c", 'ulimit -v 262144; exec "$@"', "-", *verify(file).args],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "200000 events" in done.stdout
