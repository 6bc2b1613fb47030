import Cryptography

/// The encoding of a record's sealed secrets, taken apart.
///
/// Numbers are 32 bits wide, most significant byte first:
///
/// | bytes | content |
/// | --- | --- |
/// | 1 | the encoding's version: 1 under a master key in memory, 2 under one in hardware |
/// | 4 | version 2 alone: how many bytes follow as the next |
/// | 72, or as many | the data key, 32 bytes, wrapped by the master key: in version 1 in a box |
/// | 4 | how many fields follow |
/// | 4, then as many | a field's name, in UTF-8 |
/// | 4, then as many | the field's secret, in a box under the data key |
///
/// The last two lines stand once for each field, and nothing stands behind them. A box is a nonce (24 bytes), the
/// ciphertext and a tag (16 bytes), see ``SealingKey``; what it is bound to is told at ``SealingContext``.
struct SecretEnvelope {
    /// One field: where its name and its box lie.
    struct Field {
        let name: Range<Int>
        let box: Range<Int>
    }

    static let boxLength = SealingKey.length + SealingKey.overhead

    let bytes: [UInt8]
    /// Where the wrapped data key lies.
    let wrappedKey: Range<Int>
    /// Whether a master key in hardware wrapped it.
    let isWrappedInHardware: Bool
    let fields: [Field]

    init(parsing bytes: [UInt8]) throws(VaultError) {
        var reader = Reader(bytes: bytes)
        switch try reader.next(1).first.map({ bytes[$0] }) {
        case WrappedDataKey.versionInMemory:
            isWrappedInHardware = false
            wrappedKey = try reader.next(SecretEnvelope.boxLength)
        case WrappedDataKey.versionInHardware:
            isWrappedInHardware = true
            wrappedKey = try reader.next(reader.nextLength())
        default: throw .damaged
        }
        let count = try reader.nextLength()
        var fields: [Field] = []
        // Not more than fit, whatever a garbled count says.
        fields.reserveCapacity(min(count, bytes.count / (8 + SealingKey.overhead)))
        for _ in 0..<count {
            let name = try reader.next(reader.nextLength())
            let box = try reader.next(reader.nextLength())
            guard box.count >= SealingKey.overhead else { throw .damaged }
            fields.append(Field(name: name, box: box))
        }
        guard reader.position == bytes.count else { throw .damaged }
        self.bytes = bytes
        self.fields = fields
    }

    /// The data key as it is wrapped.
    var wrappedDataKey: WrappedDataKey {
        WrappedDataKey(bytes: Array(bytes[wrappedKey]), isInHardware: isWrappedInHardware)
    }

    /// The same fields behind another wrapping of their data key.
    func with(_ key: WrappedDataKey) -> [UInt8] {
        key.head + bytes[wrappedKey.upperBound...]
    }

    func name(of field: Field) -> String {
        String(decoding: bytes[field.name], as: UTF8.self)
    }
}

/// A data key as a master key wrapped it.
struct WrappedDataKey {
    static let versionInMemory: UInt8 = 1
    static let versionInHardware: UInt8 = 2

    let bytes: [UInt8]
    let isInHardware: Bool

    /// The beginning of an encoding.
    var head: [UInt8] {
        guard isInHardware else { return [Self.versionInMemory] + bytes }
        return [Self.versionInHardware] + withUnsafeBytes(of: UInt32(bytes.count).bigEndian) { Array($0) } + bytes
    }
}

extension SecretEnvelope {
    /// Walks through the encoding, never beyond its end.
    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        mutating func next(_ count: Int) throws(VaultError) -> Range<Int> {
            guard count <= bytes.count - position else { throw .damaged }
            defer { position += count }
            return position..<position + count
        }

        mutating func nextLength() throws(VaultError) -> Int {
            try next(4).reduce(0) { $0 << 8 | Int(bytes[$1]) }
        }
    }
}
