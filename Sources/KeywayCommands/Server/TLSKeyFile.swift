import Platform
import Secrets
import Vault

/// The file of the private key that belongs to the server's certificate.
enum TLSKeyFile {
    /// A key of 16,384 bits and the longest of chains beside it take a tenth.
    private static let longest = 256 * 1_024

    /// Reads the key, which nobody but the file's owner may read or write: a file, or a pipe that a shell passes as
    /// `/dev/fd/63`.
    ///
    /// - Throws: ``CommandError`` if it can't be read, or if it is open to others.
    static func read(_ path: String) throws(CommandError) -> Secret {
        var mode: SecretFileMode?
        var count: Int?
        let buffer = SecretBuffer(count: longest + 1) { memory in
            count = FileContent.read(path, into: memory) { status in
                mode = SecretFileMode(status)
                return mode?.isOwnersAlone == true
            }
        }
        if let mode, !mode.isOwnersAlone { throw isOpen("the TLS key file \(path)", path, mode) }
        guard let count, count <= longest else {
            throw CommandError(.input, "cannot read \(path): check that it exists and that this user may read it")
        }
        let text = buffer.bytes[..<count].withoutByteOrderMark
        return Secret(buffer, range: text.startIndex..<text.endIndex)
    }

    /// Refuses a certificate file that has the key in it, as some programs want it, and that others can read.
    static func requireClosed(_ path: String, ifItHoldsAKey content: [UInt8]) throws(CommandError) {
        var status = stat()
        guard String(decoding: content, as: UTF8.self).contains("PRIVATE KEY-----"), stat(path, &status) == 0 else {
            return
        }
        let mode = SecretFileMode(status)
        guard mode.isOwnersAlone else {
            throw isOpen("the certificate file \(path) has a private key in it and", path, mode)
        }
    }

    private static func isOpen(_ file: String, _ path: String, _ mode: SecretFileMode) -> CommandError {
        CommandError(.input, "\(file) is open to other users (mode \(mode)): run `chmod 600 \(path)`")
    }
}
