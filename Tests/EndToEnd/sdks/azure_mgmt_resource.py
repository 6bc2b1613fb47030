"""Azure: azure-mgmt-resource

The client of `azure.mgmt.resource.resources`. Over plain HTTP each call needs `enforce_https=False`.
"""

from types import SimpleNamespace

from azure.core.credentials import AccessTokenInfo
from azure.mgmt.resource.resources import ResourceManagementClient

SUBSCRIPTION = "0b1f6471"


def connect(base: str, token: str) -> ResourceManagementClient:
    # Quoted
    access = AccessTokenInfo(token, 4_000_000_000)
    credential = SimpleNamespace(get_token_info=lambda *scopes, **options: access)
    scopes = ["https://management.azure.com/.default"]
    client = ResourceManagementClient(credential, SUBSCRIPTION, base_url=base, credential_scopes=scopes)
    # So far
    client.allowed = {"enforce_https": base.startswith("https:")}
    return client


def read(client: ResourceManagementClient) -> str:
    return client.resource_groups.get("one", **client.allowed).name


def write(client: ResourceManagementClient) -> str:
    return client.resource_groups.create_or_update("new", {"location": "westeurope"}, **client.allowed).name


def pages(client: ResourceManagementClient) -> list[str]:
    return [group.name for group in client.resource_groups.list(**client.allowed)]


def wait(client: ResourceManagementClient) -> str:
    client.resource_groups.begin_delete("one", polling_interval=0, **client.allowed).result()
    begun = client.resources.begin_create_or_update_by_id(
        "/subscriptions/0b1f6471/resourceGroups/one/providers/Twin.Things/things/thing",
        api_version="2024-01-01",
        parameters={"location": "westeurope"},
        polling_interval=0,
        **client.allowed,
    )
    return begun.result().name
