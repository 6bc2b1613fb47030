import Access
package import Documents
package import Storage
import Synchronization

/// Remembers when keys, users and connections were last seen, and writes that to the store now and then.
///
/// A request costs a store to memory for each key and user, whose sessions hold the place, and an act a look-up of its
/// connection's: nothing is written to the disk on its way.
package final class KeyUses: Sendable {
    /// The last time of one key or user, shared by all sessions of it.
    package final class Use: Sendable {
        private static let never = Int64.min
        private let latest = Atomic<Int64>(never)

        /// Notes a use. Of two at once, either may be the one that stays.
        package func note(at time: Timestamp) {
            latest.store(time.microseconds, ordering: .relaxed)
        }

        fileprivate var time: Timestamp? {
            let time = latest.load(ordering: .relaxed)
            return time == Self.never ? nil : Timestamp(microseconds: time)
        }
    }

    private struct Record {
        let subject: LastUse.Subject
        let organization: Identifier
        let use = Use()
        /// The time that the store has.
        var stored: Timestamp?
    }

    /// How often what is to be written is looked for.
    private static let interval: Duration = .seconds(60)
    /// The least that a time must have moved on to be written again, in microseconds: an hour.
    private static let leastAdvance: Int64 = 3_600_000_000
    /// The same where other nodes read what is written: five minutes.
    private static let leastAdvanceAmongNodes: Int64 = 300_000_000
    private static let writtenAtOnce = 200

    private let store: any ChangeStore
    private let hasOtherReaders: Bool
    private let records = Mutex<[Identifier: Record]>([:])

    /// - Parameters:
    ///   - store: Takes what is written.
    ///   - hasOtherReaders: Whether other nodes tell last uses by it.
    package init(store: any ChangeStore, hasOtherReaders: Bool = false) {
        self.store = store
        self.hasOtherReaders = hasOtherReaders
    }

    /// The use of a key or user, the same each time.
    ///
    /// - Parameters:
    ///   - subject: What is used.
    ///   - id: Its id.
    ///   - organization: Whose it is.
    ///   - stored: The last time that the store has.
    /// - Returns: Where to note uses.
    package func use(
        of subject: LastUse.Subject,
        _ id: Identifier,
        in organization: Identifier,
        stored: Timestamp?
    ) -> Use {
        records.withLock { records in
            if let record = records[id] { return record.use }
            let record = Record(subject: subject, organization: organization, stored: stored)
            records[id] = record
            return record.use
        }
    }

    /// Notes that a connection is acted through, by the day.
    package func noteUse(ofConnection id: Identifier, in organization: Identifier, at time: Timestamp = .now) {
        use(of: .connection, id, in: organization, stored: nil).note(at: time.beginningOfDay)
    }

    /// The last use of a key, user or connection.
    ///
    /// - Parameters:
    ///   - id: The id of the key, user or connection.
    ///   - stored: The last time that the store has.
    /// - Returns: The later of what the store has and what is remembered here.
    package func latest(of id: Identifier, stored: Timestamp?) -> Timestamp? {
        guard let use = records.withLock({ $0[id]?.use }) else { return stored }
        return [use.time, stored].compactMap(\.self).max()
    }

    // MARK: Writing

    /// Writes what has moved on by an hour, or among nodes by five minutes, every minute, until the task is cancelled.
    package func keepWriting() async {
        let advance = hasOtherReaders ? Self.leastAdvanceAmongNodes : Self.leastAdvance
        while (try? await Task.sleep(for: Self.interval)) != nil { await write(movedBy: advance) }
    }

    /// Writes all that has moved on, before the store closes.
    package func writeAll() async { await write(movedBy: 1) }

    /// Writes the uses that are due. Those that the store refuses are tried again the next time.
    private func write(movedBy advance: Int64) async {
        let due = due(movedBy: advance)
        for start in stride(from: 0, to: due.count, by: Self.writtenAtOnce) {
            let part = due[start..<min(start + Self.writtenAtOnce, due.count)]
            let change = Change(part.map { .noteUse($0) }, event: nil)
            guard (try? await store.commit(change)) == .committed else { continue }
            records.withLock { records in
                for use in part { records[use.id]?.stored = use.time }
            }
        }
    }

    /// The uses that have moved on by that many microseconds since they were written.
    func due(movedBy advance: Int64) -> [LastUse] {
        records.withLock { records in
            records.compactMap { id, record in
                guard let time = record.use.time else { return nil }
                if let stored = record.stored, time.microseconds - stored.microseconds < advance { return nil }
                return LastUse(of: record.subject, id, in: record.organization, at: time)
            }
        }
    }
}

/// Where a session notes that it is used.
struct SessionUses: Sendable {
    /// That of the application key or the access token.
    let credential: KeyUses.Use
    let apiKey: KeyUses.Use?
    let user: KeyUses.Use

    func note(at time: Timestamp) {
        credential.note(at: time)
        apiKey?.note(at: time)
        user.note(at: time)
    }
}

extension KeyUses {
    func use(of key: APIKey) -> Use {
        use(of: .apiKey, key.id, in: key.organization, stored: key.lastUsedAt)
    }

    func uses(of apiKey: APIKey, _ applicationKey: ApplicationKey, _ user: User) -> SessionUses {
        SessionUses(
            credential: use(
                of: .applicationKey,
                applicationKey.id,
                in: applicationKey.organization,
                stored: applicationKey.lastUsedAt
            ),
            apiKey: use(of: apiKey),
            user: use(of: user)
        )
    }

    /// The uses of a token and its owner; only the owner's of a delegated token.
    func uses(of token: AccessToken, _ user: User) -> SessionUses {
        let ofUser = use(of: user)
        return SessionUses(
            credential: token.kind == .delegated
                ? ofUser : use(of: .accessToken, token.id, in: token.organization, stored: token.lastUsedAt),
            apiKey: nil,
            user: ofUser
        )
    }

    private func use(of user: User) -> Use {
        use(of: .user, user.id, in: user.organization, stored: user.lastLoginAt)
    }
}

extension Timestamp {
    private static let day: Int64 = 86_400_000_000

    /// Midnight before it, in UTC.
    fileprivate var beginningOfDay: Timestamp {
        Timestamp(microseconds: microseconds - (microseconds % Self.day + Self.day) % Self.day)
    }
}
