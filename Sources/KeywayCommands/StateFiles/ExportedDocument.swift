import Documents

/// A server's document as an export writes it into a file.
struct ExportedDocument: Sendable {
    let kind: StateKind
    let id: Identifier
    /// The name by which people know it.
    let key: String
    let slug: String
    let text: String

    /// The name of its file, unless a file of another name holds it already.
    var fileName: String { "\(kind.directory)/\(slug.isEmpty ? "" : slug + "-")\(id).json" }
}

/// The result of an export, in numbers.
struct ExportSummary: Sendable, Equatable {
    var created = 0
    var changed = 0
    var unchanged = 0
    var removed: [String] = []
    /// Files of an earlier export whose documents the server does not have any more.
    var stale: [String] = []
}
