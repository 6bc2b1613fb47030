import COpenSSL

/// SHA-256 of what comes piece by piece.
package struct SHA256Stream: ~Copyable {
    private let context: OpaquePointer?
    private var hasFailed: Bool

    package init() {
        context = EVP_MD_CTX_new()
        hasFailed = EVP_DigestInit_ex(context, EVP_sha256(), nil) != 1
    }

    deinit { EVP_MD_CTX_free(context) }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        if EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) != 1 { hasFailed = true }
    }

    /// The digest of all that was appended; `nil` if no memory was left. To be called once.
    package mutating func finish() -> Digest? {
        var bytes = [UInt8](repeating: 0, count: Digest.length)
        guard !hasFailed, EVP_DigestFinal_ex(context, &bytes, nil) == 1 else { return nil }
        return bytes.withUnsafeBytes { Digest($0) }
    }
}
