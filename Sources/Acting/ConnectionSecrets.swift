package import Secrets

/// The secrets of one connection, opened for one use.
package protocol ConnectionSecrets: Sendable {
    /// The secret at an address such as `integration/credentials/api_token`, or `nil` if there is none.
    func secret(at address: String) -> Secret?
}

/// What an act takes of a connection's secrets.
struct OpenedSecrets {
    private let source: any ConnectionSecrets
    private var addresses: Set<String> = []
    /// All that was taken, and what was made of it.
    private(set) var used: [Secret] = []

    init(_ source: any ConnectionSecrets) {
        self.source = source
    }

    mutating func take(_ address: String) throws(ActFailure) -> Secret {
        guard let secret = source.secret(at: address) else {
            throw ActFailure(.secretMissing, "the connection holds no secret at \(address): send it in an update")
        }
        if addresses.insert(address).inserted { used.append(secret) }
        return secret
    }

    mutating func note(_ secret: Secret) {
        used.append(secret)
    }
}
