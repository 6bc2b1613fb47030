/// The reason why a request that a caller has signed is not taken.
package struct SignatureRefusal: Error, Sendable, Equatable {
    package enum Code: Sendable {
        /// It is signed in a way that is not verified here, or its parts can't be read.
        case malformed
        /// The signature has to cover a header that it does not cover.
        case unsignedHeader
        /// Its time is too far from this server's.
        case skewed
        /// The time for which a URL was signed is over.
        case expired
        /// The signature is not that of this request: it was changed, or signed by another secret.
        case mismatch
        /// The signature covers a digest of the whole body, and the body is too long to be held for that.
        case bodyTooLong
    }

    package let code: Code
    /// For people: what is wrong and what to do. It quotes nothing of the request but names of headers.
    package let detail: String

    init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    static let mismatch = SignatureRefusal(
        .mismatch,
        "the signature is not that of this request by the secret access key of its access key id: check the key, and "
            + "that nothing on the way changes method, path, query, signed headers (Host among them) or body"
    )
}
