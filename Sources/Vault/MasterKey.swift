import Cryptography
import Secrets

/// One master key: it wraps data keys, and nothing else.
package struct MasterKey: Sendable {
    /// Where the key is, and so where it wraps.
    enum Place: Sendable {
        case memory(LockedMemory)
        case hardware(any HardwareKey)
    }

    /// Eight hexadecimal digits, which name the key wherever it is used.
    package let id: String
    let place: Place

    /// A new key.
    init() {
        self.init(LockedMemory(randomCount: SealingKey.length))
    }

    /// A key of given bytes.
    init(_ memory: LockedMemory) {
        place = .memory(memory)
        id = MasterKey.id(of: memory)
    }

    /// A key in hardware.
    package init(_ key: any HardwareKey) {
        place = .hardware(key)
        id = key.id
    }

    /// Whether the key is in hardware.
    package var isInHardware: Bool {
        if case .hardware = place { true } else { false }
    }

    /// The beginning of a digest of the key under a label of its own: it tells nothing of use about a random key, and
    /// a key that was copied with a wrong digit does not fit its id.
    private static func id(of memory: LockedMemory) -> String {
        let label: StaticString = "keyway master key id 1"
        let digest = ScratchMemory.with(byteCount: label.utf8CodeUnitCount + memory.count) { scratch in
            scratch.copyMemory(from: UnsafeRawBufferPointer(start: label.utf8Start, count: label.utf8CodeUnitCount))
            memory.withBytes { key in
                UnsafeMutableRawBufferPointer(rebasing: scratch.suffix(key.count)).copyMemory(from: key)
            }
            return SHA256.digest(of: UnsafeRawBufferPointer(scratch))
        }
        return String(digest.description.prefix(8))
    }

    /// Wraps a data key by a key in memory.
    static func wrap(
        _ dataKey: UnsafeRawBufferPointer,
        by memory: LockedMemory,
        nonce: UnsafeRawBufferPointer,
        associatedData: AssociatedData
    ) -> [UInt8] {
        let length = SealingKey.length + SealingKey.overhead
        return [UInt8](unsafeUninitializedCapacity: length) { box, initialized in
            let box = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(box)[..<length])
            memory.withBytes { key in
                associatedData.bytes.withUnsafeBytes { data in
                    SealingKey(borrowing: key).seal(dataKey, nonce: nonce, associatedData: data, into: box)
                }
            }
            initialized = length
        }
    }

    /// Unwraps a data key by a key in memory.
    ///
    /// - Returns: The data key, or `nil` if it is not authentic.
    static func unwrap(
        _ box: UnsafeRawBufferPointer,
        by memory: LockedMemory,
        associatedData: AssociatedData
    ) -> Secret? {
        var isAuthentic = false
        let dataKey = SecretBuffer(count: SealingKey.length) { dataKey in
            isAuthentic = memory.withBytes { key in
                associatedData.bytes.withUnsafeBytes { data in
                    SealingKey(borrowing: key).open(box, associatedData: data, into: dataKey)
                }
            }
        }
        return isAuthentic ? Secret(dataKey) : nil
    }
}

extension MasterKey: CustomStringConvertible, CustomReflectable {
    package var description: String { id }
    package var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
