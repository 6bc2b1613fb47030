import CSQLite
import Documents
import JSONReading

/// The audit events that a database holds, as they are stored.
func auditEvents(in directory: String) throws -> [JSONValue] {
    var database: OpaquePointer?
    defer { sqlite3_close(database) }
    var statement: OpaquePointer?
    defer { sqlite3_finalize(statement) }
    guard sqlite3_open_v2("\(directory)/keyway.db", &database, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK,
        sqlite3_prepare_v2(database, "SELECT event FROM audit_log ORDER BY place", -1, &statement, nil) == SQLITE_OK
    else { throw CannotRead(reason: String(cString: sqlite3_errmsg(database))) }
    var events: [JSONValue] = []
    while sqlite3_step(statement) == SQLITE_ROW {
        events.append(try JSONReader.read(Array(String(cString: sqlite3_column_text(statement, 0)).utf8)))
    }
    return events
}

private struct CannotRead: Error {
    let reason: String
}
