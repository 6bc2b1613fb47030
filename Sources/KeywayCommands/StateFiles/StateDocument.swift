import AWSAccounts
import Documents

/// A connection, an AWS account or a token issuer as its schema has it: every standard filled in, every member in its place, no secret.
///
/// The form to which a file's descriptions and a server's documents are both brought, so that they can be compared.
struct StateDocument: Sendable {
    let kind: StateKind
    /// The id that the server gave it; a file may have none, or one of another server.
    let id: Identifier?
    let attributes: JSONValue
    /// Where its secrets belong.
    let slots: [SecretSlot]
    /// The exports of an AWS account's cost and usage reports (*Cloud Cost Management*), a list; `nil` if nothing is
    /// said of them.
    let dataExports: JSONValue?

    /// The key by which it is found where its id is not known, and by which people know it.
    var key: String { kind.key(of: attributes) }

    /// Where its secrets are sent.
    var destination: DocumentDestination { kind.schema.destination(of: ["attributes": attributes]) }
}

extension StateDocument {
    /// Reads what a file or a response holds: `{"data":{…}}`, and `included` with a `ccm_config` for an AWS account.
    ///
    /// - Parameter body: The whole text.
    /// - Throws: ``InvalidDocument`` with every error.
    init(_ body: JSONValue) throws(InvalidDocument) {
        guard case .object(let members) = body else {
            throw InvalidDocument([Problem(pointer: "", detail: "must be an object, not \(body.kindName)")])
        }
        var problems = members.filter { $0.name != "data" && $0.name != "included" }.map { member in
            Problem(
                pointer: "/" + JSONPointer.escape(member.name.string),
                detail: "is not a member that a state file has; check the spelling"
            )
        }
        let data = body["data"]
        guard let type = data?["type"]?.text?.string,
            let kind = StateKind.allCases.first(where: { $0.schema.type == type })
        else {
            let types = StateKind.allCases.map { "\"\($0.schema.type)\"" }.joined(separator: " or ")
            throw InvalidDocument(
                problems + [Problem(pointer: "/data/type", detail: "is required and must be \(types)")]
            )
        }
        self.kind = kind

        id = data?["id"]?.text.flatMap { Identifier($0.string) }
        if data?["id"] != nil, id == nil {
            problems.append(Problem(pointer: "/data/id", detail: "must be an id that the server gave, or be left out"))
        }

        var placeholders = SecretPlaceholders()
        let filled = placeholders.fill(data?["attributes"] ?? .null, of: kind.schema.attributes)
        slots = placeholders.slots
        problems += placeholders.literalSecrets.map { pointer in
            Problem(
                pointer: pointer,
                detail: "holds a secret, which state files must not: make it \"\" and give the secret when it is asked "
                    + "for, or by --secrets or --secret; if the file was shared, replace the secret where it was issued"
            )
        }
        let (attributes, issues) = Self.attributes(of: data, filled: filled, by: kind.schema)
        self.attributes = attributes
        problems += issues

        let (dataExports, exportIssues) = Self.dataExports(in: body["included"], kind: kind)
        self.dataExports = dataExports
        problems += exportIssues
        guard problems.isEmpty else { throw InvalidDocument(problems) }
    }

    /// The attributes as the schema would store them, and what it finds wrong.
    private static func attributes(
        of data: JSONValue?,
        filled: JSONValue,
        by schema: DocumentSchema
    ) -> (JSONValue, [Problem]) {
        guard case .object(var members)? = data else { return (.null, []) }
        if let index = members.firstIndex(where: { $0.name == "attributes" }) { members[index].value = filled }
        do {
            let parted = try schema.create(["data": .object(members)], id: .nothing) { _ in "" }
            return (parted.document["attributes"] ?? .null, [])
        } catch {
            return (.null, error.problems)
        }
    }

    /// The exports that a `ccm_config` in `included` lists, and what is wrong with it.
    private static func dataExports(in included: JSONValue?, kind: StateKind) -> (JSONValue?, [Problem]) {
        guard let included else { return (nil, []) }
        guard kind == .awsAccount, case .array(let elements) = included, elements.count == 1,
            elements[0]["type"]?.text?.string == DocumentSchema.ccmConfig.type
        else {
            let detail = "may only be a list of one ccm_config, in the file of an AWS account"
            return (nil, [Problem(pointer: "/included", detail: detail)])
        }
        // As requests have it: with another object around the list than responses.
        let request: JSONValue = [
            "type": .string(DocumentSchema.ccmConfig.type),
            "attributes": ["ccm_config": elements[0]["attributes"] ?? .object([])],
        ]
        do {
            let parted = try DocumentSchema.ccmConfig.create(["data": request], id: .nothing) { _ in "" }
            return (parted.document["attributes"]?["ccm_config"]?["data_export_configs"], [])
        } catch {
            let prefix = "/data/attributes/ccm_config"
            return (
                nil,
                error.problems.map { problem in
                    let rest = problem.pointer.dropFirst(problem.pointer.hasPrefix(prefix) ? prefix.count : 0)
                    return Problem(pointer: "/included/0/attributes\(rest)", detail: problem.detail)
                }
            )
        }
    }
}

extension Identifier {
    /// Stands for the id that a document has no use for while it is only read.
    fileprivate static let nothing = Identifier(high: 0, low: 0)
}
