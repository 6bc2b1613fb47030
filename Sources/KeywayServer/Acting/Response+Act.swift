import ActService
import Egress
import HTTPServer
import NetworkTypes

extension Response {
    /// A third party's response as it is passed on over HTTP.
    init(_ response: ActResponse) {
        var headers: [HeaderField] = []
        // Those that follow are ten at most.
        headers.reserveCapacity(response.headers.count + 10)
        headers += response.headers
        ProxiedCaching.keepFromSharedCaches(&headers)
        headers.append(.init(name: "Keyway-Upstream-Status", value: "\(response.upstreamStatus)"))
        headers.append(
            .init(name: "Keyway-Upstream-Time", value: Self.milliseconds(response.upstreamNanoseconds))
        )
        headers += Self.guarding
        self.init(status: response.status, headers: headers, body: response.body)
    }

    /// The headers of every proxied response: should a browser ever show one, it runs nothing in this server's name.
    private static let guarding: [HeaderField] = [
        .init(name: "X-Content-Type-Options", value: "nosniff"),
        .init(name: "Content-Security-Policy", value: "sandbox; default-src 'none'"),
    ]

    /// Milliseconds with three decimals.
    private static func milliseconds(_ nanoseconds: UInt64) -> String {
        let decimals = String(nanoseconds / 1_000 % 1_000 + 1_000).dropFirst()
        return "\(nanoseconds / 1_000_000).\(decimals)"
    }
}

/// Keeps proxied responses to the caller who asked for them.
enum ProxiedCaching {
    /// Changes the headers so that no shared cache keeps the response for callers with other keys: those stand in
    /// headers that caches don't look at by themselves.
    static func keepFromSharedCaches(_ headers: inout [HeaderField]) {
        var directives = ["private"]
        headers.removeAll { header in
            guard header.name.utf8.count >= "cache-control".utf8.count else { return false }
            let name = header.name.lowercased()
            if name == "cache-control" { directives += cacheDirectives(header.value) }
            return name == "cache-control" || name == "surrogate-control" || name.hasSuffix("cdn-cache-control")
        }
        headers.append(.init(name: "Cache-Control", value: directives.joined(separator: ", ")))
        headers.append(.init(name: "Vary", value: "DD-API-KEY, DD-APPLICATION-KEY"))
    }

    /// The directives that mean the same to a cache of one caller's own (RFC 9111, section 5.2.2).
    private static func cacheDirectives(_ value: String) -> [String] {
        var directives = [""]
        var isQuoted = false
        for character in value.unicodeScalars {
            if character == "\"" { isQuoted.toggle() }
            if character == ",", !isQuoted {
                directives.append("")
            } else {
                directives[directives.count - 1].unicodeScalars.append(character)
            }
        }
        return directives.map { String($0.drop { $0 == " " || $0 == "\t" }) }.filter { directive in
            let name = directive.prefix { $0 != "=" && $0 != " " && $0 != "\t" }.lowercased()
            return !name.isEmpty && !["private", "public", "s-maxage", "proxy-revalidate"].contains(name)
        }
    }
}
