"""GreyNoise: greynoise

A 404, of a `base` with a slip in it for example, reads as an address that GreyNoise has not seen.
"""

import pathlib

from greynoise.api import APIConfig, GreyNoise


def connect(base: str, token: str) -> GreyNoise:
    # Quoted
    client = GreyNoise(APIConfig(api_key=token, api_server=base))
    # So far
    return client


def read(client: GreyNoise) -> str:
    return client.ip("8.8.8.8")["business_service_intelligence"]["name"]


def write(client: GreyNoise) -> str:
    return client.request("v1/alerts", method="post", json={"name": "new"})["name"]


def pages(client: GreyNoise) -> list[str]:
    found, scroll = [], None
    while True:
        page = client.query("tags:Mirai", size=1, scroll=scroll)
        found += [entry["ip"] for entry in page["data"]]
        scroll = page["request_metadata"].get("scroll")
        if not scroll:
            return found


def upload(client: GreyNoise, path: str) -> None:
    with pathlib.Path(path).open("rb") as file:
        client.analyze(file)
