import Documents
import Storage
import Threads

/// Joins reads by id that wait at the same time into one statement: of those who wait, one asks for all.
final class ReadJoiner<Value: Sendable>: @unchecked Sendable {
    // Safe to share: `monitor` guards what varies.

    /// Reads the values that exist of some ids, by the ids' keys; each with its whole id and its organisation's ordinal.
    typealias Fetch = @Sendable ([Int64]) throws(PostgresError) -> [Int64: Found]

    struct Found {
        let lowBits: Int64
        let organization: Int64
        /// An error of this value alone.
        let value: Result<Value, PostgresError>

        /// Whether it has the whole id, and is of the organisation.
        func isNamed(_ id: Identifier, in organization: Int64) -> Bool {
            lowBits == id.lowBits && self.organization == organization
        }
    }

    /// A round of reads, which begins when somebody takes it.
    private final class Round {
        var keys: [Int64] = []
        var result: Result<[Int64: Found], PostgresError>?
    }

    /// The most ids in a statement.
    private static var limit: Int { 64 }
    /// Rounds under way at once: one is sent while another is answered.
    private static var concurrency: Int { 2 }

    private let monitor = Monitor()
    private var next = Round()
    private var underWay = 0
    private let fetch: Fetch

    init(_ fetch: @escaping Fetch) {
        self.fetch = fetch
    }

    /// The value of an id that is of the organisation.
    func value(of id: Identifier, in organization: Int64) throws(PostgresError) -> Value? {
        let round = join(id.key)
        let own: Round? = monitor.withLock {
            while round.result == nil {
                if next === round, underWay < Self.concurrency {
                    next = Round()
                    underWay += 1
                    return round
                }
                monitor.wait()
            }
            return nil
        }
        if let own { run(own) }
        let result = monitor.withLock { round.result }
        guard let found = try result?.get()[id.key] else { return nil }
        return found.isNamed(id, in: organization) ? try found.value.get() : nil
    }

    private func join(_ key: Int64) -> Round {
        monitor.withLock {
            while next.keys.count >= Self.limit { monitor.wait() }
            next.keys.append(key)
            return next
        }
    }

    private func run(_ round: Round) {
        let result: Result<[Int64: Found], PostgresError>
        do throws(PostgresError) {
            result = .success(try fetch(round.keys))
        } catch {
            result = .failure(error)
        }
        monitor.withLock {
            round.result = result
            underWay -= 1
            monitor.broadcast()
        }
    }
}
