import Documents
import Secrets

/// A token that a third party issued for a connection.
struct MintedToken: Sendable {
    enum Content: Sendable {
        /// Sent as it is (RFC 6750).
        case bearer(Secret)
        /// Keys to sign with.
        case session(AWSCredentials)
    }

    let content: Content
    let issued: Timestamp
    let expiry: Timestamp
    /// Its serial among those that servers share, if it is one of these.
    var sharedSerial: Int64?

    /// Whether it is AWS' kind of token.
    var isSession: Bool {
        if case .session = content { true } else { false }
    }

    /// The parts that must not come back to a caller.
    var secrets: [Secret] {
        switch content {
        case .bearer(let token): [token]
        case .session(let session): [session.secretAccessKey] + (session.sessionToken.map { [$0] } ?? [])
        }
    }

    /// Until when it is used: a fifth of its life before it ends, five minutes at most.
    var lastUse: Timestamp {
        let margin = min(300_000_000, max(0, expiry.microseconds - issued.microseconds) / 5)
        return Timestamp(microseconds: expiry.microseconds - margin)
    }
}
