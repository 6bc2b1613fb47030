import Cryptography

/// The encoding of a record's sealed secrets, taken apart.
///
/// Numbers are 32 bits wide, most significant byte first:
///
/// | bytes | content |
/// | --- | --- |
/// | 1 | the encoding's version, 1 |
/// | 72 | the data key, 32 bytes in a box under the master key |
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

    static let version: UInt8 = 1
    static let wrappedKeyRange = 1..<1 + SealingKey.length + SealingKey.overhead

    let bytes: [UInt8]
    let fields: [Field]

    init(parsing bytes: [UInt8]) throws(VaultError) {
        var reader = Reader(bytes: bytes)
        guard try reader.next(1).first.map({ bytes[$0] }) == SecretEnvelope.version else { throw .damaged }
        _ = try reader.next(SecretEnvelope.wrappedKeyRange.count)
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

    func name(of field: Field) -> String {
        String(decoding: bytes[field.name], as: UTF8.self)
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
