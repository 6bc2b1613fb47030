"""The eight documented endpoints, used by the official Python client as it comes."""

import copy
import re
from collections.abc import Callable, Iterator

import pytest
from catalogue import (
    BY_NAME,
    CATALOGUE,
    CREDENTIALS,
    WITH_DESTINATION,
    WITH_SECRETS,
    CredentialType,
    answered,
    connection,
    replacing,
)
from datadog_api_client.exceptions import ApiException, ForbiddenException, NotFoundException
from datadog_api_client.model_utils import OpenApiModel
from datadog_api_client.v2 import models
from datadog_api_client.v2.api.action_connection_api import ActionConnectionApi
from harness import CONNECTIONS, MEDIA_TYPE, REGISTRATIONS, UNKNOWN_ID, Keys, Server, initialise, running
from official import assert_typed, official_client, typed

ID = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def create_request(body: dict) -> models.CreateActionConnectionRequest:
    return typed(models.CreateActionConnectionRequest, body)


def update_request(body: dict) -> models.UpdateActionConnectionRequest:
    return typed(models.UpdateActionConnectionRequest, body)


def attributes(response: OpenApiModel) -> dict:
    """The attributes of an answer without what the service issues."""
    found = response.to_dict()["data"]["attributes"]
    for issued in ("external_id", "principal_id"):
        found["integration"]["credentials"].pop(issued, None)
    return found


@pytest.fixture
def created(client: ActionConnectionApi) -> Iterator[Callable[[dict], str]]:
    """Creates connections through the client and deletes them afterwards."""
    ids: list[str] = []

    def create(body: dict) -> str:
        ids.append(client.create_action_connection(body=create_request(body)).data.id)
        return ids[-1]

    yield create
    for connection_id in ids:
        client.delete_action_connection(connection_id)


class TestEveryCredentialType:
    @pytest.mark.parametrize("kind", CATALOGUE, ids=str)
    def test_is_created_read_updated_and_deleted(self, client: ActionConnectionApi, kind: CredentialType) -> None:
        body = kind.create(f"{kind} of the whole life")
        sent = body["data"]["attributes"]

        response = client.create_action_connection(body=create_request(body))
        assert_typed(response)
        assert attributes(response) == answered(sent)
        connection_id = response.data.id

        response = client.get_action_connection(connection_id)
        assert_typed(response)
        assert response.data.id == connection_id
        assert attributes(response) == answered(sent)
        integration = response.data.attributes.integration.get_oneof_instance()
        assert isinstance(integration, getattr(models, f"{kind.integration}Integration"))
        assert isinstance(integration.credentials.get_oneof_instance(), getattr(models, kind.name))

        renamed = {**sent, "name": f"{kind} renamed"}
        response = client.update_action_connection(connection_id, update_request(connection(renamed["name"], None)))
        assert_typed(response)
        assert attributes(response) == answered(renamed)

        replaced = kind.create(renamed["name"], secret=lambda label: f"other-{label}")
        response = client.update_action_connection(connection_id, update_request(replaced))
        assert_typed(response)
        assert attributes(response) == answered(renamed)
        assert attributes(client.get_action_connection(connection_id)) == answered(renamed)

        client.delete_action_connection(connection_id)
        with pytest.raises(NotFoundException):
            client.get_action_connection(connection_id)
        with pytest.raises(NotFoundException):
            client.delete_action_connection(connection_id)

    @pytest.mark.parametrize("kind", CATALOGUE, ids=str)
    def test_changes_one_plain_field_and_keeps_the_rest(
        self, client: ActionConnectionApi, created: Callable, kind: CredentialType
    ) -> None:
        texts = [name for name, value in (kind.plain | kind.optional).items() if isinstance(value, str)]
        changeable = [name for name in texts if name not in kind.destination]
        body = kind.create(f"{kind} to change")
        connection_id = created(body)
        for name in changeable:
            value = "210987654321" if name == "account_id" else f"another.{name}@example.com"
            response = client.update_action_connection(connection_id, update_request(kind.patch({name: value})))
            body = replacing(body, (*CREDENTIALS, name), value)
            assert attributes(response) == answered(body["data"]["attributes"])

    @pytest.mark.parametrize("kind", WITH_SECRETS, ids=str)
    def test_takes_its_own_answer_back_as_a_patch_that_changes_nothing(
        self, server: Server, created: Callable, kind: CredentialType
    ) -> None:
        connection_id = created(kind.create(f"{kind} edited by a form"))
        answer = server.request("GET", f"{CONNECTIONS}/{connection_id}")
        back = server.request("PATCH", f"{CONNECTIONS}/{connection_id}", {"data": answer.json["data"]})
        assert back.status == 200, back.body
        assert back.json == answer.json


class TestAnswers:
    def test_have_the_recorded_shape(self, server: Server) -> None:
        body = BY_NAME["AsanaAccessToken"].create("shape")
        answer = server.request("POST", CONNECTIONS, body)
        assert answer.status == 201
        assert answer.headers["Content-Type"] == MEDIA_TYPE
        assert answer.body == answer.body.strip()
        data = answer.json["data"]
        assert list(data) == ["id", "type", "attributes"]
        assert data["type"] == "action_connection"
        assert re.fullmatch(ID, data["id"])
        deleted = server.request("DELETE", f"{CONNECTIONS}/{data['id']}")
        assert (deleted.status, deleted.body, deleted.headers["Content-Type"]) == (204, b"", None)

    def test_keep_tags(self, server: Server) -> None:
        body = replacing(BY_NAME["AsanaAccessToken"].create(), ("data", "attributes", "tags"), ["team:ops", "env:prod"])
        connection_id = server.create(body)
        assert server.attributes(connection_id)["tags"] == ["team:ops", "env:prod"]

    @pytest.mark.parametrize("tag", ["", "untagged", "a:", ":b", "a:b:c", "default:one"])
    def test_refuse_tags_that_are_no_pair(self, server: Server, tag: str) -> None:
        body = replacing(BY_NAME["AsanaAccessToken"].create(), ("data", "attributes", "tags"), ["team:ops", tag])
        answer = server.request("POST", CONNECTIONS, body)
        assert answer.status == 400
        assert answer.errors[0]["source"] == {"pointer": "/data/attributes/tags/1"}

    def test_keep_names_in_every_script(self, client: ActionConnectionApi, created: Callable) -> None:
        name = 'Łódź 東京 🔑 "quoted" back\\slash </script>'
        connection_id = created(BY_NAME["AsanaAccessToken"].create(name))
        assert client.get_action_connection(connection_id).data.attributes.name == name

    def test_accept_a_name_of_255_characters(self, created: Callable) -> None:
        created(BY_NAME["AsanaAccessToken"].create("é" * 255))

    def test_ignore_the_read_only_members_of_a_create(self, server: Server) -> None:
        body = replacing(BY_NAME["AWSAssumeRole"].create(), ("data", "id"), UNKNOWN_ID)
        body["data"]["attributes"]["integration"]["credentials"] |= {"external_id": "0" * 32, "principal_id": "1" * 12}
        answer = server.request("POST", CONNECTIONS, body)
        assert answer.status == 201, answer.body
        assert answer.json["data"]["id"] != UNKNOWN_ID
        credentials = answer.json["data"]["attributes"]["integration"]["credentials"]
        assert credentials["external_id"] != "0" * 32
        assert credentials["principal_id"] == "000000000000"


class TestAWS:
    def test_external_id_is_issued_and_survives_updates(self, client: ActionConnectionApi, created: Callable) -> None:
        kind = BY_NAME["AWSAssumeRole"]
        connection_id = created(kind.create())
        first = self.external_id(client.get_action_connection(connection_id))
        assert len(first) == 32
        assert set(first) <= set("0123456789abcdef")
        response = client.update_action_connection(connection_id, update_request(kind.patch({"role": "other"})))
        assert self.external_id(response) == first
        unchanged = kind.patch({"generate_new_external_id": False})
        assert self.external_id(client.update_action_connection(connection_id, update_request(unchanged))) == first

    def test_external_id_changes_only_on_request(self, client: ActionConnectionApi, created: Callable) -> None:
        kind = BY_NAME["AWSAssumeRole"]
        connection_id = created(kind.create())
        first = self.external_id(client.get_action_connection(connection_id))
        renewal = update_request(kind.patch({"generate_new_external_id": True}))
        second = self.external_id(client.update_action_connection(connection_id, renewal))
        assert second != first
        assert self.external_id(client.get_action_connection(connection_id)) == second

    def test_principal_id_is_the_configured_one(self, new_server: Callable) -> None:
        server = new_server("--aws-principal-id", "464622532012")
        connection_id = server.create(BY_NAME["AWSAssumeRole"].create())
        credentials = server.attributes(connection_id)["integration"]["credentials"]
        assert credentials["principal_id"] == "464622532012"

    def test_read_only_members_are_accepted_in_a_patch_only_when_unchanged(self, server: Server) -> None:
        kind = BY_NAME["AWSAssumeRole"]
        connection_id = server.create(kind.create())
        path = f"{CONNECTIONS}/{connection_id}"
        stored = server.attributes(connection_id)["integration"]["credentials"]
        for name in ("external_id", "principal_id"):
            assert server.request("PATCH", path, kind.patch({name: stored[name]})).status == 200
            refused = server.request("PATCH", path, kind.patch({name: "9" * len(stored[name])}))
            assert refused.status == 400
            assert refused.pointers == {f"/data/attributes/integration/credentials/{name}"}

    @staticmethod
    def external_id(response: OpenApiModel) -> str:
        return response.data.attributes.integration.get_oneof_instance().credentials.get_oneof_instance().external_id


class TestHTTP:
    """PATCH merges the lists of an HTTP connection by name, and replaces its body."""

    KIND = BY_NAME["HTTPTokenAuth"]

    def patched(self, server: Server, credentials: dict) -> dict:
        connection_id = server.create(self.KIND.create())
        answer = server.request("PATCH", f"{CONNECTIONS}/{connection_id}", self.KIND.patch(credentials))
        assert answer.status == 200, answer.body
        assert server.attributes(connection_id) == answer.json["data"]["attributes"]
        return answer.json["data"]["attributes"]["integration"]["credentials"]

    def test_the_order_of_the_request_comes_first(self, server: Server) -> None:
        headers = [{"name": "X-New", "value": "1"}, {"name": "X-Plain", "value": "no"}]
        assert self.patched(server, {"headers": headers})["headers"] == [*headers, self.KIND.optional["headers"][0]]

    def test_header_names_match_in_any_case(self, server: Server) -> None:
        found = self.patched(server, {"headers": [{"name": "x-plain", "value": "no"}]})["headers"]
        assert [header["value"] for header in found] == ["no", "Bearer {{ key }}"]

    def test_deleted_removes_an_entry(self, server: Server) -> None:
        found = self.patched(
            server,
            {
                "headers": [{"name": "X-Plain", "deleted": True}, {"name": "Authorization", "value": "none"}],
                "tokens": [{"name": "key", "type": "SECRET", "value": "", "deleted": True}],
                "url_parameters": [{"name": "tenant", "deleted": True}],
            },
        )
        assert [header["name"] for header in found["headers"]] == ["Authorization"]
        assert [token["name"] for token in found["tokens"]] == ["tenant"]
        assert found.get("url_parameters", []) == []

    def test_deleting_an_unknown_name_changes_nothing(self, server: Server) -> None:
        found = self.patched(server, {"headers": [{"name": "X-Unknown", "deleted": True}]})
        assert found["headers"] == self.KIND.optional["headers"]

    def test_the_body_is_replaced(self, server: Server) -> None:
        assert self.patched(server, {"body": {"content": "plain"}})["body"] == {"content": "plain"}

    def test_an_empty_body_removes_it(self, server: Server) -> None:
        assert "body" not in self.patched(server, {"body": {}})

    def test_typed_models_of_the_client_patch_the_lists(self, client: ActionConnectionApi, created: Callable) -> None:
        connection_id = created(self.KIND.create())
        body = self.KIND.patch({"headers": [{"name": "X-Plain", "deleted": True}]})
        response = client.update_action_connection(connection_id, update_request(body))
        assert_typed(response)
        headers = response.data.attributes.integration.get_oneof_instance().credentials.get_oneof_instance().headers
        assert [header.name for header in headers] == ["Authorization"]


class TestChangingTheKind:
    def test_a_credential_type_changes_within_its_integration(
        self, client: ActionConnectionApi, created: Callable
    ) -> None:
        connection_id = created(BY_NAME["CloudflareAPIToken"].create())
        other = BY_NAME["CloudflareGlobalAPIToken"].create()
        response = client.update_action_connection(connection_id, update_request(other))
        assert_typed(response)
        assert attributes(response) == answered(other["data"]["attributes"])

    def test_the_new_type_needs_its_required_fields(self, server: Server) -> None:
        connection_id = server.create(BY_NAME["CloudflareAPIToken"].create())
        body = BY_NAME["CloudflareGlobalAPIToken"].patch({"auth_email": "ops@example.com"})
        refused = server.request("PATCH", f"{CONNECTIONS}/{connection_id}", body)
        assert refused.status == 400
        assert refused.pointers == {"/data/attributes/integration/credentials/global_api_key"}

    def test_an_integration_never_changes(self, server: Server) -> None:
        connection_id = server.create(BY_NAME["CloudflareAPIToken"].create())
        refused = server.request("PATCH", f"{CONNECTIONS}/{connection_id}", BY_NAME["AsanaAccessToken"].create())
        assert refused.status == 400
        assert refused.pointers == {"/data/attributes/integration/type"}


class TestTheDestination:
    """The administrator, who these tests are, may redirect; so what is checked is that a new destination is kept."""

    @pytest.mark.parametrize("kind", WITH_DESTINATION, ids=str)
    def test_changes_with_every_secret_sent_again(self, server: Server, kind: CredentialType) -> None:
        body = kind.create()
        connection_id = server.create(body)
        moved = {name: f"other-{kind.plain[name]}" for name in kind.destination}
        secrets = dict.fromkeys(kind.secrets, "again")
        answer = server.request("PATCH", f"{CONNECTIONS}/{connection_id}", kind.patch({**moved, **secrets}))
        assert answer.status == 200, answer.body
        expected = copy.deepcopy(body)
        expected["data"]["attributes"]["integration"]["credentials"] |= moved
        assert server.attributes(connection_id) == answered(expected["data"]["attributes"])

    def test_of_an_http_connection_is_its_base_url(self, server: Server) -> None:
        kind = BY_NAME["HTTPTokenAuth"]
        connection_id = server.create(kind.create())
        body = kind.patch({"tokens": kind.create()["data"]["attributes"]["integration"]["credentials"]["tokens"]})
        body["data"]["attributes"]["integration"]["base_url"] = "https://other.example.com"
        answer = server.request("PATCH", f"{CONNECTIONS}/{connection_id}", body)
        assert answer.status == 200, answer.body
        assert server.attributes(connection_id)["integration"]["base_url"] == "https://other.example.com"


class TestListing:
    """Beyond the reference: the connections, in pages, ordered by name."""

    @pytest.fixture(scope="class")
    @classmethod
    def stocked(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
        data_dir = tmp_path_factory.mktemp("list") / "data"
        with running(data_dir, initialise(data_dir)) as server:
            for number in range(15):
                server.create(BY_NAME["AsanaAccessToken"].create(f"asana {number:02}"))
            server.create(BY_NAME["GitlabAPIKey"].create("gitlab 100%"))
            yield server

    def names(self, server: Server, query: str = "") -> list[str]:
        answer = server.request("GET", f"{CONNECTIONS}{query}")
        assert answer.status == 200, answer.body
        return [entry["attributes"]["name"] for entry in answer.json["data"]]

    def test_gives_ten_at_first_and_counts_all(self, stocked: Server) -> None:
        answer = stocked.request("GET", CONNECTIONS)
        assert answer.headers["Content-Type"] == MEDIA_TYPE
        assert len(answer.json["data"]) == 10
        assert answer.json["meta"] == {"total": 16, "total_filtered": 16}
        assert answer.json["data"][0]["attributes"]["integration"]["credentials"]["access_token"] == ""

    def test_is_ordered_by_name(self, stocked: Server) -> None:
        names = self.names(stocked, "?page[size]=100")
        assert names == sorted(names)
        assert len(names) == 16

    def test_pages_start_at_zero(self, stocked: Server) -> None:
        everything = self.names(stocked, "?page[size]=100")
        assert self.names(stocked, "?page[size]=7&page[number]=0") == everything[:7]
        assert self.names(stocked, "?page%5Bsize%5D=7&page%5Bnumber%5D=2") == everything[14:]
        assert self.names(stocked, "?page[size]=7&page[number]=3") == []

    def test_filters_by_integration(self, stocked: Server) -> None:
        answer = stocked.request("GET", f"{CONNECTIONS}?filter[integration]=Gitlab")
        assert [entry["attributes"]["name"] for entry in answer.json["data"]] == ["gitlab 100%"]
        assert answer.json["meta"] == {"total": 16, "total_filtered": 1}

    def test_filters_by_a_part_of_the_name(self, stocked: Server) -> None:
        assert self.names(stocked, "?filter[query]=na%200") == [f"asana {number:02}" for number in range(10)]
        assert self.names(stocked, "?filter[query]=%25") == ["gitlab 100%"]
        assert self.names(stocked, "?filter[query]=_") == []

    @pytest.mark.parametrize(
        "query",
        [
            "page[size]=0",
            "page[size]=101",
            "page[size]=-1",
            "page[size]=ten",
            "page[size]=",
            "page[number]=-1",
            "page[number]=1.5",
            "page[number]=99999999999999999999",
            "page[size]=1&page[size]=2",
        ],
    )
    def test_refuses_nonsense(self, stocked: Server, query: str) -> None:
        answer = stocked.request("GET", f"{CONNECTIONS}?{query}")
        assert answer.status == 400
        assert answer.errors[0]["source"]["parameter"] == query.partition("=")[0]


class TestRegistrations:
    def test_the_key_of_init_is_registered(self, client: ActionConnectionApi, keys: Keys) -> None:
        response = client.get_app_key_registration(keys.application_key_id)
        assert_typed(response)
        assert str(response.data.id) == keys.application_key_id

    def test_are_listed_in_pages(self, client: ActionConnectionApi, keys: Keys) -> None:
        response = client.list_app_key_registrations(page_size=10, page_number=0)
        assert_typed(response)
        assert [str(registration.id) for registration in response.data] == [keys.application_key_id]
        assert (response.meta.total, response.meta.total_filtered) == (1, 1)
        assert client.list_app_key_registrations(page_size=10, page_number=1).data == []

    def test_have_the_recorded_shape(self, server: Server) -> None:
        key_id = server.keys.application_key_id
        answer = server.request("GET", f"{REGISTRATIONS}/{key_id}")
        assert answer.headers["Content-Type"] == MEDIA_TYPE
        assert answer.body.decode() == f'{{"data":{{"id":"{key_id}","type":"app_key_registration"}}}}'

    def test_registering_again_is_201_again(self, client: ActionConnectionApi, keys: Keys) -> None:
        for _ in range(2):
            response = client.register_app_key(keys.application_key_id)
            assert_typed(response)
            assert str(response.data.id) == keys.application_key_id

    def test_an_unregistered_key_acts_on_no_connection_but_registers_again(self, new_server: Callable) -> None:
        server = new_server()
        connection_id = server.create(BY_NAME["AsanaAccessToken"].create())
        with official_client(server.address, server.keys) as api_client:
            client = ActionConnectionApi(api_client)
            client.unregister_app_key(server.keys.application_key_id)
            with pytest.raises(NotFoundException):
                client.get_app_key_registration(server.keys.application_key_id)
            with pytest.raises(NotFoundException):
                client.unregister_app_key(server.keys.application_key_id)
            refused: list[Callable] = [
                lambda: client.get_action_connection(connection_id),
                lambda: client.delete_action_connection(connection_id),
                lambda: client.update_action_connection(connection_id, update_request(connection("new", None))),
                lambda: client.create_action_connection(create_request(BY_NAME["AsanaAccessToken"].create())),
            ]
            for call in refused:
                with pytest.raises(ForbiddenException):
                    call()
            assert server.request("GET", CONNECTIONS).status == 403
            client.register_app_key(server.keys.application_key_id)
            assert client.get_action_connection(connection_id).data.id == connection_id

    def test_an_unknown_key_cannot_be_registered(self, client: ActionConnectionApi) -> None:
        with pytest.raises(ApiException) as raised:
            client.register_app_key(UNKNOWN_ID)
        assert raised.value.status == 400


class TestDocumentedErrors:
    """What the client raises; its models decode the bodies."""

    def test_400(self, client: ActionConnectionApi) -> None:
        body = BY_NAME["AWSAssumeRole"].create()
        body = replacing(body, (*CREDENTIALS, "account_id"), "12345678901x")
        for call in (
            lambda: client.create_action_connection(create_request(body)),
            lambda: client.get_action_connection("malformed"),
            lambda: client.update_action_connection("malformed", update_request(connection("new", None))),
            lambda: client.get_app_key_registration("malformed"),
            lambda: client.register_app_key("malformed"),
            lambda: client.unregister_app_key("malformed"),
            lambda: client.list_app_key_registrations(page_size=0),
        ):
            self.assert_raises(400, call)

    def test_403(self, server: Server) -> None:
        wrong = Keys("0" * 32, "0" * 40, UNKNOWN_ID, UNKNOWN_ID, UNKNOWN_ID)
        with official_client(server.address, wrong) as api_client:
            client = ActionConnectionApi(api_client)
            for call in (
                lambda: client.create_action_connection(create_request(BY_NAME["AsanaAccessToken"].create())),
                lambda: client.get_action_connection(UNKNOWN_ID),
                lambda: client.update_action_connection(UNKNOWN_ID, update_request(connection("new", None))),
                lambda: client.delete_action_connection(UNKNOWN_ID),
                lambda: client.register_app_key(UNKNOWN_ID),
                lambda: client.get_app_key_registration(UNKNOWN_ID),
                lambda: client.list_app_key_registrations(),
                lambda: client.unregister_app_key(UNKNOWN_ID),
            ):
                self.assert_raises(403, call)

    def test_404(self, client: ActionConnectionApi) -> None:
        for call in (
            lambda: client.get_action_connection(UNKNOWN_ID),
            lambda: client.update_action_connection(UNKNOWN_ID, update_request(connection("new", None))),
            lambda: client.delete_action_connection(UNKNOWN_ID),
            lambda: client.get_app_key_registration(UNKNOWN_ID),
            lambda: client.unregister_app_key(UNKNOWN_ID),
        ):
            self.assert_raises(404, call)

    def test_429(self, new_server: Callable) -> None:
        server = new_server("--rate-limit", "1/3600")
        body = create_request(BY_NAME["AsanaAccessToken"].create())
        with official_client(server.address, server.keys) as api_client:
            client = ActionConnectionApi(api_client)
            client.list_app_key_registrations()
            for call in (
                lambda: client.create_action_connection(body),
                lambda: client.get_action_connection(UNKNOWN_ID),
                lambda: client.update_action_connection(UNKNOWN_ID, update_request(connection("new", None))),
                lambda: client.delete_action_connection(UNKNOWN_ID),
                lambda: client.register_app_key(UNKNOWN_ID),
                lambda: client.get_app_key_registration(UNKNOWN_ID),
                lambda: client.list_app_key_registrations(),
                lambda: client.unregister_app_key(UNKNOWN_ID),
            ):
                self.assert_raises(429, call)

    @staticmethod
    def assert_raises(status: int, call: Callable) -> None:
        with pytest.raises(ApiException) as raised:
            call()
        assert raised.value.status == status
        error = raised.value.body["errors"][0] if isinstance(raised.value.body, dict) else raised.value.body.errors[0]
        assert error["status"] == str(status)
        assert error["title"]
        assert error["detail"]
