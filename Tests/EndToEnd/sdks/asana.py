"""Asana: asana

Trusts certifi's roots alone: for a Keyway with a certificate of your own authority set `configuration.ssl_ca_cert`.
"""

import os

import asana


def connect(base: str, token: str) -> asana.ApiClient:
    # Quoted
    configuration = asana.Configuration()
    configuration.host = base
    configuration.access_token = token
    # So far
    configuration.ssl_ca_cert = os.environ["SSL_CERT_FILE"]
    return asana.ApiClient(configuration)


def read(client: asana.ApiClient) -> str:
    return asana.ProjectsApi(client).get_project("1", {})["name"]


def write(client: asana.ApiClient) -> str:
    return asana.TasksApi(client).create_task({"data": {"name": "new", "projects": ["1"]}}, {})["name"]


def pages(client: asana.ApiClient) -> list[str]:
    return [project["name"] for project in asana.ProjectsApi(client).get_projects({"workspace": "1", "limit": 1})]


def upload(client: asana.ApiClient, path: str) -> None:
    options = {"file": path, "parent": "1", "name": "long.txt"}
    assert asana.AttachmentsApi(client).create_attachment_for_object(options)["gid"] == "2"
