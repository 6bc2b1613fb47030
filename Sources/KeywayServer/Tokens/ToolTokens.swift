import Access
import ActService
import AmbientCredentials
import Documents
import NetworkTypes
import Secrets
import Storage
import Synchronization

/// The act tokens that clouds' own tools get where they ask for their cloud's credentials: each of one connection.
///
/// An access token gets an act token that is made from it, and so do keys. An act token gets itself, so that it is never
/// wider, lives no longer, and ends with its own revocation.
struct ToolTokens: Sendable {
    private let store: any AccessStore & ChangeStore
    private let access: ConnectionAccess
    private let keys: ActTokenKeys
    private let identifiers: IdentifierGenerator
    private let given = GivenTokens()

    init(
        store: any AccessStore & ChangeStore,
        access: ConnectionAccess,
        keys: ActTokenKeys,
        identifiers: IdentifierGenerator
    ) {
        self.store = store
        self.access = access
        self.keys = keys
        self.identifiers = identifiers
    }

    /// A token of a connection.
    ///
    /// - Parameters:
    ///   - connection: The connection.
    ///   - call: The call of who asks.
    ///   - text: The text that they have shown, which is given back to who acts by an act token.
    /// - Returns: The token.
    /// - Throws: ``APIError`` for an act token of another connection; the errors of access and store.
    func token(of connection: Identifier, for call: Call, shown text: String?) async throws -> AmbientToken {
        try access.require(.resolver, on: connection, for: call.principal)
        try await keys.prepare()
        if let own = call.principal.actToken {
            guard own.limits.connections.contains(connection), let text, let end = call.principal.expiresAt
            else { throw APIError(403, "The act token is not for this connection.") }
            return try ambient(own.id, text, until: end)
        }
        let organization = call.principal.organization
        let current = given.current(for: .init(credential: call.principal.credential, connection: connection))
        let token = try await current.token(
            if: { try store.actToken($0.id, in: organization) != nil },
            until: call.principal.expiresAt
        ) {
            try await make(for: connection, call)
        }
        return try ambient(token.id, try keys.text(of: token.id), until: token.expiresAt)
    }

    private func ambient(_ id: Identifier, _ text: String, until end: Timestamp) throws -> AmbientToken {
        let secret = try keys.secretAccessKey(of: id).withBytes { String(decoding: $0, as: UTF8.self) }
        let pair = AmbientToken.KeyPair(
            accessKeyID: ActToken.accessKeyID(of: KeyDigest(of: text)),
            secretAccessKey: secret
        )
        return AmbientToken(text: text, keyPair: pair, expiresAt: end)
    }

    private func make(for connection: Identifier, _ call: Call) async throws -> GivenToken {
        let id = identifiers.next()
        let now = Timestamp.now
        let end = Timestamp(microseconds: now.microseconds + AmbientTokens.lifetime * 1_000_000)
        let token = ActToken(
            id: id,
            organization: call.principal.organization,
            owner: call.principal.user,
            source: ActToken.Source(call.principal.proof),
            name: "credentials of a cloud's tool",
            digest: KeyDigest(of: try keys.text(of: id)),
            limits: ActToken.Limits(connections: [connection]),
            createdAt: now,
            expiresAt: min(end, call.principal.expiresAt ?? end)
        )
        let change = call.change(
            [.createActToken(token)],
            events: call.event("act_token.create", on: "act_tokens", id, details: token.details)
        )
        try await store.commit(change).requireCommitted()
        return GivenToken(id: id, expiresAt: token.expiresAt)
    }
}

/// A token that was given to a tool. Its text is derived from its id again, and kept nowhere.
private struct GivenToken: ExpiringToken {
    let id: Identifier
    let expiresAt: Timestamp
}

/// The tokens that were given last: all who ask with one credential for one connection get the same.
private final class GivenTokens: Sendable {
    struct Place: Hashable {
        let credential: Identifier
        let connection: Identifier
    }

    /// Places that are remembered at most; then all are forgotten.
    private static let remembered = 10_000
    private let tokens = Mutex<[Place: CurrentToken<GivenToken>]>([:])

    func current(for place: Place) -> CurrentToken<GivenToken> {
        tokens.withLock { tokens in
            if let current = tokens[place] { return current }
            if tokens.count >= Self.remembered { tokens.removeAll() }
            let current = CurrentToken<GivenToken>()
            tokens[place] = current
            return current
        }
    }
}
