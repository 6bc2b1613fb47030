"""Cloudflare: cloudflare

`CLOUDFLARE_BASE_URL` and `CLOUDFLARE_API_TOKEN` do the same. With `CLOUDFLARE_EMAIL` or `CLOUDFLARE_API_KEY` in the
environment no token is sent, not even one that is passed: take them out.
"""

import pathlib

from cloudflare import Cloudflare


def connect(base: str, token: str) -> Cloudflare:
    # Quoted
    client = Cloudflare(base_url=base, api_token=token)
    # So far
    return client


def read(client: Cloudflare) -> str:
    return client.zones.get(zone_id="1").name


def write(client: Cloudflare) -> str:
    return client.dns.records.create(zone_id="1", type="A", name="new", content="192.0.2.1", ttl=60).name


def pages(client: Cloudflare) -> list[str]:
    return [zone.name for zone in client.zones.list(per_page=1)]


def upload(client: Cloudflare, path: str) -> None:
    place = {"account_id": "1", "namespace_id": "1"}
    client.kv.namespaces.values.update("key", value=pathlib.Path(path).read_bytes(), metadata="{}", **place)
