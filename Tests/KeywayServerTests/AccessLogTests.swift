import Access
import Documents
import HTTPServer
import JSONReading
import Platform
import Testing

@testable import KeywayServer

@Suite("A request's log line")
struct RequestLineTests {
    @Test(
        "is JSON that names the request, its route and its keys' owner",
        arguments: [
            (
                HTTPMethod.get, "/api/v2/actions/connections/ID?hidden=query", nil as String?, 200,
                "/api/v2/actions/connections/{connection_id}" as String?
            ),
            (.get, "/api/v2/actions/connections?filter[query]=hidden", nil, 200, "/api/v2/actions/connections"),
            (
                .post, "/api/v2/actions/connections?hidden", Bodies.openAI(name: "hidden"), 201,
                "/api/v2/actions/connections"
            ),
            (.post, "/api/v2/actions/connections", "hidden", 400, "/api/v2/actions/connections"),
            (.delete, "/api/v2/actions/connections/hidden", nil, 404, "/api/v2/actions/connections/{connection_id}"),
            (.get, "/hidden?hidden", nil, 404, nil),
            (.other("HIDDEN"), "/healthz", nil, 405, nil),
            (.get, "/healthz?hidden", nil, 200, "/healthz"),
        ]
    )
    func line(_ method: HTTPMethod, _ target: String, _ body: String?, _ status: Int, _ route: String?) async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        let target = target.split(separator: "ID", omittingEmptySubsequences: false).joined(separator: id)
        let answer = try await fixture.send(method, target, as: fixture.admin, body: body)
        #expect(answer.status == status)

        let lines = fixture.logLines()
        #expect(lines.count == 2)
        let line = try JSONReader.read(Array(try #require(lines.last).utf8))
        let isKnown = route?.hasPrefix("/api") == true
        #expect(
            line.names
                == ["time", "level", "event", "request_id"] + (route == nil ? [] : ["method"]) + ["route", "status"]
                + ["duration_us", "remote"] + (isKnown ? ["organization_id", "application_key_id"] : [])
        )
        #expect(line["event"] == "request")
        #expect(line["request_id"]?.text?.string == answer.requestID)
        #expect(line["route"] == route.map { JSONValue.string($0) } ?? .null)
        #expect(line["status"] == .integer(Int64(status)))
        #expect(line["remote"] == "192.0.2.1")
        if isKnown {
            #expect(line["organization_id"]?.text?.string == fixture.organization.description)
            #expect(line["application_key_id"]?.text?.string == fixture.admin.applicationKey.description)
        }
        for hidden in ["hidden", "HIDDEN", fixture.admin.api, fixture.admin.application, Bodies.marker, id] {
            #expect(!lines.contains { $0.contains(hidden) })
        }
    }

    @Test("tells of refused keys without them")
    func wrongKeys() async throws {
        let fixture = try await Fixture()
        var keys = fixture.admin
        keys.application = KeyText.applicationKey()
        let answer = try await fixture.send(.get, Paths.connections, as: keys, from: "2001:db8::7")
        let lines = fixture.logLines()
        let line = try JSONReader.read(Array(try #require(lines.first).utf8))
        #expect(line["request_id"]?.text?.string == answer.requestID)
        #expect(line["remote"] == "2001:db8::7")
        #expect(line["organization_id"] == nil)
        #expect(!lines.contains { $0.contains(keys.application) || $0.contains(keys.api) })
    }

    @Test("has an id that no other request has")
    func ids() {
        let ids = RequestIDs()
        let issued = (0..<10_000).map { _ in ids.next() }
        #expect(Set(issued).count == issued.count)
        #expect(
            issued.allSatisfy { $0.utf8.count == 15 && $0.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) } }
        )
    }
}

/// A pipe whose writing end a log has.
private final class LogPipe {
    let reading: Int32
    let writing: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        (reading, writing) = (ends[0], ends[1])
    }

    /// Reads what is there within a tenth of a second.
    func drain() -> [UInt8] {
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var request = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
        while poll(&request, 1, 100) > 0, case let count = read(reading, &chunk, chunk.count), count > 0 {
            result += chunk[..<count]
        }
        return result
    }
}

@Suite("The log", .timeLimit(.minutes(10)))
struct AccessLogTests {
    private static let line = Array((String(repeating: "x", count: 1023) + "\n").utf8)

    @Test("is written within moments, without being told to")
    func soon() async throws {
        let pipe = try LogPipe()
        let log = AccessLog(descriptor: pipe.writing)
        log.note("started", level: .warning, [.init("reason", "a \"quoted\"\nreason")])
        var written: [UInt8] = []
        for _ in 0..<50 where written.isEmpty { written = pipe.drain() }
        let line = try JSONReader.read(written)
        #expect(line.names == ["time", "level", "event", "reason"])
        #expect(line["level"] == "warning")
        #expect(written.count { $0 == UInt8(ascii: "\n") } == 1)
        #expect(log.dropped == 0)
    }

    @Test("drops lines and counts them when nobody reads, and makes nobody wait")
    func full() throws {
        let pipe = try LogPipe()
        let log = AccessLog(descriptor: pipe.writing)
        let lines = 4 * AccessLog.waitingAtMost / Self.line.count
        // A waiter would wait for ever.
        for _ in 0..<lines { log.append(Self.line) }
        log.flush(within: 0.2)
        // Some went into the pipe, and some are in the writer's hands.
        #expect(log.dropped > lines / 4)

        // A reader finds whole lines.
        var read = pipe.drain().count
        for _ in 0..<500 {
            log.flush(within: 0.01)
            let more = pipe.drain().count
            read += more
            if more == 0 { break }
        }
        #expect(UInt64(read / Self.line.count) + log.dropped == lines)
        #expect(read % Self.line.count == 0)
    }

    @Test("keeps the order of lines")
    func order() throws {
        let pipe = try LogPipe()
        let log = AccessLog(descriptor: pipe.writing)
        for number in 0..<2000 {
            log.append(Array("\(number)\n".utf8))
            if number % 100 == 0 { log.flush() }
        }
        log.flush()
        let read = String(decoding: pipe.drain(), as: UTF8.self).split(separator: "\n").compactMap { Int($0) }
        #expect(read == Array(0..<2000))
    }

    @Test("counts what is lost because the reader is gone")
    func closed() throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = try LogPipe()
        close(pipe.reading)
        let log = AccessLog(descriptor: pipe.writing)
        for _ in 0..<3 { log.append(Self.line) }
        log.flush()
        #expect(log.dropped == 3)
    }
}
