package import Connections
import LinkRewriting

/// Works out what a caller's request becomes when it is sent through a connection. It needs no secret.
package struct ActPlanner: Sendable {
    /// By their wire names.
    private let catalogue: [String: Integration]
    let endpoints: AWSEndpoints

    package init(catalogue: [Integration] = IntegrationCatalogue.all, endpoints: AWSEndpoints) {
        self.catalogue = Dictionary(catalogue.map { ($0.type, $0) }) { first, _ in first }
        self.endpoints = endpoints
    }

    /// - Throws: ``ActRefusal`` if the request, the connection or its settings do not allow it.
    package func plan(_ request: ActRequest, on connection: ActConnection.Stored) throws(ActRefusal) -> PlannedAct {
        try plan(request, on: try self.connection(connection))
    }

    /// - Throws: ``ActRefusal`` if the request, the connection or its settings do not allow it.
    package func plan(_ request: ActRequest, on connection: ActConnection) throws(ActRefusal) -> PlannedAct {
        PlannedAct(try draft(request, connection.template, connection.members), of: connection)
    }

    /// The request with all that a connection of these members adds to it, by their template.
    func draft(
        _ request: ActRequest,
        _ template: RequestTemplate,
        _ members: ConnectionMembers
    ) throws(ActRefusal) -> ActDraft {
        if !request.tokenPlaces.isEmpty { try template.requireCredentials(at: request.tokenPlaces) }
        if request.arrival?.addsCredentials == false { try template.requireCredential(in: request) }
        var draft = try ActDraft(request)
        try draft.apply(template)
        if case .assumedRole = members.credentialType.authentication {
            try planAWS(members, &draft, request)
        } else if request.signature != nil {
            throw ActRefusal(
                .headerNotAllowed,
                "the request is signed as for AWS, and the connection is none of AWS: send the token as its own client does"
            )
        }
        if let arrival = request.arrival, arrival.origin != draft.origin {
            throw ActRefusal(
                .destinationNotAllowed,
                "the connection leads to another host than the one that was asked for"
            )
        }
        for header in template.standardHeaders where !draft.has(header: header.folded) { draft.append(header) }
        return draft
    }

    /// The members of a connection, by the declarations that it was made by.
    func members(of stored: ActConnection.Stored) throws(ActRefusal) -> ConnectionMembers {
        try ConnectionMembers(stored, in: catalogue)
    }

    /// Reads a connection by the declarations that it was made by: the part of planning that many acts through it
    /// share.
    package func connection(_ stored: ActConnection.Stored) throws(ActRefusal) -> ActConnection {
        try ActConnection(stored, in: catalogue)
    }
}

extension ActDraft {
    /// Makes the path one below the base URL.
    ///
    /// - Parameters:
    ///   - base: The base URL.
    ///   - prefix: The part of the caller's path that led to it.
    /// - Throws: ``ActRefusal`` for a path that can't be joined to it.
    mutating func join(_ base: BaseAddress, ledToBy prefix: String = "") throws(ActRefusal) {
        origin = base.origin
        if let ownPath = base.ownPath, let rest = ownPath.rest(of: Array(path.utf8)) {
            path = String(decoding: rest, as: UTF8.self)
            pathBelowBase = prefix + path
        }
        scope = .base(origin: base.origin, path: base.path, prefix: prefix, addsPath: base.ownPath != nil)
        path = try base.joined(path)
    }

    /// As `join`, but a path that begins with another version of the API goes there: `/v1.1/me`.
    mutating func join(_ base: BaseAddress, or siblings: [SiblingAddress]) throws(ActRefusal) {
        let bytes = siblings.isEmpty ? [] : Array(path.utf8)
        for sibling in siblings where base.ownPath?.rest(of: bytes) == nil && sibling.ownPath.rest(of: bytes) != nil {
            return try join(sibling.address.get(), ledToBy: sibling.prefix)
        }
        try join(base)
    }
}

extension PlannedText {
    /// The text, each part of which is written so that all of it is one value.
    func escaped(by escape: TextEscape) -> PlannedText {
        PlannedText(
            parts.map { part in
                switch part {
                case .text(let text): .text(escape.escape(text))
                case .secret(let address, _): .secret(address, escape)
                case .basic: part
                }
            }
        )
    }
}
