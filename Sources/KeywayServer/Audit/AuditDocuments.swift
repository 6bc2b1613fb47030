import Access
import Cryptography
import Documents
import JSONReading
import Storage

/// A stored audit event as it is returned and searched.
struct AuditDocument {
    /// The attributes that searches call `@…`.
    let attributes: JSONValue
    let message: String
    let line: AuditLine
    private let digest: String

    /// - Parameters:
    ///   - line: The event.
    ///   - email: Gives the present address of a user.
    /// - Throws: ``StoreError/corrupt(_:)`` if the line is not JSON.
    init(_ line: AuditLine, email: (Identifier) throws(StoreError) -> String?) throws(StoreError) {
        self.line = line
        digest = SHA256.digest(of: line.bytes).description
        let event: JSONValue
        do throws(JSONSyntaxError) {
            event = try JSONReader.read(line.bytes)
        } catch {
            throw .corrupt("the audit log's event \(line.sequence) is \(error.description)")
        }
        func text(_ value: JSONValue?) -> String { value?.text?.string ?? "" }
        let user = event["actor"]?["user_id"]?.text?.string
        var attributes: [JSONValue.Member] = [.init("action", .string(text(event["action"])))]
        func add(_ name: String, _ members: [(String, JSONValue?)]) {
            let present = members.compactMap { name, value in value.map { JSONValue.Member(JSONText(name), $0) } }
            if !present.isEmpty { attributes.append(.init(JSONText(name), .object(present))) }
        }
        add("evt", [("name", event["action"]), ("outcome", Self.outcome(of: event["details"]))])
        add("asset", [("type", event["resource_type"]), ("id", event["resource_id"])])
        if let user, let id = Identifier(user) {
            // The administrator of `keyway init` has no address.
            let email = try email(id).flatMap { $0.isEmpty ? nil : JSONValue.string($0) }
            add("usr", [("id", .string(user)), ("email", email)])
        }
        add("api_key", [("id", event["actor"]?["api_key_id"])])
        add("application_key", [("id", event["actor"]?["application_key_id"])])
        add("access_token", [("id", event["actor"]?["access_token_id"])])
        add("act_token", [("id", event["actor"]?["act_token_id"])])
        if let command = event["actor"]?["command"] { attributes.append(.init("command", command)) }
        for name in ["details", "request_id", "organization_id"] {
            if let value = event[name] { attributes.append(.init(JSONText(name), value)) }
        }
        add(
            "keyway",
            [("sequence", .integer(line.sequence)), ("previous", event["previous"]), ("digest", .string(digest))]
        )
        self.attributes = .object(attributes)
        let actor = user.map { "user \($0)" } ?? "the command \(text(event["actor"]?["command"]))"
        message =
            "\(text(event["action"])) on \(text(event["resource_type"])) \(text(event["resource_id"])) by \(actor)"
    }

    /// Events of changes are of those that were made; an act tells how it went.
    private static func outcome(of details: JSONValue?) -> JSONValue {
        guard let phase = details?["phase"] else { return "success" }
        if phase == "intent" { return "pending" }
        if case .integer(let status)? = details?["status"], status < 400 { return "success" }
        return "failure"
    }

    /// Whether an attribute is told as it is stored, by the names on the way to it.
    static func isVerbatim(_ path: [String]) -> Bool {
        switch path.first {
        case "action", "asset", "api_key", "application_key", "access_token", "act_token", "command", "details",
            "request_id", "organization_id":
            true
        case "evt", "usr": path == ["evt", "name"] || path == ["usr", "id"]
        default: false
        }
    }

    var json: JSONValue {
        [
            "id": .string(digest),
            "type": "audit",
            "attributes": [
                "timestamp": .string(line.time.description),
                "service": .string(Self.service),
                "message": .string(message),
                "tags": [],
                "attributes": attributes,
            ],
        ]
    }

    static let service = "keyway"
}
