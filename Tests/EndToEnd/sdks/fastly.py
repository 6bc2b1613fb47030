"""Fastly: fastly

Real-time statistics have a host of their own: a second connection, of type HTTP.
"""

import pathlib

import fastly
from fastly.api.kv_store_item_api import KvStoreItemApi
from fastly.api.service_api import ServiceApi


def connect(base: str, token: str) -> fastly.ApiClient:
    # Quoted
    configuration = fastly.Configuration(host=base)
    configuration.api_token = token
    client = fastly.ApiClient(configuration)
    # So far
    return client


def read(client: fastly.ApiClient) -> str:
    return ServiceApi(client).get_service("1").name


def write(client: fastly.ApiClient) -> str:
    return ServiceApi(client).create_service(name="new", type="vcl").name


def pages(client: fastly.ApiClient) -> list[str]:
    found: list[str] = []
    while page := ServiceApi(client).list_services(page=len(found) + 1, per_page=1):
        found += [service.name for service in page]
    return found


def upload(client: fastly.ApiClient, path: str) -> None:
    KvStoreItemApi(client).kv_store_upsert_item("1", "key", body=pathlib.Path(path).read_text())
