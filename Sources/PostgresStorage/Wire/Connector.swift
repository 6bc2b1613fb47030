import Secrets
import Threads

/// Makes connections, and refuses servers on which nothing would be safe.
final class Connector: @unchecked Sendable {
    // Safe to share: `lock` guards what varies.
    let configuration: PostgresConfiguration
    private let lock = Lock()
    /// The greatest timeline met so far: a server of an earlier one was replaced.
    private var timeline: Int64 = 0
    /// Until when no further attempt is made, the wait that led there, and why the last one failed.
    private var pause: (end: UInt64, length: UInt64, reason: PostgresError)?

    private static let shortestPause: UInt64 = 50_000_000
    private static let longestPause: UInt64 = 1_000_000_000

    init(_ configuration: PostgresConfiguration) {
        self.configuration = configuration
    }

    /// Connects. After a failure it fails at once for a while, which grows.
    func connect() throws(PostgresError) -> PostgresConnection {
        if let reason = lock({ pause.flatMap { MonotonicClock.now() < $0.end ? $0.reason : nil } }) { throw reason }
        do throws(PostgresError) {
            let connection = try connection(to: configuration.address)
            lock { pause = nil }
            return connection
        } catch {
            lock {
                let length = min(pause.map { 2 * $0.length } ?? Self.shortestPause, Self.longestPause)
                pause = (MonotonicClock.now() + length, length, error)
            }
            throw error
        }
    }

    /// Connects for notifications.
    ///
    /// - Returns: The connection, and whether it reaches one server process, so that notifications come.
    func connectToListen() throws(PostgresError) -> (connection: PostgresConnection, isDirect: Bool) {
        let connection = try connection(to: configuration.directAddress ?? configuration.address)
        return (connection, connection.keepsStatements)
    }

    private func connection(to address: Secret) throws(PostgresError) -> PostgresConnection {
        let connection = try PostgresConnection(to: address, timeout: configuration.connectTimeout)
        guard connection.serverVersion >= 130_000 else {
            throw .unreachable("its version is \(connection.serverVersion / 10_000), and Keyway needs 13 or newer")
        }
        let checks = try connection.run(Self.check, within: configuration.patience)
        guard let row = checks.first else { throw .lostConnection() }
        try require(row)
        connection.keepsStatements = row.integer(7) == connection.processID
        return connection
    }

    private static let check = SQLQuery(
        """
        SELECT pg_is_in_recovery()::int4, \(timelineColumn), current_setting('server_encoding'),
            current_setting('standard_conforming_strings'), current_setting('synchronous_commit'),
            current_setting('fsync'), current_setting('full_page_writes'), pg_backend_pid()
        """
    )

    /// The number of the timeline that is written to, which rises when a standby is promoted. The control file tells it
    /// late, the name of a WAL file at once.
    static let timelineColumn = """
        CASE WHEN pg_is_in_recovery() THEN 0
        ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int8 END
        """

    private func require(_ row: SQLRow) throws(PostgresError) {
        guard !row.flag(0) else { throw .unreachable("it is a standby, which takes no writes") }
        try requireTimeline(row.integer(1))
        guard row.text(2) == "UTF8" else {
            throw .unreachable("the database's encoding is \(row.text(2)): create one with ENCODING 'UTF8'")
        }
        guard row.text(3) == "on" else { throw .unreachable("standard_conforming_strings must be on") }
        guard row.text(4) != "off" else {
            throw .unreachable("synchronous_commit is off, so it would lose what it acknowledged: set it to on")
        }
        guard configuration.acceptsVolatileServer || row.text(5) == "on" && row.text(6) == "on" else {
            throw .unreachable(
                "fsync or full_page_writes is off, so it would lose what it acknowledged: set both to on"
            )
        }
    }

    /// Throws for the timeline of a server that another has replaced.
    func requireTimeline(_ number: Int64) throws(PostgresError) {
        let isOld = lock {
            if number > timeline { timeline = number }
            return number < timeline
        }
        if isOld { throw .unreachable("it is on an older timeline: another server was promoted in its place") }
    }
}
