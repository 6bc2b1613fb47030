"""Anthropic: anthropic

`ANTHROPIC_BASE_URL` and `ANTHROPIC_API_KEY` do the same. The SDK's `anthropic-version` replaces the setting
`api_version`.
"""

import pathlib

from anthropic import Anthropic

PROMPT = {"model": "one", "max_tokens": 10, "messages": [{"role": "user", "content": "Hello"}]}


def connect(base: str, token: str) -> Anthropic:
    # Quoted
    client = Anthropic(base_url=base, api_key=token)
    # So far
    return client


def read(client: Anthropic) -> str:
    return client.models.retrieve("one").id


def write(client: Anthropic) -> str:
    return client.messages.create(**PROMPT).content[0].text


def pages(client: Anthropic) -> list[str]:
    return [model.id for model in client.models.list(limit=1)]


def stream(client: Anthropic) -> list[str]:
    with client.messages.stream(**PROMPT) as events:
        return list(events.text_stream)


def upload(client: Anthropic, path: str) -> None:
    assert client.beta.files.upload(file=pathlib.Path(path)).id == "new"
