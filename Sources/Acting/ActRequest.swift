package import Documents
package import Egress
package import Secrets

/// What a caller wants to have sent through a connection.
package struct ActRequest: Sendable {
    package let method: String
    /// The path after `…/proxy`, nothing unescaped: empty, or beginning with a slash.
    package let path: String
    /// What follows the first `?`, nothing unescaped; `nil` if there is none.
    package let query: String?
    package let headers: [CallerHeader]
    package let body: SecretBuffer
    /// The body where it is sent while it comes; then ``body`` is empty.
    package let upload: (any UploadSource)?

    package init(
        method: String,
        path: String,
        query: String? = nil,
        headers: [CallerHeader] = [],
        body: SecretBuffer = SecretBuffer(count: 0) { _ in },
        upload: (any UploadSource)? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.upload = upload
    }
}

/// A connection as it is stored, without its secrets.
package struct ActConnection: Sendable {
    package let organization: Identifier
    package let id: Identifier
    /// Rises with each change of the document.
    package let revision: Int64
    /// The inner `data` object.
    package let document: JSONValue
    /// The attributes of the connection's settings, if it has any.
    package let settings: JSONValue?

    package init(
        organization: Identifier,
        id: Identifier,
        revision: Int64,
        document: JSONValue,
        settings: JSONValue? = nil
    ) {
        self.organization = organization
        self.id = id
        self.revision = revision
        self.document = document
        self.settings = settings
    }
}
