"""The twins take what is right and refuse what is wrong: without that, no test through them would mean anything."""

import hashlib
import http.client
import json
import time
import urllib.parse
from collections.abc import Iterator

import jwt
import pytest
from catalogue import CATALOGUE
from harness import PATIENCE, Answer
from twins.aws import ACCOUNT, AWSTwin, aws_twin, sign
from twins.azure import MANAGEMENT, AzureTwin
from twins.google import AUDIENCE, CLOUD_PLATFORM, GRANT, GoogleTwin, private_key
from twins.tokens import FORM, JSON, TokensTwin
from twins.twin import FORBIDDEN
from twins.upstream import Upstream
from twins.vendors import VENDORS, Vendor, VendorTwin, vendor_twin

Headers = dict[str, str] | list[tuple[str, str]]


def ask(upstream: Upstream, method: str, target: str, headers: Headers = (), body: bytes | None = None) -> Answer:
    """Sends just these headers, which may stand there twice, and a Host."""
    connection = http.client.HTTPConnection("127.0.0.1", upstream.port, timeout=PATIENCE)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers.items() if isinstance(headers, dict) else headers:
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def form(**fields: str) -> tuple[dict[str, str], bytes]:
    return {"Content-Type": FORM}, urllib.parse.urlencode(fields).encode()


def test_there_is_a_twin_for_every_credential_type() -> None:
    kinds = {vendor.kind for vendor in VENDORS} | {"AWSAssumeRole", "GCPServiceAccount", "AzureTenant", "HTTPTokenAuth"}
    assert kinds == {kind.name for kind in CATALOGUE}


@pytest.mark.parametrize("vendor", VENDORS, ids=str)
class TestAVendor:
    @pytest.fixture
    def twin(self, vendor: Vendor) -> Iterator[VendorTwin]:
        with vendor_twin(vendor) as twin:
            yield twin
            assert twin.malformed == []

    @pytest.fixture
    def right(self, twin: VendorTwin) -> dict[str, str]:
        return {**twin.expected, **twin.vendor.versions}

    def test_takes_the_right_credentials(self, twin: VendorTwin, right: dict[str, str]) -> None:
        probed = ask(twin, "GET", twin.base + twin.vendor.probe, right)
        assert probed.status == 200
        assert isinstance(probed.json, dict)
        echoed = ask(twin, "PUT", f"{twin.base}/echo/a%2fb?x=%20&y", [*right.items(), ("X-Own", "1")], b"\0\xff")
        assert echoed.status == 200
        assert echoed.json["target"] == f"{twin.base}/echo/a%2fb?x=%20&y"
        assert ["X-Own", "1"] in echoed.json["headers"]
        assert echoed.json["body"].encode("latin-1") == b"\0\xff"
        assert twin.unwanted == []

    def test_refuses_the_wrong_credentials(self, twin: VendorTwin, right: dict[str, str]) -> None:
        for name, value in twin.expected.items():
            for wrong in (value + "x", value[:-1], value.swapcase(), f"Bearer {value}", value.rpartition(" ")[2] + "="):
                answer = ask(twin, "GET", twin.base + twin.vendor.probe, {**right, name: wrong})
                assert answer.status == twin.vendor.refused.status, (name, wrong)

    def test_refuses_missing_credentials(self, twin: VendorTwin, right: dict[str, str]) -> None:
        for name in twin.expected:
            answer = ask(twin, "GET", twin.base + twin.vendor.probe, {key: right[key] for key in right if key != name})
            assert answer.status == twin.vendor.refused.status

    def test_refuses_a_missing_or_wrong_version(self, twin: VendorTwin, right: dict[str, str]) -> None:
        for name in twin.vendor.versions:
            without = {key: right[key] for key in right if key != name}
            assert ask(twin, "GET", twin.base + "/echo", without).status == 400
            assert ask(twin, "GET", twin.base + "/echo", {**right, name: "1999-01-01"}).status == 400

    def test_refuses_doubled_credentials(self, twin: VendorTwin, right: dict[str, str]) -> None:
        for name in right:
            for value in (right[name], "another"):
                assert ask(twin, "GET", twin.base + "/echo", [*right.items(), (name.lower(), value)]).status == 400

    def test_refuses_credentials_in_the_wrong_place(self, twin: VendorTwin, right: dict[str, str]) -> None:
        secret = urllib.parse.quote(next(iter(twin.vendor.secrets.values())), safe="")
        for name in twin.expected:
            others = {key: right[key] for key in right if key != name}
            in_query = ask(twin, "GET", f"{twin.base}/echo?{name}={secret}", others)
            assert in_query.status in (400, twin.vendor.refused.status)
            assert ask(twin, "GET", twin.base + "/echo", {**others, f"X-{name}": right[name]}).status in (
                400,
                twin.vendor.refused.status,
            )

    def test_refuses_paths_outside_its_base(self, twin: VendorTwin, right: dict[str, str]) -> None:
        if twin.base:
            assert ask(twin, "GET", "/echo", right).status == 404
            assert ask(twin, "GET", twin.base + "x/echo", right).status == 404

    def test_refuses_what_is_no_business_of_its(self, twin: VendorTwin, right: dict[str, str]) -> None:
        for name in (*sorted(FORBIDDEN), "DD-API-KEY", "DD-Anything", "Keyway-Dry-Run"):
            if name.lower() in twin.allowed:
                continue
            assert ask(twin, "GET", twin.base + "/echo", {**right, name: "x"}).status == 400, name
            assert twin.unwanted == [name.lower()]
            twin.unwanted.clear()

    def test_answers_as_it_is_told(self, twin: VendorTwin, right: dict[str, str]) -> None:
        for twin.mode in (403, 429):
            assert ask(twin, "GET", twin.base + twin.vendor.probe, right).status == twin.mode
            assert ask(twin, "GET", twin.base + twin.vendor.probe).status == twin.vendor.refused.status


def test_cloudflare_says_what_became_of_a_token() -> None:
    vendor = next(vendor for vendor in VENDORS if vendor.kind == "CloudflareAPIToken")
    with vendor_twin(vendor) as twin:
        for twin.state in ("active", "disabled", "expired"):
            answer = ask(twin, "GET", twin.base + vendor.probe, twin.expected)
            assert answer.status == 200
            assert answer.json["result"]["status"] == twin.state


def test_configcat_wants_the_sdk_key_in_one_place_only() -> None:
    vendor = next(vendor for vendor in VENDORS if vendor.kind == "ConfigCatSDKKey")
    with vendor_twin(vendor) as twin:
        both = {**twin.expected, "X-CONFIGCAT-SDKKEY": vendor.secrets["sdk_key"]}
        for path in ("/v1/settings/key/value", "/v2/settings/key/value"):
            assert ask(twin, "GET", path, both).status == 200
            assert ask(twin, "GET", path, twin.expected).status == 401
            assert ask(twin, "GET", path, {**both, "X-CONFIGCAT-SDKKEY": "x"}).status == 401
            assert ask(twin, "GET", path, [*both.items(), ("X-CONFIGCAT-SDKKEY", "x")]).status == 400
        assert ask(twin, "GET", "/v1/me", both).status == 400


class TestGoogle:
    @pytest.fixture
    def twin(self) -> Iterator[GoogleTwin]:
        with GoogleTwin() as twin:
            yield twin

    def claims(self, **changed: object) -> dict:
        now = int(time.time())
        claims = {"iss": GoogleTwin.email, "aud": AUDIENCE, "scope": CLOUD_PLATFORM, "iat": now, "exp": now + 3600}
        return {name: value for name, value in {**claims, **changed}.items() if value is not None}

    def exchange(self, twin: GoogleTwin, claims: dict, key: str | None = None, grant: str = GRANT) -> Answer:
        assertion = jwt.encode(claims, key or twin.private_key, "RS256")
        headers, body = form(grant_type=grant, assertion=assertion)
        return ask(twin, "POST", "/token", headers, body)

    def test_gives_a_token_for_the_right_assertion_and_takes_it(self, twin: GoogleTwin) -> None:
        answer = self.exchange(twin, self.claims())
        assert answer.status == 200
        assert answer.json["expires_in"] == 3600
        bearer = {"Authorization": f"Bearer {answer.json['access_token']}"}
        assert ask(twin, "GET", "/storage/v1/b", bearer).status == 200
        assert ask(twin, "GET", "/storage/v1/b", [*bearer.items(), *bearer.items()]).status == 400
        assert ask(twin, "GET", "/storage/v1/b", {"Authorization": bearer["Authorization"] + "x"}).status == 401
        assert ask(twin, "GET", "/storage/v1/b").status == 401
        assert ask(twin, "GET", f"/storage/v1/b?access_token={answer.json['access_token']}").status == 400
        assert len(twin.acted) == 5

    @pytest.mark.parametrize(
        "changed",
        [
            {"iss": "other@acme.iam.gserviceaccount.com"},
            {"iss": None},
            {"aud": "https://example.com/token"},
            {"aud": None},
            {"scope": "https://www.googleapis.com/auth/drive"},
            {"scope": None},
            {"exp": int(time.time()) - 3600},
            {"exp": None},
            {"exp": int(time.time()) + 7200},
            {"iat": int(time.time()) + 1800},
            {"iat": int(time.time()) - 7200},
            {"iat": None},
        ],
        ids=str,
    )
    def test_refuses_wrong_claims(self, twin: GoogleTwin, changed: dict) -> None:
        answer = self.exchange(twin, self.claims(**changed))
        assert answer.status == 400
        assert answer.json["error"] == ("invalid_scope" if "scope" in changed else "invalid_grant")

    def test_refuses_wrong_signatures_and_grants(self, twin: GoogleTwin) -> None:
        assert self.exchange(twin, self.claims(), private_key(1)).json["error"] == "invalid_grant"
        assert self.exchange(twin, self.claims(), grant="client_credentials").status == 400
        for algorithm, key in (("none", None), ("HS256", "x" * 32)):
            headers, body = form(grant_type=GRANT, assertion=jwt.encode(self.claims(), key, algorithm))
            assert ask(twin, "POST", "/token", headers, body).json["error"] == "invalid_grant"
        headers, body = form(grant_type=GRANT, assertion=jwt.encode(self.claims(), twin.private_key, "RS256"))
        assert ask(twin, "POST", f"/token?{body.decode()}", headers, b"").status == 400
        assert ask(twin, "POST", "/token", {"Content-Type": JSON}, body).status == 400
        assert ask(twin, "GET", "/token", headers, body).status == 400
        assert ask(twin, "POST", "/token", headers, body + b"&scope=x").status == 400
        assert twin.minted == 0

    def test_ends_its_tokens(self, twin: GoogleTwin) -> None:
        twin.lifetime = 0
        bearer = {"Authorization": f"Bearer {self.exchange(twin, self.claims()).json['access_token']}"}
        assert ask(twin, "GET", "/x", bearer).status == 401
        twin.lifetime = 60
        bearer = {"Authorization": f"Bearer {self.exchange(twin, self.claims()).json['access_token']}"}
        assert ask(twin, "GET", "/x", bearer).status == 200
        twin.revoke()
        assert ask(twin, "GET", "/x", bearer).status == 401


class TestAzure:
    path = f"/{AzureTwin.tenant}/oauth2/v2.0/token"
    right = {
        "client_id": AzureTwin.client_id,
        "client_secret": AzureTwin.client_secret,
        "scope": MANAGEMENT,
        "grant_type": "client_credentials",
    }

    @pytest.fixture
    def twin(self) -> Iterator[AzureTwin]:
        with AzureTwin() as twin:
            yield twin

    def token(self, twin: AzureTwin) -> dict[str, str]:
        headers, body = form(**self.right)
        answer = ask(twin, "POST", self.path, headers, body)
        assert answer.status == 200
        return {"Authorization": f"Bearer {answer.json['access_token']}"}

    def test_gives_a_token_for_the_right_credentials_and_takes_it(self, twin: AzureTwin) -> None:
        bearer = self.token(twin)
        assert ask(twin, "GET", "/subscriptions?api-version=2022-12-01", bearer).json["value"] == []
        assert ask(twin, "GET", "/subscriptions", bearer).status == 400
        assert ask(twin, "GET", "/subscriptions?api-version=2022-12-01").status == 401
        assert ask(twin, "GET", "/echo", {"Authorization": bearer["Authorization"] + "x"}).status == 401
        assert ask(twin, "GET", "/echo", [*bearer.items(), *bearer.items()]).status == 400
        twin.revoke()
        assert ask(twin, "GET", "/echo", bearer).json["error"]["code"] == "ExpiredAuthenticationToken"

    @pytest.mark.parametrize("name", right)
    def test_refuses_a_wrong_missing_or_doubled_parameter(self, twin: AzureTwin, name: str) -> None:
        without = {key: value for key, value in self.right.items() if key != name}
        for fields in ({**self.right, name: "wrong"}, without):
            headers, body = form(**fields)
            assert ask(twin, "POST", self.path, headers, body).status in (400, 401)
        headers, body = form(**self.right)
        doubled = body + b"&" + urllib.parse.urlencode({name: self.right[name]}).encode()
        assert ask(twin, "POST", self.path, headers, doubled).status == 400
        assert twin.minted == 0

    def test_refuses_another_tenant_and_other_places(self, twin: AzureTwin) -> None:
        headers, body = form(**self.right)
        assert ask(twin, "POST", "/common/oauth2/v2.0/token", headers, body).status == 400
        assert ask(twin, "POST", f"{self.path}?{body.decode()}", headers, b"").status == 400
        assert ask(twin, "POST", self.path, {"Content-Type": JSON}, body).status == 400
        assert twin.minted == 0


class TestTokensInPlaceholders:
    key = ("X-Service-Key", f"Key {TokensTwin.tokens['key']}")
    plain = ("X-Plain", "yes")
    query = "?" + urllib.parse.urlencode({"tenant": TokensTwin.tokens["tenant"]})

    def test_takes_header_and_query(self) -> None:
        with TokensTwin() as twin:
            assert ask(twin, "GET", "/v1/echo" + self.query, [self.key, self.plain]).status == 200
            assert ask(twin, "GET", "/v1/echo?a=b&" + self.query[1:], [self.key, self.plain]).status == 200
            for target, headers in [
                ("/v1/echo", [self.key, self.plain]),
                ("/v1/echo" + self.query, [self.plain]),
                ("/v1/echo" + self.query, [self.key]),
                ("/v1/echo" + self.query + "x", [self.key, self.plain]),
                ("/v1/echo" + self.query, [(self.key[0], self.key[1] + "x"), self.plain]),
                ("/v1/echo?tenant=" + TokensTwin.tokens["tenant"].partition("+")[0], [self.key, self.plain]),
                ("/v1/echo" + self.query + "&" + self.query[1:], [self.key, self.plain]),
            ]:
                assert ask(twin, "GET", target, headers).status == 401, target
            assert ask(twin, "GET", "/v1/echo" + self.query, [self.key, self.key, self.plain]).status == 400

    @pytest.mark.parametrize("content_type", [JSON, FORM])
    def test_takes_a_body(self, content_type: str) -> None:
        pin = TokensTwin.tokens["pin"]
        with TokensTwin(content_type) as twin:

            def status(body: str, content_type: str = content_type) -> int:
                headers = [self.key, self.plain, ("Content-Type", content_type)]
                return ask(twin, "POST", "/v1/echo" + self.query, headers, body.encode()).status

            right = {
                JSON: json.dumps({"pin": pin, "plain": 1}),
                FORM: urllib.parse.urlencode({"pin": pin, "plain": 1}),
            }
            assert status(right[content_type]) == 200
            assert status(right[content_type], "text/plain") == 401
            assert status(TokensTwin.bodies[content_type]) == 401
            assert status(TokensTwin.bodies[content_type].replace("{{ pin }}", pin)) in (400, 401)
            assert status("") in (400, 401)


EXTERNAL_ID = hashlib.md5(b"external").hexdigest()


@pytest.fixture(scope="module")
def account() -> Iterator[tuple[AWSTwin, str]]:
    """A twin, and the role in it."""
    with aws_twin() as twin:
        yield twin, twin.trust("actions", EXTERNAL_ID)


class TestAWS:
    @pytest.fixture
    def twin(self, account: tuple[AWSTwin, str]) -> AWSTwin:
        account[0].lifetime = None
        return account[0]

    @pytest.fixture
    def arn(self, account: tuple[AWSTwin, str]) -> str:
        return account[1]

    def assume(self, twin: AWSTwin, keys: tuple[str, ...] | None = None, **changed: str | None) -> Answer:
        fields = {
            "Action": "AssumeRole",
            "Version": "2011-06-15",
            "RoleSessionName": "keyway",
            "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/actions",
            "ExternalId": EXTERNAL_ID,
            **changed,
        }
        headers, body = form(**{name: value for name, value in fields.items() if value is not None})
        signed = sign(twin, keys or twin.principal, "POST", "/", body, Content_Type=headers["Content-Type"])
        return ask(twin, "POST", "/", signed, body)

    def session(self, twin: AWSTwin) -> tuple[str, str, str]:
        assert self.assume(twin).status == 200
        key, session = list(twin.sessions.items())[-1]
        return key, session.secret, session.token

    @pytest.mark.parametrize(
        "changed",
        [
            {"ExternalId": "0" * 32},
            {"ExternalId": None},
            {"ExternalId": ""},
            {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/other"},
            {"RoleArn": "arn:aws:iam::999999999999:role/actions"},
            {"DurationSeconds": "899"},
            {"DurationSeconds": "43201"},
            {"RoleSessionName": "no spaces"},
        ],
        ids=str,
    )
    def test_refuses_to_let_others_assume_a_role(self, twin: AWSTwin, arn: str, changed: dict) -> None:
        minted = twin.minted
        answer = self.assume(twin, **changed)
        assert answer.status in (400, 403)
        assert b"SecretAccessKey" not in answer.body
        assert twin.minted == minted
        assert self.assume(twin, (twin.principal[0], "wrong")).status == 403

    @pytest.mark.parametrize(
        ("service", "region", "method", "target", "body", "expected"),
        [
            ("sts", "us-east-1", "POST", "/", b"Action=GetCallerIdentity&Version=2011-06-15", b"assumed-role/actions"),
            ("sts", "eu-west-1", "GET", "/?Action=GetCallerIdentity&Version=2011-06-15", b"", b"assumed-role/actions"),
            ("s3", "us-east-1", "PUT", "/bucket", b"", b""),
            ("s3", "us-east-1", "PUT", "/bucket/a%20b/c%2Bd//e%C3%BC", b"\0\xff", b""),
            ("s3", "us-east-1", "GET", "/bucket/a%20b/c%2Bd//e%C3%BC", b"", b"\0\xff"),
            ("s3", "us-east-1", "GET", "/bucket?list-type=2&prefix=a%20b", b"", b"ListBucketResult"),
            ("sqs", "eu-central-1", "POST", "/", b"Action=ListQueues&Version=2012-11-05", b"ListQueues"),
        ],
        ids=str,
    )
    def test_takes_a_session(
        self,
        twin: AWSTwin,
        arn: str,
        service: str,
        region: str,
        method: str,
        target: str,
        body: bytes,
        expected: bytes,
    ) -> None:
        kind = {"Content_Type": FORM} if method == "POST" else {}
        headers = sign(twin, self.session(twin), method, target, body, service, region, **kind)
        answer = ask(twin, method, target, headers, body)
        assert answer.status == 200, answer.body
        assert expected in answer.body
        assert (twin.signatures[-1].service, twin.signatures[-1].region) == (service, region)

    @pytest.mark.parametrize("spoil", ["key", "secret", "token", "no token", "user's key"])
    def test_refuses_a_wrong_session(self, twin: AWSTwin, arn: str, spoil: str) -> None:
        key, secret, token = self.session(twin)
        keys = {
            "key": ("ASIA0000000000000000", secret, token),
            "secret": (key, secret[::-1], token),
            "token": (key, secret, token[::-1]),
            "no token": (key, secret),
            "user's key": (*twin.principal, token),
        }[spoil]
        body = b"Action=GetCallerIdentity&Version=2011-06-15"
        assert ask(twin, "POST", "/", sign(twin, keys, "POST", "/", body, Content_Type=FORM), body).status == 403

    def test_refuses_what_differs_from_what_was_signed(self, twin: AWSTwin, arn: str) -> None:
        keys, target, body = self.session(twin), "/bucket?list-type=2", b""
        right = sign(twin, keys, "GET", target, body, "s3")

        def changing(**headers: str) -> dict[str, str]:
            return {**right, **{name.replace("_", "-"): value for name, value in headers.items()}}

        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - 3600))
        attempts: list[tuple[str, str, Headers, bytes | None]] = [
            ("HEAD", target, right, None),
            ("GET", "/bucket?list-type=1", right, None),
            ("GET", "/other?list-type=2", right, None),
            ("GET", target, right, b"body"),
            ("GET", target, changing(X_Amz_Content_SHA256=hashlib.sha256(b"body").hexdigest()), b"body"),
            ("GET", target, changing(X_Amz_Date=stamp), None),
            ("GET", target, changing(X_Amz_Acl="public"), None),
            ("GET", target, [*right.items(), ("Authorization", right["Authorization"])], None),
            ("GET", target, changing(Authorization=right["Authorization"].replace("us-east-1", "eu-west-1")), None),
            ("GET", target, changing(Authorization=right["Authorization"].replace("/s3/", "/sqs/")), None),
            ("GET", target, {name: right[name] for name in right if name != "Authorization"}, None),
            ("GET", target, {name: right[name] for name in right if name != "X-Amz-Content-SHA256"}, None),
        ]
        for attempt in attempts:
            assert ask(twin, *attempt).status in (400, 403), attempt
        assert ask(twin, "GET", target, right).status == 200

    def test_a_role_may_do_what_its_policy_says(self, twin: AWSTwin, arn: str) -> None:
        body = b"Action=ListUsers&Version=2010-05-08"
        signed = sign(twin, self.session(twin), "POST", "/", body, "iam", Content_Type=FORM)
        assert ask(twin, "POST", "/", signed, body).status == 403

    def test_ends_its_sessions(self, twin: AWSTwin, arn: str) -> None:
        twin.lifetime = 0
        keys, body = self.session(twin), b"Action=GetCallerIdentity&Version=2011-06-15"
        answer = ask(twin, "POST", "/", sign(twin, keys, "POST", "/", body, Content_Type=FORM), body)
        assert answer.status == 403
        assert b"ExpiredToken" in answer.body
