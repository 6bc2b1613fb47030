import COpenSSL

/// SHA-256 (FIPS 180-4), by OpenSSL: it uses the processor's own instructions, where libsodium takes four times as
/// long.
package enum SHA256 {
    package static func digest(of bytes: UnsafeRawBufferPointer) -> Digest {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { output in
            guard let output = output.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
            keyway_sha256(bytes.baseAddress, bytes.count, output)
        }
        return Digest(words: words)
    }

    package static func digest(of bytes: [UInt8]) -> Digest {
        bytes.withUnsafeBytes { digest(of: $0) }
    }

    /// The digest of a text's UTF-8.
    package static func digest(of text: String) -> Digest {
        var text = text
        return text.withUTF8 { digest(of: UnsafeRawBufferPointer($0)) }
    }
}
