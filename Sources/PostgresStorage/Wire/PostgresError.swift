import Storage

/// An error of PostgreSQL or of the way to it: no text of the server's, which may quote stored values.
enum PostgresError: Error, Equatable {
    /// There is no connection; the text says why, and has no password in it.
    case unreachable(String)
    /// The connection broke, or the database did not respond in time. What was under way may be done or not.
    case lost(String)
    /// The server refused a statement. Its transaction is undone.
    case refused(state: String)
    /// A stored value is not what was written.
    case damaged
    case closed

    static func lostConnection() -> PostgresError { .lost("the connection broke") }
    static func late() -> PostgresError { .lost("it did not respond in time") }

    /// Whether the connection is of no use any more.
    var endsConnection: Bool {
        switch self {
        case .unreachable, .lost, .closed: true
        // Shutting down, crashed, not accepting connections yet, and what follows a promotion: read-only.
        case .refused(let state): state.hasPrefix("57P") || state.hasPrefix("08") || state == "25006"
        case .damaged: false
        }
    }

    /// Whether the same statements may succeed at once: of two transactions that waited for each other, one was undone.
    var isOfContention: Bool {
        guard case .refused(let state) = self else { return false }
        return state == "40P01" || state == "40001"
    }

    /// Whether a row that is there already was in the way of one that must be new.
    var isOfKeys: Bool { self == .refused(state: "23505") }

    /// Whether it would meet any change, whatever that asks for.
    var isOfServer: Bool {
        switch self {
        case .unreachable, .lost, .closed: true
        case .refused(let state):
            // Resources, operators, locks that were not had in time, the system, read-only, transactions that idled.
            ["53", "57", "58", "08", "55", "XX"].contains { state.hasPrefix($0) } || state == "25006"
                || state == "25P03" || state == "25P02"
        case .damaged: false
        }
    }

    /// The error as a store tells it.
    func storeError(outcome: String = "nothing was done") -> StoreError {
        switch self {
        case .unreachable(let reason):
            return .unavailable("PostgreSQL can't be used: \(reason); \(outcome)")
        case .lost(let reason):
            return .unavailable("PostgreSQL was lost: \(reason); \(outcome)")
        case .refused(let state):
            if isOfServer || isOfContention {
                return .unavailable("PostgreSQL refused (SQLSTATE \(state)); \(outcome): its log says more")
            }
            return .corrupt(
                """
                PostgreSQL refused a statement (SQLSTATE \(state)); this is an error in Keyway, or the database was \
                changed by something else
                """
            )
        case .damaged:
            return .corrupt("the database holds what Keyway did not write: restore a backup")
        case .closed:
            return .closed
        }
    }
}
