import Platform
package import Secrets

/// The PIN of a token, from the file that `pin-source` names.
package struct PINFile: Sendable {
    /// The PIN, without the end of its line.
    package let pin: Secret
    /// Changes with the file: a PIN that was refused is not tried again until this is another.
    package let stamp: Stamp

    /// The state of a file.
    package struct Stamp: Sendable, Equatable {
        private let inode: UInt64
        private let size: Int64
        private let seconds: Int
        private let nanoseconds: Int

        init(_ status: stat) {
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            #if os(Linux)
                (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
            #else
                (seconds, nanoseconds) = (status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec)
            #endif
        }
    }

    /// The longest PIN, in bytes.
    private static let maximumLength = 1_024

    /// - Throws: ``MasterKeyError``, where the file is not its owner's alone, too.
    package init(_ path: String) throws(MasterKeyError) {
        let file: OpenFile
        do {
            file = try OpenFile(reading: path, O_NONBLOCK)
        } catch .system(_, _, ENOENT) {
            throw .noPIN(path: path, fault: .missing)
        }
        let status = try file.status()
        guard status.st_mode & S_IFMT == S_IFREG else { throw .noPIN(path: path, fault: .notOneLine) }
        let mode = SecretFileMode(status)
        guard mode.isOwnersAlone else { throw .noPIN(path: path, fault: .openToOthers(mode: mode.description)) }
        guard status.st_size <= Self.maximumLength else { throw .noPIN(path: path, fault: .notOneLine) }
        let text = Secret(try file.content(count: Int(status.st_size)))
        let length = text.withBytes { bytes in
            var end = bytes.count
            if end > 0, bytes[end - 1] == UInt8(ascii: "\n") { end -= 1 }
            if end > 0, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
            return bytes[..<end].allSatisfy { $0 >= UInt8(ascii: " ") } ? end : 0
        }
        guard length > 0 else { throw .noPIN(path: path, fault: .notOneLine) }
        pin = text.prefix(length)
        stamp = Stamp(status)
    }
}
