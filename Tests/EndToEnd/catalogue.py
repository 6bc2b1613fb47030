"""The 24 integrations and 25 credential types, each with a valid body and what is special in it.

This is what the tests expect, written apart from the server's own catalogue so that the two check each other.
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from twins.google import private_key

Path = tuple[str | int, ...]
CREDENTIALS: Path = ("data", "attributes", "integration", "credentials")
INTEGRATION: Path = ("data", "attributes", "integration")


@dataclass(frozen=True)
class CredentialType:
    """One credential type of one integration."""

    integration: str
    name: str
    plain: dict[str, Any]
    """Required fields that are no secrets."""
    secrets: tuple[str, ...] = ()
    """Secret fields, all of them required."""
    optional: dict[str, Any] = field(default_factory=dict)
    """Fields that a body may leave out."""
    destination: tuple[str, ...] = ()
    """Fields that decide where the secrets go."""
    integration_fields: dict[str, Any] = field(default_factory=dict)
    """Required fields that stand beside `credentials`."""

    def __str__(self) -> str:
        return self.name

    def create(
        self, name: str = "a connection", secret: Callable[[str], str] = lambda label: f"s3cr3t-{label}"
    ) -> dict:
        """A valid create body with every field, each secret made by `secret` from its label."""
        credentials = {"type": self.name, **copy.deepcopy(self.plain), **copy.deepcopy(self.optional)}
        credentials |= {label: usable(label, secret(label)) for label in self.secrets}
        for token in credentials.get("tokens", []):
            token["value"] = secret(f"token-{token['name']}")
        integration = {"type": self.integration, **self.integration_fields, "credentials": credentials}
        return connection(name, integration)

    def patch(self, credentials: dict | None = None, /, **integration_fields: Any) -> dict:
        """A PATCH body that sends just these fields of the credentials and of the integration."""
        integration = {"type": self.integration, **integration_fields}
        if credentials is not None:
            integration["credentials"] = {"type": self.name, **credentials}
        return connection(None, integration)

    def required_paths(self) -> list[Path]:
        """Where every required member of a create body stands, from the top down."""
        paths: list[Path] = [("data",), ("data", "type"), ("data", "attributes"), ("data", "attributes", "name")]
        paths += [INTEGRATION, (*INTEGRATION, "type"), CREDENTIALS, (*CREDENTIALS, "type")]
        paths += [(*INTEGRATION, name) for name in self.integration_fields]
        paths += [(*CREDENTIALS, name) for name in (*self.plain, *self.secrets)]
        if self.name == "HTTPTokenAuth":
            paths += [(*CREDENTIALS, "tokens", 0, name) for name in ("name", "type", "value")]
            paths += [(*CREDENTIALS, "headers", 0, name) for name in ("name", "value")]
            paths += [(*CREDENTIALS, "url_parameters", 0, name) for name in ("name", "value")]
        return paths

    def every_path(self) -> list[Path]:
        """Where every member and entry of the full create body stands."""
        return [path for path in walk(self.create()) if path]

    def secret_paths(self) -> list[Path]:
        """Where every secret of the full create body stands."""
        tokens = self.optional.get("tokens", [])
        paths: list[Path] = [(*CREDENTIALS, name) for name in self.secrets]
        return paths + [(*CREDENTIALS, "tokens", index, "value") for index in range(len(tokens))]


def usable(label: str, secret: str) -> str:
    """The secret; for a private key one that can sign: PEM may have a text before it (RFC 7468, section 2)."""
    return secret if label != "private_key" or "-----BEGIN" in secret else f"{secret}\n{private_key()}"


def connection(name: str | None, integration: dict | None) -> dict:
    """A create or PATCH body."""
    attributes: dict[str, Any] = {}
    if name is not None:
        attributes["name"] = name
    if integration is not None:
        attributes["integration"] = integration
    return {"data": {"type": "action_connection", "attributes": attributes}}


def walk(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in a JSON value, from the top down."""
    yield path
    if isinstance(value, dict):
        for key, member in value.items():
            yield from walk(member, (*path, key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from walk(entry, (*path, index))


def at(body: Any, path: Path) -> Any:
    """What stands at a place of a JSON value."""
    for step in path:
        body = body[step]
    return body


def without(body: dict, path: Path) -> dict:
    """A copy of a JSON value with one member missing."""
    body = copy.deepcopy(body)
    del at(body, path[:-1])[path[-1]]
    return body


def replacing(body: dict, path: Path, value: Any) -> dict:
    """A copy of a JSON value with one place set to something else; the place may be new."""
    body = copy.deepcopy(body)
    at(body, path[:-1])[path[-1]] = value
    return body


def pointer(path: Path) -> str:
    """A place as a JSON Pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def answered(attributes: dict) -> dict:
    """The attributes that an answer holds for those that were sent: the secrets are empty, all else is the same."""
    attributes = copy.deepcopy(attributes)
    credentials = attributes["integration"]["credentials"]
    kind = BY_NAME[credentials["type"]]
    for name in kind.secrets:
        credentials[name] = ""
    for token in credentials.get("tokens", []):
        token["value"] = ""
    return attributes


CATALOGUE = [
    CredentialType("AWS", "AWSAssumeRole", {"account_id": "123456789012", "role": "keyway-actions"}),
    CredentialType("Anthropic", "AnthropicAPIKey", {}, ("api_token",)),
    CredentialType("Asana", "AsanaAccessToken", {}, ("access_token",)),
    CredentialType(
        "Azure",
        "AzureTenant",
        {
            "app_client_id": "4f9b6c1e-5a60-4c3c-9d6e-6c8d2f5b7a11",
            "tenant_id": "0d3c8a52-13f4-4a6c-8d1b-2f6f0a9f7c22",
        },
        ("client_secret",),
        optional={"custom_scopes": "api://keyway/.default"},
        destination=("tenant_id",),
    ),
    CredentialType("CircleCI", "CircleCIAPIKey", {}, ("api_token",)),
    CredentialType("Clickup", "ClickupAPIKey", {}, ("api_token",)),
    CredentialType("Cloudflare", "CloudflareAPIToken", {}, ("api_token",)),
    CredentialType("Cloudflare", "CloudflareGlobalAPIToken", {"auth_email": "ops@example.com"}, ("global_api_key",)),
    CredentialType("ConfigCat", "ConfigCatSDKKey", {"api_username": "ops"}, ("api_password", "sdk_key")),
    CredentialType(
        "Datadog",
        "DatadogAPIKey",
        {"datacenter": "us1.datadoghq.com"},
        ("api_key", "app_key"),
        optional={"subdomain": "acme"},
        destination=("datacenter",),
    ),
    CredentialType("Fastly", "FastlyAPIKey", {}, ("api_key",)),
    CredentialType(
        "Freshservice",
        "FreshserviceAPIKey",
        {"domain": "acme.freshservice.com"},
        ("api_key",),
        destination=("domain",),
    ),
    CredentialType(
        "GCP",
        "GCPServiceAccount",
        {"service_account_email": "actions@acme.iam.gserviceaccount.com"},
        ("private_key",),
    ),
    CredentialType("Gemini", "GeminiAPIKey", {}, ("api_key",)),
    CredentialType("Gitlab", "GitlabAPIKey", {}, ("api_token",)),
    CredentialType("GreyNoise", "GreyNoiseAPIKey", {}, ("api_key",)),
    CredentialType(
        "HTTP",
        "HTTPTokenAuth",
        {},
        optional={
            "tokens": [{"name": "key", "type": "SECRET"}, {"name": "tenant", "type": "SECRET"}],
            "headers": [{"name": "Authorization", "value": "Bearer {{ key }}"}, {"name": "X-Plain", "value": "yes"}],
            "url_parameters": [{"name": "tenant", "value": "{{ tenant }}"}],
            "body": {"content": '{"tenant":"{{ tenant }}"}', "content_type": "application/json"},
        },
        integration_fields={"base_url": "https://api.example.com/v1"},
    ),
    CredentialType("LaunchDarkly", "LaunchDarklyAPIKey", {}, ("api_token",)),
    CredentialType("Notion", "NotionAPIKey", {}, ("api_token",)),
    CredentialType("Okta", "OktaAPIToken", {"domain": "acme.okta.com"}, ("api_token",), destination=("domain",)),
    CredentialType("OpenAI", "OpenAIAPIKey", {}, ("api_token",)),
    CredentialType(
        "ServiceNow",
        "ServiceNowBasicAuth",
        {"instance": "acme", "username": "ops"},
        ("password",),
        destination=("instance",),
    ),
    CredentialType("Split", "SplitAPIKey", {}, ("api_key",)),
    CredentialType("Statsig", "StatsigAPIKey", {}, ("api_key",)),
    CredentialType("VirusTotal", "VirusTotalAPIKey", {}, ("api_key",)),
]

BY_NAME = {kind.name: kind for kind in CATALOGUE}
WITH_SECRETS = [kind for kind in CATALOGUE if kind.secret_paths()]
WITH_DESTINATION = [kind for kind in CATALOGUE if kind.destination]

assert len(CATALOGUE) == 25
assert len({kind.integration for kind in CATALOGUE}) == 24
