import Documents
package import Secrets

/// A caller's request as it was received, for the signature that it carries.
package struct SignedRequest: Sendable {
    package let method: String
    /// The whole path with nothing unescaped, Keyway's own part included.
    package let path: String
    /// The part after the first `?`, with nothing unescaped; `nil` if there is none.
    package let query: String?
    package let headers: [FoldedHeader]
    package let body: Body

    package enum Body: Sendable {
        case whole(SecretBuffer)
        /// Read while it comes.
        case streamed
    }

    package init(method: String, path: String, query: String?, headers: [FoldedHeader], body: Body) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// The values of a header, whose name is in lower case.
    func values(of name: String) -> [String] {
        headers.filter { $0.name.lowercased() == name }.map(\.value)
    }

    /// The value of a header that may stand there once.
    ///
    /// - Throws: ``SignatureRefusal`` if it is there twice.
    func value(of name: String) throws(SignatureRefusal) -> String? {
        let values = values(of: name)
        guard values.count < 2 else { throw SignatureRefusal(.malformed, "the header \(name) is there twice") }
        return values.first
    }

    /// The parameters of the query, decoded.
    var parameters: [(name: String, value: String)] {
        (query ?? "").split(separator: "&").map { parameter in
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decoded(parts[0]), parts.count > 1 ? Self.decoded(parts[1]) : "")
        }
    }

    /// The query without the parameter that holds the signature.
    var queryWithoutSignature: String? {
        query.map { query in
            query.split(separator: "&").filter {
                Self.decoded($0.prefix { $0 != "=" }) != SignatureClaim.signatureParameter
            }.joined(separator: "&")
        }
    }

    private static func decoded(_ text: Substring) -> String {
        PercentDecoding.decode(text.utf8, plusIsSpace: true).map { String(decoding: $0, as: UTF8.self) } ?? String(text)
    }
}
