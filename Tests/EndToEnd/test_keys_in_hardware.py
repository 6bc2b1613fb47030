"""Master keys in a hardware security module: what an outage, a crash and a move of them cost, and what never."""

import itertools
import json
import os
import pathlib
import signal
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import stores
from acting import LOOPBACK, assert_own, keyed_body
from harness import (
    CONNECTIONS,
    Answer,
    Keys,
    Server,
    audit_events,
    command,
    running,
    send,
    verify_audit_chain,
    wait_until,
)
from older_data import PLACE, SECRET
from tokens_in_hardware import PIN, KeyedTwin, SoftHSM, act, assert_acts, create, events, helpers, metric, ready

pytestmark = pytest.mark.embedded_store
ROUNDS = 40 if os.environ.get("KEYWAY_LONG") else 3


@pytest.fixture(scope="module")
def twin() -> Iterator[KeyedTwin]:
    with KeyedTwin() as twin:
        yield twin


@pytest.fixture
def hsm(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> SoftHSM:
    hsm = SoftHSM(tmp_path / "hsm")
    for name, value in hsm.variables.items():
        monkeypatch.setenv(name, value)
    return hsm


def initialise(data_dir: pathlib.Path, *options: str) -> Keys:
    done = command("init", "--data-dir", data_dir, "--json", *options)
    assert done.returncode == 0, done.stderr
    return Keys.of(done.stdout)


@contextmanager
def serving(data_dir: pathlib.Path, keys: Keys, *options: str) -> Iterator[Server]:
    with running(data_dir, keys, "--rate-limit", "off", *LOOPBACK, *options) as server:
        yield server


def test_a_server_lives_on_a_key_that_never_leaves_its_token(
    hsm: SoftHSM, twin: KeyedTwin, tmp_path: pathlib.Path
) -> None:
    uri, data_dir = hsm.make("master"), tmp_path / "data"
    keys = initialise(data_dir, "--master-key", uri)
    assert not (tmp_path / "data.key").exists(), "there is no key outside"
    with serving(data_dir, keys, "--master-key", uri) as server:
        connection_id = create(server, twin, "s3cr3t-in-hardware").json["data"]["id"]
        for _ in range(3):
            assert_acts(server, twin, connection_id, "s3cr3t-in-hardware")
        unwraps = metric(server, 'keyway_master_key_operations_total{operation="unwrap",outcome="done"}')
        assert server.request("GET", f"{CONNECTIONS}/{connection_id}").status == 200
        assert server.request("GET", CONNECTIONS).status == 200
        after = metric(server, 'keyway_master_key_operations_total{operation="unwrap",outcome="done"}')
        assert after == unwraps, "what opens no secret asks for none"
        assert_acts(server, twin, connection_id, "s3cr3t-in-hardware")
        assert metric(server, 'keyway_master_key_operations_total{operation="unwrap",outcome="done"}') == unwraps + 1, (
            "an act costs one unwrap"
        )
        # A rename keeps the secret, and asks for nothing.
        renamed = {"data": {"type": "action_connection", "attributes": {"name": "renamed"}}}
        assert server.request("PATCH", f"{CONNECTIONS}/{connection_id}", renamed).status == 200
        (helper,) = helpers(server)
        process = pathlib.Path(f"/proc/{helper}")
        assert process.joinpath("cmdline").read_bytes() == b"keyway-key-helper\0"
        assert b"KEYWAY_" not in process.joinpath("environ").read_bytes()
        assert PIN.encode() not in process.joinpath("environ").read_bytes()
        status = process.joinpath("status").read_text()
        assert "NoNewPrivs:\t1" in status
        limits = process.joinpath("limits").read_text()
        assert any(line.split()[:6] == ["Max", "core", "file", "size", "0", "0"] for line in limits.splitlines())
        opened = {int(file.name): os.readlink(file) for file in process.joinpath("fd").iterdir()}
        assert all(target.startswith(("socket:", "/dev/null", str(hsm.tokens))) for target in opened.values()), opened
        assert sum(target.startswith("socket:") for target in opened.values()) == 1
        # Not even the server's end leaves a helper behind.
        server.kill()
        wait_until(lambda: not process.exists(), "the end of the helper")
        server.start()
        assert_acts(server, twin, connection_id, "s3cr3t-in-hardware")
        done = command("seal", "check", "--data-dir", data_dir, "--master-key", uri)
        assert done.returncode == 0, done.stderr
        assert "is in hardware, and opens what it sealed in another process" in done.stdout
        assert "The server's own keys open, and 1 record that was tried." in done.stdout
        # A backup needs the same key.
        assert command("backup", tmp_path / "copy.db", "--data-dir", data_dir).returncode == 0
    done = command("restore", tmp_path / "copy.db", "--data-dir", tmp_path / "again", "--master-key", uri)
    assert done.returncode == 0, done.stderr
    assert "The secrets of 1 record open." in done.stdout
    assert PIN not in server.log_text()
    for file in data_dir.iterdir():
        assert b"s3cr3t-in-hardware" not in file.read_bytes()
    assert verify_audit_chain(data_dir) > 0


def test_an_end_of_the_helper_costs_requests_and_nothing_else(
    hsm: SoftHSM, twin: KeyedTwin, tmp_path: pathlib.Path
) -> None:
    uri, data_dir = hsm.make("master"), tmp_path / "data"
    with serving(data_dir, initialise(data_dir, "--master-key", uri), "--master-key", uri) as server:
        connection_id = create(server, twin, "s3cr3t-of-a-survivor").json["data"]["id"]
        over = threading.Event()
        answers: list[Answer] = []
        created: list[tuple[str, str]] = []
        broken: list[BaseException] = []

        def ask(number: int) -> None:
            try:
                http = server.connect()
                for turn in itertools.count():
                    if over.is_set():
                        break
                    if number % 2:
                        path = f"{CONNECTIONS}/{connection_id}/proxy/"
                        answers.append(send(http, "GET", path, None, server.keys.headers))
                    else:
                        secret = f"s3cr3t-of-a-survivor-{number}-{turn}"
                        answer = send(http, "POST", CONNECTIONS, keyed_body(twin.origin, secret), server.keys.headers)
                        answers.append(answer)
                        if answer.status == 201:
                            created.append((answer.json["data"]["id"], secret))
                http.close()
            except BaseException as error:
                broken.append(error)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for number in range(ROUNDS):
            wait_until(lambda: len(helpers(server)) == 1 and ready(server) == 200, "a helper")
            before = len(answers)
            wait_until(lambda before=before: any(one.status in (200, 201) for one in answers[before:]), "an answer")
            # One that ends by itself, and one that hangs until it is ended.
            os.kill(helpers(server)[0], signal.SIGSTOP if number == 0 else signal.SIGKILL)
            starts = metric(server, "keyway_master_key_helper_starts_total")
            wait_until(lambda s=starts: metric(server, "keyway_master_key_helper_starts_total") > s, "a new helper")
        wait_until(lambda: ready(server) == 200, "a server that is ready")
        over.set()
        for thread in threads:
            thread.join()
        assert broken == []
        refused = [answer for answer in answers if answer.status not in (200, 201)]
        assert refused, "the helper's end was seen"
        for answer in refused:
            assert answer.status == 503, answer.body
            assert answer.headers["Retry-After"] == "1"
            if answer.headers.get("Keyway-Error"):
                assert_own(answer, "master_key_unavailable")
        for one, secret in [(connection_id, "s3cr3t-of-a-survivor"), *created[-20:]]:
            assert_acts(server, twin, one, secret)
    assert verify_audit_chain(data_dir) > len(created)


def test_while_the_hardware_is_away_reads_go_on_and_the_server_says_so(
    hsm: SoftHSM, twin: KeyedTwin, tmp_path: pathlib.Path
) -> None:
    uri, data_dir = hsm.make("master"), tmp_path / "data"
    keys = initialise(data_dir, "--master-key", uri)
    with serving(data_dir, keys, "--master-key", uri, "--data-key-lifetime", "60") as server:
        connection_id = create(server, twin, "s3cr3t-that-waits").json["data"]["id"]
        unkept = create(server, twin, "s3cr3t-that-waits-too").json["data"]["id"]
        assert_acts(server, twin, connection_id, "s3cr3t-that-waits")
        away = hsm.tokens.with_name("away")
        hsm.tokens.rename(away)
        os.kill(helpers(server)[0], signal.SIGKILL)
        wait_until(lambda: ready(server) == 503, "a server that is not ready")
        assert "master key" in server.request("GET", "/readyz").json["reason"]
        assert server.request("GET", f"{CONNECTIONS}/{connection_id}").status == 200
        # What was opened a moment ago is still open; nothing else is.
        assert_acts(server, twin, connection_id, "s3cr3t-that-waits")
        assert_own(act(server, unkept), "master_key_unavailable")
        assert create(server, twin, "s3cr3t").status == 503
        assert metric(server, "keyway_master_key_available") == 0
        wait_until(lambda: events(server, "master key unavailable"), "a line in the log")
        done = command("seal", "check", "--data-dir", data_dir, "--master-key", uri)
        assert done.returncode == 69
        assert done.stderr.startswith("keyway: the key pkcs11:token=Keyway;object=master?")
        away.rename(hsm.tokens)
        wait_until(lambda: ready(server) == 200, "a server that is ready")
        assert_acts(server, twin, unkept, "s3cr3t-that-waits-too")
        wait_until(lambda: events(server, "master key available"), "a line in the log")


def test_a_server_does_not_start_without_its_key(hsm: SoftHSM, tmp_path: pathlib.Path) -> None:
    uri, data_dir = hsm.make("master"), tmp_path / "data"
    initialise(data_dir, "--master-key", uri)
    hsm.make("exposed", "--extractable")
    cases = {
        uri.replace("object=master", "object=none"): (69, "no AES key of that label"),
        uri.replace("token=Keyway", "token=None"): (69, "no token with token None"),
        uri.replace("object=master", "object=exposed"): (69, "may leave the token"),
        uri.replace("libsofthsm2.so", "none.so"): (69, "can't be loaded"),
        uri.partition("?")[0]: (64, "no `module-path`"),
        f"{uri}&pin-value={PIN}": (64, "mode 0600"),
    }
    for wrong, (code, text) in cases.items():
        for words in (("serve", "--listen", "127.0.0.1:0"), ("seal", "check")):
            done = command(*words, "--data-dir", data_dir, "--master-key", wrong)
            assert done.returncode == code, (wrong, done.stderr)
            assert text in done.stderr
            assert PIN not in done.stderr
    # Another key of the token is not the one that the data need.
    other = hsm.make("other")
    for words in (("serve", "--listen", "127.0.0.1:0"), ("seal", "check")):
        done = command(*words, "--data-dir", data_dir, "--master-key", other)
        assert done.returncode == 78
        assert "sealed under master keys that are not at hand" in done.stderr
    hsm.pin_file.chmod(0o644)
    done = command("seal", "check", "--data-dir", data_dir, "--master-key", uri)
    assert done.returncode == 69
    assert "chmod 600" in done.stderr
    hsm.pin_file.chmod(0o600)
    hsm.pin_file.write_text("wrong\n")
    done = command("seal", "check", "--data-dir", data_dir, "--master-key", uri)
    assert done.returncode == 69
    assert "CKR_PIN_INCORRECT" in done.stderr


def rotate(server: Server, *options: str) -> None:
    before = len(events(server, "master keys read again"))
    done = command("rotate-master-key", "--data-dir", server.data_dir, *options)
    assert done.returncode == 0, done.stderr
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: len(events(server, "master keys read again")) > before, "a rotation")


def sealed_under(data_dir: pathlib.Path) -> set[str]:
    with stores.copy(data_dir) as connection:
        return {row[0] for row in connection.execute("SELECT id FROM master_keys")}


def test_a_key_moves_into_hardware_and_out_again_under_load(
    hsm: SoftHSM, twin: KeyedTwin, tmp_path: pathlib.Path
) -> None:
    uri, data_dir = hsm.make("master"), tmp_path / "data"
    keys = initialise(data_dir)
    key_file = tmp_path / "data.key"
    over = threading.Event()
    created: list[tuple[str, str]] = []
    broken: list[object] = []

    def work(number: int) -> None:
        http = server.connect()
        try:
            for turn in itertools.count():
                if over.is_set():
                    break
                secret = f"s3cr3t-on-the-move-{number}-{turn}"
                answer = send(http, "POST", CONNECTIONS, keyed_body(twin.origin, secret), keys.headers)
                if answer.status != 201:
                    broken.append(answer)
                    break
                connection_id = answer.json["data"]["id"]
                created.append((connection_id, secret))
                answer = send(http, "GET", f"{CONNECTIONS}/{connection_id}/proxy/", None, keys.headers)
                if answer.status != 200:
                    broken.append(answer)
        except BaseException as error:
            broken.append(error)
        http.close()

    with serving(data_dir, keys) as server:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(created) > 30 or broken, "some connections")
        # Into hardware, to a second key there, and out of it: all of it in use.
        for number, options in enumerate([("--to", uri), ("--to", hsm.make("second")), ()]):
            count = len(created)
            rotate(server, *options)
            wait_until(lambda n=number: len(events(server, "secrets rewrapped")) > n or broken, "rewrapped secrets")
            wait_until(lambda c=count: len(created) > c + 10 or broken, "some more connections")
        over.set()
        for thread in threads:
            thread.join()
        assert broken == []
        for connection_id, secret in created:
            assert_acts(server, twin, connection_id, secret)
        wait_until(lambda: len(sealed_under(data_dir)) == 1, "keys that are forgotten")
    # The keys in hardware are needed no more.
    lines = [line for line in key_file.read_text().splitlines(keepends=True) if not line.startswith("pkcs11:")]
    key_file.write_text("".join(lines[:4]))
    hsm.tokens.rename(hsm.tokens.with_name("gone"))
    with serving(data_dir, keys) as server:
        for connection_id, secret in created[:20]:
            assert_acts(server, twin, connection_id, secret)
    assert verify_audit_chain(data_dir) > len(created)
    told = [json.loads(event) for _, _, event in audit_events(data_dir)]
    places = [event["details"]["place"] for event in told if event["action"] == "master_key.activate"]
    assert places == ["hardware", "hardware", "file"]


def test_data_of_an_older_version_move_into_hardware(hsm: SoftHSM, tmp_path: pathlib.Path) -> None:
    with tarfile.open(PLACE / "036011b.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    data_dir = tmp_path / "036011b" / "data"
    keys = Keys(**json.loads((tmp_path / "036011b" / "said.json").read_text())["Default"]["keys"])
    uri = hsm.make("master")
    with serving(data_dir, keys) as server:
        rotate(server, "--to", uri)
        wait_until(lambda: events(server, "secrets rewrapped"), "rewrapped secrets")
    (tmp_path / "036011b" / "data.key").unlink()
    done = command("seal", "check", "--data-dir", data_dir, "--master-key", uri, "--records", "1000")
    assert done.returncode == 0, done.stderr
    with serving(data_dir, keys, "--master-key", uri) as server:
        assert server.request("GET", CONNECTIONS).status == 200
        assert SECRET not in server.log_text()
        # And out again: the file that is made names the key in hardware, so that its order counts.
        rotate(server, "--master-key", uri)
        wait_until(lambda: events(server, "secrets rewrapped")[1:], "rewrapped secrets")
    assert len(sealed_under(data_dir)) == 1
    with serving(data_dir, keys) as server:
        assert ready(server) == 200
