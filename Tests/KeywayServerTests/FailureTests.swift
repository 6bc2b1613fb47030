import ActService
import Access
import Documents
import HTTPServer
import SQLiteStorage
import Storage
import Testing
import TestSupport
import Vault

@testable import KeywayServer

/// A way in which the store fails, and what becomes of it.
struct Failure: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let error: StoreError
    let status: Int
    /// The reason in the operator's log.
    let reason: String
}

@Suite("A server whose parts fail")
struct FailureTests {
    static let failures = [
        Failure(
            testDescription: "a full disk",
            error: .unavailable("no space left"),
            status: 503,
            reason: "the store is unavailable: no space left"
        ),
        Failure(
            testDescription: "damaged data",
            error: .corrupt("page 7 is malformed"),
            status: 500,
            reason: "the store is corrupt: page 7 is malformed"
        ),
        Failure(testDescription: "a closed store", error: .closed, status: 503, reason: "the store is closed"),
    ]

    private func expect(_ failure: Failure, in answer: Answer, _ fixture: Fixture) {
        expectErrors(in: answer, status: failure.status, sources: [nil])
        // The reason is for the operator alone.
        if case .unavailable(let text) = failure.error { #expect(!answer.text.contains(text)) }
        if case .corrupt(let text) = failure.error { #expect(!answer.text.contains(text)) }
        let lines = fixture.logLines().map { Answer(Response(status: 200, body: Array($0.utf8))).json }
        let notes = lines.filter { $0["event"] == "failure" && $0["request_id"]?.text?.string == answer.requestID }
        #expect(notes.map { $0["reason"]?.text?.string } == [failure.reason])
        #expect(notes.allSatisfy { $0["level"] == "error" })
    }

    @Test("answers a write that can't be committed", arguments: failures)
    func commit(_ failure: Failure) async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        let events = try fixture.events().count
        fixture.store.set { $0.commitFailure = failure.error }
        for (method, target, body) in [
            (HTTPMethod.post, Paths.connections, Bodies.openAI()), (.patch, Paths.connection(id), Bodies.rename("New")),
            (.delete, Paths.connection(id), ""),
            (.delete, Paths.registration(fixture.admin.applicationKey), ""),
        ] {
            expect(failure, in: try await fixture.send(method, target, body: body), fixture)
        }
        #expect(try fixture.events().count == events)
    }

    @Test("answers a read that fails, of keys and of documents", arguments: failures, [true, false])
    func read(_ failure: Failure, _ keysAreKnown: Bool) async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        let keys = keysAreKnown ? fixture.admin : try await fixture.member([.admin])
        if keysAreKnown { _ = try await fixture.send(.get, Paths.connections, as: keys) }
        fixture.store.set { $0.readFailure = failure.error }
        for target in [Paths.connection(id), Paths.connections, Paths.registrations] {
            expect(failure, in: try await fixture.send(.get, target, as: keys), fixture)
        }
    }

    @Test("does not take a failing store for wrong keys: no answer is held back")
    func noBrake() async throws {
        let fixture = try await Fixture()
        fixture.store.set { $0.readFailure = .closed }
        for _ in 0..<60 {
            let answer = try await fixture.send(.get, Paths.connections, as: fixture.admin)
            #expect(answer.status == 503)
        }
        #expect(fixture.service.brake.count == 0)
    }

    @Test("says whether it is ready, else what to do, and stays healthy", arguments: [nil] + Unreadiness.allCases)
    func readiness(_ reason: Unreadiness?) async throws {
        let fixture = try await Fixture()
        fixture.store.set { $0.unreadiness = reason }
        let answer = try await fixture.send(.get, "/readyz")
        #expect(answer.status == (reason == nil ? 200 : 503))
        #expect(answer.json["status"]?.text?.string == (reason == nil ? "ready" : "not ready"))
        #expect(answer.json["reason"]?.text?.string == reason?.rawValue)
        #expect(try await fixture.send(.get, "/healthz").text == #"{"status":"ok"}"#)
    }

    @Test("issues another id when the one that it issued exists, again and again", arguments: [(199, 201), (200, 503)])
    func repeatedID(_ conflicts: Int, _ status: Int) async throws {
        let fixture = try await Fixture()
        fixture.store.set { $0.conflicts = conflicts }
        let answer = try await fixture.send(.post, Paths.connections, body: Bodies.openAI())
        #expect(answer.status == status)
        #expect(try fixture.events().count == (status == 201 ? 1 : 0))
    }

    @Test("can't change secrets that its master keys don't open, and changes nothing then")
    func lostMasterKey() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.datadog(apiKey: Bodies.marker, appKey: Bodies.marker))
        fixture.vault.use(MasterKeyring())
        let answer = try await fixture.send(
            .patch,
            Paths.connection(id),
            body: Bodies.datadog(name: nil, datacenter: nil, apiKey: Bodies.marker)
        )
        expectErrors(in: answer, status: 500, sources: [nil])
        let lines = fixture.logLines()
        #expect(lines.contains { $0.contains("the vault failed: the secrets are sealed under master key") })
        #expect(!lines.contains { $0.contains(Bodies.marker) })
        #expect(try fixture.events().count == 1)
        // Reads go on.
        #expect(try await fixture.send(.get, Paths.connection(id), as: fixture.admin).status == 200)
    }

    @Test("renames a connection whose secrets it can't open, and takes them anew")
    func renameWithoutMasterKey() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        fixture.vault.use(MasterKeyring())
        // Until its key is noted, nothing is sealed under it, and no request waits for that.
        expectErrors(in: try await fixture.send(.patch, Paths.connection(id), body: Bodies.openAI()), status: 503)
        _ = try await fixture.sqlite.commit(Change([.noteMasterKey(id: fixture.vault.activeKeyID)], event: nil))
        #expect(try await fixture.send(.patch, Paths.connection(id), body: Bodies.rename("New")).status == 200)
        #expect(try await fixture.send(.patch, Paths.connection(id), body: Bodies.openAI()).status == 200)
        #expect(try fixture.secrets(of: id, are: ["integration/credentials/api_token": Bodies.marker]))
    }
}
