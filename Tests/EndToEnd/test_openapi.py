"""/openapi.json is valid, complete, and true of the running server."""

import os
import subprocess
import sys

import pytest
from harness import CONNECTIONS, REGISTRATIONS, Server
from openapi_spec_validator import OpenAPIV31SpecValidator

DOCUMENTED = {
    (CONNECTIONS, "get"): {"200", "400", "403", "429"},
    (CONNECTIONS, "post"): {"201", "400", "403", "429"},
    (f"{CONNECTIONS}/{{connection_id}}", "get"): {"200", "400", "403", "404", "429"},
    (f"{CONNECTIONS}/{{connection_id}}", "patch"): {"200", "400", "403", "404", "429"},
    (f"{CONNECTIONS}/{{connection_id}}", "delete"): {"204", "403", "404", "429"},
    (REGISTRATIONS, "get"): {"200", "400", "403", "429"},
    (f"{REGISTRATIONS}/{{app_key_id}}", "put"): {"201", "400", "403", "429"},
    (f"{REGISTRATIONS}/{{app_key_id}}", "get"): {"200", "400", "403", "404", "429"},
    (f"{REGISTRATIONS}/{{app_key_id}}", "delete"): {"204", "400", "403", "404", "429"},
}


@pytest.fixture(scope="module")
def document(server: Server) -> dict:
    answer = server.request("GET", "/openapi.json", headers={"DD-API-KEY": "", "DD-APPLICATION-KEY": ""})
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    return answer.json


def test_it_is_valid(document: dict) -> None:
    assert document["openapi"].startswith("3.1.")
    errors = [f"{error.json_path}: {error.message}" for error in OpenAPIV31SpecValidator(document).iter_errors()]
    assert errors == []


@pytest.mark.parametrize(("path", "method"), DOCUMENTED)
def test_it_has_every_operation_with_its_statuses(document: dict, path: str, method: str) -> None:
    responses = document["paths"][path][method]["responses"]
    assert DOCUMENTED[path, method] <= set(responses)


CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]


def test_it_is_true(server: Server, tmp_path) -> None:
    """schemathesis makes requests of the document, right ones and wrong ones, and compares the answers with it."""
    headers = [f"--header={name}:{value}" for name, value in server.keys.headers.items()]
    done = subprocess.run(
        [
            *(os.path.join(os.path.dirname(sys.executable), "schemathesis"), "run"),
            f"http://{server.address}/openapi.json",
            *headers,
            f"--checks={','.join(CHECKS)}",
            "--phases=examples,coverage,fuzzing",
            # Unregistering its own key would make every request after it a 403.
            "--exclude-path-regex=app_key_registrations/",
            "--max-examples=20",
            "--seed=1",
            "--generation-deterministic",
            "--workers=2",
            "--request-timeout=10",
            "--warnings=off",
            "--no-color",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
