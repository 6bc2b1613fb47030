"""An S3 object of 256 MiB up and down by the key pair of an act token, beside directly to the same twin."""

import io
import os
import pathlib
import statistics
import sys
import time

import boto3
from acts import ON_LOOPBACK, send
from botocore.config import Config
from botocore.handlers import add_expect_header
from measuring import PLACE, ROUNDS, Row, say
from servers import CONNECTIONS, Keyway

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Tests" / "EndToEnd"))

SIZE = 256 << 20
ROLE = "bench"
KEYS = ("AccessKeyId", "SecretAccessKey", "SessionToken")


def s3() -> list[Row]:
    """Rates of an upload in parts and of a ranged download, and the server's memory after them."""
    from twins.aws import ACCOUNT, aws_twin

    body = os.urandom(SIZE)
    with aws_twin() as twin:
        keyway = Keyway(PLACE / "keyway-s3", *ON_LOOPBACK, variables=twin.environment)
        try:
            keyway.start()
            credentials = {"type": "AWSAssumeRole", "account_id": ACCOUNT, "role": ROLE}
            attributes = {"name": "bench", "integration": {"type": "AWS", "credentials": credentials}}
            made = send(keyway, "POST", CONNECTIONS, {"type": "action_connection", "attributes": attributes})
            external_id = made["attributes"]["integration"]["credentials"]["external_id"]
            role = twin.trust(ROLE, external_id, "s3:*")
            limits = {"connections": [made["id"]], "lifetime": 86_400}
            token = send(keyway, "POST", "/api/v2/actions/act_tokens", {"type": "act_tokens", "attributes": limits})
            pair = token["attributes"]["access_key_id"], token["attributes"]["secret_access_key"]
            through = client(f"{keyway.url}{CONNECTIONS}/{made['id']}/proxy", pair)
            session = twin.client("sts", twin.origin, twin.principal).assume_role(
                RoleArn=role, RoleSessionName="direct", ExternalId=external_id
            )["Credentials"]
            direct = client(twin.origin, tuple(session[name] for name in KEYS))
            # The twin takes requests as Keyway sends them, which waits for no 100.
            direct.meta.events.unregister("before-call.s3", add_expect_header)
            direct.create_bucket(Bucket="bench")
            times = {way: [] for way in ("up", "up directly", "down", "down directly")}
            for _ in range(ROUNDS):
                for which, side in ((" directly", direct), ("", through)):
                    times[f"up{which}"].append(timed(lambda side=side: upload(side, body)))
                    times[f"down{which}"].append(timed(lambda side=side: download(side, body)))
            memory = keyway.resident_mebibytes()
        finally:
            keyway.stop()
    rows = []
    for way, what in (("up", "upload in parts"), ("down", "ranged download")):
        ours, theirs = statistics.median(times[way]), statistics.median(times[f"{way} directly"])
        rate, beside = (f"{SIZE / (1 << 20) / seconds:.0f} MiB/s" for seconds in (ours, theirs))
        rows.append(Row(f"S3, 256 MiB: {what}", rate, f"directly {beside}", theirs / ours, 0.5))
    rows.append(Row("S3, 256 MiB: memory afterwards", f"{memory:.0f} MiB", "", memory, 60, " MiB", at_least=False))
    return rows


def client(endpoint: str, keys: tuple[str, ...]):
    return boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id=keys[0],
        aws_secret_access_key=keys[1],
        aws_session_token=keys[2] if len(keys) > 2 else None,
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
    )


def upload(side, body: bytes) -> None:
    side.upload_fileobj(io.BytesIO(body), "bench", "object")


def download(side, body: bytes) -> None:
    received = io.BytesIO()
    side.download_fileobj("bench", "object", received)
    if received.getvalue() != body:
        raise SystemExit("the object came back changed")


def timed(work) -> float:
    began = time.monotonic()
    work()
    took = time.monotonic() - began
    say(f"S3: {SIZE >> 20} MiB in {took:.1f} s")
    return took
