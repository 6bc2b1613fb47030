"""Restriction policies of connections, set by the official Python client as it comes, and what they keep from whom."""

import pathlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from catalogue import BY_NAME, answered
from datadog_api_client import ApiClient
from datadog_api_client.exceptions import ForbiddenException
from datadog_api_client.v2 import models
from datadog_api_client.v2.api.action_connection_api import ActionConnectionApi
from datadog_api_client.v2.api.restriction_policies_api import RestrictionPoliciesApi
from datadog_api_client.v2.api.roles_api import RolesApi
from datadog_api_client.v2.api.users_api import UsersApi
from harness import CONNECTIONS, UNKNOWN_ID, Keys, Server, audit_events
from official import assert_typed, official_client, raises, typed
from people import ADMIN, READER, STANDARD, role_ids, service_account

BODY = BY_NAME["HTTPTokenAuth"].create("restricted")


def policy(connection_id: str, **bindings: list[str]) -> models.RestrictionPolicyUpdateRequest:
    """The request for a policy, given the principals of each relation."""
    data = {
        "id": f"connection:{connection_id}",
        "type": "restriction_policy",
        "attributes": {
            "bindings": [{"relation": relation, "principals": names} for relation, names in bindings.items()]
        },
    }
    return typed(models.RestrictionPolicyUpdateRequest, {"data": data})


def renaming(name: str) -> dict:
    return {"data": {"type": "action_connection", "attributes": {"name": name}}}


class Caller:
    """Someone with keys, and what the server lets them do with a connection."""

    def __init__(self, server: Server, keys: Keys) -> None:
        self.server = server
        self.keys = keys
        self.name = f"user:{keys.user_id}"

    def status(self, method: str, connection_id: str, body: dict | None = None) -> int:
        target = f"{CONNECTIONS}/{connection_id}"
        return self.server.request(method, target, body, headers=self.keys.headers).status

    def listed(self) -> set[str]:
        answer = self.server.request("GET", f"{CONNECTIONS}?page%5Bsize%5D=100", headers=self.keys.headers)
        ids = {connection["id"] for connection in answer.json["data"]}
        assert answer.json["meta"] == {"total": len(ids), "total_filtered": len(ids)}
        return ids

    def rights(self, connection_id: str) -> tuple[bool, bool]:
        """Whether they may view and edit it: the list, the read and the change agree."""
        views = self.status("GET", connection_id) == 200
        assert (connection_id in self.listed()) == views
        edits = self.status("PATCH", connection_id, renaming("renamed")) == 200
        if not views:
            assert self.status("GET", connection_id) == 403
            assert self.status("DELETE", connection_id) == 403
        return views, edits


@pytest.fixture(scope="module")
def api_client(server: Server) -> Iterator[ApiClient]:
    with official_client(server.address, server.keys) as api_client:
        yield api_client


@pytest.fixture(scope="module")
def policies(api_client: ApiClient) -> RestrictionPoliciesApi:
    return RestrictionPoliciesApi(api_client)


@pytest.fixture(scope="module")
def ids(api_client: ApiClient) -> dict[str, str]:
    """The ids of the roles."""
    return role_ids(RolesApi(api_client))


@pytest.fixture(scope="module")
def admin(server: Server) -> Caller:
    return Caller(server, server.keys)


@pytest.fixture(scope="module")
def member(server: Server) -> Caller:
    return Caller(server, service_account(server, STANDARD))


@pytest.fixture(scope="module")
def reader(server: Server) -> Caller:
    return Caller(server, service_account(server, READER))


@pytest.fixture
def connection(server: Server, admin: Caller) -> Iterator[str]:
    connection_id = server.create(BODY)
    yield connection_id
    with official_client(server.address, server.keys) as api_client:
        RestrictionPoliciesApi(api_client).delete_restriction_policy(f"connection:{connection_id}")
    assert admin.status("DELETE", connection_id) in {204, 404}


class TestPolicies:
    def test_are_set_read_replaced_and_removed(
        self, policies: RestrictionPoliciesApi, connection: str, admin: Caller, ids: dict[str, str]
    ) -> None:
        resource = f"connection:{connection}"
        empty = policies.get_restriction_policy(resource)
        assert_typed(empty)
        assert empty.data.id == resource
        assert empty.data.attributes.bindings == []

        organization = f"org:{admin.keys.organization_id}"
        bindings = {"editor": [admin.name, f"role:{ids[ADMIN]}"], "resolver": [f"role:{ids[STANDARD]}"]}
        request = policy(connection, viewer=[organization], **bindings)
        updated = policies.update_restriction_policy(resource, request)
        assert_typed(updated)
        assert updated.data.to_dict() == request.data.to_dict()
        assert policies.get_restriction_policy(resource).to_dict() == updated.to_dict()

        smaller = policy(connection, editor=[organization])
        assert policies.update_restriction_policy(resource, smaller).data.to_dict() == smaller.data.to_dict()
        assert policies.get_restriction_policy(resource).data.to_dict() == smaller.data.to_dict()

        for _ in range(2):
            assert policies.delete_restriction_policy(resource) is None
        assert policies.get_restriction_policy(resource).to_dict() == empty.to_dict()

    def test_what_is_read_can_be_set(self, policies: RestrictionPoliciesApi, connection: str, admin: Caller) -> None:
        resource = f"connection:{connection}"
        for request in [policy(connection), policy(connection, editor=[admin.name])]:
            policies.update_restriction_policy(resource, request)
            answer = policies.get_restriction_policy(resource)
            again = models.RestrictionPolicyUpdateRequest(data=answer.data)
            assert policies.update_restriction_policy(resource, again).to_dict() == answer.to_dict()

    def test_are_of_connections_that_are_there(
        self, policies: RestrictionPoliciesApi, connection: str, admin: Caller
    ) -> None:
        for resource in ["dashboard:abc-def-ghi", "connection:1", connection]:
            request = policy(connection, editor=[admin.name])
            raises(400, partial(policies.get_restriction_policy, resource), "only connections")
            raises(400, partial(policies.delete_restriction_policy, resource), "only connections")
            raises(400, partial(policies.update_restriction_policy, resource, request), "only connections")
        unknown = f"connection:{UNKNOWN_ID}"
        raises(404, partial(policies.get_restriction_policy, unknown), "no connection")
        raises(404, partial(policies.delete_restriction_policy, unknown), "no connection")
        request = policy(UNKNOWN_ID, editor=[admin.name])
        raises(404, partial(policies.update_restriction_policy, unknown, request), "no connection")

    def test_name_users_roles_and_the_organisation_alone(
        self, policies: RestrictionPoliciesApi, connection: str, admin: Caller
    ) -> None:
        place = "/data/attributes/bindings/0/principals/1"
        for kind in ["user", "role", "org", "team"]:
            request = policy(connection, editor=[admin.name, f"{kind}:{UNKNOWN_ID}"])
            raises(400, partial(policies.update_restriction_policy, f"connection:{connection}", request), place)
        request = policy(connection, runner=[admin.name])
        raises(
            400, partial(policies.update_restriction_policy, f"connection:{connection}", request), "viewer, resolver"
        )
        assert policies.get_restriction_policy(f"connection:{connection}").data.attributes.bindings == []

    def test_are_another_organisations_secret(self, two: tuple[Server, Keys]) -> None:
        server, other = two
        connection_id = server.create(BODY)
        resource = f"connection:{connection_id}"
        own = policy(connection_id, editor=[f"user:{server.keys.user_id}"])
        with official_client(server.address, server.keys) as api_client:
            RestrictionPoliciesApi(api_client).update_restriction_policy(resource, own)
        with official_client(server.address, other) as api_client:
            theirs = RestrictionPoliciesApi(api_client)
            request = policy(connection_id, editor=[f"user:{other.user_id}"])
            raises(404, partial(theirs.get_restriction_policy, resource))
            raises(404, partial(theirs.update_restriction_policy, resource, request))
            raises(404, partial(theirs.delete_restriction_policy, resource))
        for name in [f"user:{other.user_id}", f"org:{other.organization_id}"]:
            with official_client(server.address, server.keys) as api_client:
                request = policy(connection_id, editor=[f"user:{server.keys.user_id}", name])
                mine = RestrictionPoliciesApi(api_client)
                raises(400, partial(mine.update_restriction_policy, resource, request), "your organisation")


class TestEnforcement:
    def test_a_connection_without_a_policy_is_everyones(self, connection: str, member: Caller, reader: Caller) -> None:
        assert member.rights(connection) == (True, True)
        assert reader.rights(connection) == (True, False)

    @pytest.mark.parametrize(
        ("relation", "rights"),
        [(None, (False, False)), ("viewer", (True, False)), ("resolver", (True, False)), ("editor", (True, True))],
    )
    @pytest.mark.parametrize("kind", ["user", "role", "org"])
    def test_a_relation_is_needed_besides_the_permission(
        self,
        policies: RestrictionPoliciesApi,
        connection: str,
        admin: Caller,
        member: Caller,
        reader: Caller,
        ids: dict[str, str],
        kind: str,
        relation: str | None,
        rights: tuple[bool, bool],
    ) -> None:
        names = {"user": member.name, "role": f"role:{ids[STANDARD]}", "org": f"org:{admin.keys.organization_id}"}
        bindings = {"editor": [admin.name]}
        if relation:
            bindings[relation] = [*bindings.get(relation, []), names[kind]]
        policies.update_restriction_policy(f"connection:{connection}", policy(connection, **bindings))
        assert admin.rights(connection) == (True, True)
        assert member.rights(connection) == rights
        everyone = kind == "org" and relation is not None
        assert reader.rights(connection) == (everyone, False)

    def test_the_official_client_raises_what_is_documented(
        self, server: Server, policies: RestrictionPoliciesApi, connection: str, admin: Caller, member: Caller
    ) -> None:
        policies.update_restriction_policy(f"connection:{connection}", policy(connection, editor=[admin.name]))
        with official_client(server.address, member.keys) as api_client:
            connections = ActionConnectionApi(api_client)
            for call in [connections.get_action_connection, connections.delete_action_connection]:
                with pytest.raises(ForbiddenException) as raised:
                    call(connection)
                assert "relation" in str(raised.value.body)
            theirs = RestrictionPoliciesApi(api_client)
            raises(403, partial(theirs.get_restriction_policy, f"connection:{connection}"), "relation viewer")
            raises(403, partial(theirs.delete_restriction_policy, f"connection:{connection}"), "relation editor")

    def test_a_policy_goes_with_its_connection(
        self, policies: RestrictionPoliciesApi, server: Server, admin: Caller
    ) -> None:
        connection_id = server.create(BODY)
        policies.update_restriction_policy(f"connection:{connection_id}", policy(connection_id, editor=[admin.name]))
        assert admin.status("DELETE", connection_id) == 204
        raises(404, partial(policies.get_restriction_policy, f"connection:{connection_id}"))

    def test_a_policy_outlives_a_crash(self, new_server: Callable[..., Server]) -> None:
        server = new_server()
        connection_id = server.create(BODY)
        bot = Caller(server, service_account(server, STANDARD))
        with official_client(server.address, server.keys) as api_client:
            request = policy(connection_id, editor=[f"user:{server.keys.user_id}"])
            RestrictionPoliciesApi(api_client).update_restriction_policy(f"connection:{connection_id}", request)
        server.kill()
        server.start()
        assert bot.rights(connection_id) == (False, False)
        assert server.attributes(connection_id) == answered(BODY["data"]["attributes"])


class TestLockout:
    def test_nobody_locks_themselves_out_unawares(
        self, policies: RestrictionPoliciesApi, connection: str, admin: Caller, member: Caller
    ) -> None:
        resource = f"connection:{connection}"
        for request in [
            policy(connection, editor=[member.name]),
            policy(connection, viewer=[admin.name], resolver=[admin.name], editor=[member.name]),
        ]:
            raises(400, partial(policies.update_restriction_policy, resource, request), "allow_self_lockout")
            raises(
                400,
                partial(policies.update_restriction_policy, resource, request, allow_self_lockout=False),
                "allow_self_lockout",
            )
        assert policies.get_restriction_policy(resource).data.attributes.bindings == []

    def test_who_manages_access_gets_back_in(
        self, policies: RestrictionPoliciesApi, connection: str, admin: Caller, member: Caller
    ) -> None:
        resource = f"connection:{connection}"
        request = policy(connection, editor=[member.name])
        assert_typed(policies.update_restriction_policy(resource, request, allow_self_lockout=True))
        assert admin.rights(connection) == (False, False)
        assert member.rights(connection) == (True, True)
        assert policies.get_restriction_policy(resource).data.to_dict() == request.data.to_dict()
        policies.update_restriction_policy(resource, policy(connection, editor=[member.name, admin.name]))
        assert admin.rights(connection) == (True, True)

    def test_of_two_editors_who_remove_each_other_one_remains(
        self, server: Server, policies: RestrictionPoliciesApi, connection: str, admin: Caller
    ) -> None:
        resource = f"connection:{connection}"
        editors = [Caller(server, service_account(server, STANDARD)) for _ in range(2)]
        both = policy(connection, editor=[editor.name for editor in editors])

        def keep_only_oneself(editor: Caller) -> int:
            body = policy(connection, editor=[editor.name]).to_dict()
            return server.request(
                "POST", f"/api/v2/restriction_policy/{resource}", body, headers=editor.keys.headers
            ).status

        for _ in range(10):
            policies.update_restriction_policy(resource, both, allow_self_lockout=True)
            with ThreadPoolExecutor(2) as pool:
                statuses = list(pool.map(keep_only_oneself, editors))
            assert sorted(statuses) == [200, 403]
            (binding,) = policies.get_restriction_policy(resource).data.attributes.bindings
            assert binding.principals == [editors[statuses.index(200)].name]


def test_changes_stand_in_the_audit_log(
    data_dir: pathlib.Path,
    server: Server,
    policies: RestrictionPoliciesApi,
    api_client: ApiClient,
    connection: str,
    admin: Caller,
) -> None:
    resource = f"connection:{connection}"
    policies.update_restriction_policy(resource, policy(connection, editor=[admin.name]))
    policies.delete_restriction_policy(resource)
    # A user who is named and then disabled stays in the policy, and is shut out by the gate.
    bot = Caller(server, service_account(server, STANDARD))
    policies.update_restriction_policy(resource, policy(connection, editor=[admin.name, bot.name]))
    UsersApi(api_client).disable_user(bot.keys.user_id)
    assert bot.status("GET", connection) == 403
    events = [event.decode() for _, _, event in audit_events(data_dir)]
    told = [event for event in events if connection in event and "restriction_policy." in event]
    actions = [action for event in told for action in ["update", "delete"] if f'"restriction_policy.{action}"' in event]
    assert actions == ["update", "delete", "update"]
    assert all(admin.name in event for event in told)
