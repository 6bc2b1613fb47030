"""Workloads without a key: tokens of OpenID Connect issuers are exchanged for tokens of service accounts."""

import base64
import datetime
import http.client
import json
import os
import pathlib
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import google.auth.transport.requests
import jwt
import oidc_provider_mock
import pytest
import requests
from acting import LOOPBACK, TWINS, Actor
from anthropic import Anthropic, PermissionDeniedError
from anthropic.lib.credentials import WorkloadIdentityError
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from google.auth import exceptions, identity_pool
from harness import (
    CONNECTIONS,
    UNKNOWN_ID,
    Answer,
    Keys,
    Server,
    create_organization,
    initialise,
    running,
    send,
)
from people import READER, STANDARD, disable, service_account
from stores import files
from tokens import ACT_TOKENS
from tokens import request as bare_request
from twins.models import AnthropicTwin
from twins.upstream import Received, Reply, Upstream

ISSUERS = "/api/v2/actions/token_issuers"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT = "urn:ietf:params:oauth:token-type:jwt"
BEARER_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Issuer(Upstream):
    """An issuer of one's own: what it publishes and signs is for each test to choose."""

    def __init__(self) -> None:
        self.keys = {"first": rsa.generate_private_key(65537, 2048)}
        self.configuration: dict[str, Any] = {}
        self.replies: dict[str, Reply] = {}
        super().__init__()

    def answer(self, request: Received) -> Reply:
        if reply := self.replies.get(request.path):
            return reply
        if request.path == "/.well-known/openid-configuration":
            return Reply(body={"issuer": self.origin, "jwks_uri": f"{self.origin}/keys"} | self.configuration)
        if request.path == "/keys":
            return Reply(body={"keys": [self.public(name) for name in self.keys]})
        return Reply(404)

    def public(self, name: str) -> dict[str, Any]:
        key = self.keys[name].public_key()
        is_rsa = isinstance(key, rsa.RSAPublicKey)
        algorithm = jwt.algorithms.RSAAlgorithm if is_rsa else jwt.algorithms.ECAlgorithm
        return json.loads(algorithm.to_jwk(key)) | {"kid": name, "use": "sig"}

    def sign(self, claims: dict[str, Any], key: str = "first", **options: Any) -> str:
        now = int(time.time())
        standard = {"iss": self.origin, "iat": now, "nbf": now, "exp": now + 300}
        algorithm = "RS256" if isinstance(self.keys[key], rsa.RSAPrivateKey) else "ES256"
        options = {"algorithm": algorithm, "headers": {"kid": key}} | options
        return jwt.encode(standard | claims, self.keys[key], **options)


@pytest.fixture(scope="module")
def server(data_dir: pathlib.Path, keys: Keys) -> Iterator[Server]:
    with running(data_dir, keys, *LOOPBACK) as server:
        yield server


@pytest.fixture(scope="module")
def account(server: Server) -> Keys:
    return service_account(server, STANDARD)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


def audience(server: Server) -> str:
    return f"keyway:{server.keys.organization_id}"


def create(server: Server, url: str, account: str, keys: Keys | None = None, **claims: str) -> Answer:
    """Maps tokens with these claims to a service account."""
    mapping = {
        "service_account_id": account,
        "claims": [{"claim": name, "value": value} for name, value in claims.items()],
    }
    attributes = {"issuer": url, "mappings": [mapping]}
    return server.request("POST", ISSUERS, {"data": {"type": "token_issuers", "attributes": attributes}}, keys=keys)


def exchange(server: Server, token: str, **fields: str) -> Answer:
    """Exchanges a token, as anyone may try: without keys."""
    form = {"grant_type": EXCHANGE, "subject_token_type": JWT, "subject_token": token} | fields
    connection = server.connect()
    try:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return send(connection, "POST", "/api/v2/token", urllib.parse.urlencode(form).encode(), headers)
    finally:
        connection.close()


def user_of(server: Server, token: str) -> tuple[int, str | None]:
    """Whose token it is, by the server's own word."""
    connection = server.connect()
    try:
        answer = send(connection, "GET", "/api/v2/current_user", None, {"Authorization": f"Bearer {token}"})
        return answer.status, answer.json["data"]["id"] if answer.status == http.client.OK else None
    finally:
        connection.close()


def assert_exchanged(server: Server, answer: Answer, account: str) -> str:
    assert answer.status == http.client.OK, answer.body
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["token_type"] == "Bearer"
    token = answer.json["access_token"]
    assert user_of(server, token) == (http.client.OK, account)
    return token


def assert_refused(answer: Answer, code: str = "invalid_request") -> None:
    assert answer.status == http.client.BAD_REQUEST, answer.body
    assert answer.json["error"] == code
    assert set(answer.json) == {"error", "error_description"}


class TestARealProvider:
    """A provider of PyPI's, and Google's own client of token exchanges."""

    @contextmanager
    def provider(self) -> Iterator[str]:
        with oidc_provider_mock.run_server_in_thread() as provider:
            yield f"http://127.0.0.1:{provider.server_port}"

    def id_token(self, url: str, client_id: str, sub: str) -> str:
        """Signs in by the authorization code flow."""
        redirect = "http://127.0.0.1/callback"
        query = {"client_id": client_id, "response_type": "code", "scope": "openid", "redirect_uri": redirect}
        allowed = requests.post(
            f"{url}/oauth2/authorize", params=query, data={"sub": sub}, allow_redirects=False, timeout=60
        )
        code = urllib.parse.parse_qs(urllib.parse.urlsplit(allowed.headers["Location"]).query)["code"][0]
        # Not as Basic: the id has a colon.
        client = {"client_id": client_id, "client_secret": "any"}
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect} | client
        answer = requests.post(f"{url}/oauth2/token", data=form, timeout=60)
        return answer.json()["id_token"]

    def test_issues_what_is_exchanged(self, server: Server, account: Keys) -> None:
        with self.provider() as url:
            assert create(server, url, account.user_id, sub="builds/api").status == http.client.CREATED
            good = self.id_token(url, audience(server), "builds/api")
            assert_exchanged(server, exchange(server, good), account.user_id)
            assert_refused(exchange(server, self.id_token(url, audience(server), "builds/web")), "invalid_target")
            assert_refused(exchange(server, self.id_token(url, "another client", "builds/api")))

    def test_is_used_by_googles_client(self, server: Server, account: Keys, tmp_path: pathlib.Path) -> None:
        with self.provider() as url:
            assert create(server, url, account.user_id, sub="builds/api").status == http.client.CREATED
            file = tmp_path / "token"
            # As files of tokens have it, with a newline at the end.
            file.write_text(self.id_token(url, audience(server), "builds/api") + "\n")
            credentials = identity_pool.Credentials(
                audience=audience(server),
                subject_token_type=JWT,
                token_url=f"http://{server.address}/api/v2/token",
                credential_source={"file": str(file)},
                scopes=["https://www.googleapis.com/auth/cloud-platform"],
            )
            credentials.refresh(google.auth.transport.requests.Request())
            assert user_of(server, credentials.token) == (http.client.OK, account.user_id)
            assert credentials.expiry > datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
            file.write_text("no token")
            with pytest.raises(exceptions.OAuthError, match="invalid_request"):
                credentials.refresh(google.auth.transport.requests.Request())


def test_an_issuer_is_changed(server: Server, account: Keys, issuer: Issuer) -> None:
    created = create(server, issuer.origin, account.user_id, sub="repo:acme/api")
    element = f"{ISSUERS}/{created.json['data']['id']}"
    token = issuer.sign({"aud": audience(server), "sub": "repo:acme/web"})
    assert_refused(exchange(server, token), "invalid_target")
    mapping = created.json["data"]["attributes"]["mappings"][0] | {"claims": [{"claim": "sub", "value": "repo:acme/*"}]}

    def patch(**attributes: Any) -> Answer:
        return server.request("PATCH", element, {"data": {"type": "token_issuers", "attributes": attributes}})

    changed = patch(mappings=[mapping])
    assert changed.status == http.client.OK, changed.body
    assert changed.json["data"]["attributes"]["issuer"] == issuer.origin
    assert changed.json == server.request("GET", element).json
    assert_exchanged(server, exchange(server, token), account.user_id)
    own = f"https://keyway.example/{server.keys.organization_id}"
    assert patch(audience=own).status == http.client.OK
    assert_refused(exchange(server, token))
    assert_exchanged(server, exchange(server, issuer.sign({"aud": own, "sub": "repo:acme/api"})), account.user_id)
    assert patch(audience="https://keyway.example").pointers == {"/data/attributes/audience"}
    assert patch(mappings=[]).pointers == {"/data/attributes/mappings"}


class TestTokensOf:
    """The shapes of tokens that CI systems and clusters give their workloads."""

    def test_github_actions(self, server: Server, account: Keys, issuer: Issuer) -> None:
        claims = {
            "aud": audience(server),
            "sub": "repo:acme@12/api@34:environment:production",
            "repository": "acme/api",
            "repository_id": "34",
            "repository_owner_id": "12",
            "environment": "production",
            "ref": "refs/heads/main",
            "job_workflow_ref": "acme/api/.github/workflows/deploy.yml@refs/heads/main",
            "run_attempt": "1",
        }
        created = create(server, issuer.origin, account.user_id, sub="repo:acme@12/api@34:*", environment="production")
        assert created.status == http.client.CREATED
        assert_exchanged(server, exchange(server, issuer.sign(claims)), account.user_id)
        # Somebody else's repository of the same name, another environment, and a name that begins alike.
        for change in (
            {"sub": "repo:acme@99/api@34:environment:production"},
            {"environment": "staging"},
            {"sub": "repo:acme@12/api@345:environment:production"},
        ):
            assert_refused(exchange(server, issuer.sign(claims | change)), "invalid_target")

    def test_gitlab(self, server: Server, account: Keys, issuer: Issuer) -> None:
        claims = {
            "aud": audience(server),
            "sub": "project_path:acme/api:ref_type:branch:ref:main",
            "project_id": "22",
            "namespace_id": "72",
            "ref_protected": "true",
            "user_id": "42",
        }
        assert create(server, issuer.origin, account.user_id, project_id="22", ref_protected="true").status == 201
        assert_exchanged(server, exchange(server, issuer.sign(claims)), account.user_id)
        assert_refused(exchange(server, issuer.sign(claims | {"ref_protected": "false"})), "invalid_target")

    def test_kubernetes(self, server: Server, account: Keys, issuer: Issuer) -> None:
        issuer.keys = {"cluster": ec.generate_private_key(ec.SECP256R1())}
        claims = {
            "aud": [audience(server)],
            "sub": "system:serviceaccount:payments:api",
            "kubernetes.io": {
                "namespace": "payments",
                "node": {"name": "node-1", "uid": "aaaa"},
                "pod": {"name": "api-0", "uid": "bbbb"},
                "serviceaccount": {"name": "api", "uid": "cccc"},
            },
        }
        bound = {"sub": "system:serviceaccount:payments:*", "/kubernetes.io/serviceaccount/name": "api"}
        assert create(server, issuer.origin, account.user_id, **bound).status == http.client.CREATED
        token = issuer.sign(claims, "cluster")
        assert_exchanged(server, exchange(server, token + "\n"), account.user_id)
        other = claims | {"sub": "system:serviceaccount:payments-dev:api"}
        assert_refused(exchange(server, issuer.sign(other, "cluster")), "invalid_target")


class TestAnthropicsClient:
    """Anthropic's own SDK without a key: it exchanges a workload's token below the connection's base URL."""

    @pytest.fixture
    def twin(self) -> Iterator[AnthropicTwin]:
        with AnthropicTwin() as twin:
            yield twin

    @pytest.fixture
    def client(
        self,
        server: Server,
        account: Keys,
        issuer: Issuer,
        twin: AnthropicTwin,
        tmp_path: pathlib.Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> Anthropic:
        assert create(server, issuer.origin, account.user_id, sub="repo:acme/api").status == http.client.CREATED
        self.connection = Actor(server).connect(twin)
        self.file = tmp_path / "token"
        self.file.write_text(issuer.sign({"aud": audience(server), "sub": "repo:acme/api"}) + "\n")
        for name in [name for name in os.environ if name.startswith("ANTHROPIC_")]:
            monkeypatch.delenv(name)
        for name, value in {
            "BASE_URL": f"http://{server.address}{CONNECTIONS}/{self.connection}/proxy",
            "CONFIG_DIR": str(tmp_path),
            "FEDERATION_RULE_ID": "any text",
            "IDENTITY_TOKEN_FILE": str(self.file),
            "ORGANIZATION_ID": server.keys.organization_id,
        }.items():
            monkeypatch.setenv(f"ANTHROPIC_{name}", value)
        return Anthropic(max_retries=0)

    def test_acts_with_the_token_that_it_gets(self, server: Server, account: Keys, twin: Any, client: Any) -> None:
        assert client.models.retrieve("one").id == "one"
        prompt = {"model": "one", "max_tokens": 10, "messages": [{"role": "user", "content": "Hello"}]}
        assert client.messages.create(**prompt).content[0].text == "Hello there"
        assert twin.unwanted == []
        # One token for both, of this connection alone, which ends in a quarter of an hour.
        listed = server.request("GET", f"{ACT_TOKENS}?page[size]=100").json["data"]
        [token] = [one for one in listed if one["attributes"]["connections"] == [self.connection]]
        assert token["relationships"]["owned_by"]["data"]["id"] == account.user_id
        life = [datetime.datetime.fromisoformat(token["attributes"][name]) for name in ("created_at", "expires_at")]
        assert life[1] - life[0] == datetime.timedelta(minutes=15)
        assert server.request("DELETE", f"{ACT_TOKENS}/{token['id']}").status == http.client.NO_CONTENT
        with pytest.raises(PermissionDeniedError):
            client.models.retrieve("one")

    def test_reads_why_nothing_is_given(self, server: Server, issuer: Issuer, twin: Any, client: Any) -> None:
        self.file.write_text(issuer.sign({"aud": audience(server), "sub": "repo:acme/web"}))
        with pytest.raises(WorkloadIdentityError, match="invalid_target"):
            client.models.retrieve("one")
        self.file.write_text("no token")
        with pytest.raises(WorkloadIdentityError, match="invalid_request"):
            client.models.retrieve("one")
        assert twin.received == []

    def post(self, server: Server, connection_id: str, headers: dict[str, str] | None = None, **members: Any) -> Answer:
        body = {"grant_type": BEARER_GRANT, "assertion": self.file.read_text()} | members
        path = f"{CONNECTIONS}/{connection_id}/proxy/v1/oauth/token"
        return bare_request(server, "POST", path, headers or {}, body)

    @pytest.mark.usefixtures("client")
    def test_gives_a_token_of_one_connection_for_what_proves_it(self, server: Server, account: Keys) -> None:
        good = self.post(server, self.connection, service_account_id=account.user_id, workspace_id="any")
        assert good.status == http.client.OK, good.body
        assert set(good.json) == {"access_token", "token_type", "expires_in"}
        assert good.headers["Cache-Control"] == "no-store"
        for members in ({"organization_id": UNKNOWN_ID}, {"service_account_id": UNKNOWN_ID}):
            assert_refused(self.post(server, self.connection, **members), "invalid_target")
        assert_refused(self.post(server, self.connection, grant_type=EXCHANGE), "unsupported_grant_type")
        assert_refused(self.post(server, self.connection, assertion=None))
        assert_refused(self.post(server, self.connection, assertion=self.file.read_text()[:-9]))
        assert_refused(self.post(server, UNKNOWN_ID), "invalid_target")
        with TWINS["OpenAIAPIKey"]() as other:
            # Whose clients exchange no tokens.
            assert_refused(self.post(server, Actor(server).connect(other)), "invalid_target")
            assert other.received == []

    @pytest.mark.usefixtures("client")
    def test_a_caller_who_shows_a_key_acts(self, server: Server, twin: AnthropicTwin) -> None:
        for keys, status in ((server.keys.headers, 404), ({"DD-API-KEY": server.keys.api_key}, 403)):
            assert self.post(server, self.connection, keys).status == status
        assert [request.path for request in twin.received] == ["/v1/oauth/token"]
        path = f"{CONNECTIONS}/{self.connection}/proxy/v1/oauth/token"
        assert bare_request(server, "GET", path, {}).status == http.client.FORBIDDEN


class TestHostile:
    @pytest.fixture(autouse=True)
    def mapped(self, server: Server, account: Keys, issuer: Issuer) -> None:
        assert create(server, issuer.origin, account.user_id, sub="repo:acme/*").status == http.client.CREATED
        self.claims = {"aud": audience(server), "sub": "repo:acme/api"}

    def test_confused_algorithms(self, server: Server, issuer: Issuer) -> None:
        public = issuer.keys["first"].public_key()
        pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        signed = issuer.sign(self.claims)
        header, payload, signature = signed.split(".")

        def part(value: dict) -> str:
            return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

        confused = jwt.api_jws.PyJWS()
        confused._algorithms["HS256"].prepare_key = lambda key: key
        body = json.dumps(jwt.decode(signed, options={"verify_signature": False})).encode()
        tokens = [
            confused.encode(body, pem, "HS256", {"kid": "first"}),
            f"{part({'alg': 'none', 'kid': 'first'})}.{payload}.",
            f"{part({'alg': 'none', 'kid': 'first'})}.{payload}.{signature}",
            f"{part({'alg': 'ES256', 'kid': 'first'})}.{payload}.{signature}",
            f"{part({'alg': 'RS256', 'kid': 'first', 'crit': ['x'], 'x': 1})}.{payload}.{signature}",
            f"{header}.{payload}.{signature}.{signature}.{signature}",
            f"{header}.{payload}.{signature[:-4]}",
            f"{header}.{payload}",
        ]
        for token in tokens:
            assert_refused(exchange(server, token))
        # A key that the token brings along is no key of its issuer.
        own = rsa.generate_private_key(65537, 2048)
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(own.public_key()))
        claims = jwt.decode(signed, options={"verify_signature": False})
        for headers in ({"kid": "first", "jwk": jwk}, {"kid": "mine", "jku": f"{issuer.origin}/mine"}):
            assert_refused(exchange(server, jwt.encode(claims, own, "RS256", headers)))
        assert all(request.path != "/mine" for request in issuer.received)

    def test_wrong_claims(self, server: Server, issuer: Issuer) -> None:
        now = int(time.time())
        for change in (
            {"exp": now - 3600},
            {"nbf": now + 3600},
            {"iat": now + 3600},
            {"iss": f"{issuer.origin}/"},
            {"iss": "https://token.actions.githubusercontent.com"},
            {"aud": "keyway:aaa11111-aa11-4a11-aaaa-aaaaaa111111"},
            {"aud": "https://keyway.example"},
            {"aud": []},
            {"aud": None},
            {"sub": None},
        ):
            assert_refused(exchange(server, issuer.sign(self.claims | change)))

    def test_a_rotated_key(self, server: Server, issuer: Issuer) -> None:
        assert exchange(server, issuer.sign(self.claims)).status == http.client.OK
        asked = len(issuer.received)
        issuer.keys = {"second": rsa.generate_private_key(65537, 2048)}
        # An unknown key is asked for at most once a minute, and this one is the first.
        for _ in range(3):
            assert_refused(exchange(server, issuer.sign(self.claims, "second")))
        assert len(issuer.received) == asked

    @pytest.mark.parametrize("is_redirected", [True, False])
    def test_a_discovery_that_leads_astray(self, server: Server, issuer: Issuer, is_redirected: bool) -> None:
        place = "/.well-known/openid-configuration"
        with Issuer() as other:
            issuer.replies[place] = (
                Reply(302, headers=[("Location", f"{other.origin}{place}")])
                if is_redirected
                else Reply(body={"issuer": other.origin, "jwks_uri": f"{other.origin}/keys"})
            )
            self.assert_unavailable(server, issuer)
            assert other.received == []

    @pytest.mark.parametrize("url", ["http://169.254.169.254/keys", "http://10.0.0.1/keys", "file:///etc/passwd"])
    def test_keys_at_a_private_address(self, server: Server, issuer: Issuer, url: str) -> None:
        issuer.configuration["jwks_uri"] = url
        self.assert_unavailable(server, issuer)

    def test_keys_without_end(self, server: Server, issuer: Issuer) -> None:
        issuer.replies["/keys"] = Reply(body={"keys": [], "padding": "x" * 1_000_000})
        self.assert_unavailable(server, issuer)

    def assert_unavailable(self, server: Server, issuer: Issuer) -> None:
        answer = exchange(server, issuer.sign(self.claims))
        assert answer.status == http.client.SERVICE_UNAVAILABLE, answer.body
        assert answer.json["error"] == "temporarily_unavailable"
        assert issuer.origin.encode() not in answer.body


def test_two_organisations_share_an_issuer(tmp_path: pathlib.Path, issuer: Issuer) -> None:
    first = initialise(tmp_path / "data")
    second = create_organization(tmp_path / "data", "Staging")
    with running(tmp_path / "data", first, *LOOPBACK) as server:
        accounts = {}
        for keys in (first, second):
            server.keys = keys
            accounts[keys.organization_id] = service_account(server, READER).user_id
            assert create(server, issuer.origin, accounts[keys.organization_id], sub="repo:acme/api").status == 201
        for organization, account in accounts.items():
            token = issuer.sign({"aud": f"keyway:{organization}", "sub": "repo:acme/api"})
            assert_exchanged(server, exchange(server, token), account)
        # An audience of another organisation is none that one can take.
        taken = {"issuer": "https://a.example", "audience": f"keyway:{first.organization_id}"}
        taken["mappings"] = [
            {"service_account_id": accounts[second.organization_id], "claims": [{"claim": "sub", "value": "x"}]}
        ]
        body = {"data": {"type": "token_issuers", "attributes": taken}}
        refused = server.request("POST", ISSUERS, body, keys=second)
        assert refused.status == http.client.BAD_REQUEST
        assert refused.pointers == {"/data/attributes/audience"}


def test_exchanges_are_audited_and_leave_no_token(tmp_path: pathlib.Path, issuer: Issuer) -> None:
    data_dir = tmp_path / "data"
    with running(data_dir, initialise(data_dir), *LOOPBACK) as server:
        account = service_account(server, STANDARD)
        created = create(server, issuer.origin, account.user_id, sub="repo:acme/*")
        sent = issuer.sign({"aud": audience(server), "sub": "repo:acme/api"})
        given = assert_exchanged(server, exchange(server, sent), account.user_id)
        connection = server.connect()
        listed = send(connection, "GET", CONNECTIONS, None, {"Authorization": f"Bearer {given}"})
        connection.close()
        assert listed.status == http.client.OK
        assert_refused(exchange(server, sent[:-8]))
        # What was given ends with its account.
        disable(server, account.user_id)
        assert user_of(server, given)[0] == http.client.FORBIDDEN
        assert_refused(exchange(server, sent), "invalid_target")
        element = f"{ISSUERS}/{created.json['data']['id']}"
        assert server.request("DELETE", element).status == http.client.NO_CONTENT
        assert_refused(exchange(server, sent))
        exported = server.request("GET", "/api/v2/audit/log").body.decode()
    events = [json.loads(line) for line in exported.splitlines()]
    actions = [event["action"] for event in events]
    assert actions.count("token_issuer.create") == actions.count("token_issuer.delete") == 1
    [event] = [event for event in events if event["action"] == "access_token.delegate"]
    assert event["details"]["issuer"] == issuer.origin
    assert event["details"]["sub"] == "repo:acme/api"
    assert event["actor"]["user_id"] == account.user_id
    stored = [file.read_bytes().decode(errors="replace") for file in files(data_dir)]
    for text in (exported, server.log_text(), *stored):
        for token in (given, sent, sent.rpartition(".")[2]):
            assert token not in text
