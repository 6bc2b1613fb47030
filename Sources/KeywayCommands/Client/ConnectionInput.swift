import Connections
import Documents

/// One thing that a user gives of a connection, derived from the catalogue: an option, and a question.
struct ConnectionInput: Sendable {
    enum Kind: Sendable, Equatable {
        case text
        /// A wish of updates alone, such as a new external id.
        case flag
        case secret
        /// Named texts, such as headers.
        case entries
        /// Named secrets, such as tokens.
        case secretEntries
    }

    /// The field's name, as documents have it.
    let name: String
    /// The way to it from the `integration` object.
    let path: [String]
    let kind: Kind
    let help: String
    let isRequired: Bool
    /// The type of the credentials that have it; `nil` if all do.
    let credentials: String?
    /// Members that each entry has besides.
    var constants: [(name: String, value: String)] = []

    /// The option that gives it; `nil` of secrets, which are given by `--secret`.
    var option: Option? {
        let hyphenated = path.filter { $0 != "credentials" }.joined(separator: "-").map { $0 == "_" ? "-" : $0 }
        let note = credentials.map { "\(help) (\($0))" } ?? help
        switch kind {
        case .text:
            return Option(name: String(hyphenated), placeholder: name.uppercased(), help: note)
        case .flag: return Option(name: String(hyphenated), placeholder: nil, help: note)
        case .secret: return nil
        case .entries:
            let values = Option.Values.assignment(names: [])
            return Option(
                name: String(hyphenated.dropLast()),
                placeholder: "NAME=VALUE",
                help: note,
                values: values,
                isRepeatable: true
            )
        case .secretEntries:
            return Option(
                name: String(hyphenated.dropLast()),
                placeholder: "NAME[=@FILE]",
                help: note + "; NAME=- reads standard input, plain NAME asks",
                values: .secret(names: []),
                isRepeatable: true
            )
        }
    }

    /// How to give it, for users who did not.
    var advice: String {
        kind == .secret ? "--secret \(name)=@FILE or --secret \(name)=-" : option?.usage ?? name
    }
}

/// An integration of the catalogue, as the command line sees it.
struct IntegrationInputs: Sendable {
    let type: String
    let title: String
    /// The ways to authenticate, by their wire types.
    let credentials: [(type: String, help: String)]
    let inputs: [ConnectionInput]

    static let all = IntegrationCatalogue.all.map(IntegrationInputs.init)

    /// Finds an integration by its wire type, whatever the case.
    static func named(_ name: String) -> IntegrationInputs? {
        all.first { $0.type.lowercased() == name.lowercased() }
    }

    private init(_ integration: Integration) {
        type = integration.type
        title = integration.title
        credentials = integration.credentials.map { ($0.type, $0.help) }
        let isAmbiguous = credentials.count > 1
        inputs =
            integration.fields.flatMap { Self.inputs(of: $0, at: [], of: nil, isRequired: true) }
            + integration.credentials.flatMap { variant in
                variant.fields.flatMap {
                    Self.inputs(
                        of: $0,
                        at: ["credentials"],
                        of: isAmbiguous ? variant.type : nil,
                        isRequired: true
                    )
                }
            }
    }

    /// The inputs that one type of credentials takes.
    func inputs(ofCredentials type: String) -> [ConnectionInput] {
        inputs.filter { $0.credentials == nil || $0.credentials == type }
    }

    /// The names of all integrations' secrets.
    static var allSecretNames: [String] { Set(all.flatMap(\.secretNames)).sorted() }

    var secretNames: [String] { inputs.filter { $0.kind == .secret }.map(\.name) }

    private static func inputs(
        of field: Field,
        at path: [String],
        of credentials: String?,
        isRequired: Bool
    ) -> [ConnectionInput] {
        guard let kind = kind(of: field) else {
            guard case .object(let fields) = field.kind else { return [] }
            return fields.flatMap {
                inputs(of: $0, at: path + [field.name], of: credentials, isRequired: false)
            }
        }
        var input = ConnectionInput(
            name: field.name,
            path: path + [field.name],
            kind: kind,
            help: field.help,
            isRequired: isRequired && field.isRequired,
            credentials: credentials
        )
        if case .keyedList(let list) = field.kind {
            for field in list.fields {
                if case .constant(let value) = field.kind { input.constants.append((field.name, value)) }
            }
        }
        return [input]
    }

    /// The kind of value that a user gives for a field; `nil` if the service sets it, or if it is an object.
    private static func kind(of field: Field) -> ConnectionInput.Kind? {
        switch (field.part, field.kind) {
        case (.issued, _), (.renewed, _): nil
        case (.secret, _): .secret
        case (.reissues, _): .flag
        case (_, .text): .text
        case (_, .keyedList(let list)): list.fields.contains { $0.part == .secret } ? .secretEntries : .entries
        default: nil
        }
    }
}
