package import Platform

/// The permissions of a file with secrets.
package struct SecretFileMode: Sendable, CustomStringConvertible {
    private let bits: mode_t

    package init(_ status: stat) {
        bits = status.st_mode & 0o7777
    }

    /// Whether nobody but the owner may read or write it.
    package var isOwnersAlone: Bool { bits & ~0o600 == 0 }

    /// As `chmod` takes them: `0640`.
    package var description: String { "0" + String(bits, radix: 8) }
}
