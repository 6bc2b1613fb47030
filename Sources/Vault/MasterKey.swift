import Cryptography

/// One master key: it wraps data keys, and nothing else.
package struct MasterKey: Sendable {
    /// Eight hexadecimal digits, which name the key wherever it is used.
    package let id: String
    let memory: LockedMemory

    /// A new key.
    init() {
        self.init(LockedMemory(randomCount: SealingKey.length))
    }

    /// A key of given bytes.
    init(_ memory: LockedMemory) {
        self.memory = memory
        id = MasterKey.id(of: memory)
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

    func wrap(
        _ dataKey: UnsafeRawBufferPointer,
        nonce: UnsafeRawBufferPointer,
        associatedData: AssociatedData,
        into box: UnsafeMutableRawBufferPointer
    ) {
        memory.withBytes { key in
            associatedData.bytes.withUnsafeBytes { data in
                SealingKey(borrowing: key).seal(dataKey, nonce: nonce, associatedData: data, into: box)
            }
        }
    }

    /// Unwraps a data key, if it is authentic.
    func unwrap(
        _ box: UnsafeRawBufferPointer,
        associatedData: AssociatedData,
        into dataKey: UnsafeMutableRawBufferPointer
    ) -> Bool {
        memory.withBytes { key in
            associatedData.bytes.withUnsafeBytes { data in
                SealingKey(borrowing: key).open(box, associatedData: data, into: dataKey)
            }
        }
    }
}

extension MasterKey: CustomStringConvertible, CustomReflectable {
    package var description: String { id }
    package var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
