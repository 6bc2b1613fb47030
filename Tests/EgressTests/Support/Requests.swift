import Egress
import Secrets

extension OutgoingRequest {
    static func get(_ origin: String, _ target: String = "/", headers: [Header] = []) -> OutgoingRequest {
        OutgoingRequest(method: "GET", origin: origin, target: Secret(copying: target.utf8), headers: headers)
    }

    static func post(_ origin: String, _ target: String = "/", body: String) -> OutgoingRequest {
        OutgoingRequest(
            method: "POST",
            origin: origin,
            target: Secret(copying: target.utf8),
            body: SecretBuffer(copying: body)
        )
    }
}

extension SecretBuffer {
    convenience init(copying text: String) {
        self.init(count: text.utf8.count) { $0.copyBytes(from: text.utf8) }
    }
}

extension CollectedResponse {
    var text: String { String(decoding: body.bytes, as: UTF8.self) }
}

extension EgressClient {
    /// A client that may reach the servers of the tests.
    static func local(_ change: (inout EgressConfiguration) -> Void = { _ in }) throws -> EgressClient {
        var configuration = EgressConfiguration()
        configuration.allowsPlaintext = true
        // Tests of times set their own; all others are to end well on a machine that has other things to do.
        configuration.connectTimeout = 60
        configuration.firstByteTimeout = 600
        configuration.idleTimeout = 600
        configuration.totalTimeout = 900
        configuration.allowedNetworks = ["127.0.0.0/8", "::1"].compactMap { IPNetwork($0) }
        change(&configuration)
        return try EgressClient(configuration: configuration)
    }

    func collect(_ request: OutgoingRequest) async throws(EgressError) -> CollectedResponse {
        try await collect(request, atMost: 1_000_000)
    }
}
