import AmbientCredentials
import Documents
import JSONReading
import Synchronization

/// Tokens that are numbered, and a clock that is set by hand.
final class NumberedTokens: AmbientTokenSource {
    struct Refused: Error {}

    private let state = Mutex<(count: Int, seconds: Int64, fails: Bool)>((0, 1_800_000_000, false))
    let lifetime: Int64
    private let delay: Duration
    private let hasKeyPair: Bool

    init(lifetime: Int64 = AmbientTokens.lifetime, delay: Duration = .zero, hasKeyPair: Bool = true) {
        self.lifetime = lifetime
        self.delay = delay
        self.hasKeyPair = hasKeyPair
    }

    var now: Timestamp { state.withLock { Timestamp(microseconds: $0.seconds * 1_000_000) } }
    var count: Int { state.withLock { $0.count } }
    func advance(by seconds: Int64) { state.withLock { $0.seconds += seconds } }
    func fail(_ fails: Bool) { state.withLock { $0.fails = fails } }

    func newToken() async throws -> AmbientToken {
        if delay > .zero { try await Task.sleep(for: delay) }
        let (count, fails) = state.withLock { state in
            state.count += 1
            return (state.count, state.fails)
        }
        if fails { throw Refused() }
        return AmbientToken(
            text: "token\(count)",
            keyPair: hasKeyPair ? .init(accessKeyID: "KWAA\(count)", secretAccessKey: "secret\(count)") : nil,
            expiresAt: Timestamp(microseconds: now.microseconds + lifetime * 1_000_000)
        )
    }

    var tokens: AmbientTokens { AmbientTokens(source: self) { [self] in now } }
}

extension AmbientResponse {
    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    subscript(_ member: String) -> String? {
        let value = (try? JSONReader.read(body))?[member]
        return value?.text?.string ?? value?.wholeNumber.map(String.init)
    }
}

let host = "127.0.0.1:4711"
let proof = "proof of this run"
let guarding = AmbientGuard(host: host, proof: proof)

/// The requests of each cloud's tools, with the headers that they send.
enum Asking {
    static let aws = AmbientRequest(
        method: "GET",
        path: "/aws",
        headers: [.init("Host", host), .init("Authorization", proof), .init("User-Agent", "Botocore/1.44.8")]
    )
    static let azure = AmbientRequest(
        method: "GET",
        path: "/azure",
        query: "api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com",
        headers: [.init("Host", host), .init("X-IDENTITY-HEADER", proof)]
    )

    static func google(_ place: String, query: String? = nil) -> AmbientRequest {
        AmbientRequest(
            method: "GET",
            path: "/google\(place)",
            query: query,
            headers: [
                .init("Host", host), .init("metadata-flavor", "Google"),
                // keyway:proof of this run
                .init("Authorization", "Basic a2V5d2F5OnByb29mIG9mIHRoaXMgcnVu"),
            ]
        )
    }

    static let googleToken = google("/computeMetadata/v1/instance/service-accounts/default/token", query: "scopes=a,b")
}
