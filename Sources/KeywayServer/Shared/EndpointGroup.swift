import Access
import HTTPServer

/// Endpoints that have a beginning of their paths, a guard, a family of errors and a tag in common.
///
/// A group describes what follows from a path and from what an endpoint reads: an id or a body that is malformed (400),
/// a resource that is not there (404). The gate's own statuses (403, 429, 503) follow from the guard, in
/// ``OpenAPIDocument``.
struct EndpointGroup: Sendable {
    /// The treatment of an id in a path that is malformed.
    enum MalformedID: Sendable {
        /// It names nothing: 404.
        case absent
        /// It is refused: 400.
        case refused
        /// It is refused, for this reason.
        case refusedBecause(String)
    }

    let tag: String
    /// The beginning of each path.
    let prefix: String
    let errors: ErrorFamily
    let guarding: EndpointGuard
    let malformedID: MalformedID
    /// The summary of 404.
    let missing: String

    init(
        _ tag: String,
        at prefix: String,
        errors: ErrorFamily,
        guarding: EndpointGuard = .principal(anyOf: [], registered: false),
        malformedID: MalformedID = .absent,
        missing: String = ""
    ) {
        self.tag = tag
        self.prefix = prefix
        self.errors = errors
        self.guarding = guarding
        self.malformedID = malformedID
        self.missing = missing
    }

    /// One endpoint of the group.
    ///
    /// - Parameters:
    ///   - method: The method; `nil` for every method.
    ///   - path: The path below the prefix.
    ///   - id: The reference's name of the operation.
    ///   - summary: What the operation does, in a line.
    ///   - permissions: The permissions of which a caller needs one, if not those of the group.
    ///   - guarding: The guard, if it is another than the group's.
    ///   - query: The parameters of the query.
    ///   - request: The schema of the body.
    ///   - responses: The responses that do not follow from path, query and body, or that are described otherwise.
    ///   - malformedID: The treatment of a malformed id, if it is another than the group's.
    ///   - mayBeAbsent: Whether 404 is sent where the path has an id.
    ///   - handling: The handling of a call.
    /// - Returns: The endpoint.
    func endpoint(
        _ method: HTTPMethod?,
        _ path: String,
        _ id: String,
        _ summary: String,
        by permissions: [Permission]? = nil,
        guarding: EndpointGuard? = nil,
        query: [QueryParameter] = [],
        request: String? = nil,
        responses: [DescribedResponse],
        malformedID: MalformedID? = nil,
        mayBeAbsent: Bool = true,
        _ handling: Handling
    ) -> Endpoint {
        let path = prefix + path
        let hasID = path.contains("{")
        var described = responses
        func describe(_ status: Int, _ summary: String?) {
            guard let summary, !described.contains(where: { $0.status == status }) else { return }
            // Successes stand before errors, and those in the order of their statuses.
            let place = described.firstIndex { response in response.status.map { $0 > status } ?? false }
            described.insert(.error(status, summary), at: place ?? described.endIndex)
        }
        describe(404, hasID && mayBeAbsent ? missing : nil)
        describe(
            400,
            (malformedID ?? self.malformedID).summary(hasID, hasQuery: !query.isEmpty, hasBody: request != nil)
        )
        return Endpoint(
            method: method,
            path: path,
            guarding: guarding ?? permissions.map(self.guarding.requiring) ?? self.guarding,
            errors: errors,
            description: OperationDescription(
                id: id,
                summary: summary,
                tag: tag,
                query: query,
                request: request,
                responses: described
            ),
            handling: handling
        )
    }
}

extension EndpointGroup.MalformedID {
    /// The summary of 400; `nil` where nothing can be malformed.
    fileprivate func summary(_ hasID: Bool, hasQuery: Bool, hasBody: Bool) -> String? {
        switch self {
        case .refused where hasID && hasBody: "The id or the body is not valid; every error is named"
        case .refused where hasID: "The id is not a UUID"
        case .refusedBecause(let reason) where hasID && !hasBody: reason
        default: hasBody ? "The body is not valid; every error is named" : hasQuery ? "A parameter is not valid" : nil
        }
    }
}

extension EndpointGuard {
    /// The guard with other permissions.
    fileprivate func requiring(_ permissions: [Permission]) -> EndpointGuard {
        guard case .principal(_, let registered) = self else { return self }
        return .principal(anyOf: permissions, registered: registered)
    }
}
