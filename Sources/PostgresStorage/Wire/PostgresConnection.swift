import CPostgres
import Platform
import Secrets
import Threads

/// A connection to PostgreSQL, in pipeline mode. One thread at a time uses it.
///
/// All waits have deadlines of our own: a stalled peer is silent, whatever the keep-alives of the system say.
final class PostgresConnection {
    private let handle: OpaquePointer
    private let notices = NoticeLog()
    /// Whether it can be used again.
    private(set) var isUsable = true
    /// Whether statements may be kept prepared: behind a pooler a name would be that of another client's statement.
    var keepsStatements = false
    /// Statements that are prepared, with their names.
    private var prepared: [String: String] = [:]
    /// The number of names that were given; none is given twice.
    private var preparations = 0
    /// The most statements that are kept.
    private static let keptStatements = 256

    /// Connects; of several hosts, to the first that takes writes.
    ///
    /// - Parameters:
    ///   - address: A connection URI or string of libpq.
    ///   - timeout: The seconds that each host has.
    /// - Throws: ``PostgresError`` if there is no connection.
    init(to address: Secret, timeout: Int) throws(PostgresError) {
        // The address overrides what stands before it, and is overridden by what comes after.
        let parameters = [
            ("connect_timeout", "\(max(timeout, 1))"), ("fallback_application_name", "keyway"),
            ("target_session_attrs", "read-write"), ("keepalives_idle", "10"), ("keepalives_interval", "5"),
            ("keepalives_count", "3"), ("dbname", nil), ("client_encoding", "UTF8"),
        ]
        // libpq quotes a text that it can't read, with its password perhaps.
        let isRead = CStrings([address.withBytes { [UInt8]($0) }]).withPointers { texts in
            let options = PQconninfoParse(texts[0], nil)
            PQconninfoFree(options)
            return options != nil
        }
        guard isRead else { throw .unreachable("its address can't be read: give a URI such as postgresql://host/name") }
        let connected = CStrings(parameters.map(\.0)).withPointers { keywords in
            CStrings(parameters.map { $0.1.map { [UInt8]($0.utf8) } ?? address.withBytes { [UInt8]($0) } })
                .withPointers { values in PQconnectdbParams(keywords, values, 1) }
        }
        guard let connected else { throw .unreachable("the process is out of memory") }
        // From here on `deinit` runs also where an error is thrown.
        handle = connected
        guard PQstatus(handle) == CONNECTION_OK else {
            throw .unreachable(Self.firstLine(of: PQerrorMessage(handle)))
        }
        PQsetNoticeReceiver(handle, noteNotice, Unmanaged.passUnretained(notices).toOpaque())
        guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else {
            throw .lostConnection()
        }
    }

    deinit { PQfinish(handle) }

    /// The number of the server's version, such as 150020.
    var serverVersion: Int { Int(PQserverVersion(handle)) }

    /// The process that the connection began with. Behind a pooler it is none of the server's.
    var processID: Int64 { Int64(PQbackendPID(handle)) }

    /// Runs statements, sent together, up to the first that fails.
    ///
    /// - Parameters:
    ///   - queries: The statements. Unless one begins a transaction, they are one.
    ///   - patience: The longest wait for all of them.
    /// - Returns: A result for each.
    /// - Throws: ``PostgresError``; after one that ends the connection, it is unknown which statements were run.
    func run(_ queries: [SQLQuery], within patience: Duration) throws(PostgresError) -> [SQLResult] {
        guard isUsable else { throw .lostConnection() }
        notices.states.removeAll()
        let deadline = MonotonicClock.now() + patience.nanoseconds
        do throws(PostgresError) {
            var steps: [Step] = []
            for query in queries { try send(query, &steps) }
            guard PQpipelineSync(handle) == 1 else { throw .lostConnection() }
            return try results(of: steps, before: deadline)
        } catch {
            if error.endsConnection { isUsable = false }
            if error == .late() { cancel() }
            throw error
        }
    }

    /// Ends what the server is at, which may wait for a standby without end and notices nobody's absence meanwhile. By
    /// a thread of its own: the request is a connection that may hang.
    private func cancel() {
        guard let request = PQgetCancel(handle).map(CancelRequest.init) else { return }
        DetachedThread.start { request.send() }
    }

    func run(_ query: SQLQuery, within patience: Duration) throws(PostgresError) -> SQLResult {
        guard let result = try run([query], within: patience).first else { throw .lostConnection() }
        return result
    }

    /// The SQLSTATEs of warnings and notices that came with the last statements.
    var noticeStates: [String] { notices.states }

    /// A part of a pipeline that has a result of its own.
    private enum Step {
        /// The preparation of a statement.
        case preparation(sql: String)
        case execution
    }

    private func send(_ query: SQLQuery, _ steps: inout [Step]) throws(PostgresError) {
        var name: String?
        if keepsStatements, query.isKept {
            name = prepared[query.sql]
            if name == nil, prepared.count < Self.keptStatements {
                preparations += 1
                let new = "keyway\(preparations)"
                let types = query.parameters.map(\.type)
                guard PQsendPrepare(handle, new, query.sql, Int32(types.count), types) == 1 else {
                    throw .lostConnection()
                }
                prepared[query.sql] = new
                steps.append(.preparation(sql: query.sql))
                name = new
            }
        }
        try send(query, preparedAs: name)
        steps.append(.execution)
    }

    private func send(_ query: SQLQuery, preparedAs name: String?) throws(PostgresError) {
        var buffer: [UInt8] = []
        var ends: [Int] = []
        var isNull: [Bool] = []
        for parameter in query.parameters {
            isNull.append(!parameter.write(to: &buffer))
            ends.append(buffer.count)
        }
        // A value of no bytes is told from null by its pointer.
        buffer.append(0)
        let types = query.parameters.map(\.type)
        let formats = [Int32](repeating: 1, count: types.count)
        var lengths: [Int32] = []
        var start = 0
        for end in ends {
            lengths.append(Int32(end - start))
            start = end
        }
        let status = buffer.withUnsafeBytes { bytes in
            var pointers: [UnsafePointer<CChar>?] = []
            var start = 0
            for (index, end) in ends.enumerated() {
                let base = bytes.baseAddress.map { ($0 + start).assumingMemoryBound(to: CChar.self) }
                pointers.append(isNull[index] ? nil : base)
                start = end
            }
            let count = Int32(types.count)
            if let name { return PQsendQueryPrepared(handle, name, count, pointers, lengths, formats, 1) }
            return PQsendQueryParams(handle, query.sql, count, types, pointers, lengths, formats, 1)
        }
        guard status == 1 else { throw .lostConnection() }
    }

    private func results(of steps: [Step], before deadline: UInt64) throws(PostgresError) -> [SQLResult] {
        var results: [SQLResult] = []
        var failure: PostgresError?
        var done = 0
        // A null ends the results of each statement.
        var nulls = 0
        while true {
            try awaitResult(before: deadline)
            guard let pointer = PQgetResult(handle) else {
                nulls += 1
                guard nulls <= steps.count + 1, PQstatus(handle) == CONNECTION_OK else { throw .lostConnection() }
                continue
            }
            let result = SQLResult(pointer)
            switch PQresultStatus(pointer) {
            case PGRES_PIPELINE_SYNC:
                if let failure {
                    forgetPreparations(in: steps[done...])
                    throw failure
                }
                guard done == steps.count else { throw .lostConnection() }
                return results
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
                guard done < steps.count else { throw .lostConnection() }
                if case .execution = steps[done] { results.append(result) }
                done += 1
            case PGRES_PIPELINE_ABORTED: break
            default:
                guard let state = keyway_pq_sqlstate(pointer) else { throw .lostConnection() }
                let refusal = PostgresError.refused(state: String(cString: state))
                if refusal.endsConnection { throw refusal }
                failure = failure ?? refusal
            }
        }
    }

    /// Forgets statements whose preparation was not come to.
    private func forgetPreparations(in steps: ArraySlice<Step>) {
        for case .preparation(let sql) in steps { prepared[sql] = nil }
    }

    private func awaitResult(before deadline: UInt64) throws(PostgresError) {
        while true {
            let unsent = PQflush(handle)
            guard unsent >= 0 else { throw .lostConnection() }
            if PQisBusy(handle) == 0 { return }
            guard waitForSocket(unsent == 0 ? POLLIN : POLLIN | POLLOUT, before: deadline) else { throw .late() }
            guard PQconsumeInput(handle) == 1 else { throw .lostConnection() }
        }
    }

    /// Waits for the socket.
    ///
    /// - Returns: `false` if the time is over.
    private func waitForSocket(_ events: Int32, before deadline: UInt64) -> Bool {
        while true {
            let now = MonotonicClock.now()
            guard now < deadline else { return false }
            var request = pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)
            let status = poll(&request, 1, Int32(min((deadline - now) / 1_000_000 + 1, 60_000)))
            if status > 0 || status < 0 && errno != EINTR { return true }
        }
    }

    /// Waits for a notification, for a byte on another descriptor, or for that long.
    func awaitNotification(or descriptor: Int32, for duration: Duration) throws(PostgresError) {
        var requests = [
            pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let status = poll(&requests, 2, Int32(duration.nanoseconds / 1_000_000))
        guard status > 0, requests[0].revents != 0 else { return }
        guard PQconsumeInput(handle) == 1 else {
            isUsable = false
            throw .lostConnection()
        }
        while let notification = PQnotifies(handle) { PQfreemem(notification) }
    }

    private static func firstLine(of message: UnsafePointer<CChar>?) -> String {
        guard let message else { return "no connection" }
        let lines = String(cString: message).split(separator: "\n")
        return lines.first.map(String.init) ?? "no connection"
    }
}

/// A request to end a statement.
private final class CancelRequest: @unchecked Sendable {
    // Safe to share: it is made by one thread and sent by another.
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit { PQfreeCancel(handle) }

    func send() {
        var reason = [CChar](repeating: 0, count: 256)
        _ = PQcancel(handle, &reason, Int32(reason.count))
    }
}

/// The notices of a connection, in its own thread.
private final class NoticeLog {
    var states: [String] = []
}

private let noteNotice: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?) -> Void = { context, result in
    guard let context, let state = keyway_pq_sqlstate(result) else { return }
    Unmanaged<NoticeLog>.fromOpaque(context).takeUnretainedValue().states.append(String(cString: state))
}

/// Texts as C has them, and a null pointer behind the last; they are overwritten when they are done with.
private struct CStrings {
    private var bytes: [UInt8] = []
    private var starts: [Int] = []

    init(_ texts: [String]) { self.init(texts.map { [UInt8]($0.utf8) }) }

    init(_ texts: [[UInt8]]) {
        for text in texts {
            starts.append(bytes.count)
            bytes += text + [0]
        }
    }

    consuming func withPointers<Result>(_ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result) -> Result {
        let starts = starts
        return bytes.withUnsafeMutableBytes { memory in
            defer { if let start = memory.baseAddress { explicit_bzero(start, memory.count) } }
            var pointers: [UnsafePointer<CChar>?] = starts.map { start in
                memory.baseAddress.map { UnsafePointer(($0 + start).assumingMemoryBound(to: CChar.self)) }
            }
            pointers.append(nil)
            return pointers.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { preconditionFailure("there is at least the null pointer") }
                return body(base)
            }
        }
    }
}

extension Duration {
    /// Whole nanoseconds; none if it is negative.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(seconds) &* 1_000_000_000 &+ UInt64(attoseconds) / 1_000_000_000
    }

    var milliseconds: UInt64 { nanoseconds / 1_000_000 }
}
