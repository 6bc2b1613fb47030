"""No secret leaves by acting: not in an answer, a plan, a test, an error, the log, the metrics or the audit log.

Every integration acts on a third party that tells all it knows, in every spelling that is masked, and in its errors.
The last test searches all that came out, for the stored secrets and for those that were minted of them.
"""

import json
from collections.abc import Iterator

import pytest
from acting import LOOPBACK, MASK, Actor, settings_for
from catalogue import BY_NAME, WITH_SECRETS, CredentialType
from harness import CONNECTIONS, Answer, initialise, running
from twins.aws import AWSTwin, aws_twin
from twins.azure import AzureTwin
from twins.google import GoogleTwin
from twins.hostile import SPELLINGS
from twins.twin import Twin
from twins.upstream import Received, Reply, Upstream
from witness import Witness

# Their tokens are given out by twins that verify the secret; a vendor's is sent as it is, to whoever listens.
ISSUED = ("GCPServiceAccount", "AzureTenant")
RULES = [{"name": "only this", "paths": ["/only/this"]}]


class Telltale(Upstream):
    """A third party that gives back the request, and spells its token and every secret that it knows in every way."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: list[str] = []
        self.status = 200

    def answer(self, request: Received) -> Reply:
        tokens = [
            value.removeprefix("Bearer ") for value in request.all("Authorization") if value.startswith("Bearer ")
        ]
        told = [spelling.text(secret) for secret in self.secrets + tokens for spelling in SPELLINGS]
        values = [value for _, value in request.headers] + [request.target]
        headers = [("Location", f"/x?{value}") for value in values] + [("X-Told", value) for value in values]
        headers += [("WWW-Authenticate", f'Bearer error="{secret}"') for secret in self.secrets]
        return Reply(self.status, b"\n".join([*told, json.dumps(request.echo()).encode()]), headers)


@pytest.fixture(scope="module")
def aws() -> Iterator[AWSTwin]:
    with aws_twin() as twin:
        yield twin


@pytest.fixture(scope="module")
def witness(aws: AWSTwin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Witness]:
    data_dir = tmp_path_factory.mktemp("witness") / "data"
    options = ("--rate-limit", "off", *LOOPBACK)
    with running(data_dir, initialise(data_dir), *options, variables=aws.environment) as server:
        yield Witness(server)


@pytest.fixture
def telltale() -> Iterator[Telltale]:
    with Telltale() as telltale:
        yield telltale


class Suspect:
    """A connection that is used in every way while the witness listens."""

    def __init__(self, witness: Witness, body: dict, **settings: object) -> None:
        self.witness = witness
        self.actor = Actor(witness.server)
        self.settings = settings
        self.connection_id = witness.server.create(body)
        self.set()

    def set(self, **changed: object) -> None:
        if self.settings or changed:
            answer = self.actor.set(self.connection_id, **{**self.settings, **changed})
            assert self.witness.hear("set", answer).status == 200, answer.body

    def act(self, method: str, path: str, body: bytes | None = None) -> Answer:
        return self.witness.hear(f"{method} {path}", self.actor.act(self.connection_id, method, path, body))

    def test(self) -> Answer:
        path = f"{CONNECTIONS}/{self.connection_id}/test"
        return self.witness.hear("test", self.actor.request("POST", path))

    def use(self, path: str, masked: bool = True) -> None:
        """Acts, plans, and is tested; each answer but a test's shows where a secret was masked."""
        acted = self.act("GET", path)
        assert acted.headers["Keyway-Upstream-Status"], acted.headers
        planned = self.witness.hear("plan", self.actor.plan(self.connection_id, "POST", path, b"x"))
        assert MASK in planned.body.decode()
        assert not masked or MASK in acted.body.decode()
        self.act("POST", path, b"body")
        self.act("HEAD", path)
        self.test()

    def be_refused(self, path: str) -> None:
        """Acts against the rules, and to nowhere."""
        self.set(rules=RULES)
        assert self.act("GET", path).headers["Keyway-Error"] == "rule_refused"
        self.set()

    def fail(self, path: str) -> None:
        """Acts where nobody listens any more."""
        assert self.act("GET", path).headers["Keyway-Error"] == "upstream_unreachable"
        assert self.test().status == 200


@pytest.mark.parametrize("kind", [kind for kind in WITH_SECRETS if kind.name not in ISSUED], ids=str)
def test_a_stored_secret_does_not_come_back(witness: Witness, kind: CredentialType) -> None:
    with Telltale() as telltale:

        def mark(label: str) -> str:
            telltale.secrets.append(witness.mark(label))
            return telltale.secrets[-1]

        probe = {"probe_path": "/probe"} if kind.name == "HTTPTokenAuth" else {}
        suspect = Suspect(witness, kind.create(secret=mark), base_url=telltale.origin, custom_domain=True, **probe)
        for status in (200, 302, 401, 403, 500):
            telltale.status = status
            suspect.use("/v1/any?a=1")
        suspect.be_refused("/v1/any")
        assert telltale.received, "there was someone to tell"
    suspect.fail("/v1/any")


def issued_to(witness: Witness, twin: Twin, telltale: Telltale, token_setting: str, body: dict) -> None:
    """Acts with a minted token, and asks a third party for one that gives none, but tells what it was given."""
    suspect = Suspect(witness, body, **settings_for(twin))
    suspect.use("/echo")
    twin.mode = 401
    suspect.use("/echo", masked=False)
    twin.mode = None
    suspect.set(base_url=telltale.origin)
    suspect.use("/any")
    suspect.be_refused("/any")
    witness.spent += twin.tokens
    assert len(twin.tokens) >= 2, "tokens were minted"
    suspect.set(**{token_setting: f"{telltale.origin}{'/token' if token_setting == 'token_url' else ''}"})
    for status in (200, 302, 400, 401, 500):
        telltale.status = status
        # A token that was minted before still serves, and is asked for anew by a test.
        assert suspect.test().json["data"]["attributes"]["result"] != "valid"
    assert len(telltale.received) > 5


def test_a_secret_of_azure_and_its_tokens_do_not_come_back(witness: Witness, telltale: Telltale) -> None:
    with AzureTwin() as twin:
        twin.client_secret = witness.mark("client_secret")
        telltale.secrets.append(twin.client_secret)
        body = BY_NAME["AzureTenant"].create(secret=lambda label: twin.client_secret)
        del body["data"]["attributes"]["integration"]["credentials"]["custom_scopes"]
        issued_to(witness, twin, telltale, "authority", body)


def test_a_key_of_google_and_its_tokens_do_not_come_back(witness: Witness, telltale: Telltale) -> None:
    with GoogleTwin() as twin:
        body = BY_NAME["GCPServiceAccount"].create(secret=lambda label: twin.private_key)
        # The lines of the key, without its frame.
        witness.spent += [line for line in twin.private_key.splitlines() if not line.startswith("-")]
        issued_to(witness, twin, telltale, "token_url", body)


def test_a_session_of_aws_does_not_come_back(witness: Witness, aws: AWSTwin) -> None:
    suspect = Suspect(witness, BY_NAME["AWSAssumeRole"].create())
    credentials = witness.server.attributes(suspect.connection_id)["integration"]["credentials"]
    # Nobody may assume the role yet.
    assert suspect.act("GET", "/s3/us-east-1/").headers["Keyway-Error"] == "authentication_failed"
    assert suspect.test().status == 200
    aws.trust(credentials["role"], credentials["external_id"])
    suspect.use("/s3/us-east-1/", masked=False)
    assert aws.sessions
    for session in aws.sessions.values():
        witness.spent += [session.secret, session.token]
    witness.spent.append(aws.principal[1])


def test_the_audit_log_tells_of_all_and_gives_nothing_away(witness: Witness) -> None:
    listed = witness.send("audit events", "GET", "/api/v2/audit/events?page[limit]=1000")
    exported = witness.send("audit log", "GET", "/api/v2/audit/log?limit=5000")
    witness.send("audit head", "GET", "/api/v2/audit/head")
    assert b"connection.act" in listed.body
    assert b"connection.test" in exported.body


def test_nothing_came_out(witness: Witness) -> None:
    """Runs last."""
    server = witness.server
    assert witness.marked >= len(WITH_SECRETS) - len(ISSUED)
    assert len(witness.spent) > 10
    assert len(witness.heard) > 500
    for what, answer in witness.heard:
        witness.search(what, answer)
    witness.search("metrics", server.request("GET", "/metrics").body)
    witness.search("the log", server.log_file.read_bytes())
    witness.search_files("while running")
    assert server.stop() == 0
    witness.search_files("after the end")
    witness.search("the log", server.log_file.read_bytes())
    server.start()
