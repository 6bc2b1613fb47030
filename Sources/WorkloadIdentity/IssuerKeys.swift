import Cryptography
package import Documents

/// The keys of issuers, asked for when they are needed and kept for a while.
///
/// However many tokens of an issuer come at once, its keys are asked for once. Nobody can have them asked for often: a
/// key that is not there asks again only when the last time is a minute ago.
package actor IssuerKeys {
    private struct Entry {
        var state = KeySetState()
        var fetch: Task<Result<KeySet, IssuerFailure>, Never>?
        var lastUse: UInt64 = 0
    }

    /// Issuers that are remembered at most; then the one that was not used for longest is forgotten.
    private static let issuersAtMost = 1_000

    private var entries: [String: Entry] = [:]
    private let source: any IssuerDocuments
    private let now: @Sendable () -> UInt64

    /// - Parameters:
    ///   - source: Fetches the issuers' documents.
    ///   - now: Nanoseconds of a monotonic clock.
    package init(source: any IssuerDocuments, now: @escaping @Sendable () -> UInt64) {
        self.source = source
        self.now = now
    }

    /// Verifies a token of an issuer.
    ///
    /// - Parameters:
    ///   - token: The token.
    ///   - issuer: The issuer that it names, which was configured.
    ///   - time: The present time.
    /// - Returns: The token's sender.
    /// - Throws: ``TokenRefusal`` if it is not the issuer's, or not meant for the organisation, or not now.
    package func verify(
        _ token: JSONWebToken,
        of issuer: TokenIssuer,
        at time: Timestamp
    ) async throws(TokenRefusal) -> Workload {
        let key = try await key(token.keyID, token.algorithm, of: issuer.url)
        guard token.isSigned(by: key) else { throw .wrongSignature }
        return try Workload(token, of: issuer, at: time)
    }

    private func key(
        _ id: JSONText?,
        _ algorithm: WebTokenKey.Algorithm,
        of url: String
    ) async throws(TokenRefusal) -> WebTokenKey {
        var entry = entries[url] ?? Entry()
        let moment = now()
        entry.lastUse = moment
        entries[url] = entry
        switch entry.state.decision(for: id, algorithm, at: moment) {
        case .use(let key): return key
        case .refuse(let refusal): throw refusal
        case .fetch: break
        }
        let outcome = await fetch(url)
        // Keys that were had before are kept for a while when there are no newer ones.
        let keys = (try? outcome.get()) ?? entries[url]?.state.keysInReserve(at: now())
        guard let keys else {
            if case .failure(let failure) = outcome { throw .issuerUnavailable(failure) }
            throw .unknownKey
        }
        guard let key = keys.key(id, algorithm) else { throw .unknownKey }
        return key
    }

    /// Fetches the keys, or waits for a fetch that is under way.
    private func fetch(_ url: String) async -> Result<KeySet, IssuerFailure> {
        if let running = entries[url]?.fetch { return await running.value }
        let source = source
        let task = Task { await source.keys(of: url) }
        entries[url, default: Entry()].fetch = task
        forgetOldest(but: url)
        let outcome = await task.value
        entries[url, default: Entry()].state.note(outcome, at: now())
        entries[url]?.fetch = nil
        return outcome
    }

    private func forgetOldest(but url: String) {
        guard entries.count > Self.issuersAtMost else { return }
        let idle = entries.filter { $0.value.fetch == nil && $0.key != url }
        if let oldest = idle.min(by: { $0.value.lastUse < $1.value.lastUse }) { entries[oldest.key] = nil }
    }
}
