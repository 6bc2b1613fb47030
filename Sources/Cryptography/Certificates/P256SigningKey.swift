import COpenSSL

/// A private key on P-256, which signs by ECDSA with SHA-256. Its number lies in locked memory, and elsewhere only while
/// it signs.
package final class P256SigningKey: Sendable {
    /// The reason why there is no key, or no signature.
    package struct Failure: Error, Sendable, Equatable {
        package init() {}
    }

    package static let numberLength = 32
    package static let pointLength = 65

    private let number: LockedMemory
    /// The public key: a point of the curve, uncompressed.
    package let point: [UInt8]

    /// Makes a key that nobody else has.
    package init() throws(Failure) {
        var point = [UInt8](repeating: 0, count: Self.pointLength)
        number = try LockedMemory(count: Self.numberLength) { (memory) throws(Failure) in
            let start = memory.assumingMemoryBound(to: UInt8.self).baseAddress
            guard keyway_p256_generate(start, &point) == 1 else { throw Failure() }
        }
        self.point = point
    }

    /// The signature of a message, in DER.
    package func signature(of message: [UInt8]) throws(Failure) -> [UInt8] {
        // Two numbers of 33 bytes at most, with what stands around them.
        var signature = [UInt8](repeating: 0, count: 80)
        var count = signature.count
        let made = number.withBytes { number in
            let start = number.assumingMemoryBound(to: UInt8.self).baseAddress
            return keyway_p256_sign(start, point, message, message.count, &signature, &count)
        }
        guard made == 1 else { throw Failure() }
        return Array(signature[..<count])
    }

    /// Lends the private number, the most significant byte first. It must not be kept: copies of it are not zeroed.
    package func withNumber<Success, Thrown: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Thrown) -> Success
    ) throws(Thrown) -> Success {
        try number.withBytes(body)
    }
}
