import Access
import Documents
import Secrets
import Storage
import Threads

/// All reads of a store, on a pool of connections.
final class PostgresReads: @unchecked Sendable {
    // Safe to share: `lock` guards the ordinals.
    let pool: ConnectionPool
    private let observer: (any StoreObserver)?
    private let lock = Lock()
    /// Ordinals of organisations met so far. They never change: the creation of an organisation is durable before it
    /// is seen.
    private var ordinals: [Identifier: Int64] = [:]

    let connections: ReadJoiner<RestrictedConnection>
    let acting: ReadJoiner<ActingState>

    init(_ pool: ConnectionPool, observer: (any StoreObserver)?) {
        self.pool = pool
        self.observer = observer
        connections = ReadJoiner { keys throws(PostgresError) in
            try Self.connections(keys, pool)
        }
        acting = ReadJoiner { keys throws(PostgresError) in
            try Self.actingStates(keys, pool)
        }
    }

    var count: UInt64 { pool.readCount }
    var staleness: Duration { pool.configuration.accessStaleness }

    /// Does one read of the store's, which counts as one however many statements it takes.
    func read<Value>(
        _ body: (PostgresReads) throws(PostgresError) -> Value
    ) throws(StoreError) -> Value {
        pool.noteReads(1)
        let end = observer?.begins(.read)
        do throws(PostgresError) {
            let value = try body(self)
            end?(false)
            return value
        } catch {
            end?(true)
            throw error.storeError()
        }
    }

    func close() { pool.close() }

    // MARK: Statements

    func ask(_ sql: String, _ parameters: SQLValue...) throws(PostgresError) -> SQLResult {
        try ask(SQLQuery(sql, parameters: parameters))
    }

    func ask(_ query: SQLQuery) throws(PostgresError) -> SQLResult {
        guard let result = try pool.run([query]).first else { throw .lostConnection() }
        return result
    }

    /// Runs statements on one snapshot.
    func ask(together queries: [SQLQuery]) throws(PostgresError) -> [SQLResult] {
        let begin = SQLQuery("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        let results = try pool.run([begin] + queries + [SQLQuery("COMMIT")])
        return Array(results.dropFirst().dropLast())
    }

    /// The organisation's number, or `nil` if there is none of that id.
    func ordinal(of organization: Identifier) throws(PostgresError) -> Int64? {
        if let ordinal = lock({ ordinals[organization] }) { return ordinal }
        let found = try ask("SELECT ordinal FROM organizations WHERE id = $1", .text(organization.description))
        guard let ordinal = found.first?.integer(0) else { return nil }
        lock {
            if ordinals.count >= 4096 { ordinals.removeAll() }
            ordinals[organization] = ordinal
        }
        return ordinal
    }

    /// The row of a statement whose first three parameters name a record of the organisation's.
    func row(_ sql: String, _ id: Identifier, in organization: Identifier) throws(PostgresError) -> SQLRow? {
        guard let ordinal = try ordinal(of: organization) else { return nil }
        return try ask(sql, .integer(id.key), .integer(id.lowBits), .integer(ordinal)).first
    }
}

extension SQLQuery {
    /// The beginning of a list: the number of its rows before those that `after` names.
    static func limit(of page: Page?) -> SQLValue { .optionalInteger(page.map { Int64($0.size) }) }
    static func offset(of page: Page?) -> SQLValue { .integer(page?.offset ?? 0) }
}

extension String {
    /// The pattern of `LIKE` for texts that contain this one, with ASCII letters in lower case.
    var containedPattern: String {
        var pattern = "%"
        for scalar in unicodeScalars {
            switch scalar {
            case "%", "_", "\\":
                pattern.unicodeScalars.append("\\")
                pattern.unicodeScalars.append(scalar)
            case "A"..."Z": pattern.unicodeScalars.append(Unicode.Scalar(UInt8(ascii: scalar) | 0x20))
            default: pattern.unicodeScalars.append(scalar)
            }
        }
        return pattern + "%"
    }
}
