import DatadogClient
import KeywayServer

/// The client and the output of a command that speaks to a server.
struct ClientSession: Sendable {
    let client: Client
    let output: Output
    /// The server's address, for messages.
    let server: String

    /// Reads which server, keys and output are wanted; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - arguments: Of a command that has ``ServerOptions/group``, and one of ``Output``'s groups.
    ///   - retries: Whether to repeat what failed; a person can do that too.
    /// - Throws: ``CommandError`` if there are no keys, or if they would travel in the clear.
    init(_ arguments: Arguments, retries: RetryPolicy = .off) throws(CommandError) {
        let options = try ServerOptions(arguments)
        client = Client(
            Configuration(
                site: options.site,
                apiKey: options.keys.apiKey,
                applicationKey: options.keys.applicationKey,
                retries: retries,
                product: "keyway/\(KeywayVersion.current)"
            )
        )
        output = Output(arguments)
        server = options.address
    }

    /// Performs one operation; where a thing is not found, says which.
    ///
    /// - Parameters:
    ///   - title: What is done, for when it takes long: `Getting the connection`.
    ///   - thing: What may not be there: `connection 01a1…`.
    ///   - list: The command that lists what is there.
    ///   - operation: The operation.
    /// - Returns: Its response.
    /// - Throws: ``CommandError`` that says what the failure means, and what to do next.
    func perform<Result: Sendable>(
        _ title: String,
        on thing: String? = nil,
        listedBy list: String? = nil,
        _ operation: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await Progress.showing(title) { _ in try await operation() }
        } catch let error as DatadogError {
            guard error.code == .notFound, let thing else { throw CommandError(error, from: server) }
            throw CommandError(.notFound, "there is no \(thing) on \(server)", try: list)
        }
    }

    /// Fetches a list, all of it or as much as is wanted.
    func collect<Values: AsyncSequence>(
        _ title: String,
        _ elements: Values,
        limit: Int?
    ) async throws -> [Values.Element] where Values.Element: Sendable {
        do {
            return try await Progress.showing(title) { progress in
                var result: [Values.Element] = []
                for try await element in elements {
                    result.append(element)
                    progress.advance(to: result.count)
                    if result.count == limit { break }
                }
                return result
            }
        } catch let error as DatadogError {
            throw CommandError(error, from: server)
        }
    }
}

extension Option {
    /// For lists.
    static let limit = Option(
        name: "limit",
        placeholder: "N",
        help: "At most this many; default all"
    )
    /// For what can't be undone.
    static let yes = Option(name: "yes", letter: "y", placeholder: nil, help: "Do it without asking")
}

extension Arguments {
    /// Asks whether to do what can't be undone, unless `--yes` is given.
    ///
    /// - Throws: ``CommandError`` if the answer is no, or if nobody is there to ask.
    func confirm(_ question: String) throws(CommandError) {
        if has(.yes) { return }
        guard let prompt = Prompt() else {
            throw .usage("there is no terminal to ask on: say --yes to do it without", of: command)
        }
        guard try prompt.confirms(question) else { throw CommandError(.notFound, "nothing was done") }
    }
}

extension Arguments {
    /// The value of an option that must have one: where it was not given, it is asked for.
    ///
    /// - Throws: ``CommandError`` if nobody is there to ask.
    func required(_ option: Option, asking question: String) throws(CommandError) -> String {
        if let value = self[option] { return value }
        guard let prompt = Prompt() else {
            throw .usage("keyway \(command.name) needs \(option.usage)", of: command)
        }
        return try prompt.requiredText(question)
    }
}
