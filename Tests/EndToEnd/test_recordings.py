"""Exchanges with the real service, replayed: Keyway answers with the same status, and with all that clients read.

`recordings/README.md` says where they come from.
"""

import json
import pathlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from catalogue import BY_NAME
from harness import AWS_ACCOUNTS, Answer, Keys, Server, initialise, running
from tokens import YEAR, in_time

RECORDINGS = pathlib.Path(__file__).parent / "recordings"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
SCENARIOS = [
    recorded
    for file in ("go_client", "terraform")
    for recorded in json.loads((RECORDINGS / f"{file}.json").read_text())
]

# What was there before a scenario began.
CONNECTION = "cb460d51-3c88-4e87-adac-d47131d0423d"
APPLICATION_KEY = "b7feea52-994e-4714-a100-1bd9eff5aee1"
AWS_ACCOUNT = "b2087a32-4d4f-45b1-9321-1a0a48e9d7cf"
CCM_EXPORT = {
    "report_name": "cost-and-usage-report",
    "report_prefix": "reports",
    "report_type": "CUR2.0",
    "bucket_name": "billing",
    "bucket_region": "us-east-1",
}

# Members of answers that Keyway leaves out, by what was asked.
LEFT_OUT = {
    # In no documentation and no client; a connection's relationship is `created_by`.
    r"\w+ /api/v2/actions/connections": {
        *("acting_user_can_resolve", "external_secrets_manager", "is_favorite", "created_at", "last_updated"),
        "relationships",
    },
    # Keys are shown once.
    r"(GET|PATCH) /api/v2/(api_keys|application_keys|current_user/application_keys)": {"key"},
    # In no documentation, or null wherever it was recorded.
    r"\w+ .*(api|application)_keys": {"last_used_date", "leak_information", "used_in_last_24_hours"},
    # Answered to whoever asks for it by `include`.
    r"GET .*application_keys/": {"included"},
    # There is no such limit.
    r"GET /api/v2/(application_keys|current_user/application_keys)": {"max_allowed_per_user"},
}
# Answers that Keyway gives otherwise, and why: by scenario and place in it.
PREVIEW = "the API of August 2024, a preview, wrapped attributes in `aws_account`"
OTHERWISE = {
    ("aws-old-create-account-with-valid-config-ok", 0): PREVIEW,
    ("aws-old-create-account-with-valid-config-ok", 1): PREVIEW,
    ("aws-old-update-account-api-error", 2): PREVIEW,
    ("aws_account_ccm_config", 5): "it had gone for another reason; what is there is deleted with 204",
    ("user-update-a-user-ok", 2): "the user had gone for another reason; who is there is disabled with 204",
}


@pytest.fixture
def server(tmp_path: pathlib.Path) -> Iterator[Server]:
    keys: Keys = initialise(tmp_path / "data")
    with running(tmp_path / "data", keys) as server:
        yield server


class Replay:
    """A scenario under way: which of our ids stand for which that were recorded."""

    def __init__(self, server: Server, recorded: dict) -> None:
        self.server = server
        self.recorded = recorded
        self.ids: dict[str, str] = {APPLICATION_KEY: server.keys.application_key_id}
        self.external_id = ""
        sent = " ".join(exchange["send"] for exchange in recorded["exchanges"])
        if CONNECTION in sent:
            self.ids[CONNECTION] = server.create(BY_NAME["AWSAssumeRole"].create())
        if AWS_ACCOUNT in sent:
            self.ids[AWS_ACCOUNT] = self.account(with_config=recorded["exchanges"][0]["status"] != 404)
        if "app_key_registrations" in sent:
            # The scenarios ran one after the other: the key was registered already.
            path = f"/api/v2/actions/app_key_registrations/{server.keys.application_key_id}"
            assert server.request("PUT", path).status == 201

    def account(self, with_config: bool) -> str:
        attributes = {"aws_account_id": "123456789012", "aws_partition": "aws", "auth_config": {"role_name": "Role"}}
        body = {"data": {"type": "account", "attributes": attributes}}
        account_id = self.server.request("POST", AWS_ACCOUNTS, body).json["data"]["id"]
        if with_config:
            config = {"type": "ccm_config", "attributes": {"ccm_config": {"data_export_configs": [CCM_EXPORT]}}}
            path = f"{AWS_ACCOUNTS}/{account_id}/ccm_config"
            assert self.server.request("POST", path, {"data": config}).status == 200
        return account_id

    def ours(self, value: Any) -> Any:
        """What was sent, with our ids in the place of those that were recorded."""
        if isinstance(value, dict):
            found = {name: self.ours(member) for name, member in value.items()}
            if found.get("type") == "permissions" and "dead-beef" not in found.get("id", "dead-beef"):
                found["id"] = self.permission
            return found
        if isinstance(value, list):
            return [self.ours(element) for element in value]
        if isinstance(value, str):
            value = value.replace("{external_id}", self.external_id).replace("{in a year}", in_time(YEAR))
            return UUID.sub(lambda found: self.ids.get(found[0], found[0]), value)
        return value

    @property
    def permission(self) -> str:
        return self.server.request("GET", "/api/v2/permissions").json["data"][0]["id"]

    def exchange(self, recorded: dict) -> None:
        method, _, target = recorded["send"].partition(" ")
        body = self.ours(recorded.get("body"))
        keys = Keys("", "", "", "", "") if self.recorded["scenario"].endswith("forbidden") else None
        answer = self.server.request(method, self.ours(target), body, keys=keys)
        self.learn(recorded.get("answer"), answer)
        assert answer.status == recorded["status"], answer.body
        if recorded["status"] >= 400:
            assert answer.errors
            return
        if "answer" in recorded:
            left_out = {name for what, names in LEFT_OUT.items() if re.match(what, recorded["send"]) for name in names}
            assert_read(answer.json, recorded["answer"], "", left_out)

    def learn(self, recorded: Any, answer: Answer) -> None:
        """Takes note of the ids that an answer brings."""
        if not isinstance(recorded, dict) or not answer.body or answer.status >= 400:
            return
        then, now = recorded.get("data"), answer.json.get("data")
        pairs = zip(then, now, strict=False) if isinstance(then, list) else [(then, now)]
        for there, here in pairs:
            if isinstance(there, dict) and isinstance(here, dict) and "id" in there:
                self.ids[there["id"]] = here["id"]
                auth = here.get("attributes", {}).get("auth_config", {})
                self.external_id = auth.get("external_id", self.external_id)


def assert_read(now: Any, then: Any, place: str, left_out: set[str]) -> None:
    """All members that were recorded are there, of the same kinds, and with what the request said."""
    if then is None or place.endswith("/id"):
        return
    if isinstance(then, dict):
        assert isinstance(now, dict), place
        for name, value in then.items():
            if name in left_out:
                continue
            assert name in now, f"{place}/{name} is missing"
            assert_read(now[name], value, f"{place}/{name}", left_out)
    elif isinstance(then, list):
        assert isinstance(now, list), place
        for index, (here, there) in enumerate(zip(now, then, strict=False)):
            assert_read(here, there, f"{place}/{index}", left_out)
    elif isinstance(then, bool):
        assert isinstance(now, bool), place
    elif isinstance(then, int | float):
        assert isinstance(now, int | float), place
    elif then in ("text", "{external_id}") or UUID.fullmatch(then):
        assert now is None or isinstance(now, str), place
    else:
        assert now == then, place


@pytest.mark.parametrize("recorded", SCENARIOS, ids=lambda recorded: recorded["scenario"])
def test_a_recorded_scenario_goes_as_it_went(server: Server, recorded: dict) -> None:
    replay = Replay(server, recorded)
    for place, exchange in enumerate(recorded["exchanges"]):
        reason = OTHERWISE.get((recorded["scenario"], place))
        try:
            replay.exchange(exchange)
        except AssertionError:
            if reason is None:
                raise
        else:
            assert reason is None, f"{recorded['scenario']} {place} goes as it went: take it off the list"
