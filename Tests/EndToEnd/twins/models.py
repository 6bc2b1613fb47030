"""A vendor of models: lists, completions as a whole or as events, and files."""

import json
from collections.abc import Iterator

from twins.upstream import Received, Reply, slowly
from twins.vendors import VENDORS, VendorTwin


class OpenAITwin(VendorTwin):
    """What the SDK asks for (platform.openai.com/docs/api-reference)."""

    def __init__(self) -> None:
        super().__init__(next(vendor for vendor in VENDORS if vendor.kind == "OpenAIAPIKey"))

    def respond(self, request: Received, path: str) -> Reply | None:
        named = [("x-request-id", "req_of_openai")]
        if path == "/v1/models":
            models = [{"id": f"m{number}", "object": "model", "created": 1, "owned_by": "x"} for number in (1, 2)]
            return Reply(200, {"object": "list", "data": models}, named)
        if path == "/v1/chat/completions":
            if request.json.get("stream"):
                return Reply(200, slowly(self.events(), 0.05), [("Content-Type", "text/event-stream"), *named])
            message = {"role": "assistant", "content": "Hello there"}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            return Reply(200, self.completion("chat.completion", choice), named)
        if path == "/v1/files" and request.method == "POST":
            file = {"id": "file-1", "object": "file", "bytes": len(request.body), "created_at": 1}
            return Reply(200, {**file, "filename": "f", "purpose": "batch", "status": "processed"}, named)
        return super().respond(request, path)

    @staticmethod
    def completion(kind: str, choice: dict) -> dict:
        return {"id": "c1", "object": kind, "created": 1, "model": "m1", "choices": [choice]}

    def events(self) -> Iterator[bytes]:
        for word in ("Hello", " there"):
            choice = {"index": 0, "delta": {"content": word}, "finish_reason": None}
            yield f"data: {json.dumps(self.completion('chat.completion.chunk', choice))}\n\n".encode()
        yield b"data: [DONE]\n\n"
