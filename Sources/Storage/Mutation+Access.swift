extension Mutation {
    /// Whether it changes keys, users, roles or registrations.
    package var touchesAccess: Bool {
        switch self {
        case .createOrganization, .createUser, .updateUser, .createRole, .updateRole, .deleteRole, .createAPIKey,
            .updateAPIKey, .deleteAPIKey, .createApplicationKey, .updateApplicationKey, .deleteApplicationKey,
            .updateAccessToken, .deleteAccessToken, .deleteActToken, .setRegistration:
            true
        // A new token is a credential that nobody has tried yet.
        case .createAccessToken, .createActToken, .countAct, .deleteExpiredTokens, .createInvitation, .deleteInvitation,
            .deleteInvitations, .noteUse, .noteDelivery, .createDocument, .updateDocument,
            .deleteDocument, .setRestrictionPolicy, .rewrapSecrets, .issueExternalID, .bringExternalID, .noteMasterKey,
            .forgetMasterKey, .setServerKey:
            false
        }
    }
}
