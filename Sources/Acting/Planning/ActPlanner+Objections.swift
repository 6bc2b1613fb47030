import Connections
import Cryptography
import Documents
package import Secrets

// Found out when a connection is written, not at its first act.
extension ActPlanner {
    /// The members of a connection or of its settings with which no request can ever be sent.
    ///
    /// A host that is not the integration's own is no such member: the setting `custom_domain`, which allows it, is
    /// set after the connection was created.
    ///
    /// - Parameters:
    ///   - connection: The connection as it is about to be stored.
    ///   - secrets: Those of its secrets that are at hand, by their addresses.
    /// - Returns: One refusal for each, all with their `member`. Of those that keep a request from being planned, the
    ///   first.
    package func objections(
        to connection: ActConnection.Stored,
        bringing secrets: [String: Secret] = [:]
    ) -> [ActRefusal] {
        guard let members = try? members(of: connection) else { return [] }
        var objections: [ActRefusal] = []
        var inHeaders: [String] = []
        do {
            // A POST, since only that has the configured body. The path names a service where it must.
            let request = ActRequest(method: "POST", path: "/oauth2/")
            let draft = try draft(request, RequestTemplate(of: members), members)
            inHeaders = draft.secretsInHeaders
        } catch {
            if error.member != nil { objections.append(error) }
            if let error = members.objectionToHost() { objections.append(error) }
        }
        objections += [members.objectionToUserName(secrets), members.objectionToKey(secrets)].compactMap { $0 }
        let unfit = secrets.filter { $0.value.containsControl }.keys.sorted()
        if !unfit.isEmpty { inHeaders += members.secretsInHeaders }
        for address in unfit where inHeaders.contains(address) {
            objections.append(
                ActRefusal(
                    .connectionNotUsable,
                    "the secret holds a line break or another control character, and cannot stand in a header: send "
                        + "it without",
                    member: members.member(ofSecret: address)
                )
            )
        }
        return objections
    }
}

extension ConnectionMembers {
    /// The addresses of the secrets that the integration's declarations put into headers, in whatever request.
    fileprivate var secretsInHeaders: [String] {
        placements.flatMap { placement -> [String] in
            switch placement {
            case .header(_, let template, _): (try? text(template))?.addresses ?? []
            // Encoded, they could, but neither may hold one (RFC 7617, section 2).
            case .basic(let user, let password):
                [user, password].flatMap { (try? text($0))?.addresses ?? [] }
            case .query, .noHeader, .noQuery: []
            }
        }
    }

    private var placements: [Authentication.Placement] {
        switch credentialType.authentication {
        case .placed(let placements): placements
        case .chosen(_, let choices): choices.flatMap(\.placements)
        case .assumedRole, .serviceAccount, .clientCredentials, .placeholders: []
        }
    }

    /// A host of one label that does not become one of the integration's own: `acme` where `acme.okta.com` is meant. No
    /// request is planned for such a host.
    fileprivate func objectionToHost() -> ActRefusal? {
        guard setting("base_url") == nil, !flag("custom_domain"), let hosts = integration.baseURL.allowedHosts,
            case .credentialHost(let name, _, _) = integration.baseURL.source,
            let host = try? credentialMember(name), !host.contains("."), !host.contains("["),
            let address = try? declaredAddress(), !address.isOne(of: hosts)
        else { return nil }
        return ActRefusal(
            .connectionNotUsable,
            "\(name) must be a full host name, such as one of \(hosts.joined(separator: ", "))",
            member: credential(name)
        )
    }

    /// A user name that basic authentication can't carry (RFC 7617, section 2).
    fileprivate func objectionToUserName(_ secrets: [String: Secret]) -> ActRefusal? {
        let colon = UInt8(ascii: ":")
        for case .basic(let user, _) in placements {
            for case .member(let name) in user.parts {
                let hasColon =
                    isSecret(name)
                    ? secrets[address(name)]?.withBytes { $0.contains(colon) }
                    : credentialValue(name)?.text?.withUTF8 { $0.contains(colon) }
                guard hasColon == true else { continue }
                return ActRefusal(
                    .connectionNotUsable,
                    "basic authentication takes no user name with a colon in it",
                    member: credential(name)
                )
            }
        }
        return nil
    }

    /// A private key that can't sign.
    fileprivate func objectionToKey(_ secrets: [String: Secret]) -> ActRefusal? {
        let name = "private_key"
        guard case .serviceAccount = credentialType.authentication, let key = secrets[address(name)] else { return nil }
        do {
            try RSASigningKey(pem: key).verifyItself()
            return nil
        } catch {
            return ActRefusal(.connectionNotUsable, "the secret \(error.detail)", member: credential(name))
        }
    }

    /// The member that a secret is sent in. Tokens have addresses by their names, and stand in a list.
    fileprivate func member(ofSecret address: String) -> ActRefusal.Member {
        if case .array(let tokens)? = credentialValue("tokens") {
            for (index, token) in tokens.enumerated() {
                guard let name = token["name"]?.text?.string, self.address("tokens", name, "value") == address else {
                    continue
                }
                return credential("tokens", String(index), "value")
            }
        }
        return .connection("/\(address)")
    }
}

extension ActDraft {
    /// The addresses of the secrets that stand in headers, as they are or in basic authentication.
    fileprivate var secretsInHeaders: [String] { headers.flatMap(\.value.addresses) }
}
