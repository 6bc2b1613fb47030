import Access
import Documents
import Secrets
import Storage
import Threads

extension StoreExercise {
    static let audit = [
        StoreExercise("each organisation's events are read in the order of its chain") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            for number in 2...5 { try await tenant.note("event \(number)", at: Int64(10 - number), in: store) }
            let lines = try store.auditLines(in: tenant.id, after: 0, atMost: 100)
            try expect(lines.map(\.sequence), is: [1, 2, 3, 4, 5], "the sequences")
            try expect(lines.dropFirst().map(\.time.microseconds), is: [8, 7, 6, 5], "the times")
            for line in lines.dropFirst() {
                try expect(line.says("\"event \(line.sequence)\""), "line \(line.sequence) is that event's")
            }
            try expect(store.auditLines(in: tenant.id, after: 2, atMost: 2), is: Array(lines[2...3]), "a part")
            try expect(store.auditLines(in: tenant.id, after: 5, atMost: 2), is: [], "what is behind the end")
            try expect(store.auditLines(in: tenant.id, after: .max, atMost: 2), is: [], "what is behind any end")
            try expect(store.newestAuditLine(in: tenant.id), is: lines[4], "the newest")
            try expect(store.newestAuditLine(in: other.id)?.sequence, is: 1, "the newest of the other")
            try expect(store.auditLines(in: other.id, after: 0, atMost: 100).count, is: 1, "those of the other")
            try expect(store.newestAuditLine(in: Tenant.ids.next()), is: nil, "the newest of nobody")
            try expect(store.auditLines(in: Tenant.ids.next(), after: 0, atMost: 1), is: [], "those of nobody")
        },
        StoreExercise("events are read in the order of their times, of one time in that of the chain") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            // 2 to 7 by sequence; the first is far away.
            for time in [30, 10, 20, 20, 20, 40] as [Int64] {
                try await tenant.note("event", at: time, in: store)
                try await other.note("event", at: time, in: store)
            }
            func sequences(_ span: AuditSpan, atMost count: Int = 100) throws -> [Int64] {
                try store.auditLines(in: tenant.id, span, atMost: count).map(\.sequence)
            }
            func span(_ from: Int64, _ to: Int64, isDescending: Bool = false) -> AuditSpan {
                AuditSpan(
                    from: Timestamp(microseconds: from),
                    to: Timestamp(microseconds: to),
                    isDescending: isDescending
                )
            }
            try expect(sequences(span(0, 100)), is: [3, 4, 5, 6, 2, 7], "all")
            try expect(sequences(span(0, 100, isDescending: true)), is: [7, 2, 6, 5, 4, 3], "all, the newest first")
            try expect(sequences(span(20, 30)), is: [4, 5, 6, 2], "those between, both ends included")
            try expect(sequences(span(21, 29)), is: [], "none")
            try expect(sequences(span(0, 100), atMost: 2), is: [3, 4], "the first two")
            for isDescending in [false, true] {
                var rest = span(0, 100, isDescending: isDescending)
                var found: [Int64] = []
                while let line = try store.auditLines(in: tenant.id, rest, atMost: 1).first {
                    found.append(line.sequence)
                    rest.position = .init(time: line.time, sequence: line.sequence)
                }
                let all: [Int64] = [3, 4, 5, 6, 2, 7]
                try expect(found, is: isDescending ? all.reversed() : all, "all, one at a time")
            }
            let nobody = try store.auditLines(in: Tenant.ids.next(), span(0, 100), atMost: 9)
            try expect(nobody, is: [], "those of nobody")
        },
        StoreExercise("a change for which nobody waits is committed in its turn, and before the store closes") {
            store in
            let tenant = try await Tenant.create(in: store)
            let outcomes = Outcomes()
            for number in 0..<500 {
                store.enqueue(Change([], event: tenant.event("event \(number)", on: tenant.id))) { outcomes.add($0) }
            }
            store.enqueue(Change([], event: Tenant().event(on: tenant.id))) { outcomes.add($0) }
            try expect(await store.commit(Change([], event: tenant.event("last", on: tenant.id))), is: .committed, "it")
            try expect(outcomes.all.count, is: 501, "what was told by then")
            try expect(outcomes.all.prefix(500).allSatisfy { $0 == .success(.committed) }, "they are committed")
            try expect(outcomes.all.last, is: .success(.missing), "what was told of a stranger's event")
            let lines = try store.auditLines(in: tenant.id, after: 1, atMost: 1000)
            try expect(lines.count, is: 501, "the events")
            for (number, line) in lines.dropLast().enumerated() {
                try expect(line.says("\"event \(number)\""), "event \(number) is in its place")
            }
            for _ in 0..<500 { store.enqueue(Change([], event: tenant.event(on: tenant.id))) { outcomes.add($0) } }
            await store.close()
            try expect(outcomes.all.count, is: 1001, "what was told when the store is closed")
            try expect(outcomes.all.last, is: .success(.committed), "the last of it")
            store.enqueue(Change([], event: tenant.event(on: tenant.id))) { outcomes.add($0) }
            try expect(outcomes.all.last, is: .failure(.closed), "what a closed store tells")
        },
        StoreExercise("an audit log is written out as it is stored, from any place on") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            for number in 2...6 as ClosedRange<Int64> { try await tenant.note("\(number)", at: -number, in: store) }
            let lines = try store.auditLines(in: tenant.id, after: 0, atMost: 9).map(\.bytes)
            try expect(lines.count, is: 6, "the events")
            let logs: any AuditLogs = store
            try expect(logs.organizations(), is: [tenant.organization, other.organization], "the organisations")
            for (after, count) in [(0, 9), (0, 2), (4, 9), (6, 9)] as [(Int64, Int)] {
                try expect(
                    logs.auditLog(of: tenant.id, after: after, atMost: count),
                    is: Array(lines.dropFirst(Int(after)).prefix(count)),
                    "\(count) events after \(after)"
                )
            }
            try expect(logs.auditLog(of: other.id, after: 0, atMost: 9).count, is: 1, "those of another")
            try expect(logs.auditLog(of: Tenant().id, after: 0, atMost: 9), is: [], "those of nobody")
        },
        StoreExercise("each key of the server's own is kept once, and sealed anew only from what it was") { store in
            _ = try await Tenant.create(in: store)
            func set(
                _ letter: Character,
                under masterKeyID: String,
                replacing: String?,
                _ key: ServerKey = .auditSigning
            ) async throws -> CommitOutcome {
                let sealed = SealedSecrets.lettered(letter, masterKeyID: masterKeyID)
                let mutation = Mutation.setServerKey(key, sealed, replacingOneUnder: replacing)
                return try await store.commit(Change([mutation], event: nil))
            }
            func forget(_ id: String) async throws -> CommitOutcome {
                try await store.commit(Change([.forgetMasterKey(id: id)], event: nil))
            }
            try expect(store.sealedKey(.auditSigning), is: nil, "the key at first")
            try expect(await set("a", under: "old", replacing: "new"), is: .conflict, "replacing nothing")
            try expect(await set("a", under: "unknown", replacing: nil), is: .conflict, "one under an unknown key")
            try expect(await set("a", under: "old", replacing: nil), is: .committed, "the first")
            try expect(await set("b", under: "old", replacing: nil), is: .conflict, "another first")
            try expect(store.sealedKey(.auditSigning), is: .lettered("a", masterKeyID: "old"), "the key")
            try expect(await forget("old"), is: .conflict, "forgetting its master key")
            try expect(await set("c", under: "new", replacing: "k1"), is: .conflict, "replacing what is not there")
            try expect(await set("c", under: "new", replacing: "old"), is: .committed, "sealing it anew")
            try expect(store.sealedKey(.auditSigning), is: .lettered("c", masterKeyID: "new"), "the key sealed anew")
            try expect(await set("t", under: "old", replacing: nil, .actTokens), is: .committed, "another key")
            try expect(await forget("old"), is: .conflict, "forgetting the master key of another key")
            try expect(await set("t", under: "new", replacing: "old", .actTokens), is: .committed, "sealing it anew")
            try expect(store.sealedKey(.auditSigning), is: .lettered("c", masterKeyID: "new"), "the key beside it")
            try expect(await forget("old"), is: .committed, "forgetting the master key then")
        },
    ]
}

extension Tenant {
    /// Commits an event alone, of that time in microseconds.
    fileprivate func note(_ action: String, at time: Int64, in store: any Store) async throws {
        let event = AuditEvent(
            organization: id,
            time: Timestamp(microseconds: time),
            actor: .operatorCommand("test"),
            action: action,
            resourceType: "connection",
            resource: id
        )
        try expect(await store.commit(Change([], event: event)), is: .committed, "an event alone")
    }
}

extension AuditLine {
    fileprivate func says(_ text: String) -> Bool {
        String(decoding: bytes, as: UTF8.self).contains(text)
    }
}

/// The results of changes, in the store's order.
private final class Outcomes: @unchecked Sendable {
    // Safe to share: `lock` guards what was told.
    private let lock = Lock()
    private var told: [Result<CommitOutcome, StoreError>] = []

    var all: [Result<CommitOutcome, StoreError>] { lock { told } }

    func add(_ outcome: Result<CommitOutcome, StoreError>) {
        lock { told.append(outcome) }
    }
}
