"""/openapi.json is valid, complete, and true of the running server."""

import os
import pathlib
import subprocess
import sys
from collections.abc import Callable

import pytest
from harness import AWS, AWS_ACCOUNTS, CONNECTIONS, PATIENCE, REGISTRATIONS, Server
from openapi_spec_validator import OpenAPIV31SpecValidator

ACCOUNT = f"{AWS_ACCOUNTS}/{{aws_account_config_id}}"
OWN = "/api/v2/current_user/application_keys"
OF_ACCOUNT = "/api/v2/service_accounts/{service_account_id}/application_keys"
EVERYONES = "/api/v2/application_keys"
ROLE = "/api/v2/roles/{role_id}"
POLICY = "/api/v2/restriction_policy/{resource_id}"

# What the reference documents of each operation.
DOCUMENTED = {
    (CONNECTIONS, "get"): {"200", "400", "403", "429"},
    (CONNECTIONS, "post"): {"201", "400", "403", "429"},
    (f"{CONNECTIONS}/{{connection_id}}", "get"): {"200", "400", "403", "404", "429"},
    (f"{CONNECTIONS}/{{connection_id}}", "patch"): {"200", "400", "403", "404", "429"},
    (f"{CONNECTIONS}/{{connection_id}}", "delete"): {"204", "403", "404", "429"},
    (POLICY, "get"): {"200", "400", "403", "429"},
    (POLICY, "post"): {"200", "400", "403", "429"},
    (POLICY, "delete"): {"204", "400", "403", "429"},
    (REGISTRATIONS, "get"): {"200", "400", "403", "429"},
    (f"{REGISTRATIONS}/{{app_key_id}}", "put"): {"201", "400", "403", "429"},
    (f"{REGISTRATIONS}/{{app_key_id}}", "get"): {"200", "400", "403", "404", "429"},
    (f"{REGISTRATIONS}/{{app_key_id}}", "delete"): {"204", "400", "403", "404", "429"},
    (AWS_ACCOUNTS, "get"): {"200", "403", "429"},
    (AWS_ACCOUNTS, "post"): {"200", "400", "403", "409", "429"},
    (ACCOUNT, "get"): {"200", "400", "403", "404", "429"},
    (ACCOUNT, "patch"): {"200", "400", "403", "404", "429"},
    (ACCOUNT, "delete"): {"204", "400", "403", "404", "429"},
    (f"{ACCOUNT}/ccm_config", "get"): {"200", "403", "404", "429"},
    (f"{ACCOUNT}/ccm_config", "post"): {"200", "403", "404", "409", "429"},
    (f"{ACCOUNT}/ccm_config", "patch"): {"200", "403", "404", "429"},
    (f"{ACCOUNT}/ccm_config", "delete"): {"204", "403", "404", "429"},
    (f"{ACCOUNT}/trust_policy", "get"): {"200", "400", "403", "404", "429"},
    (f"{ACCOUNT}/metric_name_filter_preview", "get"): {"200", "403", "404", "429"},
    (f"{ACCOUNT}/metric_name_filter_preview", "post"): {"200", "400", "403", "404", "429"},
    (f"{AWS}/validate_ccm_config", "post"): {"200", "400", "403", "429", "503"},
    (f"{AWS}/event_bridge", "get"): {"200", "403", "429"},
    (f"{AWS}/event_bridge", "post"): {"200", "400", "403", "409", "429"},
    (f"{AWS}/event_bridge", "delete"): {"200", "400", "403", "429"},
    ("/api/v1/integration/aws/event_bridge", "get"): {"200", "403", "429"},
    ("/api/v1/integration/aws/event_bridge", "post"): {"200", "400", "403", "409", "429"},
    ("/api/v1/integration/aws/event_bridge", "delete"): {"200", "400", "403", "429"},
    (f"{AWS}/generate_new_external_id", "post"): {"200", "403", "429"},
    (f"{AWS}/available_namespaces", "get"): {"200", "403", "429"},
    (f"{AWS}/logs/services", "get"): {"200", "403", "429"},
    (f"{AWS}/iam_permissions", "get"): {"200", "429"},
    (f"{AWS}/iam_permissions/standard", "get"): {"200", "429"},
    (f"{AWS}/iam_permissions/resource_collection", "get"): {"200", "429"},
    ("/api/v2/api_keys", "get"): {"200", "400", "403", "429"},
    ("/api/v2/api_keys", "post"): {"201", "400", "403", "429"},
    ("/api/v2/api_keys/{api_key_id}", "get"): {"200", "403", "404", "429"},
    ("/api/v2/api_keys/{api_key_id}", "patch"): {"200", "400", "403", "404", "429"},
    ("/api/v2/api_keys/{api_key_id}", "delete"): {"204", "403", "404", "429"},
    (EVERYONES, "get"): {"200", "400", "403", "429"},
    (f"{EVERYONES}/{{app_key_id}}", "get"): {"200", "400", "403", "404", "429"},
    (f"{EVERYONES}/{{app_key_id}}", "patch"): {"200", "400", "403", "404", "429"},
    (f"{EVERYONES}/{{app_key_id}}", "delete"): {"204", "403", "404", "429"},
    (OWN, "get"): {"200", "400", "403", "429"},
    (OWN, "post"): {"201", "400", "403", "429"},
    (f"{OWN}/{{app_key_id}}", "get"): {"200", "403", "404", "429"},
    (f"{OWN}/{{app_key_id}}", "patch"): {"200", "400", "403", "404", "429"},
    (f"{OWN}/{{app_key_id}}", "delete"): {"204", "403", "404", "429"},
    (OF_ACCOUNT, "get"): {"200", "400", "403", "404", "429"},
    (OF_ACCOUNT, "post"): {"201", "400", "403", "429"},
    (f"{OF_ACCOUNT}/{{app_key_id}}", "get"): {"200", "403", "404", "429"},
    (f"{OF_ACCOUNT}/{{app_key_id}}", "patch"): {"200", "400", "403", "404", "429"},
    (f"{OF_ACCOUNT}/{{app_key_id}}", "delete"): {"204", "403", "404", "429"},
    ("/api/v1/validate", "get"): {"200", "403"},
    ("/api/v2/validate", "get"): {"200", "403"},
    ("/api/v2/validate_keys", "get"): {"200", "403", "429"},
    ("/api/v2/current_user", "get"): {"200", "403", "429"},
    ("/api/v2/current_user", "patch"): {"200", "400", "403", "422", "429"},
    ("/api/v2/users", "get"): {"200", "400", "403", "429"},
    ("/api/v2/users", "post"): {"201", "400", "403", "429"},
    ("/api/v2/users/{user_id}", "get"): {"200", "403", "404", "429"},
    ("/api/v2/users/{user_id}", "patch"): {"200", "400", "403", "404", "422", "429"},
    ("/api/v2/users/{user_id}", "delete"): {"204", "403", "404", "429"},
    ("/api/v2/user_invitations", "post"): {"201", "400", "403", "429"},
    ("/api/v2/user_invitations/{user_invitation_uuid}", "get"): {"200", "403", "404", "429"},
    ("/api/v2/user_invitations/{user_invitation_uuid}/accept", "post"): {"201", "400", "403", "404", "429"},
    ("/api/v2/users/{user_id}/invitations", "delete"): {"204", "403", "404", "429"},
    ("/api/v2/users/{user_id}/orgs", "get"): {"200", "403", "404", "429"},
    ("/api/v2/users/{user_id}/permissions", "get"): {"200", "403", "404", "429"},
    ("/api/v2/service_accounts", "post"): {"201", "400", "403", "429"},
    ("/api/v2/roles", "get"): {"200", "403", "429"},
    ("/api/v2/roles", "post"): {"200", "400", "403", "429"},
    (ROLE, "get"): {"200", "403", "404", "429"},
    (ROLE, "patch"): {"200", "400", "403", "404", "422", "429"},
    (ROLE, "delete"): {"204", "403", "404", "429"},
    (f"{ROLE}/clone", "post"): {"200", "400", "403", "404", "409", "429"},
    (f"{ROLE}/permissions", "get"): {"200", "403", "404", "429"},
    (f"{ROLE}/permissions", "post"): {"200", "400", "403", "404", "429"},
    (f"{ROLE}/permissions", "delete"): {"200", "400", "403", "404", "429"},
    (f"{ROLE}/users", "get"): {"200", "403", "404", "429"},
    (f"{ROLE}/users", "post"): {"200", "400", "403", "404", "429"},
    (f"{ROLE}/users", "delete"): {"200", "400", "403", "404", "429"},
    ("/api/v2/permissions", "get"): {"200", "403", "429"},
    ("/api/v2/audit/events", "get"): {"200", "400", "403", "429"},
    ("/api/v2/audit/events/search", "post"): {"200", "400", "403", "429"},
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


# It would end its own keys, its registration or its user with these, and every request after that would be a 403.
# Acts and tests would reach out for the third parties themselves; their suites have twins of these. And settings, whose
# bodies have a shape for each integration, would take as long as all else.
LEFT_OUT = (
    "^(Act|TestActionConnection|PreviewAWS|ValidateAWS|PutActionConnectionSettings|Unregister|Disable|RemoveUser|"
    "Update(Current)?User|"
    "(Delete|Update).*ApplicationKey|DeleteAPIKey)"
)


def test_it_is_true(new_server: Callable[..., Server], tmp_path: pathlib.Path) -> None:
    """schemathesis makes requests of the document, right ones and wrong ones, and compares the answers with it."""
    server = new_server("--rate-limit", "off")
    headers = [f"--header={name}:{value}" for name, value in server.keys.headers.items()]
    done = subprocess.run(
        [
            *(os.path.join(os.path.dirname(sys.executable), "schemathesis"), "run"),
            f"http://{server.address}/openapi.json",
            *headers,
            f"--checks={','.join(CHECKS)}",
            "--phases=examples,coverage,fuzzing",
            f"--exclude-operation-id-regex={LEFT_OUT}",
            "--max-examples=10",
            "--seed=1",
            "--generation-deterministic",
            # Threads that parse Python source at once fail in CPython 3.11 ("recursion depth mismatch").
            "--workers=1",
            "--request-timeout=120",
            "--warnings=off",
            "--no-color",
        ],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(pathlib.Path(__file__).parent),
            "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
        },
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    assert server.request("GET", CONNECTIONS).status == 200, "its keys ended on the way"
