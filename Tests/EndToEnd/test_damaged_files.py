"""A data directory that is changed under a running server: nothing is acknowledged that a restart would not find."""

import os
import pathlib
import subprocess
from collections.abc import Callable, Iterator

import pytest
from catalogue import BY_NAME
from harness import CONNECTIONS, Answer, Server, initialise, verify_audit_chain, wait_until

pytestmark = pytest.mark.embedded_store

HTTP = BY_NAME["HTTPTokenAuth"]
FILES = ["keyway.db", "keyway.db-wal", "keyway.db-shm", "keyway.lock"]
PAGE = 4096


@pytest.fixture
def server(tmp_path: pathlib.Path) -> Iterator[Server]:
    data_dir = tmp_path / "data"
    server = Server(data_dir, initialise(data_dir), "--rate-limit", "off").start()
    try:
        yield server
    finally:
        if server.is_running:
            server.kill()


def unlink(file: pathlib.Path) -> None:
    file.unlink()


def replace(file: pathlib.Path) -> None:
    copy = file.with_name("copy")
    copy.write_bytes(file.read_bytes())
    copy.rename(file)


def assert_not_ready(server: Server, reason: str) -> None:
    answer = server.request("GET", "/readyz")
    assert answer.status == 503
    assert answer.json["status"] == "not ready"
    assert reason in answer.json["reason"]
    assert str(server.data_dir) not in answer.body.decode()
    assert "keyway.db" not in answer.body.decode()


def assert_refused(server: Server, answer: Answer) -> None:
    assert answer.status == 503, answer.body
    assert str(server.data_dir) not in answer.body.decode()
    assert "keyway.db" not in answer.body.decode()


def names(server: Server) -> set[str]:
    listed = server.request("GET", f"{CONNECTIONS}?page[size]=100")
    assert listed.status == 200
    return {entry["attributes"]["name"] for entry in listed.json["data"]}


def failures(server: Server) -> list[str]:
    return [event["reason"] for event in server.events() if event.get("event") == "failure"]


@pytest.mark.parametrize("change", [unlink, replace])
@pytest.mark.parametrize("name", FILES)
def test_a_lost_file_stops_writing(
    server: Server, tmp_path: pathlib.Path, name: str, change: Callable[[pathlib.Path], None]
) -> None:
    kept = server.create(HTTP.create("kept"))
    assert server.request("GET", "/readyz").status == 200
    file, aside = server.data_dir / name, tmp_path / "aside"
    # The very file, for it to be put back.
    os.link(file, aside)
    change(file)

    assert_not_ready(server, "put that very file back")
    for number in range(3):
        assert_refused(server, server.request("POST", CONNECTIONS, HTTP.create(f"refused {number}")))
    assert_refused(server, server.request("PATCH", f"{CONNECTIONS}/{kept}", HTTP.create("refused")))
    assert_refused(server, server.request("DELETE", f"{CONNECTIONS}/{kept}"))
    assert server.request("GET", "/healthz").status == 200
    assert server.attributes(kept)["name"] == "kept"
    # The log comes a moment after the response.
    wait_until(lambda: len(failures(server)) == 5)
    assert all(f"{file} was moved, deleted or replaced" in reason for reason in failures(server))

    aside.rename(file)
    assert server.request("GET", "/readyz").status == 200
    server.create(HTTP.create("later"))
    # Without that file again, ended in either way.
    os.link(file, aside)
    change(file)
    if change is unlink:
        assert server.stop() == 0
    else:
        server.kill()
    if aside.exists():
        aside.rename(file)
    server.start()
    assert names(server) == {"kept", "later"}
    server.create(HTTP.create("after the restart"))
    assert server.stop() == 0
    verify_audit_chain(server.data_dir)


def test_a_moved_directory_stops_writing(server: Server, tmp_path: pathlib.Path) -> None:
    server.create(HTTP.create("kept"))
    server.data_dir.rename(tmp_path / "moved")
    assert_not_ready(server, "put that very file back")
    assert_refused(server, server.request("POST", CONNECTIONS, HTTP.create("refused")))
    (tmp_path / "moved").rename(server.data_dir)
    server.create(HTTP.create("later"))
    server.kill()
    server.start()
    assert names(server) == {"kept", "later"}
    assert server.stop() == 0
    verify_audit_chain(server.data_dir)


@pytest.mark.parametrize("damage", ["overwritten", "zeroed", "cut off"])
def test_damage_is_told_and_stops_writing(server: Server, damage: str) -> None:
    created = {f"kept {number}" for number in range(60)}
    for name in created:
        server.create(HTTP.create(name))
    file = server.data_dir / "keyway.db"
    # Once the log is copied, everything is in the file.
    wait_until(lambda: (server.data_dir / "keyway.db-wal").stat().st_size == 0)
    whole = file.read_bytes()
    with file.open("r+b") as opened:
        if damage == "cut off":
            opened.truncate(len(whole) // 2)
        else:
            opened.seek(PAGE)
            opened.write((b"\x5a" if damage == "overwritten" else b"\0") * (len(whole) - PAGE))

    wait_until(lambda: server.request("GET", "/readyz").status == 503)
    assert_not_ready(server, "damaged")
    assert_refused(server, server.request("POST", CONNECTIONS, HTTP.create("refused")))
    assert server.request("GET", "/healthz").status == 200

    with file.open("r+b") as opened:
        opened.write(whole)
    # What was damaged once is not trusted before somebody has looked.
    assert_not_ready(server, "damaged")
    assert_refused(server, server.request("POST", CONNECTIONS, HTTP.create("refused")))
    server.kill()
    server.start()
    assert server.request("GET", "/readyz").status == 200
    assert names(server) == created
    server.create(HTTP.create("after the restart"))
    assert server.stop() == 0
    verify_audit_chain(server.data_dir)


@pytest.mark.parametrize("kept", [0, 0.5, 0.99])
def test_a_database_that_was_cut_off_takes_no_changes_at_all(server: Server, kept: float) -> None:
    """Not even before anything has read behind the cut: SQLite takes a short page for one with zeros."""
    for number in range(60):
        server.create(HTTP.create(f"kept {number}"))
    file = server.data_dir / "keyway.db"
    wait_until(lambda: (server.data_dir / "keyway.db-wal").stat().st_size == 0)
    whole = file.read_bytes()
    # The writer has seen to the length of the file before it takes this one.
    server.create(HTTP.create("after the log was emptied"))
    os.truncate(file, int(len(whole) * kept))
    assert_refused(server, server.request("POST", CONNECTIONS, HTTP.create("refused")))
    assert_not_ready(server, "damaged")
    server.kill()
    file.write_bytes(whole)
    server.start()
    assert {f"kept {number}" for number in range(60)} <= set(names(server))


def test_a_read_only_file_system_is_told(server: Server) -> None:
    """A mount over the directory, of the same files: the server's open files do not keep it from being read-only."""
    place = server.data_dir
    bound = ["mount", "--bind", place, place]
    if os.geteuid() != 0 or subprocess.run(bound, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a file system needs root")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", place], check=True)
        assert_not_ready(server, "mounted read-only")
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
    assert server.request("GET", "/readyz").status == 200
