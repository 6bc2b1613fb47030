package import Egress
package import Secrets

/// Sends the requests by which tokens are issued.
package protocol TokenEndpoint: Sendable {
    /// Sends a request and gives the whole answer.
    func exchange(_ request: OutgoingRequest) async throws(EgressError) -> (head: ResponseHead, body: SecretBuffer)
}
