package import Secrets

/// The secrets of one connection, opened for one use.
package protocol ConnectionSecrets: Sendable {
    /// The secret at an address such as `integration/credentials/api_token`, or `nil` if there is none.
    func secret(at address: String) -> Secret?

    /// All of them: what a response may not show, whether the request held it or not.
    var all: [Secret] { get }
}

/// The secrets of a connection that an act uses.
struct OpenedSecrets {
    private let source: any ConnectionSecrets
    /// All that must not come back: the stored secrets, and what was made of them.
    private(set) var guarded: [Secret]

    init(_ source: any ConnectionSecrets) {
        self.source = source
        guarded = source.all
    }

    func take(_ address: String) throws(ActFailure) -> Secret {
        guard let secret = source.secret(at: address) else {
            throw ActFailure(.secretMissing, "the connection holds no secret at \(address): send it in an update")
        }
        return secret
    }

    mutating func note(_ secret: Secret) {
        guarded.append(secret)
    }
}
