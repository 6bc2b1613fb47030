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

/// Makes tokens.
package protocol AmbientTokenSource: Sendable {
    /// A new token, which lives for ``AmbientTokens/lifetime`` where it may.
    func newToken() async throws -> AmbientToken
}

/// The token that is given out at present.
///
/// Tools ask again in each thread and each process: all of them get the same token until it is to be renewed, and
/// however many ask at once, one is made.
package actor AmbientTokens {
    /// How long a token should live, in seconds. botocore asks again with each request when less than 15 minutes are
    /// left, and fails when less than 10 are.
    package static let lifetime: Int64 = 3_600
    /// How long before its end a token is given out no longer, in seconds: more than the 15 minutes of botocore and the
    /// 5 of Azure's and Google's libraries, so that a tool that renews gets a new one.
    package static let margin: Int64 = 1_200

    private let source: any AmbientTokenSource
    private let now: @Sendable () -> Timestamp
    private var current: (token: AmbientToken, renewal: Timestamp)?
    private var making: Task<AmbientToken, any Error>?

    package init(source: any AmbientTokenSource, now: @escaping @Sendable () -> Timestamp = { .now }) {
        self.source = source
        self.now = now
    }

    /// The present token, or a new one.
    package func token() async throws -> AmbientToken {
        if let current, now() < current.renewal { return current.token }
        if let making { return try await making.value }
        let source = source
        let task = Task { try await source.newToken() }
        making = task
        defer { making = nil }
        let asked = now()
        let token = try await task.value
        // One that lives for less is renewed when a third of its life is left.
        let life = token.expiresAt.microseconds - asked.microseconds
        let margin = min(Self.margin * 1_000_000, max(0, life / 3))
        current = (token, Timestamp(microseconds: token.expiresAt.microseconds - margin))
        return token
    }
}
