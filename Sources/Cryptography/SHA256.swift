import CSodium

/// SHA-256 (FIPS 180-4).
package enum SHA256 {
    package static func digest(of bytes: UnsafeRawBufferPointer) -> Digest {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { output in
            guard let output = output.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
            let input = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
            // It fails for no input, and needs no start of the library.
            _ = crypto_hash_sha256(output, input, UInt64(bytes.count))
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
