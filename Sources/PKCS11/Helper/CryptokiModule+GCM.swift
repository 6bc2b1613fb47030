import CPKCS11
import Secrets

/// AES-GCM (NIST SP 800-38D) with nonces of 96 bits and tags of 128.
extension CryptokiModule {
    static let nonceLength = 12
    static let tagLength = 16

    /// Encrypts.
    ///
    /// - Parameters:
    ///   - plaintext: The bytes to encrypt.
    ///   - key: The key.
    ///   - session: A session of the calling thread alone.
    ///   - nonce: Never used before with this key. A module that takes another instead leaves that here.
    ///   - associatedData: Authenticated with them.
    /// - Returns: The ciphertext, and the tag behind it.
    /// - Throws: ``CryptokiError`` of the module.
    func encrypt(
        _ plaintext: UnsafeRawBufferPointer,
        with key: CK_OBJECT_HANDLE,
        _ session: CK_SESSION_HANDLE,
        nonce: inout [UInt8],
        associatedData: [UInt8]
    ) throws(CryptokiError) -> [UInt8] {
        var ciphertext = [UInt8](repeating: 0, count: plaintext.count + 2 * Self.tagLength)
        var length = CK_ULONG(ciphertext.count)
        let begun = Self.withMechanism(&nonce, associatedData) { mechanism in
            let begun = functions.C_EncryptInit?(session, mechanism, key)
            guard begun == CKR_OK else { return (begun, nil as CK_RV?) }
            let count = CK_ULONG(plaintext.count)
            return (begun, functions.C_Encrypt?(session, Self.bytes(plaintext), count, &ciphertext, &length))
        }
        try check("C_EncryptInit", begun.0)
        try check("C_Encrypt", begun.1)
        guard Int(length) == plaintext.count + Self.tagLength else {
            throw CryptokiError(function: "C_Encrypt", code: CKR_FUNCTION_FAILED)
        }
        ciphertext.removeLast(ciphertext.count - Int(length))
        return ciphertext
    }

    /// Decrypts what ``encrypt(_:with:_:nonce:associatedData:)`` returns.
    func decrypt(
        _ ciphertext: [UInt8],
        with key: CK_OBJECT_HANDLE,
        _ session: CK_SESSION_HANDLE,
        nonce: [UInt8],
        associatedData: [UInt8]
    ) throws(CryptokiError) -> Secret {
        var nonce = nonce
        var codes: (begun: CK_RV?, done: CK_RV?) = (nil, nil)
        // Some modules write the tag's length more.
        var length = CK_ULONG(ciphertext.count)
        let plaintext = SecretBuffer(count: ciphertext.count) { plaintext in
            codes = Self.withMechanism(&nonce, associatedData) { mechanism in
                let begun = functions.C_DecryptInit?(session, mechanism, key)
                guard begun == CKR_OK else { return (begun, nil) }
                let output = plaintext.assumingMemoryBound(to: UInt8.self).baseAddress
                let count = CK_ULONG(ciphertext.count)
                let done = ciphertext.withUnsafeBytes { ciphertext in
                    functions.C_Decrypt?(session, Self.bytes(ciphertext), count, output, &length)
                }
                return (begun, done)
            }
        }
        try check("C_DecryptInit", codes.begun)
        try check("C_Decrypt", codes.done)
        guard Int(length) == ciphertext.count - Self.tagLength else {
            throw CryptokiError(function: "C_Decrypt", code: CKR_FUNCTION_FAILED)
        }
        return Secret(plaintext, range: 0..<Int(length))
    }

    private static func withMechanism<Result>(
        _ nonce: inout [UInt8],
        _ associatedData: [UInt8],
        _ body: (UnsafeMutablePointer<CK_MECHANISM>) -> Result
    ) -> Result {
        nonce.withUnsafeMutableBufferPointer { nonce in
            associatedData.withUnsafeBytes { data in
                var parameters = CK_GCM_PARAMS(
                    pIv: nonce.baseAddress,
                    ulIvLen: CK_ULONG(nonce.count),
                    ulIvBits: CK_ULONG(nonce.count * 8),
                    pAAD: bytes(data),
                    ulAADLen: CK_ULONG(data.count),
                    ulTagBits: CK_ULONG(tagLength * 8)
                )
                return withUnsafeMutablePointer(to: &parameters) { parameters in
                    var mechanism = CK_MECHANISM(
                        mechanism: CK_MECHANISM_TYPE(CKM_AES_GCM),
                        pParameter: parameters,
                        ulParameterLen: CK_ULONG(MemoryLayout<CK_GCM_PARAMS>.size)
                    )
                    return body(&mechanism)
                }
            }
        }
    }

    /// Bytes as the module's functions take those that they only read.
    private static func bytes(_ bytes: UnsafeRawBufferPointer) -> UnsafeMutablePointer<UInt8>? {
        UnsafeMutablePointer(mutating: bytes.assumingMemoryBound(to: UInt8.self).baseAddress)
    }
}
