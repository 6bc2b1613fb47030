"""Key management and validation, used by the official Python client as it comes."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from datadog_api_client import ApiClient
from datadog_api_client.exceptions import ForbiddenException, NotFoundException
from datadog_api_client.v1.api.authentication_api import AuthenticationApi
from datadog_api_client.v2 import models
from datadog_api_client.v2.api.action_connection_api import ActionConnectionApi
from datadog_api_client.v2.api.key_management_api import KeyManagementApi
from datadog_api_client.v2.api.service_accounts_api import ServiceAccountsApi
from harness import CONNECTIONS, UNKNOWN_ID, Keys, Server
from official import assert_typed, official_client, raises, typed
from people import (
    READER,
    STANDARD,
    account_request,
    disable,
    key_request,
    key_update,
    new_email,
    service_account,
)

# Key management has an offset, where AWS has a Z.
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")


def api_key_request(name: str) -> models.APIKeyCreateRequest:
    return typed(models.APIKeyCreateRequest, {"data": {"type": "api_keys", "attributes": {"name": name}}})


def api_key_update(key_id: str, name: str) -> models.APIKeyUpdateRequest:
    data = {"type": "api_keys", "id": key_id, "attributes": {"name": name}}
    return typed(models.APIKeyUpdateRequest, {"data": data})


@pytest.fixture(scope="module")
def management(server: Server) -> Iterator[KeyManagementApi]:
    with official_client(server.address, server.keys) as api_client:
        yield KeyManagementApi(api_client)


@pytest.fixture(scope="module")
def accounts(server: Server) -> Iterator[ServiceAccountsApi]:
    with official_client(server.address, server.keys) as api_client:
        yield ServiceAccountsApi(api_client)


def opens(server: Server, keys: Keys) -> bool:
    """Whether a pair of keys opens anything."""
    return server.request("GET", "/api/v2/validate_keys", keys=keys).status == 200


class TestAPIKeys:
    def test_are_created_read_edited_and_deleted(self, server: Server, management: KeyManagementApi) -> None:
        created = management.create_api_key(api_key_request("of the whole life"))
        assert_typed(created)
        attributes = created.data.attributes
        assert re.fullmatch(r"[0-9a-f]{32}", attributes.key)
        assert attributes.last4 == attributes.key[-4:]
        assert attributes.name == "of the whole life"
        assert created.data.relationships.created_by.data.id == server.keys.user_id
        keys = Keys(attributes.key, server.keys.application_key, "", "", "")
        assert opens(server, keys)

        found = management.get_api_key(created.data.id, include="created_by,modified_by")
        assert_typed(found)
        assert found.data.attributes.date_last_used is not None
        told_later = {"date_last_used": found.data.attributes.date_last_used}
        assert found.data.attributes.to_dict() == told_later | {
            name: value for name, value in attributes.to_dict().items() if name != "key"
        }
        assert [user.get_oneof_instance().id for user in found.included] == [server.keys.user_id]

        edited = management.update_api_key(created.data.id, api_key_update(created.data.id, "renamed"))
        assert_typed(edited)
        assert edited.data.attributes.name == "renamed"
        assert edited.data.attributes.created_at == attributes.created_at
        assert edited.data.attributes.modified_at > attributes.modified_at
        assert "key" not in edited.data.attributes.to_dict()
        assert opens(server, keys)

        management.delete_api_key(created.data.id)
        assert not opens(server, keys)
        raises(404, lambda: management.get_api_key(created.data.id))
        raises(404, lambda: management.delete_api_key(created.data.id))
        raises(404, lambda: management.update_api_key(created.data.id, api_key_update(created.data.id, "gone")))

    def test_are_listed_in_pages_in_order_and_by_filter(self, management: KeyManagementApi) -> None:
        names = ["paged c", "paged a", "paged b", "paged d"]
        keys = {name: management.create_api_key(api_key_request(name)).data for name in names}

        def listed(**parameters: object) -> list[str]:
            response = management.list_api_keys(filter="PAGED", **parameters)
            assert_typed(response)
            assert response.meta.page.total_filtered_count == 4
            assert "key" not in response.data[0].attributes.to_dict()
            return [key.attributes.name for key in response.data]

        sort = models.APIKeysSort
        assert listed() == sorted(names)
        assert listed(sort=sort("-name")) == sorted(names, reverse=True)
        assert listed(sort=sort("created_at")) == names
        assert listed(sort=sort("-created_at")) == names[::-1]
        management.update_api_key(keys["paged a"].id, api_key_update(keys["paged a"].id, "paged a"))
        assert listed(sort=sort("-modified_at"))[0] == "paged a"
        last4 = {name: key.attributes.last4 for name, key in keys.items()}
        assert [last4[name] for name in listed(sort=sort("last4"))] == sorted(last4.values())
        assert listed(page_size=3, page_number=0) == sorted(names)[:3]
        assert listed(page_size=3, page_number=1) == sorted(names)[3:]
        response = management.list_api_keys(filter="paged", page_size=3, page_number=2)
        assert response.data == []

        def count(**parameters: object) -> int:
            return management.list_api_keys(filter="paged", **parameters).meta.page.total_filtered_count

        then, now = keys["paged c"].attributes.created_at, datetime.now(UTC)
        later = (now + timedelta(hours=1)).isoformat()
        assert count(filter_created_at_start=then.isoformat(), filter_created_at_end=later) == 4
        assert count(filter_created_at_start=later) == 0
        assert count(filter_created_at_end=(then - timedelta(seconds=1)).isoformat()) == 0
        assert count(filter_modified_at_start=keys["paged d"].attributes.modified_at.isoformat()) == 2
        assert count(filter_modified_at_end=(then - timedelta(seconds=1)).isoformat()) == 0
        assert count(filter_remote_config_read_enabled=True) == 4
        assert count(filter_remote_config_read_enabled=False) == 0
        for key in keys.values():
            management.delete_api_key(key.id)

    def test_times_have_the_recorded_shape(self, server: Server) -> None:
        for key in server.request("GET", "/api/v2/api_keys").json["data"]:
            for name in ("created_at", "modified_at"):
                assert TIMESTAMP.fullmatch(key["attributes"][name])

    def test_the_last_four_characters_alone_are_known_of_the_first_one(
        self, server: Server, management: KeyManagementApi
    ) -> None:
        last4 = [key.attributes.last4 for key in management.list_api_keys().data]
        assert server.keys.api_key[-4:] in last4

    @pytest.mark.parametrize("name", ["", "x" * 256, "a\nb"])
    def test_400_on_a_name(self, server: Server, management: KeyManagementApi, name: str) -> None:
        raises(400, lambda: management.create_api_key(api_key_request(name)), "name")

    def test_400_on_a_list(self, management: KeyManagementApi, server: Server) -> None:
        for query in ("sort=colour", "page[size]=0", "page[number]=-1", "filter[created_at][start]=now", "include=all"):
            answer = server.request("GET", f"/api/v2/api_keys?{query}")
            assert answer.status == 400, query
            assert all(isinstance(error, str) for error in answer.errors)

    def test_404_on_a_malformed_id(self, management: KeyManagementApi) -> None:
        for call in (management.get_api_key, management.delete_api_key):
            raises(404, lambda call=call: call("malformed"))


class TestOwnApplicationKeys:
    def test_are_created_read_edited_and_deleted(self, server: Server, management: KeyManagementApi) -> None:
        scopes = ["connections_read", "connections_write", "dashboards_read"]
        created = management.create_current_user_application_key(key_request("of the whole life", scopes))
        assert_typed(created)
        attributes = created.data.attributes
        assert re.fullmatch(r"[0-9a-f]{40}", attributes.key)
        assert attributes.last4 == attributes.key[-4:]
        assert attributes.scopes == scopes
        assert created.data.relationships.owned_by.data.id == server.keys.user_id
        keys = Keys(server.keys.api_key, attributes.key, created.data.id, "", "")
        assert opens(server, keys)

        one = created.data.id
        for found in (
            management.get_current_user_application_key(one),
            management.get_application_key(one, include="owned_by"),
        ):
            assert_typed(found)
            assert "key" not in found.data.attributes.to_dict()
            assert found.data.attributes.scopes == scopes
            assert TIMESTAMP.fullmatch(
                server.request("GET", f"/api/v2/application_keys/{one}").json["data"]["attributes"]["created_at"]
            )

        renamed = management.update_current_user_application_key(one, key_update(one, name="renamed"))
        assert_typed(renamed)
        assert (renamed.data.attributes.name, renamed.data.attributes.scopes) == ("renamed", scopes)
        for unscoped in ([], None):
            edited = management.update_application_key(one, key_update(one, scopes=["user_app_keys"]))
            assert_typed(edited)
            assert edited.data.attributes.scopes == ["user_app_keys"]
            assert server.request("GET", "/api/v2/api_keys", keys=keys).status == 403
            edited = management.update_application_key(one, key_update(one, scopes=unscoped))
            assert edited.data.attributes.scopes is None
            assert server.request("GET", "/api/v2/api_keys", keys=keys).status == 200
        assert edited.data.attributes.name == "renamed"

        management.delete_current_user_application_key(one)
        assert not opens(server, keys)
        for gone in (
            management.get_current_user_application_key,
            management.delete_current_user_application_key,
            management.get_application_key,
            management.delete_application_key,
        ):
            raises(404, lambda gone=gone: gone(one))

    def test_are_listed_in_pages_in_order_and_by_filter(self, server: Server, management: KeyManagementApi) -> None:
        names = ["paged c", "paged a", "paged b", "paged d"]
        keys = {name: management.create_current_user_application_key(key_request(name)).data for name in names}
        sort = models.ApplicationKeysSort
        for call in (
            management.list_current_user_application_keys,
            management.list_application_keys,
            lambda **parameters: management.list_application_keys(filter_owned_by=server.keys.user_id, **parameters),
        ):

            def listed(call: Callable = call, **parameters: object) -> list[str]:
                response = call(filter="Paged", **parameters)
                assert_typed(response)
                assert response.meta.page.total_filtered_count == 4
                assert response.meta.max_allowed_per_user == 1000
                assert "key" not in response.data[0].attributes.to_dict()
                return [key.attributes.name for key in response.data]

            assert listed() == sorted(names)
            assert listed(sort=sort("-name")) == sorted(names, reverse=True)
            assert listed(sort=sort("created_at")) == names
            assert listed(sort=sort("-created_at")) == names[::-1]
            last4 = {name: key.attributes.last4 for name, key in keys.items()}
            assert [last4[name] for name in listed(sort=sort("-last4"))] == sorted(last4.values(), reverse=True)
            assert listed(page_size=3, page_number=1, include="owned_by") == sorted(names)[3:]
            now = datetime.now(UTC).isoformat()
            assert call(filter="paged", filter_created_at_start=now).meta.page.total_filtered_count == 0
            assert call(filter="paged", filter_created_at_end=now).meta.page.total_filtered_count == 4
        for key in keys.values():
            management.delete_application_key(key.id)

    def test_of_others_are_not_ones_own(self, server: Server, management: KeyManagementApi) -> None:
        other = service_account(server, READER)
        raises(404, lambda: management.get_current_user_application_key(other.application_key_id))
        raises(404, lambda: management.delete_current_user_application_key(other.application_key_id))
        assert management.list_application_keys(filter_owned_by=other.user_id).data[0].id == other.application_key_id
        own = [key.id for key in management.list_current_user_application_keys().data]
        assert other.application_key_id not in own
        assert server.keys.application_key_id in own

    def test_400_on_a_body(self, management: KeyManagementApi) -> None:
        raises(400, lambda: management.create_current_user_application_key(key_request("")), "name")
        raises(400, lambda: management.create_current_user_application_key(key_request("a", ["", "b"])), "scopes")

    def test_404(self, management: KeyManagementApi) -> None:
        for key_id in (UNKNOWN_ID, "malformed"):
            for call in (
                lambda key_id=key_id: management.get_application_key(key_id),
                lambda key_id=key_id: management.update_application_key(key_id, key_update(UNKNOWN_ID, name="a")),
                lambda key_id=key_id: management.delete_application_key(key_id),
                lambda key_id=key_id: management.get_current_user_application_key(key_id),
                lambda key_id=key_id: management.update_current_user_application_key(
                    key_id, key_update(UNKNOWN_ID, name="a")
                ),
                lambda key_id=key_id: management.delete_current_user_application_key(key_id),
            ):
                raises(404, call)


class TestKeysOfServiceAccounts:
    def test_are_created_read_listed_edited_and_deleted(self, server: Server, accounts: ServiceAccountsApi) -> None:
        account = accounts.create_service_account(account_request(new_email(), name="Bot")).data
        created = accounts.create_service_account_application_key(
            account.id, key_request("first", ["connections_read"])
        )
        assert_typed(created)
        assert created.data.relationships.owned_by.data.id == account.id
        one = created.data.id
        keys = Keys(server.keys.api_key, created.data.attributes.key, one, "", "")
        assert opens(server, keys)

        found = accounts.get_service_account_application_key(account.id, one)
        assert_typed(found)
        listed = accounts.list_service_account_application_keys(account.id, filter="fir", page_size=1)
        assert_typed(listed)
        assert [key.id for key in listed.data] == [one]
        edited = accounts.update_service_account_application_key(account.id, one, key_update(one, name="second"))
        assert_typed(edited)
        assert (edited.data.attributes.name, edited.data.attributes.scopes) == ("second", ["connections_read"])
        accounts.delete_service_account_application_key(account.id, one)
        assert not opens(server, keys)
        raises(404, lambda: accounts.get_service_account_application_key(account.id, one))
        assert accounts.list_service_account_application_keys(account.id).data == []

    def test_404(self, server: Server, accounts: ServiceAccountsApi) -> None:
        """For a person, who is no service account; for an unknown one; for a key of someone else."""
        bot = service_account(server, READER)
        for owner in (server.keys.user_id, UNKNOWN_ID, "malformed"):
            for call in (
                lambda owner=owner: accounts.list_service_account_application_keys(owner),
                lambda owner=owner: accounts.create_service_account_application_key(owner, key_request("a")),
                lambda owner=owner: accounts.get_service_account_application_key(owner, bot.application_key_id),
            ):
                raises(404, call)
        own = server.keys.application_key_id
        raises(404, lambda: accounts.get_service_account_application_key(bot.user_id, own))
        raises(404, lambda: accounts.delete_service_account_application_key(bot.user_id, own))


class TestAKeyThatEnds:
    """It opens nothing from the answer on, on every path that leads there."""

    def test_by_deletion_of_the_key(self, server: Server, management: KeyManagementApi) -> None:
        for _ in range(10):
            keys = service_account(server, STANDARD)
            assert server.request("GET", CONNECTIONS, keys=keys).status == 200
            management.delete_application_key(keys.application_key_id)
            assert server.request("GET", CONNECTIONS, keys=keys).status == 403

    def test_with_its_registration(self, server: Server, management: KeyManagementApi) -> None:
        keys = service_account(server, STANDARD)
        with official_client(server.address, server.keys) as api_client:
            connections = ActionConnectionApi(api_client)
            assert str(connections.get_app_key_registration(keys.application_key_id).data.id)
            management.delete_application_key(keys.application_key_id)
            with pytest.raises(NotFoundException):
                connections.get_app_key_registration(keys.application_key_id)
            listed = connections.list_app_key_registrations(page_size=100).data
            assert keys.application_key_id not in [str(registration.id) for registration in listed]

    def test_by_its_owners_end(self, server: Server) -> None:
        keys = service_account(server, STANDARD)
        assert opens(server, keys)
        disable(server, keys.user_id)
        assert not opens(server, keys)
        assert server.request("GET", CONNECTIONS, keys=keys).status == 403


class TestEscalation:
    """No key hands out more than it has."""

    def test_a_scoped_key_makes_no_wider_one(self, server: Server) -> None:
        narrow = service_account(server, STANDARD, scopes=["user_app_keys", "connections_read"])
        with official_client(server.address, narrow) as api_client:
            management = KeyManagementApi(api_client)
            for scopes in (None, [], ["connections_read", "connections_write"]):
                raises(
                    403,
                    lambda scopes=scopes: management.create_current_user_application_key(key_request("wide", scopes)),
                )
            made = management.create_current_user_application_key(key_request("narrow", ["connections_read"])).data
            own = narrow.application_key_id
            for key_id in (made.id, own):
                for scopes in (None, [], ["connections_write"]):
                    raises(
                        403,
                        lambda key_id=key_id, scopes=scopes: management.update_current_user_application_key(
                            key_id, key_update(key_id, scopes=scopes)
                        ),
                    )
            management.update_current_user_application_key(own, key_update(own, name="renamed"))
            assert management.get_current_user_application_key(own).data.attributes.scopes == [
                "user_app_keys",
                "connections_read",
            ]

    def test_a_scope_grants_nothing_that_the_owner_lacks(self, server: Server) -> None:
        reader = service_account(server, READER)
        with official_client(server.address, reader) as api_client:
            scopes = ["user_access_manage", "api_keys_write", "connections_write", "connections_read"]
            made = KeyManagementApi(api_client).create_current_user_application_key(key_request("wide", scopes)).data
        with official_client(server.address, server.keys) as api_client:
            ActionConnectionApi(api_client).register_app_key(made.id)
        keys = Keys(server.keys.api_key, made.attributes.key, made.id, "", "")
        assert server.request("GET", CONNECTIONS, keys=keys).status == 200
        assert server.request("DELETE", f"{CONNECTIONS}/{UNKNOWN_ID}", keys=keys).status == 403
        assert server.request("POST", "/api/v2/api_keys", {}, keys=keys).status == 403
        assert server.request("DELETE", f"/api/v2/users/{UNKNOWN_ID}", keys=keys).status == 403

    def test_a_key_for_a_service_account_is_no_wider_than_ones_own(self, server: Server) -> None:
        admin = service_account(server, STANDARD)
        with official_client(server.address, server.keys) as api_client:
            narrow = KeyManagementApi(api_client).create_current_user_application_key(
                key_request("narrow", ["service_account_write"])
            )
        keys = Keys(server.keys.api_key, narrow.data.attributes.key, narrow.data.id, "", "")
        with official_client(server.address, keys) as api_client:
            accounts = ServiceAccountsApi(api_client)
            raises(403, lambda: accounts.create_service_account_application_key(admin.user_id, key_request("wide")))
            own = admin.application_key_id
            accounts.update_service_account_application_key(admin.user_id, own, key_update(own, name="renamed"))
            accounts.create_service_account_application_key(admin.user_id, key_request("narrow", ["dashboards_read"]))


class TestValidation:
    def test_every_path_accepts_a_valid_pair(self, server: Server) -> None:
        with official_client(server.address, server.keys) as api_client:
            first = AuthenticationApi(api_client).validate()
            assert_typed(first)
            assert first.valid is True
            management = KeyManagementApi(api_client)
            second = management.validate()
            assert_typed(second)
            assert str(second.data.id) == server.keys.organization_id
            assert second.data.attributes.valid is True
            listed = [key.id for key in management.list_api_keys(page_size=100).data]
            assert str(second.data.attributes.api_key_id) in listed
            pair = management.validate_api_key()
            assert_typed(pair)
            assert str(pair.status) == "ok"

    @pytest.mark.parametrize("path", ["/api/v1/validate", "/api/v2/validate"])
    def test_the_api_key_alone_does_for_two_of_them(self, server: Server, path: str) -> None:
        headers = {"DD-APPLICATION-KEY": ""}
        assert server.request("GET", path, headers=headers).status == 200
        assert server.request("GET", path, headers={"DD-API-KEY": "0" * 32}).status == 403
        refused = server.request("GET", path, headers={"DD-API-KEY": ""})
        assert refused.status == 403
        if path == "/api/v1/validate":
            assert refused.body == b'{"errors":["API key required"]}'
        else:
            assert refused.errors[0]["status"] == "403"

    def test_a_wrong_pair_is_refused(self, server: Server) -> None:
        for api_key, application_key in (
            ("0" * 32, server.keys.application_key),
            (server.keys.api_key, "0" * 40),
            (server.keys.application_key, server.keys.api_key),
        ):
            with official_client(server.address, Keys(api_key, application_key, "", "", "")) as api_client:
                raises(403, KeyManagementApi(api_client).validate_api_key)
        with official_client(server.address, Keys("0" * 32, "0" * 40, "", "", "")) as api_client:
            with pytest.raises(ForbiddenException):
                AuthenticationApi(api_client).validate()
            with pytest.raises(ForbiddenException):
                KeyManagementApi(api_client).validate()


def every_call(api_client: ApiClient) -> list[Callable]:
    management, accounts = KeyManagementApi(api_client), ServiceAccountsApi(api_client)
    one, body, edit = UNKNOWN_ID, key_request("a"), key_update(UNKNOWN_ID, name="a")
    return [
        lambda: management.list_api_keys(),
        lambda: management.create_api_key(api_key_request("a")),
        lambda: management.get_api_key(one),
        lambda: management.update_api_key(one, api_key_update(one, "a")),
        lambda: management.delete_api_key(one),
        lambda: management.list_application_keys(),
        lambda: management.get_application_key(one),
        lambda: management.update_application_key(one, edit),
        lambda: management.delete_application_key(one),
        lambda: management.list_current_user_application_keys(),
        lambda: management.create_current_user_application_key(body),
        lambda: management.get_current_user_application_key(one),
        lambda: management.update_current_user_application_key(one, edit),
        lambda: management.delete_current_user_application_key(one),
        lambda: accounts.list_service_account_application_keys(one),
        lambda: accounts.create_service_account_application_key(one, body),
        lambda: accounts.get_service_account_application_key(one, one),
        lambda: accounts.update_service_account_application_key(one, one, edit),
        lambda: accounts.delete_service_account_application_key(one, one),
        lambda: management.validate_api_key(),
    ]


def test_403_and_429_are_reachable_everywhere(new_server: Callable[..., Server]) -> None:
    server = new_server("--rate-limit", "1/3600")
    assert server.request("GET", "/api/v2/validate_keys").status == 200
    for status, keys in ((403, Keys("0" * 32, "0" * 40, "", "", "")), (429, server.keys)):
        with official_client(server.address, keys) as api_client:
            for call in every_call(api_client):
                raises(status, call)


def test_a_change_of_scopes_takes_effect_at_once(server: Server, management: KeyManagementApi) -> None:
    keys = service_account(server, READER)
    one = keys.application_key_id
    for _ in range(5):
        management.update_application_key(one, key_update(one, scopes=["connections_write"]))
        assert server.request("GET", CONNECTIONS, keys=keys).status == 403
        management.update_application_key(one, key_update(one, scopes=None))
        assert server.request("GET", CONNECTIONS, keys=keys).status == 200


class TestLastUse:
    """Of keys is told at once, and kept over restarts."""

    def test_is_told(self, server: Server, management: KeyManagementApi) -> None:
        bot = service_account(server, READER)
        made = management.create_api_key(api_key_request("last use")).data
        assert management.get_api_key(made.id).data.attributes.date_last_used is None
        assert management.get_application_key(bot.application_key_id).data.attributes.last_used_at is None
        pair = Keys(made.attributes.key, bot.application_key, bot.application_key_id, bot.organization_id, bot.user_id)
        # Who has only one of two keys, or may not do what they ask for, uses them all the same.
        for method, path in (
            ("GET", "/api/v2/validate_keys"),
            ("GET", "/api/v2/api_keys"),
            ("GET", "/api/v1/validate"),
        ):
            before = datetime.now(UTC)
            server.request(method, path, keys=pair)
            found = management.get_api_key(made.id)
            assert_typed(found)
            assert before <= found.data.attributes.date_last_used <= datetime.now(UTC)
        key = management.get_application_key(bot.application_key_id)
        assert_typed(key)
        assert key.data.attributes.last_used_at < found.data.attributes.date_last_used
        listed = management.list_api_keys(filter="last use")
        assert_typed(listed)
        assert [entry.attributes.date_last_used for entry in listed.data] == [found.data.attributes.date_last_used]
        owned = management.list_application_keys(filter="of the bot", page_size=100)
        assert_typed(owned)
        times = {entry.id: entry.attributes.last_used_at for entry in owned.data}
        assert datetime.fromisoformat(times[bot.application_key_id]) == key.data.attributes.last_used_at

    def test_is_kept_over_a_restart(self, new_server: Callable[..., Server]) -> None:
        server = new_server()
        path = f"/api/v2/application_keys/{server.keys.application_key_id}"
        bot = service_account(server, READER)
        server.request("GET", "/api/v2/validate_keys", keys=bot)

        def told() -> list[str]:
            key = server.request("GET", f"/api/v2/application_keys/{bot.application_key_id}").json
            user = server.request("GET", f"/api/v2/users/{bot.user_id}").json
            return [key["data"]["attributes"]["last_used_at"], user["data"]["attributes"]["last_login_time"]]

        before = told()
        assert all(TIMESTAMP.fullmatch(time) for time in before)
        assert server.stop() == 0
        server.start()
        assert told() == before
        assert server.request("GET", path).json["data"]["attributes"]["last_used_at"] > before[0]
