import Access
import Platform
import SQLiteStorage
import TestSupport

extension TemporaryDirectory {
    var database: String { self("keyway.db") }
    var log: String { self("keyway.db-wal") }

    /// Creates or opens a store here.
    func store() throws -> SQLiteStore {
        try SQLiteStore.create(in: path, digest: testDigest)
    }
}

/// Writes a file again.
func write(_ bytes: some Collection<UInt8>, toFile path: String) {
    guard let file = fopen(path, "w") else { fatalError("cannot write a file of the test") }
    defer { fclose(file) }
    _ = Array(bytes).withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
}

/// A digest for tests, of no cryptographic strength (FNV-1a, spread over four words).
func testDigest(_ bytes: UnsafeRawBufferPointer) -> KeyDigest {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return KeyDigest(words: SIMD4(hash, hash &* 3, hash &* 5, hash &* 7))
}
