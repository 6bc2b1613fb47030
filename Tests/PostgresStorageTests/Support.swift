import Access
import Documents
import PostgresTesting
import Secrets
import Storage
import Synchronization

@testable import PostgresStorage

/// Fresh databases on the server of the test process.
enum Databases {
    /// Started by the first test that needs it.
    private static let started = Result { try PostgresServer() }

    /// A database with a store's tables, which the others are copied from.
    private static let template = Result {
        let name = "keyway_template"
        try run("CREATE DATABASE \(name)", in: "postgres")
        let connection = try PostgresConnection(to: try configuration(of: name).address, timeout: 10)
        try PostgresMigration.run(on: connection, creating: true, within: .seconds(60))
        return name
    }

    static func server() throws -> PostgresServer { try started.get() }

    static func configuration(of database: String) throws -> PostgresConfiguration {
        var configuration = PostgresConfiguration(address: try server().address(of: database))
        configuration.acceptsVolatileServer = true
        // The machine may be busy.
        configuration.patience = .seconds(30)
        configuration.accessStaleness = .seconds(5)
        return configuration
    }

    /// Databases that were given back. A database is 8 MB of files, and their making and removal takes longer than most
    /// tests.
    private static let spare = Mutex<[String]>([])

    /// The configuration of an empty store of its own.
    static func fresh() throws -> PostgresConfiguration {
        if let name = spare.withLock({ $0.popLast() }) { return try configuration(of: name) }
        let name = "test_\(UInt64.random(in: 0 ... .max))"
        try run("CREATE DATABASE \(name) TEMPLATE \(try template.get())", in: "postgres")
        return try configuration(of: name)
    }

    /// Empties a database whose stores are closed, for another test.
    static func giveBack(_ configuration: PostgresConfiguration) throws {
        let connection = try PostgresConnection(to: configuration.address, timeout: 10)
        let tables = try connection.run(
            SQLQuery(
                """
                SELECT tablename::text, current_database()::text FROM pg_tables
                WHERE schemaname = 'public' AND tablename NOT IN ('keyway_schema', 'access_state')
                """
            ),
            within: .seconds(60)
        ).map { row throws(PostgresError) in (row.text(0), row.text(1)) }
        _ = try connection.run(tables.map { SQLQuery("DELETE FROM \($0.0)") }, within: .seconds(60))
        if let name = tables.first?.1 { spare.withLock { $0.append(name) } }
    }

    /// A database with nothing in it.
    static func empty() throws -> PostgresConfiguration {
        let name = "test_\(UInt64.random(in: 0 ... .max))"
        try run("CREATE DATABASE \(name)", in: "postgres")
        return try configuration(of: name)
    }

    /// Runs a statement in a database.
    @discardableResult
    static func run(_ sql: String, in database: String) throws -> SQLResult {
        let connection = try PostgresConnection(to: try configuration(of: database).address, timeout: 10)
        return try connection.run(SQLQuery(sql), within: .seconds(60))
    }

    @discardableResult
    static func run(_ sql: String, in configuration: PostgresConfiguration) throws -> SQLResult {
        let connection = try PostgresConnection(to: configuration.address, timeout: 10)
        return try connection.run(SQLQuery(sql), within: .seconds(60))
    }
}

/// A digest for tests, of no cryptographic strength (FNV-1a, spread over four words).
func testDigest(_ bytes: UnsafeRawBufferPointer) -> KeyDigest {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return KeyDigest(words: SIMD4(hash, hash &* 3, hash &* 5, hash &* 7))
}

/// Waits until something holds; the machine may be busy.
func eventually(_ condition: () throws -> Bool) async throws -> Bool {
    for _ in 0..<6_000 {
        if try condition() { return true }
        try await Task.sleep(for: .milliseconds(10))
    }
    return false
}

/// The lines of an organisation's audit log, after a look at each link.
///
/// - Throws: ``BrokenLink`` if an event does not name its place and the digest of the one before.
func auditChain(of organization: Identifier, in store: some AuditStore) throws -> [String] {
    var previous = AuditPlace.noDigest
    var chain: [String] = []
    for line in try store.auditLines(in: organization, after: 0, atMost: .max) {
        let text = String(decoding: line.bytes, as: UTF8.self)
        let sequence = chain.count + 1
        guard line.sequence == sequence, text.hasPrefix("{\"sequence\":\(sequence),\"previous\":\"\(previous)\",")
        else {
            throw BrokenLink(line: text)
        }
        previous = line.bytes.withUnsafeBytes { testDigest($0).hexadecimal }
        chain.append(text)
    }
    return chain
}

/// An event that does not fit to the one before.
struct BrokenLink: Error {
    let line: String
}
