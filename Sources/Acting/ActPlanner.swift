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
    package func plan(_ request: ActRequest, on connection: ActConnection) throws(ActRefusal) -> PlannedAct {
        try plan(request, on: try subject(connection))
    }

    /// - Throws: ``ActRefusal`` if the request, the connection or its settings do not allow it.
    package func plan(_ request: ActRequest, on subject: ActSubject) throws(ActRefusal) -> PlannedAct {
        PlannedAct(try draft(request, on: subject), of: subject)
    }

    /// The request with all that the connection adds to it.
    func draft(_ request: ActRequest, on subject: ActSubject) throws(ActRefusal) -> ActDraft {
        var draft = try ActDraft(request)
        switch subject.credentialType.authentication {
        case .placed(let placements): try place(placements, of: subject, in: &draft)
        case .chosen(let setting, let choices):
            let value = subject.setting(setting)
            guard let choice = choices.first(where: { value == nil || $0.value == value }) else {
                throw ActRefusal(
                    .connectionNotUsable,
                    "\(setting) in the connection's settings must be one of "
                        + choices.map(\.value).joined(separator: ", ")
                )
            }
            try place(choice.placements, of: subject, in: &draft)
        case .assumedRole: try planAWS(subject, &draft)
        case .serviceAccount: try planGoogle(subject, &draft)
        case .clientCredentials: try planAzure(subject, &draft)
        case .placeholders: try planPlaceholders(subject, &draft)
        }
        for header in subject.integration.standardHeaders where !draft.has(header: header.name) {
            let value = header.setting.flatMap(subject.setting) ?? header.value
            draft.set(header: header.name, PlannedText(value))
        }
        return draft
    }

    /// A connection with the declarations that it was made by: what many acts through it have in common.
    package func subject(_ connection: ActConnection) throws(ActRefusal) -> ActSubject {
        try ActSubject(connection, in: catalogue)
    }

    /// Credentials that stand in the request as they are.
    private func place(
        _ placements: [Authentication.Placement],
        of subject: ActSubject,
        in draft: inout ActDraft
    ) throws(ActRefusal) {
        try draft.join(subject.baseAddress(), orSiblings: subject.siblingPaths)
        for placement in placements {
            switch placement {
            case .header(let name, let template, let prefixes):
                draft.remove(header: name)
                guard prefixes.isEmpty || prefixes.contains(where: draft.pathBelowBase.hasPrefix) else { continue }
                draft.set(header: name, try subject.text(template))
            case .query(let name, let template):
                try draft.set(query: name, try subject.text(template).escaped(by: .percent))
            case .basic(let user, let password):
                let pair = PlannedText.Part.basic(try subject.text(user), try subject.text(password))
                draft.set(header: "Authorization", PlannedText([.text("Basic "), pair]))
            case .noHeader(let name): draft.remove(header: name)
            case .noQuery(let name): try draft.query.remove(name)
            }
        }
    }
}

extension ActDraft {
    /// Makes the path one below the base URL.
    ///
    /// - Parameters:
    ///   - base: The base URL.
    ///   - prefix: What of the caller's path led to it.
    /// - Throws: ``ActRefusal`` for a path that can't be joined to it.
    mutating func join(_ base: BaseAddress, ledToBy prefix: String = "") throws(ActRefusal) {
        origin = base.origin
        if base.addsPath, let rest = BasePath.rest(of: path.utf8, after: base.path.utf8) {
            path = String(decoding: rest, as: UTF8.self)
            pathBelowBase = prefix + path
        }
        scope = .base(origin: base.origin, path: base.path, prefix: prefix, addsPath: base.addsPath)
        path = try base.joined(path)
    }

    /// As `join`, but a path that begins with another version of the API goes there: `/v1.1/me`.
    mutating func join(_ base: BaseAddress, orSiblings siblings: [String]) throws(ActRefusal) {
        for sibling in siblings
        where base.addsPath && BasePath.rest(of: path.utf8, after: base.path.utf8) == nil
            && BasePath.rest(of: path.utf8, after: sibling.utf8) != nil
        {
            return try join(
                base.sibling(at: sibling),
                ledToBy: String(sibling[(sibling.lastIndex(of: "/") ?? sibling.startIndex)...])
            )
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
