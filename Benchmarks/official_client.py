"""The official Python client's side of `make bench sdk`: each line on standard input asks for one round, each answer
is its seconds.

Usage: official_client.py DOCUMENTS

DOCUMENTS holds answers to a GET of a connection, one a line. `decode` turns each of them from bytes into the client's
models; `get` gets each of those connections from the server that DD_SITE names. Benchmarks/SDK does the same with ours.
"""

import os
import pathlib
import sys
import time
import urllib.parse

from datadog_api_client import ApiClient, Configuration
from datadog_api_client.v2.api.action_connection_api import ActionConnectionApi
from datadog_api_client.v2.model.get_action_connection_response import GetActionConnectionResponse

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "Tests" / "EndToEnd"))
from official import assert_typed


def main(path: str) -> None:
    address = urllib.parse.urlsplit(os.environ["DD_SITE"])
    configuration = Configuration(
        server_index=1, server_variables={"protocol": address.scheme, "name": address.netloc}, enable_retry=False
    )
    configuration.api_key["apiKeyAuth"] = os.environ["DD_API_KEY"]
    configuration.api_key["appKeyAuth"] = os.environ["DD_APP_KEY"]
    with ApiClient(configuration) as client:
        bodies = pathlib.Path(path).read_bytes().splitlines()
        models = [connection(client, body) for body in bodies]
        for model in models[:100]:
            assert_typed(model)
        documents = [(model.data.id, body) for model, body in zip(models, bodies, strict=True)]
        del models
        api = ActionConnectionApi(client)
        for line in sys.stdin:
            began = time.monotonic()
            match line.strip():
                case "decode":
                    for identifier, body in documents:
                        assert connection(client, body).data.id == identifier
                case "get":
                    for identifier, _ in documents:
                        assert api.get_action_connection(identifier).data.id == identifier
                case round_name:
                    raise SystemExit(f"there is no round {round_name}")
            print(time.monotonic() - began, flush=True)


def connection(client: ApiClient, body: bytes) -> GetActionConnectionResponse:
    """Does with the body of an answer what the client does."""
    return client.deserialize(body.decode(), (GetActionConnectionResponse,), True)


if __name__ == "__main__":
    main(sys.argv[1])
