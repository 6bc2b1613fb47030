import Cryptography
import Secrets

/// The conditions under which a request for credentials gets a response at all.
///
/// It has to name the very address that was handed out, so that no other name leads here; and it comes from a tool on
/// this machine, not by way of a browser or a proxy.
package struct AmbientGuard: Sendable {
    /// Host and port as they were handed out.
    private let host: String
    /// The text that was handed out with them.
    private let proof: String

    package init(host: String, proof: String) {
        self.host = host.lowercased()
        self.proof = proof
    }

    func admits(_ request: AmbientRequest) -> Bool {
        request.comesFromTool && request.only("host")?.lowercased() == host
    }

    /// Whether that is the proof, compared in a time that tells nothing about it.
    func proves(_ text: String?) -> Bool {
        guard let text, !proof.isEmpty else { return false }
        return Array(text.utf8).withUnsafeBytes { text in
            Array(proof.utf8).withUnsafeBytes { ConstantTime.areEqual(text, $0) }
        }
    }

    /// Whether that is the proof as the password of `Basic` (RFC 7617), whatever the user.
    func provesAsPassword(_ authorization: String?) -> Bool {
        guard let authorization, authorization.lowercased().hasPrefix("basic ") else { return false }
        let digits = Array(authorization.dropFirst("basic ".count).utf8)
        guard let pair = digits.withUnsafeBytes({ Base64.decode($0, .standard) }) else { return false }
        return withExtendedLifetime(pair) {
            guard let colon = pair.bytes.firstIndex(of: UInt8(ascii: ":")) else { return false }
            return proves(String(decoding: pair.bytes[(colon + 1)...], as: UTF8.self))
        }
    }
}

extension AmbientRequest {
    /// Headers of browsers and proxies.
    private static let strange = [
        "origin", "sec-fetch-site", "sec-fetch-mode", "x-forwarded-for", "x-forwarded-host", "forwarded", "via",
    ]

    /// Whether it is a GET that came by way of no browser and no proxy.
    package var comesFromTool: Bool {
        method == "GET" && Self.strange.allSatisfy { values(of: $0).isEmpty }
    }
}
