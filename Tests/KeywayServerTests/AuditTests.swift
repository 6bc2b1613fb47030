import ActService
import Access
import Cryptography
import Documents
import HTTPServer
import JSONReading
import Platform
import SQLiteStorage
import Secrets
import Storage
import Testing
import TestSupport
import Vault

@testable import KeywayServer

@Suite("The audit log over HTTP")
struct AuditTests {
    private static let events = "/api/v2/audit/events"

    /// A fixture whose log has this many events, alternately by two actions, a second apart from each other.
    private static func fixture(_ count: Int) async throws -> Fixture {
        let fixture = try await Fixture()
        for number in 0..<count {
            let event = AuditEvent(
                organization: fixture.organization,
                time: Timestamp(microseconds: Int64(1_790_000_000 + number) * 1_000_000),
                actor: .operatorCommand("test"),
                action: number.isMultiple(of: 2) ? "test.even" : "test.odd",
                resourceType: "things",
                resource: Identifier(high: 9, low: UInt64(number)),
                details: [.init("number", .integer(Int64(number)))]
            )
            try #require(try await fixture.sqlite.commit(Change([], event: event)) == .committed)
        }
        return fixture
    }

    /// The numbers of the events in a response.
    private func numbers(_ answer: Answer) -> [Int64] {
        answer["/data"]?.elements.compactMap {
            if case .integer(let number)? = $0.at("/attributes/attributes/details/number") { number } else { nil }
        } ?? []
    }

    private func get(_ query: String, of fixture: Fixture) async throws -> Answer {
        try await fixture.send(.get, query.isEmpty ? Self.events : "\(Self.events)?\(query)", as: fixture.admin)
    }

    @Test("answers events as the reference does, with what they hold and their place in the chain")
    func shape() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        let answer = try await get("", of: fixture)
        #expect(answer.status == 200)
        let event = try #require(answer["/data/0"])
        let line = try #require(try fixture.sqlite.newestAuditLine(in: fixture.organization))
        #expect(event["id"]?.text?.string == SHA256.digest(of: line.bytes).description)
        #expect(event["type"] == "audit")
        #expect(event.at("/attributes/timestamp")?.text?.string == line.time.description)
        #expect(event.at("/attributes/service") == "keyway")
        let attributes = try #require(event.at("/attributes/attributes"))
        #expect(attributes.at("/action") == "connection.create")
        #expect(attributes.at("/evt/outcome") == "success")
        #expect(attributes.at("/asset/id")?.text?.string == id)
        #expect(attributes.at("/asset/type") == "action_connection")
        #expect(attributes.at("/usr/id")?.text?.string == fixture.admin.user.description)
        #expect(attributes.at("/application_key/id")?.text?.string == fixture.admin.applicationKey.description)
        #expect(attributes.at("/keyway/sequence") == 1)
        #expect(attributes.at("/keyway/previous")?.text?.string == String(repeating: "0", count: 64))
        #expect(answer["/meta/status"] == "done")
        #expect(answer["/meta/request_id"]?.text?.string == answer.requestID)
        #expect(answer["/meta/page"] == nil)
        #expect(answer["/links"] == nil)
    }

    @Test("tells how an act went, and searches it", arguments: [(200, "success"), (404, "failure"), (nil, "failure")])
    func acts(status: Int?, outcome: String) async throws {
        let fixture = try await Fixture()
        let principal = try await principal(of: fixture)
        let act = AuditedAct(
            .act,
            connection: Identifier(high: 7, low: 7),
            principal: principal,
            requestID: "r-1",
            method: "GET",
            origin: "https://api.example.com",
            path: "/v1/x"
        )
        let outcomeEvent = act.outcome(
            .init(status: status, error: status == nil ? "upstream_timeout" : nil),
            milliseconds: 5
        )
        for event in [act.intent(), outcomeEvent] {
            try #require(try await fixture.sqlite.commit(Change([], event: event)) == .committed)
        }
        let pending = try await get("filter[query]=@evt.outcome:pending", of: fixture)
        #expect(pending["/data"]?.elements.count == 1)
        #expect(pending["/data/0/attributes/attributes/details/path"] == "/v1/x")
        let done = try await get("filter[query]=@request_id:r-1+-@evt.outcome:pending", of: fixture)
        #expect(done["/data"]?.elements.count == 1)
        #expect(done["/data/0/attributes/attributes/evt/outcome"]?.text?.string == outcome)
        let errors = try await get("filter[query]=@details.status:%3E=400", of: fixture)
        #expect(errors["/data"]?.elements.count == (status == 404 ? 1 : 0))
    }

    private func principal(of fixture: Fixture) async throws -> Principal {
        let organization = fixture.organization
        let keys = try fixture.sqlite.apiKeys(
            in: organization,
            matching: KeyFilter(),
            order: KeyOrder(by: .createdAt),
            page: Page(size: 1, number: 0)
        )
        let apiKey = try #require(keys.elements.first)
        let applicationKey = try #require(
            try fixture.sqlite.applicationKey(fixture.admin.applicationKey, in: organization)
        )
        let user = try #require(try fixture.sqlite.user(fixture.admin.user, in: organization))
        return try #require(Principal(apiKey: apiKey, applicationKey: applicationKey, user: user))
    }

    @Test(
        "finds what is asked for",
        arguments: [
            ("sort=timestamp&page[limit]=3", [0, 1, 2]), ("page[limit]=3", [29, 28, 27]),
            ("filter[query]=@action:test.odd&sort=timestamp&page[limit]=2", [1, 3]),
            ("filter[query]=@details.number:7", [7]),
            ("filter[query]=@details.number:(7+OR+9)&sort=timestamp", [7, 9]),
            ("filter[query]=@details.number:%3C3", [2, 1, 0]),
            ("filter[query]=@asset.id:*0000-00000000000a", [10]),
            ("filter[query]=00000000000b", [11]),
            ("filter[query]=test.odd+-@details.number:%3E3", [3, 1]),
            ("filter[from]=2026-09-21T14:13:48Z", [29, 28]),
            ("filter[to]=2026-09-21T14:13:21%2B00:00", [1, 0]),
            ("filter[from]=1790000005000&filter[to]=1790000006000", [6, 5]),
            ("filter[from]=2026-09-21&filter[to]=2026-09-22&sort=timestamp&page[limit]=1", [0]),
            ("filter[to]=now-999999w", []), ("filter[query]=@keyway.sequence:1", [0]),
        ] as [(String, [Int64])]
    )
    func finds(query: String, numbers expected: [Int64]) async throws {
        let fixture = try await Self.fixture(30)
        let answer = try await get(query, of: fixture)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(numbers(answer) == expected)
    }

    @Test(
        "goes on from a cursor without a gap or a repetition, whatever is added meanwhile",
        arguments: ["timestamp", "-timestamp"]
    )
    func pages(sort: String) async throws {
        let fixture = try await Self.fixture(30)
        var found: [Int64] = []
        var query = "filter[query]=@action:test.even&filter[to]=now&page[limit]=4&sort=\(sort)"
        while true {
            let answer = try await get(query, of: fixture)
            found += numbers(answer)
            // Not meant by the search, which ends at its `now`.
            _ = try await fixture.create(Bodies.openAI())
            guard let next = answer["/links/next"]?.text?.string else { break }
            let cursor = try #require(answer["/meta/page/after"]?.text?.string)
            #expect(next.hasSuffix("page%5Bcursor%5D=\(cursor)"))
            query = String(next.dropFirst(Self.events.count + 1))
        }
        let all = stride(from: Int64(0), to: 30, by: 2).map { $0 }
        #expect(found == (sort == "timestamp" ? all : all.reversed()))
    }

    @Test("refuses cursors of other searches and organisations, and what never was one")
    func cursors() async throws {
        let fixture = try await Self.fixture(5)
        let first = try await get("page[limit]=2", of: fixture)
        let cursor = try #require(first["/meta/page/after"]?.text?.string)
        #expect(numbers(try await get("page[limit]=1&page[cursor]=\(cursor)", of: fixture)) == [2])
        for query in ["sort=timestamp", "filter[query]=x", "filter[to]=now"] {
            let answer = try await get("\(query)&page[cursor]=\(cursor)", of: fixture)
            expectStrings(in: answer, status: 400, containing: "page[cursor]")
        }
        for wrong in ["x", "", cursor + ".1", String(cursor.dropLast(20)), cursor + "9999999999"] {
            let answer = try await get("page[cursor]=\(wrong)", of: fixture)
            expectStrings(in: answer, status: 400, containing: "page[cursor]")
        }
        let stranger = try await fixture.stranger()
        let answer = try await fixture.send(.get, "\(Self.events)?page[cursor]=\(cursor)", as: stranger)
        expectStrings(in: answer, status: 400, containing: "page[cursor]")
    }

    @Test(
        "refuses what it does not understand, and says what it does",
        arguments: [
            ("filter[query]=@action", "Supported are"), ("filter[query]=status:ok", "begin with @"),
            ("filter[query]=@a:[1+TO+2]", "ranges"), ("filter[from]=yesterday", "now-15m"),
            ("filter[to]=now-1y", "now-15m"),
            ("filter[from]=now&filter[to]=now-1h", "must not be after filter[to]"), ("sort=name", "-timestamp"),
            ("page[limit]=0", "1 to 1000"), ("page[limit]=1001", "1 to 1000"),
            ("sort=timestamp&sort=timestamp", "once"),
        ]
    )
    func refuses(query: String, text: String) async throws {
        let fixture = try await Fixture()
        expectStrings(in: try await get(query, of: fixture), status: 400, containing: text)
    }

    @Test("takes a search as a body, of the last 15 minutes unless it says otherwise")
    func bodies() async throws {
        let fixture = try await Self.fixture(3)
        func search(_ body: String) async throws -> Answer {
            try await fixture.send(.post, "\(Self.events)/search", body: body)
        }
        #expect(numbers(try await search("")).isEmpty)
        #expect(numbers(try await search("{}")).isEmpty)
        let example = #"""
            {"filter":{"from":"2026-09-21","query":"@action:test.*","to":"now"},"options":{"time_offset":0,"timezone":"GMT"},
            "page":{"limit":2},"sort":"timestamp"}
            """#
        let first = try await search(example)
        #expect(numbers(first) == [0, 1])
        let cursor = try #require(first["/meta/page/after"]?.text?.string)
        let second = example.replacing(#""limit":2"#, with: #""limit":2,"cursor":"\#(cursor)""#)
        #expect(numbers(try await search(second)) == [2])
        // The link is a GET.
        let link = try #require(first["/links/next"]?.text?.string)
        #expect(numbers(try await fixture.send(.get, link, as: fixture.admin)) == [2])
    }

    @Test(
        "names what is wrong with a body",
        arguments: [
            ("[]", "The body must be an object"), (#"{"query":"x"}"#, "it may have filter, options, page, sort"),
            (#"{"filter":[]}"#, "/filter must be an object"),
            (#"{"filter":{"query":7}}"#, "/filter/query must be a string"),
            (#"{"filter":{"query":"("}}"#, "/filter/query is not understood"),
            (#"{"page":{"limit":"7"}}"#, "/page/limit"),
            (#"{"page":{"limit":5000}}"#, "/page/limit must be a whole number from 1 to 1000"),
            (#"{"options":{"time_offset":60}}"#, "/options/time_offset must be 0"), ("{", "not JSON"),
        ]
    )
    func faults(body: String, text: String) async throws {
        let fixture = try await Fixture()
        let answer = try await fixture.send(.post, "\(Self.events)/search", body: body)
        expectStrings(in: answer, status: 400, containing: text)
    }

    @Test("shows nobody another organisation's events")
    func isolation() async throws {
        let fixture = try await Self.fixture(3)
        let stranger = try await fixture.stranger()
        for target in [Self.events, "/api/v2/audit/log"] {
            let answer = try await fixture.send(.get, target, as: stranger)
            #expect(answer.status == 200)
            #expect(!answer.text.contains("test."))
        }
        let head = try await fixture.send(.get, "/api/v2/audit/head", as: stranger)
        #expect(head["/sequence"] == 0)
        #expect(head["/organization_id"]?.text?.string != fixture.organization.description)
    }

    @Test("gives the lines as they are stored, in parts")
    func export() async throws {
        let fixture = try await Self.fixture(7)
        let lines = try fixture.sqlite.auditLines(in: fixture.organization, after: 0, atMost: 100)
        let expected = lines.map { String(decoding: $0.bytes, as: UTF8.self) + "\n" }
        let all = try await fixture.send(.get, "/api/v2/audit/log", as: fixture.admin)
        #expect(all.text == expected.joined())
        #expect(all.header("Content-Type") == "application/x-ndjson")
        let part = try await fixture.send(.get, "/api/v2/audit/log?after=2&limit=3", as: fixture.admin)
        #expect(part.text == expected[2...4].joined())
        let rest = try await fixture.send(.get, "/api/v2/audit/log?after=7", as: fixture.admin)
        #expect(rest.status == 200)
        #expect(rest.body.isEmpty)
        for query in ["after=-1", "after=x", "limit=0", "limit=5001"] {
            let answer = try await fixture.send(.get, "/api/v2/audit/log?\(query)", as: fixture.admin)
            expectStrings(in: answer, status: 400)
        }
    }

    @Test("is searched whole in slices, or as far as there was time and then on from there")
    func slices() async throws {
        let fixture = try await Self.fixture(10)
        let (organization, user) = (fixture.organization, fixture.admin.user)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<1300 {
                group.addTask {
                    let event = AuditEvent(
                        organization: organization,
                        actor: .operatorCommand("test"),
                        action: number % 260 == 7 ? "test.even" : "test.noise",
                        resourceType: "things",
                        resource: user
                    )
                    _ = try? await fixture.sqlite.commit(Change([], event: event))
                }
            }
        }
        func scan(_ query: String, _ cursor: String?) throws -> (AuditScan, AuditSearch) {
            let page = cursor.map { "&page[cursor]=\($0)" } ?? ""
            let items = try QueryItems(parsing: "filter[query]=\(query)&page[limit]=1000\(page)")
            let search = try AuditSearch(parameters: items, in: organization)
            return (AuditScan(fixture.sqlite, in: organization, for: search), search)
        }
        for (query, expected) in [("@details.number:0", 1), ("even", 10), ("noise", 1295), ("nothing", 0)] {
            var (whole, _) = try scan(query, nil)
            var slices = 0
            while !whole.isOver {
                try whole.goOn(for: .zero)
                slices += 1
            }
            #expect(slices > 2 || whole.events.count == 1000, "\(query)")
            #expect(!whole.isTimedOut)
            #expect(whole.events.count == min(expected, 1000), "\(query)")
            #expect((whole.end != nil) == (expected > 1000))

            // Without time for more than one slice, by cursors.
            var found: [Int64] = []
            var cursor: String?
            repeat {
                var (part, search) = try scan(query, cursor)
                try part.goOn(for: .zero)
                part.breakOff()
                found += part.events.map(\.line.sequence)
                cursor = part.end.map(search.cursor)
                #expect(part.isTimedOut || part.events.count == 1000 || cursor == nil)
            } while cursor != nil
            #expect(found.count == expected)
            #expect(Set(found).count == expected)
            #expect(found.prefix(1000) == whole.events.map(\.line.sequence)[...])
        }
        let answer = try await get("filter[query]=even&page[limit]=100", of: fixture)
        #expect(answer["/data"]?.elements.count == 10)
        #expect(answer["/meta/status"] == "done")
    }

    @Test("is not answered while the store can't be read")
    func unavailable() async throws {
        let fixture = try await Self.fixture(1)
        // The caller's keys are known from before.
        _ = try await get("", of: fixture)
        fixture.store.set { $0.readFailure = .unavailable("no disk") }
        for target in [Self.events, "/api/v2/audit/log", "/api/v2/audit/head"] {
            expectStrings(in: try await fixture.send(.get, target, as: fixture.admin), status: 503)
        }
    }
}

@Suite("A signed head")
struct AuditHeadTests {
    private func service(_ store: any Store, _ vault: Vault, _ log: AccessLog) -> Service {
        Service(store: store, vault: vault, identifiers: Fixture.ids, egress: Fixture.egress, log: log)
    }

    private func head(_ fixture: Fixture) async throws -> SignedAuditHead {
        let answer = try await fixture.send(.get, "/api/v2/audit/head", as: fixture.admin)
        #expect(answer.text.hasSuffix("}\n"))
        return try #require(SignedAuditHead(json: answer.json))
    }

    private func verifies(_ signed: SignedAuditHead, _ head: AuditHead, by publicKey: String) throws -> Bool {
        let key = try #require(Hex.bytes(publicKey).flatMap { VerificationKey($0) })
        return key.verifies(try #require(Hex.bytes(signed.signature)), of: head.signedBytes)
    }

    @Test("is of the newest event, and verifies under the server's key and no other")
    func verifies() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.create(Bodies.openAI())
        let signed = try await head(fixture)
        let line = try #require(try fixture.sqlite.newestAuditLine(in: fixture.organization))
        #expect(signed.head.sequence == line.sequence)
        #expect(signed.head.digest == SHA256.digest(of: line.bytes).description)
        #expect(signed.head.organization == fixture.organization)
        #expect(try await fixture.service.auditHeads.prepare() == signed.publicKey)
        #expect(try verifies(signed, signed.head, by: signed.publicKey))
        let other = try await head(try await Fixture())
        #expect(other.publicKey != signed.publicKey)
        #expect(try !verifies(signed, signed.head, by: other.publicKey))
        _ = try await fixture.create(Bodies.openAI())
        let later = try await head(fixture)
        #expect(later.head.sequence == signed.head.sequence + 1)
        #expect(try !verifies(signed, later.head, by: signed.publicKey))
    }

    @Test("is signed by the same key after a restart, and by none if the key does not open")
    func restart() async throws {
        let fixture = try await Fixture()
        let before = try await head(fixture).publicKey
        let restarted = service(fixture.store, fixture.vault, fixture.log)
        #expect(try await restarted.auditHeads.prepare() == before)
        let stored = try fixture.sqlite.sealedKey(.auditSigning)
        let others = Vault(keyring: MasterKeyring())
        let stranger = service(fixture.store, others, fixture.log)
        await #expect(throws: VaultError.self) { try await stranger.auditHeads.prepare() }
        #expect(try fixture.sqlite.sealedKey(.auditSigning) == stored)
    }

    @Test("is signed by the same key after a rotation, which leaves nothing under the old master key")
    func rotation() async throws {
        let directory = TemporaryDirectory()
        let store = try SQLiteStore.create(in: directory.path) { KeyDigest(SHA256.digest(of: $0)) }
        let file = directory.path + "/keys"
        let vault = Vault(keyring: try MasterKeyList.create(at: file).keyring())
        func note() async throws {
            _ = try await store.commit(Change([.noteMasterKey(id: vault.activeKeyID)], event: nil))
        }
        func publicKey() async throws -> String {
            let log = AccessLog(descriptor: open("/dev/null", O_WRONLY))
            let service = service(store, vault, log)
            return try await service.auditHeads.prepare()
        }
        try await note()
        let before = try await publicKey()
        vault.use(try MasterKeyList.activate(at: file).keyring())
        try await note()
        #expect(try store.masterKeyIDs().count == 2)
        _ = try await SecretRewrapping(store: store, vault: vault).run()
        #expect(try store.masterKeyIDs() == [vault.activeKeyID])
        #expect(try store.sealedKey(.auditSigning)?.masterKeyID == vault.activeKeyID)
        #expect(try await publicKey() == before)
        await store.close()
    }

    @Test("goes to the log when the chain advanced, and only then")
    func log() async throws {
        let fixture = try await Fixture()
        func heads() -> [SignedAuditHead] {
            fixture.logLines().compactMap { line in
                guard let json = try? JSONReader.read(Array(line.utf8)), json["event"] == "audit head" else {
                    return nil
                }
                return json["head"].flatMap { SignedAuditHead(json: $0) }
            }
        }
        _ = try await fixture.create(Bodies.openAI())
        for _ in 0..<2 { await fixture.service.auditHeads.writeAdvanced(to: fixture.log) }
        #expect(heads().map(\.head.sequence) == [1])
        _ = try await fixture.create(Bodies.openAI())
        _ = try await fixture.create(Bodies.openAI())
        await fixture.service.auditHeads.writeAdvanced(to: fixture.log)
        #expect(heads().map(\.head.sequence) == [1, 3])
        for signed in heads() { #expect(try verifies(signed, signed.head, by: signed.publicKey)) }
        fixture.store.set { $0.readFailure = .unavailable("no disk") }
        await fixture.service.auditHeads.writeAdvanced(to: fixture.log)
        #expect(fixture.logLines().contains { $0.contains("audit heads not written") })
    }
}
