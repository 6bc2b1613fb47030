package import Access
package import Documents
package import Tracing

/// The proof by which a caller is known: digests of keys and tokens, never their texts.
package enum Credential: Hashable, Sendable {
    /// An API key, and an application key of the same organisation.
    case keys(api: KeyDigest, application: KeyDigest)
    /// A personal access token, a service access token or a delegated one.
    case accessToken(KeyDigest)
    case actToken(KeyDigest)
    /// The id of an act token's AWS key pair, by which a request is signed.
    case accessKey(String)
}

/// A caller whom the gate has let in, and the request that it sends.
package struct Actor: Sendable {
    package let principal: Principal
    package let credential: Credential
    /// The name of the request in its response, its log line and its audit events.
    package let requestID: String
    /// The span of the request, if it is traced.
    package let span: Span?

    package init(_ principal: Principal, by credential: Credential, requestID: String, span: Span? = nil) {
        self.principal = principal
        self.credential = credential
        self.requestID = requestID
        self.span = span
    }

    /// The audit event that tells of something that the actor did.
    package func event(
        _ action: String,
        on resourceType: String,
        _ resource: Identifier,
        details: [JSONValue.Member] = []
    ) -> AuditEvent {
        AuditEvent(
            organization: principal.organization,
            actor: .principal(principal),
            action: action,
            resourceType: resourceType,
            resource: resource,
            details: details,
            requestID: requestID
        )
    }
}
