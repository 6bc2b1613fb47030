import Cryptography
import Secrets

extension SecretEnvelope {
    /// Encodes fields that stay as they are, and behind them secrets, sealed.
    ///
    /// - Parameters:
    ///   - kept: Fields of `old`.
    ///   - old: The encoding that kept fields are copied from.
    ///   - secrets: The secrets to seal.
    ///   - dataKey: The key to seal them under.
    ///   - nonces: A nonce for each of them.
    ///   - fieldData: The associated data of all fields, without the field's name.
    ///   - wrappedKey: The data key, wrapped.
    /// - Returns: The encoding.
    static func encode(
        keeping kept: [Field] = [],
        of old: SecretEnvelope? = nil,
        sealing secrets: [Vault.FieldSecret],
        under dataKey: SealingKey,
        nonces: inout NonceSupply,
        fieldData: AssociatedData,
        wrappedKey: WrappedDataKey
    ) -> [UInt8] {
        let head = wrappedKey.head
        var length = head.count + 4
        for field in kept {
            length += 8 + field.name.count + field.box.count
        }
        for (field, secret) in secrets {
            length += 8 + field.utf8.count + secret.count + SealingKey.overhead
        }
        var fieldData = fieldData
        return [UInt8](unsafeUninitializedCapacity: length) { output, initialized in
            var writer = Writer(memory: UnsafeMutableRawBufferPointer(output)[..<length])
            writer.reserve(head.count).copyBytes(from: head)
            writer.write(number: kept.count + secrets.count)
            old?.bytes.withUnsafeBytes { bytes in
                for field in kept {
                    writer.write(counted: UnsafeRawBufferPointer(rebasing: bytes[field.name]))
                    writer.write(counted: UnsafeRawBufferPointer(rebasing: bytes[field.box]))
                }
            }
            for (field, secret) in secrets {
                var field = field
                field.withUTF8 { name in
                    let name = UnsafeRawBufferPointer(name)
                    writer.write(counted: name)
                    writer.write(number: secret.count + SealingKey.overhead)
                    let box = writer.reserve(secret.count + SealingKey.overhead)
                    fieldData.with(field: name) { data in
                        secret.withBytes { plaintext in
                            dataKey.seal(plaintext, nonce: nonces.next(), associatedData: data, into: box)
                        }
                    }
                }
            }
            initialized = length
        }
    }

    /// Writes into memory from its beginning to its end.
    private struct Writer {
        var rest: Slice<UnsafeMutableRawBufferPointer>

        init(memory: Slice<UnsafeMutableRawBufferPointer>) {
            rest = memory
        }

        /// The next `count` bytes, for the caller to write.
        mutating func reserve(_ count: Int) -> UnsafeMutableRawBufferPointer {
            precondition(count <= rest.count, "the length of an encoding is known before")
            defer { rest = rest.dropFirst(count) }
            return UnsafeMutableRawBufferPointer(rebasing: rest.prefix(count))
        }

        mutating func write(number: Int) {
            withUnsafeBytes(of: UInt32(number).bigEndian) { reserve(4).copyMemory(from: $0) }
        }

        mutating func write(counted bytes: UnsafeRawBufferPointer) {
            write(number: bytes.count)
            reserve(bytes.count).copyMemory(from: bytes)
        }
    }
}
