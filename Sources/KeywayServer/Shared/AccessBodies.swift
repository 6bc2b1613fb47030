import Access
import Documents

/// The body of a new user: a document, and beside it the roles that the user gets.
struct NewUserBody {
    /// The attributes, with their standards.
    let attributes: JSONValue
    let roles: [Role]

    /// - Parameters:
    ///   - body: The whole body.
    ///   - schema: That of the document.
    ///   - id: The id that the user gets.
    ///   - role: Finds a role of the organisation.
    /// - Throws: ``InvalidDocument`` with every error in the body; what `role` throws.
    init(
        _ body: JSONValue,
        schema: DocumentSchema,
        id: Identifier,
        role: @escaping (Identifier) throws -> Role?
    ) throws {
        var reader = RelationshipReader(
            type: "roles",
            unknown: "is no role's: GET /api/v2/roles lists them",
            find: role
        )
        let document = try reader.part(body)
        do {
            attributes = try schema.create(document, id: id) { $0 }.document["attributes"] ?? .null
        } catch {
            throw InvalidDocument(error.problems + reader.problems)
        }
        guard reader.problems.isEmpty else { throw InvalidDocument(reader.problems) }
        roles = reader.elements ?? []
    }
}

/// `{"id":…,"type":…}`, by which bodies name another resource.
enum ResourceReference {
    /// The id in a body that is a reference and nothing else, `{"data":{"id":…,"type":…}}`.
    static func id(inBody body: JSONValue, ofType type: String) throws(InvalidDocument) -> Identifier {
        guard case .object(let members) = body, members.count == 1, let data = body["data"] else {
            throw InvalidDocument([
                Problem(pointer: "", detail: "the body must be an object with the member data alone")
            ])
        }
        return try id(in: data, ofType: type, at: "/data")
    }

    static func id(in reference: JSONValue, ofType type: String, at pointer: String) throws(InvalidDocument)
        -> Identifier
    {
        guard case .object(let members) = reference else {
            throw InvalidDocument([Problem(pointer: pointer, detail: "must be an object, not \(reference.kindName)")])
        }
        var problems: [Problem] = []
        if members.contains(where: { !($0.name == "id" || $0.name == "type") }) {
            problems.append(Problem(pointer: pointer, detail: "may have the members id and type alone"))
        }
        if !(reference["type"]?.text.map { $0 == type } ?? false) {
            problems.append(Problem(pointer: "\(pointer)/type", detail: "is required and must be \"\(type)\""))
        }
        let id = reference["id"]?.text.flatMap { Identifier($0.string) }
        if id == nil { problems.append(Problem(pointer: "\(pointer)/id", detail: "is required and must be a UUID")) }
        guard let id, problems.isEmpty else { throw InvalidDocument(problems) }
        return id
    }
}
