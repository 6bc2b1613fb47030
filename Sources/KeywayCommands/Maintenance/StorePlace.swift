import Storage

/// A store that is read whole, or made: by its data directory.
struct StorePlace: Sendable, Equatable {
    let directory: String

    /// The place as messages name it.
    var name: String { directory }
    /// The options that name it, for a command to try next.
    var options: String { "--data-dir \(directory)" }

    init(_ text: String, of option: Option) throws(CommandError) {
        directory = DataLocation.absolute(text)
        guard directory != "/", !directory.hasSuffix("/..") else {
            throw CommandError(.usage, "--\(option.name) must name a data directory, such as /var/lib/keyway")
        }
    }

    init(_ location: DataLocation) throws(CommandError) {
        directory = try location.store.directory(
            orElse: "only data directories are read whole: PostgreSQL has its own tools for a database"
        )
    }
}
