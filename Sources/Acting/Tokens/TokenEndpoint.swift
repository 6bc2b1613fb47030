package import Egress
package import Secrets

/// Sends the requests by which tokens are issued.
package protocol TokenEndpoint: Sendable {
    /// Sends a request and returns the whole response.
    func exchange(_ request: OutgoingRequest) async throws(EgressError) -> (head: ResponseHead, body: SecretBuffer)
}
