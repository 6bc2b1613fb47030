"""Split: splitapiclient

Without `base_url_v3` the token goes to api.split.io with each use of flag sets. A 429 is repeated every five seconds
for ever, also one of the connection's `rate`.
"""

from splitapiclient.main import get_client
from splitapiclient.main.sync_apiclient import SyncApiClient


def connect(base: str, token: str) -> SyncApiClient:
    # Quoted
    bases = {"base_url": f"{base}/internal/api/v2", "base_url_v3": f"{base}/api/v3"}
    client = get_client({"apikey": token, **bases})
    # So far
    return client


def read(client: SyncApiClient) -> str:
    return client.splits.get("one", "workspace").name


def write(client: SyncApiClient) -> str:
    return client.splits.add({"name": "new"}, "user", "workspace").name


def pages(client: SyncApiClient) -> list[str]:
    return [split.name for split in client.splits.list("workspace")]


def flag_sets(client: SyncApiClient) -> list[str]:
    return [flag_set.name for flag_set in client.flag_sets.list("workspace")]
