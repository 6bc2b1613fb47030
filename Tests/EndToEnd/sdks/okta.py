"""Okta: okta

Over plain HTTP with the variable `OKTA_TESTING_TESTINGDISABLEHTTPSCHECK=true` alone. `OKTA_CLIENT_ORGURL` and
`OKTA_CLIENT_TOKEN` do the same, unless there is an okta.yaml, which wins over them. `okta.pagination` ends a list
without an error when a later page is refused, or when the link to it has a comma.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from okta.client import Client


def connect(base: str, token: str) -> Client:
    # Quoted
    client = Client({"orgUrl": base, "token": token})
    # So far
    return client


def _result(called: Callable[[], Any]) -> Any:
    """What a method gives beside its response and its error, which it does not raise."""

    async def call() -> Any:
        value, _, fault = await called()
        if fault:
            raise RuntimeError(fault)
        return value

    return asyncio.run(call())


def read(client: Client) -> str:
    return _result(lambda: client.get_user("1")).profile.first_name


def write(client: Client) -> str:
    profile = {"login": "new@example.com", "firstName": "new"}
    return _result(lambda: client.create_user({"profile": profile})).profile.first_name


def pages(client: Client) -> list[str]:
    from okta.pagination import paginate_all

    async def collect() -> list[str]:
        return [user.profile.first_name async for user in paginate_all(client.list_users, limit=1)]

    return asyncio.run(collect())
