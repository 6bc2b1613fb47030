import Acting
import Connections
import Documents
import Egress
import LinkRewriting
import NetworkTypes
import Scrubbing

/// The rewriting of links and redirects in the response to an act. Each is worked out when a response has one.
struct ActLinks: Sendable {
    private let plan: PlannedAct
    private let links: ResponseLinks
    private let followsRedirects: Bool
    private let connection: Identifier
    private let sink: any ActSink
    /// The redirects that were followed, from the first.
    private(set) var followed: [WebLink] = []

    /// The most redirects that are followed.
    private static let followedAtMost = 5

    /// - Parameters:
    ///   - plan: The request.
    ///   - connection: The connection.
    ///   - sink: Knows the address that the caller uses.
    init(_ plan: PlannedAct, of connection: ActConnection, to sink: any ActSink) {
        self.plan = plan
        self.sink = sink
        links = connection.links
        followsRedirects = connection.followsRedirects
        self.connection = connection.id
    }

    /// The same after a redirect was followed.
    func following(_ link: WebLink) -> ActLinks {
        var links = self
        links.followed.append(link)
        return links
    }

    /// The URL that was asked for, without what authentication adds to it.
    private var request: WebLink? {
        followed.last ?? WebLink((plan.origin + plan.path + (plan.query.map { "?\($0)" } ?? "")).utf8)
    }

    private var rewriter: LinkRewriter? {
        let address = sink.address(of: connection)
        guard let request, let origin = address.origin else { return nil }
        return LinkRewriter(scope: plan.scope, request: request, proxy: origin + address.path)
    }

    // MARK: Links

    /// Rewrites the links in headers, in which secrets are masked.
    func rewrite(_ headers: inout [HeaderField]) {
        let places = headers.indices.filter { links.holds(header: headers[$0].name) }
        guard !places.isEmpty, let rewriter else { return }
        for place in places {
            let header = headers[place]
            guard let value = rewriter.rewritten(header: header.name, value: header.bytes) else { continue }
            headers[place] = .init(name: header.name, bytes: value)
        }
    }

    /// Rewrites the links in a response's body, in which secrets are masked; `nil` if it has none that are declared.
    func bodyRewriter(for head: ResponseHead) -> JSONLinkRewriter? {
        let members = links.members(at: plan.pathBelowBase)
        guard !members.isEmpty, ![204, 206, 304].contains(head.status), Self.isJSON(head["Content-Type"]),
            let rewriter
        else { return nil }
        return JSONLinkRewriter(members: members, rewriter: rewriter)
    }

    private static func isJSON(_ contentType: String?) -> Bool {
        guard let contentType else { return false }
        let type = contentType.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        return type.hasSuffix("+json") || jsonTypes.contains(type)
    }

    private static let jsonTypes: Set<String> = [
        "application/json", "application/json-seq", "application/jsonl", "application/jsonlines",
        "application/ndjson", "application/x-jsonlines", "application/x-ndjson", "text/json",
    ]

    // MARK: Redirects

    /// Where a redirect leads.
    enum Redirection {
        /// To what the connection reaches; the caller follows it, to this `Location`.
        case inside(String)
        /// Elsewhere, and Keyway follows it.
        case followed(WebLink)
        /// Elsewhere, and nobody follows it.
        case refused(RedirectRefusal)
    }

    /// The treatment of a redirect.
    ///
    /// - Parameter header: Its `Location`, in which secrets are masked.
    /// - Returns: Where it leads.
    func redirection(to header: HeaderField) -> Redirection {
        let location = header.value
        guard let request, let link = WebLink(header.bytes, relativeTo: request) else {
            return .refused(RedirectRefusal(location, "Where it leads can't be read."))
        }
        // A path alone leads to this server, whatever the caller calls it.
        let address = sink.address(of: connection)
        let rewriter = LinkRewriter(scope: plan.scope, request: request, proxy: (address.origin ?? "") + address.path)
        if let inside = rewriter.rewritten(link) {
            if address.isThirdPartys { return .inside(location) }
            return .inside(String(decoding: WebLink.encoded(inside), as: UTF8.self))
        }
        guard followsRedirects else {
            return .refused(
                RedirectRefusal(
                    location,
                    "It leads out of what the connection reaches, and a client that follows it takes its keys there. "
                        + "GET and HEAD are followed here if follow_redirects is set in the connection's settings."
                )
            )
        }
        guard ["GET", "HEAD"].contains(plan.method) else {
            return .refused(RedirectRefusal(location, "Only redirects of GET and HEAD are followed to other hosts."))
        }
        guard followed.count < Self.followedAtMost else {
            return .refused(RedirectRefusal(location, "It is the last of more than \(Self.followedAtMost)."))
        }
        return .followed(link)
    }

    /// The same for a redirect that could not be followed where the request for it may not be sent there.
    func refusal(after error: EgressError, at location: String) -> RedirectRefusal? {
        switch error {
        case .refusedAddress: RedirectRefusal(location, "It leads to an address that is not public.")
        case .plaintextNotAllowed: RedirectRefusal(location, "It leads to plain HTTP.")
        case .malformedURL, .malformedHeader: RedirectRefusal(location, "Where it leads can't be asked.")
        default: nil
        }
    }
}

/// A redirect that is not passed on, since clients follow redirects by themselves.
package struct RedirectRefusal: Error {
    /// Its `Location`, in which secrets are masked.
    package let location: String
    package let reason: String

    init(_ location: String, _ reason: String) {
        self.location = location
        self.reason = reason
    }

    package static let code = "redirect_refused"
}
