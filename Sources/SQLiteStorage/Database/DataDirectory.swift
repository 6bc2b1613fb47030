import Platform
import Storage

/// The directory that holds the database, locked against other processes while this lives.
final class DataDirectory: Sendable {
    let databasePath: String
    let lockPath: String
    private let lock: Int32

    /// Locks the directory. If `creating`, it makes what is missing: the directory with its parents (mode 0700), and an
    /// empty database (0600).
    init(path: String, creating: Bool) throws(StoreError) {
        if creating {
            try Self.createDirectory(path)
            try Self.checkDirectory(path)
            databasePath = Self.databasePath(in: path)
        } else {
            databasePath = try Self.existingDatabase(in: path)
        }
        lockPath = path + "/" + Self.lockName
        lock = try Self.lock(lockPath, of: path)
        // From here on deinit frees the lock.
        if creating { try Self.createFile(databasePath) }
    }

    deinit { close(lock) }

    static let databaseName = "keyway.db"
    static let lockName = "keyway.lock"

    static func databasePath(in path: String) -> String { path + "/" + databaseName }

    /// The path of the database in a directory, which is not locked.
    static func existingDatabase(in path: String) throws(StoreError) -> String {
        try checkDirectory(path)
        let database = databasePath(in: path)
        if access(database, F_OK) != 0 && errno == ENOENT {
            throw .unavailable("\(path) holds no Keyway database: create it with `keyway init --data-dir \(path)`")
        }
        return database
    }

    /// Locks a directory by a file in it, for as long as the descriptor is open.
    static func lock(_ file: String, of directory: String) throws(StoreError) -> Int32 {
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw refusal(of: "open", file) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            defer { close(descriptor) }
            guard errno == EWOULDBLOCK else { throw refusal(of: "lock", file) }
            throw .unavailable(
                "\(directory) is in use by another Keyway process: stop that one first, or give another data directory"
            )
        }
        return descriptor
    }

    static func checkDirectory(_ path: String) throws(StoreError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT else { throw refusal(of: "open", path) }
            throw .unavailable("there is no directory \(path): create it with `keyway init --data-dir \(path)`")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw .unavailable("\(path) is no directory: give a directory as the data directory")
        }
    }

    /// Creates a directory, with its parents, unless there is one.
    static func createDirectory(_ path: String) throws(StoreError) {
        guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try createDirectory(String(path[..<slash]))
            if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        }
        throw refusal(of: "create", path)
    }

    /// Creates the file before SQLite would, so that neither it nor its log is ever open to others.
    static func createFile(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw refusal(of: "create", path) }
        close(descriptor)
    }

    static func refusal(of operation: String, _ path: String) -> StoreError {
        let reason = String(cString: strerror(errno))
        return .unavailable(
            "cannot \(operation) \(path): \(reason); let the server's user own the data directory, with write permission"
        )
    }
}
