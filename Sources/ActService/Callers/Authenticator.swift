package import Access
import Documents
package import Storage
import Synchronization

/// Finds out who a caller is, by a credential.
///
/// Remembers its findings, by digests, never keys, until the store tells of a change of keys, users, roles or
/// registrations: at once where no other process has the store, else within its ``AccessStore/accessStaleness``.
package final class Authenticator: Sendable {
    private struct Memory {
        var generation: UInt64 = 0
        var sessions: [Credential: Session] = [:]
    }

    private let store: any AccessStore
    private let limiter: RateLimiter
    private let uses: KeyUses
    private let memory = Mutex(Memory())

    /// Credentials that are remembered at most; then all are forgotten.
    private static let remembered = 10_000

    package init(store: any AccessStore, limiter: RateLimiter, uses: KeyUses) {
        self.store = store
        self.limiter = limiter
        self.uses = uses
    }

    /// The session of a credential that is remembered, which is noted to be used; `nil` if the store has to be asked.
    package func knownSession(for credential: Credential) -> Session? {
        store.accessGeneration.flatMap { remembered(credential, in: $0) }
    }

    /// The session of a credential, which is noted to be used. It may block, as the store's reads do.
    ///
    /// - Parameters:
    ///   - credential: The credential.
    ///   - anew: Whether to read again what others may have changed since.
    /// - Returns: The session.
    /// - Throws: ``GateError`` if the credential is not valid; ``StoreError`` if the store can't tell.
    package func session(for credential: Credential, askingAnew anew: Bool = false) throws -> Session {
        // Before the session is read: it is no older than this.
        let known = anew ? nil : store.accessGeneration
        let generation = try known ?? store.currentAccessGeneration()
        if let session = remembered(credential, in: generation) { return session }
        let session = try open(credential)
        session.uses.note(at: .now)
        memory.withLock { memory in
            guard memory.generation == generation else { return }
            if memory.sessions.count >= Self.remembered { memory.sessions.removeAll() }
            memory.sessions[credential] = session
        }
        return session
    }

    private func remembered(_ credential: Credential, in generation: UInt64) -> Session? {
        let now = Timestamp.now
        let session: Session? = memory.withLock { memory in
            // A caller who asked for current data may know more than the store has heard.
            if memory.generation < generation {
                memory.sessions.removeAll(keepingCapacity: true)
                memory.generation = generation
            }
            guard let session = memory.sessions[credential] else { return nil }
            guard session.isGood(at: now) else {
                memory.sessions[credential] = nil
                return nil
            }
            return session
        }
        session?.uses.note(at: now)
        return session
    }

    /// An API key, for what needs no application key, and its share of requests, if there is a limit.
    ///
    /// - Throws: ``GateError`` if the key is not valid; ``StoreError`` if the store can't tell.
    package func apiKey(_ digest: KeyDigest) throws -> (key: APIKey, bucket: TokenBucket?) {
        guard let key = try store.apiKey(digest: digest) else { throw GateError.unknownAPIKey }
        uses.use(of: key).note(at: .now)
        return (key, limiter.bucket(of: key.id, named: "api_key"))
    }

    private func open(_ credential: Credential) throws -> Session {
        switch credential {
        case .keys(let apiKey, let applicationKey):
            guard let apiKey = try store.apiKey(digest: apiKey),
                let applicationKey = try store.applicationKey(digest: applicationKey),
                let session = try session(of: apiKey, applicationKey)
            else { throw GateError.unknownKeys }
            return session
        case .accessToken(let digest):
            guard let token = try store.accessToken(digest: digest), let session = try session(of: token) else {
                throw GateError.unknownToken
            }
            return session
        case .actToken(let digest):
            guard let session = try session(of: try store.actToken(digest: digest)) else {
                throw GateError.unknownToken
            }
            return session
        case .accessKey(let id):
            guard let digests = AccessKeyID.digests(of: id),
                let session = try session(of: try store.actToken(digests: digests))
            else { throw GateError.unknownAccessKey }
            return session
        }
    }

    private func session(of apiKey: APIKey, _ applicationKey: ApplicationKey) throws -> Session? {
        guard
            let user = try store.user(applicationKey.owner, in: applicationKey.organization),
            let principal = Principal(
                apiKey: apiKey,
                applicationKey: applicationKey,
                user: user,
                ownRoles: try store.roles(of: user).compactMap(\.own)
            )
        else { return nil }
        return Session(
            principal: principal,
            bucket: limiter.bucket(of: principal.credential, named: "application_key"),
            uses: uses.uses(of: apiKey, applicationKey, user)
        )
    }

    private func session(of token: AccessToken) throws -> Session? {
        guard
            token.isGood(at: .now), let user = try store.user(token.owner, in: token.organization),
            let principal = Principal(
                accessToken: token,
                user: user,
                ownRoles: try store.roles(of: user).compactMap(\.own)
            )
        else { return nil }
        // Delegated tokens come and go, and what is counted stays in memory: theirs counts as their owner's.
        let counted = token.kind == .delegated ? token.owner : token.id
        return Session(
            principal: principal,
            bucket: limiter.bucket(of: counted, named: "access_token"),
            uses: uses.uses(of: token, user)
        )
    }

    private func session(of token: ActToken?) throws -> Session? {
        guard let token, token.isGood(at: .now), let source = try session(of: token.source, in: token.organization)
        else { return nil }
        return source.limited(to: token)
    }

    /// The session of the credential that an act token was made from, as that credential is now.
    private func session(of source: ActToken.Source, in organization: Identifier) throws -> Session? {
        switch source {
        case .keys(let apiKey, let applicationKey):
            guard let apiKey = try store.apiKey(apiKey, in: organization),
                let applicationKey = try store.applicationKey(applicationKey, in: organization)
            else { return nil }
            return try session(of: apiKey, applicationKey)
        case .accessToken(let token):
            guard let token = try store.accessToken(token, in: organization) else { return nil }
            return try session(of: token)
        }
    }
}

/// The remembered facts of a valid credential.
package struct Session: Sendable {
    package let principal: Principal
    /// The share of requests of the application key or the access token, or `nil` if there is no limit.
    package let bucket: TokenBucket?
    let uses: SessionUses

    func isGood(at time: Timestamp) -> Bool { principal.expiresAt.map { time < $0 } ?? true }

    /// The session of an act token that was made from the credential of this one: requests and uses count as the
    /// credential's.
    func limited(to token: ActToken) -> Session {
        Session(principal: principal.limited(to: token), bucket: bucket, uses: uses)
    }
}
