import Access
import ActService
import Acting
import Connections
import Documents
import Egress
import JSONReading
import Secrets
import Storage
import Synchronization
import Testing
import UpstreamTesting
import Vault

/// Acts over a store in memory, without a door.
struct ActFixture: Sendable {
    static let ids = IdentifierGenerator()
    /// Stands where secrets stand, and may be seen nowhere else.
    static let marker = ["s3cr3t", "mark", "er"].joined(separator: "-")

    let store = MemoryStore()
    let metrics = ActMetrics()
    let uses: KeyUses
    let acts: ConnectionActs
    let actor: Actor
    private let vault = Vault(keyring: MasterKeyring())

    init() throws {
        uses = KeyUses(store: store)
        acts = ConnectionActs(
            store: store,
            vault: vault,
            egress: .onLoopback,
            planner: ActPlanner(endpoints: AWSEndpoints { _ in nil }),
            environment: { _ in nil },
            metrics: metrics,
            uses: uses,
            noteObjection: { _ in }
        )
        actor = try Self.admin()
    }

    /// Stores a connection of the HTTP integration that sends the marker as a bearer token.
    ///
    /// - Parameters:
    ///   - url: Its base URL.
    ///   - settings: Members of its settings.
    /// - Returns: Its id.
    /// - Throws: ``VaultError``, or ``InvalidDocument`` for a URL that is none.
    func connect(to url: String, settings: String = "") async throws -> Identifier {
        let id = Self.ids.next()
        try await store(id, Self.http(baseURL: url), settings)
        return id
    }

    /// The HTTP integration with the marker as a bearer token.
    static func http(baseURL url: String) -> String {
        #"""
        {"type":"HTTP","base_url":"\#(url)","credentials":{"type":"HTTPTokenAuth",
        "headers":[{"name":"Authorization","value":"Bearer {{ token }}"}],
        "tokens":[{"name":"token","type":"SECRET","value":"\#(marker)"}]}}
        """#
    }

    /// Stores a connection as it is from now on.
    func store(_ id: Identifier, _ integration: String, _ settings: String, revision: Int64 = 1) async throws {
        let body = #"""
            {"data":{"type":"action_connection","attributes":{"name":"Test","integration":\#(integration)}}}
            """#
        let parted = try DocumentSchema.connection.create(try JSONReader.read(Array(body.utf8)), id: id) { $0 }
        let settings = #"{"id":"\#(id)","type":"connection_settings","attributes":{\#(settings)}}"#
        let destination = DocumentSchema.connectionDestination(
            document: parted.document,
            settings: try JSONReader.read(Array(settings.utf8))
        )
        store.put(
            ActingState(
                document: JSONWriter.bytes(of: parted.document),
                revision: revision,
                sealed: try await vault.seal(
                    parted.secrets.map { ($0.address, $0.value) },
                    organization: actor.principal.organization,
                    record: id,
                    destination: destination.text
                ),
                settings: .init(document: Array(settings.utf8), revision: revision),
                policy: nil
            ),
            as: id
        )
    }

    /// Acts, and expects that the response begins and ends once.
    func act(
        _ method: String = "GET",
        _ path: String = "/",
        query: String? = nil,
        body: String = "",
        headers: [(name: String, value: String)] = [],
        through connection: Identifier,
        to sink: CollectingSink = CollectingSink(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async -> CollectedResponse {
        let request = ActRequest(
            method: method,
            path: path,
            query: query,
            headers: headers.map { FoldedHeader(name: $0.name, value: $0.value) },
            body: Array(body.utf8).withUnsafeBytes { SecretBuffer(copying: $0) }
        )
        let response = await sink.response { sink in
            acts.perform(request, through: connection, by: actor, answering: sink)
        }
        #expect(sink.begins == 1, sourceLocation: sourceLocation)
        #expect(sink.ends == 1, sourceLocation: sourceLocation)
        return response
    }

    /// How often acts had this outcome.
    func count(_ outcome: String) -> UInt64 {
        metrics.counts.first { $0.key.outcome == outcome }?.count ?? 0
    }

    private static func admin() throws -> Actor {
        let organization = ids.next()
        let user = User(
            id: ids.next(),
            organization: organization,
            handle: "a",
            roles: [Role.admin.id],
            createdAt: .now
        )
        let api = KeyDigest(of: "api")
        let application = KeyDigest(of: "application")
        let principal = Principal(
            apiKey: APIKey(
                id: ids.next(),
                organization: organization,
                name: "API key",
                digest: api,
                last4: "0000",
                createdAt: .now
            ),
            applicationKey: ApplicationKey(
                id: ids.next(),
                organization: organization,
                owner: user.id,
                name: "Application key",
                digest: application,
                last4: "0000",
                scopes: nil,
                isRegistered: true,
                createdAt: .now
            ),
            user: user
        )
        return Actor(
            try #require(principal),
            by: .keys(api: api, application: application),
            requestID: "request"
        )
    }
}

extension ActError {
    var isRule: Bool { if case .rule = cause { true } else { false } }
    var isUnrecorded: Bool { if case .unrecorded = cause { true } else { false } }

    /// Whether it is a limit's.
    var isLimit: Bool {
        switch cause {
        case .tooMany, .tooFast: true
        default: false
        }
    }

    var egressError: EgressError? { if case .egress(let error, _) = cause { error } else { nil } }
}
