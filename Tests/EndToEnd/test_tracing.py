"""Traces: spans that arrive at a collector hold together, say what happened, and hold nothing of what was said.

What arrives is decoded by OpenTelemetry's own definitions. The collector is slow, refuses or is gone: nobody waits.
"""

import base64
import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from acting import LOOPBACK, Actor, keyed_body
from catalogue import BY_NAME
from google.protobuf.json_format import ParseDict
from harness import CONNECTIONS, UNKNOWN_ID, Answer, Server, command, initialise, running, wait_until
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from twins.upstream import Received, Reply, Upstream

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
TRACEPARENT = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "vendor=marker-state"}
SECRET = "marker-secret-5ca1ab1e"
PROXY = "/api/v2/actions/connections/{connection_id}/proxy/{path...}"
# All that a span may say of itself.
NAMES = {
    "http.request.method",
    "http.route",
    "http.response.status_code",
    "keyway.request_id",
    "keyway.organization_id",
    "keyway.application_key_id",
    "keyway.access_token_id",
    "keyway.act_token_id",
    "keyway.connection_id",
    "keyway.integration",
    "keyway.outcome",
}


class ThirdParty(Upstream):
    def answer(self, request: Received) -> Reply:
        return Reply(200, {})


class Collector(Upstream):
    """Takes spans as a collector does, and decodes them."""

    def __init__(self) -> None:
        super().__init__()
        self.status = 200

    def answer(self, request: Received) -> Reply:
        return Reply(self.status, {})

    @property
    def exports(self) -> list[ExportTraceServiceRequest]:
        return [decoded(request) for request in list(self.received)]

    @property
    def spans(self) -> list[Span]:
        return [
            span
            for export in self.exports
            for resource in export.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def trace_of(self, request_id: str) -> dict[str, list[Span]]:
        """The spans of the trace with that request, by their names; waits for the request's own."""
        wait_until(lambda: self.request_span(request_id), "the span of a request")
        trace = self.request_span(request_id).trace_id
        named: dict[str, list[Span]] = {}
        for span in self.spans:
            if span.trace_id == trace:
                named.setdefault(span.name, []).append(span)
        return named

    def request_span(self, request_id: str) -> Span | None:
        return next((span for span in self.spans if facts(span).get("keyway.request_id") == request_id), None)


def decoded(request: Received) -> ExportTraceServiceRequest:
    assert (request.method, request.target) == ("POST", "/otlp/v1/traces")
    assert request.all("Content-Type") == ["application/json"]
    document = json.loads(request.body)
    # OTLP writes ids in hexadecimal digits, protobuf's JSON in base64.
    for resource in document["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                for name, length in (("traceId", 32), ("spanId", 16), ("parentSpanId", 16)):
                    if name in span:
                        assert re.fullmatch(f"[0-9a-f]{{{length}}}", span[name])
                        span[name] = base64.b64encode(bytes.fromhex(span[name])).decode()
    return ParseDict(document, ExportTraceServiceRequest())


def facts(span: Span) -> dict[str, str | int]:
    return {
        attribute.key: getattr(attribute.value, attribute.value.WhichOneof("value")) for attribute in span.attributes
    }


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


@pytest.fixture(scope="module")
def actor(collector: Collector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Actor]:
    place = tmp_path_factory.mktemp("tracing")
    headers = place / "headers"
    headers.write_text("# The collector's key.\nX-Collector-Key: marker-collector-key\n")
    headers.chmod(0o600)
    options = ("--otlp-endpoint", f"{collector.origin}/otlp", "--otlp-headers-file", str(headers), *LOOPBACK)
    variables = {"OTEL_SERVICE_NAME": "keyway-tests", "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=a%2Cb"}
    with running(place / "data", initialise(place / "data"), *options, variables=variables) as server:
        yield Actor(server)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with ThirdParty() as upstream:
        yield upstream


def spans_of(collector: Collector, answer: Answer, name: str = "X-Request-Id") -> dict[str, list[Span]]:
    return collector.trace_of(answer.headers[name])


def test_a_write_and_a_read_are_traced(actor, collector):
    created = actor.request("POST", CONNECTIONS, BY_NAME["OpenAIAPIKey"].create("traced"))
    named = spans_of(collector, created)
    (request,) = named[f"POST {CONNECTIONS}"]
    assert request.kind == Span.SPAN_KIND_SERVER
    assert not request.parent_span_id
    assert facts(request) == {
        "http.request.method": "POST",
        "http.route": CONNECTIONS,
        "http.response.status_code": 201,
        "keyway.request_id": created.headers["X-Request-Id"],
        "keyway.organization_id": actor.server.keys.organization_id,
        "keyway.application_key_id": actor.server.keys.application_key_id,
    }
    for name in ("vault.seal", "store.commit"):
        (span,) = named[name]
        assert span.parent_span_id == request.span_id
        assert request.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
        assert span.status.code == 0
    read = actor.request("GET", f"{CONNECTIONS}/{created.json['data']['id']}")
    named = spans_of(collector, read)
    (request,) = named[f"GET {CONNECTIONS}/{{connection_id}}"]
    assert {span.parent_span_id for span in named["store.read"]} == {request.span_id}


def test_what_the_spans_are_of(actor, collector):
    spans_of(collector, actor.request("GET", CONNECTIONS))
    (attributes,) = {
        tuple((attribute.key, attribute.value.string_value) for attribute in resource.resource.attributes)
        for export in collector.exports
        for resource in export.resource_spans
    }
    resource = dict(attributes)
    assert resource["service.name"] == "keyway-tests"
    assert resource["deployment.environment"] == "a,b"
    assert resource["service.version"]
    assert {request.all("X-Collector-Key")[0] for request in collector.received} == {"marker-collector-key"}


def test_an_act_is_traced_below_its_callers_span(actor, collector, upstream):
    connection = actor.server.create(keyed_body(upstream.origin, SECRET))
    answer = actor.act(connection, "POST", "/marker-path?marker=query", b"marker-body", TRACEPARENT)
    assert answer.status == 200
    named = spans_of(collector, answer, "Keyway-Request-Id")
    (request,) = named[f"POST {PROXY}"]
    assert request.trace_id.hex() == TRACE
    assert request.parent_span_id.hex() == PARENT
    (act,) = named["act"]
    assert act.parent_span_id == request.span_id
    assert facts(act) == {
        "keyway.connection_id": connection,
        "keyway.integration": "HTTP",
        "keyway.outcome": "answered",
    }
    for name in ("store.commit", "vault.open", "POST"):
        (span,) = named[name]
        assert span.parent_span_id == act.span_id, name
    (sent,) = named["POST"]
    assert sent.kind == Span.SPAN_KIND_CLIENT
    assert facts(sent) == {"http.response.status_code": 200}


def test_failures_are_seen(actor, collector):
    with ThirdParty() as upstream:
        connection = actor.server.create(keyed_body(upstream.origin, SECRET))
    answer = actor.act(connection, "GET", "/")
    named = spans_of(collector, answer, "Keyway-Request-Id")
    (act,) = named["act"]
    assert facts(act)["keyway.outcome"] == "upstream_unreachable"
    assert act.status.code == 2
    (request,) = named[f"GET {PROXY}"]
    assert facts(request)["http.response.status_code"] == answer.status
    assert request.status.code == (2 if answer.status >= 500 else 0)


def test_a_trace_goes_to_a_third_party_only_where_the_settings_say_so(actor, collector, upstream):
    headers = TRACEPARENT | {"baggage": "user=marker-baggage"}
    connection = actor.server.create(keyed_body(upstream.origin, SECRET))
    actor.act(connection, "GET", "/", None, headers)
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers["traceparent"] = f"00-{trace}-{PARENT}-01"
    assert not {"traceparent", "tracestate", "baggage"} & upstream.received[-1].names()
    assert actor.set(connection, pass_trace_context=True).status == 200
    answer = actor.act(connection, "GET", "/", None, headers)
    (sent,) = spans_of(collector, answer, "Keyway-Request-Id")["GET"]
    received = upstream.received[-1]
    assert received.all("traceparent") == [f"00-{trace}-{sent.span_id.hex()}-01"]
    assert received.all("tracestate") == [headers["tracestate"]]
    assert received.all("baggage") == [headers["baggage"]]
    # Another trace than the caller's begins where the caller's is malformed.
    actor.act(connection, "GET", "/", None, headers | {"traceparent": "marker-malformed"})
    received = upstream.received[-1]
    (traceparent,) = received.all("traceparent")
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", traceparent)
    assert received.all("tracestate") == []
    # One that is not recorded is passed on as it is.
    unsampled = f"00-{TRACE}-{PARENT}-00"
    actor.act(connection, "GET", "/", None, headers | {"traceparent": unsampled})
    assert upstream.received[-1].all("traceparent") == [unsampled]


def test_the_trace_is_passed_on_as_it_is_by_a_server_that_traces_nothing(new_server, upstream):
    server = new_server(*LOOPBACK)
    actor = Actor(server)
    connection = server.create(keyed_body(upstream.origin, SECRET))
    actor.act(connection, "GET", "/", None, TRACEPARENT)
    assert not {"traceparent", "tracestate"} & upstream.received[-1].names()
    assert actor.set(connection, pass_trace_context=True).status == 200
    actor.act(connection, "GET", "/", None, TRACEPARENT)
    for name, value in TRACEPARENT.items():
        assert upstream.received[-1].all(name) == [value]
    shown = {header["name"]: header["value"] for header in plan_headers(actor, connection)}
    assert shown["traceparent"] == TRACEPARENT["traceparent"]
    assert "keyway_spans" not in server.request("GET", "/metrics").body.decode()


def plan_headers(actor: Actor, connection: str) -> list[dict]:
    return actor.plan(connection, "GET", "/", **TRACEPARENT).json["data"]["attributes"]["headers"]


def test_probes_are_not_traced(actor, collector):
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/marker-nowhere"):
        actor.request("GET", path)
    spans_of(collector, actor.request("GET", f"{CONNECTIONS}/{UNKNOWN_ID}"))
    routes = {facts(span).get("http.route") for span in collector.spans}
    assert not routes & {"/healthz", "/readyz", "/metrics", "/openapi.json"}


def test_nothing_of_what_was_said_is_in_a_span(actor, collector, upstream):
    """After all that came before in this module, and after words of the caller's in every place that it has."""
    connection = actor.server.create(keyed_body(upstream.origin, SECRET))
    actor.act(connection, "MARKER-METHOD", "/marker-path?marker=query", b"marker-body", {"X-Marker": "marker-header"})
    actor.request("GET", f"{CONNECTIONS}?filter=marker-filter")
    actor.request("GET", f"{CONNECTIONS}/marker-id")
    actor.request("POST", CONNECTIONS, {"data": {"marker": "marker-member"}})
    wrong = {"DD-API-KEY": "marker-api-key", "DD-APPLICATION-KEY": "marker-application-key"}
    actor.request("GET", CONNECTIONS, headers=wrong)
    assert actor.set(connection, probe_path="/marker-probe").status == 200
    actor.test(connection)
    spans_of(collector, actor.request("GET", CONNECTIONS))
    spans = collector.spans
    assert len(spans) > 20
    assert {name for span in spans for name in facts(span)} <= NAMES
    assert {facts(span)["http.request.method"] for span in spans if "http.request.method" in facts(span)} <= {
        "GET",
        "POST",
        "PUT",
        "_OTHER",
    }
    keys = actor.server.keys
    bodies = [request.body.decode().lower() for request in collector.received]
    for word in ("marker", SECRET, keys.api_key, keys.application_key, upstream.authority):
        # The route's own words are those of the reference: none of them is the caller's.
        assert not any(word in body for body in bodies), "a span holds what was said"


def counts(server: Server) -> dict[str, int]:
    page = server.request("GET", "/metrics").body.decode()
    return {name: int(value) for name, value in re.findall(r"^keyway_spans_(\w+)_total (\d+)$", page, re.MULTILINE)}


@contextmanager
def silent() -> Iterator[int]:
    """A port where connections are taken and nothing is said."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        yield listener.getsockname()[1]


@contextmanager
def closed() -> Iterator[int]:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    yield port


@contextmanager
def refusing() -> Iterator[int]:
    with Collector() as collector:
        collector.status = 503
        yield collector.port


@pytest.mark.parametrize("kind", [silent, closed, refusing])
def test_a_collector_that_takes_nothing_stalls_nothing(kind: Callable, new_server, upstream):
    with kind() as port:
        server = new_server("--otlp-endpoint", f"http://127.0.0.1:{port}", "--rate-limit", "off", *LOOPBACK)
        actor = Actor(server)
        connection = server.create(keyed_body(upstream.origin, SECRET))
        for _ in range(20):
            assert actor.act(connection, "GET", "/").status == 200
        # More than the queue and the batch under way can hold: what is beyond is dropped, and counted.
        peer = server.connect()
        for _ in range(5_000):
            peer.request("GET", f"{CONNECTIONS}/{connection}", headers=server.keys.headers)
            response = peer.getresponse()
            response.read()
            assert response.status == 200
        peer.close()
        wait_until(lambda: counts(server)["dropped"] > 0, "a span that is dropped")
        assert counts(server)["exported"] == 0
        # It ends all the same.
        assert server.stop() == 0
    assert "marker" not in server.log_text()


def test_a_collector_that_comes_back_gets_spans_again(new_server):
    with Collector() as collector:
        collector.status = 400
        server = new_server("--otlp-endpoint", f"{collector.origin}/otlp")
        server.request("GET", CONNECTIONS)
        wait_until(lambda: counts(server)["dropped"] > 0, "a span that is dropped")
        collector.status = 200
        server.request("GET", CONNECTIONS)
        wait_until(lambda: counts(server)["exported"] > 0, "a span that is taken")
        # The last spans come when the server ends.
        last = server.request("GET", CONNECTIONS).headers["X-Request-Id"]
        assert server.stop() == 0
        assert collector.request_span(last)
        events = [event["event"] for event in server.events()]
        assert "traces lost" in events
        assert "traces taken again" in events


@pytest.mark.parametrize(
    "off", [("SDK_DISABLED", "true"), ("TRACES_EXPORTER", "none"), ("TRACES_SAMPLER", "always_off")]
)
def test_what_switches_opentelemetry_off_does_so_here(off: tuple[str, str], tmp_path):
    keys = initialise(tmp_path / "data")
    with Collector() as collector:
        variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"{collector.origin}/otlp"}
        switch = {f"OTEL_{off[0]}": off[1]}
        for more, is_traced in (({}, True), (switch, False)):
            with running(tmp_path / "data", keys, variables=variables | more) as server:
                server.request("GET", CONNECTIONS)
                assert bool(counts(server)) == is_traced
        # What is said to Keyway itself counts more.
        options = ("--otlp-endpoint", f"{collector.origin}/otlp")
        with running(tmp_path / "data", keys, *options, variables=variables | switch) as server:
            assert counts(server)


def test_headers_of_the_collector_are_kept_private(tmp_path):
    initialise(tmp_path / "data")
    headers = tmp_path / "headers"
    for text, mode, code, words in (
        ("X-Key: marker\n", 0o644, 66, "chmod 600"),
        ("marker-without-colon\n", 0o600, 66, "line 1 of"),
        ("A: b\nHost: marker\n", 0o600, 66, "line 2 of"),
    ):
        headers.write_text(text)
        headers.chmod(mode)
        options = ("--otlp-endpoint", "http://127.0.0.1:9", "--otlp-headers-file", headers, "--listen", "127.0.0.1:0")
        done = command("serve", "--data-dir", tmp_path / "data", *options)
        assert done.returncode == code, done.stderr
        assert words in done.stderr
        assert "marker" not in done.stderr
