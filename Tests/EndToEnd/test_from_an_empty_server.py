"""From an empty server to a team at work, by the official client alone and without a side channel.

All that is there in the beginning is what `keyway init` prints: an administrator with a pair of keys. An application
key acts as its owner and is made by its owner, so nobody makes one for another person: an administrator who equips
another identity makes a service account, gives it a role, and makes its key.
"""

from collections.abc import Callable

import pytest
from catalogue import BY_NAME, connection
from datadog_api_client.exceptions import ForbiddenException, NotFoundException
from datadog_api_client.v2.api.action_connection_api import ActionConnectionApi
from datadog_api_client.v2.api.aws_integration_api import AWSIntegrationApi
from datadog_api_client.v2.api.key_management_api import KeyManagementApi
from datadog_api_client.v2.api.roles_api import RolesApi
from datadog_api_client.v2.api.service_accounts_api import ServiceAccountsApi
from datadog_api_client.v2.api.users_api import UsersApi
from harness import Keys, Server
from official import assert_typed, official_client
from people import (
    ADMIN,
    READER,
    STANDARD,
    account_request,
    key_request,
    member_request,
    new_email,
    role_ids,
    user_request,
)
from test_aws_accounts import account, patch
from test_aws_accounts import create_request as account_create_request
from test_aws_accounts import update_request as account_update_request
from test_connections import create_request, update_request
from test_keys import api_key_request


def test_a_team_gets_to_work(new_server: Callable[..., Server]) -> None:
    server = new_server()
    with official_client(server.address, server.keys) as administrator:
        users, roles = UsersApi(administrator), RolesApi(administrator)
        accounts, management = ServiceAccountsApi(administrator), KeyManagementApi(administrator)
        registrations = ActionConnectionApi(administrator)

        # In the beginning there is one user, and nothing else.
        assert [user.id for user in users.list_users().data] == [server.keys.user_id]
        assert AWSIntegrationApi(administrator).list_aws_accounts().data == []
        assert server.request("GET", "/api/v2/actions/connections").json["data"] == []

        # A person with a role, who is there and can be given more.
        ids = role_ids(roles)
        person = users.create_user(user_request(new_email("jane"), ids[STANDARD], name="Jane")).data
        roles.add_user_to_role(ids[READER], member_request(person.id))
        assert {role.id for role in users.get_user(person.id).data.relationships.roles.data} == {
            ids[STANDARD],
            ids[READER],
        }

        # An identity to work with: a service account with a role, an API key and an application key of its own.
        bot = accounts.create_service_account(account_request(new_email("bot"), ids[ADMIN], name="Bot")).data
        api_key = management.create_api_key(api_key_request("of the team")).data
        key = accounts.create_service_account_application_key(bot.id, key_request("of the bot")).data
        keys = Keys(api_key.attributes.key, key.attributes.key, key.id, server.keys.organization_id, bot.id)

        with official_client(server.address, keys) as worker:
            connections, aws = ActionConnectionApi(worker), AWSIntegrationApi(worker)
            assert UsersApi(worker).get_current_user().data.id == bot.id

            # Until the key is registered, it acts on no connection.
            asana = BY_NAME["AsanaAccessToken"]
            with pytest.raises(ForbiddenException):
                connections.create_action_connection(create_request(asana.create("of the team")))
            assert_typed(registrations.register_app_key(key.id))

            created = connections.create_action_connection(create_request(asana.create("of the team")))
            assert_typed(created)
            body = account()
            configuration = aws.create_aws_account(account_create_request(body))
            assert_typed(configuration)

            # Edit, list, read.
            renamed = connections.update_action_connection(
                created.data.id, update_request(connection("of the new team", None))
            )
            assert renamed.data.attributes.name == "of the new team"
            tagged = aws.update_aws_account(
                configuration.data.id, account_update_request(patch(body, account_tags=["team:new"]))
            )
            assert tagged.data.attributes.account_tags == ["team:new"]
            assert [found.id for found in aws.list_aws_accounts().data] == [configuration.data.id]
            listed = server.request("GET", "/api/v2/actions/connections", keys=keys).json["data"]
            assert [found["id"] for found in listed] == [created.data.id]
            found = registrations.list_app_key_registrations().data
            assert {str(registration.id) for registration in found} == {key.id, server.keys.application_key_id}

            # Delete.
            connections.delete_action_connection(created.data.id)
            aws.delete_aws_account(configuration.data.id)
            with pytest.raises(NotFoundException):
                connections.get_action_connection(created.data.id)
            assert aws.list_aws_accounts().data == []

            # The key works on its own behalf too, and makes another one, which is not registered.
            own = KeyManagementApi(worker)
            second = own.create_current_user_application_key(key_request("second of the bot")).data
            assert {found.id for found in own.list_current_user_application_keys().data} == {key.id, second.id}

            # Without its key it stops at once, and with it goes the registration.
            management.delete_application_key(key.id)
            for call in (aws.list_aws_accounts, UsersApi(worker).get_current_user):
                with pytest.raises(ForbiddenException):
                    call()
            with pytest.raises(NotFoundException):
                registrations.get_app_key_registration(key.id)

        keys = Keys(keys.api_key, second.attributes.key, second.id, keys.organization_id, bot.id)
        with official_client(server.address, keys) as worker:
            aws = AWSIntegrationApi(worker)
            assert aws.list_aws_accounts().data == []

            # So it does without its API key, and when its owner is disabled.
            management.delete_api_key(api_key.id)
            with pytest.raises(ForbiddenException):
                aws.list_aws_accounts()
        keys = Keys(server.keys.api_key, second.attributes.key, second.id, keys.organization_id, bot.id)
        with official_client(server.address, keys) as worker:
            aws = AWSIntegrationApi(worker)
            assert aws.list_aws_accounts().data == []
            users.disable_user(bot.id)
            with pytest.raises(ForbiddenException):
                aws.list_aws_accounts()
        assert users.get_user(bot.id).data.attributes.disabled is True
        users.disable_user(person.id)
        assert [user.id for user in users.list_users(filter_status="Active").data] == [server.keys.user_id]
