"""Third parties whose responses hold absolute links, as the vendors give them: to pages, operations and uploads."""

import base64
import gzip
import hashlib
import json
import re
from typing import Any

import google_crc32c

from twins.azure import AzureTwin
from twins.google import GoogleTwin
from twins.twin import Twin
from twins.upstream import Received, Reply
from twins.vendors import VENDORS, VendorTwin


class LinkingGitLab(VendorTwin):
    """Lists of projects by pages, whose header Link names the others (docs.gitlab.com/api/rest/#pagination)."""

    pages = 3

    def __init__(self) -> None:
        super().__init__(next(vendor for vendor in VENDORS if vendor.kind == "GitlabAPIKey"))

    def respond(self, request: Received, path: str) -> Reply | None:
        if path != "/projects":
            return super().respond(request, path)
        page = int(dict(request.query).get("page", "1"))

        def link(number: int, relation: str) -> str:
            return f'<{self.base_url}/projects?page={number}&per_page=2>; rel="{relation}"'

        links = [link(1, "first"), link(self.pages, "last")]
        if page < self.pages:
            links.insert(0, link(page + 1, "next"))
        projects = [{"id": page * 10 + number, "name": f"p{page}{number}"} for number in (1, 2)]
        return Reply(200, projects, [("Link", ", ".join(links)), ("X-Page", str(page)), ("X-Per-Page", "2")])


class LinkingVirusTotal(VendorTwin):
    """Uploads go to a URL that is asked for first (docs.virustotal.com/reference/files-upload-url)."""

    upload = "/_ah/upload/AMmfu6b-_DXUeFe36Sb3b0F4B8mH9Nb-CHbRoUNVOPwG/"

    def __init__(self) -> None:
        super().__init__(next(vendor for vendor in VENDORS if vendor.kind == "VirusTotalAPIKey"))

    def answer(self, request: Received) -> Reply:
        if request.path != self.upload:
            return super().answer(request)
        self.refuse_unwanted(request)
        self.verify(request)
        links = {"self": f"{self.base_url}/analyses/1"}
        return Reply(200, {"data": {"type": "analysis", "id": "YmEx", "links": links}})

    def respond(self, request: Received, path: str) -> Reply | None:
        if path == "/files/upload_url":
            return Reply(200, {"data": self.origin + self.upload})
        return super().respond(request, path)


class LinkingAzure(AzureTwin):
    """Lists with nextLink, and long-running operations by Location and by Azure-AsyncOperation."""

    def __init__(self) -> None:
        super().__init__()
        self.polls: dict[str, int] = {}

    def poll(self, name: str) -> bool:
        """Whether an operation is over: it is at the second look."""
        self.polls[name] = self.polls.get(name, 0) + 1
        return self.polls[name] > 1

    def respond(self, request: Received, path: str) -> Reply | None:
        query = dict(request.query)
        subscription = "/subscriptions/0b1f6471"
        version = f"api-version={query.get('api-version')}"
        soon = ("Retry-After", "0")
        if path.lower() == f"{subscription}/resourcegroups":
            page = int(query.get("$skiptoken", "1"))
            group = {"id": f"{subscription}/resourceGroups/g{page}", "name": f"g{page}", "location": "westeurope"}
            more = {"nextLink": f"{self.origin}{path}?{version}&$skiptoken={page + 1}"} if page < 3 else {}
            return Reply(200, {"value": [group], **more})
        if request.method == "DELETE":
            return Reply(202, b"", [("Location", f"{self.origin}{subscription}/operationresults/1?{version}"), soon])
        if path == f"{subscription}/operationresults/1":
            if self.poll("delete"):
                return Reply(204)
            return Reply(202, b"", [("Location", f"{self.origin}{subscription}/operationresults/1?{version}"), soon])
        if path == f"{subscription}/operationStatuses/2":
            return Reply(200, {"status": "Succeeded" if self.poll("create") else "InProgress"}, [soon])
        if path.endswith("/thing"):
            thing = {"id": path, "name": "thing", "location": "westeurope", "properties": {}}
            status = f"{self.origin}{subscription}/operationStatuses/2?{version}"
            if request.method == "PUT":
                return Reply(201, thing, [("Azure-AsyncOperation", status), soon])
            return Reply(200, thing)
        return super().respond(request, path)


class LinkingStorage(GoogleTwin):
    """Objects of one bucket: their mediaLink, and sessions of resumable uploads at the URL in Location."""

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[str, bytes] = {}
        self.coded: set[str] = set()
        """The objects that are stored as gzip."""
        self.sessions: dict[str, bytes] = {}

    def described(self, name: str) -> dict[str, Any]:
        content = self.objects[name]
        return {
            "kind": "storage#object",
            "name": name,
            "bucket": "bucket",
            "size": str(len(content)),
            "crc32c": checksum(content),
            "md5Hash": base64.b64encode(hashlib.md5(content).digest()).decode(),
            "generation": "1",
            "metageneration": "1",
            "etag": "CAE=",
            "selfLink": f"{self.origin}/storage/v1/b/bucket/o/{name}",
            "mediaLink": f"{self.origin}/download/storage/v1/b/bucket/o/{name}?generation=1&alt=media",
        }

    def respond(self, request: Received, path: str) -> Reply | None:
        query = dict(request.query)
        name = path.rpartition("/")[2]
        if path == "/storage/v1/b/bucket":
            return Reply(200, {"kind": "storage#bucket", "name": "bucket"})
        if path == f"/storage/v1/b/bucket/o/{name}" and name in self.objects:
            return Reply(200, self.described(name))
        if path == f"/download/storage/v1/b/bucket/o/{name}" and name in self.objects:
            content = self.objects[name]
            headers = [("X-Goog-Hash", f"crc32c={checksum(content)}")]
            if name not in self.coded:
                return Reply(200, content, headers)
            headers.append(("X-Goog-Stored-Content-Encoding", "gzip"))
            if "gzip" in "".join(request.all("Accept-Encoding")):
                return Reply(200, content, [*headers, ("Content-Encoding", "gzip")])
            # Decoded for whoever takes no gzip, with the checksum of the coded bytes.
            return Reply(200, iter([gzip.decompress(content)]), headers)
        if path != "/upload/storage/v1/b/bucket/o":
            return super().respond(request, path)
        if query.get("uploadType") == "multipart":
            # Its description, and its content.
            (boundary,) = re.findall('boundary="?([^";]+)', request.all("Content-Type")[0])
            _, described, content, _ = request.body.split(b"--" + boundary.encode())
            name = json.loads(described.partition(b"\r\n\r\n")[2])["name"]
            self.objects[name] = content.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")
            return Reply(200, self.described(name))
        if "upload_id" not in query:
            name = query.get("name") or json.loads(request.body)["name"]
            self.sessions[name] = b""
            session = f"{self.origin}{path}?uploadType=resumable&name={name}&upload_id=ADPycd"
            return Reply(200, b"", [("Location", session), ("X-GUploader-UploadID", "ADPycd")])
        name = query["name"]
        self.sessions[name] += request.body
        (span,) = request.all("Content-Range")
        if span.endswith("/*"):
            return Reply(308, b"", [("Range", f"bytes=0-{len(self.sessions[name]) - 1}")])
        self.objects[name] = self.sessions.pop(name)
        return Reply(200, self.described(name))


def checksum(content: bytes) -> str:
    return base64.b64encode(google_crc32c.Checksum(content).digest()).decode()


class LinkingAPI(Twin):
    """An API below `/v1` without credentials that answers with what a test gives it; `ORIGIN` stands for its own."""

    def __init__(self) -> None:
        super().__init__("/v1")
        self.reply = Reply()

    def verify(self, request: Received) -> None:
        pass

    def respond(self, request: Received, path: str) -> Reply | None:
        body = self.reply.body
        if isinstance(body, bytes):
            body = body.replace(b"ORIGIN", self.origin.encode())
        headers = [(name, value.replace("ORIGIN", self.origin)) for name, value in self.reply.headers]
        return Reply(self.reply.status, body, headers)
