import NetworkTypes
package import Secrets

/// How long a third party may take to begin its response, and between two pieces of it, in seconds.
package enum ResponseTimeout: Sendable {
    /// Unless the operator has set a time for all.
    case usual(Double)
    /// Whatever the operator has set.
    case exact(Double)
}

/// A request to a third party, ready to be sent: nothing is added to it but what HTTP needs.
package struct OutgoingRequest: Sendable {
    /// A header of it. Its value may be, or hold, a credential.
    package struct Header: Sendable {
        package let name: String
        package let value: Secret

        package init(name: String, value: Secret) {
            self.name = name
            self.value = value
        }

        /// A header whose value is no secret.
        package init(name: String, text: String) {
            self.init(name: name, value: Secret(copying: text.utf8))
        }
    }

    /// An HTTP method, a token in the sense of RFC 9110.
    package var method: String
    /// Scheme, host and port, such as `https://api.example.com` or `http://127.0.0.1:8080`.
    package var origin: String
    /// Path and query, sent byte for byte; starts with `/`. It may hold a credential.
    package var target: Secret
    package var headers: [Header]
    /// The value of `Host`, where it is not that of the origin: a signature may name the host.
    package var host: String?
    /// The body, or `nil` to send none.
    package var body: SecretBuffer?
    /// The body where it is sent while it comes, instead of ``body``.
    package var upload: (any UploadSource)?
    /// Whether it may go to public hosts alone, whatever networks the operator allows.
    package var isForPublicHosts = false
    /// Whether request and response may take ``EgressConfiguration/totalTimeout`` together, and no longer.
    package var isBoundedInTime = false
    /// How long the response may take, if not as long as any other.
    package var timeout: ResponseTimeout?

    /// Whether asking twice does the same as asking once (RFC 9110, section 9.2.2).
    package static func isIdempotent(_ method: String) -> Bool {
        ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"].contains(method)
    }

    package init(
        method: String,
        origin: String,
        target: Secret,
        headers: [Header] = [],
        body: SecretBuffer? = nil,
        timeout: ResponseTimeout? = nil,
        host: String? = nil
    ) {
        self.method = method
        self.origin = origin
        self.target = target
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.host = host
    }
}
