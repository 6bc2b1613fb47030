import Documents

/// Turns a third party's links into links that lead through Keyway.
///
/// A link is rewritten as a whole or not at all, and never by comparing text: it is parsed, and its origin and path
/// must be ones that requests through the connection can reach.
package struct LinkRewriter: Sendable {
    private let scope: LinkScope
    private let request: WebLink
    /// The address of `…/proxy` as callers reach it.
    private let proxy: [UInt8]

    /// - Parameters:
    ///   - scope: What the connection reaches.
    ///   - request: The URL of the request, to which references in headers are relative.
    ///   - proxy: The address of `…/proxy` as callers reach it: a URL, or its path alone.
    package init(scope: LinkScope, request: WebLink, proxy: String) {
        self.scope = scope
        self.request = request
        self.proxy = Array(proxy.utf8)
    }

    /// The URL that leads to the same place through Keyway; `nil` if the link leads elsewhere, or is none.
    package func rewritten(_ link: some Collection<UInt8>) -> [UInt8]? {
        WebLink(link).flatMap(rewritten)
    }

    /// The same for a link that may be relative to the request.
    package func rewritten(reference: some Collection<UInt8>) -> [UInt8]? {
        WebLink(reference, relativeTo: request).flatMap(rewritten)
    }

    /// The same for a link that was read.
    package func rewritten(_ link: WebLink) -> [UInt8]? {
        scope.proxied(link).map { proxy + $0 }
    }

    /// The value of a header whose name is that, with its links rewritten; `nil` if nothing changes.
    package func rewritten(header name: String, value: some Collection<UInt8>) -> [UInt8]? {
        name.lowercased() == "link" ? LinkHeader.rewritten(value, by: self) : rewritten(reference: value)
    }
}
