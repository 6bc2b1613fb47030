import Access
import Documents
import HTTPServer
import Storage
import Synchronization

/// Finds out who sends a request, by its two keys.
///
/// Remembers its findings until a change of keys, users, roles or registrations is committed: digests,
/// never keys.
final class Authenticator: Sendable {
    private struct Pair: Hashable {
        let apiKey: KeyDigest
        let applicationKey: KeyDigest
    }

    private struct Memory {
        var generation: UInt64 = 0
        var sessions: [Pair: Session] = [:]
    }

    private let store: any AccessStore
    private let limiter: RateLimiter
    private let uses: KeyUses
    private let memory = Mutex(Memory())

    /// Pairs of keys that are remembered at most; then all are forgotten.
    private static let remembered = 10_000

    init(store: any AccessStore, limiter: RateLimiter, uses: KeyUses) {
        self.store = store
        self.limiter = limiter
        self.uses = uses
    }

    /// The session of the request's keys, which are noted to be used.
    ///
    /// - Throws: ``APIError`` with 403 if a key is missing or wrong; ``StoreError`` if the store can't tell.
    func session(for request: any ServiceRequest) throws -> Session {
        let pair = Pair(
            apiKey: try digest(ofHeader: "DD-API-KEY", of: request),
            applicationKey: try digest(ofHeader: "DD-APPLICATION-KEY", of: request)
        )
        let generation = store.accessGeneration
        let known = memory.withLock { memory in
            if memory.generation != generation {
                memory.sessions.removeAll(keepingCapacity: true)
                memory.generation = generation
            }
            return memory.sessions[pair]
        }
        if let known {
            known.uses.note(at: .now)
            return known
        }
        let session = try open(pair)
        session.uses.note(at: .now)
        memory.withLock { memory in
            guard memory.generation == generation else { return }
            if memory.sessions.count >= Self.remembered { memory.sessions.removeAll() }
            memory.sessions[pair] = session
        }
        return session
    }

    /// The request's API key, for what needs no application key, and its share of requests, if there is a limit.
    ///
    /// - Throws: ``APIError`` with 403 if it is missing or wrong; ``StoreError`` if the store can't tell.
    func apiKey(of request: any ServiceRequest) throws -> (key: APIKey, bucket: TokenBucket?) {
        guard let digest = request.keyDigest(ofHeader: "DD-API-KEY") else {
            throw APIError(403, "API key required", at: .header("DD-API-KEY"))
        }
        guard let key = try store.apiKey(digest: digest) else {
            throw APIError(403, "Forbidden: the API key is not valid.", at: .header("DD-API-KEY"))
        }
        uses.use(of: key).note(at: .now)
        return (key, limiter.bucket(of: key.id, named: "api_key"))
    }

    private func open(_ pair: Pair) throws -> Session {
        guard
            let apiKey = try store.apiKey(digest: pair.apiKey),
            let applicationKey = try store.applicationKey(digest: pair.applicationKey),
            let user = try store.user(applicationKey.owner, in: applicationKey.organization),
            let principal = Principal(
                apiKey: apiKey,
                applicationKey: applicationKey,
                user: user,
                ownRoles: try store.roles(of: user).compactMap(\.own)
            )
        else {
            throw APIError(403, "Forbidden: the API key and the application key are not a valid pair.")
        }
        return Session(
            principal: principal,
            bucket: limiter.bucket(of: principal.applicationKey, named: "application_key"),
            uses: uses.uses(of: apiKey, applicationKey, user)
        )
    }

    private func digest(ofHeader header: StaticString, of request: any ServiceRequest) throws -> KeyDigest {
        guard let digest = request.keyDigest(ofHeader: header) else {
            throw APIError(403, "Forbidden: the header \(header) is required.", at: .header("\(header)"))
        }
        return digest
    }
}

/// What is remembered of a valid pair of keys.
struct Session: Sendable {
    let principal: Principal
    /// The application key's share of requests, or `nil` if there is no limit.
    let bucket: TokenBucket?
    let uses: SessionUses
}
