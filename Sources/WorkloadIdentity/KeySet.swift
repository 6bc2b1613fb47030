import Cryptography
import Documents
import JSONReading
package import Secrets

/// The keys that an issuer publishes as a JSON web key set (RFC 7517), as far as they verify tokens here.
package struct KeySet: Sendable {
    private struct Element: Sendable {
        let id: JSONText?
        let key: WebTokenKey
    }

    /// The most keys that a set may have, of whatever kind.
    private static let keysAtMost = 100

    private let elements: [Element]

    /// Reads a key set. Keys for other uses and of other kinds are left out, as section 5 wants it.
    ///
    /// - Throws: ``IssuerFailure/malformedKeys`` if no key is left.
    package init(parsing text: SecretBuffer) throws(IssuerFailure) {
        guard let document = try? JSONReader.read(text), case .array(let keys)? = document["keys"],
            keys.count <= Self.keysAtMost
        else { throw .malformedKeys }
        elements = keys.compactMap { value in
            Self.key(value).map { Element(id: value["kid"]?.text, key: $0) }
        }
        guard !elements.isEmpty else { throw .malformedKeys }
    }

    /// The key of that id and algorithm; of a token without an id, the only key of its algorithm.
    func key(_ id: JSONText?, _ algorithm: WebTokenKey.Algorithm) -> WebTokenKey? {
        let fitting = elements.filter { $0.key.algorithm == algorithm && (id == nil || $0.id == id) }
        return fitting.count == 1 ? fitting[0].key : nil
    }

    private static func key(_ value: JSONValue) -> WebTokenKey? {
        guard value["use"].map({ $0.text.map { $0 == "sig" } ?? false }) ?? true, mayVerify(value["key_ops"]) else {
            return nil
        }
        let key: WebTokenKey?
        switch value["kty"]?.text?.string {
        case "RSA":
            guard let modulus = bytes(value["n"]), let exponent = bytes(value["e"]) else { return nil }
            key = try? WebTokenKey(modulus: modulus.bytes, exponent: exponent.bytes)
        case "EC":
            guard value["crv"]?.text.map({ $0 == "P-256" }) ?? false, let x = bytes(value["x"]),
                let y = bytes(value["y"])
            else { return nil }
            key = try? WebTokenKey(x: x.bytes, y: y.bytes)
        default:
            return nil
        }
        // A key that is meant for another algorithm is not used for this one.
        guard let key, value["alg"].map({ $0.text.map { $0 == key.algorithm.rawValue } ?? false }) ?? true else {
            return nil
        }
        return key
    }

    private static func mayVerify(_ operations: JSONValue?) -> Bool {
        switch operations {
        case nil: true
        case .array(let values)?: values.contains { $0.text.map { $0 == "verify" } ?? false }
        default: false
        }
    }

    private static func bytes(_ value: JSONValue?) -> SecretBuffer? {
        value?.text?.withUTF8 { Base64.decode(UnsafeRawBufferPointer($0), .urlSafe) }
    }
}
