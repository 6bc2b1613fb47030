"""Personal access tokens and those of service accounts, with the official Python client and without."""

from datetime import timedelta

import pytest
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.v2.api.key_management_api import KeyManagementApi
from datadog_api_client.v2.api.service_accounts_api import ServiceAccountsApi
from harness import CONNECTIONS, Keys, Server
from people import STANDARD, disable, service_account
from stores import files
from tokens import PERSONAL, YEAR, bearer, personal_token, request, text, token_body

READ = "connections_read"
DAY = timedelta(days=1)


def with_token(server: Server, token: str) -> ApiClient:
    configuration = Configuration(host=f"http://{server.address}", access_token=token)
    configuration.api_key = {}
    return ApiClient(configuration)


def service_tokens(account: Keys) -> str:
    return f"/api/v2/service_accounts/{account.user_id}/access_tokens"


class TestLife:
    def test_a_personal_token_is_made_used_changed_and_revoked(self, server: Server) -> None:
        token = personal_token(server, READ, "dashboards_read", name="of the whole life")
        attributes = token["attributes"]
        assert token["type"] == "personal_access_tokens"
        assert attributes["key"].startswith(f"ddpat_{attributes['public_portion']}_")
        assert len(attributes["public_portion"]) == 22
        assert attributes["scopes"] == [READ, "dashboards_read"]
        assert token["relationships"]["owned_by"]["data"] == {"type": "users", "id": server.keys.user_id}
        assert request(server, "GET", CONNECTIONS, bearer(token)).status == 200
        in_place = {"DD-APPLICATION-KEY": text(token), "DD-API-KEY": "not looked at"}
        assert request(server, "GET", CONNECTIONS, in_place).status == 200

        path = f"{PERSONAL}/{token['id']}"
        found = server.request("GET", path).json["data"]
        assert "key" not in found["attributes"]
        assert found["attributes"]["last_used_at"] is not None
        change = {"data": {"type": token["type"], "id": token["id"], "attributes": {"scopes": ["api_keys_read"]}}}
        changed = server.request("PATCH", path, change)
        assert changed.status == 200, changed.body
        assert changed.json["data"]["attributes"]["scopes"] == ["api_keys_read"]
        assert changed.json["data"]["attributes"]["modified_at"] is not None
        assert request(server, "GET", CONNECTIONS, bearer(token)).status == 403, "the scope is gone at once"

        assert server.request("DELETE", path).status == 204
        assert server.request("DELETE", path).status == 204, "a repetition is told of the success"
        assert server.request("GET", path).status == 404
        assert request(server, "GET", "/api/v2/api_keys", bearer(token)).status == 403

    def test_a_service_accounts_token_needs_no_expiry(self, server: Server) -> None:
        account = service_account(server, STANDARD)
        path = service_tokens(account)
        answer = server.request("POST", path, token_body("service_access_tokens", "ci", [READ], None))
        assert answer.status == 201, answer.body
        token = answer.json["data"]
        assert text(token).startswith("ddsat_")
        assert token["attributes"]["expires_at"] is None
        assert token["relationships"]["owned_by"]["data"] == {"type": "service_account", "id": account.user_id}
        assert request(server, "GET", CONNECTIONS, bearer(token)).status == 200
        listed = server.request("GET", path).json
        assert [one["id"] for one in listed["data"]] == [token["id"]]
        assert listed["meta"] == {"page": {"total_filtered_count": 1}}
        personal = server.request("GET", f"{PERSONAL}?filter=ci").json["data"]
        assert token["id"] in [one["id"] for one in personal], "the list of personal tokens holds them too"
        disable(server, account.user_id)
        assert request(server, "GET", CONNECTIONS, bearer(token)).status == 403

    def test_the_official_client_works_with_a_token_alone(self, server: Server) -> None:
        token = personal_token(server, "user_app_keys", "api_keys_read", "service_account_write")
        with with_token(server, text(token)) as client:
            keys = KeyManagementApi(client)
            assert keys.list_api_keys().data
            found = keys.get_personal_access_token(token["id"])
            assert found.data.id == token["id"]
            assert keys.list_personal_access_tokens(filter="personal").meta.page.total_filtered_count >= 1
            keys.revoke_personal_access_token(token["id"])
            with pytest.raises(Exception, match="403"):
                keys.list_api_keys()
        account = service_account(server, STANDARD)
        other = personal_token(server, "service_account_write")
        with with_token(server, text(other)) as client:
            assert ServiceAccountsApi(client).list_service_account_access_tokens(account.user_id).data == []

    def test_the_last_use_is_written_without_a_write_on_the_way(self, new_server) -> None:
        server = new_server()
        token = personal_token(server, READ)
        assert request(server, "GET", CONNECTIONS, bearer(token)).status == 200
        assert server.stop() == 0
        server.start()
        assert server.request("GET", f"{PERSONAL}/{token['id']}").json["data"]["attributes"]["last_used_at"]

    def test_no_text_of_a_token_is_stored_or_logged(self, new_server) -> None:
        server = new_server()
        secret = text(personal_token(server, READ)).split("_")[2]
        assert request(server, "GET", CONNECTIONS, {"Authorization": f"Bearer ddpat_x_{secret}"}).status == 403
        assert secret not in server.log_text()
        assert server.stop() == 0
        for file in files(server.data_dir):
            assert secret.encode() not in file.read_bytes(), file


class TestLimits:
    def test_a_token_makes_no_application_keys(self, server: Server) -> None:
        token = personal_token(server, "user_app_keys")
        body = {"data": {"type": "application_keys", "attributes": {"name": "wider"}}}
        path = "/api/v2/current_user/application_keys"
        answer = request(server, "POST", path, bearer(token), body)
        assert answer.status == 403
        assert "application keys" in answer.json["errors"][0]

    def test_what_a_token_makes_is_no_wider_and_lives_no_longer(self, server: Server) -> None:
        token = personal_token(server, "user_app_keys", READ, expires=2 * DAY)

        def make(scopes: list[str], expires: timedelta) -> int:
            body = token_body("personal_access_tokens", "child", scopes, expires)
            return request(server, "POST", PERSONAL, bearer(token), body).status

        assert make([READ], 1.5 * DAY) == 201
        assert make([READ], 3 * DAY) == 400
        assert make([READ, "api_keys_write"], 1.5 * DAY) == 403
        older = personal_token(server, READ, expires=YEAR)
        change = {"data": {"type": older["type"], "id": older["id"], "attributes": {"scopes": ["user_app_keys"]}}}
        assert request(server, "PATCH", f"{PERSONAL}/{older['id']}", bearer(token), change).status == 403

    @pytest.mark.parametrize("expires", [timedelta(hours=1), timedelta(days=400), timedelta(days=-1), None])
    def test_a_personal_token_lives_for_a_day_to_a_year(self, server: Server, expires: timedelta | None) -> None:
        body = token_body("personal_access_tokens", "x", [READ], expires)
        answer = server.request("POST", PERSONAL, body)
        assert answer.status == 400
        assert "/data/attributes/expires_at" in answer.json["errors"][0]

    def test_scopes_are_demanded_and_the_expiry_can_not_be_changed(self, server: Server) -> None:
        for scopes in ([], None, "x"):
            body = token_body("personal_access_tokens", "x", scopes, DAY * 2)  # type: ignore[arg-type]
            assert server.request("POST", PERSONAL, body).status == 400
        token = personal_token(server, READ)
        change = {
            "data": {"type": token["type"], "id": token["id"], "attributes": {"expires_at": "2030-01-01T00:00:00Z"}}
        }
        assert server.request("PATCH", f"{PERSONAL}/{token['id']}", change).status == 400

    def test_others_tokens_need_the_permission(self, server: Server) -> None:
        mine = personal_token(server, READ)
        account = service_account(server, STANDARD)
        path = f"{PERSONAL}/{mine['id']}"
        for method in ("GET", "DELETE"):
            assert server.request(method, path, keys=account).status == 403
        listed = server.request("GET", PERSONAL, keys=account).json["data"]
        assert mine["id"] not in [one["id"] for one in listed]


class TestWrongTokens:
    def test_forged_and_truncated_ones_open_nothing(self, server: Server) -> None:
        token = text(personal_token(server, READ))
        other = text(personal_token(server, READ))
        alias, secret = token.split("_")[1:]
        forged = [
            token[:-1],
            token + "0",
            token[:-1] + ("A" if token[-1] != "A" else "B"),
            f"ddpat_{alias}_{other.split('_')[2]}",
            f"ddsat_{alias}_{secret}",
            token.swapcase(),
            "ddpat_",
            "ddpat__",
            token.replace("ddpat", "kwd"),
        ]
        for wrong in forged:
            assert request(server, "GET", CONNECTIONS, bearer(wrong)).status == 403, wrong
            assert request(server, "GET", CONNECTIONS, {"DD-APPLICATION-KEY": wrong}).status == 403, wrong

    def test_two_different_ones_are_refused(self, server: Server) -> None:
        one, two = personal_token(server, READ), personal_token(server, READ)
        headers = bearer(one) | {"DD-APPLICATION-KEY": text(two)}
        assert request(server, "GET", CONNECTIONS, headers).status == 403
        headers["DD-APPLICATION-KEY"] = text(one)
        assert request(server, "GET", CONNECTIONS, headers).status == 200

    def test_another_systems_bearer_does_not_matter_beside_keys(self, server: Server) -> None:
        assert server.request("GET", CONNECTIONS, headers={"Authorization": "Bearer of-a-proxy"}).status == 200
