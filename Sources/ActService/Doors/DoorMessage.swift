package import Documents
package import NetworkTypes
package import Secrets

/// A message, as the request for it came.
package struct DoorMessage: Sendable {
    /// The connection that the request's path names; `nil` for all that the caller may act through.
    package let connection: Identifier?
    package let headers: [HeaderField]
    package let body: SecretBuffer

    package init(connection: Identifier?, headers: [HeaderField], body: SecretBuffer) {
        self.connection = connection
        self.headers = headers
        self.body = body
    }

    /// The values of a header, by its name in any case.
    package func values(of name: String) -> [String] {
        headers.filter { HeaderSyntax.isSame($0.name, name) }.map(\.value)
    }
}
