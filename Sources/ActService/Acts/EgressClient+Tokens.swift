import Acting
package import Egress
package import Secrets

/// Requests tokens of their issuer, a third party like any other, under the same guard.
extension EgressClient: TokenEndpoint {
    /// The longest response with a token in it, in bytes.
    private static let tokenResponseBytes = 1_024 * 1_024

    package func exchange(_ request: OutgoingRequest) async throws(EgressError) -> (
        head: ResponseHead, body: SecretBuffer
    ) {
        let answer = try await collect(request, atMost: Self.tokenResponseBytes)
        return (answer.head, answer.body)
    }
}
