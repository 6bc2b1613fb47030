"""OpenAI: openai

`_request_id` is OpenAI's own, which their support asks for. `OPENAI_BASE_URL` and `OPENAI_API_KEY` do the same.
`OPENAI_ORG_ID` and `OPENAI_PROJECT_ID` of the environment are sent along, and must fit the connection's key.
"""

import pathlib

from openai import OpenAI


def connect(base: str, token: str) -> OpenAI:
    # Quoted
    client = OpenAI(base_url=f"{base}/v1", api_key=token)
    # So far
    return client


def read(client: OpenAI) -> str:
    return client.models.retrieve("one").id


def write(client: OpenAI) -> str:
    answer = client.chat.completions.create(model="one", messages=[{"role": "user", "content": "Hello"}])
    assert answer._request_id == "req_of_openai"
    return answer.choices[0].message.content or ""


def pages(client: OpenAI) -> list[str]:
    return [file.id for file in client.files.list(limit=1)]


def stream(client: OpenAI) -> list[str]:
    messages = [{"role": "user", "content": "Hello"}]
    events = client.chat.completions.create(model="one", messages=messages, stream=True)
    return [event.choices[0].delta.content or "" for event in events]


def upload(client: OpenAI, path: str) -> None:
    assert client.files.create(file=pathlib.Path(path), purpose="batch").id == "new"
