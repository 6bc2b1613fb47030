import Access
import Documents
import Secrets
import Storage
import Threads

/// The tokens and proofs that nodes share: rows of two tables, of which none is missed.
///
/// Statements may be run twice, where a connection breaks: the second time they find what the first has done.
final class PostgresSharedStore: SharedStore {
    private let pool: ConnectionPool
    private let executor = WaitingExecutor(limit: 4)

    init(_ pool: ConnectionPool) {
        self.pool = pool
    }

    func claimToken(
        for place: SharedTokenPlace,
        goodAt time: Timestamp,
        insteadOf refused: Int64?,
        lease: Identifier,
        lasting duration: Duration
    ) async throws(StoreError) -> TokenClaim {
        let parameters = place.parameters + [.integer(time.microseconds), .optionalInteger(refused)]
        let found = SQLQuery(
            """
            SELECT serial, master_key_id, bytes FROM shared_tokens
            WHERE \(SharedTokenPlace.condition) AND good_until > $5 AND serial IS DISTINCT FROM $6
            """,
            parameters: parameters
        )
        let leased = SQLQuery(
            """
            INSERT INTO shared_tokens AS t (connection, low, revision, digest, serial, lease, lease_until, erased_at)
            VALUES ($1, $2, $3, $4, 0, $7, \(Self.clock) + $8, \(Self.clock) + $8)
            ON CONFLICT (connection, low, revision, digest) DO UPDATE
            SET lease = EXCLUDED.lease, lease_until = EXCLUDED.lease_until,
                erased_at = greatest(t.erased_at, EXCLUDED.erased_at)
            WHERE (t.lease IS NULL OR t.lease = EXCLUDED.lease OR t.lease_until <= \(Self.clock))
                AND (t.bytes IS NULL OR t.good_until <= $5 OR t.serial IS NOT DISTINCT FROM $6)
            RETURNING serial
            """,
            parameters: parameters + [.text(lease.description), .integer(Int64(duration.nanoseconds / 1_000))]
        )
        return try await wait { pool throws(PostgresError) in
            if let row = try pool.run([found]).first?.first, let sealed = row.sealed(1) {
                return .issued(sealed, serial: row.integer(0))
            }
            return try pool.run([leased]).first?.first == nil ? .leased : .granted
        }
    }

    func storeToken(
        _ token: SealedSecrets,
        for place: SharedTokenPlace,
        goodUntil lastUse: Timestamp,
        erasedAt expiry: Timestamp,
        under lease: Identifier
    ) async throws(StoreError) -> Int64? {
        let query = SQLQuery(
            """
            UPDATE shared_tokens SET serial = serial + 1, master_key_id = $6, bytes = $7, good_until = $8,
                erased_at = $9, lease = NULL, lease_until = NULL
            WHERE \(SharedTokenPlace.condition) AND lease = $5 AND EXISTS (SELECT FROM master_keys WHERE id = $6)
            RETURNING serial
            """,
            parameters: place.parameters + [
                .text(lease.description), .text(token.masterKeyID), .bytes(token.bytes),
                .integer(lastUse.microseconds), .integer(expiry.microseconds),
            ]
        )
        return try await wait { pool throws(PostgresError) in try pool.run([query]).first?.first?.integer(0) }
    }

    func endLease(_ lease: Identifier, for place: SharedTokenPlace) async throws(StoreError) {
        let query = SQLQuery(
            "UPDATE shared_tokens SET lease = NULL WHERE \(SharedTokenPlace.condition) AND lease = $5",
            parameters: place.parameters + [.text(lease.description)]
        )
        try await wait { pool throws(PostgresError) in _ = try pool.run([query]) }
    }

    func takeProof(_ proof: KeyDigest, for taker: KeyDigest, until end: Timestamp) async throws(StoreError) -> Bool {
        let query = SQLQuery(
            """
            INSERT INTO taken_proofs AS t (digest, taker, ends_at) VALUES ($1, $2, $3)
            ON CONFLICT (digest) DO UPDATE SET taker = t.taker WHERE t.taker = EXCLUDED.taker
            RETURNING 1::int4
            """,
            .bytes(proof.bytes),
            .bytes(taker.bytes),
            .integer(end.microseconds)
        )
        return try await wait { pool throws(PostgresError) in try pool.run([query]).first?.first != nil }
    }

    func nodeNumber() throws(StoreError) -> UInt64 {
        do throws(PostgresError) {
            guard let row = try pool.run([SQLQuery("SELECT nextval('node_numbers')")]).first?.first else {
                throw .damaged
            }
            return UInt64(clamping: row.integer(0))
        } catch {
            throw error.storeError()
        }
    }

    func eraseEnded(asOf time: Timestamp) async throws(StoreError) {
        let now = SQLValue.integer(time.microseconds)
        let tokens = SQLQuery(
            """
            DELETE FROM shared_tokens t WHERE (t.lease IS NULL OR t.lease_until <= \(Self.clock)) AND (
                t.erased_at <= $1 OR NOT EXISTS (
                    SELECT FROM connections c WHERE c.key = t.connection AND c.low = t.low AND c.revision = t.revision
                )
            )
            """,
            now
        )
        let proofs = SQLQuery("DELETE FROM taken_proofs WHERE ends_at <= $1", now)
        try await wait { pool throws(PostgresError) in
            _ = try pool.run([tokens])
            _ = try pool.run([proofs])
        }
    }

    /// The database's time, in microseconds: leases end by one clock.
    private static let clock = "(extract(epoch FROM clock_timestamp()) * 1000000)::int8"

    /// Runs statements on a thread that may wait.
    private func wait<Value: Sendable>(
        _ body: @escaping @Sendable (ConnectionPool) throws(PostgresError) -> Value
    ) async throws(StoreError) -> Value {
        let pool = pool
        let task = Task(executorPreference: executor) { () -> Result<Value, StoreError> in
            do throws(PostgresError) { return .success(try body(pool)) } catch { return .failure(error.storeError()) }
        }
        return try await task.value.get()
    }
}

extension SharedTokenPlace {
    /// The condition on a row, whose parameters come first.
    fileprivate static let condition = "connection = $1 AND low = $2 AND revision = $3 AND digest = $4"

    /// Organisations need not be named: no two connections have one key.
    fileprivate var parameters: [SQLValue] {
        [.integer(connection.key), .integer(connection.lowBits), .integer(revision), .bytes(digest.bytes)]
    }
}
