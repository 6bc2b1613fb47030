"""ServiceNow: pysnc

HTTPS only. Its batches (`update_multiple`, `delete_multiple`) name their requests below the base URL's path, where
ServiceNow does not look: change and delete records one by one.
"""

import pathlib

from pysnc import ServiceNowClient


def connect(base: str, token: str) -> ServiceNowClient:
    # Quoted
    client = ServiceNowClient(base, ("token", token))
    # So far
    return client


def read(client: ServiceNowClient) -> str:
    record = client.GlideRecord("incident")
    record.get("1")
    return record.get_value("number")


def write(client: ServiceNowClient) -> str:
    record = client.GlideRecord("incident")
    record.initialize()
    record.short_description = "new"
    record.insert()
    return record.get_value("short_description")


def pages(client: ServiceNowClient) -> list[str]:
    records = client.GlideRecord("incident", batch_size=1)
    records.query()
    return [record.get_value("number") for record in records]


def upload(client: ServiceNowClient, path: str) -> None:
    with pathlib.Path(path).open("rb") as file:
        client.Attachment("incident").add_attachment("1", "long.txt", file, "text/plain")
