import Access
import Documents
import HTTPServer
import SQLiteStorage
import Storage
import Testing

@testable import ActService
@testable import KeywayServer

@Suite("The last uses of keys")
struct KeyUsesTests {
    private static let id = Identifier(high: 1, low: 1)
    private static let organization = Identifier(high: 2, low: 2)
    private static let hour: Int64 = 3_600_000_000

    @Test("are due once they have moved on by an hour, the first at once, and all of them at the end")
    func due() async throws {
        let uses = try await Fixture().service.keyUses
        let use = uses.use(of: .apiKey, Self.id, in: Self.organization, stored: nil)
        #expect(uses.due(movedBy: 1).isEmpty)
        let first = Timestamp(microseconds: 100)
        use.note(at: first)
        #expect(uses.due(movedBy: Self.hour) == [LastUse(of: .apiKey, Self.id, in: Self.organization, at: first)])

        let other = uses.use(of: .user, Identifier(high: 1, low: 2), in: Self.organization, stored: first)
        for (moved, isDueByTheHour, isDueAtTheEnd) in [
            (0, false, false), (Self.hour - 1, false, true), (Self.hour, true, true),
        ] {
            other.note(at: Timestamp(microseconds: first.microseconds + moved))
            func isDue(_ advance: Int64) -> Bool { uses.due(movedBy: advance).contains { $0.subject == .user } }
            #expect(isDue(Self.hour) == isDueByTheHour, "\(moved)")
            #expect(isDue(1) == isDueAtTheEnd, "\(moved)")
        }
    }

    @Test("are the later of what is stored and what is remembered")
    func latest() async throws {
        let uses = try await Fixture().service.keyUses
        let long = Timestamp(microseconds: 5)
        #expect(uses.latest(of: Self.id, stored: nil) == nil)
        #expect(uses.latest(of: Self.id, stored: long) == long)
        let use = uses.use(of: .applicationKey, Self.id, in: Self.organization, stored: long)
        #expect(uses.latest(of: Self.id, stored: long) == long)
        use.note(at: Timestamp(microseconds: 6))
        let future = Timestamp(microseconds: .max)
        #expect(uses.latest(of: Self.id, stored: future) == future)
        #expect(uses.latest(of: Self.id, stored: long) == Timestamp(microseconds: 6))
    }

    @Test("are written together, once, and again after the store refused")
    func writing() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.send(.get, "/api/v2/validate_keys", as: fixture.admin)
        func stored() throws -> [Timestamp?] {
            let key = try fixture.sqlite.applicationKey(fixture.admin.applicationKey, in: fixture.organization)
            let user = try fixture.sqlite.user(fixture.admin.user, in: fixture.organization)
            return [key?.lastUsedAt, user?.lastLoginAt]
        }
        fixture.store.set { $0.commitFailure = .unavailable("full") }
        await fixture.service.keyUses.writeAll()
        #expect(try stored() == [nil, nil])
        fixture.store.set { $0.commitFailure = nil }
        let before = fixture.sqlite.statistics().commits
        await fixture.service.keyUses.writeAll()
        let written = try stored()
        #expect(written.allSatisfy { $0 != nil })
        #expect(fixture.sqlite.statistics().commits == before + 1)
        await fixture.service.keyUses.writeAll()
        #expect(fixture.sqlite.statistics().commits == before + 1)
        #expect(try fixture.events().isEmpty)
        // What was found out about the keys is still known: no change of access was made.
        fixture.store.set { $0.readFailure = .unavailable("tried to read") }
        #expect(try await fixture.send(.get, "/api/v2/validate_keys", as: fixture.admin).status == 200)
    }
}
