import Access
import ActService
import HTTPServer
import NetworkTypes

// The places where callers show their keys and tokens.
extension ServiceRequest {
    /// The credential of a request without an act token.
    ///
    /// - Parameter acting: Whether it is an act.
    /// - Returns: An access token, if there is one; else the pair of keys.
    /// - Throws: ``APIError`` with 403 if there is none, with 400 if it stands where none may.
    func credential(acting: Bool) throws(APIError) -> Credential {
        if let token = try accessToken() { return .accessToken(token) }
        if acting, !header("DD-API-KEY", beginsWith: "") { try refuseOtherSignatures() }
        return .keys(api: try required("DD-API-KEY"), application: try required("DD-APPLICATION-KEY"))
    }

    /// The API key of a request that needs no other.
    ///
    /// - Throws: ``APIError`` with 403 if it is missing.
    func apiKeyDigest() throws(APIError) -> KeyDigest {
        guard let digest = keyDigest(ofHeader: "DD-API-KEY") else {
            throw APIError(403, "API key required", at: .header("DD-API-KEY"))
        }
        return digest
    }

    /// The access token in `Authorization: Bearer` or in the place of the application key. Another bearer's token is
    /// none of Keyway's, and stays unread.
    func accessToken() throws(APIError) -> KeyDigest? {
        let bearer = try bearer.flatMap { (token) throws(APIError) in try Self.accessToken(token, in: "Authorization") }
        // Without a copy of the key: most are no tokens.
        let mayBeToken = TokenText.beginnings.contains { self.header("DD-APPLICATION-KEY", beginsWith: $0) }
        guard mayBeToken, let key = header("DD-APPLICATION-KEY") else { return bearer }
        let token = try Self.accessToken(key[...], in: "DD-APPLICATION-KEY")
        guard let bearer, let token, bearer != token else { return token ?? bearer }
        throw APIError(403, "Forbidden: the request carries two access tokens. Send one.")
    }

    /// The token that is all of a header, as clouds' own tools send the text that they were given.
    func toolCredential(in header: StaticString) throws(APIError) -> Credential {
        let name = "\(header)".lowercased()
        var values: [String] = []
        forEachHeader { if $0.name.lowercased() == name { values.append($0.value) } }
        if values.count == 1 {
            switch TokenText.kind(of: values[0]) {
            case .act: return .actToken(KeyDigest(of: values[0]))
            case .personal, .service, .delegated: return .accessToken(KeyDigest(of: values[0]))
            case nil: break
            }
        }
        throw APIError(
            403,
            "\(header) must be the text of an access token or of an act token, and nothing else.",
            at: .header("\(header)")
        )
    }

    /// The act token in `Authorization: Bearer`, if there is one.
    var bearerActToken: KeyDigest? {
        bearer.flatMap { TokenText.kind(of: $0) == .act ? KeyDigest(of: String($0)) : nil }
    }

    /// The text behind `Bearer` in `Authorization`.
    private var bearer: Substring? {
        guard let value = header("Authorization"), value.utf8.count > 7, value.prefix(7).lowercased() == "bearer "
        else {
            return nil
        }
        return value.dropFirst(7).drop { $0 == " " }
    }

    private static func accessToken(_ text: Substring, in header: String) throws(APIError) -> KeyDigest? {
        switch TokenText.kind(of: text) {
        case .personal, .service, .delegated: return KeyDigest(of: String(text))
        case .act:
            throw APIError(
                403,
                "Forbidden: an act token opens acts alone, below \(ActEndpoints.path(of: "{connection_id}")).",
                at: .header(header)
            )
        case nil:
            guard TokenText.Kind.allCases.contains(where: { text.hasPrefix("\($0.rawValue)_") }) else { return nil }
            throw APIError(403, "Forbidden: the token is malformed or cut off.", at: .header(header))
        }
    }

    private func required(_ header: StaticString) throws(APIError) -> KeyDigest {
        guard let digest = keyDigest(ofHeader: header) else {
            throw APIError(403, "Forbidden: the header \(header) is required.", at: .header("\(header)"))
        }
        return digest
    }
}

/// Failures are counted by the address that a request comes from.
extension IPAddress: FailureSource {}
