import Access
import Cryptography
import Documents
import HTTPServer
import Storage
import Synchronization

/// Finds out who sends a request, by its two keys.
///
/// What was found is remembered until a change of keys, users or registrations is committed. Remembered are digests,
/// never keys.
final class Authenticator: Sendable {
    private struct Memory {
        var generation: UInt64 = 0
        var sessions: [Digest: Session] = [:]
    }

    private let store: any AccessStore
    private let limiter: RateLimiter
    private let memory = Mutex(Memory())

    /// Pairs of keys that are remembered at most; then all are forgotten.
    private static let remembered = 10_000
    /// Longer keys than these are nobody's.
    private static let keyLength = 256

    init(store: any AccessStore, limiter: RateLimiter) {
        self.store = store
        self.limiter = limiter
    }

    /// The session of the request's keys.
    ///
    /// - Throws: ``APIError`` with 403 if a key is missing or wrong; ``StoreError`` if the store can't tell.
    func session(for request: any ServiceRequest) throws -> Session {
        let apiKey = try key("DD-API-KEY", of: request)
        let applicationKey = try key("DD-APPLICATION-KEY", of: request)
        let pair = Self.digest(apiKey, applicationKey)
        let generation = store.accessGeneration
        let known = memory.withLock { memory in
            if memory.generation != generation {
                memory.sessions.removeAll(keepingCapacity: true)
                memory.generation = generation
            }
            return memory.sessions[pair]
        }
        if let known { return known }
        let session = try open(apiKey, applicationKey)
        memory.withLock { memory in
            guard memory.generation == generation else { return }
            if memory.sessions.count >= Self.remembered { memory.sessions.removeAll() }
            memory.sessions[pair] = session
        }
        return session
    }

    private func open(_ apiKey: String, _ applicationKey: String) throws -> Session {
        guard
            let apiKey = try store.apiKey(digest: KeyDigest(of: apiKey)),
            let applicationKey = try store.applicationKey(digest: KeyDigest(of: applicationKey)),
            let user = try store.user(applicationKey.owner, in: applicationKey.organization),
            let principal = Principal(apiKey: apiKey, applicationKey: applicationKey, user: user)
        else {
            throw APIError(403, "Forbidden: the API key and the application key are not a valid pair.")
        }
        return Session(principal: principal, bucket: limiter.bucket(of: principal.applicationKey))
    }

    private func key(_ header: StaticString, of request: any ServiceRequest) throws -> String {
        guard let key = request.header(header), !key.isEmpty else {
            throw APIError(403, "Forbidden: the header \(header) is required.", at: .header("\(header)"))
        }
        guard key.utf8.count <= Self.keyLength else {
            throw APIError(403, "Forbidden: the API key and the application key are not a valid pair.")
        }
        return key
    }

    /// One digest for both keys; no key has a line break, since no header has.
    private static func digest(_ apiKey: String, _ applicationKey: String) -> Digest {
        withUnsafeTemporaryAllocation(byteCount: 2 * keyLength + 1, alignment: 1) { buffer in
            var count = 0
            func append(_ text: String) {
                for byte in text.utf8 {
                    buffer[count] = byte
                    count += 1
                }
            }
            append(apiKey)
            buffer[count] = UInt8(ascii: "\n")
            count += 1
            append(applicationKey)
            return SHA256.digest(of: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}

/// What is remembered of a valid pair of keys.
struct Session: Sendable {
    let principal: Principal
    /// The application key's share of requests, or `nil` if there is no limit.
    let bucket: TokenBucket?
}
