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

    /// - Throws: ``InvalidDocument`` with every fault of the body.
    init(_ body: JSONValue, schema: DocumentSchema, id: Identifier) throws(InvalidDocument) {
        var reader = RoleReader()
        let document = reader.part(body)
        do {
            attributes = try schema.create(document, id: id) { $0 }.document["attributes"] ?? .null
        } catch {
            throw InvalidDocument(error.problems + reader.problems)
        }
        guard reader.problems.isEmpty else { throw InvalidDocument(reader.problems) }
        roles = reader.roles
    }
}

/// Reads `data.relationships.roles`, which stands beside a document.
private struct RoleReader {
    private(set) var roles: [Role] = []
    private(set) var problems: [Problem] = []

    private static let pointer = "/data/relationships"
    private static let rolesAtMost = 100

    /// - Returns: The body without what was read.
    mutating func part(_ body: JSONValue) -> JSONValue {
        guard case .object(var members) = body, let place = members.firstIndex(where: { $0.name == "data" }),
            case .object(let data) = members[place].value
        else { return body }
        if let relationships = members[place].value["relationships"] { read(relationships) }
        members[place].value = .object(data.filter { !($0.name == "relationships") })
        return .object(members)
    }

    private mutating func read(_ relationships: JSONValue) {
        guard let roles = onlyMember("roles", of: relationships, at: Self.pointer),
            let data = onlyMember("data", of: roles, at: "\(Self.pointer)/roles")
        else { return }
        let pointer = "\(Self.pointer)/roles/data"
        guard case .array(let references) = data else {
            return report(pointer, "must be a list, not \(data.kindName)")
        }
        guard references.count <= Self.rolesAtMost else {
            return report(pointer, "must have at most \(Self.rolesAtMost) elements")
        }
        for (index, reference) in references.enumerated() { read(role: reference, at: "\(pointer)/\(index)") }
    }

    private mutating func read(role reference: JSONValue, at pointer: String) {
        do {
            let id = try ResourceReference.id(in: reference, ofType: "roles", at: pointer)
            if let role = Role.shipped(id) {
                if !roles.contains(where: { $0.id == id }) { roles.append(role) }
            } else {
                report("\(pointer)/id", "is no role's: GET /api/v2/roles lists them")
            }
        } catch {
            problems += error.problems
        }
    }

    /// The member of that name, which may be missing, of an object that may have no other.
    private mutating func onlyMember(_ name: String, of value: JSONValue, at pointer: String) -> JSONValue? {
        guard case .object(let members) = value else {
            report(pointer, "must be an object, not \(value.kindName)")
            return nil
        }
        if members.contains(where: { !($0.name == name) }) { report(pointer, "may have the member \(name) alone") }
        return value[name]
    }

    private mutating func report(_ pointer: String, _ detail: String) {
        problems.append(Problem(pointer: pointer, detail: detail))
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
