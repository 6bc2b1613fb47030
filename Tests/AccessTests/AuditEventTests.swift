import Access
import Documents
import Testing

@Suite("An audit event")
struct AuditEventTests {
    private static let zeros = String(repeating: "0", count: 64)

    private func event(
        actor: AuditEvent.Actor,
        action: String = "connection.create",
        requestID: String? = nil
    ) -> AuditEvent {
        AuditEvent(
            organization: Sample.organization,
            time: Sample.time,
            actor: actor,
            action: action,
            resourceType: "action_connection",
            resource: Identifier(high: 5, low: 1),
            requestID: requestID
        )
    }

    private func line(_ event: AuditEvent, sequence: Int64, previous: String) -> String {
        String(decoding: event.line(sequence: sequence, previous: previous), as: UTF8.self)
    }

    @Test("of a request is one line that names who, what, when and by which keys")
    func ofPrincipal() throws {
        let principal = try #require(
            Principal(apiKey: Sample.apiKey(), applicationKey: Sample.applicationKey(), user: Sample.user())
        )
        let line = line(event(actor: .principal(principal), requestID: "req-1"), sequence: 1, previous: Self.zeros)
        let expected =
            #"{"sequence":1,"previous":"0000000000000000000000000000000000000000000000000000000000000000","#
            + #""time":"2026-11-20T14:05:09.000120Z","organization_id":"00000000-0000-0001-0000-000000000001","#
            + #""actor":{"user_id":"00000000-0000-0002-0000-000000000001","#
            + #""api_key_id":"00000000-0000-0003-0000-000000000001","#
            + #""application_key_id":"00000000-0000-0004-0000-000000000001"},"#
            + #""action":"connection.create","resource_type":"action_connection","#
            + #""resource_id":"00000000-0000-0005-0000-000000000001","request_id":"req-1"}"#
        #expect(line == expected)
    }

    @Test("of a command names the command and no request")
    func ofCommand() {
        let event = event(actor: .operatorCommand("keyway init"), action: "organization.create")
        let previous = String(repeating: "ab", count: 32)
        let expected =
            #"{"sequence":42,"previous":"abababababababababababababababababababababababababababababababab","#
            + #""time":"2026-11-20T14:05:09.000120Z","organization_id":"00000000-0000-0001-0000-000000000001","#
            + #""actor":{"command":"keyway init"},"action":"organization.create","#
            + #""resource_type":"action_connection","resource_id":"00000000-0000-0005-0000-000000000001"}"#
        #expect(line(event, sequence: 42, previous: previous) == expected)
    }

    @Test("is one line even if its texts are not")
    func staysOneLine() {
        let event = event(actor: .operatorCommand("a\nb\"}"), requestID: "c\r\nd")
        let line = line(event, sequence: 1, previous: Self.zeros)
        #expect(line.utf8.allSatisfy { $0 >= 0x20 })
        #expect(line.contains(#""command":"a\nb\"}""#))
    }

    @Test("has another line at every other place of a chain, and behind every other line")
    func chain() {
        let event = event(actor: .operatorCommand("keyway init"))
        let first = event.line(sequence: 1, previous: Self.zeros)
        #expect(event.line(sequence: 1, previous: Self.zeros) == first)
        #expect(event.line(sequence: 2, previous: Self.zeros) != first)
        #expect(event.line(sequence: 1, previous: String(repeating: "0", count: 63) + "1") != first)
    }

    @Test("makes a chain in which a changed line shows in all that follow")
    func changedLine() {
        let events = ["one", "two", "three"].map { event(actor: .operatorCommand($0)) }
        let changed = [event(actor: .operatorCommand("ONE"))] + events.dropFirst()
        for (line, other) in zip(Self.chain(of: events), Self.chain(of: changed)) {
            #expect(line != other)
        }
    }

    /// Lines that each name the digest of the line before. The digest is FNV-1a: any will do to show the links.
    private static func chain(of events: [AuditEvent]) -> [[UInt8]] {
        var previous = zeros
        return events.enumerated().map { index, event in
            let line = event.line(sequence: Int64(index) + 1, previous: previous)
            let digest = line.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
            let digits = String(digest, radix: 16)
            previous = String(repeating: "0", count: 64 - digits.count) + digits
            return line
        }
    }
}
