"""Vendors' own SDKs, unmodified, pointed at Keyway: what is behind the first response stays inside.

Each follows links that the third party gives: pages, operations, uploads, downloads. A twin takes no header of the
caller's to Keyway, so that a request that went past Keyway shows.
"""

import io
import pathlib
from collections.abc import Iterator

import gitlab
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
from twins.twin import Twin

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

    def test_uploads_in_a_session(self, bucket: storage.Bucket, actor: Actor, twin: LinkingStorage) -> None:
        content = b"0123456789abcdef" * 40_000
        with bucket.blob("backup").open("wb", chunk_size=256 * 1024) as file:
            file.write(content)
        assert twin.objects == {"backup": content}
        uploads = [request.method for request in twin.acted if request.path.startswith("/upload/")]
        assert uploads == ["POST", "PUT", "PUT", "PUT"]
        assert_clean(twin)
