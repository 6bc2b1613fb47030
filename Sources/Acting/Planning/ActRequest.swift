package import Egress
package import Secrets

/// A caller's request to be sent through a connection.
package struct ActRequest: Sendable {
    package let method: String
    /// The path after `…/proxy`, nothing unescaped: empty, or beginning with a slash.
    package let path: String
    /// The part after the first `?`, with nothing unescaped; `nil` if there is none.
    package let query: String?
    package let headers: [FoldedHeader]
    package let body: SecretBuffer
    /// The body where it is sent while it comes; then ``body`` is empty.
    package let upload: (any UploadSource)?
    /// The caller's signature as for AWS, if there is one: it has been verified.
    package let signature: VerifiedSignature?
    /// The places of the caller's act token. It is taken out, or the request is refused.
    package let tokenPlaces: [TokenPlace]
    /// The facts of a request that was sent to the third party's own host; `nil` where it was sent to Keyway.
    package let arrival: ThirdPartyArrival?

    package init(
        method: String,
        path: String,
        query: String? = nil,
        headers: [FoldedHeader] = [],
        body: SecretBuffer = SecretBuffer(count: 0) { _ in },
        upload: (any UploadSource)? = nil,
        signature: VerifiedSignature? = nil,
        tokenPlaces: [TokenPlace] = [],
        arrival: ThirdPartyArrival? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.upload = upload
        self.signature = signature
        self.tokenPlaces = tokenPlaces
        self.arrival = arrival
    }
}

/// The facts of a request that its caller has sent to a third party's own host, as it thinks.
package struct ThirdPartyArrival: Sendable {
    /// Scheme, host and port, as ``WebOrigin`` writes them. A plan that leads elsewhere is refused.
    package let origin: String
    /// Whether the connection's credential is added to a request that carries none.
    package let addsCredentials: Bool
    /// Service and region that the tool has signed the request for as for AWS, by keys that prove nothing here.
    package let signedFor: SigningScope?

    package init(origin: String, addsCredentials: Bool, signedFor: SigningScope? = nil) {
        self.origin = origin
        self.addsCredentials = addsCredentials
        self.signedFor = signedFor
    }
}
