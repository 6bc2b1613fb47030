import Platform
package import Storage

/// A data directory that is being made: locked against other processes, and empty until the end.
///
/// Its database is put into a directory within it first, where it can be examined and opened as a store. ``finish()``
/// moves it to its place in one step. Without that, the copy of a database is removed again; what is copied row by row
/// stays, to be gone on with.
package final class StoreRestoration {
    /// Where the copy stands until the end, in a directory that can be opened as a store.
    package let stagingDirectory: String
    package var stagedDatabase: String { DataDirectory.databasePath(in: stagingDirectory) }

    private let stagingName: String
    private let directory: String
    private let lockPath: String
    private let lock: Int32
    private let isNewDirectory: Bool
    /// Whether what is in the directory is to be removed if this does not come to its end.
    private var isOurs = false

    /// Makes the directory (mode 0700), unless there is an empty one.
    ///
    /// - Throws: ``StoreError``, with a text that names the path and what to do; what is there stays as it is.
    package convenience init(into directory: String) throws(StoreError) {
        try self.init(into: directory, by: "restore.new", isResumable: false, restarting: true)
    }

    /// The same for what may take several processes: an earlier one's part is there, unless this one is to begin again.
    convenience init(resumableInto directory: String, restarting: Bool) throws(StoreError) {
        try self.init(into: directory, by: "migrate.new", isResumable: true, restarting: restarting)
    }

    private init(
        into directory: String,
        by stagingName: String,
        isResumable: Bool,
        restarting: Bool
    ) throws(StoreError) {
        self.directory = directory
        self.stagingName = stagingName
        stagingDirectory = directory + "/" + stagingName
        lockPath = directory + "/" + DataDirectory.lockName
        isNewDirectory = access(directory, F_OK) != 0 && errno == ENOENT
        if isNewDirectory {
            try DataDirectory.createDirectory(directory)
        } else {
            try DataDirectory.checkDirectory(directory)
            try Self.requireEmpty(directory, except: stagingName)
        }
        lock = try DataDirectory.lock(lockPath, of: directory)
        // Another may have been faster.
        try Self.requireEmpty(directory, except: stagingName)
        isOurs = !isResumable
        if restarting { removeStaging() }
        try DataDirectory.createDirectory(stagingDirectory)
    }

    deinit {
        if isOurs {
            removeStaging()
            unlink(lockPath)
            if isNewDirectory { rmdir(directory) }
        }
        close(lock)
    }

    /// Puts the database into its place, with the owner of its directory. No store may be open in the staging
    /// directory.
    package func finish() throws(StoreError) {
        let database = DataDirectory.databasePath(in: directory)
        var log = stat()
        if stat(stagedDatabase + "-wal", &log) == 0, log.st_size > 0 {
            throw .unavailable("the restored database was not written as a whole; check the disk of \(directory)")
        }
        try Self.synchronize(stagedDatabase)
        guard rename(stagedDatabase, database) == 0 else { throw DataDirectory.refusal(of: "create", database) }
        removeStaging()
        isOurs = false
        // Root restores for the server's user.
        var owner = stat()
        if geteuid() == 0, stat(directory, &owner) == 0 {
            for path in [database, lockPath] where chown(path, owner.st_uid, owner.st_gid) != 0 {
                throw DataDirectory.refusal(of: "give away", path)
            }
        }
        try Self.synchronize(directory)
    }

    /// Refuses a directory with anything in it but what an interrupted process left.
    private static func requireEmpty(_ directory: String, except stagingName: String) throws(StoreError) {
        guard let stream = opendir(directory) else { throw DataDirectory.refusal(of: "open", directory) }
        defer { closedir(stream) }
        var isEmpty = true
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { start in
                start.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name == DataDirectory.databaseName {
                // A server that runs is the better reason.
                close(try DataDirectory.lock(directory + "/" + DataDirectory.lockName, of: directory))
                throw .unavailable(
                    "\(directory) holds a database already, which is not overwritten: move that directory away, or give "
                        + "another data directory"
                )
            }
            if ![".", "..", DataDirectory.lockName, stagingName].contains(name) { isEmpty = false }
        }
        guard isEmpty else {
            throw .unavailable("\(directory) is not empty: give a data directory that is, or one that is not there yet")
        }
    }

    private func removeStaging() {
        for name in [DataDirectory.databaseName, DataDirectory.lockName] {
            for suffix in ["", "-wal", "-shm", "-journal"] { unlink("\(stagingDirectory)/\(name)\(suffix)") }
        }
        rmdir(stagingDirectory)
    }

    private static func synchronize(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DataDirectory.refusal(of: "open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw DataDirectory.refusal(of: "write", path) }
    }
}
