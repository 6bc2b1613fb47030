"""Gemini: google-genai

The bytes of `files.upload` are sent without the API key, so that without `client_args` Keyway refuses them. Keep the
client in a variable: it closes its connections when it is collected.
"""

from google import genai
from google.genai import types


def connect(base: str, token: str) -> genai.Client:
    # Quoted
    every_request = {"headers": {"x-goog-api-key": token}}
    options = types.HttpOptions(base_url=base, client_args=every_request)
    client = genai.Client(api_key=token, http_options=options)
    # So far
    return client


def read(client: genai.Client) -> str:
    return (client.models.get(model="one").name or "").removeprefix("models/")


def write(client: genai.Client) -> str:
    return client.models.generate_content(model="one", contents="Hello").text or ""


def pages(client: genai.Client) -> list[str]:
    return [(model.name or "").removeprefix("models/") for model in client.models.list(config={"page_size": 1})]


def stream(client: genai.Client) -> list[str]:
    return [chunk.text or "" for chunk in client.models.generate_content_stream(model="one", contents="Hello")]


def upload(client: genai.Client, path: str) -> None:
    assert client.files.upload(file=path, config={"mime_type": "text/plain"}).name == "files/new"
