import Access
import Acting
import ActService
import AgentTools
import Connections
import Documents
import Egress
import JSONReading
import NetworkTypes
import Secrets
import Storage
import Synchronization
import Testing
import UpstreamTesting
import Vault

/// The door for agents over a store in memory, without HTTP.
struct AgentFixture: Sendable {
    static let ids = IdentifierGenerator()
    /// Stands where secrets stand, and may be seen nowhere else.
    static let marker = ["s3cr3t", "mark", "er"].joined(separator: "-")

    let store = AgentStore()
    let core: DoorCore
    let door: AgentDoor
    let admin: Actor
    private let vault = Vault(keyring: MasterKeyring())

    init() throws {
        let acts = ConnectionActs(
            store: store,
            vault: vault,
            egress: .onLoopback,
            planner: ActPlanner(endpoints: AWSEndpoints { _ in nil }),
            environment: { _ in nil },
            metrics: ActMetrics(),
            uses: KeyUses(store: store),
            noteObjection: { _ in }
        )
        core = DoorCore(acts: acts, access: ConnectionAccess(store: store)) { error, _ in
            let isAct = error is ActError
            return ErrorWords(code: isAct ? "act_error" : "error", text: "It is refused.", isTransient: false)
        }
        door = AgentDoor(core, version: "1.2.3")
        admin = try Self.actor("admin", in: Self.ids.next())
    }

    /// Stores a connection of the HTTP integration that sends the marker as a bearer token.
    func connect(to url: String, named name: String = "Test", settings: String = "") async throws -> Identifier {
        let id = Self.ids.next()
        let body = #"""
            {"data":{"type":"action_connection","attributes":{"name":"\#(name)","integration":
            {"type":"HTTP","base_url":"\#(url)","credentials":{"type":"HTTPTokenAuth",
            "headers":[{"name":"Authorization","value":"Bearer {{ token }}"}],
            "tokens":[{"name":"token","type":"SECRET","value":"\#(Self.marker)"}]}}}}}
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
                revision: 1,
                sealed: try await vault.seal(
                    parted.secrets.map { ($0.address, $0.value) },
                    organization: admin.principal.organization,
                    record: id,
                    destination: destination.text
                ),
                settings: .init(document: Array(settings.utf8), revision: 1),
                policy: nil
            ),
            as: id
        )
        return id
    }

    // MARK: Messages

    /// Sends a message as it is.
    func send(
        _ body: String,
        headers: [(name: String, value: String)] = [("Content-Type", "application/json")],
        to connection: Identifier? = nil,
        as actor: Actor? = nil
    ) async -> AgentAnswer {
        let message = DoorMessage(
            connection: connection,
            headers: headers.map { HeaderField(name: $0.name, value: $0.value) },
            body: Array(body.utf8).withUnsafeBytes { SecretBuffer(copying: $0) }
        )
        let response: DoorResponse
        switch door.work(for: message, by: actor ?? admin) {
        case .done(let done): response = done
        case .lookup(let work), .search(let work): response = work()
        case .question(let work): response = await work()
        case .act(let act): response = await withCheckedContinuation { act(AgentReply($0)) }
        }
        return AgentAnswer(response)
    }

    /// Sends a request of the version without a handshake.
    func ask(
        _ method: String,
        _ parameters: String = "",
        naming name: String? = nil,
        to connection: Identifier? = nil,
        as actor: Actor? = nil
    ) async -> AgentAnswer {
        let members = (parameters.isEmpty ? "" : parameters + ",") + Self.metadata
        var headers = [
            ("Content-Type", "application/json"), ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", method),
        ]
        if let name { headers.append(("Mcp-Name", name)) }
        return await send(
            #"{"jsonrpc":"2.0","id":7,"method":"\#(method)","params":{\#(members)}}"#,
            headers: headers.map { (name: $0.0, value: $0.1) },
            to: connection,
            as: actor
        )
    }

    static let metadata = #"""
        "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}
        """#

    /// Calls a tool.
    func call(
        _ tool: String,
        _ arguments: String,
        to connection: Identifier? = nil,
        as actor: Actor? = nil
    ) async -> AgentAnswer {
        await ask(
            "tools/call",
            #""name":"\#(tool)","arguments":{\#(arguments)}"#,
            naming: tool,
            to: connection,
            as: actor
        )
    }

    // MARK: Callers

    /// An administrator with keys of their own.
    static func actor(_ name: String, in organization: Identifier, scopes: [String]? = nil) throws -> Actor {
        let user = User(
            id: ids.next(),
            organization: organization,
            handle: name,
            roles: [Role.admin.id],
            createdAt: .now
        )
        let api = KeyDigest(of: "api of \(name)")
        let application = KeyDigest(of: "application of \(name)")
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
                scopes: scopes,
                isRegistered: true,
                createdAt: .now
            ),
            user: user
        )
        return Actor(try #require(principal), by: .keys(api: api, application: application), requestID: "request")
    }

    /// The admin, by an act token.
    func actor(limitedTo limits: ActToken.Limits) -> Actor {
        let digest = KeyDigest(of: "token")
        let token = ActToken(
            id: Self.ids.next(),
            organization: admin.principal.organization,
            owner: admin.principal.user,
            source: .accessToken(Self.ids.next()),
            name: nil,
            digest: digest,
            limits: limits,
            createdAt: .now,
            expiresAt: Timestamp(microseconds: Timestamp.now.microseconds + 60_000_000)
        )
        return Actor(admin.principal.limited(to: token), by: .actToken(digest), requestID: "request")
    }
}

/// The response to a message.
struct AgentAnswer: Sendable {
    let status: Int
    let json: JSONValue

    init(_ response: DoorResponse) {
        status = response.status
        json = (try? JSONReader.read(response.body)) ?? .null
    }

    var code: Int64? { json["error"]?["code"]?.wholeNumber }
    var message: String { json["error"]?["message"]?.text?.string ?? "" }
    var result: JSONValue? { json["result"] }
    var isError: Bool { result?["isError"] == true }

    /// The blocks of a tool's result.
    var blocks: [JSONValue] {
        guard case .array(let blocks)? = result?["content"] else { return [] }
        return blocks
    }

    var texts: [String] { blocks.compactMap { $0["text"]?.text?.string } }
    /// The first block of a tool's result.
    var text: String { texts.first ?? "" }
    /// The first block as JSON.
    var data: JSONValue { (try? JSONReader.read(Array(text.utf8))) ?? .null }
    var cursor: String? { data["next_cursor"]?.text?.string }
}

/// Hands the response to its waiter.
private final class AgentReply: DoorReply {
    private let continuation: Mutex<CheckedContinuation<DoorResponse, Never>?>

    init(_ continuation: CheckedContinuation<DoorResponse, Never>) {
        self.continuation = Mutex(continuation)
    }

    func whenCallerLeaves(_: @escaping @Sendable () -> Void) {}

    func send(_ response: DoorResponse) {
        let continuation = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        guard let continuation else { preconditionFailure("a message has one response") }
        continuation.resume(returning: response)
    }
}

/// The store of acts in memory: connections as a test puts them there.
final class AgentStore: ActingStore, ChangeStore, RestrictedConnections {
    private struct State {
        var connections: [(id: Identifier, state: ActingState)] = []
        var events: [AuditEvent] = []
    }

    private let state = Mutex(State())

    /// How many audit events were committed.
    var events: Int { state.withLock { $0.events.count } }

    func put(_ connection: ActingState, as id: Identifier) {
        state.withLock { state in
            state.connections.removeAll { $0.id == id }
            state.connections.append((id, connection))
        }
    }

    /// Keeps everyone from a connection but this user.
    func restrict(_ id: Identifier, to user: Identifier) {
        guard let state = find(id) else { return }
        let policy = RestrictionPolicy([.init(.resolver, [.user(user)])])
        put(
            ActingState(
                document: state.document,
                revision: state.revision + 1,
                sealed: state.sealed,
                settings: state.settings,
                policy: policy
            ),
            as: id
        )
    }

    private func find(_ id: Identifier) -> ActingState? {
        state.withLock { state in state.connections.first { $0.id == id }?.state }
    }

    func actingState(of connection: Identifier, in _: Identifier) throws(StoreError) -> ActingState? {
        find(connection)
    }

    func connection(_ id: Identifier, in _: Identifier) throws(StoreError) -> RestrictedConnection? {
        find(id).map { RestrictedConnection(document: $0.document, revision: $0.revision, policy: $0.policy) }
    }

    func connections(
        visibleTo _: Principal,
        matching filter: DocumentFilter,
        page: Page?
    ) throws(StoreError) -> PageOf<[UInt8]> {
        let all = state.withLock { $0.connections }
            .filter { connection in
                let text = String(decoding: connection.state.document, as: UTF8.self)
                return filter.nameContains.map { text.contains("\"name\":\"\($0)") } ?? true
            }
            .sorted { $0.id < $1.id }
        let rest = all.filter { connection in page?.after.map { $0.id < connection.id } ?? true }
        let elements = rest.prefix(page?.size ?? .max)
        return PageOf(
            elements: elements.map(\.state.document),
            total: all.count,
            totalFiltered: all.count,
            end: elements.last.map { ListPosition(.text("name"), $0.id) }
        )
    }

    func commit(_ change: Change) async throws(StoreError) -> CommitOutcome { take(change) }

    func enqueue(_ change: Change, completion: @escaping @Sendable (Result<CommitOutcome, StoreError>) -> Void) {
        completion(.success(take(change)))
    }

    func commitSoon(_ change: Change) { _ = take(change) }

    private func take(_ change: Change) -> CommitOutcome {
        state.withLock { $0.events += change.events }
        return .committed
    }
}
