package import Connections
package import Documents
import Egress

/// A connection that is acted through, under one name from the store to the response: all that can be worked out once
/// for a revision of it and of its settings, and no secret.
///
/// An object, since all acts of that revision share it.
package final class ActConnection: Sendable {
    /// The documents of a connection, without its secrets.
    package struct Stored: Sendable {
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

    package let organization: Identifier
    package let id: Identifier
    package let revision: Int64
    /// The wire type of its integration.
    package var integration: String { members.integration.type }
    /// The destination that its secrets are sealed for.
    package let destination: String
    package let rules: ActRules
    /// The number of acts that may be under way at once.
    package let concurrency: Int
    /// The number of acts that may begin in a second; `nil` for any number.
    package let rate: Int?
    /// Where responses hold links that clients follow.
    package let links: ResponseLinks
    /// Whether redirects to other hosts are followed.
    package let followsRedirects: Bool
    /// Whether the caller's trace is passed on to the third party.
    let passesTraceContext: Bool
    /// The members of an error that the clients of the integration's vendor read.
    package var clients: ClientErrors { members.integration.errors }
    /// The URL that paths are joined to; `nil` where the path names a service first, and where the address may not be used.
    package var baseURL: String? { (try? members.baseAddress()).map { $0.origin + $0.path } }
    /// How long the third party may take to begin its response, and between two pieces of it, in seconds.
    let timeout: ResponseTimeout?
    /// The additions to every request.
    let template: RequestTemplate
    let members: ConnectionMembers

    /// Acts at once where there are no settings.
    private static let concurrency = 100

    init(_ stored: Stored, in catalogue: [String: Integration]) throws(ActRefusal) {
        members = try ConnectionMembers(stored, in: catalogue)
        organization = stored.organization
        id = stored.id
        revision = stored.revision
        let integration = members.integration
        let settings = stored.settings
        destination =
            DocumentSchema.connectionDestination(
                document: stored.document,
                settings: settings.map { ["attributes": $0] }
            ).text
        rules = ActRules(settings: settings ?? [:])
        concurrency = settings?["concurrency"]?.wholeNumber.map(Int.init) ?? Self.concurrency
        rate = settings?["rate"]?.wholeNumber.map(Int.init)
        let paths = settings?["link_members"]?.strings ?? []
        links = paths.isEmpty ? integration.links : integration.links.adding(members: paths)
        followsRedirects = members.flag("follow_redirects")
        passesTraceContext = members.flag("pass_trace_context")
        if let seconds = settings?["timeout"]?.wholeNumber {
            timeout = .exact(Double(seconds))
        } else {
            timeout = integration.timeout.map { .usual(Double($0)) }
        }
        template = RequestTemplate(of: members)
    }
}
