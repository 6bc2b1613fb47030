"""Users, service accounts, roles and permissions, used by the official Python client as it comes."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import pytest
from datadog_api_client import ApiClient
from datadog_api_client.v2 import models
from datadog_api_client.v2.api.roles_api import RolesApi
from datadog_api_client.v2.api.service_accounts_api import ServiceAccountsApi
from datadog_api_client.v2.api.users_api import UsersApi
from harness import CONNECTIONS, UNKNOWN_ID, Answer, Keys, Server
from official import assert_typed, official_client, raises, typed
from people import (
    ADMIN,
    READER,
    STANDARD,
    account_request,
    member_request,
    new_email,
    role_ids,
    service_account,
    user_request,
)


def update_request(user_id: str, **attributes: object) -> models.UserUpdateRequest:
    return typed(models.UserUpdateRequest, {"data": {"type": "users", "id": user_id, "attributes": attributes}})


def roles_of(user: models.User) -> set[str]:
    return {role.id for role in user.relationships.roles.data}


@pytest.fixture(scope="module")
def api_client(server: Server) -> Iterator[ApiClient]:
    with official_client(server.address, server.keys) as api_client:
        yield api_client


@pytest.fixture(scope="module")
def users(api_client: ApiClient) -> UsersApi:
    return UsersApi(api_client)


@pytest.fixture(scope="module")
def roles(api_client: ApiClient) -> RolesApi:
    return RolesApi(api_client)


@pytest.fixture(scope="module")
def ids(roles: RolesApi) -> dict[str, str]:
    """The ids of the roles."""
    return role_ids(roles)


class TestUsers:
    def test_are_created_read_edited_and_disabled(self, users: UsersApi, ids: dict[str, str]) -> None:
        email = new_email("Jane.Doe")
        created = users.create_user(user_request(email, ids[STANDARD], name="Jane", title="Engineer"))
        assert_typed(created)
        user = created.data
        assert user.attributes.email == user.attributes.handle == email.lower()
        assert (user.attributes.name, user.attributes.title) == ("Jane", "Engineer")
        assert (user.attributes.disabled, user.attributes.service_account) == (False, False)
        assert user.attributes.status == "Active"
        assert roles_of(user) == {ids[STANDARD]}

        found = users.get_user(user.id)
        assert_typed(found)
        assert found.data.to_dict() == user.to_dict()
        included = [entry.get_oneof_instance() for entry in found.included]
        assert {type(entry).__name__ for entry in included} == {"Organization", "Role", "Permission"}

        edited = users.update_user(user.id, update_request(user.id, name="Jane D.", title=None))
        assert_typed(edited)
        assert (edited.data.attributes.name, edited.data.attributes.title) == ("Jane D.", None)
        assert edited.data.attributes.email == email.lower()
        assert edited.data.attributes.created_at == user.attributes.created_at
        assert edited.data.attributes.modified_at > user.attributes.modified_at
        assert roles_of(edited.data) == {ids[STANDARD]}

        users.disable_user(user.id)
        disabled = users.get_user(user.id).data
        assert (disabled.attributes.disabled, disabled.attributes.status) == (True, "Disabled")
        users.disable_user(user.id)
        enabled = users.update_user(user.id, update_request(user.id, disabled=False)).data
        assert (enabled.attributes.disabled, enabled.attributes.status) == (False, "Active")
        assert roles_of(enabled) == {ids[STANDARD]}

    def test_are_listed_in_pages_in_order_and_by_filter(self, users: UsersApi) -> None:
        names = ["Paged C", "Paged A", "Paged D", "Paged B"]
        made = [users.create_user(user_request(new_email("paged"), name=name)).data for name in names]

        def listed(**parameters: object) -> list[str]:
            response = users.list_users(filter="paged", **parameters)
            assert_typed(response)
            assert response.meta.page.total_filtered_count == 4
            assert response.meta.page.total_count > 4
            return [user.attributes.name for user in response.data]

        descending = models.QuerySortOrder("desc")
        assert listed() == sorted(names)
        assert listed(sort="-name") == listed(sort="name", sort_dir=descending) == sorted(names, reverse=True)
        assert listed(sort="created_at") == names
        assert listed(sort="-created_at") == names[::-1]
        users.update_user(made[1].id, update_request(made[1].id, title="New"))
        assert listed(sort="-modified_at")[0] == "Paged A"
        assert listed(page_size=3) == sorted(names)[:3]
        assert listed(page_size=3, page_number=1) == sorted(names)[3:]
        handles = [user.attributes.handle for user in users.list_users(filter="paged", sort="handle").data]
        assert handles == sorted(user.attributes.handle for user in made)

        users.disable_user(made[0].id)
        for status, expected in (("Disabled", ["Paged C"]), ("Active", ["Paged A", "Paged B", "Paged D"])):
            found = users.list_users(filter="paged", filter_status=status).data
            assert [user.attributes.name for user in found] == expected
        assert len(users.list_users(filter="paged", filter_status="Active,Disabled").data) == 4
        everyone = list(users.list_users_with_pagination(page_size=2))
        assert {user.id for user in made} <= {user.id for user in everyone}
        assert len(everyone) == len({user.id for user in everyone})

    def test_the_current_user_is_the_keys_owner(self, server: Server, users: UsersApi, ids: dict[str, str]) -> None:
        found = users.get_current_user()
        assert_typed(found)
        assert found.data.id == server.keys.user_id
        assert roles_of(found.data) == {ids[ADMIN]}
        assert found.data.relationships.org.data.id == server.keys.organization_id
        bot = service_account(server, READER)
        with official_client(server.address, bot) as api_client:
            assert UsersApi(api_client).get_current_user().data.id == bot.user_id

    def test_change_what_is_known_of_themselves(self, server: Server, users: UsersApi) -> None:
        bot = service_account(server, READER)
        with official_client(server.address, bot) as api_client:
            own = UsersApi(api_client)
            changed = own.update_current_user(update_request(bot.user_id, name="Bot", title="Robot"))
            assert_typed(changed)
            assert (changed.data.id, changed.data.attributes.name) == (bot.user_id, "Bot")
            raises(422, lambda: own.update_current_user(update_request(server.keys.user_id, name="a")))
            own.update_current_user(update_request(bot.user_id, disabled=True))
        assert server.request("GET", "/api/v2/current_user", keys=bot).status == 403
        assert users.get_user(bot.user_id).data.attributes.disabled is True

    def test_tell_their_organisation_and_their_permissions(self, server: Server, users: UsersApi) -> None:
        bot = service_account(server, READER)
        found = users.list_user_organizations(bot.user_id)
        assert_typed(found)
        organizations = [
            entry.get_oneof_instance() for entry in found.included if entry.get_oneof_instance().type.value == "orgs"
        ]
        assert [organization.id for organization in organizations] == [server.keys.organization_id]
        permissions = users.list_user_permissions(bot.user_id)
        assert_typed(permissions)
        names = {permission.attributes.name for permission in permissions.data}
        assert names == {"connections_read", "aws_configuration_read", "user_app_keys"}
        for call in (users.list_user_organizations, users.list_user_permissions):
            raises(404, lambda call=call: call(UNKNOWN_ID))

    def test_tell_when_they_were_last_seen(self, server: Server, users: UsersApi) -> None:
        bot = service_account(server, READER)
        assert users.get_user(bot.user_id).data.attributes.last_login_time is None
        before = datetime.now(UTC)
        server.request("GET", "/api/v2/validate_keys", keys=bot)
        seen = users.get_user(bot.user_id)
        assert_typed(seen)
        assert before <= seen.data.attributes.last_login_time <= datetime.now(UTC)
        assert (seen.data.attributes.uuid, seen.data.attributes.mfa_enabled) == (bot.user_id, False)

    def test_have_an_address_of_their_own(self, users: UsersApi) -> None:
        email = new_email()
        first = users.create_user(user_request(email)).data
        raises(409, lambda: users.create_user(user_request(email.upper())), "email")
        second = users.create_user(user_request(new_email())).data
        raises(409, lambda: users.update_user(second.id, update_request(second.id, email=email)), "email")
        moved = users.update_user(first.id, update_request(first.id, email=new_email("moved")))
        assert moved.data.attributes.handle == moved.data.attributes.email
        users.create_user(user_request(email))

    def test_get_no_role_that_is_not_given(self, users: UsersApi) -> None:
        assert roles_of(users.create_user(user_request(new_email())).data) == set()

    @pytest.mark.parametrize("email", ["", "nobody", "a b@example.com", "a@b@c", "@"])
    def test_400_on_an_address(self, users: UsersApi, email: str) -> None:
        raises(400, lambda: users.create_user(user_request(email)), "email")

    def test_400_on_an_unknown_role(self, users: UsersApi) -> None:
        raises(400, lambda: users.create_user(user_request(new_email(), UNKNOWN_ID)), "roles")

    def test_400_on_a_list(self, server: Server) -> None:
        for query in ("sort=colour", "sort_dir=up", "page[size]=0", "page[size]=x", "filter[status]=Gone"):
            assert server.request("GET", f"/api/v2/users?{query}").status == 400, query

    def test_404(self, users: UsersApi) -> None:
        for user_id in (UNKNOWN_ID, "malformed"):
            for call in (
                lambda user_id=user_id: users.get_user(user_id),
                lambda user_id=user_id: users.update_user(user_id, update_request(UNKNOWN_ID, name="a")),
                lambda user_id=user_id: users.disable_user(user_id),
            ):
                raises(404, call)

    def test_422_on_another_id_in_the_body(self, users: UsersApi) -> None:
        user = users.create_user(user_request(new_email())).data
        raises(422, lambda: users.update_user(user.id, update_request(UNKNOWN_ID, name="a")))


class TestInvitations:
    def invite(self, users: UsersApi, user_id: str) -> models.UserInvitationResponseData:
        user = {"data": {"type": "users", "id": user_id}}
        request = {"data": [{"type": "user_invitations", "relationships": {"user": user}}]}
        response = users.send_invitations(typed(models.UserInvitationsRequest, request))
        assert_typed(response)
        (invitation,) = response.data
        return invitation

    def accept(self, server: Server, invitation_id: str, code: str) -> Answer:
        path = f"/api/v2/user_invitations/{invitation_id}/accept"
        body = {"data": {"type": "user_invitations", "attributes": {"code": code}}}
        return server.request("POST", path, body, headers={"DD-APPLICATION-KEY": ""})

    def test_give_a_person_their_first_key(self, server: Server, users: UsersApi, ids: dict[str, str]) -> None:
        user = users.create_user(user_request(new_email("person"), ids[READER])).data
        invitation = self.invite(users, user.id)
        assert invitation.attributes.uuid == invitation.id
        assert invitation.attributes.expires_at > invitation.attributes.created_at
        found = users.get_invitation(invitation.id)
        assert_typed(found)
        assert found.data.relationships.user.data.id == user.id
        code = invitation.attributes.get("code")
        assert code not in str(found)
        assert self.accept(server, invitation.id, "0" * 40).status == 404
        accepted = self.accept(server, invitation.id, code)
        assert accepted.status == 201
        key = accepted.json["data"]
        keys = Keys(server.keys.api_key, key["attributes"]["key"], key["id"], server.keys.organization_id, user.id)
        with official_client(server.address, keys) as api_client:
            assert UsersApi(api_client).get_current_user().data.id == user.id
        assert self.accept(server, invitation.id, code).status == 404
        raises(404, lambda: users.get_invitation(invitation.id))
        assert code not in server.log_text()

    def test_are_taken_back(self, server: Server, users: UsersApi) -> None:
        user = users.create_user(user_request(new_email("person"))).data
        invitation = self.invite(users, user.id)
        for _ in range(2):
            users.delete_user_invitations(UUID(user.id))
        raises(404, lambda: users.get_invitation(invitation.id))
        assert self.accept(server, invitation.id, invitation.attributes.get("code")).status == 404

    def test_400_and_404(self, users: UsersApi) -> None:
        raises(400, lambda: self.invite(users, UNKNOWN_ID), "user")
        raises(404, lambda: users.get_invitation(UNKNOWN_ID))
        raises(404, lambda: users.delete_user_invitations(UUID(UNKNOWN_ID)))


class TestServiceAccounts:
    def test_are_users_who_may_share_an_address(
        self, api_client: ApiClient, users: UsersApi, ids: dict[str, str]
    ) -> None:
        accounts = ServiceAccountsApi(api_client)
        email = new_email("team")
        made = [accounts.create_service_account(account_request(email, ids[READER], name="Bot")) for _ in range(2)]
        for response in made:
            assert_typed(response)
            assert response.data.attributes.service_account is True
            assert roles_of(response.data) == {ids[READER]}
        assert made[0].data.attributes.handle != made[1].data.attributes.handle
        assert users.get_user(made[0].data.id).data.attributes.email == email

    def test_400_unless_it_says_so(self, server: Server) -> None:
        body = {"data": {"type": "users", "attributes": {"email": new_email(), "service_account": False}}}
        assert server.request("POST", "/api/v2/service_accounts", body).status == 400


class TestRoles:
    def test_are_the_shipped_three(self, roles: RolesApi) -> None:
        response = roles.list_roles()
        assert_typed(response)
        assert [role.attributes.name for role in response.data] == sorted([ADMIN, STANDARD, READER])
        assert response.meta.page.total_count == 3
        assert [role.attributes.name for role in roles.list_roles(filter="read only").data] == [READER]
        assert [role.id for role in roles.list_roles(filter_id=response.data[1].id).data] == [response.data[1].id]
        assert [role.attributes.name for role in roles.list_roles(page_size=2, page_number=1).data] == [STANDARD]
        backwards = roles.list_roles(sort=models.RolesSort("-name"))
        assert [role.attributes.name for role in backwards.data] == [STANDARD, READER, ADMIN]

    def test_consist_of_permissions(self, roles: RolesApi, ids: dict[str, str]) -> None:
        listed = roles.list_permissions()
        assert_typed(listed)
        names = {permission.id: permission.attributes.name for permission in listed.data}
        assert len(set(names.values())) == len(listed.data)

        def granted(name: str) -> set[str]:
            response = roles.get_role(ids[name])
            assert_typed(response)
            return {names[permission.id] for permission in response.data.relationships.permissions.data}

        reader = {"connections_read", "aws_configuration_read", "user_app_keys"}
        standard = reader | {"connections_write", "connections_resolve", "aws_configuration_edit"}
        assert granted(READER) == reader
        assert granted(STANDARD) == standard
        assert granted(ADMIN) == set(names.values()) > standard

    def test_are_given_and_taken(self, server: Server, users: UsersApi, roles: RolesApi, ids: dict[str, str]) -> None:
        user = users.create_user(user_request(new_email("member"))).data
        before = roles.get_role(ids[STANDARD]).data.attributes.user_count
        for _ in range(2):
            assert_typed(roles.add_user_to_role(ids[STANDARD], member_request(user.id)))
        assert roles_of(users.get_user(user.id).data) == {ids[STANDARD]}
        assert roles.get_role(ids[STANDARD]).data.attributes.user_count == before + 1
        members = roles.list_role_users(ids[STANDARD], filter="member", sort="-name")
        assert_typed(members)
        assert [member.id for member in members.data] == [user.id]
        roles.add_user_to_role(ids[READER], member_request(user.id))
        assert roles_of(users.get_user(user.id).data) == {ids[STANDARD], ids[READER]}
        for _ in range(2):
            answer = server.request(
                "DELETE", f"/api/v2/roles/{ids[STANDARD]}/users", {"data": {"type": "users", "id": user.id}}
            )
            assert answer.status == 200
        roles.remove_user_from_role(ids[READER], member_request(user.id))
        assert roles_of(users.get_user(user.id).data) == set()

    def test_take_effect_at_once(self, server: Server, roles: RolesApi, ids: dict[str, str]) -> None:
        bot = service_account(server, READER)
        for _ in range(5):
            assert server.request("POST", CONNECTIONS, {}, keys=bot).status == 403
            roles.add_user_to_role(ids[STANDARD], member_request(bot.user_id))
            assert server.request("POST", CONNECTIONS, {}, keys=bot).status == 400
            roles.remove_user_from_role(ids[STANDARD], member_request(bot.user_id))

    def test_404(self, users: UsersApi, roles: RolesApi, ids: dict[str, str]) -> None:
        user = users.create_user(user_request(new_email())).data
        for role_id in (UNKNOWN_ID, "malformed"):
            for call in (
                lambda role_id=role_id: roles.get_role(role_id),
                lambda role_id=role_id: roles.list_role_users(role_id),
                lambda role_id=role_id: roles.add_user_to_role(role_id, member_request(user.id)),
                lambda role_id=role_id: roles.remove_user_from_role(role_id, member_request(user.id)),
            ):
                raises(404, call)
        raises(404, lambda: roles.add_user_to_role(ids[READER], member_request(UNKNOWN_ID)))


class TestTheLastAdmin:
    """Cannot be removed, in whatever way, or by two at once."""

    @pytest.fixture
    def alone(self, new_server: Callable[..., Server]) -> Server:
        return new_server()

    def ways(self, server: Server, api_client: ApiClient, user_id: str) -> list[Callable]:
        users, roles = UsersApi(api_client), RolesApi(api_client)
        admin = role_ids(roles)[ADMIN]
        return [
            lambda: users.disable_user(user_id),
            lambda: users.update_user(user_id, update_request(user_id, disabled=True)),
            lambda: roles.remove_user_from_role(admin, member_request(user_id)),
        ]

    def test_stays(self, alone: Server) -> None:
        with official_client(alone.address, alone.keys) as api_client:
            for way in self.ways(alone, api_client, alone.keys.user_id):
                raises(400, way)
            assert UsersApi(api_client).get_current_user().data.attributes.disabled is False

    def test_is_not_saved_by_one_who_is_disabled(self, alone: Server) -> None:
        with official_client(alone.address, alone.keys) as api_client:
            users = UsersApi(api_client)
            admin = role_ids(RolesApi(api_client))[ADMIN]
            other = users.create_user(user_request(new_email(), admin)).data
            users.disable_user(other.id)
            for way in self.ways(alone, api_client, alone.keys.user_id):
                raises(400, way)
            users.update_user(other.id, update_request(other.id, disabled=False))
            users.disable_user(alone.keys.user_id)
            assert alone.request("GET", "/api/v2/current_user").status == 403

    def test_is_one_of_two_who_remove_each_other(self, alone: Server) -> None:
        first = alone.keys.user_id
        for _ in range(5):
            other = service_account(alone, ADMIN)
            with ThreadPoolExecutor(2) as pool:
                pairs = [(alone.keys, other.user_id), (other, first)]
                answers = list(pool.map(lambda pair: self.disable(alone, *pair), pairs))
            assert sorted(answers) in ([204, 400], [204, 403])
            if answers[1] == 204:
                body = {"data": {"type": "users", "id": first, "attributes": {"disabled": False}}}
                assert alone.request("PATCH", f"/api/v2/users/{first}", body, keys=other).status == 200
                assert self.disable(alone, alone.keys, other.user_id) == 204

    @staticmethod
    def disable(server: Server, keys: Keys, user_id: str) -> int:
        return server.request("DELETE", f"/api/v2/users/{user_id}", keys=keys).status


class TestEscalation:
    """Nobody hands out what they have not."""

    def scoped(self, server: Server, *scopes: str) -> Keys:
        return service_account(server, ADMIN, scopes=list(scopes))

    def test_a_role_is_given_only_by_who_has_what_it_grants(
        self, server: Server, users: UsersApi, ids: dict[str, str]
    ) -> None:
        user = users.create_user(user_request(new_email())).data
        manager = self.scoped(server, "user_access_manage", "user_access_invite", "service_account_write")
        with official_client(server.address, manager) as api_client:
            for name in (ADMIN, STANDARD, READER):
                give = member_request(user.id)
                raises(403, lambda name=name, give=give: RolesApi(api_client).add_user_to_role(ids[name], give))
                new = user_request(new_email(), ids[name])
                raises(403, lambda new=new: UsersApi(api_client).create_user(new))
                bot = account_request(new_email(), ids[name])
                raises(403, lambda bot=bot: ServiceAccountsApi(api_client).create_service_account(bot))
            UsersApi(api_client).create_user(user_request(new_email()))
        assert roles_of(users.get_user(user.id).data) == set()

    def test_who_may_invite_gives_no_role(self, server: Server, ids: dict[str, str]) -> None:
        scopes = ["user_access_invite", "connections_read", "aws_configuration_read", "user_app_keys"]
        with official_client(server.address, self.scoped(server, *scopes)) as api_client:
            raises(403, lambda: UsersApi(api_client).create_user(user_request(new_email(), ids[READER])))
            UsersApi(api_client).create_user(user_request(new_email()))

    def test_who_manages_access_within_their_own_gives_it(self, server: Server, ids: dict[str, str]) -> None:
        scopes = ["user_access_manage", "connections_read", "aws_configuration_read", "user_app_keys"]
        bot = service_account(server)
        with official_client(server.address, self.scoped(server, *scopes)) as api_client:
            RolesApi(api_client).add_user_to_role(ids[READER], member_request(bot.user_id))
            raises(403, lambda: RolesApi(api_client).add_user_to_role(ids[STANDARD], member_request(bot.user_id)))
        assert server.request("GET", CONNECTIONS, keys=bot).status == 200

    def test_an_admin_is_not_enabled_again_by_less(self, server: Server, users: UsersApi) -> None:
        admin = service_account(server, ADMIN)
        users.disable_user(admin.user_id)
        with official_client(server.address, self.scoped(server, "user_access_manage")) as api_client:
            enable = update_request(admin.user_id, disabled=False)
            raises(403, lambda: UsersApi(api_client).update_user(admin.user_id, enable))
        assert server.request("GET", CONNECTIONS, keys=admin).status == 403

    @pytest.mark.parametrize("name", [STANDARD, READER])
    def test_who_is_no_admin_changes_nobody(self, server: Server, ids: dict[str, str], name: str) -> None:
        bot = service_account(server, name)
        with official_client(server.address, bot) as api_client:
            users, roles = UsersApi(api_client), RolesApi(api_client)
            for call in (
                lambda: roles.add_user_to_role(ids[ADMIN], member_request(bot.user_id)),
                lambda: roles.remove_user_from_role(ids[ADMIN], member_request(server.keys.user_id)),
                lambda: users.update_user(bot.user_id, update_request(bot.user_id, name="Root")),
                lambda: users.disable_user(server.keys.user_id),
                lambda: users.create_user(user_request(new_email())),
                lambda: ServiceAccountsApi(api_client).create_service_account(account_request(new_email())),
            ):
                raises(403, call)


class TestTwoOrganisations:
    """Nothing of one is visible to the other."""

    def test_users_and_keys_are_apart(self, two: tuple[Server, Keys]) -> None:
        server, second = two
        assert server.keys.organization_id != second.organization_id
        for keys, stranger in ((server.keys, second), (second, server.keys)):
            for path in ("/api/v2/users", "/api/v2/application_keys", "/api/v2/api_keys"):
                found = server.request("GET", f"{path}?page[size]=100", keys=keys)
                assert found.status == 200
                for foreign in (stranger.user_id, stranger.application_key_id, stranger.organization_id):
                    assert foreign.encode() not in found.body
            for path in (
                f"/api/v2/users/{stranger.user_id}",
                f"/api/v2/application_keys/{stranger.application_key_id}",
            ):
                for method, body in (("GET", None), ("DELETE", None), ("PATCH", {"data": {}})):
                    assert server.request(method, path, body, keys=keys).status in (400, 404), f"{method} {path}"
                assert server.request("GET", path, keys=stranger).status == 200

    def test_a_role_is_not_given_to_a_stranger(self, two: tuple[Server, Keys]) -> None:
        server, second = two
        with official_client(server.address, server.keys) as api_client:
            roles = RolesApi(api_client)
            admin = role_ids(roles)[ADMIN]
            for call in (roles.add_user_to_role, roles.remove_user_from_role):
                raises(404, lambda call=call: call(admin, member_request(second.user_id)))
            members = roles.list_role_users(admin)
            assert second.user_id not in [member.id for member in members.data]
            assert members.meta.page.total_count == 1

    def test_one_address_is_free_in_the_other(self, two: tuple[Server, Keys]) -> None:
        server, second = two
        email = new_email()
        for keys in (server.keys, second):
            with official_client(server.address, keys) as api_client:
                UsersApi(api_client).create_user(user_request(email))
