import Access
import Documents
import Storage
import StorageTesting
import Testing
import TestSupport

@testable import SQLiteStorage

/// Numbers that follow from a seed, so that what fails can be repeated.
private struct Chance: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    mutating func text(_ lengths: ClosedRange<Int>) -> String {
        let letters = [
            "a", "A", "b", "B", "-", " ", "é", "É", "ß", "K", "\u{212a}", "k", "\u{1f511}", "1", "z", "@", "[", "`",
            "{", "\0", "\u{1}", "\u{7f}",
        ]
        return (0..<Int.random(in: lengths, using: &self)).map { _ in letters.randomElement(using: &self) ?? "" }
            .joined()
    }
}

@Suite("The index of names", .timeLimit(.minutes(10)))
struct NameIndexTests {
    private let directory = TemporaryDirectory()

    private func expectSame(
        _ store: SQLiteStore,
        _ principal: Principal,
        _ filter: DocumentFilter,
        _ page: Page,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> ListPosition? {
        let expected = try store.scannedConnections(visibleTo: principal, matching: filter, page: page)
        guard
            case .found(let found) = try store.indexedConnections(visibleTo: principal, matching: filter, page: page)
        else {
            Issue.record("the index is ready, and nothing changes", sourceLocation: sourceLocation)
            return nil
        }
        #expect(found.elements == expected.elements, "\(filter) \(page)", sourceLocation: sourceLocation)
        #expect(found.total == expected.total, "\(filter) \(page)", sourceLocation: sourceLocation)
        #expect(found.totalFiltered == expected.totalFiltered, "\(filter) \(page)", sourceLocation: sourceLocation)
        #expect(found.end == expected.end, "\(filter) \(page)", sourceLocation: sourceLocation)
        return found.end
    }

    @Test("tells what a look at each name tells, through creates, renames, deletes and policies", arguments: 1...4)
    func property(seed: UInt64) async throws {
        var chance = Chance(state: seed)
        let store = try directory.store()
        let tenant = try await Tenant.create(in: store)
        let other = try await Tenant.create(in: store, name: "Other")
        store.names.waitUntilBuilt()
        var records: [(record: DocumentRecord, revision: Int64)] = []
        for round in 0..<6 {
            for step in 0..<120 {
                if records.count > 40, step % 5 == 0 {
                    let index = Int.random(in: records.indices, using: &chance)
                    let (record, revision) = records[index]
                    if step % 2 == 0 {
                        let renamed = tenant.record(chance.text(0...12), id: record.id, category: "AWS")
                        try await tenant.commit(
                            [.updateDocument(renamed, expecting: revision, sealed: nil)],
                            in: store
                        )
                        records[index] = (renamed, revision + 1)
                    } else {
                        try await tenant.commit(
                            [.deleteDocument(.connection, record.id, organization: tenant.id)],
                            in: store
                        )
                        records.remove(at: index)
                    }
                } else {
                    let record = tenant.record(chance.text(0...20), category: step % 3 == 0 ? "AWS" : "HTTP")
                    try await tenant.commit([.createDocument(record, sealed: nil)], in: store)
                    records.append((record, 1))
                }
                if step % 40 == 0 {
                    try await other.create(other.record(chance.text(0...9)), in: store)
                    let index = Int.random(in: records.indices, using: &chance)
                    let bindings = [RestrictionPolicy.Binding(.viewer, [.user(Tenant.ids.next())])]
                    try await tenant.commit(
                        [
                            .setRestrictionPolicy(
                                RestrictionPolicy(bindings),
                                connection: records[index].record.id,
                                organization: tenant.id,
                                expecting: records[index].revision
                            )
                        ],
                        in: store
                    )
                    records[index].revision += 1
                }
            }
            for _ in 0..<60 {
                var filter = DocumentFilter()
                if chance.next() % 5 != 0 { filter.nameContains = chance.text(0...3) }
                if chance.next() % 8 == 0, let record = records.randomElement(using: &chance) {
                    filter.nameContains = String(record.record.name.dropFirst().dropLast())
                }
                if chance.next() % 4 == 0 { filter.category = ["AWS", "HTTP", "none"].randomElement(using: &chance) }
                let size = Int.random(in: 1...40, using: &chance)
                let page = Page(size: size, number: Int.random(in: 0...6, using: &chance))
                for tenant in [tenant, other] {
                    if let end = try expectSame(store, tenant.principal(), filter, page) {
                        _ = try expectSame(store, tenant.principal(), filter, Page(size: size, number: 1, after: end))
                    }
                }
            }
            // Built again it is the same.
            if round == 3 {
                let rebuilt = NameIndex()
                rebuilt.build(path: directory.database)
                rebuilt.waitUntilBuilt()
                let whole = Page(size: 10_000, number: 0)
                for ordinal in 1...2 as ClosedRange<Int64> {
                    let found = store.names.page(in: ordinal, matching: .init(), hidden: [], page: whole)
                    let again = rebuilt.page(in: ordinal, matching: .init(), hidden: [], page: whole)
                    #expect(found?.elements == again?.elements)
                    #expect((found?.elements.count ?? 0) > 0)
                }
                rebuilt.stop()
            }
        }
        await store.close()
    }

    @Test("gives a reader the list as it was when it asked, and forgets a name with its connection")
    func snapshots() throws {
        let list = NameList(epoch: 1)
        for number in 0..<10_000 {
            list.insert(Array("name \(number % 100) \(number)".utf8), Int64(number), 1, since: nil, at: 1)
        }
        let all = NameQuery(limit: 20_000)
        let before = list.page(all).elements
        // A reader came at epoch 2.
        let changed = list.changeable(since: 2, at: 2)
        for (number, element) in before.enumerated() where number % 3 == 0 {
            changed.remove(element.name, element.key, since: 2, at: 2)
        }
        for number in 0..<1000 {
            changed.insert(Array("new \(number)".utf8), Int64(20_000 + number), 2, since: 2, at: 2)
        }
        #expect(list.page(all).elements == before)
        #expect(list.count == 10_000)
        let after = changed.page(all).elements
        #expect(changed.count == 10_000 - 3334 + 1000)
        #expect(after.count == changed.count)
        #expect(after.filter { $0.key < 20_000 } == before.enumerated().filter { $0.offset % 3 != 0 }.map(\.element))
        for element in after { changed.remove(element.name, element.key, since: nil, at: 3) }
        #expect(changed.count == 0)
        #expect(changed.page(all).elements.isEmpty)
    }

    @Test("has what is committed while it is built, and what a list reads is never overtaken for good")
    func buildingUnderLoad() async throws {
        let store = try directory.store()
        let tenant = try await Tenant.create(in: store)
        for number in 0..<300 { try await tenant.create(tenant.record("old \(number)"), in: store) }
        await store.close()
        let reopened = try directory.store()
        for number in 0..<100 { try await tenant.create(tenant.record("new \(number)"), in: reopened) }
        reopened.names.waitUntilBuilt()
        let query = DocumentFilter(nameContains: "W 1")
        let found = try reopened.connections(
            visibleTo: tenant.principal(),
            matching: query,
            page: Page(size: 5, number: 1)
        )
        #expect(found.total == 400)
        #expect(found.totalFiltered == 11)
        #expect(found.elements.count == 5)
        await reopened.close()
    }
}
