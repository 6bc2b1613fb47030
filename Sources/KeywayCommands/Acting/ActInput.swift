import DatadogClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The request that the options of `keyway act` describe.
struct ActInput {
    private static let header = Option(
        name: "header",
        letter: "H",
        placeholder: "'NAME: VALUE'",
        help: "A header; it may be given more than once",
        isRepeatable: true
    )
    private static let query = Option(
        name: "query",
        placeholder: "NAME=VALUE",
        help: "A parameter of the query, which is percent-encoded here; it may be given more than once",
        values: .assignment(names: []),
        isRepeatable: true
    )
    private static let data = Option(
        name: "data",
        placeholder: "TEXT",
        help: "The body: a text, @FILE for a file's content, or - for standard input"
    )
    private static let json = Option(
        name: "json",
        placeholder: "TEXT",
        help: "A JSON body, given as --data is; its Content-Type is application/json unless -H gives another"
    )

    static let options = [header, query, data, json]

    let request: ActRequest

    /// - Throws: ``CommandError`` that names the option or the file, and quotes no value.
    init(_ arguments: Arguments, method: String, path: String) throws(CommandError) {
        let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        var request = ActRequest(method.uppercased(), parts.first ?? "", query: parts.count > 1 ? parts[1] : nil)
        for item in arguments.all(Self.query) {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            request.addQuery(parts[0], parts.count > 1 ? parts[1] : "")
        }
        for line in arguments.all(Self.header) {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw .usage("--header must be 'NAME: VALUE'", of: arguments.command) }
            let value = parts[1].drop { $0 == " " }
            request.headers.append((name: String(parts[0]), value: String(value)))
        }
        try Self.readBody(arguments, into: &request)
        do {
            try request.check()
        } catch {
            throw .usage("this can't be sent: \(error.details)", of: arguments.command)
        }
        self.request = request
    }

    private static func readBody(_ arguments: Arguments, into request: inout ActRequest) throws(CommandError) {
        var input = InputSource()
        switch (arguments[data], arguments[json]) {
        case (nil, nil): break
        case (_?, _?): throw .usage("--data and --json give two bodies: give one", of: arguments.command)
        case (let text?, nil): request.body = Data(try input.body(text, for: "--data"))
        case (nil, let text?):
            let bytes = try input.body(text, for: "--json").withoutByteOrderMark
            do {
                _ = try JSONValue(parsing: Data(bytes))
            } catch {
                throw CommandError(
                    .data,
                    "the value of --json is not JSON: \(error.found)",
                    try: "--data, to send it as it is"
                )
            }
            request.body = Data(bytes)
            if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
                request.headers.append((name: "Content-Type", value: "application/json"))
            }
        }
    }
}

extension InputSource {
    /// A body: the text itself, or what `@FILE` or `-` names.
    fileprivate mutating func body(_ argument: String, for option: String) throws(CommandError) -> [UInt8] {
        if argument == "-" { return try read("-", for: option) }
        guard argument.hasPrefix("@") else { return Array(argument.utf8) }
        return try read(String(argument.dropFirst()), for: option)
    }
}
