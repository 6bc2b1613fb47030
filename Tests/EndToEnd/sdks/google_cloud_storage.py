"""Google Cloud Storage: google-cloud-storage

The first use of a bucket also asks for the bucket, which rules must allow.
"""

import gzip
import hashlib
import pathlib

from google.cloud import storage
from google.oauth2.credentials import Credentials


def connect(base: str, token: str) -> storage.Client:
    # Quoted
    endpoint = {"api_endpoint": f"{base}/storage"}
    client = storage.Client(project="acme", credentials=Credentials(token), client_options=endpoint)
    # So far
    return client


def read(client: storage.Client) -> str:
    return client.bucket("bucket").blob("read").download_as_text()


def write(client: storage.Client) -> str:
    blob = client.bucket("bucket").blob("written")
    blob.upload_from_string("new")
    return blob.download_as_text()


def pages(client: storage.Client) -> list[str]:
    return [blob.name.removeprefix("page-") for blob in client.list_blobs("bucket", page_size=1, prefix="page-")]


def stream(client: storage.Client) -> list[str]:
    with client.bucket("bucket").blob("read").open("rb", chunk_size=2) as file:
        return [file.read(2).decode(), file.read(2).decode()]


def upload(client: storage.Client, path: str) -> None:
    blob = client.bucket("bucket").blob("long")
    blob.upload_from_filename(path)
    assert hashlib.sha256(blob.download_as_bytes()).digest() == hashlib.sha256(pathlib.Path(path).read_bytes()).digest()


def follow(client: storage.Client) -> str:
    blob = client.bucket("bucket").blob("read")
    blob.reload()
    assert blob.media_link.startswith(client._connection.API_BASE_URL.removesuffix("/storage"))
    return blob.download_as_text()


def decode(client: storage.Client) -> None:
    blob = client.bucket("bucket").blob("log")
    content = blob.download_as_bytes()
    assert content == b"a line of a log that is much like the others\n" * 5000
    assert gzip.decompress(blob.download_as_bytes(raw_download=True)) == content


def resume(client: storage.Client) -> None:
    content = b"0123456789abcdef" * 40_000
    blob = client.bucket("bucket").blob("backup")
    with blob.open("wb", chunk_size=256 * 1024) as file:
        file.write(content)
    assert blob.download_as_bytes() == content
