import Access
import Documents

/// The body of a role that is created, cloned or changed: a document, and beside it the permissions that it is to have.
struct RoleBody {
    let name: String
    let source: Role?
    /// `nil` if none are sent.
    let permissions: PermissionSet?

    /// The members of attributes that responses have, and that requests may repeat to no effect.
    private static let readOnly = ["created_at", "modified_at", "user_count", "managed"]

    /// - Parameters:
    ///   - body: The whole body.
    ///   - schema: That of the document.
    ///   - id: The role's id.
    ///   - current: The role that is changed; `nil` to create one.
    /// - Throws: ``InvalidDocument`` with every error in the body.
    init(_ body: JSONValue, schema: DocumentSchema = .role, id: Identifier, of current: OwnRole? = nil) throws {
        var reader = RelationshipReader(
            type: "permissions",
            unknown: "is no permission's: GET /api/v2/permissions lists them",
            find: Permission.init(id:)
        )
        let sent = try reader.part(body).changingData { data in
            var data = data
            // The reference asks for the type in updates alone.
            if current == nil, !data.contains(where: { $0.name == "type" }) {
                data.append(.init("type", .string(schema.type)))
            }
            guard let place = data.firstIndex(where: { $0.name == "attributes" }),
                case .object(let attributes) = data[place].value
            else { return data }
            data[place].value = .object(attributes.filter { member in !Self.readOnly.contains { member.name == $0 } })
            return data
        }
        let document: JSONValue
        do {
            document =
                if let current {
                    try schema.update(sent, id: id, of: current.document) { $0 }.document
                } else {
                    try schema.create(sent, id: id) { $0 }.document
                }
        } catch {
            throw InvalidDocument(error.problems + reader.problems)
        }
        guard reader.problems.isEmpty else { throw InvalidDocument(reader.problems) }
        let attributes = document["attributes"]
        name = attributes?["name"]?.text?.string ?? ""
        source = Role.shipped.first { attributes?["receives_permissions_from"] == [.string($0.name)] }
        permissions = reader.elements.map { PermissionSet($0) }
    }
}

extension OwnRole {
    /// The role as the schema of updates has it.
    fileprivate var document: JSONValue {
        let source = source.flatMap { Role.shipped($0.role) }.map { JSONValue.string($0.name) }
        return [
            "attributes": [
                "name": .string(name), "receives_permissions_from": .array([source].compactMap(\.self)),
                "default_permissions_opt_out": false,
            ]
        ]
    }
}

extension JSONValue {
    /// The body with the members of its `data` changed, if there is such an object.
    fileprivate func changingData(_ change: ([Member]) -> [Member]) -> JSONValue {
        guard case .object(var members) = self, let place = members.firstIndex(where: { $0.name == "data" }),
            case .object(let data) = members[place].value
        else { return self }
        members[place].value = .object(change(data))
        return .object(members)
    }
}
