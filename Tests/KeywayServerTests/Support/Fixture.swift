import ActService
import Access
import Connections
import Cryptography
import Dispatch
import Documents
import Egress
import HTTPServer
import KeywayServer
import NetworkTypes
import Platform
import Secrets
import SQLiteStorage
import Storage
import Testing
import TestSupport
import UpstreamTesting
import Vault

/// A service over a new database, with one organisation, whose answers are held against the OpenAPI document.
final class Fixture: Sendable {
    static let ids = IdentifierGenerator()
    /// One for all: it may reach servers on this machine.
    static let egress = EgressClient.onLoopback
    /// One that takes 127.0.0.2 for a public host.
    static let followingEgress = EgressClient.onLoopback {
        $0.networksTakenForPublic = ["127.0.0.2"].compactMap(IPNetwork.init)
    }

    /// One that uses no plain HTTP.
    static let strictEgress = EgressClient.onLoopback { $0.allowsPlaintext = false }

    let directory = TemporaryDirectory()
    let sqlite: SQLiteStore
    let store: FaultyStore
    let vault = Vault(keyring: MasterKeyring())
    let log: AccessLog
    let service: Service
    let organization: Identifier
    /// An admin with a registered key.
    let admin: Keys

    init(
        rateLimit: RateLimit? = .standard,
        metricsHaveOwnListener: Bool = false,
        egress: EgressClient = Fixture.egress
    ) async throws {
        sqlite = try SQLiteStore.create(in: directory.path) { KeyDigest(SHA256.digest(of: $0)) }
        store = FaultyStore(sqlite)
        // It stays open: the log's thread may write at any time.
        log = AccessLog(descriptor: open(directory.path + "/log", O_WRONLY | O_CREAT | O_APPEND, 0o600))
        var configuration = Service.Configuration()
        configuration.rateLimit = rateLimit
        configuration.metricsHaveOwnListener = metricsHaveOwnListener
        service = Service(
            store: store,
            vault: vault,
            identifiers: Self.ids,
            egress: egress,
            configuration: configuration,
            log: log
        )
        service.proxySessions.open(at: "127.0.0.1:8481")
        organization = try await Self.createOrganization(in: sqlite)
        _ = try await sqlite.commit(Change([.noteMasterKey(id: vault.activeKeyID)], event: nil))
        admin = try await Self.createMember(of: organization, roles: [.admin], in: sqlite)
    }

    /// A further service over a store, by default the same one: another node.
    func node(over store: (any Store)? = nil, identifiers: IdentifierGenerator = Fixture.ids) -> Service {
        Service(store: store ?? sqlite, vault: vault, identifiers: identifiers, egress: Self.egress, log: log)
    }

    // MARK: Requests

    /// Sends a request to the service, and checks the response against the OpenAPI document, unless it is undescribed.
    func send(
        _ method: HTTPMethod,
        _ target: String,
        as keys: Keys? = nil,
        body: String? = nil,
        headers: [(name: String, value: String)] = [],
        from address: String = "192.0.2.1",
        isDescribed: Bool = true,
        to service: Service? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        let service = service ?? self.service
        let request = DirectRequest(
            method,
            target,
            headers: (keys?.headers ?? []) + headers,
            body: Array((body ?? "").utf8),
            from: try #require(IPAddress(address))
        )
        let response = await withCheckedContinuation { service.answer(request, to: DirectReply($0)) }
        let answer = Answer(response)
        #expect(answer.ownRequestID?.utf8.count == 15, sourceLocation: sourceLocation)
        for fault in Contract.shared.faults(of: answer, to: method, request.rawPath) where isDescribed {
            Issue.record("the OpenAPI document does not describe this answer: \(fault)", sourceLocation: sourceLocation)
        }
        return answer
    }

    /// Sends a request as the admin.
    func send(
        _ method: HTTPMethod,
        _ target: String,
        body: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        try await send(method, target, as: admin, body: body, sourceLocation: sourceLocation)
    }

    /// Creates a connection.
    ///
    /// - Returns: Its id.
    func create(_ body: String, as keys: Keys? = nil) async throws -> String {
        let answer = try await send(.post, Paths.connections, as: keys ?? admin, body: body)
        try #require(answer.status == 201, "\(answer.text)")
        return answer.id
    }

    // MARK: What is stored

    /// Whether the stored secrets of a connection are exactly these, and open for its present destination. No secret
    /// shows in a failure.
    func secrets(of id: String, are expected: [String: String]) throws -> Bool {
        let identifier = try #require(Identifier(id))
        let stored = try #require(try sqlite.stored(.connection, identifier, in: organization))
        let destination = DocumentSchema.connection.destination(of: Answer(Response(stored)).json)
        return try secrets(of: id, are: expected, for: destination.text)
    }

    /// Whether the secrets open for that destination, and are these.
    func secrets(of id: String, are expected: [String: String], for destination: String) throws -> Bool {
        let identifier = try #require(Identifier(id))
        guard let sealed = try #require(try sqlite.sealedSecrets(of: .connection, identifier, in: organization)).sealed
        else { return expected.isEmpty }
        let opened = try #require(
            try vault.openAllAtOnce(
                sealed,
                organization: organization,
                record: identifier,
                destination: destination
            )
        )
        guard opened.count == expected.count else { return false }
        return opened.allSatisfy { field, secret in
            secret.withBytes { bytes in expected[field].map { bytes.elementsEqual($0.utf8) } ?? false }
        }
    }

    /// The audit events since the fixture was made.
    func events() throws -> [JSONValue] {
        // Outcomes of acts wait for the next commit that somebody waits for: this one.
        let isCommitted = DispatchSemaphore(value: 0)
        sqlite.enqueue(Change([], event: nil)) { _ in isCommitted.signal() }
        isCommitted.wait()
        return try auditEvents(in: directory.path)
    }

    /// The log's lines so far.
    func logLines() -> [String] {
        log.flush()
        return String(decoding: (bytes(ofFile: directory.path + "/log") ?? []), as: UTF8.self)
            .split(separator: "\n").map(String.init)
    }
}

extension Response {
    fileprivate init(_ stored: StoredDocument) {
        self.init(status: 200, body: stored.record.document)
    }
}

/// The paths of the API.
enum Paths {
    static let connections = "/api/v2/actions/connections"
    static let registrations = "/api/v2/actions/app_key_registrations"
    static let accounts = "/api/v2/integration/aws/accounts"

    static func connection(_ id: String) -> String { "\(connections)/\(id)" }
    static func settings(_ id: String) -> String { "\(connections)/\(id)/settings" }
    static func act(_ id: String, _ target: String) -> String { "\(connections)/\(id)/proxy\(target)" }
    static func test(_ id: String) -> String { "\(connections)/\(id)/test" }
    static func policy(_ id: String) -> String { "/api/v2/restriction_policy/connection:\(id)" }
    static func registration(_ id: Identifier) -> String { "\(registrations)/\(id)" }
}
