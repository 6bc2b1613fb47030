/// The place of a store: a directory of this machine, or a database of PostgreSQL.
enum StoreLocation: Sendable {
    /// The embedded store's directory.
    case directory(String)
    case database(DatabaseLocation)

    /// The place that an option names: a directory, or a database as ``DatabaseLocation/init(place:of:)`` reads it.
    init(place text: String, of option: Option) throws(CommandError) {
        if let database = try DatabaseLocation(place: text, of: option) {
            self = .database(database)
            return
        }
        let directory = DataLocation.absolute(text)
        guard directory != "/", !directory.hasSuffix("/..") else {
            throw CommandError(.usage, "--\(option.name) must name a data directory, such as /var/lib/keyway")
        }
        self = .directory(directory)
    }

    /// The place as messages name it; no password is in it.
    var name: String {
        switch self {
        case .directory(let directory): directory
        case .database(let database): database.name
        }
    }

    /// The options that name the place, for a command to try next.
    var options: String {
        switch self {
        case .directory(let directory): "--data-dir \(directory)"
        case .database(let database): database.options
        }
    }

    /// The heading of the place in what `keyway init` prints.
    var title: String {
        switch self {
        case .directory: "Data directory"
        case .database: "Database"
        }
    }

    /// The directory, for a command that works on its files.
    ///
    /// - Parameter advice: Tells what takes the place of the command where the store is a database.
    /// - Returns: The directory.
    /// - Throws: ``CommandError`` with the advice where the store is a database.
    func directory(orElse advice: String) throws(CommandError) -> String {
        guard case .directory(let directory) = self else { throw CommandError(.configuration, advice) }
        return directory
    }
}
