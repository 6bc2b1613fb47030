package import Documents

/// The sender of a request, with its permissions.
package struct Principal: Sendable, Equatable {
    package let organization: Identifier
    package let user: Identifier
    /// The user's roles, whatever the key's scopes.
    package let roles: [Identifier]
    package let proof: Proof
    /// Whether the credential may be used on connections: an application key has to be registered for that; a token,
    /// whose scopes are mandatory, has not.
    package let isRegistered: Bool
    /// The permissions that the owner's roles and the credential's scopes both grant.
    package let permissions: PermissionSet
    /// The time at which the credential expires; `nil` for never.
    package let expiresAt: Timestamp?
    /// The act token that limits what is done; then `proof` is the credential that it was made from.
    package let actToken: ActTokenUse?
    /// The records that all this was read from.
    package let records: [AccessRevision]

    /// The credential of a principal, by the ids of keys or token.
    package enum Proof: Sendable, Equatable {
        case keys(api: Identifier, application: Identifier)
        case accessToken(Identifier)
    }

    /// The id of the application key or the access token: that by which shares and rates are counted.
    package var credential: Identifier {
        switch proof {
        case .keys(_, let application): application
        case .accessToken(let token): token
        }
    }

    /// The principal of two keys, whose roles may be among `ownRoles`, those of the organisation's own.
    ///
    /// - Returns: `nil` unless all three belong to one organisation, the user owns the application key, and the user
    ///   is not disabled.
    package init?(apiKey: APIKey, applicationKey: ApplicationKey, user: User, ownRoles: [OwnRole] = []) {
        guard
            apiKey.organization == applicationKey.organization, user.organization == applicationKey.organization,
            applicationKey.owner == user.id, !user.isDisabled
        else { return nil }
        self.init(
            user,
            ownRoles,
            by: .keys(api: apiKey.id, application: applicationKey.id),
            scopes: applicationKey.scopes,
            isRegistered: applicationKey.isRegistered,
            records: [apiKey.accessRevision, applicationKey.accessRevision]
        )
    }

    /// The principal of a token that has not expired, whose owner's roles may be among `ownRoles`.
    ///
    /// - Returns: `nil` unless the user owns the token and is not disabled.
    package init?(accessToken: AccessToken, user: User, ownRoles: [OwnRole] = []) {
        guard user.organization == accessToken.organization, accessToken.owner == user.id, !user.isDisabled else {
            return nil
        }
        self.init(
            user,
            ownRoles,
            by: .accessToken(accessToken.id),
            scopes: accessToken.scopes,
            isRegistered: true,
            expiresAt: accessToken.expiresAt,
            records: [accessToken.accessRevision]
        )
    }

    private init(
        _ user: User,
        _ ownRoles: [OwnRole],
        by proof: Proof,
        scopes: [String]?,
        isRegistered: Bool,
        expiresAt: Timestamp? = nil,
        records: [AccessRevision]
    ) {
        organization = user.organization
        self.user = user.id
        roles = user.roles
        self.proof = proof
        self.isRegistered = isRegistered
        self.expiresAt = expiresAt
        actToken = nil
        let own = ownRoles.filter { $0.organization == user.organization }.map(Role.init)
        let roles = (Role.shipped + own).filter { user.roles.contains($0.id) }
        permissions = Role.permissions(of: roles, scopes: scopes)
        self.records = records + [user.accessRevision] + roles.accessRevisions
    }

    /// The same principal, within the limits of an act token that was made from its credential.
    package func limited(to token: ActToken) -> Principal {
        Principal(self, by: token)
    }

    private init(_ principal: Principal, by token: ActToken) {
        organization = principal.organization
        user = principal.user
        roles = principal.roles
        proof = principal.proof
        isRegistered = principal.isRegistered
        permissions = principal.permissions
        expiresAt = token.expiresAt
        actToken = ActTokenUse(id: token.id, limits: token.limits)
        records = principal.records
    }
}

/// An act token in use.
package struct ActTokenUse: Sendable, Equatable {
    package let id: Identifier
    package let limits: ActToken.Limits
}
