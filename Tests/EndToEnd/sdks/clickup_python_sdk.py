"""ClickUp: clickup-python-sdk

Address and token are the class's: of two clients of one process both have those of the later one. `upload_file` shows
no refusal, and filters of `get_tasks` are not escaped.
"""

import pathlib

from clickup_python_sdk.api import ClickupClient
from clickup_python_sdk.clickupobjects.list import List
from clickup_python_sdk.clickupobjects.task import Task


def connect(base: str, token: str) -> ClickupClient:
    # Quoted
    ClickupClient.API = f"{base}/api/"
    client = ClickupClient.init(user_token=token)
    # So far
    return client


def read(client: ClickupClient) -> str:
    return client.get_task("1")["name"]


def write(client: ClickupClient) -> str:
    return List(id="1").create_task("new")["name"]


def pages(client: ClickupClient) -> list[str]:
    return [task["name"] for task in List(id="1").get_tasks()]


def upload(client: ClickupClient, path: str) -> None:
    with pathlib.Path(path).open("rb") as file:
        Task(id="1").upload_file({"attachment": ("long.txt", file, "text/plain")})
