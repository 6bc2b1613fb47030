#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The files of an open data directory, by device and inode.
///
/// SQLite goes on with files that were unlinked or replaced since it opened them. What it then commits is durable in a
/// file that nobody finds again.
struct OpenedFiles: Sendable {
    private struct Identity: Equatable {
        let device: dev_t
        let inode: ino_t

        /// The file at the path, or `nil` if there is none. It is never opened: closing a descriptor of a database drops
        /// the locks that SQLite holds on it.
        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = status.st_dev
            inode = status.st_ino
        }
    }

    private let files: [(path: String, identity: Identity)]

    /// Remembers what is at the paths now; a path without a file is left out.
    init(_ paths: [String]) {
        files = paths.compactMap { path in Identity(path).map { (path, $0) } }
    }

    /// The path of a file that is not where it was; `nil` if all are.
    var firstMissing: String? {
        files.first { Identity($0.path) != $0.identity }?.path
    }
}
