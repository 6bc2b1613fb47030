"""An addon of mitmproxy's: whatever the host, the upstream of the bench is asked."""

import os


def server_connect(data) -> None:
    data.server.address = ("127.0.0.1", int(os.environ["BENCH_UPSTREAM_PORT"]))
