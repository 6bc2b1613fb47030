"""Users, service accounts and their keys, made by the official client as an administrator would."""

import itertools

from datadog_api_client.v2 import models
from datadog_api_client.v2.api.action_connection_api import ActionConnectionApi
from datadog_api_client.v2.api.roles_api import RolesApi
from datadog_api_client.v2.api.service_accounts_api import ServiceAccountsApi
from datadog_api_client.v2.api.users_api import UsersApi
from harness import Keys, Server
from official import official_client, typed

ADMIN, STANDARD, READER = "Datadog Admin Role", "Datadog Standard Role", "Datadog Read Only Role"
NUMBERS = itertools.count(1)


def new_email(name: str = "user") -> str:
    """An address that nobody has."""
    return f"{name}-{next(NUMBERS)}@example.com"


def new_name(name: str) -> str:
    """A name that nothing has."""
    return f"{name} {next(NUMBERS)}"


def role_ids(roles: RolesApi) -> dict[str, str]:
    """The id of each role, by its name."""
    return {role.attributes.name: role.id for role in roles.list_roles(page_size=100).data}


def references(ids: list[str]) -> dict:
    """The relationships of a new user with roles."""
    return {"roles": {"data": [{"type": "roles", "id": role_id} for role_id in ids]}}


def user_request(email: str, *roles: str, **attributes: str) -> models.UserCreateRequest:
    data = {"type": "users", "attributes": {"email": email, **attributes}}
    return typed(models.UserCreateRequest, {"data": data | ({"relationships": references([*roles])} if roles else {})})


def permission_references(ids: tuple[str, ...]) -> dict:
    """The relationships of a role with permissions, if there are any."""
    data = [{"type": "permissions", "id": permission_id} for permission_id in ids]
    return {"relationships": {"permissions": {"data": data}}} if ids else {}


def role_request(name: str, *permissions: str, **attributes: object) -> models.RoleCreateRequest:
    data = {"type": "roles", "attributes": {"name": name, **attributes}} | permission_references(permissions)
    return typed(models.RoleCreateRequest, {"data": data})


def role_update(role_id: str, name: str, *permissions: str) -> models.RoleUpdateRequest:
    data = {"type": "roles", "id": role_id, "attributes": {"name": name}} | permission_references(permissions)
    return typed(models.RoleUpdateRequest, {"data": data})


def account_request(email: str, *roles: str, **attributes: str) -> models.ServiceAccountCreateRequest:
    data = {"type": "users", "attributes": {"email": email, "service_account": True, **attributes}}
    data |= {"relationships": references([*roles])} if roles else {}
    return typed(models.ServiceAccountCreateRequest, {"data": data})


def key_request(name: str, scopes: list[str] | None = None) -> models.ApplicationKeyCreateRequest:
    attributes = {"name": name} | ({} if scopes is None else {"scopes": scopes})
    return typed(models.ApplicationKeyCreateRequest, {"data": {"type": "application_keys", "attributes": attributes}})


def key_update(key_id: str, **attributes: object) -> models.ApplicationKeyUpdateRequest:
    data = {"type": "application_keys", "id": key_id, "attributes": attributes}
    return typed(models.ApplicationKeyUpdateRequest, {"data": data})


def member_request(user_id: str) -> models.RelationshipToUser:
    return typed(models.RelationshipToUser, {"data": {"type": "users", "id": user_id}})


def service_account(server: Server, *roles: str, scopes: list[str] | None = None, registered: bool = True) -> Keys:
    """A service account with those roles, and a key of it: how an administrator equips another identity."""
    with official_client(server.address, server.keys) as api_client:
        ids = role_ids(RolesApi(api_client))
        accounts = ServiceAccountsApi(api_client)
        request = account_request(new_email("bot"), *(ids[name] for name in roles))
        account = accounts.create_service_account(request).data
        key = accounts.create_service_account_application_key(account.id, key_request("of the bot", scopes)).data
        if registered:
            ActionConnectionApi(api_client).register_app_key(key.id)
    return Keys(server.keys.api_key, key.attributes.key, key.id, server.keys.organization_id, account.id)


def disable(server: Server, user_id: str) -> None:
    with official_client(server.address, server.keys) as api_client:
        UsersApi(api_client).disable_user(user_id)
