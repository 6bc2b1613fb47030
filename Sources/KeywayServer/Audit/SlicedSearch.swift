import HTTPServer

/// A search that goes on for a short time whenever it has a turn.
final class SlicedSearch: @unchecked Sendable {
    // Safe to share: one thread at a time has it, which hands it to the next by the line of its key.
    private let slice: () throws -> Response?

    /// - Parameter slice: Goes on for a short time; its response ends the search.
    init(_ slice: @escaping () throws -> Response?) {
        self.slice = slice
    }

    /// - Returns: `nil` if there is more to do.
    func goOn() throws -> Response? { try slice() }
}
