/// How the requests of a connection show whose they are.
package enum Authentication: Sendable {
    /// The credentials stand in the request as they are.
    case placed([Placement])
    /// As `placed`, in one of several ways that a setting names; without it, in the first.
    case chosen(bySetting: String, [(value: String, placements: [Placement])])
    /// AWS: Keyway's own principal assumes a role, and signs with what it is given.
    case assumedRole
    /// Google Cloud: a service account signs a token, and exchanges it for another.
    case serviceAccount
    /// Microsoft Entra: an app registration exchanges its secret for a token.
    case clientCredentials
    /// HTTP: the connection itself says where its tokens stand.
    case placeholders

    /// Where credentials stand in a request.
    package enum Placement: Sendable {
        /// In a header; where prefixes are given, only if the request's path begins with one of them.
        case header(String, Template, below: [String] = [])
        /// In a query parameter.
        case query(String, Template)
        /// In the header of basic authentication (RFC 7617).
        case basic(user: Template, password: Template)
        /// Nowhere: the third party would take other credentials from this header, so the caller's own is left out.
        case noHeader(String)
        /// As `noHeader`, for a query parameter.
        case noQuery(String)
    }

    /// `Authorization: Bearer`, with a member of `credentials` (RFC 6750, section 2.1).
    package static func bearer(_ member: String) -> Authentication {
        .headers(("Authorization", Template(stringLiteral: "Bearer {\(member)}")))
    }

    /// One header or several.
    package static func headers(_ headers: (name: String, value: Template)...) -> Authentication {
        .placed(headers.map { .header($0.name, $0.value) })
    }

    /// The same, and the caller's query parameters of those names are left out.
    package func without(query names: String...) -> Authentication {
        guard case .placed(let placements) = self else { return self }
        return .placed(placements + names.map(Placement.noQuery))
    }

    /// The same, and the caller's headers of those names are left out.
    package func without(headers names: String...) -> Authentication {
        guard case .placed(let placements) = self else { return self }
        return .placed(placements + names.map(Placement.noHeader))
    }
}

/// A header that is no credential, sent where the caller sends none of that name.
package struct StandardHeader: Sendable {
    package let name: String
    package let value: String
    /// The setting that replaces the value.
    package let setting: String?

    package init(_ name: String, _ value: String, setting: String? = nil) {
        self.name = name
        self.value = value
        self.setting = setting
    }
}
