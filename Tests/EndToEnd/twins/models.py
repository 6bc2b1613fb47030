"""Vendors of models: lists, completions as a whole or as events, and files."""

import json
from collections.abc import Iterator
from typing import Any

from twins.services import NAMES, Service, file_of
from twins.upstream import Received, Refusal, Reply, slowly

EVENTS = [("Content-Type", "text/event-stream")]
WORDS = ("Hello", " there")


class OpenAITwin(Service):
    """The operations that the SDK's users know (platform.openai.com/docs/api-reference)."""

    kind = "OpenAIAPIKey"

    def ask(self, request: Received, path: str, query: dict[str, str]) -> Reply | None:
        named = [("x-request-id", "req_of_openai")]
        file = {"object": "file", "bytes": 1, "created_at": 1, "filename": "f", "purpose": "batch"}
        match request.method, path:
            case "GET", "/v1/models":
                models = [{"id": f"m{number}", "object": "model", "created": 1, "owned_by": "x"} for number in (1, 2)]
                return Reply(200, {"object": "list", "data": models}, named)
            case "GET", "/v1/models/one":
                return Reply(200, {"id": "one", "object": "model", "created": 1, "owned_by": "x"}, named)
            case "POST", "/v1/chat/completions":
                if request.json.get("stream"):
                    return Reply(200, slowly(self.events(), 0.05), [*EVENTS, *named])
                message = {"role": "assistant", "content": "Hello there"}
                choice = {"index": 0, "message": message, "finish_reason": "stop"}
                return Reply(200, self.completion("chat.completion", choice), named)
            case "GET", "/v1/files":
                place = NAMES.index(query["after"]) + 1 if "after" in query else 0
                data = [{**file, "id": NAMES[place], "status": "processed"}]
                return Reply(200, {"object": "list", "data": data, "has_more": place < 2}, named)
            case "POST", "/v1/files":
                self.uploaded = file_of(request, "file")
                return Reply(200, {**file, "id": "new", "status": "processed"}, named)
        return None

    @staticmethod
    def completion(kind: str, choice: dict) -> dict:
        return {"id": "c1", "object": kind, "created": 1, "model": "m1", "choices": [choice]}

    def events(self) -> Iterator[bytes]:
        for word in WORDS:
            choice = {"index": 0, "delta": {"content": word}, "finish_reason": None}
            yield f"data: {json.dumps(self.completion('chat.completion.chunk', choice))}\n\n".encode()
        yield b"data: [DONE]\n\n"


class AnthropicTwin(Service):
    kind = "AnthropicAPIKey"
    versioned = False

    def ask(self, request: Received, path: str, query: dict[str, str]) -> Reply | None:
        if not request.all("anthropic-version"):
            raise Refusal(self.vendor.unversioned)
        model = {"type": "model", "display_name": "x", "created_at": "2026-01-01T00:00:00Z"}
        match request.method, path:
            case "GET", "/v1/models/one":
                return Reply(200, {**model, "id": "one"})
            case "GET", "/v1/models":
                place = NAMES.index(query["after_id"]) + 1 if "after_id" in query else 0
                name = NAMES[place]
                return Reply(
                    200,
                    {"data": [{**model, "id": name}], "has_more": place < 2, "first_id": name, "last_id": name},
                )
            case "POST", "/v1/messages":
                if request.json.get("stream"):
                    return Reply(200, slowly(self.events(), 0.05), EVENTS)
                return Reply(200, self.message([{"type": "text", "text": "Hello there"}], "end_turn"))
            case "POST", "/v1/files":
                self.uploaded = file_of(request, "file")
                file = {"type": "file", "filename": "f", "mime_type": "text/plain", "size_bytes": len(self.uploaded)}
                return Reply(200, {**file, "id": "new", "created_at": "2026-01-01T00:00:00Z", "downloadable": False})
        return None

    @staticmethod
    def message(content: list[dict], reason: str | None) -> dict[str, Any]:
        usage = {"input_tokens": 1, "output_tokens": 2}
        named = {"id": "msg_1", "type": "message", "role": "assistant", "model": "one"}
        return {**named, "content": content, "stop_reason": reason, "stop_sequence": None, "usage": usage}

    def events(self) -> Iterator[bytes]:
        events: list[dict[str, Any]] = [
            {"type": "message_start", "message": self.message([], None)},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            *(
                {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}}
                for word in WORDS
            ),
            {"type": "content_block_stop", "index": 0},
            {
                "type": "message_delta",
                "delta": {"stop_reason": "end_turn", "stop_sequence": None},
                "usage": {"output_tokens": 2},
            },
            {"type": "message_stop"},
        ]
        for event in events:
            yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


class GeminiTwin(Service):
    """Files come in pieces, at the address that the first response names (ai.google.dev/api/files)."""

    kind = "GeminiAPIKey"
    session = "/upload/v1beta/files/session"

    def ask(self, request: Received, path: str, query: dict[str, str]) -> Reply | None:
        version, _, rest = path.removeprefix("/upload").removeprefix("/").partition("/")
        if version not in ("v1", "v1beta"):
            return None
        match request.method, rest:
            case "GET", "models/one":
                return Reply(200, {"name": "models/one"})
            case "GET", "models":
                place = NAMES.index(query.get("pageToken", "one"))
                more = {"nextPageToken": NAMES[place + 1]} if place < 2 else {}
                return Reply(200, {"models": [{"name": f"models/{NAMES[place]}"}], **more})
            case "POST", "models/one:generateContent":
                return Reply(200, self.candidate("Hello there"))
            case "POST", "models/one:streamGenerateContent":
                events = (f"data: {json.dumps(self.candidate(word))}\r\n\r\n".encode() for word in WORDS)
                return Reply(200, slowly(events, 0.05), EVENTS)
            case "POST", "files":
                if request.all("X-Goog-Upload-Command") != ["start"]:
                    raise ValueError("X-Goog-Upload-Command")
                self.uploaded = b""
                address = f"{self.origin}{self.session}?upload_id=1&upload_protocol=resumable"
                return Reply(200, {}, [("X-Goog-Upload-URL", address), ("X-Goog-Upload-Status", "active")])
            case "POST", "files/session":
                return self.piece(request)
        return None

    def piece(self, request: Received) -> Reply:
        if request.all("X-Goog-Upload-Offset") != [str(len(self.uploaded))]:
            raise ValueError("X-Goog-Upload-Offset")
        self.uploaded += request.body
        if "finalize" not in request.all("X-Goog-Upload-Command")[0]:
            return Reply(200, b"", [("X-Goog-Upload-Status", "active")])
        return Reply(200, {"file": {"name": "files/new"}}, [("X-Goog-Upload-Status", "final")])

    @staticmethod
    def candidate(text: str) -> dict[str, Any]:
        return {"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "index": 0}]}
