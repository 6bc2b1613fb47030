import Platform
import Secrets

extension MasterKeyList {
    /// Makes a new key and a file for it, of mode 0600; when this returns, the file is on the disk.
    ///
    /// - Throws: ``MasterKeyError/exists(path:)`` if there is something at `path`, which stays as it is.
    package static func create(at path: String) throws(MasterKeyError) -> MasterKeyList {
        let list = MasterKeyList()
        do {
            try list.write(toNewFile: path)
        } catch .system(_, _, EEXIST) {
            throw .exists(path: path)
        }
        try synchronizeDirectory(of: path)
        return list
    }

    /// Reads a master key file, which nobody but its owner may read or write.
    ///
    /// - Throws: ``MasterKeyError``.
    package static func load(from path: String) throws(MasterKeyError) -> MasterKeyList {
        let file: OpenFile
        do {
            // Whatever stands there, opening does not wait for it.
            file = try OpenFile(reading: path, O_NONBLOCK)
        } catch .system(_, _, ENOENT) {
            throw .missing(path: path)
        }
        let status = try file.status()
        guard status.st_mode & S_IFMT == S_IFREG else { throw .noRegularFile(path: path) }
        let mode = SecretFileMode(status)
        guard mode.isOwnersAlone else { throw .openToOthers(path: path, mode: mode.description) }
        guard status.st_size <= maximumLength else { throw .malformed(source: path, line: 1, fault: .tooLong) }
        let text = try file.content(count: Int(status.st_size))
        return try withExtendedLifetime(text) { () throws(MasterKeyError) in try parse(text.bytes, source: path) }
    }

    /// Adds an active key to a master key file, which at every moment is whole, with that key or without.
    ///
    /// - Parameters:
    ///   - uri: The key, in hardware; `nil` for a new one whose bytes stand in the file.
    ///   - path: The file.
    ///   - named: A key in hardware that was used without standing in the file. It stands there from now on; and where
    ///     there is no file yet, one is made.
    /// - Returns: The keys that the file holds from then on.
    /// - Throws: ``MasterKeyError``; the file is as it was, unless its directory could not be written to the disk.
    @discardableResult
    package static func activate(
        _ uri: HardwareKeyURI? = nil,
        at path: String,
        naming named: HardwareKeyURI? = nil
    ) throws(MasterKeyError) -> MasterKeyList {
        // The new file is made before the old one is read: of two changes at one time one finds it there and ends, and
        // no key is lost.
        let temporaryPath = path + ".new"
        let file: OpenFile
        do {
            file = try OpenFile(creating: temporaryPath, mode: 0o600)
        } catch .system(_, _, EEXIST) {
            throw .changeUnderWay(path: path, temporaryPath: temporaryPath)
        }
        let list: MasterKeyList
        do throws(MasterKeyError) {
            list = try read(path, naming: named).activating(uri)
            if let old = try existing(path) { try file.takeOwner(from: old) }
            try list.write(to: file)
            guard rename(temporaryPath, path) == 0 else {
                throw .system(path: path, action: "replace", code: errno)
            }
        } catch {
            unlink(temporaryPath)
            throw error
        }
        try synchronizeDirectory(of: path)
        return list
    }

    /// The keys in a file, with one in hardware before them unless they name it. Where there is one, the file may be
    /// missing.
    ///
    /// - Throws: ``MasterKeyError``.
    package static func read(
        _ path: String,
        naming named: HardwareKeyURI?
    ) throws(MasterKeyError) -> MasterKeyList {
        do {
            return try load(from: path).naming(named)
        } catch .missing where named != nil {
            return MasterKeyList(named.map { [.hardware($0)] } ?? [])
        }
    }

    private static func existing(_ path: String) throws(MasterKeyError) -> stat? {
        do {
            return try OpenFile(reading: path).status()
        } catch .system(_, _, ENOENT) {
            return nil
        }
    }

    /// Reads master keys from an environment variable, and then overwrites its value and removes it, so that neither
    /// child processes nor the system's view of this one show it. To be called before other threads start.
    ///
    /// - Returns: `nil` if there is no such variable, or it is empty.
    /// - Throws: ``MasterKeyError/malformed(source:line:fault:)``.
    package static func takeFromEnvironment(_ name: String) throws(MasterKeyError) -> MasterKeyList? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        let text = UnsafeRawBufferPointer(start: value, count: strlen(value))
        defer {
            explicit_bzero(value, text.count)
            unsetenv(name)
        }
        return try parse(text, source: "the environment variable \(name)")
    }

    private func write(toNewFile path: String) throws(MasterKeyError) {
        let file = try OpenFile(creating: path, mode: 0o600)
        do throws(MasterKeyError) {
            try write(to: file)
        } catch {
            unlink(path)
            throw error
        }
    }

    private func write(to file: borrowing OpenFile) throws(MasterKeyError) {
        let text = text
        try withExtendedLifetime(text) { () throws(MasterKeyError) in try file.append(text.bytes) }
        try file.synchronize()
    }

    /// Makes a new or replaced name of a file durable.
    private static func synchronizeDirectory(of path: String) throws(MasterKeyError) {
        let directory =
            switch path.lastIndex(of: "/") {
            case nil: "."
            case path.startIndex: "/"
            case let slash?: String(path[..<slash])
            }
        try OpenFile(reading: directory, O_DIRECTORY).synchronize()
    }
}
