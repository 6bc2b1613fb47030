"""The forward proxy below clients of other languages, and SDKs of vendors with their own hosts, all unmodified."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from acting import Actor, act_events, acting, assert_clean, connection_body, keyed_body
from proxying import Runner, certified
from test_vendor_sdks import SDKS, USUAL, steps_of
from twins import services
from twins.twin import Twin
from twins.upstream import Received, Reply, Upstream

HERE = pathlib.Path(__file__).parent
PROGRAMS = HERE / "proxied"
API = "api.keyway-test.example"
KEY = "k3y-of-the-languages-tests-0123456789"
# SDKs by the addresses that they have in themselves, or are given as their users know them.
VENDORS = {
    "clickup_python_sdk": (services.ClickUp, "https://api.clickup.com"),
    "freshpy": (services.Freshservice, "https://acme.freshservice.com"),
    "pysnc": (services.ServiceNow, "https://acme.service-now.com"),
}


class Echo(Upstream):
    """Gives back what it was sent."""

    def answer(self, request: Received) -> Reply:
        return Reply(200, request.echo())


@dataclass
class World:
    actor: Actor
    api: Echo
    connection: str
    vendors: dict[str, tuple[Twin, str]]
    """The twin of each SDK's vendor, and the connection that leads to it."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    place = tmp_path_factory.mktemp("languages")
    hosts = {name: address.removeprefix("https://") for name, (_, address) in VENDORS.items()}
    tls = certified(place, API, *hosts.values())
    api, twins = Echo(tls=tls), {name: twin() for name, (twin, _) in VENDORS.items()}
    for name, twin in twins.items():
        twin.tls = tls
        twin.name = hosts[name]
    with api, twins["clickup_python_sdk"], twins["freshpy"], twins["pysnc"]:
        options = ["--proxy-listen", "127.0.0.1:0", "--egress-allow", "127.0.0.0/8"]
        options += ["--egress-ca-file", str(place / "certificate.pem"), "--egress-map", f"{API}={api.authority}"]
        for name, twin in twins.items():
            options += ["--egress-map", f"{hosts[name]}={twin.authority}"]
        with acting(place, *options) as actor:
            connection = actor.server.create(keyed_body(f"https://{API}/base", KEY))
            vendors = {name: (twin, actor.server.create(connection_body(twin))) for name, twin in twins.items()}
            yield World(actor, api, connection, vendors)
        assert_clean(api, *twins.values())


@pytest.fixture
def runner(world: World, tmp_path: pathlib.Path) -> Runner:
    return Runner(world.actor, tmp_path)


def assert_acted(world: World, before: int, *paths: str) -> None:
    """The requests came with the connection's own key, and each was an act."""
    received = world.api.received[before:]
    assert [request.path for request in received] == [f"/base/{path}" for path in paths]
    assert all(request.all("X-Key") == [KEY] for request in received)
    assert not any("dummy" in str(request.headers) for request in received)


class TestLanguages:
    def test_node(self, world: World, runner: Runner) -> None:
        """Its own `fetch` takes no proxy from the environment: undici's agent does, for both."""
        before = len(world.api.received)
        program = str(PROGRAMS / "fetch.js")
        done = runner.run(
            world.connection, "node", program, f"https://{API}/base/", NODE_PATH="/usr/share/nodejs:/usr/lib/nodejs"
        )
        assert done.stdout.split() == ["undici", "200", "fetch", "200"], done.stderr
        assert_acted(world, before, "undici", "fetch")

    def test_go(self, world: World, runner: Runner, tmp_path: pathlib.Path) -> None:
        own = {
            "GOCACHE": str(tmp_path / "cache"),
            "GOPATH": str(tmp_path / "go"),
            "GOPROXY": "off",
        }
        build = ["go", "build", "-o", str(tmp_path / "fetch"), str(PROGRAMS / "fetch.go")]
        built = subprocess.run(build, env=os.environ | own, capture_output=True, text=True, check=False)
        assert built.returncode == 0, built.stderr
        before = len(world.api.received)
        done = runner.run(world.connection, str(tmp_path / "fetch"), f"https://{API}/base/go")
        assert done.stdout == "200 HTTP/1.1\n", done.stderr
        assert_acted(world, before, "go")

    def test_java(self, world: World, runner: Runner, tmp_path: pathlib.Path) -> None:
        """It takes address and authorities as properties, and the token from an `Authenticator`."""
        before = len(world.api.received)
        # The session's authority is the last of the file; a trust store of Java's is made of it.
        script = f"""
        set -e
        awk '/BEGIN CERTIFICATE/ {{ text = "" }} {{ text = text $0 "\\n" }} END {{ printf "%s", text }}' \
            "$SSL_CERT_FILE" > {tmp_path}/root.pem
        keytool -importcert -noprompt -alias keyway -file {tmp_path}/root.pem \
            -storetype PKCS12 -keystore {tmp_path}/trust.p12 -storepass changeit 2> {tmp_path}/keytool
        address=${{HTTPS_PROXY##*@}}
        java -Xshare:auto -XX:TieredStopAtLevel=1 -Dhttps.proxyHost=${{address%:*}} -Dhttps.proxyPort=${{address##*:}} \
            -Djdk.http.auth.tunneling.disabledSchemes= \
            -Djavax.net.ssl.trustStore={tmp_path}/trust.p12 -Djavax.net.ssl.trustStorePassword=changeit \
            {PROGRAMS}/Fetch.java https://{API}/base/java
        """
        done = runner.run(world.connection, "sh", "-c", script)
        assert done.stdout == "200 HTTP_1_1\n", done.stdout + done.stderr
        assert_acted(world, before, "java")

    def test_those_that_are_needed_are_there(self) -> None:
        assert all(shutil.which(name) for name in ("node", "go", "java", "keytool"))


@pytest.mark.parametrize("name", VENDORS)
def test_an_sdk_acts_at_its_vendors_own_host(name: str, world: World, runner: Runner, tmp_path: pathlib.Path) -> None:
    twin, connection = world.vendors[name]
    file = tmp_path / "long.txt"
    file.write_bytes(b"".join(b"%015d\n" % number for number in range(65536)))
    steps = steps_of(name)
    job = {
        "sdk": name,
        "base": VENDORS[name][1],
        "refused": "",
        "token": "dummy",
        "steps": steps,
        "file": str(file),
    }
    words = (sys.executable, "-m", "sdks")
    before = len(act_events(world.actor.server.data_dir))
    done = runner.run(connection, *words, given=json.dumps(job), PYTHONPATH=str(HERE))
    assert done.returncode == 0, done.stderr[-5000:]
    assert json.loads(done.stdout) == {step: (USUAL | SDKS[name].results)[step] for step in steps}
    events = act_events(world.actor.server.data_dir)[before:]
    assert {event["details"].get("origin") for event in events if event["details"]["phase"] == "intent"} == {
        VENDORS[name][1]
    }
    assert not any("dummy" in str(request.headers) for request in twin.received)
    if "upload" in steps and hasattr(twin, "uploaded"):
        assert hashlib.sha256(twin.uploaded).digest() == hashlib.sha256(file.read_bytes()).digest()
