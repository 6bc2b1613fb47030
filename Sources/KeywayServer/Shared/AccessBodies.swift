import Access
import Documents

// What is sent to the API of keys and users.
extension DocumentSchema {
    static let apiKey = DocumentSchema(
        type: "api_keys",
        attributes: [
            .text("name", "Name of the key", format: .name),
            .optionalText("category", "Keys have one category here, default", format: .onlyCategory),
            .flag("remote_config_read_enabled", "Always true: keys have no such switch here", standard: true),
        ],
        rules: [
            DocumentRule(at: "/remote_config_read_enabled", "can't be switched off: leave it out, or send true") {
                $0["remote_config_read_enabled"] != false
            }
        ]
    )

    static let applicationKey = DocumentSchema(
        type: "application_keys",
        attributes: [
            .text("name", "Name of the key", format: .name),
            .optionalTexts(
                "scopes",
                "Names of the permissions that the key carries, if its owner has them; without any, it carries all "
                    + "that its owner has",
                format: .name,
                countAtMost: 100
            ).nullable(),
        ]
    )

    static let user = DocumentSchema(type: "users", attributes: person)

    static let userUpdate = DocumentSchema(
        type: "users",
        attributes: person + [.flag("disabled", "Whether the user may do nothing")]
    )

    static let serviceAccount = DocumentSchema(
        type: "users",
        attributes: person + [.flag("service_account", "Always true")],
        rules: [
            DocumentRule(at: "/service_account", "must be true: POST /api/v2/users creates a person") {
                $0["service_account"] == true
            }
        ]
    )

    private static let person: [Field] = [
        .text("email", "E-mail address, kept in lower case", format: .email),
        .optionalText("name", "Full name", format: .optionalName).nullable(),
        .optionalText("title", "Job title", format: .optionalName).nullable(),
    ]
}

extension TextFormat {
    fileprivate static let onlyCategory = TextFormat(length: 7...7, pattern: "^default$", expectation: "\"default\"") {
        $0.elementsEqual("default".utf8)
    }

    fileprivate static let optionalName = TextFormat(
        length: 0...255,
        pattern: #"^[^\u0000-\u001f\u007f]*$"#,
        expectation: "at most 255 characters, none of them a control character"
    ) { !$0.contains(where: \.isASCIIControl) }

    /// Something before and behind one `@`: whether mail arrives there is nothing that we could tell.
    fileprivate static let email = TextFormat(
        length: 3...254,
        pattern: #"^[^\u0000-\u0020\u007f@]+@[^\u0000-\u0020\u007f@]+$"#,
        expectation: "an e-mail address such as jane@example.com"
    ) { characters in
        let parts = characters.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        return parts.count == 2 && !parts.contains(where: \.isEmpty)
            && !characters.contains { $0.isASCIIControl || $0 == UInt8(ascii: " ") }
    }
}

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
    /// - Throws: ``InvalidDocument`` with every fault of the body; what `role` throws.
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
