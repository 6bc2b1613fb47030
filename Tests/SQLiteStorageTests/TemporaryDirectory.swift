import Access
import Foundation
import Platform
import SQLiteStorage

/// A directory of its own, removed with its last reference.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/keyway-test-XXXXXX\0".utf8.map(CChar.init))
        path = template.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress, mkdtemp(start) != nil else { fatalError("no temporary directory") }
            return String(cString: start)
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    var database: String { path + "/keyway.db" }
    var log: String { path + "/keyway.db-wal" }

    /// Creates or opens a store here.
    func store() throws -> SQLiteStore {
        try SQLiteStore.create(in: path, digest: testDigest)
    }
}

/// The bytes of a file, or `nil` if there is none.
func bytes(ofFile path: String) -> [UInt8]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    fseek(file, 0, SEEK_END)
    let size = ftell(file)
    rewind(file)
    // Of no capacity, the standard library writes the length of the empty array that all share.
    guard size > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        count = fread(buffer.baseAddress, 1, size, file)
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
