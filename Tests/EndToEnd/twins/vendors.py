"""The twins of third parties whose authentication is a header or a pair of them: a table, and what reads it.

Where each base path, header, version, probe and refusal comes from stands in the vendors' own references. A status
or body is the vendor's; the texts of errors may be shorter.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from twins.twin import Twin, basic, only, refuse_misplaced
from twins.upstream import Received, Refusal, Reply

Values = dict[str, str]


@dataclass(frozen=True)
class Vendor:
    """One credential type of a third party, as that party sees it."""

    kind: str
    """The credential type's name in the catalogue."""
    base: str
    """The path of the API's base URL."""
    secrets: Values
    """The right credentials, by the names of their fields."""
    present: Callable[[Values], Values]
    """From fields to the headers that must arrive."""
    probe: str
    """What a test of the credentials may ask for; a GET."""
    alive: Any
    """What the probe answers."""
    refused: Reply
    """What a wrong or missing credential is answered with."""
    versions: Values = field(default_factory=dict)
    """Headers that name the API's version."""
    unversioned: Reply = field(default_factory=lambda: Reply(400, {"message": "a version is missing"}))
    plain: Values = field(default_factory=dict)
    """Fields that are no secrets and part of the authentication."""
    settings: Values = field(default_factory=dict)
    """What the connection's settings must say, where the default is another."""
    label: str = ""

    def __str__(self) -> str:
        return self.label or self.kind


class VendorTwin(Twin):
    def __init__(self, vendor: Vendor) -> None:
        super().__init__(vendor.base)
        self.vendor = vendor
        self.expected = vendor.present({**vendor.plain, **vendor.secrets})
        self.allowed = frozenset(name.lower() for name in self.expected)
        self.state = "active"
        """What Cloudflare says of a token that it knows."""

    def credentials(self) -> tuple[str, ...]:
        return tuple(self.vendor.secrets.values())

    def verify(self, request: Received) -> None:
        refuse_misplaced(self, request, set(self.allowed))
        for name, value in self.expected.items():
            if only(request, name, self.vendor.refused) != value:
                raise Refusal(self.vendor.refused)
        for name, value in self.vendor.versions.items():
            if only(request, name, self.vendor.unversioned) != value:
                raise Refusal(self.vendor.unversioned)

    def respond(self, request: Received, path: str) -> Reply | None:
        if request.method == "GET" and path == self.vendor.probe.partition("?")[0]:
            if self.vendor.kind == "CloudflareAPIToken":
                return Reply(200, cloudflare({"id": "ed17574386854bf78a67040be0a770b0", "status": self.state}))
            return Reply(200, self.vendor.alive)
        return None


class ConfigCatTwin(VendorTwin):
    """The SDK key tells whose value of a setting is meant, beside the Basic credentials; nothing else asks for it."""

    def verify(self, request: Received) -> None:
        path = request.path.removeprefix(self.base)
        if re.fullmatch(r"/v[12]/settings/[^/]+/value", path):
            if only(request, "X-CONFIGCAT-SDKKEY", self.vendor.refused) != self.vendor.secrets["sdk_key"]:
                raise Refusal(self.vendor.refused)
        elif "x-configcat-sdkkey" in request.names() and not re.match(r"/v[12]/settings/", path):
            self.unwanted.append("x-configcat-sdkkey")
            raise Refusal(Reply(400, {"twin": "an SDK key where none belongs"}))
        kept = tuple(header for header in request.headers if header[0].lower() != "x-configcat-sdkkey")
        super().verify(Received(request.method, request.target, kept, request.body))


def bearer(name: str) -> Callable[[Values], Values]:
    return lambda fields: {"Authorization": f"Bearer {fields[name]}"}


def header(header: str, name: str, prefix: str = "") -> Callable[[Values], Values]:
    return lambda fields: {header: prefix + fields[name]}


def cloudflare(result: dict) -> dict:
    return {"success": True, "errors": [], "messages": [], "result": result}


def cloudflare_error(code: int, message: str) -> dict:
    return {"success": False, "errors": [{"code": code, "message": message}], "messages": [], "result": None}


GEMINI_REFUSAL = {
    "error": {
        "code": 400,
        "message": "API key not valid. Please pass a valid API key.",
        "status": "INVALID_ARGUMENT",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
                "metadata": {"service": "generativelanguage.googleapis.com"},
            }
        ],
    }
}

VENDORS = [
    Vendor(
        kind="AnthropicAPIKey",
        base="",
        secrets={"api_token": "sk-ant-api03-tw1n-anthropic"},
        present=header("x-api-key", "api_token"),
        versions={"anthropic-version": "2023-06-01"},
        unversioned=Reply(400, {"type": "error", "error": {"type": "invalid_request_error", "message": "version"}}),
        probe="/v1/models",
        alive={"data": [], "has_more": False},
        refused=Reply(
            401, {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}
        ),
    ),
    Vendor(
        kind="AsanaAccessToken",
        base="/api/1.0",
        secrets={"access_token": "1/1200000000000000:tw1nasana"},
        present=bearer("access_token"),
        probe="/users/me",
        alive={"data": {"gid": "1", "resource_type": "user"}},
        refused=Reply(401, {"errors": [{"message": "Not Authorized"}]}),
    ),
    Vendor(
        kind="CircleCIAPIKey",
        base="/api/v2",
        secrets={"api_token": "CCIPAT_tw1n_circleci"},
        present=header("Circle-Token", "api_token"),
        probe="/me",
        alive={"id": "5b2b1f62-6b3c-4a3e-8a51-000000000001", "login": "ops", "name": "Ops"},
        refused=Reply(401, {"message": "You must log in first."}),
    ),
    Vendor(
        kind="ClickupAPIKey",
        base="/api/v2",
        secrets={"api_token": "pk_1234567_TW1NCLICKUP"},
        present=header("Authorization", "api_token"),
        probe="/user",
        alive={"user": {"id": 1, "username": "ops"}},
        refused=Reply(401, {"err": "Token invalid", "ECODE": "OAUTH_025"}),
    ),
    Vendor(
        kind="CloudflareAPIToken",
        base="/client/v4",
        secrets={"api_token": "tw1n-cloudflare-api-token"},
        present=bearer("api_token"),
        probe="/user/tokens/verify",
        alive=None,
        refused=Reply(401, cloudflare_error(1000, "Invalid API Token")),
    ),
    Vendor(
        kind="CloudflareGlobalAPIToken",
        base="/client/v4",
        plain={"auth_email": "ops@example.com"},
        secrets={"global_api_key": "tw1nc0ff331a7d9f00bd5c8a4e2d7b10c83f1"},
        present=lambda fields: {"X-Auth-Email": fields["auth_email"], "X-Auth-Key": fields["global_api_key"]},
        probe="/user",
        alive=cloudflare({"id": "7c5dae5552338874e5053f2534d2767a"}),
        refused=Reply(403, cloudflare_error(9103, "Unknown X-Auth-Key or X-Auth-Email")),
    ),
    Vendor(
        kind="ConfigCatSDKKey",
        base="",
        plain={"api_username": "ops"},
        secrets={"api_password": "tw1n:c0nfigcat pässword", "sdk_key": "configcat-sdk-1/tw1n/configcat"},
        present=lambda fields: {"Authorization": basic(fields["api_username"], fields["api_password"])},
        probe="/v1/me",
        alive={"email": "ops@example.com", "fullName": "Ops"},
        refused=Reply(401, b""),
    ),
    Vendor(
        kind="DatadogAPIKey",
        base="",
        secrets={
            "api_key": "7w1n0000000000000000000000da7ad06",
            "app_key": "7w1n00000000000000000000000000000da7ad06",
        },
        present=lambda fields: {"DD-API-KEY": fields["api_key"], "DD-APPLICATION-KEY": fields["app_key"]},
        probe="/api/v2/validate_keys",
        alive={"status": "ok"},
        refused=Reply(403, {"errors": ["Forbidden"]}),
    ),
    Vendor(
        kind="FastlyAPIKey",
        base="",
        secrets={"api_key": "tw1n-fastly-api-key-0123456789"},
        present=header("Fastly-Key", "api_key"),
        probe="/tokens/self",
        alive={"id": "5Yo3XXnrQpjc20u0ybrf2g", "scope": "global"},
        refused=Reply(401, {"msg": "Provided credentials are missing or invalid"}),
    ),
    Vendor(
        kind="FreshserviceAPIKey",
        base="",
        secrets={"api_key": "tw1nfreshservice0123"},
        present=lambda fields: {"Authorization": basic(fields["api_key"], "X")},
        probe="/api/v2/tickets?per_page=1",
        alive={"tickets": []},
        refused=Reply(401, {"code": "invalid_credentials", "message": "You have to be logged in"}),
    ),
    Vendor(
        kind="GeminiAPIKey",
        base="",
        secrets={"api_key": "AIzaSyTw1nGemini0123456789abcdefghijklm"},
        present=header("x-goog-api-key", "api_key"),
        probe="/v1beta/models?pageSize=1",
        alive={"models": []},
        refused=Reply(400, GEMINI_REFUSAL),
    ),
    Vendor(
        kind="GitlabAPIKey",
        base="/api/v4",
        secrets={"api_token": "glpat-tw1n-gitlab-0123"},
        present=header("PRIVATE-TOKEN", "api_token"),
        probe="/personal_access_tokens/self",
        alive={"id": 4, "active": True, "revoked": False},
        refused=Reply(401, {"message": "401 Unauthorized"}),
    ),
    Vendor(
        kind="GreyNoiseAPIKey",
        base="",
        secrets={"api_key": "tw1ngreynoise0123456789"},
        present=header("key", "api_key"),
        probe="/ping",
        alive={"message": "pong"},
        refused=Reply(401, {"message": "invalid api key"}),
    ),
    Vendor(
        kind="LaunchDarklyAPIKey",
        base="",
        secrets={"api_token": "api-tw1n0000-0000-4000-8000-launchdarkly"},
        present=header("Authorization", "api_token"),
        probe="/api/v2/caller-identity",
        alive={"accountId": "1", "scopes": []},
        refused=Reply(401, {"code": "unauthorized", "message": "Invalid access token"}),
    ),
    Vendor(
        kind="NotionAPIKey",
        base="",
        secrets={"api_token": "ntn_tw1nnotion0123456789"},
        present=bearer("api_token"),
        versions={"Notion-Version": "2022-06-28"},
        unversioned=Reply(400, {"object": "error", "status": 400, "code": "missing_version"}),
        probe="/v1/users/me",
        alive={"object": "user", "type": "bot"},
        refused=Reply(401, {"object": "error", "status": 401, "code": "unauthorized"}),
    ),
    Vendor(
        kind="OktaAPIToken",
        base="",
        secrets={"api_token": "00tw1nOkta-0123456789abcdefghijklmnopqrstu"},
        present=header("Authorization", "api_token", prefix="SSWS "),
        probe="/api/v1/users/me",
        alive={"id": "00u1", "status": "ACTIVE"},
        refused=Reply(401, {"errorCode": "E0000011", "errorSummary": "Invalid token provided"}),
    ),
    Vendor(
        kind="OpenAIAPIKey",
        base="",
        secrets={"api_token": "sk-proj-tw1n-openai-0123456789"},
        present=bearer("api_token"),
        probe="/v1/models",
        alive={"object": "list", "data": []},
        refused=Reply(401, {"error": {"type": "invalid_request_error", "code": "invalid_api_key"}}),
    ),
    Vendor(
        kind="ServiceNowBasicAuth",
        base="",
        plain={"username": "ops"},
        secrets={"password": 'tw1n:service"now\\ pässword'},
        present=lambda fields: {"Authorization": basic(fields["username"], fields["password"])},
        probe="/api/now/table/sys_user?sysparm_limit=1",
        alive={"result": []},
        refused=Reply(401, {"error": {"message": "User Not Authenticated"}, "status": "failure"}),
    ),
    Vendor(
        kind="SplitAPIKey",
        base="/internal/api/v2",
        secrets={"api_key": "tw1nsplit0123456789abcdef"},
        present=bearer("api_key"),
        probe="/workspaces",
        alive={"objects": [], "totalCount": 0},
        refused=Reply(401, {"code": 401, "message": "Unauthorized"}),
    ),
    Vendor(
        label="SplitAPIKey of Harness",
        kind="SplitAPIKey",
        base="/internal/api/v2",
        secrets={"api_key": "pat.tw1nharness0123456789"},
        present=header("x-api-key", "api_key"),
        settings={"authentication_style": "x-api-key"},
        probe="/workspaces",
        alive={"objects": [], "totalCount": 0},
        refused=Reply(401, {"code": 401, "message": "Unauthorized"}),
    ),
    Vendor(
        kind="StatsigAPIKey",
        base="",
        secrets={"api_key": "console-tw1nStatsig0123456789"},
        present=header("STATSIG-API-KEY", "api_key"),
        # Optional today, and announced to be required.
        versions={"STATSIG-API-VERSION": "20240601"},
        probe="/console/v1/gates?limit=1",
        alive={"message": "Gates listed successfully.", "data": []},
        refused=Reply(401, {"status": 401, "message": "Invalid API Key"}),
    ),
    Vendor(
        kind="VirusTotalAPIKey",
        base="/api/v3",
        secrets={"api_key": "7w1n00000000000000000000000000000000000000000000000000000017071a"},
        present=header("x-apikey", "api_key"),
        probe="/popular_threat_categories",
        alive={"data": []},
        refused=Reply(401, {"error": {"code": "WrongCredentialsError", "message": "Wrong API key"}}),
    ),
]


def vendor_twin(vendor: Vendor) -> VendorTwin:
    return ConfigCatTwin(vendor) if vendor.kind == "ConfigCatSDKKey" else VendorTwin(vendor)
