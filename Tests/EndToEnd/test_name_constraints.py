"""The table of docs/proxy.md: clients heed the constraint of an intermediate below a root that they trust."""

import datetime
import ipaddress
import os
import pathlib
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PROGRAMS = pathlib.Path(__file__).parent / "proxied"
HOST = "api.keyway-test.example"
# What a certificate below the intermediate may be for, and whether it is believed.
NAMES = {HOST: True, f"x.{HOST}": True, "other.keyway-test.example": False, "203.0.113.7": False}


def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def authority(
    name: str, own: ec.EllipticCurvePrivateKey, issuer: str, by: ec.EllipticCurvePrivateKey, length: int
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    usage = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=length), critical=True)
        .add_extension(x509.KeyUsage(key_cert_sign=True, **usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )


@pytest.fixture(scope="module")
def chains(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A root, and for each name a certificate with its key and its intermediate, which is constrained to the host."""
    place = tmp_path_factory.mktemp("chains")
    root, middle, leaf = key(), key(), key()
    ends = {"critical": True}
    trusted = authority("root", root, "root", root, 1).sign(root, hashes.SHA256())
    constraint = x509.NameConstraints(
        permitted_subtrees=[x509.DNSName(HOST)],
        excluded_subtrees=[x509.IPAddress(ipaddress.ip_network(network)) for network in ("0.0.0.0/0", "::/0")],
    )
    constrained = authority("middle", middle, "root", root, 0).add_extension(constraint, **ends)
    chain = constrained.sign(root, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    (place / "root.pem").write_bytes(trusted.public_bytes(serialization.Encoding.PEM))
    own = leaf.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    now = datetime.datetime.now(datetime.UTC)
    for name in NAMES:
        is_name = name[0].isalpha()
        shown = x509.DNSName(name) if is_name else x509.IPAddress(ipaddress.ip_address(name))
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "middle")]))
            .public_key(leaf.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([shown]), critical=True)
            .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(leaf.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(middle.public_key()), critical=False)
            .sign(middle, hashes.SHA256())
        )
        (place / name).write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + chain + own)
    return place


@contextmanager
def proxy(chains: pathlib.Path) -> Iterator[str]:
    """The address of a proxy that is every host, by the certificate for its name."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            target = self.rfile.readline().decode().split(" ")[1]
            while self.rfile.readline().strip():
                pass
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(chains / target.rpartition(":")[0])
            with suppress(OSError):
                inside = tls.wrap_socket(self.request, server_side=True)
                inside.recv(1 << 16)
                inside.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
                inside.shutdown(socket.SHUT_WR)

    class Listener(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Listener(("127.0.0.1", 0), Handler) as listener:
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{listener.server_address[1]}"
        listener.shutdown()


PYTHON = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).status)"


def words(client: str, url: str, address: str, place: pathlib.Path) -> list[str]:
    """The command that asks a URL by a client."""
    if client == "curl":
        return ["curl", "-q", "-sS", url]
    if client == "python":
        return [sys.executable, "-c", PYTHON, url]
    if client == "go":
        return [str(place / "fetch"), url]
    if client == "git":
        # To it the response is a repository of nothing.
        return ["git", "ls-remote", f"{url}repository.git"]
    host, _, port = address.partition(":")
    trust = [f"-Djavax.net.ssl.trustStore={place}/trust.p12", "-Djavax.net.ssl.trustStorePassword=changeit"]
    return [
        "java",
        f"-Dhttps.proxyHost={host}",
        f"-Dhttps.proxyPort={port}",
        *trust,
        str(PROGRAMS / "Fetch.java"),
        url,
    ]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, chains: pathlib.Path) -> pathlib.Path:
    """The program in Go, and Java's trust store."""
    place = tmp_path_factory.mktemp("clients")
    own = {"GOCACHE": str(place / "cache"), "GOPATH": str(place / "go"), "GOPROXY": "off"}
    build = ["go", "build", "-o", str(place / "fetch"), str(PROGRAMS / "fetch.go")]
    subprocess.run(build, env=os.environ | own, check=True, capture_output=True)
    store = ["-storetype", "PKCS12", "-keystore", str(place / "trust.p12"), "-storepass", "changeit"]
    imported = ["keytool", "-importcert", "-noprompt", "-alias", "root", "-file", str(chains / "root.pem"), *store]
    subprocess.run(imported, check=True, capture_output=True)
    return place


@pytest.mark.parametrize("client", ["curl", "python", "go", "git", "java"])
@pytest.mark.parametrize("name", NAMES)
def test_a_client_believes_a_certificate_within_the_constraint_alone(
    client: str, name: str, chains: pathlib.Path, place: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    variables = ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO")
    kept = {variable: os.environ[variable] for variable in ("PATH", "JAVA_HOME") if variable in os.environ}
    with proxy(chains) as address:
        own = dict.fromkeys(variables, str(chains / "root.pem")) | {"HTTPS_PROXY": f"http://user:x@{address}"}
        own |= {"HOME": str(tmp_path), "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1"}
        command = words(client, f"https://{name}/", address, place)
        done = subprocess.run(
            command, env=kept | own, capture_output=True, text=True, timeout=600, check=False, stdin=subprocess.DEVNULL
        )
    said = done.stdout + done.stderr
    assert (done.returncode == 0) == NAMES[name], said
    if not NAMES[name]:
        assert "certif" in said.lower(), said


def test_the_clients_are_there() -> None:
    assert all(shutil.which(client) for client in ("curl", "git", "go", "java", "keytool"))
