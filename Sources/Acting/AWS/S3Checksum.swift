import Cryptography
import Secrets

/// A checksum of an object's bytes, as S3 takes it in a header (Amazon S3 User Guide, "Checking object integrity").
///
/// Others of S3's are passed on for S3 to verify.
enum S3Checksum: String {
    case crc32
    case crc32c
    case crc64nvme
    case sha256

    init?(_ algorithm: Substring) {
        self.init(rawValue: String(algorithm))
    }

    /// The algorithm that a header is for.
    ///
    /// - Parameter name: The header's name in lower case.
    /// - Returns: `nil` if it holds no checksum.
    static func algorithm(ofHeader name: String) -> Substring? {
        let prefix = "x-amz-checksum-"
        return name.hasPrefix(prefix) && name.utf8.count > prefix.utf8.count ? name.dropFirst(prefix.count) : nil
    }

    /// The checksum in base64, as headers have it.
    func text(of buffer: SecretBuffer) -> String {
        withExtendedLifetime(buffer) {
            switch self {
            case .crc32: Self.base64(Self.polynomial32.remainder(of: buffer.bytes))
            case .crc32c: Self.base64(Self.castagnoli.remainder(of: buffer.bytes))
            case .crc64nvme: Self.base64(Self.polynomial64.remainder(of: buffer.bytes))
            case .sha256: Self.base64(SHA256.digest(of: buffer.bytes))
            }
        }
    }

    private static let polynomial32 = CyclicRedundancyCheck<UInt32>(reflected: 0xEDB8_8320)
    private static let castagnoli = CyclicRedundancyCheck<UInt32>(reflected: 0x82F6_3B78)
    private static let polynomial64 = CyclicRedundancyCheck<UInt64>(reflected: 0x9A6C_9329_AC4B_C9B5)

    private static func base64(_ value: some FixedWidthInteger) -> String {
        withUnsafeBytes(of: value.bigEndian) { encoded($0) }
    }

    private static func base64(_ digest: Digest) -> String {
        digest.withBytes { encoded($0) }
    }

    private static func encoded(_ bytes: UnsafeRawBufferPointer) -> String {
        let buffer = Base64.encode(bytes, .standard)
        return withExtendedLifetime(buffer) { String(decoding: buffer.bytes, as: UTF8.self) }
    }
}

/// A cyclic redundancy check of reflected bits, which begins with all of them set and ends with all of them turned.
struct CyclicRedundancyCheck<Word: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
    private let table: [Word]

    init(reflected polynomial: Word) {
        table = (0..<256).map { byte in
            (0..<8).reduce(Word(byte)) { word, _ in word & 1 == 0 ? word >> 1 : word >> 1 ^ polynomial }
        }
    }

    func remainder(of bytes: UnsafeRawBufferPointer) -> Word {
        table.withUnsafeBufferPointer { table in
            var word = ~Word(0)
            for byte in bytes { word = word >> 8 ^ table[Int(UInt8(truncatingIfNeeded: word) ^ byte)] }
            return ~word
        }
    }
}
