"""Instructions an act, a create and a GET take in the server, counted by callgrind: the same on a busy machine as on an
idle one.

Usage: instructions.py [OTHER]

`KEYWAY_BINARY` is counted, and OTHER beside it, an older build as a rule.
"""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from acts import ANSWER, ON_LOOPBACK, PATH, TOKEN, send
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from measuring import say
from servers import BINARY, CONNECTIONS, Keyway, Nginx, free_port, succeeds

PLACE = pathlib.Path(".build/instructions").absolute()
REQUESTS = int(os.environ.get("KEYWAY_BENCH_REQUESTS", "3000"))
CLIENTS = int(os.environ.get("KEYWAY_BENCH_CLIENTS", "16"))
WARM_UP = 200
# callgrind counts each byte that `rep stosb` and `rep movsb` write or move; without them glibc uses vectors.
TUNABLES = "glibc.cpu.x86_rep_stosb_threshold=0x40000000:glibc.cpu.x86_rep_movsb_threshold=0x40000000"
# What AWS STS and S3 are to the server: one nginx, which gives any caller a session, and then an object.
CLOUD = """location / {{ default_type text/xml; return 200 '{session}'; }}
    location /bench/ {{ default_type application/json; return 200 '{answer}'; }}"""
SESSION = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>\
<AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\
</SecretAccessKey><SessionToken>bench-session-token</SessionToken><Expiration>{expiration}</Expiration></Credentials>\
</AssumeRoleResult></AssumeRoleResponse>"""
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class CountedKeyway(Keyway):
    """Keyway in callgrind, which counts while it is told to."""

    def start(self, first: str = CONNECTIONS) -> float:
        self.port = free_port()
        command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--fair-sched=yes"]
        command += [f"--callgrind-out-file={self.place}/profile.%p"]
        command += [str(self.binary), "serve", *self.store]
        command += ["--listen", f"127.0.0.1:{self.port}", "--rate-limit", "100000000/60", *self.options]
        self.spawn(command, lambda: succeeds(self.url + first, self.headers), within=120)
        return 0

    def count(self, requests: Iterator[bytes]) -> float:
        """The instructions of one request."""
        exchange(self.port, requests, WARM_UP)
        self.control("on")
        exchange(self.port, requests, REQUESTS)
        self.control("off")
        self.stop()
        return self.total() / REQUESTS

    def control(self, state: str) -> None:
        command = ["callgrind_control", "-i", state, str(self.process.pid)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    @property
    def profile(self) -> pathlib.Path:
        return self.place / f"profile.{self.process.pid}"

    def total(self) -> int:
        found = re.findall(r"^totals: (\d+)$", self.profile.read_text(), re.MULTILINE)
        if not found:
            raise SystemExit(f"{self.profile} has no total")
        return int(found[-1])


def exchange(port: int, requests: Iterator[bytes], count: int) -> None:
    """Sends as many requests over kept connections, on each one after the other."""
    peers = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(CLIENTS)]
    for peer in peers:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for first in range(0, count, CLIENTS):
        asking = peers[: count - first]
        for peer in asking:
            peer.sendall(next(requests))
        for peer in asking:
            receive(peer)
    for peer in peers:
        peer.close()


def receive(peer: socket.socket) -> None:
    answer = b""
    while True:
        piece = peer.recv(65536)
        if not piece:
            raise SystemExit(f"the server closes after {answer[:300]!r}")
        answer += piece
        end = answer.find(b"\r\n\r\n")
        if end < 0:
            continue
        if not answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
            raise SystemExit(f"a request failed: {answer[:500]!r}")
        length = LENGTH.search(answer, 0, end + 2)
        if length and len(answer) == end + 4 + int(length[1]):
            return


def request(keyway: Keyway, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
    """A request as a usual client sends it; by the keys, unless there are other headers."""
    headers = (headers or keyway.headers) | {"User-Agent": "bench/1.0", "Accept": "application/json"}
    if body:
        headers |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{keyway.port}\r\n{lines}\r\n".encode() + body


def acts(keyway: Keyway, upstream: Nginx) -> Iterator[bytes]:
    """Acts through a connection with one header that holds one token."""
    credentials = {
        "type": "HTTPTokenAuth",
        "tokens": [{"name": "token", "type": "SECRET", "value": TOKEN}],
        "headers": [{"name": "Authorization", "value": "Bearer {{ token }}"}],
    }
    integration = {"type": "HTTP", "base_url": upstream.url, "credentials": credentials}
    attributes = {"name": "bench", "integration": integration}
    made = send(keyway, "POST", CONNECTIONS, {"type": "action_connection", "attributes": attributes})
    act = request(keyway, "GET", f"{CONNECTIONS}/{made['id']}/proxy{PATH}")
    while True:
        yield act


def s3_object(keyway: Keyway) -> tuple[str, dict]:
    """The path of an object behind a connection with a role, and the act token of that connection."""
    credentials = {"type": "AWSAssumeRole", "account_id": "123456789012", "role": "bench"}
    attributes = {"name": "bench", "integration": {"type": "AWS", "credentials": credentials}}
    made = send(keyway, "POST", CONNECTIONS, {"type": "action_connection", "attributes": attributes})
    limits = {"connections": [made["id"]], "lifetime": 86_400}
    token = send(keyway, "POST", "/api/v2/actions/act_tokens", {"type": "act_tokens", "attributes": limits})
    return f"{CONNECTIONS}/{made['id']}/proxy/s3/us-east-1/bench/object", token["attributes"]


def s3_acts(keyway: Keyway, _: Nginx) -> Iterator[bytes]:
    """Acts by keys, through a connection with a role, whose session signs them."""
    act = request(keyway, "GET", s3_object(keyway)[0])
    while True:
        yield act


def signed_s3_acts(keyway: Keyway, _: Nginx) -> Iterator[bytes]:
    """The same acts by callers who sign as for AWS."""
    path, token = s3_object(keyway)
    keys = Credentials(token["access_key_id"], token["secret_access_key"])
    while True:
        signed = AWSRequest("GET", keyway.url + path)
        S3SigV4Auth(keys, "s3", "us-east-1").add_auth(signed)
        act = request(keyway, "GET", path, headers=dict(signed.headers))
        end = time.monotonic() + 60
        while time.monotonic() < end:
            yield act


def creates(keyway: Keyway, _: Nginx) -> Iterator[bytes]:
    """Creates of connections with one secret, each with another name."""
    number = 0
    credentials = {"type": "OpenAIAPIKey", "api_token": TOKEN}
    while True:
        attributes = {"name": f"bench {number:08}", "integration": {"type": "OpenAI", "credentials": credentials}}
        data = {"type": "action_connection", "attributes": attributes}
        yield request(keyway, "POST", CONNECTIONS, json.dumps({"data": data}).encode())
        number += 1


def gets(keyway: Keyway, _: Nginx) -> Iterator[bytes]:
    """GETs of one connection."""
    credentials = {"type": "OpenAIAPIKey", "api_token": TOKEN}
    attributes = {"name": "bench", "integration": {"type": "OpenAI", "credentials": credentials}}
    made = send(keyway, "POST", CONNECTIONS, {"type": "action_connection", "attributes": attributes})
    get = request(keyway, "GET", f"{CONNECTIONS}/{made['id']}")
    while True:
        yield get


def main(others: list[str]) -> int:
    shutil.rmtree(PLACE, ignore_errors=True)
    os.environ["GLIBC_TUNABLES"] = TUNABLES
    binaries = [BINARY, *(pathlib.Path(other).absolute() for other in others)]
    upstream, cloud = Nginx(PLACE / "upstream", "upstream"), Nginx(PLACE / "cloud", "cloud")
    all_kinds = {kind.__name__: kind for kind in (acts, s3_acts, signed_s3_acts, creates, gets)}
    wanted = os.environ.get("KEYWAY_BENCH_KINDS", " ".join(all_kinds)).split()
    kinds = [kind for name, kind in all_kinds.items() if name in wanted]
    PLACE.mkdir(parents=True, exist_ok=True)
    copies = [PLACE / f"keyway-{number}" for number in range(len(binaries))]
    for binary, copy in zip(binaries, copies, strict=True):
        # Functions keep their names. Some of what compilers write beside them valgrind does not read.
        subprocess.run(["strip", "--strip-debug", "-o", str(copy), str(binary)], check=True)
    print(f"| instructions | {' | '.join(map(str, binaries))} | |\n| --- |{' --- |' * (len(binaries) + 1)}")
    try:
        upstream.start(PATH, ANSWER)
        expiration = (datetime.now(UTC) + timedelta(hours=12)).strftime("%Y-%m-%dT%H:%M:%SZ")
        cloud.run("/", CLOUD.format(session=SESSION.format(expiration=expiration), answer=ANSWER.decode()))
        for kind in kinds:
            counts = []
            for number in range(len(binaries)):
                keyway = CountedKeyway(
                    PLACE / f"{kind.__name__}-{number}",
                    *ON_LOOPBACK,
                    binary=copies[number],
                    variables=variables(cloud),
                )
                try:
                    keyway.start()
                    counts.append(keyway.count(kind(keyway, upstream)))
                finally:
                    keyway.stop()
                say(f"{kind.__name__}: {counts[-1]:,.0f}, by function in {keyway.profile}")
            ratio = f"{counts[0] / counts[1]:.3f}" if others else ""
            print(f"| {kind.__name__} | {' | '.join(f'{count:,.0f}' for count in counts)} | {ratio} |", flush=True)
    finally:
        upstream.stop()
        cloud.stop()
    return 0


def variables(cloud: Nginx) -> dict[str, str]:
    """What makes AWS' clients clients of that server."""
    return {
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_ENDPOINT_URL": cloud.url,
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
