"""AWS: `moto` behind a gate that verifies what moto leaves open.

With IAM authentication on, moto recomputes signatures, compares session tokens and evaluates policies. But it lets a
role be assumed without the external id that its trust policy asks for, and any role of another account; it never ends
a session, and does not look at the date of a request or at whether the digest in its header is the body's. The gate in
front recomputes the signature from the bytes that came, by botocore's own signer, and verifies all of these.
"""

import base64
import hashlib
import http.client
import json
import logging
import re
import time
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.session import Session as BotocoreSession

from twins.twin import Twin
from twins.upstream import Received, Refusal, Reply

ACCOUNT = "123456789012"
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>\w+)/(?P<date>\d{8})/(?P<region>[a-z0-9-]+)/(?P<service>[a-z0-9-]+)"
    r"/aws4_request, ?SignedHeaders=(?P<signed>[a-z0-9;-]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)
SKEW = timedelta(minutes=5)


@dataclass
class Session:
    """Credentials that AssumeRole gave out."""

    secret: str
    token: str
    ends: float


@dataclass
class Signature:
    """What a request says about its own signature."""

    key: str
    region: str
    service: str


def refuse(status: int, code: str, message: str) -> Refusal:
    """An error as the query protocol has it."""
    text = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    body = f'<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">{text}</ErrorResponse>'
    return Refusal(Reply(status, body.encode(), [("Content-Type", "text/xml")]))


def unframed(body: bytes) -> tuple[bytes, dict[str, str]]:
    """What is in the framing aws-chunked, and its trailers; chunks may be short at the end alone, as S3 has it."""
    content, short = b"", False
    while True:
        line, _, body = body.partition(b"\r\n")
        if not re.fullmatch(rb"[0-9a-f]+", line):
            raise refuse(400, "IncompleteBody", "The framing is none")
        size = int(line, 16)
        if size and short:
            raise refuse(403, "InvalidChunkSizeError", "Only the last chunk is allowed to have a size less than 8192")
        if not size:
            break
        short = size < 8192
        content, body = content + body[:size], body[size:]
        if body[:2] != b"\r\n":
            raise refuse(400, "IncompleteBody", "A chunk does not end")
        body = body[2:]
    lines = body.decode().removesuffix("\r\n").split("\r\n")
    return content, dict(line.split(":", 1) for line in lines if line)


def verify_framed(request: Received) -> None:
    """A framed body's length and checksums are what its headers and trailers say."""
    if request.all("Content-Encoding")[:1] != ["aws-chunked"]:
        raise refuse(400, "InvalidRequest", "Content-Encoding")
    content, trailers = unframed(request.body)
    if request.all("X-Amz-Decoded-Content-Length") != [str(len(content))]:
        raise refuse(400, "IncompleteBody", "x-amz-decoded-content-length")
    if request.all("X-Amz-Trailer") != [",".join(trailers)]:
        raise refuse(400, "MalformedTrailerError", "x-amz-trailer")
    crc = base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()
    if trailers.get("x-amz-checksum-crc32", crc) != crc:
        raise refuse(400, "BadDigest", "The CRC32 you specified did not match the calculated checksum.")


def tell(moto: str, what: str, data: bytes = b"") -> None:
    """Changes moto's own state."""
    request = urllib.request.Request(f"{moto}/moto-api/{what}", data, {"Content-Type": "text/plain"})
    urllib.request.urlopen(request, timeout=600).close()


class AWSTwin(Twin):
    """An account with one user, which may assume the roles that `trust` makes."""

    def __init__(self, moto_address: tuple[str, int]) -> None:
        super().__init__()
        self.moto_address = moto_address
        self.sessions: dict[str, Session] = {}
        self.roles: dict[str, str] = {}
        """The external id that each role asks for, by its ARN."""
        self.lifetime: float | None = None
        """How long a session is valid, where not for as long as was asked."""
        self.grace = 0.0
        """For how much longer a session is taken than its answer says."""
        self.ends_at_once = False
        """Whether sessions end long before AssumeRole said."""
        self.signatures: list[Signature] = []
        """Of the requests that were let through, in their order."""
        self.admin = None
        moto = f"http://{moto_address[0]}:{moto_address[1]}"
        # Everybody may do everything until there is an administrator.
        tell(moto, "reset")
        tell(moto, "reset-auth", b"1000000")
        self.admin = self.client("iam", moto, ("none", "none"))
        admin = self.make_user("admin", "*")
        self.principal = self.make_user("keyway", "sts:AssumeRole")
        self.admin = self.client("iam", moto, admin)
        tell(moto, "reset-auth", b"0")

    @staticmethod
    def client(service: str, endpoint: str, keys: tuple[str, ...], region: str = "us-east-1") -> Any:
        """A botocore client with those keys."""
        named = zip(("aws_access_key_id", "aws_secret_access_key", "aws_session_token"), keys, strict=False)
        session = BotocoreSession()
        return session.create_client(service, region_name=region, endpoint_url=endpoint, **dict(named))

    def make_user(self, name: str, action: str) -> tuple[str, str]:
        self.admin.create_user(UserName=name)
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
        self.admin.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=json.dumps(document))
        key = self.admin.create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    def trust(self, role: str, external_id: str, *actions: str) -> str:
        """Makes a role that Keyway's user may assume with that external id; it may do those actions."""
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/keyway"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        arn = self.admin.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(policy))["Role"]["Arn"]
        allowed = {"Effect": "Allow", "Action": [*(actions or ["s3:*", "sqs:*"])], "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self.admin.put_role_policy(RoleName=role, PolicyName="all", PolicyDocument=document)
        self.roles[arn] = external_id
        return arn

    @property
    def environment(self) -> dict[str, str]:
        """What makes any AWS client a client of this twin, as its principal."""
        return {
            "AWS_ACCESS_KEY_ID": self.principal[0],
            "AWS_SECRET_ACCESS_KEY": self.principal[1],
            "AWS_ENDPOINT_URL": self.origin,
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @property
    def minted(self) -> int:
        return len(self.sessions)

    def credentials(self) -> tuple[str, ...]:
        return (self.principal[1], *(session.secret for session in self.sessions.values()))

    def answer(self, request: Received) -> Reply:
        self.refuse_unwanted(request)
        signature = self.verified(request)
        if any(secret in f"{request.target}{request.headers}" for secret in self.credentials()):
            self.unwanted.append("a secret key")
        action = dict(request.form if request.body else request.query) if signature.service == "sts" else {}
        if action.get("Action") == "AssumeRole":
            self.verify_assumption(action, signature)
            return self.assumed(self.forward(request), int(action.get("DurationSeconds", 3600)))
        with self.lock:
            self.signatures.append(signature)
        return self.forward(request)

    def verified(self, request: Received) -> Signature:
        """The signature, when it is right in every part."""
        headers = request.all("Authorization")
        stated = AUTHORIZATION.fullmatch(headers[0]) if len(headers) == 1 else None
        if stated is None:
            raise refuse(403, "MissingAuthenticationToken" if not headers else "IncompleteSignature", "No signature")
        dates = request.all("X-Amz-Date")
        try:
            signed_at = datetime.strptime(*dates, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except (TypeError, ValueError):
            raise refuse(403, "IncompleteSignature", "X-Amz-Date is malformed") from None
        if abs(datetime.now(UTC) - signed_at) > SKEW or not dates[0].startswith(stated["date"]):
            raise refuse(403, "SignatureDoesNotMatch", "Signature expired, or not of that date")
        credentials = self.credentials_of(stated["key"], request.all("X-Amz-Security-Token"))
        signed = stated["signed"].split(";")
        if signed != sorted(set(signed)):
            raise refuse(403, "SignatureDoesNotMatch", "SignedHeaders are not sorted")
        unsigned = {name for name in request.names() if name.startswith("x-amz-") or name == "host"} - set(signed)
        if unsigned:
            raise refuse(403, "SignatureDoesNotMatch", f"unsigned headers: {sorted(unsigned)}")
        self.verify_digest(request, stated["service"])
        if self.recompute(request, stated, credentials) != stated["signature"]:
            raise refuse(403, "SignatureDoesNotMatch", "The request signature we calculated does not match")
        return Signature(stated["key"], stated["region"], stated["service"])

    def credentials_of(self, key: str, tokens: list[str]) -> Credentials:
        if len(tokens) > 1:
            raise refuse(400, "InvalidToken", "more than one session token")
        if key == self.principal[0]:
            if tokens:
                raise refuse(403, "InvalidClientTokenId", "a session token with a user's key")
            return Credentials(*self.principal)
        session = self.sessions.get(key)
        if session is None or tokens != [session.token]:
            raise refuse(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
        if session.ends <= time.monotonic():
            raise refuse(403, "ExpiredToken", "The security token included in the request is expired")
        # The token stands among the headers already: the signer would add it again.
        return Credentials(key, session.secret)

    @staticmethod
    def verify_digest(request: Received, service: str) -> None:
        digests = request.all("X-Amz-Content-SHA256")
        if not digests and service == "s3":
            raise refuse(400, "MissingSecurityHeader", "x-amz-content-sha256")
        if service == "s3" and digests == ["STREAMING-UNSIGNED-PAYLOAD-TRAILER"]:
            verify_framed(request)
        elif digests != ["UNSIGNED-PAYLOAD"] and digests and digests != [hashlib.sha256(request.body).hexdigest()]:
            raise refuse(400, "XAmzContentSHA256Mismatch", "The provided header does not match what was computed.")

    @staticmethod
    def recompute(request: Received, stated: re.Match, credentials: Credentials) -> str:
        signer = S3SigV4Auth if stated["service"] == "s3" else SigV4Auth
        auth = signer(credentials, stated["service"], stated["region"])
        signed = stated["signed"].split(";")
        headers = {name: ",".join(request.all(name)) for name in signed if request.all(name)}
        url = f"http://{request.all('Host')[0]}{request.target}"
        copy = AWSRequest(request.method, url, headers=headers, data=request.body)
        copy.context["timestamp"] = request.all("X-Amz-Date")[0]
        return auth.signature(auth.string_to_sign(copy, auth.canonical_request(copy)), copy)

    def verify_assumption(self, action: dict[str, str], signature: Signature) -> None:
        if signature.key != self.principal[0]:
            raise refuse(403, "AccessDenied", "Only Keyway's user may assume these roles")
        duration = action.get("DurationSeconds", "3600")
        if not duration.isdecimal() or not 900 <= int(duration) <= 43_200:
            raise refuse(400, "ValidationError", "durationSeconds must be between 900 and 43200")
        if not re.fullmatch(r"[\w+=,.@-]{2,64}", action.get("RoleSessionName", "")):
            raise refuse(400, "ValidationError", "roleSessionName")
        if self.roles.get(action.get("RoleArn", "")) != action.get("ExternalId", ""):
            raise refuse(403, "AccessDenied", "User is not authorized to perform: sts:AssumeRole on resource")

    def assumed(self, reply: Reply, duration: int) -> Reply:
        """Takes note of the credentials in moto's answer, and puts the end of the session into it."""
        text = reply.body.decode()
        if reply.status != 200:
            return reply
        found = [re.search(rf"<{name}>(.+?)</{name}>", text)[1] for name in ("AccessKeyId", "SecretAccessKey")]
        token = re.search(r"<SessionToken>(.+?)</SessionToken>", text)[1]
        lifetime = duration if self.lifetime is None else self.lifetime
        ends = 0 if self.ends_at_once else time.monotonic() + lifetime + self.grace
        self.sessions[found[0]] = Session(found[1], token, ends)
        ends = (datetime.now(UTC) + timedelta(seconds=lifetime)).strftime("%Y-%m-%dT%H:%M:%SZ")
        text = re.sub(r"<Expiration>.*?</Expiration>", f"<Expiration>{ends}</Expiration>", text)
        return Reply(200, text.encode(), reply.headers)

    def forward(self, request: Received) -> Reply:
        """Lets moto verify again, and answer."""
        connection = http.client.HTTPConnection(*self.moto_address, timeout=600)
        try:
            connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers:
                if name.lower() != "transfer-encoding":
                    connection.putheader(name, value.encode("latin-1"))
            if request.all("Transfer-Encoding"):
                connection.putheader("Content-Length", str(len(request.body)))
            connection.endheaders(request.body)
            response = connection.getresponse()
            dropped = {"connection", "transfer-encoding", "date", "server"}
            if request.method != "HEAD":
                dropped.add("content-length")
            headers = [header for header in response.getheaders() if header[0].lower() not in dropped]
            return Reply(response.status, response.read(), headers)
        finally:
            connection.close()


@contextmanager
def bodies_as_they_are() -> Iterator[None]:
    """Makes moto verify the digest of the body that was sent: that of a GET it takes to be the query."""
    from moto.iam.access_control import IAMRequestBase

    as_moto_has_it = IAMRequestBase._create_aws_request

    def create_aws_request(verified: IAMRequestBase) -> AWSRequest:
        request = as_moto_has_it(verified)
        if verified._method == "GET":
            request.data = b""
        return request

    with patch.object(IAMRequestBase, "_create_aws_request", create_aws_request):
        yield


@contextmanager
def aws_twin() -> Iterator[AWSTwin]:
    """A twin with moto behind it. Both are of this process, which can have but one of them at a time."""
    from moto.server import ThreadedMotoServer  # Takes a second, which few tests need.

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    moto.start()
    try:
        with bodies_as_they_are(), AWSTwin(moto.get_host_and_port()) as twin:
            yield twin
    finally:
        moto.stop()


def sign(
    twin: AWSTwin,
    keys: tuple[str, ...],
    method: str,
    target: str,
    body: bytes = b"",
    service: str = "sts",
    region: str = "us-east-1",
    **headers: str,
) -> dict[str, str]:
    """The headers that a client with those keys would send; `headers` are signed too, `_` standing for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = AWSRequest(method, twin.origin + target, headers=named, data=body)
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    signer(Credentials(*keys), service, region).add_auth(request)
    return dict(request.headers.items())
