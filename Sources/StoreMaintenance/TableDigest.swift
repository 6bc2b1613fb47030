import Cryptography
import Storage

/// The SHA-256 digest of a table's rows in their order, whatever store they are in.
struct TableDigest: ~Copyable {
    private var stream = SHA256Stream()
    private var buffer: [UInt8] = []

    /// How many bytes are digested at once.
    private static let capacity = 65_536

    mutating func append(_ row: StoredRow) {
        for value in row {
            switch value {
            case .null: buffer.append(0)
            case .integer(let integer):
                buffer.append(1)
                append(integer)
            case .text(let text):
                buffer.append(2)
                append(Int64(text.count))
                buffer += text
            case .bytes(let bytes):
                buffer.append(3)
                append(Int64(bytes.count))
                buffer += bytes
            }
        }
        if buffer.count >= Self.capacity { flush() }
    }

    /// The digest of all that was appended, as hexadecimal digits; to be called once.
    mutating func finish() -> String {
        flush()
        guard let digest = stream.finish() else { preconditionFailure("there is memory for a digest") }
        return digest.description
    }

    private mutating func append(_ integer: Int64) {
        withUnsafeBytes(of: integer.bigEndian) { buffer.append(contentsOf: $0) }
    }

    private mutating func flush() {
        buffer.withUnsafeBytes { stream.append($0) }
        buffer.removeAll(keepingCapacity: true)
    }
}
