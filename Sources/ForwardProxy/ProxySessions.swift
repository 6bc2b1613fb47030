package import Documents
import Synchronization

/// The sessions of this process. One is known to no other process, and ends with this one.
package final class ProxySessions: Sendable {
    private let sessions = Mutex<[Identifier: ProxySession]>([:])

    /// The sessions that there may be: each keeps its keys in pages of locked memory.
    package static let countAtMost = 1_000
    /// Those of one maker.
    package static let countOfMakerAtMost = 100
    /// How often those that have expired are looked for.
    private static let interval: Duration = .seconds(5)

    package init() {}

    /// Adds a session.
    ///
    /// - Returns: Whether there is room for it.
    package func add(_ session: ProxySession, now: Timestamp) -> Bool {
        endExpired(asOf: now)
        return sessions.withLock { sessions in
            guard sessions.count < Self.countAtMost,
                sessions.values.count(where: { $0.maker == session.maker }) < Self.countOfMakerAtMost
            else { return false }
            sessions[session.id] = session
            return true
        }
    }

    /// A session of a maker's that has not ended.
    package func session(_ id: Identifier, of maker: ProxySession.Maker, now: Timestamp) -> ProxySession? {
        guard let session = sessions.withLock({ $0[id] }), session.maker == maker, session.isGood(at: now) else {
            return nil
        }
        return session
    }

    /// The session that its maker has made last, of those that have not ended.
    package func newest(of maker: ProxySession.Maker, now: Timestamp) -> ProxySession? {
        let own = sessions.withLock { sessions in sessions.values.filter { $0.maker == maker } }
        return own.filter { $0.isGood(at: now) }.max { $0.id < $1.id }
    }

    /// Ends a session.
    package func end(_ session: ProxySession) {
        sessions.withLock { $0[session.id] = nil }
        session.end()
    }

    /// Ends those that have expired, again and again, until the task is cancelled; then all.
    package func keepEnding() async {
        while (try? await Task.sleep(for: Self.interval)) != nil { endExpired(asOf: .now) }
        for session in sessions.withLock({ Array($0.values) }) { end(session) }
    }

    private func endExpired(asOf now: Timestamp) {
        let expired = sessions.withLock { sessions in sessions.values.filter { $0.expiresAt <= now } }
        for session in expired { end(session) }
    }
}
