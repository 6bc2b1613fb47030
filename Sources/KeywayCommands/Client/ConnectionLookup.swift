import DatadogClient

extension Operand {
    /// For commands that use a connection rather than change it: people know it by its name.
    static let connectionOrName = Operand(
        name: "CONNECTION",
        help: "The connection's id, or its name if no other has it; to look it up needs the permission connections_read"
    )
}

extension ClientSession {
    /// The id of a connection that is given by its id or its name.
    ///
    /// - Throws: ``CommandError`` if none has the name, or several have.
    func connectionID(_ text: String) async throws -> Connection.ID {
        if text.isUUID { return text }
        guard !text.isEmpty else {
            throw CommandError(.usage, "CONNECTION is empty", try: "keyway connections list")
        }
        let found = try await collect("Looking up the connection", client.connections.all(query: text), limit: nil)
            .filter { $0.name == text }
        switch found.count {
        case 1: return found[0].id
        case 0:
            throw CommandError(.notFound, "there is no connection \(text) on \(server)", try: "keyway connections list")
        default:
            throw CommandError(
                .usage,
                "\(found.count) connections have the name \(text): \(found.map(\.id).joined(separator: ", "))",
                try: "the same with one of these ids"
            )
        }
    }

    /// Performs an operation on one connection, which is given by its id or its name.
    func onConnection<Result: Sendable>(
        _ title: String,
        _ text: String,
        _ operation: (Connection.ID) async throws -> Result
    ) async throws -> Result {
        let id = try await connectionID(text)
        return try await perform(title, on: "connection \(text)", listedBy: "keyway connections list") {
            try await operation(id)
        }
    }
}

extension String {
    /// Whether it has the form of a UUID: a name that has it too is never looked up.
    fileprivate var isUUID: Bool {
        let groups = split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.utf8.count) == [8, 4, 4, 4, 12]
            && groups.allSatisfy { $0.allSatisfy { $0.isASCII && $0.isHexDigit } }
    }
}
