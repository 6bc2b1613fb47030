import Access
import Documents
import Storage

/// The body of a new restriction policy: what replaces the one before.
struct RestrictionPolicyBody {
    /// `nil` if the body names nobody: then there is no policy.
    let policy: RestrictionPolicy?

    /// - Parameters:
    ///   - body: The whole body.
    ///   - id: The connection's id, by which the body has to call the policy if it calls it by any.
    ///   - organization: Whose users and roles may be named.
    ///   - store: Knows them.
    /// - Throws: ``InvalidDocument`` with every error in the body; ``StoreError`` if the store can't tell.
    init(_ body: JSONValue, of id: Identifier, in organization: Identifier, store: any AccessStore) throws {
        let document = try DocumentSchema.restrictionPolicy.create(body, id: id) { $0 }.document
        var problems: [Problem] = []
        if let sent = body["data"]?["id"], sent.text.flatMap({ RestrictedResource($0.string) })?.connection != id {
            problems.append(Problem(pointer: "/data/id", detail: "must be the resource_id of the path, or left out"))
        }
        var bindings: [RestrictionPolicy.Binding] = []
        for (index, element) in Self.elements(of: document["attributes"]?["bindings"]).enumerated() {
            let pointer = "/data/attributes/bindings/\(index)/principals"
            let names = Self.elements(of: element["principals"]).compactMap(\.text?.string)
            let subjects = names.compactMap { RestrictionPolicy.Subject($0) }
            if subjects.isEmpty {
                problems.append(Problem(pointer: pointer, detail: "must not be empty: leave the binding out"))
            }
            for (index, subject) in subjects.enumerated() {
                guard let fault = try Self.fault(in: subject, of: organization, store: store) else { continue }
                problems.append(Problem(pointer: "\(pointer)/\(index)", detail: fault))
            }
            guard let relation = (element["relation"]?.text?.string).flatMap(RestrictionPolicy.Relation.init(rawValue:))
            else { continue }
            bindings.append(.init(relation, subjects))
        }
        guard problems.isEmpty else { throw InvalidDocument(problems) }
        policy = RestrictionPolicy(bindings)
    }

    private static func elements(of list: JSONValue?) -> [JSONValue] {
        guard case .array(let elements)? = list else { return [] }
        return elements
    }

    /// Why the organisation's policies can't name a subject, or `nil`.
    private static func fault(
        in subject: RestrictionPolicy.Subject,
        of organization: Identifier,
        store: any AccessStore
    ) throws(StoreError) -> String? {
        switch subject {
        case .user(let id):
            try store.user(id, in: organization) == nil
                ? "is no user of your organisation: GET /api/v2/users lists them" : nil
        case .role(let id):
            try store.role(id, in: organization) == nil ? "is no role: GET /api/v2/roles lists them" : nil
        case .organization(let id):
            id == organization ? nil : "is not your organisation: GET /api/v2/current_user tells it"
        }
    }
}

/// The resource that a policy restricts, as the API names it: `connection:` and an id.
struct RestrictedResource: CustomStringConvertible {
    let connection: Identifier

    init(_ connection: Identifier) {
        self.connection = connection
    }

    /// - Returns: `nil` if `text` is anything else.
    init?(_ text: String) {
        let prefix = "connection:"
        guard text.hasPrefix(prefix), let id = Identifier(text.dropFirst(prefix.count)) else { return nil }
        connection = id
    }

    var description: String { "connection:\(connection)" }
}
