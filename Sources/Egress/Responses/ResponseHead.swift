package import NetworkTypes

/// The head of a third party's response.
package struct ResponseHead: Sendable {
    /// From 200 to 999, or 101 for one that can't be followed: interim responses are not reported.
    package let status: Int
    /// In the order received. `Content-Length` and `Content-Encoding` speak of the body as it came over the wire.
    package let headers: [HeaderField]

    package init(status: Int, headers: [HeaderField]) {
        self.status = status
        self.headers = headers
    }

    /// The first header of that name, its case ignored.
    package subscript(_ name: String) -> String? {
        headers.first { HeaderSyntax.isSame($0.name, name) }?.value
    }
}
