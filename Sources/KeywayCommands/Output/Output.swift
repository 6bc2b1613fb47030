import DatadogClient

/// Prints a server's response in the user's format.
struct Output: Sendable {
    enum Format: String, CaseIterable, Sendable {
        case table, json, yaml
    }

    let format: Format
    let isQuiet: Bool

    private static let formatOption = Option(
        name: "output",
        letter: "o",
        placeholder: "FORMAT",
        help: "table for people (the default); json or yaml for programs: the API's own documents",
        values: .oneOf(Format.allCases.map(\.rawValue)),
        variables: ["KEYWAY_OUTPUT"]
    )
    private static let quiet = Option(name: "quiet", letter: "q", placeholder: nil, help: "Print only ids")

    /// For commands that show what has an id.
    static let options = OptionGroup(title: "Output", options: [formatOption, quiet])
    /// For commands whose result has no id, or would be lost with it alone.
    static let formatOptions = OptionGroup(title: "Output", options: [formatOption])

    init(_ arguments: Arguments) {
        format = arguments[Self.formatOption].flatMap(Format.init) ?? .table
        isQuiet = arguments.has(Self.quiet)
    }

    /// Prints a list; as a document it is `{"data": […]}`.
    ///
    /// - Parameters:
    ///   - values: The values.
    ///   - columns: What a table shows of them.
    ///   - noun: What they are, in the plural, for where there are none.
    /// - Throws: ``CommandError`` if it can't be written.
    func list<Value: APIValue & Identifiable>(
        _ values: [Value],
        _ columns: [Column<Value>],
        noun: String
    ) throws(CommandError) where Value.ID == String {
        if isQuiet {
            try Terminal.print(values.map { TextLayout.printable($0.id) + "\n" }.joined())
        } else if format != .table {
            try document(["data": .array(values.map(\.json))])
        } else if values.isEmpty {
            Terminal.printError("There are no \(noun).")
        } else {
            try Terminal.print(Table(columns).list(values, width: Terminal.width))
        }
    }

    /// Prints one value; as a document it is `{"data": {…}}`.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - columns: What a person sees of it.
    ///   - further: What a person sees besides.
    ///   - secrets: Whether a document shows secrets: only where a key was issued just now.
    /// - Throws: ``CommandError`` if it can't be written.
    func one<Value: APIValue & Identifiable>(
        _ value: Value,
        _ columns: [Column<Value>],
        further: [(title: String, text: String)] = [],
        secrets: SecretVisibility = .hidden
    ) throws(CommandError) where Value.ID == String {
        if isQuiet {
            try Terminal.print(TextLayout.printable(value.id) + "\n")
        } else {
            try self.value(value, columns, further: further, secrets: secrets)
        }
    }

    /// Prints one value as ``one(_:_:further:secrets:)`` does, of which there is no id to print alone.
    func value<Value: APIValue>(
        _ value: Value,
        _ columns: [Column<Value>],
        further: [(title: String, text: String)] = [],
        secrets: SecretVisibility = .hidden
    ) throws(CommandError) {
        if format != .table {
            try document(["data": value.json(secrets: secrets)])
        } else {
            try Terminal.print(Table(columns).description(of: value, and: further))
        }
    }

    /// Prints a whole document in the format for programs; as JSON if it is to be a table.
    func document(_ value: JSONValue) throws(CommandError) {
        try Terminal.print(format == .yaml ? DocumentText.yaml(value) : DocumentText.json(value))
    }

    /// Tells a person what was done; programs see it by the exit code.
    func done(_ text: String) {
        if format == .table, !isQuiet { Terminal.printError(text) }
    }
}
