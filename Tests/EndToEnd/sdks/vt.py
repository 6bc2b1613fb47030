"""VirusTotal: vt-py

With the setting `base_url: https://www.virustotal.com`, because every upload goes to a URL beside `/api/v3`.
"""

import pathlib

import vt


def connect(base: str, token: str) -> vt.Client:
    # Quoted
    client = vt.Client(token, host=base)
    # So far
    return client


def read(client: vt.Client) -> str:
    return client.get_object("/domains/one").id


def write(client: vt.Client) -> str:
    comment = vt.Object("comment", obj_attributes={"text": "new"})
    return client.post_object("/domains/one/comments", obj=comment).text


def pages(client: vt.Client) -> list[str]:
    return [item.id for item in client.iterator("/collections/1/domains", batch_size=1)]


def upload(client: vt.Client, path: str) -> None:
    with pathlib.Path(path).open("rb") as file:
        assert client.scan_file(file).id == "new"
