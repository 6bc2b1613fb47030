"""A service of the user's own, reached by the HTTP integration: a token in a header, the query and the body."""

from urllib.parse import parse_qsl

from twins.twin import Twin, only
from twins.upstream import Received, Refusal, Reply

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class TokensTwin(Twin):
    """Wants its tokens, each decoded as its place decodes it: in a header, in the query, and one in what is posted.

    The values hold what breaks a place that forgets to escape: quotes, backslashes, `&`, `=`, `%`, `+` and spaces.
    """

    tokens = {
        "key": "tw1n-h34der-token",
        "tenant": 'tw1n&tenant=1%41+ü "quoted"#/?',
        "pin": 'tw1n"pin\\u0041&x=1%42+\tü',
    }
    headers = [{"name": "X-Service-Key", "value": "Key {{ key }}"}, {"name": "X-Plain", "value": "yes"}]
    url_parameters = [{"name": "tenant", "value": "{{ tenant }}"}]
    bodies = {JSON: '{"pin":"{{ pin }}","plain":1}', FORM: "pin={{ pin }}&plain=1"}

    def __init__(self, content_type: str | None = None) -> None:
        super().__init__("/v1")
        self.content_type = content_type

    def credentials_body(self, **changed: str) -> dict:
        """The fields of a connection that leads here."""
        values = {**self.tokens, **changed}
        body = {
            "tokens": [{"name": name, "type": "SECRET", "value": value} for name, value in values.items()],
            "headers": self.headers,
            "url_parameters": self.url_parameters,
        }
        if self.content_type:
            body["body"] = {"content": self.bodies[self.content_type], "content_type": self.content_type}
        return body

    def verify(self, request: Received) -> None:
        missing, wrong = Reply(401, {"error": "who are you?"}), Reply(401, {"error": "wrong credentials"})
        if only(request, "X-Service-Key", missing) != f"Key {self.tokens['key']}":
            raise Refusal(wrong)
        if only(request, "X-Plain", missing) != "yes":
            raise Refusal(wrong)
        tenants = [value for name, value in request.query if name == "tenant"]
        if tenants != [self.tokens["tenant"]]:
            raise Refusal(wrong if tenants else missing)
        if self.content_type is None or request.method in ("GET", "HEAD"):
            return
        if only(request, "Content-Type", missing) != self.content_type:
            raise Refusal(wrong)
        try:
            form = self.content_type == FORM
            body = parse_qsl(request.body.decode(), strict_parsing=True) if form else list(request.json.items())
        except (ValueError, AttributeError):
            raise Refusal(Reply(400, {"error": "no such body"})) from None
        if body != [("pin", self.tokens["pin"]), ("plain", "1" if form else 1)]:
            raise Refusal(wrong)
