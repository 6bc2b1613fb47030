"""Vendors' own SDKs, unmodified, with an act token as their only credential: base URL and "API key", nothing else.

Each runs in a process of its own, whose program stands in `sdks/` and in `docs/sdks.md`. The third party is a twin that
takes its own credential alone, so that a request that went past Keyway shows. All of it runs over TLS, and over plain
HTTP, too, with `KEYWAY_LONG=1`.
"""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from acting import LOOPBACK, Actor, act_events, assert_clean, connection_body
from catalogue import CREDENTIALS, at
from harness import CONNECTIONS, PATIENCE, ROOT, initialise, running
from tokens import act_token
from twins import services
from twins.aws import ACCOUNT, AWSTwin, aws_twin
from twins.linking import LinkingAzure, LinkingGitLab, LinkingStorage, LinkingVirusTotal
from twins.models import AnthropicTwin, GeminiTwin, OpenAITwin
from twins.twin import Twin

IS_LONG = os.environ.get("KEYWAY_LONG") == "1"
HERE = pathlib.Path(__file__).parent
NAMES = ["one", "two", "three"]
NOTHING = [{"name": "nothing", "paths": ["/nothing"]}]
REFUSED = "No rule of this connection allows the request"


@dataclass(frozen=True)
class SDK:
    """An SDK as the suite runs it."""

    twin: type[Twin] | None
    """The third party; AWS' is shared."""
    results: dict[str, Any] = field(default_factory=dict)
    """The results of steps, where they differ from the usual ones."""
    plain: bool = True
    """Whether it takes plain HTTP."""
    refusal: str = REFUSED
    """Words of a rule's refusal that its user sees."""
    authority: str = "SSL_CERT_FILE"
    """The variable that names the authorities to trust."""
    variables: dict[str, str] = field(default_factory=dict)
    settings: Callable[[Twin], dict[str, Any]] = lambda twin: {}


def at_root(twin: Twin) -> dict[str, Any]:
    """Settings for an SDK that brings the API's path itself, as it does with the integration's own base URL."""
    return {"base_url": twin.origin}


REQUESTS = "REQUESTS_CA_BUNDLE"
COMPLETION = {"write": "Hello there", "stream": ["Hello", " there"]}

SDKS = {
    "anthropic": SDK(AnthropicTwin, COMPLETION),
    "asana": SDK(services.Asana),
    "azure_mgmt_resource": SDK(LinkingAzure, {"wait": "thing"}, authority=REQUESTS),
    "boto3": SDK(
        None,
        {"read": ACCOUNT, "pages": sorted(NAMES), "stream": ["Hello", " there"], "table": sorted(NAMES)},
        authority="AWS_CA_BUNDLE",
    ),
    "clickup_python_sdk": SDK(services.ClickUp, authority=REQUESTS, settings=at_root),
    "cloudflare": SDK(services.Cloudflare),
    "datadog_api_client": SDK(services.Datadog),
    "fastly": SDK(services.Fastly),
    "freshpy": SDK(services.Freshservice, authority=REQUESTS),
    "gitlab": SDK(LinkingGitLab, {"stream": "Hello there"}, authority=REQUESTS, settings=at_root),
    "google_cloud_storage": SDK(
        LinkingStorage,
        {"stream": ["on", "e"], "follow": "one", "decode": None, "resume": None},
        authority=REQUESTS,
    ),
    "google_genai": SDK(GeminiTwin, COMPLETION),
    "greynoise": SDK(services.GreyNoise, authority=REQUESTS),
    "launchdarkly_api": SDK(services.LaunchDarkly),
    "notion_client": SDK(services.Notion),
    "okta": SDK(services.Okta, variables={"OKTA_TESTING_TESTINGDISABLEHTTPSCHECK": "true"}),
    "openai": SDK(OpenAITwin, COMPLETION),
    "pycircleci": SDK(services.CircleCI, refusal="HTTPError: 403 Client Error", authority=REQUESTS, settings=at_root),
    "pysnc": SDK(services.ServiceNow, plain=False, authority=REQUESTS),
    "splitapiclient": SDK(services.Split, {"flag_sets": NAMES}, authority=REQUESTS, settings=at_root),
    "vt": SDK(LinkingVirusTotal, settings=at_root),
}
USUAL = {"read": "one", "write": "new", "pages": NAMES, "upload": None}


@dataclass
class Keyway:
    """A server that speaks TLS or does not, and its only caller."""

    actor: Actor
    authority: pathlib.Path
    aws: AWSTwin

    def base(self, connection_id: str) -> str:
        scheme = "https" if self.actor.server.certificate else "http"
        return f"{scheme}://127.0.0.1:{self.actor.server.port}{CONNECTIONS}/{connection_id}/proxy"

    def connect(self, sdk: SDK, twin: Twin, **settings: Any) -> str:
        """A connection that leads to the twin."""
        if twin is not self.aws:
            return self.actor.connect(twin, **{**sdk.settings(twin), **settings})
        connection_id = self.actor.server.create(connection_body(twin))
        attributes = self.actor.server.attributes(connection_id)
        credentials = at({"data": {"attributes": attributes}}, CREDENTIALS)
        twin.trust(credentials["role"], credentials["external_id"], "s3:*", "dynamodb:*", "sts:*")
        if settings:
            assert self.actor.set(connection_id, **settings).status == 200
        return connection_id

    def credential(self, name: str, *connection_ids: str) -> Any:
        """A token that can act through these connections, in the form that the SDK takes."""
        token = act_token(self.actor.server, *connection_ids, lifetime=3600, name=name)["attributes"]
        if name == "boto3":
            return {part: token[part] for part in ("access_key_id", "secret_access_key")}
        return token["token"]


@contextmanager
def keyway(place: pathlib.Path, aws: AWSTwin, authority: pathlib.Path, *options: str) -> Iterator[Keyway]:
    keys = initialise(place / "data")
    options = ("--rate-limit", "off", *LOOPBACK, *options)
    with running(place / "data", keys, *options, variables=aws.environment) as server:
        yield Keyway(Actor(server), authority, aws)


@pytest.fixture(scope="module")
def aws() -> Iterator[AWSTwin]:
    with aws_twin() as twin:
        yield twin


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[pathlib.Path, pathlib.Path]:
    """A certificate for the loopback address, and its key."""
    place = tmp_path_factory.mktemp("certificate")
    certificate, key = place / "cert.pem", place / "key.pem"
    request = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=keyway"
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run([*request.split(), *names, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


@pytest.fixture(scope="module", params=["TLS", "plain HTTP"] if IS_LONG else ["TLS"])
def server(
    request: pytest.FixtureRequest,
    aws: AWSTwin,
    authority: tuple[pathlib.Path, pathlib.Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Keyway]:
    certificate, key = map(str, authority)
    options = ("--tls-cert", certificate, "--tls-key", key) if request.param == "TLS" else ()
    with keyway(tmp_path_factory.mktemp("sdks"), aws, authority[0], *options) as server:
        yield server


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """20 MiB of text."""
    path = tmp_path_factory.mktemp("files") / "long.txt"
    path.write_bytes(b"".join(b"%015d\n" % number for number in range(20 * 65536)))
    return path


@pytest.fixture(scope="session")
def interpreters() -> dict[str, pathlib.Path]:
    """The interpreters of SDKs whose dependencies are at odds with those of the others."""
    found = {}
    for requirements in (HERE / "sdks").glob("*.txt"):
        place = ROOT / ".venv" / requirements.stem
        stamp = place / requirements.name
        if not stamp.exists() or stamp.read_bytes() != requirements.read_bytes():
            venv.create(place, clear=True, with_pip=True)
            pip = [place / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]
            subprocess.run(pip, check=True, timeout=PATIENCE)
            stamp.write_bytes(requirements.read_bytes())
        found[requirements.stem] = place / "bin/python"
    return found


def steps_of(name: str) -> list[str]:
    """The steps that the SDK's program has, in their order."""
    lines = (HERE / "sdks" / f"{name}.py").read_text().splitlines()
    found = [line.removeprefix("def ").partition("(")[0] for line in lines if line.startswith("def ")]
    return [step for step in found if step != "connect" and not step.startswith("_")]


@pytest.mark.parametrize("name", SDKS)
def test_works_with_a_token_for_its_credential(
    name: str, server: Keyway, interpreters: dict[str, pathlib.Path], long_file: pathlib.Path
) -> None:
    sdk = SDKS[name]
    if not sdk.plain and not server.actor.server.certificate:
        pytest.skip("takes HTTPS alone")
    with opened(sdk, server.aws) as twin:
        seen = acted(twin)
        connection_id, refused = server.connect(sdk, twin), server.connect(sdk, twin, rules=NOTHING)
        token = server.credential(name, connection_id, refused)
        steps = steps_of(name)
        job = {
            "sdk": name,
            "base": server.base(connection_id),
            "refused": server.base(refused),
            "token": token,
            "steps": steps,
            "file": str(long_file),
        }
        variables = {sdk.authority: str(server.authority), **sdk.variables}
        results = run(interpreters.get(name, pathlib.Path(sys.executable)), job, variables)
        assert sdk.refusal in results.pop("refused")
        assert results == {step: (USUAL | sdk.results)[step] for step in steps}
        assert_clean(twin)
        if "upload" in steps and hasattr(twin, "uploaded"):
            assert hashlib.sha256(twin.uploaded).digest() == hashlib.sha256(long_file.read_bytes()).digest()
        # All that came was an act, and nothing that came names the token.
        events = [event for event in act_events(server.actor.server.data_dir) if event["resource_id"] == connection_id]
        assert acted(twin) - seen == sum(event["details"]["phase"] == "intent" for event in events)
        assert not any("kwa_" in f"{received.target}{received.headers}" for received in twin.received)
        assert not any(b"kwa_" in received.body for received in twin.received)


def acted(twin: Twin) -> int:
    """How many requests came, other than for tokens."""
    return len(twin.signatures) if isinstance(twin, AWSTwin) else len(twin.acted)


@contextmanager
def opened(sdk: SDK, aws: AWSTwin) -> Iterator[Twin]:
    if sdk.twin is None:
        yield aws
        return
    with sdk.twin() as twin:
        yield twin


def run(python: pathlib.Path, job: dict[str, Any], variables: dict[str, str]) -> dict[str, Any]:
    """The results of a job, of a process that has nothing but what is in the job and the variables."""
    done = subprocess.run(
        [python, "-m", "sdks"],
        cwd=HERE,
        env={"PATH": os.environ["PATH"], "HOME": str(pathlib.Path(job["file"]).parent), **variables},
        input=json.dumps(job),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    return json.loads(done.stdout)
