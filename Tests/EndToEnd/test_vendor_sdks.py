"""Vendors' own SDKs, unmodified, pointed at Keyway: what is behind the first response stays inside.

Each follows links that the third party gives: pages, operations, uploads, downloads. A twin takes no header of the
caller's to Keyway, so that a request that went past Keyway shows.
"""

import dataclasses
import gzip
import io
import pathlib
from collections.abc import Iterator

import gitlab
import notion_client
import openai
import pytest
import vt
from acting import Actor, act_events, acting, assert_clean
from azure.core.credentials import AccessTokenInfo
from azure.core.pipeline.policies import HeadersPolicy
from azure.mgmt.resource.resources import ResourceManagementClient
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage
from harness import CONNECTIONS, PATIENCE
from twins.linking import LinkingAzure, LinkingGitLab, LinkingStorage, LinkingVirusTotal
from twins.models import OpenAITwin
from twins.twin import Twin
from twins.upstream import Received, Reply
from twins.vendors import VENDORS, VendorTwin

SUBSCRIPTION = "0b1f6471"


@pytest.fixture
def actor(tmp_path: pathlib.Path) -> Iterator[Actor]:
    with acting(tmp_path) as actor:
        yield actor


def proxy(actor: Actor, twin: Twin) -> str:
    """The address below which a connection leads to the twin's root."""
    connection_id = actor.connect(twin, base_url=twin.origin)
    return f"http://127.0.0.1:{actor.server.port}{CONNECTIONS}/{connection_id}/proxy"


def assert_inside(actor: Actor, twin: Twin, tmp_path: pathlib.Path, count: int) -> None:
    """So many requests came to the twin, all of them acts."""
    assert_clean(twin)
    assert len(twin.acted) == count
    intents = [event for event in act_events(tmp_path / "data") if event["details"]["phase"] == "intent"]
    assert len(intents) == count


class TestPythonGitLab:
    def test_lists_all_pages(self, actor: Actor, tmp_path: pathlib.Path) -> None:
        with LinkingGitLab() as twin:
            client = gitlab.Gitlab(proxy(actor, twin), private_token="x")
            client.headers.update(actor.server.keys.headers)
            assert [project.id for project in client.projects.list(get_all=True)] == [11, 12, 21, 22, 31, 32]
            assert_inside(actor, twin, tmp_path, 3)


class TestVirusTotal:
    def test_uploads_a_file(self, actor: Actor, tmp_path: pathlib.Path) -> None:
        with LinkingVirusTotal() as twin:
            with vt.Client("x", host=proxy(actor, twin), headers=actor.server.keys.headers) as client:
                analysis = client.scan_file(io.BytesIO(b"0123456789"))
            assert analysis.id == "YmEx"
            assert b"0123456789" in twin.acted[-1].body
            assert_inside(actor, twin, tmp_path, 2)


class TestOpenAI:
    @pytest.fixture
    def twin(self) -> Iterator[OpenAITwin]:
        with OpenAITwin() as twin:
            yield twin

    @pytest.fixture
    def client(self, actor: Actor, twin: OpenAITwin) -> openai.OpenAI:
        return openai.OpenAI(
            base_url=f"{proxy(actor, twin)}/v1", api_key="x", default_headers=actor.server.keys.headers
        )

    def test_lists_and_completes(
        self, client: openai.OpenAI, actor: Actor, twin: OpenAITwin, tmp_path: pathlib.Path
    ) -> None:
        assert [model.id for model in client.models.list()] == ["m1", "m2"]
        answer = client.chat.completions.create(model="m1", messages=[{"role": "user", "content": "Hello"}])
        assert answer.choices[0].message.content == "Hello there"
        assert answer._request_id == "req_of_openai", "OpenAI's own id, which their support asks for"
        assert_inside(actor, twin, tmp_path, 2)

    def test_streams(self, client: openai.OpenAI, twin: OpenAITwin) -> None:
        messages = [{"role": "user", "content": "Hello"}]
        events = client.chat.completions.create(model="m1", messages=messages, stream=True)
        assert [event.choices[0].delta.content for event in events] == ["Hello", " there"]
        assert_clean(twin)

    def test_uploads_a_long_file(self, client: openai.OpenAI, twin: OpenAITwin) -> None:
        content = b"0123456789abcdef" * (3 << 16)
        assert client.files.create(file=("f.jsonl", content), purpose="batch").id == "file-1"
        assert content in twin.acted[-1].body
        assert_clean(twin)


class NotionTwin(VendorTwin):
    """Lists of users by pages, and parts of files (developers.notion.com/reference)."""

    def __init__(self) -> None:
        # The SDK's own version wins over that of the connection.
        vendor = next(vendor for vendor in VENDORS if vendor.kind == "NotionAPIKey")
        super().__init__(dataclasses.replace(vendor, versions={}))

    def respond(self, request: Received, path: str) -> Reply | None:
        if path == "/v1/users":
            cursor = dict(request.query).get("start_cursor")
            user = {"object": "user", "id": cursor or "first"}
            more = {"has_more": not cursor, "next_cursor": None if cursor else "second"}
            return Reply(200, {"object": "list", "results": [user], **more})
        if path == "/v1/file_uploads/1/send":
            return Reply(200, {"object": "file_upload", "id": "1", "status": "uploaded"})
        return super().respond(request, path)


class TestNotion:
    def test_lists_all_pages_and_uploads_a_long_file(self, actor: Actor, tmp_path: pathlib.Path) -> None:
        with NotionTwin() as twin:
            client = notion_client.Client(auth="x", base_url=proxy(actor, twin))
            client.client.headers.update(actor.server.keys.headers)
            users = notion_client.helpers.collect_paginated_api(client.users.list)
            assert [user["id"] for user in users] == ["first", "second"]
            content = b"0123456789abcdef" * (3 << 16)
            sent = client.file_uploads.send("1", file=("f.bin", io.BytesIO(content), "application/octet-stream"))
            assert sent["status"] == "uploaded"
            assert content in twin.acted[-1].body
            assert_inside(actor, twin, tmp_path, 3)


class AnyToken:
    """A credential whose token Keyway replaces."""

    def get_token_info(self, *scopes: str, **_: object) -> AccessTokenInfo:
        return AccessTokenInfo("x", 4_000_000_000)


class TestAzureResourceManager:
    @pytest.fixture
    def twin(self) -> Iterator[LinkingAzure]:
        with LinkingAzure() as twin:
            yield twin

    @pytest.fixture
    def client(self, actor: Actor, twin: LinkingAzure) -> ResourceManagementClient:
        return ResourceManagementClient(
            AnyToken(),
            SUBSCRIPTION,
            base_url=proxy(actor, twin),
            credential_scopes=["https://management.azure.com/.default"],
            headers_policy=HeadersPolicy(actor.server.keys.headers),
            polling_interval=0,
        )

    def test_lists_all_pages(
        self, client: ResourceManagementClient, actor: Actor, twin: LinkingAzure, tmp_path: pathlib.Path
    ) -> None:
        groups = client.resource_groups.list(enforce_https=False)
        assert [group.name for group in groups] == ["g1", "g2", "g3"]
        assert_inside(actor, twin, tmp_path, 3)

    def test_waits_for_an_operation_by_location(
        self, client: ResourceManagementClient, actor: Actor, twin: LinkingAzure, tmp_path: pathlib.Path
    ) -> None:
        client.resource_groups.begin_delete("g1", enforce_https=False).result(timeout=PATIENCE)
        assert_inside(actor, twin, tmp_path, 3)

    def test_waits_for_an_operation_by_its_status(
        self, client: ResourceManagementClient, actor: Actor, twin: LinkingAzure, tmp_path: pathlib.Path
    ) -> None:
        thing = client.resources.begin_create_or_update_by_id(
            f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g1/providers/Twin.Things/things/thing",
            api_version="2024-01-01",
            parameters={"location": "westeurope"},
            enforce_https=False,
        ).result(timeout=PATIENCE)
        assert thing.name == "thing"
        assert_inside(actor, twin, tmp_path, 4)


class TestGoogleCloudStorage:
    @pytest.fixture
    def twin(self) -> Iterator[LinkingStorage]:
        with LinkingStorage() as twin:
            yield twin

    @pytest.fixture
    def bucket(self, actor: Actor, twin: LinkingStorage) -> storage.Bucket:
        client = storage.Client(
            project="p",
            credentials=AnonymousCredentials(),
            client_options={"api_endpoint": proxy(actor, twin)},
            extra_headers=actor.server.keys.headers,
        )
        return client.bucket("bucket")

    def test_downloads_by_the_media_link(self, bucket: storage.Bucket, actor: Actor, twin: LinkingStorage) -> None:
        twin.objects["report"] = b"0123456789" * 1000
        blob = bucket.blob("report")
        blob.reload()
        assert blob.media_link.startswith(f"http://127.0.0.1:{actor.server.port}{CONNECTIONS}/")
        assert blob.self_link.startswith(f"http://127.0.0.1:{actor.server.port}{CONNECTIONS}/")
        assert blob.download_as_bytes() == twin.objects["report"]
        # The client asks for the bucket at some time, on a thread of its own.
        downloads = [request.path for request in twin.acted if request.path != "/storage/v1/b/bucket"]
        assert downloads[-1] == "/download/storage/v1/b/bucket/o/report"
        assert_clean(twin)

    def test_downloads_what_is_stored_as_gzip(self, bucket: storage.Bucket, twin: LinkingStorage) -> None:
        content = b"a line of a log that is much like the others\n" * 5000
        twin.objects["log"] = gzip.compress(content)
        twin.coded.add("log")
        blob = bucket.blob("log")
        assert blob.download_as_bytes() == content
        assert blob.download_as_bytes(raw_download=True) == twin.objects["log"]
        assert twin.acted[-1].all("Accept-Encoding") == ["gzip"]
        assert_clean(twin)

    def test_uploads_in_a_session(self, bucket: storage.Bucket, actor: Actor, twin: LinkingStorage) -> None:
        content = b"0123456789abcdef" * 40_000
        with bucket.blob("backup").open("wb", chunk_size=256 * 1024) as file:
            file.write(content)
        assert twin.objects == {"backup": content}
        uploads = [request.method for request in twin.acted if request.path.startswith("/upload/")]
        assert uploads == ["POST", "PUT", "PUT", "PUT"]
        assert_clean(twin)

    @pytest.mark.parametrize("length", [3 << 20, 10 << 20], ids=["at once", "in a session"])
    def test_uploads_long_objects(self, bucket: storage.Bucket, twin: LinkingStorage, length: int) -> None:
        """In one request of two parts below 8 MiB, beyond in a session of one."""
        content = bytes(range(256)) * (length // 256)
        bucket.blob("long").upload_from_file(io.BytesIO(content), size=len(content))
        assert twin.objects == {"long": content}
        uploads = [request.method for request in twin.acted if request.path.startswith("/upload/")]
        assert uploads == (["POST"] if length < 8 << 20 else ["POST", "PUT"])
        assert_clean(twin)
