import Testing

@testable import PostgresStorage

@Suite("Connections that read", .timeLimit(.minutes(5)))
struct ConnectionPoolTests {
    @Test("are not kept with a transaction that a statement broke off")
    func refusal() throws {
        var configuration = try Databases.fresh()
        configuration.readConnections = 1
        let pool = ConnectionPool(Connector(configuration))
        defer { pool.close() }
        for _ in 0..<3 {
            #expect(throws: PostgresError.refused(state: "22012")) {
                try pool.run([SQLQuery("BEGIN READ ONLY"), SQLQuery("SELECT 1 / 0"), SQLQuery("COMMIT")])
            }
            #expect(try pool.run([SQLQuery("SELECT 1::int8")]).first?.first?.integer(0) == 1)
        }
    }

    @Test("compare a text with NUL, which PostgreSQL refuses, as one that nothing equals")
    func texts() throws {
        let pool = ConnectionPool(Connector(try Databases.fresh()))
        defer { pool.close() }
        let comparison = SQLQuery(
            "SELECT count(*) FROM unnest($1::text[]) AS t WHERE t = $2",
            .texts(["a", "a\0"]),
            .text("a\0")
        )
        #expect(try pool.run([comparison]).first?.first?.integer(0) == 0)
        let found = SQLQuery(
            "SELECT count(*) FROM unnest($1::text[]) AS t WHERE t = $2",
            .texts(["a", "a\0"]),
            .text("a")
        )
        #expect(try pool.run([found]).first?.first?.integer(0) == 1)
    }
}
