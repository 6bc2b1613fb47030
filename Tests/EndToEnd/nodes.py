"""Several servers on one database, and a way between them and it that can be blocked."""

import contextlib
import pathlib
import socket
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from harness import BINARY, Keys, Server, initialise
from postgres import PORT, Cluster, new_database, shared_cluster
from stores import Database, template, use_database


class Relay:
    """Passes connections on to a PostgreSQL, until it is told to keep all bytes, or to cut what there is."""

    def __init__(self, cluster: Cluster) -> None:
        self.target = str(cluster.place / f".s.PGSQL.{PORT}")
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="keyway-relay-", dir="/tmp"))
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.place / f".s.PGSQL.{PORT}"))
        self.listener.listen(64)
        self.passing = threading.Event()
        self.passing.set()
        self.lock = threading.Lock()
        self.sockets: list[socket.socket] = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            upstream = socket.socket(socket.AF_UNIX)
            try:
                upstream.connect(self.target)
            except OSError:
                peer.close()
                continue
            with self.lock:
                self.sockets += [peer, upstream]
            for source, sink in ((peer, upstream), (upstream, peer)):
                threading.Thread(target=self.copy, args=(source, sink), daemon=True).start()

    def copy(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self.passing.wait()
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def block(self) -> None:
        """Keeps whatever comes, as a network does that loses everything."""
        self.passing.clear()

    def cut(self) -> None:
        """Ends all connections there are."""
        with self.lock:
            for end in self.sockets:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()
            self.sockets.clear()

    def restore(self) -> None:
        """Lets new connections through; those that were blocked are gone, as a network would have it after a while."""
        self.cut()
        self.passing.set()

    def close(self) -> None:
        self.listener.close()
        self.restore()
        (self.place / f".s.PGSQL.{PORT}").unlink(missing_ok=True)
        self.place.rmdir()


class Nodes:
    """Servers on one database."""

    def __init__(self, place: pathlib.Path, cluster: Cluster | None = None) -> None:
        self.data_dir = place / "data"
        """Stands for the database."""
        self.cluster = cluster or shared_cluster()
        if cluster is None:
            name = new_database(template(BINARY))
        else:
            name = "keyway"
            cluster.create(name)
        self.database = Database(self.cluster, name)
        use_database(self.data_dir, self.database)
        self.keys: Keys = initialise(self.data_dir)
        self.servers: list[Server] = []
        self.relays: list[Relay] = []

    def add(
        self,
        *options: str,
        uri: str = "",
        relay: Relay | None = None,
        direct: Relay | None = None,
        variables: dict[str, str] | None = None,
    ) -> Server:
        """A further server, which is not started yet."""
        server = Server(self.data_dir, self.keys, "--rate-limit", "off", *options, variables=variables)
        server.log_file = self.data_dir.with_name(f"node-{len(self.servers)}.log")
        uri = uri or self.cluster.uri(self.database.name, relay.place if relay else None)
        server.store = ["--store", uri, "--master-key-file", f"{self.data_dir}.key"]
        if direct:
            server.store += ["--store-direct", self.cluster.uri(self.database.name, direct.place)]
        self.servers.append(server)
        return server

    def relay(self) -> Relay:
        self.relays.append(Relay(self.cluster))
        return self.relays[-1]

    def start(self) -> list[Server]:
        """Starts all that do not run, at the same time."""
        with ThreadPoolExecutor(len(self.servers)) as pool:
            list(pool.map(lambda server: server.is_running or server.start(), self.servers))
        return self.servers

    def close(self) -> None:
        for relay in self.relays:
            relay.close()
        for server in self.servers:
            if server.is_running:
                server.kill()


@contextmanager
def nodes(place: pathlib.Path, *options: str, count: int = 2) -> Iterator[Nodes]:
    """Servers that run, and must end well."""
    all_of_them = Nodes(place)
    for _ in range(count):
        all_of_them.add(*options)
    try:
        all_of_them.start()
        yield all_of_them
        for server in all_of_them.servers:
            if server.is_running:
                assert server.stop() == 0
    finally:
        all_of_them.close()
