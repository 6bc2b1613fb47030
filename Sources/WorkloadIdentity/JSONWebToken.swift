import Cryptography
import Documents
import JSONReading
package import Secrets

/// A signed JSON web token in its compact form (RFC 7515, section 7.1), read but not verified yet.
package struct JSONWebToken: Sendable {
    /// The longest token that is read, in bytes. Those of clouds and CI systems have 1 to 4 KiB.
    package static let bytesAtMost = 16 * 1_024
    private static let keyIDBytesAtMost = 256

    /// The algorithm that the header names. It has to be the key's, and chooses nothing.
    let algorithm: WebTokenKey.Algorithm
    let keyID: JSONText?
    /// The claims, which prove nothing before the signature is verified.
    let claims: JSONValue
    private let signed: Secret
    private let signature: SecretBuffer

    /// Reads a token. Line ends behind it are left out: files of tokens end with one.
    package init(parsing text: Secret) throws(TokenRefusal) {
        let parsed = text.withBytes { bytes in
            Result { () throws(TokenRefusal) in try Self.parse(bytes, of: text) }
        }
        self = try parsed.get()
    }

    private init(
        algorithm: WebTokenKey.Algorithm,
        keyID: JSONText?,
        claims: JSONValue,
        signed: Secret,
        signature: SecretBuffer
    ) {
        self.algorithm = algorithm
        self.keyID = keyID
        self.claims = claims
        self.signed = signed
        self.signature = signature
    }

    private static func parse(_ bytes: UnsafeRawBufferPointer, of text: Secret) throws(TokenRefusal) -> JSONWebToken {
        let isLineEnd = { (byte: UInt8) in byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
        let end = bytes.lastIndex { !isLineEnd($0) }.map { $0 + 1 } ?? 0
        guard end <= bytesAtMost else { throw .malformed }
        let parts = bytes[..<end].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        // Five parts are an encrypted token (RFC 7516).
        guard parts.count != 5 else { throw .unsupportedAlgorithm }
        guard parts.count == 3, let header = object(in: parts[0]), let claims = object(in: parts[1]),
            let signature = Base64.decode(UnsafeRawBufferPointer(rebasing: parts[2]), .urlSafe)
        else { throw .malformed }
        guard header["crit"] == nil else { throw .unsupportedExtension }
        guard header["enc"] == nil, let name = header["alg"]?.text,
            let algorithm = WebTokenKey.Algorithm(rawValue: name.string)
        else { throw .unsupportedAlgorithm }
        var keyID: JSONText?
        if let value = header["kid"] {
            guard let text = value.text, text.withUTF8({ $0.count <= keyIDBytesAtMost }) else { throw .malformed }
            keyID = text
        }
        return JSONWebToken(
            algorithm: algorithm,
            keyID: keyID,
            claims: claims,
            signed: text.prefix(parts[1].endIndex),
            signature: signature
        )
    }

    /// The object that a part holds in Base64.
    private static func object(in part: Slice<UnsafeRawBufferPointer>) -> JSONValue? {
        guard let text = Base64.decode(UnsafeRawBufferPointer(rebasing: part), .urlSafe),
            let value = try? JSONReader.read(text), case .object = value
        else { return nil }
        return value
    }

    /// Whether the token is signed by that key, with the key's own algorithm.
    func isSigned(by key: WebTokenKey) -> Bool {
        guard key.algorithm == algorithm else { return false }
        return signed.withBytes { message in
            withExtendedLifetime(signature) { key.verifies(signature.bytes, of: message) }
        }
    }
}

extension JSONWebToken {
    /// The issuer that the token names, which it has yet to prove.
    package var allegedIssuer: String? { claims["iss"]?.text?.string }

    /// The audiences that the token names: one, or a list of them.
    package var allegedAudiences: [String] {
        switch claims["aud"] {
        case .string(let text)?: [text.string]
        case .array(let values)?: values.compactMap { $0.text?.string }
        default: []
        }
    }
}
