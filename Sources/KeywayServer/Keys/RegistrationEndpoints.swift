import Access
import Documents
import HTTPServer
import Storage

/// The Action Connection API's app key registrations: which application keys may be used on connections.
struct RegistrationEndpoints: Sendable {
    let store: any AccessStore & ChangeStore

    private static let type = "app_key_registration"
    /// The permissions to register keys: each covers some keys.
    private static let registrars: [Permission] = [.userAccessManage, .userAppKeys, .serviceAccountWrite]

    var all: [Endpoint] {
        let group = EndpointGroup(
            "Action Connection",
            at: "/api/v2/actions/app_key_registrations",
            errors: .objects,
            guarding: .principal(anyOf: [.orgAppKeysRead], registered: false),
            malformedID: .refused,
            missing: "There is no such registration"
        )
        return [
            group.endpoint(
                .get,
                "",
                "ListAppKeyRegistrations",
                "List the registered application keys",
                query: .page,
                responses: [.ok("A page of registrations", "AppKeyRegistrationList")],
                .search(list)
            ),
            group.endpoint(
                .get,
                "/{app_key_id}",
                "GetAppKeyRegistration",
                "Get a registration",
                responses: [.ok("The key is registered", "AppKeyRegistration")],
                .lookup(get)
            ),
            group.endpoint(
                .put,
                "/{app_key_id}",
                "RegisterAppKey",
                "Register an application key, so that it may be used on connections",
                by: Self.registrars,
                responses: [
                    .created("The key is registered", "AppKeyRegistration"),
                    .error(400, "The id is not a UUID, or no application key's"),
                ],
                mayBeAbsent: false,
                .change(register)
            ),
            group.endpoint(
                .delete,
                "/{app_key_id}",
                "UnregisterAppKey",
                "End a registration",
                by: Self.registrars,
                responses: [.empty("Ended")],
                .change(unregister)
            ),
        ]
    }

    private func list(_ call: Call) throws -> Response {
        let (page, next) = try call.page(try call.query()) {
            try store.registrations(in: call.principal.organization, page: $0)
        }
        return .page(
            page.elements.map { JSONWriter.bytes(of: Self.data($0)) },
            total: page.total,
            totalFiltered: page.totalFiltered,
            next: next
        )
    }

    private func get(_ call: Call) throws -> Response {
        let id = try call.identifier("app_key_id", orStatus: 400)
        guard let key = try store.applicationKey(id, in: call.principal.organization), key.isRegistered else {
            throw Self.notRegistered
        }
        return .document(JSONWriter.bytes(of: Self.data(id)))
    }

    private func register(_ call: Call) async throws -> Response {
        let id = try call.identifier("app_key_id", orStatus: 400)
        let unknown = APIError(
            400,
            "There is no application key with this id in your organisation.",
            at: .parameter("app_key_id")
        )
        guard let key = try store.applicationKey(id, in: call.principal.organization) else { throw unknown }
        try authorize(call, over: key)
        try await setRegistration(of: id, to: true, by: call).requireCommitted(or: unknown)
        return .document(JSONWriter.bytes(of: Self.data(id)), status: 201)
    }

    private func unregister(_ call: Call) async throws -> Response {
        let id = try call.identifier("app_key_id", orStatus: 400)
        guard let key = try store.applicationKey(id, in: call.principal.organization) else {
            throw Self.notRegistered
        }
        // Before all else: whether a key is registered is not for everyone to know.
        try authorize(call, over: key)
        guard key.isRegistered else { throw Self.notRegistered }
        try await setRegistration(of: id, to: false, by: call).requireCommitted(or: Self.notRegistered)
        return .noContent
    }

    /// One's own keys are covered by `user_app_keys`, a service account's by `service_account_write`, anyone's by
    /// `user_access_manage`.
    private func authorize(_ call: Call, over key: ApplicationKey) throws {
        let permissions = call.principal.permissions
        if permissions.contains(.userAccessManage) { return }
        if permissions.contains(.userAppKeys), key.owner == call.principal.user { return }
        if permissions.contains(.serviceAccountWrite),
            try store.user(key.owner, in: call.principal.organization)?.isServiceAccount == true
        {
            return
        }
        throw APIError(
            403,
            "The application key belongs to someone else: its registration needs the permission user_access_manage."
        )
    }

    private func setRegistration(of id: Identifier, to isRegistered: Bool, by call: Call) async throws -> CommitOutcome
    {
        let organization = call.principal.organization
        return try await store.commit(
            call.change(
                [.setRegistration(applicationKey: id, organization: organization, isRegistered: isRegistered)],
                events: call.event("\(Self.type).\(isRegistered ? "create" : "delete")", on: Self.type, id)
            )
        )
    }

    private static func data(_ id: Identifier) -> JSONValue {
        ["id": .string(id.description), "type": .string(type)]
    }

    private static let notRegistered = APIError(
        404,
        "There is no registered application key with this id in your organisation.",
        at: .parameter("app_key_id")
    )
}
