import Documents
import LinkRewriting
import Testing

extension LinkRewriter {
    static let proxy = "https://keyway.example/api/v2/actions/connections/1/proxy"

    /// A rewriter for a connection whose base URL is `base`, and a request to `request` there.
    static func test(
        origin: String = "https://api.vendor.com",
        path: String = "/api/v4",
        prefix: String = "",
        request: String = "https://api.vendor.com/api/v4/projects/7?page=1"
    ) throws -> LinkRewriter {
        LinkRewriter(
            scope: .base(origin: origin, path: path, prefix: prefix),
            request: try #require(WebLink(request.utf8)),
            proxy: proxy
        )
    }

    func text(_ link: String) -> String? {
        rewritten(link.utf8).map { String(decoding: $0, as: UTF8.self) }
    }

    func rewritten(header name: String, of value: String) -> String? {
        rewritten(header: name, value: value.utf8).map { String(decoding: $0, as: UTF8.self) }
    }
}

func members(_ paths: String...) throws -> [MemberPath] {
    try paths.map { try #require(MemberPath($0.utf8)) }
}
