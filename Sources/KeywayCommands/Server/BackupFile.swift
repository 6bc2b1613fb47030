import Cryptography
import Platform

/// A new file, of mode 0600, that has its name only once it is whole and on the disk.
final class BackupFile {
    let path: String
    /// Where it is written meanwhile, beside its place.
    let temporaryPath: String
    private let descriptor: Int32
    private var isPublished = false

    /// - Throws: ``CommandError`` if there is something at `path`, which stays as it is, or nothing can be created
    ///   there.
    init(creating path: String) throws(CommandError) {
        self.path = path
        var status = stat()
        guard lstat(path, &status) != 0 else { throw Self.exists(path) }
        var template = Array((path + ".XXXXXX").utf8CString)
        descriptor = mkstemp(&template)
        temporaryPath = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        guard descriptor >= 0 else { throw Self.failure("create", path) }
    }

    deinit {
        if !isPublished {
            unlink(temporaryPath)
            unlink(temporaryPath + "-journal")
        }
        if descriptor >= 0 { close(descriptor) }
    }

    /// Writes the digest of the file's content behind it: ``BackupSeal``.
    func seal() throws(CommandError) {
        var digest = SHA256Stream()
        var buffer = [UInt8](repeating: 0, count: 1_048_576)
        var end: off_t = 0
        while true {
            let count = pread(descriptor, &buffer, buffer.count, end)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure("read", path) }
            if count == 0 { break }
            buffer.withUnsafeBytes { digest.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            end += off_t(count)
        }
        guard let digest = digest.finish() else {
            throw CommandError(.cannotCreate, "cannot write \(path): no memory is left")
        }
        var line = BackupSeal.line(digest)[...]
        while !line.isEmpty {
            let count = line.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, end) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("write", path) }
            line = line.dropFirst(count)
            end += off_t(count)
        }
    }

    /// Gives the file its name, once its content is on the disk.
    func publish() throws(CommandError) {
        guard fsync(descriptor) == 0 else { throw Self.failure("write", path) }
        // Unlike `rename`, this overwrites nothing; not all file systems have links.
        if link(temporaryPath, path) == 0 {
            unlink(temporaryPath)
        } else if errno == EEXIST {
            throw Self.exists(path)
        } else if rename(temporaryPath, path) != 0 {
            throw Self.failure("create", path)
        }
        isPublished = true
        let directory = open(Self.directory(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw Self.failure("write", path) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw Self.failure("write", path) }
    }

    private static func directory(of path: String) -> String {
        switch path.lastIndex(of: "/") {
        case nil: "."
        case path.startIndex: "/"
        case let slash?: String(path[..<slash])
        }
    }

    private static func exists(_ path: String) -> CommandError {
        CommandError(.cannotCreate, "\(path) exists, and is not overwritten: it may be the only copy of its time")
    }

    private static func failure(_ action: String, _ path: String) -> CommandError {
        CommandError(.cannotCreate, "cannot \(action) \(path): \(String(cString: strerror(errno)))")
    }
}
