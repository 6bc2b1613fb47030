import Storage
import StorageTesting
import Testing
import TestSupport

@testable import SQLiteStorage

@Suite("Query plans", .timeLimit(.minutes(10)))
struct QueryPlanTests {
    private let directory = TemporaryDirectory()

    /// The steps of a statement, as SQLite tells them.
    private func plan(of sql: String) async throws -> [String] {
        try await directory.store().close()
        let database = try Database(path: directory.database, mode: .readWrite)
        let statement = try Statement("EXPLAIN QUERY PLAN \(sql)", on: database)
        var steps: [String] = []
        while try statement.step() { steps.append(statement.text(3)) }
        return steps
    }

    @Test("of a search for secrets under other master keys walk along the keys, and sort nothing")
    func notSealed() async throws {
        let steps = try await plan(of: ReadStatements.notSealed)
        #expect(steps.first == "SEARCH s USING INTEGER PRIMARY KEY (rowid>?)")
        #expect(steps.count == 5)
        for step in steps { #expect(step.contains("USING INTEGER PRIMARY KEY"), "\(step)") }
    }

    @Test("of lists of documents follow an index, and sort nothing", arguments: DocumentKind.allCases)
    func documents(kind: DocumentKind) async throws {
        let name = kind.table.name
        let steps = try await plan(of: DocumentReadStatements.list(of: kind.table))
        try #require(steps.count == 1)
        #expect(steps[0].contains("INDEX \(name)_by_name (organization=? AND name>? AND name<?)"), "\(steps)")
    }

    @Test("of lists of what one may view follow indexes, sort nothing, and look for what is hidden once")
    func visibleConnections() async throws {
        let steps = try await plan(of: ConnectionReadStatements.visibleList)
        #expect(
            steps.filter { !$0.contains("SUBQUERY") } == [
                "SEARCH connections USING INDEX connections_by_name (organization=? AND name>? AND name<?)",
                "SEARCH r USING COVERING INDEX restricted_connections (organization=?)",
                "SEARCH b USING PRIMARY KEY (connection=? AND principal=?)",
                "SCAN json_each VIRTUAL TABLE INDEX 1:",
            ]
        )
        // The names of the reader do not depend on the row, nor does the list of what is hidden.
        #expect(steps.filter { $0.contains("LIST SUBQUERY") && !$0.contains("CORRELATED") }.count == 2)
    }

    @Test("of reads of one connection find it, and what belongs to it, by its key", arguments: [false, true])
    func connection(forAct: Bool) async throws {
        let steps = try await plan(of: forAct ? ConnectionReadStatements.acting : ConnectionReadStatements.connection)
        #expect(steps.count == (forAct ? 3 : 1))
        for step in steps { #expect(step.contains("USING INTEGER PRIMARY KEY (rowid=?)"), "\(step)") }
    }

    @Test("of audit events by time follow their index, and sort nothing", arguments: [false, true])
    func auditByTime(isDescending: Bool) async throws {
        let steps = try await plan(of: AuditReadStatements.byTime(isDescending: isDescending))
        #expect(steps == ["SEARCH audit_log USING INDEX audit_log_by_time (<expr>=? AND time>? AND time<?)"])
    }
}
