import ActService
import Access
import Documents
import HTTPServer
import KeywayServer
import SQLiteStorage
import Testing

/// In targets and bodies, `APIKEY` is an API key's id, `CALLERKEY` the caller's application key, `ACCOUNT` a service
/// account and `ACCOUNTKEY` its key, `PERSON` a user, `PERSONKEY` their key, `HAD` their role and `ROLE` another one,
/// `OURS` a role of the organisation's own and `THEIRS` one of another organisation,
/// `ADMIN` the only admin, `TAKEN` a user with an e-mail address, `STRANGER`, `STRANGEKEY` and `STRANGEAPIKEY` those of
/// another organisation, and `NONE` no id that exists.
@Suite("Each operation on keys, users and roles answers each documented status")
struct AccessStatusTests {
    private static let keyBody = AccessBodies.applicationKey(scopes: #"["connections_read"]"#)
    private static let rename = AccessBodies.key("application_keys", #""name":"New""#)

    static let validation: [Case] = [
        Case(.admin, .get, "/api/v1/validate", 200),
        Case(.exhausted, .get, "/api/v1/validate", 200),
        Case(.nobody, .get, "/api/v1/validate", 403),
        Case(.admin, .get, "/api/v2/validate_keys", 200),
        Case(.readOnly, .get, "/api/v2/validate_keys", 200),
        Case(.unregistered, .get, "/api/v2/validate_keys", 200),
        Case(.nobody, .get, "/api/v2/validate_keys", 403),
        Case(.exhausted, .get, "/api/v2/validate_keys", 429),
    ]

    static let apiKeys: [Case] = [
        Case(.admin, .get, "/api/v2/api_keys", 200),
        Case(.unregistered, .get, "/api/v2/api_keys?include=created_by,modified_by&sort=-last4", 200),
        Case(.admin, .get, "/api/v2/api_keys?sort=color", 400),
        Case(.admin, .get, "/api/v2/api_keys?include=owner", 400),
        Case(.admin, .get, "/api/v2/api_keys?page[size]=101", 400),
        Case(.admin, .get, "/api/v2/api_keys?filter[created_at][start]=yesterday", 400),
        Case(.admin, .get, "/api/v2/api_keys?filter[remote_config_read_enabled]=perhaps", 400),
        Case(.standard, .get, "/api/v2/api_keys", 403),
        Case(.nobody, .get, "/api/v2/api_keys", 403),
        Case(.exhausted, .get, "/api/v2/api_keys", 429),
        Case(.admin, .post, "/api/v2/api_keys", body: AccessBodies.apiKey(), 201),
        Case(.admin, .post, "/api/v2/api_keys", body: AccessBodies.apiKey(#""name":"""#), 400),
        Case(.admin, .post, "/api/v2/api_keys", body: AccessBodies.apiKey(#""name":"a","nam":"b""#), 400),
        Case(.admin, .post, "/api/v2/api_keys", body: AccessBodies.apiKey(#""name":"a","category":"b""#), 400),
        Case(
            .admin,
            .post,
            "/api/v2/api_keys",
            body: AccessBodies.apiKey(#""name":"a","category":"default","remote_config_read_enabled":true"#),
            201
        ),
        Case(
            .admin,
            .post,
            "/api/v2/api_keys",
            body: AccessBodies.apiKey(#""name":"a","remote_config_read_enabled":false"#),
            400
        ),
        Case(.admin, .post, "/api/v2/api_keys", body: keyBody, 400),
        Case(.admin, .post, "/api/v2/api_keys", body: "{", 400),
        Case(.standard, .post, "/api/v2/api_keys", body: AccessBodies.apiKey(), 403),
        Case(.nobody, .post, "/api/v2/api_keys", body: AccessBodies.apiKey(), 403),
        Case(.exhausted, .post, "/api/v2/api_keys", body: AccessBodies.apiKey(), 429),
        Case(.admin, .get, "/api/v2/api_keys/APIKEY", 200),
        Case(.admin, .get, "/api/v2/api_keys/APIKEY?include=owner", 400),
        Case(.standard, .get, "/api/v2/api_keys/APIKEY", 403),
        Case(.admin, .get, "/api/v2/api_keys/NONE", 404),
        Case(.admin, .get, "/api/v2/api_keys/invalidId", 404),
        Case(.admin, .get, "/api/v2/api_keys/STRANGEAPIKEY", 404),
        Case(.exhausted, .get, "/api/v2/api_keys/APIKEY", 429),
        Case(.admin, .patch, "/api/v2/api_keys/APIKEY", body: AccessBodies.apiKey(#""name":"New""#), 200),
        Case(
            .admin,
            .patch,
            "/api/v2/api_keys/APIKEY",
            body: AccessBodies.key("api_keys", #""name":"New""#, id: "APIKEY"),
            200
        ),
        Case(
            .admin,
            .patch,
            "/api/v2/api_keys/APIKEY",
            body: AccessBodies.key("api_keys", #""name":"New""#, id: "NONE"),
            400
        ),
        Case(.admin, .patch, "/api/v2/api_keys/APIKEY", body: AccessBodies.apiKey(#""name":null"#), 400),
        Case(.standard, .patch, "/api/v2/api_keys/APIKEY", body: AccessBodies.apiKey(), 403),
        Case(.admin, .patch, "/api/v2/api_keys/NONE", body: AccessBodies.apiKey(), 404),
        Case(.admin, .patch, "/api/v2/api_keys/STRANGEAPIKEY", body: AccessBodies.apiKey(), 404),
        Case(.exhausted, .patch, "/api/v2/api_keys/APIKEY", body: AccessBodies.apiKey(), 429),
        Case(.admin, .delete, "/api/v2/api_keys/APIKEY", 204),
        Case(.standard, .delete, "/api/v2/api_keys/APIKEY", 403),
        Case(.admin, .delete, "/api/v2/api_keys/NONE", 404),
        Case(.admin, .delete, "/api/v2/api_keys/invalidId", 404),
        Case(.admin, .delete, "/api/v2/api_keys/STRANGEAPIKEY", 404),
        Case(.exhausted, .delete, "/api/v2/api_keys/APIKEY", 429),
    ]

    static let organizationKeys: [Case] = [
        Case(.admin, .get, "/api/v2/application_keys?include=owned_by", 200),
        Case(.admin, .get, "/api/v2/application_keys?filter[owned_by]=NONE", 200),
        Case(.admin, .get, "/api/v2/application_keys?filter[owned_by]=jane", 400),
        Case(.admin, .get, "/api/v2/application_keys?sort=modified_at", 400),
        Case(.standard, .get, "/api/v2/application_keys", 403),
        Case(.nobody, .get, "/api/v2/application_keys", 403),
        Case(.exhausted, .get, "/api/v2/application_keys", 429),
        Case(.admin, .get, "/api/v2/application_keys/PERSONKEY", 200),
        Case(.admin, .get, "/api/v2/application_keys/PERSONKEY?include=color", 400),
        Case(.standard, .get, "/api/v2/application_keys/CALLERKEY", 403),
        Case(.admin, .get, "/api/v2/application_keys/NONE", 404),
        Case(.admin, .get, "/api/v2/application_keys/invalidId", 404),
        Case(.admin, .get, "/api/v2/application_keys/STRANGEKEY", 404),
        Case(.exhausted, .get, "/api/v2/application_keys/PERSONKEY", 429),
        Case(.admin, .patch, "/api/v2/application_keys/PERSONKEY", body: rename, 200),
        Case(.admin, .patch, "/api/v2/application_keys/PERSONKEY", body: keyBody, 200),
        Case(.admin, .patch, "/api/v2/application_keys/PERSONKEY", body: AccessBodies.apiKey(), 400),
        Case(.standard, .patch, "/api/v2/application_keys/CALLERKEY", body: rename, 403),
        Case(.admin, .patch, "/api/v2/application_keys/NONE", body: rename, 404),
        Case(.admin, .patch, "/api/v2/application_keys/STRANGEKEY", body: rename, 404),
        Case(.exhausted, .patch, "/api/v2/application_keys/PERSONKEY", body: rename, 429),
        Case(.admin, .delete, "/api/v2/application_keys/PERSONKEY", 204),
        Case(.admin, .delete, "/api/v2/application_keys/CALLERKEY", 204),
        Case(.standard, .delete, "/api/v2/application_keys/CALLERKEY", 403),
        Case(.admin, .delete, "/api/v2/application_keys/NONE", 404),
        Case(.admin, .delete, "/api/v2/application_keys/STRANGEKEY", 404),
        Case(.exhausted, .delete, "/api/v2/application_keys/PERSONKEY", 429),
    ]

    static let ownKeys: [Case] = [
        Case(.readOnly, .get, "/api/v2/current_user/application_keys?filter=Key&sort=created_at", 200),
        Case(.readOnly, .get, "/api/v2/current_user/application_keys?page[number]=x", 400),
        Case(.nobody, .get, "/api/v2/current_user/application_keys", 403),
        Case(.exhausted, .get, "/api/v2/current_user/application_keys", 429),
        Case(.readOnly, .post, "/api/v2/current_user/application_keys", body: keyBody, 201),
        Case(.standard, .post, "/api/v2/current_user/application_keys", body: AccessBodies.applicationKey(), 201),
        Case(
            .readOnly,
            .post,
            "/api/v2/current_user/application_keys",
            body: AccessBodies.applicationKey(scopes: #""connections_read""#),
            400
        ),
        Case(
            .readOnly,
            .post,
            "/api/v2/current_user/application_keys",
            body: AccessBodies.applicationKey(scopes: "[1]"),
            400
        ),
        Case(.readOnly, .post, "/api/v2/current_user/application_keys", body: "", 400),
        Case(.nobody, .post, "/api/v2/current_user/application_keys", body: keyBody, 403),
        Case(.exhausted, .post, "/api/v2/current_user/application_keys", body: keyBody, 429),
        Case(.readOnly, .get, "/api/v2/current_user/application_keys/CALLERKEY", 200),
        Case(.nobody, .get, "/api/v2/current_user/application_keys/CALLERKEY", 403),
        Case(.admin, .get, "/api/v2/current_user/application_keys/PERSONKEY", 404),
        Case(.admin, .get, "/api/v2/current_user/application_keys/incorrectId", 404),
        Case(.exhausted, .get, "/api/v2/current_user/application_keys/CALLERKEY", 429),
        Case(.readOnly, .patch, "/api/v2/current_user/application_keys/CALLERKEY", body: rename, 200),
        Case(.readOnly, .patch, "/api/v2/current_user/application_keys/CALLERKEY", body: keyBody, 200),
        Case(.readOnly, .patch, "/api/v2/current_user/application_keys/CALLERKEY", body: "[]", 400),
        Case(.admin, .patch, "/api/v2/current_user/application_keys/PERSONKEY", body: rename, 404),
        Case(.exhausted, .patch, "/api/v2/current_user/application_keys/CALLERKEY", body: rename, 429),
        Case(.readOnly, .delete, "/api/v2/current_user/application_keys/CALLERKEY", 204),
        Case(.admin, .delete, "/api/v2/current_user/application_keys/PERSONKEY", 404),
        Case(.admin, .delete, "/api/v2/current_user/application_keys/NONE", 404),
        Case(.exhausted, .delete, "/api/v2/current_user/application_keys/CALLERKEY", 429),
    ]

    static let serviceAccountKeys: [Case] = [
        Case(.admin, .get, "/api/v2/service_accounts/ACCOUNT/application_keys", 200),
        Case(.admin, .get, "/api/v2/service_accounts/ACCOUNT/application_keys?sort=x", 400),
        Case(.standard, .get, "/api/v2/service_accounts/ACCOUNT/application_keys", 403),
        Case(.admin, .get, "/api/v2/service_accounts/NONE/application_keys", 404),
        Case(.admin, .get, "/api/v2/service_accounts/PERSON/application_keys", 404),
        Case(.admin, .get, "/api/v2/service_accounts/STRANGER/application_keys", 404),
        Case(.exhausted, .get, "/api/v2/service_accounts/ACCOUNT/application_keys", 429),
        Case(.admin, .post, "/api/v2/service_accounts/ACCOUNT/application_keys", body: keyBody, 201),
        Case(.admin, .post, "/api/v2/service_accounts/ACCOUNT/application_keys", body: "{}", 400),
        Case(.standard, .post, "/api/v2/service_accounts/ACCOUNT/application_keys", body: keyBody, 403),
        Case(.admin, .post, "/api/v2/service_accounts/PERSON/application_keys", body: keyBody, 404),
        Case(.admin, .post, "/api/v2/service_accounts/invalidId/application_keys", body: keyBody, 404),
        Case(.exhausted, .post, "/api/v2/service_accounts/ACCOUNT/application_keys", body: keyBody, 429),
        Case(.admin, .get, "/api/v2/service_accounts/ACCOUNT/application_keys/ACCOUNTKEY", 200),
        Case(.standard, .get, "/api/v2/service_accounts/ACCOUNT/application_keys/ACCOUNTKEY", 403),
        Case(.admin, .get, "/api/v2/service_accounts/ACCOUNT/application_keys/PERSONKEY", 404),
        Case(.admin, .get, "/api/v2/service_accounts/PERSON/application_keys/PERSONKEY", 404),
        Case(.exhausted, .get, "/api/v2/service_accounts/ACCOUNT/application_keys/ACCOUNTKEY", 429),
        Case(.admin, .patch, "/api/v2/service_accounts/ACCOUNT/application_keys/ACCOUNTKEY", body: rename, 200),
        Case(.admin, .patch, "/api/v2/service_accounts/ACCOUNT/application_keys/ACCOUNTKEY", body: "null", 400),
        Case(.standard, .patch, "/api/v2/service_accounts/ACCOUNT/application_keys/ACCOUNTKEY", body: rename, 403),
        Case(.admin, .patch, "/api/v2/service_accounts/ACCOUNT/application_keys/PERSONKEY", body: rename, 404),
        Case(.exhausted, .patch, "/api/v2/service_accounts/ACCOUNT/application_keys/ACCOUNTKEY", body: rename, 429),
        Case(.admin, .delete, "/api/v2/service_accounts/ACCOUNT/application_keys/ACCOUNTKEY", 204),
        Case(.standard, .delete, "/api/v2/service_accounts/ACCOUNT/application_keys/ACCOUNTKEY", 403),
        Case(.admin, .delete, "/api/v2/service_accounts/ACCOUNT/application_keys/PERSONKEY", 404),
        Case(.exhausted, .delete, "/api/v2/service_accounts/ACCOUNT/application_keys/ACCOUNTKEY", 429),
    ]

    static let users: [Case] = [
        Case(.readOnly, .get, "/api/v2/current_user", 200),
        Case(.nobody, .get, "/api/v2/current_user", 403),
        Case(.exhausted, .get, "/api/v2/current_user", 429),
        Case(.readOnly, .get, "/api/v2/users?sort=-name&sort_dir=desc&filter=user&filter[status]=Active,Pending", 200),
        Case(.readOnly, .get, "/api/v2/users?sort=color", 400),
        Case(.readOnly, .get, "/api/v2/users?sort_dir=up", 400),
        Case(.readOnly, .get, "/api/v2/users?filter[status]=Asleep", 400),
        Case(.nobody, .get, "/api/v2/users", 403),
        Case(.exhausted, .get, "/api/v2/users", 429),
        Case(.admin, .post, "/api/v2/users", body: AccessBodies.user(), 201),
        Case(.admin, .post, "/api/v2/users", body: AccessBodies.user(roles: []), 201),
        Case(.admin, .post, "/api/v2/users", body: AccessBodies.user(roles: [.admin, .readOnly, .admin]), 201),
        Case(.admin, .post, "/api/v2/users", body: AccessBodies.user(email: "jane"), 400),
        Case(.admin, .post, "/api/v2/users", body: AccessBodies.user(email: "taken@example.com"), 409),
        Case(.admin, .post, "/api/v2/users", body: AccessBodies.user(email: "Taken@Example.com"), 409),
        Case(.admin, .post, "/api/v2/users", body: AccessBodies.user(isServiceAccount: true), 400),
        Case(.standard, .post, "/api/v2/users", body: AccessBodies.user(), 403),
        Case(.nobody, .post, "/api/v2/users", body: AccessBodies.user(), 403),
        Case(.exhausted, .post, "/api/v2/users", body: AccessBodies.user(), 429),
        Case(.readOnly, .get, "/api/v2/users/PERSON", 200),
        Case(.nobody, .get, "/api/v2/users/PERSON", 403),
        Case(.readOnly, .get, "/api/v2/users/NONE", 404),
        Case(.readOnly, .get, "/api/v2/users/invalidId", 404),
        Case(.admin, .get, "/api/v2/users/STRANGER", 404),
        Case(.exhausted, .get, "/api/v2/users/PERSON", 429),
        Case(.admin, .patch, "/api/v2/users/PERSON", body: AccessBodies.userUpdate(#""name":"New""#), 200),
        Case(
            .admin,
            .patch,
            "/api/v2/users/PERSON",
            body: AccessBodies.userUpdate(#""name":"New""#, id: "PERSON"),
            200
        ),
        Case(.admin, .patch, "/api/v2/users/PERSON", body: AccessBodies.userUpdate(#""disabled":null"#), 400),
        Case(.admin, .patch, "/api/v2/users/TAKEN", body: AccessBodies.userUpdate(#""email":"held@example.com""#), 409),
        Case(.admin, .patch, "/api/v2/users/ADMIN", body: AccessBodies.userUpdate(#""disabled":true"#), 400),
        Case(.standard, .patch, "/api/v2/users/PERSON", body: AccessBodies.userUpdate(#""name":"New""#), 403),
        Case(.admin, .patch, "/api/v2/users/NONE", body: AccessBodies.userUpdate(#""name":"New""#), 404),
        Case(.admin, .patch, "/api/v2/users/STRANGER", body: AccessBodies.userUpdate(#""name":"New""#), 404),
        Case(.admin, .patch, "/api/v2/users/PERSON", body: AccessBodies.userUpdate(#""name":"New""#, id: "NONE"), 422),
        Case(.exhausted, .patch, "/api/v2/users/PERSON", body: AccessBodies.userUpdate(#""name":"New""#), 429),
        Case(.readOnly, .patch, "/api/v2/current_user", body: AccessBodies.userUpdate(#""name":"New""#), 200),
        Case(
            .admin,
            .patch,
            "/api/v2/current_user",
            body: AccessBodies.userUpdate(#""title":"New""#, id: "ADMIN"),
            200
        ),
        Case(.admin, .patch, "/api/v2/current_user", body: AccessBodies.userUpdate(#""disabled":true"#), 400),
        Case(.readOnly, .patch, "/api/v2/current_user", body: AccessBodies.userUpdate(#""email":"nobody""#), 400),
        Case(.nobody, .patch, "/api/v2/current_user", body: AccessBodies.userUpdate(#""name":"New""#), 403),
        Case(.admin, .patch, "/api/v2/current_user", body: AccessBodies.userUpdate(#""name":"a""#, id: "PERSON"), 422),
        Case(.exhausted, .patch, "/api/v2/current_user", body: AccessBodies.userUpdate(#""name":"New""#), 429),
        Case(.readOnly, .get, "/api/v2/users/PERSON/orgs", 200),
        Case(.readOnly, .get, "/api/v2/users/STRANGER/orgs", 404),
        Case(.exhausted, .get, "/api/v2/users/PERSON/orgs", 429),
        Case(.readOnly, .get, "/api/v2/users/PERSON/permissions", 200),
        Case(.readOnly, .get, "/api/v2/users/STRANGER/permissions", 404),
        Case(.readOnly, .get, "/api/v2/users/invalidId/permissions", 404),
        Case(.exhausted, .get, "/api/v2/users/PERSON/permissions", 429),
        Case(.admin, .delete, "/api/v2/users/PERSON", 204),
        Case(.admin, .delete, "/api/v2/users/ADMIN", 400),
        Case(.standard, .delete, "/api/v2/users/PERSON", 403),
        Case(.admin, .delete, "/api/v2/users/NONE", 404),
        Case(.admin, .delete, "/api/v2/users/STRANGER", 404),
        Case(.exhausted, .delete, "/api/v2/users/PERSON", 429),
        Case(.admin, .post, "/api/v2/service_accounts", body: AccessBodies.user(isServiceAccount: true), 201),
        Case(.admin, .post, "/api/v2/service_accounts", body: AccessBodies.user(), 400),
        Case(
            .admin,
            .post,
            "/api/v2/service_accounts",
            body: AccessBodies.key("users", #""email":"a@b","service_account":false"#),
            400
        ),
        Case(.standard, .post, "/api/v2/service_accounts", body: AccessBodies.user(isServiceAccount: true), 403),
        Case(.exhausted, .post, "/api/v2/service_accounts", body: AccessBodies.user(isServiceAccount: true), 429),
    ]

    private static let person = #"{"data":{"id":"PERSON","type":"users"}}"#

    static let roles: [Case] = [
        Case(.readOnly, .get, "/api/v2/roles?sort=-user_count&filter=role&page[size]=2", 200),
        Case(.readOnly, .get, "/api/v2/roles?sort=color", 400),
        Case(.nobody, .get, "/api/v2/roles", 403),
        Case(.exhausted, .get, "/api/v2/roles", 429),
        Case(.readOnly, .get, "/api/v2/roles/ROLE", 200),
        Case(.nobody, .get, "/api/v2/roles/ROLE", 403),
        Case(.readOnly, .get, "/api/v2/roles/NONE", 404),
        Case(.readOnly, .get, "/api/v2/roles/invalidId", 404),
        Case(.exhausted, .get, "/api/v2/roles/ROLE", 429),
        Case(.readOnly, .get, "/api/v2/roles/ROLE/users?filter=user&page[size]=1", 200),
        Case(.readOnly, .get, "/api/v2/roles/ROLE/users?page[size]=0", 400),
        Case(.readOnly, .get, "/api/v2/roles/NONE/users", 404),
        Case(.exhausted, .get, "/api/v2/roles/ROLE/users", 429),
        Case(.admin, .post, "/api/v2/roles/ROLE/users", body: person, 200),
        Case(.admin, .post, "/api/v2/roles/ROLE/users", body: #"{"data":{"id":"PERSON"}}"#, 400),
        Case(.admin, .post, "/api/v2/roles/ROLE/users", body: #"{"data":{"id":"x","type":"users"}}"#, 400),
        Case(.admin, .post, "/api/v2/roles/ROLE/users", body: "", 400),
        Case(.standard, .post, "/api/v2/roles/ROLE/users", body: person, 403),
        Case(.admin, .post, "/api/v2/roles/NONE/users", body: person, 404),
        Case(.admin, .post, "/api/v2/roles/ROLE/users", body: #"{"data":{"id":"STRANGER","type":"users"}}"#, 404),
        Case(.exhausted, .post, "/api/v2/roles/ROLE/users", body: person, 429),
        Case(.admin, .delete, "/api/v2/roles/HAD/users", body: person, 200),
        Case(.admin, .delete, "/api/v2/roles/ROLE/users", body: #"{"data":[]}"#, 400),
        Case(.standard, .delete, "/api/v2/roles/ROLE/users", body: person, 403),
        Case(.admin, .delete, "/api/v2/roles/invalidId/users", body: person, 404),
        Case(.admin, .delete, "/api/v2/roles/ROLE/users", body: #"{"data":{"id":"NONE","type":"users"}}"#, 404),
        Case(.exhausted, .delete, "/api/v2/roles/ROLE/users", body: person, 429),
        Case(.readOnly, .get, "/api/v2/permissions", 200),
        Case(.nobody, .get, "/api/v2/permissions", 403),
        Case(.exhausted, .get, "/api/v2/permissions", 429),
    ]

    private static let permission = AccessBodies.reference(to: .apiKeysRead)

    static let ownRoles: [Case] = [
        Case(.admin, .post, "/api/v2/roles", body: AccessBodies.role("New", [.apiKeysRead]), 200),
        Case(.admin, .post, "/api/v2/roles", body: #"{"data":{"attributes":{"name":"No type"}}}"#, 200),
        Case(
            .admin,
            .post,
            "/api/v2/roles",
            body: AccessBodies.role("New", #","receives_permissions_from":["Datadog Standard Role"]"#),
            200
        ),
        Case(
            .admin,
            .post,
            "/api/v2/roles",
            body: AccessBodies.role("New", #","default_permissions_opt_out":true,"user_count":7,"created_at":"x""#),
            200
        ),
        Case(.admin, .post, "/api/v2/roles", body: AccessBodies.role("    "), 400),
        Case(.admin, .post, "/api/v2/roles", body: AccessBodies.role(""), 400),
        Case(.admin, .post, "/api/v2/roles", body: AccessBodies.role("a", #","colour":1"#), 400),
        Case(.admin, .post, "/api/v2/roles", body: AccessBodies.role("a", #","receives_permissions_from":["x"]"#), 400),
        Case(.admin, .post, "/api/v2/roles", body: permission, 400),
        Case(.admin, .post, "/api/v2/roles", body: "", 400),
        Case(.standard, .post, "/api/v2/roles", body: AccessBodies.role("New"), 403),
        Case(.admin, .post, "/api/v2/roles", body: AccessBodies.role("Ours"), 409),
        Case(.admin, .post, "/api/v2/roles", body: AccessBodies.role("Datadog Admin Role"), 409),
        Case(.exhausted, .post, "/api/v2/roles", body: AccessBodies.role("New"), 429),
        Case(.admin, .patch, "/api/v2/roles/OURS", body: AccessBodies.role("New", id: "OURS"), 200),
        Case(.admin, .patch, "/api/v2/roles/OURS", body: AccessBodies.role(nil, [.apiKeysRead]), 200),
        Case(.admin, .patch, "/api/v2/roles/OURS", body: AccessBodies.role("\u{1}"), 400),
        Case(
            .admin,
            .patch,
            "/api/v2/roles/OURS",
            body: #"""
                {"data":{"type":"roles","attributes":{},
                "relationships":{"permissions":{"data":[{"type":"permissions","id":"NONE"}]}}}}
                """#,
            400
        ),
        Case(.admin, .patch, "/api/v2/roles/OURS", body: #"{"data":{"attributes":{}}}"#, 400),
        Case(.standard, .patch, "/api/v2/roles/OURS", body: AccessBodies.role("New"), 403),
        Case(.admin, .patch, "/api/v2/roles/ROLE", body: AccessBodies.role("New"), 403),
        Case(.admin, .patch, "/api/v2/roles/NONE", body: AccessBodies.role("New"), 404),
        Case(.admin, .patch, "/api/v2/roles/THEIRS", body: AccessBodies.role("New"), 404),
        Case(.admin, .patch, "/api/v2/roles/invalidId", body: AccessBodies.role("New"), 404),
        Case(.admin, .patch, "/api/v2/roles/OURS", body: AccessBodies.role("Ours too"), 409),
        Case(.admin, .patch, "/api/v2/roles/OURS", body: AccessBodies.role("Datadog Standard Role"), 409),
        Case(.admin, .patch, "/api/v2/roles/OURS", body: AccessBodies.role("New", id: "NONE"), 422),
        Case(.exhausted, .patch, "/api/v2/roles/OURS", body: AccessBodies.role("New"), 429),
        Case(.admin, .delete, "/api/v2/roles/OURS", 204),
        Case(.standard, .delete, "/api/v2/roles/OURS", 403),
        Case(.admin, .delete, "/api/v2/roles/ROLE", 403),
        Case(.admin, .delete, "/api/v2/roles/NONE", 404),
        Case(.admin, .delete, "/api/v2/roles/THEIRS", 404),
        Case(.exhausted, .delete, "/api/v2/roles/OURS", 429),
        Case(.admin, .post, "/api/v2/roles/OURS/clone", body: AccessBodies.role("New"), 200),
        Case(.admin, .post, "/api/v2/roles/ROLE/clone", body: AccessBodies.role("New"), 200),
        Case(.admin, .post, "/api/v2/roles/OURS/clone", body: AccessBodies.role("    "), 400),
        Case(.admin, .post, "/api/v2/roles/OURS/clone", body: AccessBodies.role("New", [.apiKeysRead]), 400),
        Case(.standard, .post, "/api/v2/roles/OURS/clone", body: AccessBodies.role("New"), 403),
        Case(.admin, .post, "/api/v2/roles/THEIRS/clone", body: AccessBodies.role("New"), 404),
        Case(.admin, .post, "/api/v2/roles/OURS/clone", body: AccessBodies.role("Ours"), 409),
        Case(.exhausted, .post, "/api/v2/roles/OURS/clone", body: AccessBodies.role("New"), 429),
        Case(.readOnly, .get, "/api/v2/roles/OURS/permissions", 200),
        Case(.readOnly, .get, "/api/v2/roles/ROLE/permissions", 200),
        Case(.readOnly, .get, "/api/v2/roles/THEIRS/permissions", 404),
        Case(.exhausted, .get, "/api/v2/roles/OURS/permissions", 429),
        Case(.admin, .post, "/api/v2/roles/OURS/permissions", body: permission, 200),
        Case(.admin, .post, "/api/v2/roles/OURS/permissions", body: person, 400),
        Case(
            .admin,
            .post,
            "/api/v2/roles/OURS/permissions",
            body: #"{"data":{"id":"NONE","type":"permissions"}}"#,
            400
        ),
        Case(.standard, .post, "/api/v2/roles/OURS/permissions", body: permission, 403),
        Case(.admin, .post, "/api/v2/roles/ROLE/permissions", body: permission, 403),
        Case(.admin, .post, "/api/v2/roles/NONE/permissions", body: permission, 404),
        Case(.exhausted, .post, "/api/v2/roles/OURS/permissions", body: permission, 429),
        Case(
            .admin,
            .delete,
            "/api/v2/roles/OURS/permissions",
            body: AccessBodies.reference(to: .connectionsRead),
            200
        ),
        Case(.admin, .delete, "/api/v2/roles/OURS/permissions", body: #"{"data":{"id":"NONE","type":"bad"}}"#, 400),
        Case(.standard, .delete, "/api/v2/roles/OURS/permissions", body: permission, 403),
        Case(.admin, .delete, "/api/v2/roles/ROLE/permissions", body: permission, 403),
        Case(.admin, .delete, "/api/v2/roles/THEIRS/permissions", body: permission, 404),
        Case(.exhausted, .delete, "/api/v2/roles/OURS/permissions", body: permission, 429),
        Case(.readOnly, .get, "/api/v2/permissions?include_scopes=true", 200),
        Case(.readOnly, .get, "/api/v2/permissions?include_scopes=perhaps", 400),
    ]

    @Test(
        "in one shape of errors, with one event for each change, and none for a refusal",
        arguments: validation + apiKeys + organizationKeys + ownKeys + serviceAccountKeys + users + roles
            + ownRoles
    )
    func answers(_ row: Case) async throws {
        let isExhausted = row.caller == .exhausted
        let fixture = try await Fixture(rateLimit: isExhausted ? RateLimit(requests: 1, seconds: 3600) : .standard)
        let names = try await Names(fixture)
        let caller: Keys? =
            switch row.caller {
            case .admin: fixture.admin
            case .exhausted: try await fixture.member([.readOnly])
            case .readOnly: try await fixture.member([.readOnly])
            case .standard: try await fixture.member([.standard])
            case .unregistered: try await fixture.member([.admin], isRegistered: false)
            case .nobody: nil
            }
        if isExhausted { _ = try await fixture.send(.get, Paths.registrations, as: caller) }
        let earlier = try fixture.events().count

        let own = (caller ?? fixture.admin).applicationKey.description
        let answer = try await fixture.send(
            row.method,
            names.resolved(row.target, callerKey: own),
            as: caller,
            body: row.body.map { names.resolved($0, callerKey: own) }
        )

        #expect(answer.status == row.status, "\(answer.text)")
        switch answer.status {
        case 204:
            #expect(answer.body.isEmpty)
        case 200, 201:
            #expect(answer.header("Content-Type") == "application/json")
        default:
            expectStrings(in: answer, status: row.status)
        }
        let events = try fixture.events().dropFirst(earlier)
        #expect(events.count == (row.method != .get && answer.status < 300 ? 1 : 0))
        #expect(events.allSatisfy { $0["request_id"]?.text?.string == answer.requestID })
    }

    @Test(
        "and GET /api/v2/validate says no in objects",
        arguments: [("right", 200), ("wrong", 403), ("missing", 403)]
    )
    func validateAPIKey(_ key: String, _ status: Int) async throws {
        let fixture = try await Fixture()
        let headers: [(name: String, value: String)] =
            switch key {
            case "right": [("DD-API-KEY", fixture.admin.api)]
            case "wrong": [("DD-API-KEY", KeyText.apiKey())]
            default: []
            }
        let answer = try await fixture.send(.get, "/api/v2/validate", headers: headers)
        if status == 200 {
            #expect(answer.status == 200)
            #expect(answer["/data/type"]?.text == "validate_v2")
            #expect(answer.id == fixture.organization.description)
            #expect(answer["/data/attributes"]?.names == ["api_key_id", "api_key_scopes", "valid"])
        } else {
            expectErrors(in: answer, status: status, sources: ["header DD-API-KEY"])
        }
    }
}

/// The meaning of the names in the table above.
private struct Names {
    /// Longer names first: some are the start of others.
    private let values: [(name: String, value: String)]

    init(_ fixture: Fixture) async throws {
        let person = try await fixture.member([.readOnly])
        let account = try await fixture.member([.standard], isServiceAccount: true)
        let stranger = try await fixture.stranger()
        func apiKey(_ keys: Keys) throws -> String {
            try #require(try fixture.sqlite.apiKey(digest: KeyDigest(of: keys.api))).id.description
        }
        _ = try await fixture.ownRole([], name: "Ours too")
        let there = try await Fixture.createOrganization(in: fixture.sqlite)
        let theirs = try await fixture.ownRole([], of: there)
        var taken = ""
        for email in ["taken@example.com", "held@example.com"] {
            let answer = try await fixture.send(.post, "/api/v2/users", body: AccessBodies.user(email: email))
            if taken.isEmpty { taken = answer.id }
        }
        values = [
            ("STRANGEAPIKEY", try apiKey(stranger)), ("STRANGEKEY", stranger.applicationKey.description),
            ("STRANGER", stranger.user.description), ("CALLERKEY", ""),
            ("ACCOUNTKEY", account.applicationKey.description), ("ACCOUNT", account.user.description),
            ("PERSONKEY", person.applicationKey.description), ("PERSON", person.user.description),
            ("APIKEY", try apiKey(person)), ("TAKEN", taken), ("ADMIN", fixture.admin.user.description),
            ("OURS", try await fixture.ownRole([.connectionsRead], name: "Ours").id.description),
            ("THEIRS", theirs.id.description), ("ROLE", Role.standard.id.description),
            ("HAD", Role.readOnly.id.description),
            ("NONE", "00000000-0000-a000-0000-00000000000f"),
        ]
    }

    func resolved(_ text: String, callerKey: String) -> String {
        var text = text
        for (name, value) in values {
            let pieces = text.split(separator: name, omittingEmptySubsequences: false)
            text = pieces.joined(separator: name == "CALLERKEY" ? callerKey : value)
        }
        return text
    }
}
