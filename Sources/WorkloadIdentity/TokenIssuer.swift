package import Documents

/// An issuer whose tokens stand for service accounts of an organisation, as its document says it.
package struct TokenIssuer: Sendable, Equatable {
    /// The claims of a workload, and the service account that it acts as.
    package struct Mapping: Sendable, Equatable {
        package let serviceAccount: Identifier
        /// All of them have to fit.
        package let claims: [ClaimPattern]
        /// The permissions that the workload gets of its service account's; `nil` for all.
        package let scopes: [String]?
        /// How long a token lives, in seconds.
        package let lifetime: Int64

        fileprivate init?(_ value: JSONValue) {
            guard let account = value["service_account_id"]?.text.flatMap({ Identifier($0.string) }),
                case .array(let claims)? = value["claims"], !claims.isEmpty
            else { return nil }
            serviceAccount = account
            self.claims = claims.compactMap { claim in
                guard let name = claim["claim"]?.text, let value = claim["value"]?.text else { return nil }
                return ClaimPattern(name.string, value.string)
            }
            // One that was left out would let in more.
            guard self.claims.count == claims.count else { return nil }
            if case .array(let scopes)? = value["scopes"], !scopes.isEmpty {
                self.scopes = scopes.compactMap { $0.text?.string }
            } else {
                scopes = nil
            }
            lifetime = value["lifetime"]?.wholeNumber ?? Self.usualLifetime
        }

        package static let usualLifetime: Int64 = 900
    }

    package let id: Identifier
    /// Its URL, exactly as it stands in tokens.
    package let url: String
    /// The audience that tokens for the organisation have.
    package let audience: String
    package let mappings: [Mapping]

    /// Reads a stored document, the inner `data` object.
    package init?(_ document: JSONValue) {
        guard let id = document["id"]?.text.flatMap({ Identifier($0.string) }),
            let attributes = document["attributes"], let url = attributes["issuer"]?.text?.string,
            let audience = attributes["audience"]?.text?.string, case .array(let mappings)? = attributes["mappings"]
        else { return nil }
        self.id = id
        self.url = url
        self.audience = audience
        self.mappings = mappings.compactMap(Mapping.init)
    }

    /// The first mapping that fits the claims.
    package func mapping(for workload: Workload) throws(TokenRefusal) -> Mapping {
        guard let mapping = mappings.first(where: { $0.claims.allSatisfy { $0.fits(workload.claims) } }) else {
            throw .unmapped
        }
        return mapping
    }
}

extension TokenIssuer {
    /// The audience of an organisation whose issuer was given none.
    package static func usualAudience(of organization: Identifier) -> String { "keyway:\(organization)" }

    /// The organisation whose audience that is: its id ends it, so that no organisation has another's.
    package static func organization(ofAudience audience: String) -> Identifier? {
        guard audience.utf8.count >= idLength else { return nil }
        let start = audience.utf8.index(audience.utf8.endIndex, offsetBy: -idLength)
        if start > audience.utf8.startIndex {
            let before = audience.utf8[audience.utf8.index(before: start)]
            guard before == UInt8(ascii: ":") || before == UInt8(ascii: "/") else { return nil }
        }
        guard let text = String(audience.utf8[start...]) else { return nil }
        return Identifier(text)
    }

    /// The length of a UUID.
    private static let idLength = 36
}

extension DocumentSchema {
    /// An issuer as it is created.
    package static let tokenIssuer = DocumentSchema(
        type: "token_issuers",
        attributes: [
            .text("issuer", "URL of the issuer, exactly as its tokens have it in iss", format: .baseURL),
            .issuedUnlessSent(
                "audience",
                "Audience that tokens must have; ends with : or / and the id of the organisation",
                format: .line
            ),
            .list(
                "mappings",
                "Workloads, and the service accounts that they act as; the first that fits counts",
                of: Choice([
                    .text("service_account_id", "Id of the service account", format: .serviceAccountID),
                    .list(
                        "claims",
                        "Claims that a token must have, all of them",
                        of: Choice([
                            .text("claim", "Name of the claim, or a JSON pointer to it", format: .claim),
                            .text("value", "Its value, or its beginning and a final *", format: .claimValue),
                        ]),
                        countAtMost: 20
                    ),
                    .optionalTexts(
                        "scopes",
                        "Permissions that tokens get of the service account's; all unless sent",
                        format: .name,
                        countAtMost: 100
                    ).nonEmpty(),
                    .optionalNumber("lifetime", "Seconds that a token lives; 900 unless sent", in: 60...3_600),
                ]),
                countAtMost: 100
            ),
        ],
        rules: [
            DocumentRule(at: "/mappings", "must not be empty") { attributes in
                if case .array(let mappings)? = attributes["mappings"] { !mappings.isEmpty } else { false }
            },
            DocumentRule(
                at: "/mappings",
                "must each bind a claim that tells workloads apart: one of \(ClaimPattern.telling.joined(separator: ", "))"
            ) { attributes in
                guard case .array(let mappings)? = attributes["mappings"] else { return true }
                return mappings.allSatisfy { mapping in
                    TokenIssuer.Mapping(mapping)?.claims.contains(where: \.tellsApart) ?? false
                }
            },
        ]
    )
}

extension TextFormat {
    fileprivate static let serviceAccountID = TextFormat(
        length: 36...36,
        pattern: "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
        expectation: "the id of a service account"
    ) { Identifier(String(decoding: $0, as: UTF8.self)) != nil }
}
