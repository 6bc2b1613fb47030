"""Roles of an organisation's own, made, changed and used by the official Python client as it comes."""

from collections.abc import Callable, Iterator

import pytest
from datadog_api_client import ApiClient
from datadog_api_client.v2 import models
from datadog_api_client.v2.api.restriction_policies_api import RestrictionPoliciesApi
from datadog_api_client.v2.api.roles_api import RolesApi
from datadog_api_client.v2.api.users_api import UsersApi
from harness import CONNECTIONS, UNKNOWN_ID, Keys, Server
from official import assert_typed, official_client, raises, typed
from people import (
    ADMIN,
    READER,
    STANDARD,
    member_request,
    new_email,
    new_name,
    role_ids,
    role_request,
    role_update,
    service_account,
    user_request,
)


@pytest.fixture(scope="module")
def api_client(server: Server) -> Iterator[ApiClient]:
    with official_client(server.address, server.keys) as api_client:
        yield api_client


@pytest.fixture(scope="module")
def roles(api_client: ApiClient) -> RolesApi:
    return RolesApi(api_client)


@pytest.fixture(scope="module")
def permissions(roles: RolesApi) -> dict[str, str]:
    """The ids of the permissions."""
    return {permission.attributes.name: permission.id for permission in roles.list_permissions().data}


def reference(permission_id: str) -> models.RelationshipToPermission:
    return typed(models.RelationshipToPermission, {"data": {"type": "permissions", "id": permission_id}})


def clone_request(name: str) -> models.RoleCloneRequest:
    return typed(models.RoleCloneRequest, {"data": {"type": "roles", "attributes": {"name": name}}})


def granted(response: object) -> set[str]:
    return {permission.attributes.name for permission in response.data}


def status(server: Server, keys: Keys, path: str = CONNECTIONS) -> int:
    return server.request("GET", path, keys=keys).status


class TestOwnRoles:
    def test_are_created_read_changed_copied_and_deleted(self, roles: RolesApi, permissions: dict[str, str]) -> None:
        name = new_name("role")
        created = roles.create_role(role_request(name, permissions["connections_read"]))
        assert_typed(created)
        role = created.data
        assert role.attributes.name == name
        assert [permission.id for permission in role.relationships.permissions.data] == [
            permissions["connections_read"]
        ]
        found = roles.get_role(role.id)
        assert_typed(found)
        assert found.data.attributes.user_count == 0
        assert role.id in {listed.id for listed in roles.list_roles(page_size=100).data}
        assert [listed.id for listed in roles.list_roles(filter=name).data] == [role.id]

        renamed = roles.update_role(role.id, role_update(role.id, f"{name} renamed"))
        assert_typed(renamed)
        assert renamed.data.attributes.name == f"{name} renamed"
        assert renamed.data.attributes.modified_at > role.attributes.modified_at
        assert renamed.data.attributes.created_at == role.attributes.created_at
        assert granted(roles.list_role_permissions(role.id)) == {"connections_read"}
        replaced = roles.update_role(role.id, role_update(role.id, name, permissions["audit_logs_read"]))
        assert_typed(replaced)
        assert granted(roles.list_role_permissions(role.id)) == {"audit_logs_read"}

        for _ in range(2):
            added = roles.add_permission_to_role(role.id, reference(permissions["api_keys_read"]))
            assert_typed(added)
            assert granted(added) == {"audit_logs_read", "api_keys_read"}
        for _ in range(2):
            removed = roles.remove_permission_from_role(role.id, reference(permissions["audit_logs_read"]))
            assert_typed(removed)
            assert granted(removed) == {"api_keys_read"}

        copy = roles.clone_role(role.id, clone_request(f"{name} copy"))
        assert_typed(copy)
        assert granted(roles.list_role_permissions(copy.data.id)) == {"api_keys_read"}
        for role_id in (role.id, copy.data.id):
            roles.delete_role(role_id)
            raises(404, lambda role_id=role_id: roles.delete_role(role_id))
            raises(404, lambda role_id=role_id: roles.get_role(role_id))

    def test_have_names_of_their_own(self, roles: RolesApi) -> None:
        name = new_name("role")
        role = roles.create_role(role_request(name)).data
        other = roles.create_role(role_request(new_name("role"))).data
        for taken in (name, STANDARD):
            raises(409, lambda taken=taken: roles.create_role(role_request(taken)), "already exists")
            raises(409, lambda taken=taken: roles.clone_role(role.id, clone_request(taken)), "already exists")
            raises(409, lambda taken=taken: roles.update_role(other.id, role_update(other.id, taken)), "already exists")
        for blank in ("    ", ""):
            raises(400, lambda blank=blank: roles.create_role(role_request(blank)), "name")
            raises(400, lambda blank=blank: roles.clone_role(role.id, clone_request(blank)), "name")
        roles.delete_role(role.id)
        roles.create_role(role_request(name))

    def test_may_follow_a_shipped_role(self, roles: RolesApi) -> None:
        request = role_request(new_name("role"), receives_permissions_from=[READER])
        role = roles.create_role(request).data
        assert roles.get_role(role.id).data.attributes.receives_permissions_from == [READER]
        # What it has now is what it was given.
        assert granted(roles.list_role_permissions(role.id)) == set()
        request = role_request(new_name("role"), receives_permissions_from=["Another Role"])
        raises(400, lambda: roles.create_role(request), "receives_permissions_from")

    def test_take_effect_at_once(self, server: Server, roles: RolesApi, permissions: dict[str, str]) -> None:
        role = roles.create_role(role_request(new_name("role"))).data
        bot = service_account(server)
        roles.add_user_to_role(role.id, member_request(bot.user_id))
        assert status(server, bot) == 403
        for _ in range(3):
            roles.add_permission_to_role(role.id, reference(permissions["connections_read"]))
            assert status(server, bot) == 200
            roles.remove_permission_from_role(role.id, reference(permissions["connections_read"]))
            assert status(server, bot) == 403
        roles.update_role(role.id, role_update(role.id, new_name("role"), permissions["connections_read"]))
        assert status(server, bot) == 200
        roles.delete_role(role.id)
        assert status(server, bot) == 403

    def test_are_lost_by_their_users_when_they_go(self, api_client: ApiClient, roles: RolesApi) -> None:
        users = UsersApi(api_client)
        role = roles.create_role(role_request(new_name("role"))).data
        user = users.create_user(user_request(new_email(), role.id)).data
        assert [found.id for found in roles.list_role_users(role.id).data] == [user.id]
        assert roles.get_role(role.id).data.attributes.user_count == 1
        roles.delete_role(role.id)
        assert users.get_user(user.id).data.relationships.roles.data == []
        raises(400, lambda: users.create_user(user_request(new_email(), role.id)), "roles")

    def test_close_no_connection_and_open_none_when_they_go(
        self, server: Server, api_client: ApiClient, roles: RolesApi, permissions: dict[str, str]
    ) -> None:
        policies = RestrictionPoliciesApi(api_client)
        role = roles.create_role(role_request(new_name("role"), permissions["connections_read"])).data
        member, other = service_account(server, READER), service_account(server, READER)
        roles.add_user_to_role(role.id, member_request(member.user_id))
        asked = {name: server.create(connection(name)) for name in ("shared", "alone")}
        for name, also in (("shared", [f"user:{other.user_id}"]), ("alone", [])):
            bindings = [{"relation": "viewer", "principals": [f"role:{role.id}", *also]}]
            body = {
                "id": f"connection:{asked[name]}",
                "type": "restriction_policy",
                "attributes": {"bindings": bindings},
            }
            request = typed(models.RestrictionPolicyUpdateRequest, {"data": body})
            policies.update_restriction_policy(f"connection:{asked[name]}", request, allow_self_lockout=True)

        def statuses(keys: Keys) -> tuple[int, int]:
            return tuple(status(server, keys, f"{CONNECTIONS}/{asked[name]}") for name in ("shared", "alone"))

        assert (statuses(member), statuses(other)) == ((200, 200), (200, 403))
        roles.delete_role(role.id)
        assert (statuses(member), statuses(other)) == ((403, 403), (200, 403))

    def test_stay_over_a_restart(self, new_server: Callable[..., Server]) -> None:
        restarted = new_server()
        with official_client(restarted.address, restarted.keys) as api_client:
            roles = RolesApi(api_client)
            permission = roles.list_permissions().data[0]
            role = roles.create_role(role_request("Stays", permission.id)).data
        assert restarted.stop() == 0
        restarted.start()
        with official_client(restarted.address, restarted.keys) as api_client:
            found = RolesApi(api_client).get_role(role.id).data
            assert (found.attributes.name, found.attributes.created_at) == ("Stays", role.attributes.created_at)
            assert [entry.id for entry in found.relationships.permissions.data] == [permission.id]


class TestWhoMayChangeThem:
    def test_only_who_manages_access(self, server: Server, roles: RolesApi) -> None:
        role = roles.create_role(role_request(new_name("role"))).data
        bot = service_account(server, STANDARD)
        with official_client(server.address, bot) as api_client:
            others = RolesApi(api_client)
            assert others.get_role(role.id).data.id == role.id
            for call in (
                lambda: others.create_role(role_request(new_name("role"))),
                lambda: others.update_role(role.id, role_update(role.id, new_name("role"))),
                lambda: others.delete_role(role.id),
                lambda: others.clone_role(role.id, clone_request(new_name("role"))),
            ):
                raises(403, call, "user_access_manage")

    def test_nobody_gives_a_role_what_they_have_not(
        self, server: Server, roles: RolesApi, permissions: dict[str, str]
    ) -> None:
        """A manager of access without any other permission stays one."""
        manager_role = roles.create_role(role_request(new_name("role"), permissions["user_access_manage"])).data
        rich = roles.create_role(role_request(new_name("role"), permissions["audit_logs_read"])).data
        manager = service_account(server)
        roles.add_user_to_role(manager_role.id, member_request(manager.user_id))
        admin = role_ids(roles)[ADMIN]
        with official_client(server.address, manager) as api_client:
            own = RolesApi(api_client)
            more = permissions["connections_read"]
            for call in (
                lambda: own.create_role(role_request(new_name("role"), more)),
                lambda: own.update_role(manager_role.id, role_update(manager_role.id, new_name("role"), more)),
                lambda: own.add_permission_to_role(manager_role.id, reference(more)),
                lambda: own.clone_role(admin, clone_request(new_name("role"))),
                lambda: own.clone_role(rich.id, clone_request(new_name("role"))),
                lambda: own.add_user_to_role(rich.id, member_request(manager.user_id)),
                lambda: own.add_user_to_role(admin, member_request(manager.user_id)),
                lambda: own.create_role(role_request(new_name("role"), receives_permissions_from=[ADMIN])),
            ):
                raises(403, call, "lacks")
            assert status(server, manager) == 403
            assert granted(own.list_role_permissions(manager_role.id)) == {"user_access_manage"}

    def test_shipped_roles_stay_as_they_are(self, roles: RolesApi, permissions: dict[str, str]) -> None:
        for name, role_id in role_ids(roles).items():
            if name not in (ADMIN, STANDARD, READER):
                continue
            for call in (
                lambda role_id=role_id: roles.update_role(role_id, role_update(role_id, new_name("role"))),
                lambda role_id=role_id: roles.delete_role(role_id),
                lambda role_id=role_id: roles.add_permission_to_role(role_id, reference(permissions["api_keys_read"])),
                lambda role_id=role_id: roles.remove_permission_from_role(
                    role_id, reference(permissions["connections_read"])
                ),
            ):
                raises(403, call, "shipped")


class TestFaults:
    def test_400_on_an_unknown_permission(self, roles: RolesApi) -> None:
        role = roles.create_role(role_request(new_name("role"))).data
        for call in (
            lambda: roles.create_role(role_request(new_name("role"), UNKNOWN_ID)),
            lambda: roles.update_role(role.id, role_update(role.id, new_name("role"), UNKNOWN_ID)),
            lambda: roles.add_permission_to_role(role.id, reference(UNKNOWN_ID)),
            lambda: roles.remove_permission_from_role(role.id, reference(UNKNOWN_ID)),
        ):
            raises(400, call, "permission")

    def test_404(self, roles: RolesApi, permissions: dict[str, str]) -> None:
        permission = reference(permissions["connections_read"])
        for role_id in (UNKNOWN_ID, "malformed"):
            for call in (
                lambda role_id=role_id: roles.update_role(role_id, role_update(UNKNOWN_ID, new_name("role"))),
                lambda role_id=role_id: roles.delete_role(role_id),
                lambda role_id=role_id: roles.clone_role(role_id, clone_request(new_name("role"))),
                lambda role_id=role_id: roles.list_role_permissions(role_id),
                lambda role_id=role_id: roles.add_permission_to_role(role_id, permission),
                lambda role_id=role_id: roles.remove_permission_from_role(role_id, permission),
            ):
                raises(404, call)

    def test_422_on_another_id_in_the_body(self, roles: RolesApi) -> None:
        role = roles.create_role(role_request(new_name("role"))).data
        raises(422, lambda: roles.update_role(role.id, role_update(UNKNOWN_ID, new_name("role"))))


def connection(name: str) -> dict:
    """The body of a connection."""
    credentials = {"type": "OpenAIAPIKey", "api_token": "token-of-a-test"}
    attributes = {"name": name, "integration": {"type": "OpenAI", "credentials": credentials}}
    return {"data": {"type": "action_connection", "attributes": attributes}}
