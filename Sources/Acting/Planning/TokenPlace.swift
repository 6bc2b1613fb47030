import Documents

/// A place of an act token in a caller's request.
package enum TokenPlace: Sendable, Hashable {
    /// A header, by its name.
    case header(String)
    /// A query parameter, by its name as it was sent.
    case parameter(String)
}

extension RequestTemplate {
    /// Refuses a token that stands where the connection does not take a credential: it would travel on.
    func requireCredentials(at places: [TokenPlace]) throws(ActRefusal) {
        for place in places {
            switch place {
            case .header(let name):
                let folded = HeaderName(name)
                if Self.credentialHeaders.contains(folded.text) || credentialHeaders.contains(folded) { continue }
                throw ActRefusal(
                    .headerNotAllowed,
                    "an act token stands in the header \(name), from which this connection takes no credential: send it "
                        + "as Authorization: Bearer, or \(advice)"
                )
            case .parameter(let name):
                guard !credentialParameters.contains(where: { RequestQuery.isName(name, same: $0) }) else { continue }
                throw ActRefusal(
                    .queryNotAllowed,
                    "an act token stands in a query parameter from which this connection takes no credential: send it "
                        + "as Authorization: Bearer, or \(advice)"
                )
            }
        }
    }

    /// Refuses a request that carries no credential where the connection takes one: one that a tool has not meant to be
    /// the caller's gets no right by its way alone.
    func requireCredential(in request: ActRequest) throws(ActRefusal) {
        let isInHeader = request.headers.contains { header in
            header.folded.text == "authorization" || credentialHeaders.contains(header.folded)
        }
        guard !isInHeader, request.signature == nil, request.arrival?.signedFor == nil else { return }
        let parameters = (request.query ?? "").split(separator: "&").map { String($0.prefix { $0 != "=" }) }
        let wanted = credentialParameters
        let isInQuery = parameters.contains { name in wanted.contains { RequestQuery.isName(name, same: $0) } }
        guard !isInQuery else { return }
        throw ActRefusal(
            .credentialMissing,
            "the request carries no credential, and the proxy's session adds none: let the tool send one, which may be "
                + "anything, in Authorization or \(advice); or make a session that adds credentials"
        )
    }

    /// The headers that no request takes along to a third party.
    private static let credentialHeaders: Set<String> = ["authorization", "proxy-authorization"]

    /// The headers that the template sets or takes out.
    private var credentialHeaders: some Sequence<HeaderName> {
        steps.lazy.compactMap { step in
            switch step {
            case .setHeader(let name, _, _), .removeHeader(let name): name
            default: nil
            }
        }
    }

    /// The query parameters that the template sets or takes out.
    private var credentialParameters: [String] {
        steps.compactMap { step in
            switch step {
            case .setParameter(let name, _), .removeParameter(let name): name
            default: nil
            }
        }
    }

    private var advice: String {
        let names = Set(credentialHeaders.map(\.text)).sorted()
        return names.isEmpty ? "leave it out" : "in \(names.joined(separator: " or "))"
    }
}
