"""Notion: notion-client

The SDK's `Notion-Version` replaces the setting `api_version`.
"""

import pathlib

from notion_client import Client
from notion_client.helpers import collect_paginated_api


def connect(base: str, token: str) -> Client:
    # Quoted
    client = Client(auth=token, base_url=base)
    # So far
    return client


def read(client: Client) -> str:
    return client.users.retrieve("1")["name"]


def write(client: Client) -> str:
    title = {"title": [{"text": {"content": "new"}}]}
    page = client.pages.create(parent={"page_id": "1"}, properties={"title": title})
    return page["properties"]["title"]["title"][0]["text"]["content"]


def pages(client: Client) -> list[str]:
    return [user["name"] for user in collect_paginated_api(client.users.list, page_size=1)]


def upload(client: Client, path: str) -> None:
    with pathlib.Path(path).open("rb") as file:
        sent = client.file_uploads.send("1", file=("long.txt", file, "text/plain"))
    assert sent["status"] == "uploaded"
