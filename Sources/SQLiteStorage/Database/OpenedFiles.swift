import Platform

/// The files of an open data directory, by device and inode.
///
/// SQLite goes on with files that were unlinked or replaced since it opened them. What it then commits is durable in a
/// file that nobody finds again.
struct OpenedFiles: Sendable {
    private struct Identity: Equatable {
        let device: dev_t
        let inode: ino_t
    }

    private let files: [(path: String, identity: Identity)]

    /// Remembers what is at the paths now, the database first; a path without a file is left out.
    init(_ paths: [String]) {
        files = paths.compactMap { path in Self.look(at: path).map { (path, $0.identity) } }
    }

    /// The path of a file that is not where it was, if there is one, and the length of the database.
    func look() -> (firstMissing: String?, databaseBytes: Int) {
        var databaseBytes = 0
        for (index, file) in files.enumerated() {
            guard let found = Self.look(at: file.path), found.identity == file.identity else {
                return (file.path, databaseBytes)
            }
            if index == 0 { databaseBytes = found.bytes }
        }
        return (nil, databaseBytes)
    }

    /// The file at a path, or `nil` if there is none. It is never opened: closing a descriptor of a database drops the
    /// locks that SQLite holds on it.
    private static func look(at path: String) -> (identity: Identity, bytes: Int)? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return (Identity(device: status.st_dev, inode: status.st_ino), Int(status.st_size))
    }
}
