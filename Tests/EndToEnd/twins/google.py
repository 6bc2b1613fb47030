"""Google Cloud: a token for a signed assertion (RFC 7523), and an API that takes it."""

import functools
import secrets
import time

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from twins.twin import Issuer, oauth_error, only, refuse_misplaced
from twins.upstream import Received, Refusal, Reply

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform"
AUDIENCE = "https://oauth2.googleapis.com/token"
HOUR = 3600
# By how much clocks may differ.
SKEW = 60


@functools.cache
def private_key(number: int = 0) -> str:
    """The key of a service account, in PEM as Google hands it out (PKCS #8)."""
    return (
        rsa.generate_private_key(65537, 2048)
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )


class GoogleTwin(Issuer):
    prefix = "ya29."
    email = "actions@acme.iam.gserviceaccount.com"

    def __init__(self, base: str = "", scopes: tuple[str, ...] = (CLOUD_PLATFORM,)) -> None:
        super().__init__(base)
        self.scopes = set(scopes)
        """What must be asked for."""
        self.private_key = private_key()
        self.public_key = serialization.load_pem_private_key(self.private_key.encode(), None).public_key()

    @property
    def token_url(self) -> str:
        return f"{self.origin}/token"

    def is_token_request(self, request: Received) -> bool:
        return request.path == "/token"

    def issue(self, request: Received) -> Reply:
        if request.method != "POST" or request.all("Authorization"):
            raise oauth_error(400, "invalid_request", "POST a form, and authenticate by the assertion alone")
        if request.all("Content-Type") != ["application/x-www-form-urlencoded"]:
            raise oauth_error(400, "invalid_request", "Content-Type")
        form = dict(request.form)
        if len(form) != len(request.form) or set(form) != {"grant_type", "assertion"}:
            raise oauth_error(400, "invalid_request", "Parameters")
        if form["grant_type"] != GRANT:
            raise oauth_error(400, "unsupported_grant_type", "Invalid grant_type")
        self.verify_assertion(form["assertion"])
        token = self.prefix + secrets.token_urlsafe(40)
        self.note(token)
        return Reply(200, {"access_token": token, "expires_in": int(self.lifetime), "token_type": "Bearer"})

    def verify_assertion(self, assertion: str) -> None:
        try:
            if jwt.get_unverified_header(assertion).get("typ") != "JWT":
                raise oauth_error(400, "invalid_grant", "Invalid JWT: typ")
            claims = jwt.decode(
                assertion,
                self.public_key,
                algorithms=["RS256"],
                audience=[AUDIENCE, self.token_url],
                issuer=self.email,
                leeway=SKEW,
                options={"require": ["iss", "aud", "exp", "iat"]},
            )
        except jwt.InvalidSignatureError:
            raise oauth_error(400, "invalid_grant", "Invalid JWT Signature.") from None
        except jwt.PyJWTError as fault:
            raise oauth_error(400, "invalid_grant", f"Invalid JWT: {fault}") from None
        if not 0 < claims["exp"] - claims["iat"] <= HOUR or claims["exp"] > time.time() + HOUR + SKEW:
            raise oauth_error(400, "invalid_grant", "Invalid JWT: Token must be short-lived (60 minutes)")
        if claims["iat"] < time.time() - HOUR:
            raise oauth_error(400, "invalid_grant", "Invalid JWT: iat is long ago")
        if set(claims.get("scope", "").split(" ")) != self.scopes:
            raise oauth_error(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided.")

    def verify(self, request: Received) -> None:
        refuse_misplaced(self, request, {"authorization"})
        refused = Reply(
            401,
            {"error": {"code": 401, "status": "UNAUTHENTICATED", "message": "invalid authentication credentials"}},
            [("WWW-Authenticate", 'Bearer realm="https://accounts.google.com/", error="invalid_token"')],
        )
        scheme, _, token = only(request, "Authorization", refused).partition(" ")
        alive = scheme == "Bearer" and self.tokens.get(token, 0) > time.monotonic() and token not in self.revoked
        if not alive:
            raise Refusal(refused)
