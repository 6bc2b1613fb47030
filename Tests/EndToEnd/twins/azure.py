"""Microsoft Entra and Azure Resource Manager: client credentials (RFC 6749, 4.4), and an API that takes the token."""

import secrets
import time

from twins.twin import Issuer, oauth_error, only, refuse_misplaced
from twins.upstream import Received, Refusal, Reply

MANAGEMENT = "https://management.azure.com/.default"


class AzureTwin(Issuer):
    prefix = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9."
    tenant = "0d3c8a52-13f4-4a6c-8d1b-2f6f0a9f7c22"
    client_id = "4f9b6c1e-5a60-4c3c-9d6e-6c8d2f5b7a11"
    client_secret = "tw1n~8Q+azure/secret&more=%41"

    def __init__(self, base: str = "", scope: str = MANAGEMENT) -> None:
        super().__init__(base)
        self.scope = scope

    def credentials(self) -> tuple[str, ...]:
        return (*super().credentials(), self.client_secret)

    def is_token_request(self, request: Received) -> bool:
        return request.path.endswith("/oauth2/v2.0/token")

    def issue(self, request: Received) -> Reply:
        if request.method != "POST" or request.all("Authorization") or "?" in request.target:
            raise oauth_error(400, "invalid_request", "AADSTS900144: POST the parameters in the body")
        if request.all("Content-Type") != ["application/x-www-form-urlencoded"]:
            raise oauth_error(400, "invalid_request", "AADSTS900144: Content-Type")
        if request.path != f"/{self.tenant}/oauth2/v2.0/token":
            raise oauth_error(400, "invalid_request", "AADSTS90002: Tenant not found.", error_codes=[90002])
        form = dict(request.form)
        names = {"client_id", "client_secret", "grant_type", "scope"}
        if len(form) != len(request.form) or set(form) != names:
            raise oauth_error(400, "invalid_request", "AADSTS900144: The request body must contain the parameters")
        if form["grant_type"] != "client_credentials":
            raise oauth_error(400, "unsupported_grant_type", "AADSTS70003", error_codes=[70003])
        if form["client_id"] != self.client_id:
            raise oauth_error(400, "unauthorized_client", "AADSTS700016: not found", error_codes=[700016])
        if form["client_secret"] != self.client_secret:
            raise oauth_error(401, "invalid_client", "AADSTS7000215: Invalid client secret", error_codes=[7000215])
        if form["scope"] != self.scope:
            raise oauth_error(400, "invalid_scope", "AADSTS70011: The provided scope is not valid.")
        token = self.prefix + secrets.token_urlsafe(40)
        self.note(token)
        lifetime = int(self.lifetime)
        return Reply(
            200,
            {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": token},
        )

    def verify(self, request: Received) -> None:
        refuse_misplaced(self, request, {"authorization"})
        scheme, _, token = only(request, "Authorization", self.refused("AuthenticationFailed")).partition(" ")
        if scheme != "Bearer" or token not in self.tokens:
            raise Refusal(self.refused("InvalidAuthenticationToken"))
        if self.tokens[token] <= time.monotonic() or token in self.revoked:
            raise Refusal(self.refused("ExpiredAuthenticationToken"))

    def refused(self, code: str) -> Reply:
        return Reply(401, {"error": {"code": code, "message": "The access token is missing, invalid or expired."}})

    def respond(self, request: Received, path: str) -> Reply | None:
        if path == "/subscriptions":
            if ("api-version", "2022-12-01") not in request.query:
                return Reply(400, {"error": {"code": "MissingApiVersionParameter"}})
            return Reply(200, {"value": [], "count": {"type": "Total", "value": 0}})
        return None
