import ActService
import Access
import Documents
import HTTPServer
import KeywayServer
import Testing
import TestSupport

/// The sender of a request.
enum Caller: String, Sendable {
    case admin
    case readOnly = "a read-only user"
    case standard = "a standard user"
    case unregistered = "an admin with an unregistered key"
    case exhausted = "an admin who has used up the limit"
    case nobody = "nobody"
}

/// One line of the table below.
struct Case: Sendable, CustomTestStringConvertible {
    let caller: Caller
    let method: HTTPMethod
    let target: String
    let body: String?
    let status: Int
    let sources: [String?]?

    init(
        _ caller: Caller,
        _ method: HTTPMethod,
        _ target: String,
        body: String? = nil,
        _ status: Int,
        _ sources: [String?]? = nil
    ) {
        self.caller = caller
        self.method = method
        self.target = target
        self.body = body
        self.status = status
        self.sources = sources
    }

    var testDescription: String { "\(status) \(method) \(target) by \(caller.rawValue)" }
}

/// In targets, `ID` is a connection's id, `FOREIGN` one of another organisation's, `KEY` the caller's own application
/// key, `OTHER` an unregistered one of the organisation, `STRANGE` one of another organisation, and `NONE` no id that
/// exists.
@Suite("Each endpoint answers each documented status")
struct StatusTests {
    static let connections: [Case] = [
        // Create: 201, 400, 403, 429.
        Case(.admin, .post, "/connections", body: Bodies.openAI(), 201),
        Case(.standard, .post, "/connections", body: Bodies.aws(), 201),
        Case(
            .admin,
            .post,
            "/connections",
            body: #"{"data":{}}"#,
            400,
            ["pointer /data/type", "pointer /data/attributes"]
        ),
        Case(.admin, .post, "/connections", body: "", 400, ["pointer "]),
        Case(.admin, .post, "/connections", body: "{", 400, ["pointer "]),
        Case(.admin, .post, "/connections", body: "[]", 400, ["pointer "]),
        Case(.admin, .post, "/connections", body: #""text""#, 400, ["pointer "]),
        Case(.admin, .post, "/connections", body: "null", 400, ["pointer "]),
        Case(.nobody, .post, "/connections", body: Bodies.openAI(), 403, ["header DD-API-KEY"]),
        Case(.unregistered, .post, "/connections", body: Bodies.openAI(), 403, [nil]),
        Case(.readOnly, .post, "/connections", body: Bodies.openAI(), 403, [nil]),
        Case(.exhausted, .post, "/connections", body: Bodies.openAI(), 429, [nil]),
        // Get: 200, 400, 403, 404, 429.
        Case(.admin, .get, "/connections/ID", 200),
        Case(.readOnly, .get, "/connections/ID", 200),
        Case(.admin, .get, "/connections/not-an-id", 400, ["parameter connection_id"]),
        Case(.nobody, .get, "/connections/ID", 403, ["header DD-API-KEY"]),
        Case(.unregistered, .get, "/connections/ID", 403, [nil]),
        Case(.admin, .get, "/connections/NONE", 404, ["parameter connection_id"]),
        Case(.admin, .get, "/connections/FOREIGN", 404, ["parameter connection_id"]),
        Case(.exhausted, .get, "/connections/ID", 429, [nil]),
        // List: 200, 400, 403, 429.
        Case(.admin, .get, "/connections", 200),
        Case(.readOnly, .get, "/connections", 200),
        Case(.admin, .get, "/connections?page[size]=0", 400, ["parameter page[size]"]),
        Case(.nobody, .get, "/connections", 403, ["header DD-API-KEY"]),
        Case(.unregistered, .get, "/connections", 403, [nil]),
        Case(.exhausted, .get, "/connections", 429, [nil]),
        // Update: 200, 400, 403, 404, 429.
        Case(.admin, .patch, "/connections/ID", body: Bodies.rename("New"), 200),
        Case(.standard, .patch, "/connections/ID", body: Bodies.rename("New"), 200),
        Case(.admin, .patch, "/connections/ID", body: Bodies.rename(""), 400, ["pointer /data/attributes/name"]),
        Case(.admin, .patch, "/connections/ID", body: "", 400, ["pointer "]),
        Case(.admin, .patch, "/connections/not-an-id", body: Bodies.rename("New"), 400, ["parameter connection_id"]),
        Case(.nobody, .patch, "/connections/ID", body: Bodies.rename("New"), 403, ["header DD-API-KEY"]),
        Case(.unregistered, .patch, "/connections/ID", body: Bodies.rename("New"), 403, [nil]),
        Case(.readOnly, .patch, "/connections/ID", body: Bodies.rename("New"), 403, [nil]),
        Case(.admin, .patch, "/connections/NONE", body: Bodies.rename("New"), 404, ["parameter connection_id"]),
        Case(.admin, .patch, "/connections/FOREIGN", body: Bodies.rename("New"), 404, ["parameter connection_id"]),
        Case(.exhausted, .patch, "/connections/ID", body: Bodies.rename("New"), 429, [nil]),
        // Delete: 204, 403, 404, 429; it documents no 400.
        Case(.admin, .delete, "/connections/ID", 204),
        Case(.standard, .delete, "/connections/ID", 204),
        Case(.nobody, .delete, "/connections/ID", 403, ["header DD-API-KEY"]),
        Case(.unregistered, .delete, "/connections/ID", 403, [nil]),
        Case(.readOnly, .delete, "/connections/ID", 403, [nil]),
        Case(.admin, .delete, "/connections/NONE", 404, ["parameter connection_id"]),
        Case(.admin, .delete, "/connections/not-an-id", 404, ["parameter connection_id"]),
        Case(.admin, .delete, "/connections/FOREIGN", 404, ["parameter connection_id"]),
        Case(.exhausted, .delete, "/connections/ID", 429, [nil]),
    ]

    static let registrations: [Case] = [
        // Register: 201, 400, 403, 429; it documents no 404.
        Case(.admin, .put, "/app_key_registrations/OTHER", 201),
        Case(.admin, .put, "/app_key_registrations/KEY", 201),
        Case(.unregistered, .put, "/app_key_registrations/KEY", 201),
        Case(.readOnly, .put, "/app_key_registrations/KEY", 201),
        Case(.admin, .put, "/app_key_registrations/not-an-id", 400, ["parameter app_key_id"]),
        Case(.admin, .put, "/app_key_registrations/NONE", 400, ["parameter app_key_id"]),
        Case(.admin, .put, "/app_key_registrations/STRANGE", 400, ["parameter app_key_id"]),
        Case(.nobody, .put, "/app_key_registrations/KEY", 403, ["header DD-API-KEY"]),
        Case(.readOnly, .put, "/app_key_registrations/OTHER", 403, [nil]),
        Case(.exhausted, .put, "/app_key_registrations/KEY", 429, [nil]),
        // Get: 200, 400, 403, 404, 429.
        Case(.admin, .get, "/app_key_registrations/KEY", 200),
        Case(.admin, .get, "/app_key_registrations/not-an-id", 400, ["parameter app_key_id"]),
        Case(.nobody, .get, "/app_key_registrations/KEY", 403, ["header DD-API-KEY"]),
        Case(.readOnly, .get, "/app_key_registrations/KEY", 403, [nil]),
        Case(.admin, .get, "/app_key_registrations/NONE", 404, ["parameter app_key_id"]),
        Case(.admin, .get, "/app_key_registrations/OTHER", 404, ["parameter app_key_id"]),
        Case(.admin, .get, "/app_key_registrations/STRANGE", 404, ["parameter app_key_id"]),
        Case(.exhausted, .get, "/app_key_registrations/KEY", 429, [nil]),
        // List: 200, 400, 403, 429.
        Case(.admin, .get, "/app_key_registrations", 200),
        Case(.unregistered, .get, "/app_key_registrations", 200),
        Case(.admin, .get, "/app_key_registrations?page[number]=-1", 400, ["parameter page[number]"]),
        Case(.nobody, .get, "/app_key_registrations", 403, ["header DD-API-KEY"]),
        Case(.readOnly, .get, "/app_key_registrations", 403, [nil]),
        Case(.exhausted, .get, "/app_key_registrations", 429, [nil]),
        // Unregister: 204, 400, 403, 404, 429.
        Case(.admin, .delete, "/app_key_registrations/KEY", 204),
        Case(.readOnly, .delete, "/app_key_registrations/KEY", 204),
        Case(.admin, .delete, "/app_key_registrations/not-an-id", 400, ["parameter app_key_id"]),
        Case(.nobody, .delete, "/app_key_registrations/KEY", 403, ["header DD-API-KEY"]),
        Case(.readOnly, .delete, "/app_key_registrations/ADMIN", 403, [nil]),
        Case(.admin, .delete, "/app_key_registrations/NONE", 404, ["parameter app_key_id"]),
        Case(.admin, .delete, "/app_key_registrations/OTHER", 404, ["parameter app_key_id"]),
        Case(.admin, .delete, "/app_key_registrations/STRANGE", 404, ["parameter app_key_id"]),
        Case(.exhausted, .delete, "/app_key_registrations/KEY", 429, [nil]),
    ]

    @Test(
        "in one shape of errors, with one event for each change, and none for a refusal",
        arguments: connections + registrations
    )
    func answers(_ row: Case) async throws {
        let isExhausted = row.caller == .exhausted
        let fixture = try await Fixture(rateLimit: isExhausted ? RateLimit(requests: 1, seconds: 3600) : .standard)
        let stranger = try await fixture.stranger()
        let other = try await fixture.member([.standard], isRegistered: false)
        let caller: Keys? =
            switch row.caller {
            case .admin: fixture.admin
            case .exhausted: try await fixture.member([.admin])
            case .readOnly: try await fixture.member([.readOnly])
            case .standard: try await fixture.member([.standard])
            case .unregistered: try await fixture.member([.admin], isRegistered: false)
            case .nobody: nil
            }
        let id = try await fixture.create(Bodies.openAI())
        let foreign = try await fixture.create(Bodies.openAI(), as: stranger)
        if isExhausted { _ = try await fixture.send(.get, Paths.registrations, as: caller) }
        let earlier = try fixture.events()

        var target = "/api/v2/actions" + row.target
        for (placeholder, value) in [
            ("FOREIGN", foreign), ("ID", id), ("KEY", (caller ?? fixture.admin).applicationKey.description),
            ("OTHER", other.applicationKey.description), ("STRANGE", stranger.applicationKey.description),
            ("ADMIN", fixture.admin.applicationKey.description), ("NONE", "00000000-0000-a000-0000-00000000000f"),
        ] {
            if target.hasSuffix("/" + placeholder) { target = target.dropLast(placeholder.count) + value }
        }
        let answer = try await fixture.send(row.method, target, as: caller, body: row.body)

        #expect(answer.status == row.status)
        switch row.status {
        case 204:
            #expect(answer.body.isEmpty)
            #expect(answer.header("Content-Type") == nil)
        case 200, 201:
            #expect(answer.header("Content-Type") == "application/vnd.api+json")
            #expect(answer.json.names.first == "data")
        default:
            expectErrors(in: answer, status: row.status, sources: row.sources)
        }
        #expect(!answer.text.contains(Bodies.marker))

        let events = try fixture.events().filter { !earlier.contains($0) }
        // To register a registered key again changes nothing.
        let isChange =
            row.method != .get && row.status < 300
            && !(row.method == .put && row.caller != .unregistered && row.target.hasSuffix("KEY"))
        #expect(events.count == (isChange ? 1 : 0))
        #expect(events.allSatisfy { $0["request_id"]?.text?.string == answer.requestID })
    }
}
