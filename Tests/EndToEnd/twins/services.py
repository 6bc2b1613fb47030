"""Third parties as the users of their SDKs know them: one record, a new one, lists of three pages, files.

Paths, parameters and shapes are those of each vendor's own reference. Credentials are verified as by every
`VendorTwin`; a path, a method or a parameter that the vendor does not have is refused.
"""

import dataclasses
import email.parser
import email.policy
import re
from typing import Any

from twins.upstream import Received, Refusal, Reply
from twins.vendors import VENDORS, VendorTwin

NAMES = ("one", "two", "three")


class Service(VendorTwin):
    """A vendor of a credential type, whose operations are `ask` by method and path."""

    kind = ""
    versioned = True
    """Whether the version in the table must be asked for; SDKs bring their own."""

    def __init__(self) -> None:
        (vendor,) = (vendor for vendor in VENDORS if str(vendor) == self.kind)
        super().__init__(vendor if self.versioned else dataclasses.replace(vendor, versions={}))
        self.uploaded = b""
        """The file that came last."""

    def respond(self, request: Received, path: str) -> Reply | None:
        try:
            reply = self.ask(request, path, dict(request.query))
        except (KeyError, ValueError, IndexError) as fault:
            return Reply(400, {"twin": f"{request.method} {path}: {fault!r}"})
        return super().respond(request, path) if reply is None else reply

    def ask(self, request: Received, path: str, query: dict[str, str]) -> Reply | None:
        raise NotImplementedError

    def anything(self, request: Received, path: str) -> Reply:
        return Reply(404, {"twin": f"there is no {request.method} {path}"})


def file_of(request: Received, field: str) -> bytes:
    """The file in a form (RFC 7578)."""
    (content_type,) = request.all("Content-Type")
    (boundary,) = re.findall('boundary="?([^";]+)', content_type)
    for part in request.body.split(b"--" + boundary.encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head)
        if headers.get_param("name", header="Content-Disposition") == field:
            return content.removesuffix(b"\r\n")
    raise Refusal(Reply(400, {"twin": f"the form has no {field}"}))


def page_of(query: dict[str, str], name: str, first: int = 1) -> int:
    """The page that is asked for, from 0 on."""
    return int(query.get(name, first)) - first


class Asana(Service):
    kind = "AsanaAccessToken"

    def ask(self, request: Received, path: str, query: dict[str, str]) -> Reply | None:
        match request.method, path:
            case "GET", "/projects/1":
                return Reply(200, {"data": {"gid": "1", "resource_type": "project", "name": "one"}})
            case "POST", "/tasks":
                return Reply(201, {"data": {"gid": "2", "resource_type": "task", "name": request.json["data"]["name"]}})
            case "GET", "/projects":
                place = int(query.get("offset", "0"))
                if query["limit"] != "1" or query["workspace"] != "1":
                    raise ValueError("limit or workspace")
                more = {"offset": str(place + 1), "path": f"/projects?offset={place + 1}", "uri": ""}
                data = [{"gid": str(place), "resource_type": "project", "name": NAMES[place]}]
                return Reply(200, {"data": data, "next_page": more if place < 2 else None})
            case "POST", "/attachments":
                self.uploaded = file_of(request, "file")
                return Reply(200, {"data": {"gid": "2", "resource_type": "attachment", "name": "long.txt"}})
        return None


class CircleCI(Service):
    """Version 1.1 stands beside version 2."""

    kind = "CircleCIAPIKey"

    def __init__(self) -> None:
        super().__init__()
        self.base = "/api"

    def ask(self, request: Received, path: str, query: dict[str, str]) -> Reply | None:
        match request.method, path:
            case "GET", "/v1.1/me":
                return Reply(200, {"login": "ops"})
            case "GET", "/v2/project/gh/acme/one":
                return Reply(200, {"slug": "gh/acme/one", "name": "one"})
            case "GET", "/v2/project/github/acme/one/pipeline":
                place = NAMES.index(query.get("page-token", "one"))
                return Reply(200, {"items": [{"id": NAMES[place]}], "next_page_token": (*NAMES, None)[place + 1]})
            case "POST", "/v2/project/github/acme/one/pipeline":
                if request.json != {"branch": "main"}:
                    raise ValueError(request.json)
                return Reply(201, {"id": "2", "state": "new", "number": 2, "created_at": "2026-11-30T00:00:00Z"})
        return None


class ClickUp(Service):
    kind = "ClickupAPIKey"

    def ask(self, request: Received, path: str, query: dict[str, str]) -> Reply | None:
        match request.method, path:
            case "GET", "/task/1/" | "/task/1":
                return Reply(200, {"id": "1", "name": "one"})
            case "POST", "/list/1/task":
                return Reply(200, {"id": "2", "name": request.json["name"]})
            case "GET", "/list/1/task":
                place = page_of(query, "page", 0)
                return Reply(200, {"tasks": [{"id": str(place), "name": name} for name in NAMES[place : place + 1]]})
            case "POST", "/task/1/attachment":
                self.uploaded = file_of(request, "attachment")
                return Reply(200, {"id": "3.txt", "title": "long.txt"})
        return None


class Cloudflare(Service):
    kind = "CloudflareAPIToken"

    def ask(self, request: Received, path: str, query: dict[str, str]) -> Reply | None:
        done = {"success": True, "errors": [], "messages": []}
        match request.method, path:
            case "GET", "/zones/1":
                return Reply(200, {**done, "result": {"id": "1", "name": "one"}})
            case "GET", "/zones":
                place = page_of(query, "page")
                counted = {"page": place + 1, "per_page": 1, "count": 1, "total_count": 3, "total_pages": 3}
                zones = [{"id": str(place), "name": name} for name in NAMES[place : place + 1]]
                return Reply(200, {**done, "result": zones, "result_info": counted})
            case "POST", "/zones/1/dns_records":
                return Reply(200, {**done, "result": {"id": "2", **request.json}})
            case "PUT", "/accounts/1/storage/kv/namespaces/1/values/key":
                self.uploaded = file_of(request, "value")
                return Reply(200, {**done, "result": None})
        return None


class Datadog(Service):
    kind = "DatadogAPIKey"

    def ask(self, request: Received, path: str, query: dict[str, str]) -> Reply | None:
        monitor = {"id": 1, "type": "metric alert", "query": "avg(last_5m):avg:system.load.1{*} > 1"}
        match request.method, path:
            case "GET", "/api/v1/validate":
                return Reply(200, {"valid": True})
            case "GET", "/api/v1/monitor/1":
                return Reply(200, {**monitor, "name": "one"})
            case "POST", "/api/v1/monitor":
                return Reply(200, {"id": 2, **request.json})
            case "GET", "/api/v1/monitor":
                place = page_of(query, "page", 0)
                if query["page_size"] != "1":
                    raise ValueError("page_size")
                return Reply(200, [{**monitor, "name": name} for name in NAMES[place : place + 1]])
        return None


class Fastly(Service):
    kind = "FastlyAPIKey"

    def ask(self, request: Received, path: str, query: dict[str, str]) -> Reply | None:
        match request.method, path:
            case "GET", "/service/1":
                return Reply(200, {"id": "1", "name": "one", "type": "vcl"})
            case "POST", "/service":
                form = dict(request.form)
                return Reply(200, {"id": "2", "name": form["name"], "type": form["type"]})
            case "GET", "/service":
                place = page_of(query, "page")
                services = [{"id": str(place), "name": name, "type": "vcl"} for name in NAMES[place : place + 1]]
                return Reply(200, services)
            case "PUT", "/resources/stores/kv/1/keys/key":
                self.uploaded = request.body
                return Reply(200)
        return None


class Freshservice(Service):
    kind = "FreshserviceAPIKey"

    def ask(self, request: Received, path: str, query: dict[str, str]) -> Reply | None:
        match request.method, path:
            case "GET", "/api/v2/tickets/1":
                return Reply(200, {"ticket": {"id": 1, "subject": "one"}})
            case "GET", "/api/v2/tickets":
                place = page_of(query, "page")
                tickets = [{"id": place, "subject": name} for name in NAMES[place : place + 1]]
                return Reply(200, {"tickets": tickets})
        return None


class GreyNoise(Service):
    kind = "GreyNoiseAPIKey"

    def ask(self, request: Received, path: str, query: dict[str, str]) -> Reply | None:
        match request.method, path:
            case "GET", "/v3/ip/8.8.8.8":
                return Reply(200, {"ip": "8.8.8.8", "business_service_intelligence": {"found": True, "name": "one"}})
            case "POST", "/v1/alerts":
                return Reply(201, {"id": "2", "name": request.json["name"]})
            case "GET", "/v3/gnql":
                place = NAMES.index(query.get("scroll", "one"))
                if query["query"] != "tags:Mirai" or query["size"] != "1":
                    raise ValueError("query or size")
                scroll = {"scroll": NAMES[place + 1]} if place < 2 else {}
                metadata = {"complete": not scroll, **scroll}
                return Reply(200, {"data": [{"ip": NAMES[place]}], "request_metadata": metadata})
            case "POST", "/v2/analyze/upload":
                self.uploaded = file_of(request, "file")
                return Reply(200, {"uuid": "1", "state": "completed", "details": {"unique_ips": 1}, "stats": {}})
        return None


class LaunchDarkly(Service):
    kind = "LaunchDarklyAPIKey"

    def ask(self, request: Received, path: str, query: dict[str, str]) -> Reply | None:
        def project(name: str) -> dict[str, Any]:
            links = {"self": {"href": f"/api/v2/projects/{name}", "type": "application/json"}}
            named = {"_id": name, "key": name, "name": name, "_links": links}
            return {**named, "tags": [], "includeInSnippetByDefault": False}

        match request.method, path:
            case "GET", "/api/v2/projects/one":
                return Reply(200, project("one"))
            case "POST", "/api/v2/projects":
                return Reply(201, {**project(request.json["key"]), "environments": []})
            case "GET", "/api/v2/projects":
                place = int(query["offset"])
                items = [project(name) for name in NAMES[place : place + int(query["limit"])]]
                return Reply(200, {"items": items, "totalCount": 3, "_links": {}})
        return None


class Notion(Service):
    kind = "NotionAPIKey"
    versioned = False

    def ask(self, request: Received, path: str, query: dict[str, str]) -> Reply | None:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", "".join(request.all("Notion-Version"))):
            return self.vendor.unversioned
        match request.method, path:
            case "GET", "/v1/users/1":
                return Reply(200, {"object": "user", "id": "1", "name": "one"})
            case "POST", "/v1/pages":
                return Reply(200, {"object": "page", "id": "2", "properties": request.json["properties"]})
            case "GET", "/v1/users":
                place = NAMES.index(query.get("start_cursor", "one"))
                user = {"object": "user", "id": str(place), "name": NAMES[place]}
                more = {"has_more": place < 2, "next_cursor": (*NAMES, None)[place + 1]}
                return Reply(200, {"object": "list", "results": [user], **more})
            case "POST", "/v1/file_uploads/1/send":
                self.uploaded = file_of(request, "file")
                return Reply(200, {"object": "file_upload", "id": "1", "status": "uploaded"})
        return None


class Okta(Service):
    kind = "OktaAPIToken"

    def ask(self, request: Received, path: str, query: dict[str, str]) -> Reply | None:
        def user(name: str) -> dict[str, Any]:
            profile = {"login": f"{name}@example.com", "firstName": name}
            return {"id": name, "status": "ACTIVE", "profile": profile}

        match request.method, path:
            case "GET", "/api/v1/users/1":
                return Reply(200, user("one"))
            case "POST", "/api/v1/users":
                return Reply(200, user(request.json["profile"]["firstName"]))
            case "GET", "/api/v1/users":
                place = NAMES.index(query.get("after", "one"))
                links = [("Link", f'<{self.origin}/api/v1/users?limit=1>; rel="self"')]
                if place < 2:
                    links += [("Link", f'<{self.origin}/api/v1/users?after={NAMES[place + 1]}&limit=1>; rel="next"')]
                return Reply(200, [user(NAMES[place])], links)
        return None


class ServiceNow(Service):
    kind = "ServiceNowBasicAuth"

    def ask(self, request: Received, path: str, query: dict[str, str]) -> Reply | None:
        def record(number: str) -> dict[str, Any]:
            value = {"value": number, "display_value": number}
            return {"sys_id": value, "number": value, "short_description": value}

        match request.method, path:
            case "GET", "/api/now/table/incident/1":
                return Reply(200, {"result": record("one")})
            case "POST", "/api/now/table/incident":
                return Reply(201, {"result": record(request.json["short_description"])})
            case "GET", "/api/now/table/incident":
                place = int(query["sysparm_offset"])
                records = [record(name) for name in NAMES[place : place + int(query["sysparm_limit"])]]
                return Reply(200, {"result": records}, [("X-Total-Count", "3")])
            case "POST", "/api/now/v1/attachment/file":
                self.uploaded = request.body
                address = f"{self.origin}/api/now/v1/attachment/2"
                return Reply(201, {"result": {"sys_id": "2"}}, [("Location", address)])
        return None


class Split(Service):
    """Flag sets stand in a version beside the others."""

    kind = "SplitAPIKey"

    def __init__(self) -> None:
        super().__init__()
        self.base = ""

    def ask(self, request: Received, path: str, query: dict[str, str]) -> Reply | None:
        match request.method, path.removeprefix("/internal/api/v2"):
            case "GET", "/splits/ws/workspace/one":
                return Reply(200, {"name": "one"})
            case "POST", "/splits/ws/workspace/trafficTypes/user":
                return Reply(200, {"name": request.json["name"]})
            case "GET", "/splits/ws/workspace":
                place = int(query.get("offset", "0"))
                return Reply(200, {"objects": [{"name": NAMES[place]}], "offset": place, "limit": 1, "totalCount": 3})
            case "GET", "/api/v3/flag-sets":
                place = NAMES.index(query.get("after", "one"))
                data = [{"id": NAMES[place], "name": NAMES[place], "workspace": {"id": query["workspace_id"]}}]
                return Reply(200, {"data": data, "nextMarker": (*NAMES, None)[place + 1]})
        return None
