import Cryptography
import Documents
import Scrubbing
import Secrets

/// A text of a request that is complete except for its secrets.
struct PlannedText: Sendable {
    indirect enum Part: Sendable {
        case text(String)
        /// The secret at an address, written so that it stays one value.
        case secret(String, TextEscape)
        /// The base64 of user name, colon and password.
        case basic(PlannedText, PlannedText)
    }

    var parts: [Part]

    init(_ parts: [Part]) {
        self.parts = parts
    }

    init(_ text: String) {
        parts = [.text(text)]
    }

    /// The addresses of its secrets.
    var addresses: [String] {
        parts.flatMap { part -> [String] in
            switch part {
            case .text: []
            case .secret(let address, _): [address]
            case .basic(let user, let password): user.addresses + password.addresses
            }
        }
    }

    /// The text with a mask in the place of each secret.
    var masked: String {
        parts.map { part in
            if case .text(let text) = part { text } else { ScrubMask.text }
        }.joined()
    }

    enum Place {
        case header
        case elsewhere
    }

    /// The text with its secrets.
    func resolve(_ secrets: inout OpenedSecrets, for place: Place) throws(ActFailure) -> Secret {
        // Most headers are a caller's own.
        if parts.count == 1, case .text(let text) = parts[0] { return Secret(copying: text.utf8) }
        var result = SecretText()
        for part in parts {
            switch part {
            case .text(let text): result.append(text)
            case .secret(let address, let escape):
                let secret = try secrets.take(address)
                if place == .header, secret.containsControl {
                    throw ActFailure(
                        .secretUnusable,
                        "the secret at \(address) holds a line break or another control character, and cannot stand "
                            + "in a header: send it again without"
                    )
                }
                result.append(escape.escape(secret))
            case .basic(let user, let password): result.append(try Self.basic(user, password, &secrets))
            }
        }
        return result.joined()
    }

    private static func basic(
        _ user: PlannedText,
        _ password: PlannedText,
        _ secrets: inout OpenedSecrets
    ) throws(ActFailure) -> Secret {
        let name = try user.resolve(&secrets, for: .header)
        // RFC 7617, section 2: it would end the name.
        guard !name.withBytes({ $0.contains(UInt8(ascii: ":")) }) else {
            throw ActFailure(.secretUnusable, "basic authentication takes no user name with a colon in it")
        }
        var pair = SecretText()
        pair.append(name)
        pair.append(":")
        pair.append(try password.resolve(&secrets, for: .elsewhere))
        let encoded = Secret(pair.joined().withBytes { Base64.encode($0, .standard) })
        secrets.note(encoded)
        return encoded
    }
}

extension Secret {
    /// Whether it holds a control character, which no header may.
    var containsControl: Bool {
        withBytes { $0.contains { $0.isASCIIControl && $0 != UInt8(ascii: "\t") } }
    }
}
