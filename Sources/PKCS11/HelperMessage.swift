import Secrets

/// The messages of server and helper: frames of a length (32 bits), the number of the request (64 bits), a byte
/// that says what it is, and content. Numbers have their most significant byte first.
enum HelperMessage {
    /// The server's requests.
    enum Request: UInt8 {
        /// The first: which module, token and key, and the PIN. The reply is the key's id.
        case open = 1
        /// Associated data, counted, and a data key. The reply is the wrapped key.
        case wrap = 2
        /// Associated data, counted, and a wrapped key. The reply is the data key.
        case unwrap = 3
        /// Asks for a proof that the key wraps and unwraps. The reply is empty.
        case probe = 4
    }

    /// The helper's replies.
    enum Reply: UInt8 {
        case done = 0
        /// The wrapped key is not authentic.
        case notAuthentic = 1
        /// It could not be done, for the reason that is the content.
        case unavailable = 2
        /// The same, and the reason is the PIN: trying it again may lock the token.
        case pinRefused = 3
    }

    static let headLength = 13
    /// The longest content.
    static let maximumLength = 65_536

    /// A frame, in memory that is zeroed.
    static func frame(_ number: UInt64, _ kind: UInt8, _ parts: [UnsafeRawBufferPointer]) -> Secret {
        let length = parts.reduce(0) { $0 + $1.count }
        precondition(length <= maximumLength, "a frame has no more than its reader takes")
        return Secret(
            SecretBuffer(count: headLength + length) { memory in
                withUnsafeBytes(of: UInt32(length).bigEndian) { memory.copyBytes(from: $0) }
                withUnsafeBytes(of: number.bigEndian) { number in
                    UnsafeMutableRawBufferPointer(rebasing: memory[4...]).copyBytes(from: number)
                }
                memory[12] = kind
                var rest = memory[headLength...]
                for part in parts {
                    UnsafeMutableRawBufferPointer(rebasing: rest).copyMemory(from: part)
                    rest = rest.dropFirst(part.count)
                }
            }
        )
    }

    /// The head of a frame.
    struct Head {
        let length: Int
        let number: UInt64
        let kind: UInt8

        /// - Parameter bytes: ``HelperMessage/headLength`` bytes.
        init(_ bytes: UnsafeRawBufferPointer) {
            length = bytes[0..<4].reduce(0) { $0 << 8 | Int($1) }
            number = bytes[4..<12].reduce(0) { $0 << 8 | UInt64($1) }
            kind = bytes[12]
        }
    }
}

/// Content of frames that is made of parts behind their lengths (32 bits).
struct CountedParts {
    private let content: Secret
    private var position = 0

    init(_ content: Secret) {
        self.content = content
    }

    /// The next part, or `nil` if there is none, or it is cut off.
    mutating func next() -> Secret? {
        let start = position + 4
        guard start <= content.count else { return nil }
        let length = content.withBytes { $0[position..<start].reduce(0) { $0 << 8 | Int($1) } }
        guard length <= content.count - start else { return nil }
        position = start + length
        return content[start..<position]
    }

    /// The content behind the parts that were taken.
    var rest: Secret { content[position..<content.count] }

    /// The encoding of parts.
    static func encode(_ parts: [Secret]) -> Secret {
        Secret(
            SecretBuffer(count: parts.reduce(0) { $0 + 4 + $1.count }) { memory in
                var rest = memory[...]
                for part in parts {
                    withUnsafeBytes(of: UInt32(part.count).bigEndian) { length in
                        UnsafeMutableRawBufferPointer(rebasing: rest).copyMemory(from: length)
                    }
                    rest = rest.dropFirst(4)
                    part.withBytes { UnsafeMutableRawBufferPointer(rebasing: rest).copyMemory(from: $0) }
                    rest = rest.dropFirst(part.count)
                }
            }
        )
    }
}

extension Secret {
    /// Part of it.
    subscript(range: Range<Int>) -> Secret {
        withBytes { bytes in Secret(copying: bytes[range]) }
    }

    var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}
