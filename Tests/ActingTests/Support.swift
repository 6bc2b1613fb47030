import Acting
import Connections
import Documents
import Egress
import Secrets

/// Secrets as the vault would open them, by their addresses.
struct StoredSecrets: ConnectionSecrets {
    var values: [String: String]

    /// Those of members of `credentials`.
    init(_ members: [String: String]) {
        values = Dictionary(uniqueKeysWithValues: members.map { ("integration/credentials/\($0.key)", $0.value) })
    }

    func secret(at address: String) -> Secret? {
        values[address].map { Secret(copying: $0.utf8) }
    }

    var all: [Secret] { values.sorted { $0.key < $1.key }.map { Secret(copying: $0.value.utf8) } }
}

enum Sample {
    static let organization = Identifier(high: 1, low: 2)
    static let id = Identifier(high: 0x0193_cb20_1234_7abc, low: 0x8def_0123_4567_89ab)

    static func connection(
        _ integration: String,
        _ type: String,
        _ members: JSONValue,
        integrationMembers: JSONValue = .object([]),
        settings: JSONValue? = nil,
        revision: Int64 = 1,
        id: Identifier = id
    ) -> ActConnection.Stored {
        let credentials = JSONValue.object([.init("type", .string(type))] + members.members)
        let object = JSONValue.object(
            [.init("type", .string(integration)), .init("credentials", credentials)] + integrationMembers.members
        )
        return ActConnection.Stored(
            organization: organization,
            id: id,
            revision: revision,
            document: ["attributes": ["name": "a connection", "integration": object]],
            settings: settings
        )
    }

    static func openAI(settings: JSONValue? = nil) -> ActConnection.Stored {
        connection("OpenAI", "OpenAIAPIKey", ["api_token": ""], settings: settings)
    }

    /// An environment in which nothing is set but what is given.
    static func planner(_ environment: [String: String] = [:]) -> ActPlanner {
        ActPlanner(endpoints: AWSEndpoints { environment[$0] })
    }

    static func request(
        _ method: String = "GET",
        _ path: String = "/",
        query: String? = nil,
        headers: [(String, String)] = [],
        body: String = ""
    ) -> ActRequest {
        ActRequest(
            method: method,
            path: path,
            query: query,
            headers: headers.map { FoldedHeader(name: $0.0, value: $0.1) },
            body: buffer(body)
        )
    }

    static func secret(_ text: String) -> Secret { Secret(copying: text.utf8) }

    static func buffer(_ text: String) -> SecretBuffer {
        Array(text.utf8).withUnsafeBytes { SecretBuffer(copying: $0) }
    }
}

extension JSONValue {
    var members: [Member] {
        if case .object(let members) = self { members } else { [] }
    }
}

extension Secret {
    var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}

extension SecretBuffer {
    var text: String { Secret(self).text }
}

extension OutgoingRequest {
    var url: String { origin + target.text }
    /// `Name: value`, in the order in which they are sent.
    var headerLines: [String] { headers.map { "\($0.name): \($0.value.text)" } }

    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value.text
    }
}

/// A token endpoint that keeps what it was asked and answers what it is told.
actor RecordingTokenEndpoint: TokenEndpoint {
    typealias Answer = Result<(status: Int, body: String), EgressError>

    private(set) var requests: [OutgoingRequest] = []
    private let answer: @Sendable (Int) -> Answer
    private let pause: Duration

    /// One that answers each request, counted from 0.
    init(pause: Duration = .zero, answer: @escaping @Sendable (Int) -> Answer) {
        self.pause = pause
        self.answer = answer
    }

    init(_ status: Int = 200, _ body: String) {
        self.init { _ in .success((status, body)) }
    }

    func exchange(_ request: OutgoingRequest) async throws(EgressError) -> (head: ResponseHead, body: SecretBuffer) {
        let answer = answer(requests.count)
        requests.append(request)
        if pause > .zero { try? await Task.sleep(for: pause) }
        let (status, body) = try answer.get()
        return (ResponseHead(status: status, headers: []), Sample.buffer(body))
    }
}

/// The refusal or failure that something ends in.
func code(_ work: () throws(ActRefusal) -> Void) -> ActRefusal.Code? {
    do {
        try work()
        return nil
    } catch {
        return error.code
    }
}

/// A clock that stands until it is moved.
final class TestClock: @unchecked Sendable {
    // Safe to share: each test moves its own, between calls.
    private(set) var time: Timestamp

    init(seconds: Int64 = 1_440_938_160) {
        time = Timestamp(microseconds: seconds * 1_000_000)
    }

    func advance(seconds: Int64) {
        time = Timestamp(microseconds: time.microseconds + seconds * 1_000_000)
    }
}
