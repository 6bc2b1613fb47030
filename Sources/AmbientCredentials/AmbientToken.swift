package import Documents

/// A token that clouds' own tools get in the place of a cloud's credentials: it works through Keyway alone.
package struct AmbientToken: Sendable, CustomStringConvertible, CustomReflectable {
    /// The same token as a pair of AWS keys.
    package struct KeyPair: Sendable {
        package let accessKeyID: String
        package let secretAccessKey: String

        package init(accessKeyID: String, secretAccessKey: String) {
            self.accessKeyID = accessKeyID
            self.secretAccessKey = secretAccessKey
        }
    }

    package let text: String
    package let keyPair: KeyPair?
    package let expiresAt: Timestamp

    package init(text: String, keyPair: KeyPair?, expiresAt: Timestamp) {
        self.text = text
        self.keyPair = keyPair
        self.expiresAt = expiresAt
    }

    /// Nothing of it.
    package var description: String { "<token>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension AmbientToken: ExpiringToken {}

/// Makes tokens.
package protocol AmbientTokenSource: Sendable {
    /// A new token, which lives for ``AmbientTokens/lifetime`` where it may.
    func newToken() async throws -> AmbientToken
}

/// The tokens of one command: its one source, and the token that is given out at present.
package struct AmbientTokens: Sendable {
    /// How long a token should live, in seconds. botocore asks again with each request when less than 15 minutes are
    /// left, and fails when less than 10 are.
    package static let lifetime: Int64 = 3_600

    private let source: any AmbientTokenSource
    private let current: CurrentToken<AmbientToken>

    package init(source: any AmbientTokenSource, now: @escaping @Sendable () -> Timestamp = { .now }) {
        self.source = source
        current = CurrentToken(now: now)
    }

    /// The present token, or a new one.
    package func token() async throws -> AmbientToken {
        let source = source
        return try await current.token { try await source.newToken() }
    }
}
