import Cryptography

/// The line after the last page of a backup, with the digest of all before it. SQLite does not look there.
enum BackupSeal {
    private static let prefix = Array("keyway-backup-sha256:".utf8)
    private static let digits = 2 * Digest.length
    static let length = prefix.count + digits + 1

    static func line(_ digest: Digest) -> [UInt8] {
        prefix + digest.description.utf8 + [UInt8(ascii: "\n")]
    }

    /// The digest that the line states, in hexadecimal digits; `nil` if it is no such line.
    static func digest(in line: some Collection<UInt8>) -> String? {
        guard line.count == length, line.starts(with: prefix) else { return nil }
        return String(decoding: line.dropFirst(prefix.count).prefix(digits), as: UTF8.self)
    }
}
