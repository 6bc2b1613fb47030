"""Clouds' own SDKs find credentials of Keyway's where they look for a cloud's, in a command of `keyway run`."""

import json
import pathlib
import sys

import pytest
from acting import Actor
from catalogue import BY_NAME
from test_run_command import Runner

AWS = """
import botocore.session, json
from concurrent.futures import ThreadPoolExecutor
def find(_):
    found = botocore.session.Session().get_credentials()
    return found.method, *found.get_frozen_credentials()[:3]
with ThreadPoolExecutor(5) as threads:
    print(json.dumps(list(threads.map(find, range(5)))))
"""
GOOGLE = """
import google.auth, google.auth.transport.requests, json
from concurrent.futures import ThreadPoolExecutor
def find(_):
    found, project = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    found.refresh(google.auth.transport.requests.Request())
    return type(found).__module__, project, found.token, found.universe_domain
with ThreadPoolExecutor(5) as threads:
    print(json.dumps(list(threads.map(find, range(5)))))
"""
AZURE = """
import json
from azure.identity import DefaultAzureCredential, ManagedIdentityCredential
scope = "https://management.azure.com/.default"
print(json.dumps([found().get_token(scope).token for found in (DefaultAzureCredential, ManagedIdentityCredential)]))
"""
STRANGER = """
import os, urllib.error, urllib.request
url, proof = os.environ["IDENTITY_ENDPOINT"], os.environ["IDENTITY_HEADER"]
def status(proof=None, **headers):
    headers |= {"X-IDENTITY-HEADER": proof} if proof else {}
    asked = urllib.request.Request(url + "?api-version=2019-08-01&resource=r", headers=headers)
    try:
        return urllib.request.urlopen(asked).status
    except urllib.error.HTTPError as error:
        return error.code
print(status(proof), status(), status(proof + "0"), status(proof, Origin="null"), status(proof, Host="localhost"))
"""
# Logins of whoever runs it, which nobody may use instead.
OWN = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "of the person",
    "AWS_PROFILE": "of the person",
    "GOOGLE_APPLICATION_CREDENTIALS": "/nowhere",
    "AZURE_CLIENT_ID": "of the person",
    "AZURE_CLIENT_SECRET": "of the person",
    "AZURE_TENANT_ID": "of the person",
}


@pytest.fixture
def runner(actor: Actor, tmp_path: pathlib.Path) -> Runner:
    return Runner(actor, tmp_path)


def found(runner: Runner, kind: str, program: str) -> str:
    """What the program prints, for a connection of that kind."""
    connection = runner.actor.server.create(BY_NAME[kind].create(f"of {kind}"))
    done = runner.run("--connection", connection, "--", sys.executable, "-c", program, **OWN)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_botocore_finds_a_key_pair(runner: Runner) -> None:
    pairs = json.loads(found(runner, "AWSAssumeRole", AWS))
    assert len({tuple(pair) for pair in pairs}) == 1, "all threads have the same"
    method, key_id, secret, token = pairs[0]
    assert method == "container-role"
    assert key_id.startswith("KWAA")
    assert len(key_id) == 20
    assert secret
    assert token.startswith("kwa_")


def test_google_auth_finds_a_metadata_server(runner: Runner) -> None:
    answers = json.loads(found(runner, "GCPServiceAccount", GOOGLE))
    assert len({tuple(answer) for answer in answers}) == 1, "all threads have the same"
    module, project, token, universe = answers[0]
    assert module == "google.auth.compute_engine.credentials"
    assert project
    assert token.startswith("kwa_")
    assert universe == "googleapis.com"


def test_azure_identity_finds_a_managed_identity(runner: Runner) -> None:
    tokens = json.loads(found(runner, "AzureTenant", AZURE))
    assert len(set(tokens)) == 1
    assert tokens[0].startswith("kwa_")


def test_nobody_else_is_answered(runner: Runner) -> None:
    assert found(runner, "AzureTenant", STRANGER).split() == ["200", "401", "401", "403", "403"]
