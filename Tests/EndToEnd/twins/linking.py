"""Third parties whose responses hold absolute links, as the vendors give them: to pages, operations and uploads."""

import base64
import gzip
import hashlib
import json
import re
import urllib.parse
from typing import Any

import google_crc32c

from twins.azure import AzureTwin
from twins.google import GoogleTwin
from twins.services import NAMES, Service, file_of, page_of
from twins.twin import Twin
from twins.upstream import Headers, Received, Reply, slowly


class LinkingGitLab(Service):
    """Lists of projects by pages, whose header Link names the others (docs.gitlab.com/api/rest/#pagination)."""

    kind = "GitlabAPIKey"

    def ask(self, request: Received, path: str, query: dict[str, str]) -> Reply | None:
        match request.method, path:
            case "GET", "/projects":
                return self.page(page_of(query, "page"))
            case "GET", "/projects/1":
                return Reply(200, {"id": 1, "name": "one"})
            case "POST", "/projects":
                return Reply(201, {"id": 2, "name": request.json["name"]})
            case "PUT", "/projects/1/packages/generic/p/1/f":
                self.uploaded = request.body
                return Reply(201, {"message": "201 Created"})
            case "GET", "/projects/1/packages/generic/p/1/f":
                return Reply(200, slowly(iter([b"Hello", b" there"]), 0.05), [("Content-Type", "text/plain")])
        return None

    def page(self, place: int) -> Reply:
        def link(page: int, relation: str) -> str:
            return f'<{self.base_url}/projects?page={page}&per_page=1>; rel="{relation}"'

        links = [link(1, "first"), link(3, "last")]
        if place < 2:
            links.insert(0, link(place + 2, "next"))
        # The numbers of pages that are not there are empty.
        numbers = [("X-Page", str(place + 1)), ("X-Prev-Page", str(place) if place else "")]
        numbers += [("X-Next-Page", str(place + 2) if place < 2 else ""), ("X-Per-Page", "1")]
        return Reply(200, [{"id": place + 1, "name": NAMES[place]}], [("Link", ", ".join(links)), *numbers])


class LinkingVirusTotal(Service):
    """Uploads go to a URL that is asked for first (docs.virustotal.com/reference/files-upload-url)."""

    kind = "VirusTotalAPIKey"
    upload = "/_ah/upload/AMmfu6b-_DXUeFe36Sb3b0F4B8mH9Nb-CHbRoUNVOPwG/"

    def answer(self, request: Received) -> Reply:
        if request.path != self.upload:
            return super().answer(request)
        self.refuse_unwanted(request)
        self.verify(request)
        self.uploaded = file_of(request, "file")
        links = {"self": f"{self.base_url}/analyses/1"}
        return Reply(200, {"data": {"type": "analysis", "id": "new", "links": links}})

    def ask(self, request: Received, path: str, query: dict[str, str]) -> Reply | None:
        def domain(name: str) -> dict[str, Any]:
            return {"type": "domain", "id": name, "attributes": {}}

        match request.method, path:
            case "GET", "/files/upload_url":
                return Reply(200, {"data": self.origin + self.upload})
            case "GET", "/domains/one":
                return Reply(200, {"data": domain("one")})
            case "POST", "/domains/one/comments":
                return Reply(200, {"data": {"id": "c-2", **request.json["data"]}})
            case "GET", "/collections/1/domains":
                place = NAMES.index(query.get("cursor", "one"))
                address = f"{self.base_url}{path}?limit=1"
                meta = {"cursor": NAMES[place + 1]} if place < 2 else {}
                links = {"self": address} | ({"next": f"{address}&cursor={NAMES[place + 1]}"} if place < 2 else {})
                return Reply(200, {"data": [domain(NAMES[place])], "meta": meta, "links": links})
        return None


class LinkingAzure(AzureTwin):
    """Lists with nextLink, and long-running operations by Location and by Azure-AsyncOperation."""

    def __init__(self) -> None:
        super().__init__()
        self.polls: dict[str, int] = {}

    def poll(self, name: str) -> bool:
        """Whether an operation is over: it is at the second look."""
        self.polls[name] = self.polls.get(name, 0) + 1
        return self.polls[name] > 1

    @staticmethod
    def group(name: str) -> dict[str, str]:
        return {"id": f"/subscriptions/0b1f6471/resourceGroups/{name}", "name": name, "location": "westeurope"}

    def respond(self, request: Received, path: str) -> Reply | None:
        query = dict(request.query)
        subscription = "/subscriptions/0b1f6471"
        version = f"api-version={query.get('api-version')}"
        soon = ("Retry-After", "0")
        groups = f"{subscription}/resourcegroups"
        if path.lower() == groups:
            place = NAMES.index(query.get("$skiptoken", "one"))
            more = {"nextLink": f"{self.origin}{path}?{version}&$skiptoken={NAMES[place + 1]}"} if place < 2 else {}
            return Reply(200, {"value": [self.group(NAMES[place])], **more})
        if path.lower() == f"{groups}/one" and request.method == "GET":
            return Reply(200, self.group("one"))
        if path.lower() == f"{groups}/new" and request.method == "PUT":
            return Reply(201, {**self.group("new"), "location": request.json["location"]})
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

    log = b"a line of a log that is much like the others\n" * 5000

    def __init__(self) -> None:
        super().__init__()
        self.objects = {f"page-{name}": name.encode() for name in NAMES}
        self.objects |= {"read": b"one", "log": gzip.compress(self.log)}
        self.coded = {"log"}
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
        # By Keyway's own base URL the service names the host.
        path = re.sub("^/storage/(storage|download|upload)/", r"/\1/", path)
        name = urllib.parse.unquote(path.rpartition("/")[2])
        if path == "/storage/v1/b/bucket/o" and request.method == "GET":
            names = [name for name in self.objects if name.startswith(query["prefix"])]
            place = int(query.get("pageToken", "0"))
            more = {"nextPageToken": str(place + 1)} if place + 1 < len(names) else {}
            return Reply(200, {"kind": "storage#objects", "items": [self.described(names[place])], **more})
        if path == "/storage/v1/b/bucket":
            return Reply(200, {"kind": "storage#bucket", "name": "bucket"})
        if path.startswith("/storage/v1/b/bucket/o/") and name in self.objects:
            return Reply(200, self.described(name))
        if path.startswith("/download/storage/v1/b/bucket/o/") and name in self.objects:
            content = self.objects[name]
            headers = [("X-Goog-Hash", f"crc32c={checksum(content)}")]
            if name not in self.coded:
                return self.part(content, request.all("Range"), headers)
            headers.append(("X-Goog-Stored-Content-Encoding", "gzip"))
            if "gzip" in "".join(request.all("Accept-Encoding")):
                return Reply(200, content, [*headers, ("Content-Encoding", "gzip")])
            # Decoded for whoever takes no gzip, with the checksum of the coded bytes.
            return Reply(200, iter([gzip.decompress(content)]), headers)
        if "/o/" in path:
            return Reply(404, {"error": {"code": 404, "message": f"No such object: bucket/{name}"}})
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

    @staticmethod
    def part(content: bytes, ranges: list[str], headers: Headers) -> Reply:
        """The content, or the bytes of it that a single range names."""
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", ranges[0]) if len(ranges) == 1 else None
        if not asked:
            return Reply(200, content, headers)
        first, last = int(asked[1]), min(int(asked[2] or len(content)), len(content) - 1)
        if first >= len(content):
            return Reply(416, b"", [("Content-Range", f"bytes */{len(content)}")])
        place = ("Content-Range", f"bytes {first}-{last}/{len(content)}")
        return Reply(206, content[first : last + 1], [*headers, place])


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
