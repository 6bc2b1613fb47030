package import Egress
import NetworkTypes

extension EgressClient {
    /// The client that tests share: it may reach servers on this machine, without TLS too.
    package static let onLoopback = onLoopback { _ in }

    /// A client like that, but for what `change` does to its configuration.
    package static func onLoopback(_ change: (inout EgressConfiguration) -> Void) -> EgressClient {
        var configuration = EgressConfiguration()
        configuration.allowedNetworks = ["127.0.0.0/8"].compactMap(IPNetwork.init)
        configuration.allowsPlaintext = true
        change(&configuration)
        do {
            return try EgressClient(configuration: configuration)
        } catch {
            preconditionFailure("requests can't be sent: \(error)")
        }
    }
}
