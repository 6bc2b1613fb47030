"""Acting through a connection to an upstream on loopback, beside nginx as a proxy that adds a fixed header."""

import asyncio
import json
import urllib.request

from measuring import PLACE, Row, fetch, interleaved, median, p99, rate, ratio, read_path, say
from servers import CONNECTIONS, Keyway, Nginx, SlowUpstream

PATH = "/v1/models"
TOKEN = "sk-bench-0123456789abcdefghijklmnopqrstuvwxyz"
CONCURRENT = 1000
# About as long as an answer of such an API is.
MODELS = [{"id": f"model-{number}", "object": "model", "owned_by": "bench"} for number in range(8)]
ANSWER = json.dumps({"object": "list", "data": MODELS}).encode()


def acts() -> list[Row]:
    """Rate with 64 clients and time with one, beside nginx; then GETs of a connection beside 1,000 slow acts."""
    keyway = Keyway(PLACE / "keyway-acts", *ON_LOOPBACK)
    upstream, proxy = Nginx(PLACE / "upstream", "upstream"), Nginx(PLACE / "proxy", "proxy")
    slow = SlowUpstream(PLACE / "slow", "slow")
    try:
        upstream.start(PATH, ANSWER)
        proxy.start_proxy(upstream, PATH, f"Bearer {TOKEN}")
        keyway.start()
        connection = connect(keyway, upstream.url)
        act = f"{CONNECTIONS}/{connection}/proxy{PATH}"
        assert fetch(keyway.url + act, keyway.headers) == ANSWER
        rows = throughput(keyway, act, proxy) + by_token(keyway, connection, act) + added_time(keyway, act, upstream)
        slow.start()
        rows += beside_slow_acts(keyway, connect(keyway, slow.url))
    finally:
        for server in (keyway, proxy, upstream, slow):
            server.stop()
    return rows


ON_LOOPBACK = ["--egress-allow", "127.0.0.0/8", "--egress-allow-plaintext", "--connections-per-address", "2000"]


def connect(keyway: Keyway, base_url: str) -> str:
    """Creates a connection like OpenAI's whose requests go to this upstream, and returns its id."""
    credentials = {"type": "OpenAIAPIKey", "api_token": TOKEN}
    attributes = {"name": "bench", "integration": {"type": "OpenAI", "credentials": credentials}}
    created = send(keyway, "POST", CONNECTIONS, {"type": "action_connection", "attributes": attributes})
    settings = {"base_url": base_url, "custom_domain": True, "concurrency": 2 * CONCURRENT}
    path = f"{CONNECTIONS}/{created['id']}/settings"
    send(keyway, "PUT", path, {"type": "connection_settings", "attributes": settings})
    return created["id"]


def send(keyway: Keyway, method: str, path: str, data: dict) -> dict:
    request = urllib.request.Request(
        keyway.url + path,
        json.dumps({"data": data}).encode(),
        keyway.headers | {"Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["data"]


def throughput(keyway: Keyway, act: str, proxy: Nginx) -> list[Row]:
    ours, theirs = interleaved(
        ("acts", lambda seconds: read_path(keyway, act, seconds)),
        ("nginx proxy_pass", lambda seconds: read_path(proxy, PATH, seconds, headers=keyway.headers)),
    )
    what = f"act, {len(ANSWER)} bytes, 64 clients"
    return [
        Row(f"{what}: rate", rate(ours), f"nginx proxy_pass {rate(theirs)}", ratio(ours, theirs, "rate"), 0.3),
        Row(f"{what}: p99", p99(ours), f"nginx proxy_pass {p99(theirs)}", ratio(ours, theirs, "p99"), None),
    ]


def by_token(keyway: Keyway, connection: str, act: str) -> list[Row]:
    """Acts by an act token, beside the same acts by keys."""
    attributes = {"connections": [connection], "lifetime": 86_400}
    token = send(keyway, "POST", "/api/v2/actions/act_tokens", {"type": "act_tokens", "attributes": attributes})
    headers = {"Authorization": f"Bearer {token['attributes']['token']}"}
    by_token, by_keys = interleaved(
        ("acts by act token", lambda seconds: read_path(keyway, act, seconds, headers=headers)),
        ("acts by keys", lambda seconds: read_path(keyway, act, seconds)),
    )
    ratio_of_rates = ratio(by_token, by_keys, "rate")
    return [Row("act by act token, 64 clients: rate", rate(by_token), f"by keys {rate(by_keys)}", ratio_of_rates, 0.95)]


def added_time(keyway: Keyway, act: str, upstream: Nginx) -> list[Row]:
    ours, direct = interleaved(
        ("acts, one client", lambda seconds: read_path(keyway, act, seconds, clients=1)),
        ("upstream, one client", lambda seconds: read_path(upstream, PATH, seconds, 1, keyway.headers)),
    )
    added = (median(ours, "p50") - median(direct, "p50")) / 1000
    beside = f"upstream itself {median(direct, 'p50') / 1000:.3f} ms"
    return [
        Row(
            "act, one client: added to the median",
            f"{median(ours, 'p50') / 1000:.3f} ms",
            beside,
            added,
            1,
            " ms",
            at_least=False,
        )
    ]


def beside_slow_acts(keyway: Keyway, connection: str) -> list[Row]:
    """GETs by id while 1,000 acts wait for an upstream that answers slowly, beside the same GETs without them."""
    get = f"{CONNECTIONS}/{connection}"

    def busy(seconds: int):
        return asyncio.run(with_slow_acts(keyway, f"{get}/proxy/slow", lambda: read_path(keyway, get, seconds)))

    ours, theirs = interleaved(
        (f"GETs beside {CONCURRENT:,} slow acts", busy),
        ("GETs alone", lambda seconds: read_path(keyway, get, seconds)),
    )
    return [
        Row(
            f"GET beside {CONCURRENT:,} slow acts: {what}",
            f"{median(ours, name) / 1000:.2f} ms",
            f"alone {median(theirs, name) / 1000:.2f} ms",
            ratio(ours, theirs, name),
            2,
            at_least=False,
        )
        for what, name in (("median", "p50"), ("p99", "p99"))
    ]


async def with_slow_acts(keyway: Keyway, path: str, measure):
    """Holds the acts under way, each begun anew when it is answered, while `measure` runs."""
    head = f"GET {path} HTTP/1.1\r\nHost: bench\r\n"
    request = (head + "".join(f"{name}: {value}\r\n" for name, value in keyway.headers.items()) + "\r\n").encode()
    answered = 0

    async def client() -> None:
        nonlocal answered
        reader, writer = await asyncio.open_connection("127.0.0.1", keyway.port)
        try:
            while True:
                writer.write(request)
                answer = await reader.readuntil(b"\r\n\r\n")
                if not answer.startswith(b"HTTP/1.1 200"):
                    raise SystemExit(f"a slow act failed: {answer[:300]!r}")
                length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                await reader.readexactly(length)
                answered += 1
        finally:
            writer.close()

    clients = [asyncio.create_task(client()) for _ in range(CONCURRENT)]
    await asyncio.sleep(2)
    try:
        result = await asyncio.to_thread(measure)
    finally:
        for task in clients:
            task.cancel()
        outcomes = await asyncio.gather(*clients, return_exceptions=True)
    failed = [outcome for outcome in outcomes if not isinstance(outcome, asyncio.CancelledError)]
    if failed or not answered:
        raise SystemExit(f"{len(failed)} slow acts failed, {answered} were answered: {failed[:1]}")
    say(f"{answered:,} slow acts were answered meanwhile")
    return result
