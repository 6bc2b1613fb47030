package import Access
package import Documents

/// Reads of keys and their owners. They block, as those of ``PublicDocuments`` do.
package protocol AccessStore: Sendable {
    /// The number of the state of access, as far as this process knows, told without waiting; `nil` while the store
    /// can't vouch for one: then ``currentAccessGeneration()`` tells.
    ///
    /// It rises with every committed change of keys, users, roles or registrations, and never falls: what was read
    /// after it was told stays true until it is higher. A change that was committed here shows once that is
    /// acknowledged; one that another process committed, within ``accessStaleness``. A store that has heard nothing
    /// from the others for so long tells `nil`: that nothing was heard does not mean that nothing has changed.
    var accessGeneration: UInt64? { get }

    /// The longest time until a change that another process committed shows in ``accessGeneration``; zero where none
    /// can.
    var accessStaleness: Duration { get }

    /// The number of the state of access at this moment. It blocks, as the other reads do.
    func currentAccessGeneration() throws(StoreError) -> UInt64

    func apiKey(digest: KeyDigest) throws(StoreError) -> APIKey?
    func apiKey(_ id: Identifier, in organization: Identifier) throws(StoreError) -> APIKey?
    func apiKeys(
        in organization: Identifier,
        matching filter: KeyFilter,
        order: KeyOrder,
        page: Page
    ) throws(StoreError) -> PageOf<APIKey>

    func applicationKey(digest: KeyDigest) throws(StoreError) -> ApplicationKey?
    func applicationKey(_ id: Identifier, in organization: Identifier) throws(StoreError) -> ApplicationKey?
    func applicationKeys(
        in organization: Identifier,
        matching filter: KeyFilter,
        order: KeyOrder,
        page: Page
    ) throws(StoreError) -> PageOf<ApplicationKey>

    func accessToken(digest: KeyDigest) throws(StoreError) -> AccessToken?
    func accessToken(_ id: Identifier, in organization: Identifier) throws(StoreError) -> AccessToken?
    /// An organisation's tokens, except delegated ones.
    func accessTokens(
        in organization: Identifier,
        matching filter: AccessTokenFilter,
        order: AccessTokenOrder,
        page: Page
    ) throws(StoreError) -> PageOf<AccessToken>

    /// The token whose digest is in a range; `nil` if there is none, or more than one.
    func actToken(digests: ClosedRange<KeyDigest>) throws(StoreError) -> ActToken?
    func actToken(_ id: Identifier, in organization: Identifier) throws(StoreError) -> ActToken?
    /// An organisation's act tokens, or those of one owner, that have not expired by then, oldest first.
    func actTokens(
        in organization: Identifier,
        owner: Identifier?,
        goodAt time: Timestamp,
        page: Page
    ) throws(StoreError) -> PageOf<ActToken>

    /// Ids of an organisation's registered application keys, oldest first.
    func registrations(in organization: Identifier, page: Page) throws(StoreError) -> PageOf<Identifier>

    func user(_ id: Identifier, in organization: Identifier) throws(StoreError) -> User?
    func users(
        in organization: Identifier,
        matching filter: UserFilter,
        order: UserOrder,
        page: Page
    ) throws(StoreError) -> PageOf<User>

    /// A role of the organisation's own.
    func ownRole(_ id: Identifier, in organization: Identifier) throws(StoreError) -> OwnRole?
    /// All roles of the organisation's own, oldest first.
    func ownRoles(in organization: Identifier) throws(StoreError) -> [OwnRole]
    /// How many users of the organisation have each role, shipped or its own, that any of them has.
    func userCounts(in organization: Identifier) throws(StoreError) -> [Identifier: Int]

    /// An invitation that was not accepted or taken back; it may have expired.
    func invitation(_ id: Identifier, in organization: Identifier) throws(StoreError) -> UserInvitation?

    func organization(_ id: Identifier) throws(StoreError) -> Organization?
    /// All organisations, oldest first.
    func organizations() throws(StoreError) -> [Organization]

    /// Whether any organisation exists: `false` before `keyway init`.
    func isInitialized() throws(StoreError) -> Bool
}

/// Which keys a list asks for.
package struct KeyFilter: Sendable, Equatable {
    /// A part of the name, whatever the case of its ASCII letters.
    package var nameContains: String?
    /// Only keys created at these times or between.
    package var createdFrom: Timestamp?
    package var createdTo: Timestamp?
    /// Only keys last changed at these times or between (API keys).
    package var modifiedFrom: Timestamp?
    package var modifiedTo: Timestamp?
    /// Only keys of this user (application keys).
    package var owner: Identifier?

    package init() {}
}

/// The order of a list of keys; ties are broken by id. A descending list is the ascending one reversed.
package struct KeyOrder: Sendable, Equatable {
    package enum Criterion: Sendable, CaseIterable {
        /// The orders of a list of keys. For application keys, `modifiedAt` is the same as `createdAt`.
        case name, createdAt, modifiedAt, last4
    }

    package let criterion: Criterion
    package let isDescending: Bool

    package init(by criterion: Criterion, isDescending: Bool = false) {
        self.criterion = criterion
        self.isDescending = isDescending
    }
}

/// Which access tokens a list asks for.
package struct AccessTokenFilter: Sendable, Equatable {
    /// A part of the name, whatever the case of its ASCII letters.
    package var nameContains: String?
    /// Only tokens of this user or service account.
    package var owner: Identifier?
    /// Only service accounts' tokens.
    package var ofServiceAccounts = false

    package init() {}
}

/// The order of a list of access tokens; ties are broken by id, and what has no value comes first. A descending list
/// is the ascending one reversed.
package struct AccessTokenOrder: Sendable, Equatable {
    package enum Criterion: Sendable, CaseIterable {
        case name, createdAt, expiresAt, lastUsedAt
    }

    package let criterion: Criterion
    package let isDescending: Bool

    package init(by criterion: Criterion, isDescending: Bool = false) {
        self.criterion = criterion
        self.isDescending = isDescending
    }
}

/// Which users a list asks for.
package struct UserFilter: Sendable, Equatable {
    /// A part of the handle or the name, whatever the case of its ASCII letters.
    package var contains: String?
    /// Only users that are disabled, or only those that are not.
    package var isDisabled: Bool?
    /// Exactly this handle.
    package var handle: String?

    package init() {}
}

/// The order of a list of users; ties are broken by id. Names are ordered by their UTF-8 bytes, users without one
/// before the others, and disabled users after the others. A descending list is the ascending one reversed.
package struct UserOrder: Sendable, Equatable {
    package enum Criterion: Sendable, CaseIterable {
        case name, handle, createdAt, modifiedAt, isDisabled
    }

    package let criterion: Criterion
    package let isDescending: Bool

    package init(by criterion: Criterion, isDescending: Bool = false) {
        self.criterion = criterion
        self.isDescending = isDescending
    }
}

// The places of elements in lists of these orders.
extension KeyOrder {
    package func position(of key: APIKey) -> ListPosition {
        let value: ListPosition.Value =
            switch criterion {
            case .name: .text(key.name)
            case .createdAt: .integer(key.createdAt.microseconds)
            case .modifiedAt: .integer(key.modifiedAt.microseconds)
            case .last4: .text(key.last4)
            }
        return ListPosition(value, key.id)
    }

    package func position(of key: ApplicationKey) -> ListPosition {
        let value: ListPosition.Value =
            switch criterion {
            case .name: .text(key.name)
            case .createdAt, .modifiedAt: .integer(key.createdAt.microseconds)
            case .last4: .text(key.last4)
            }
        return ListPosition(value, key.id)
    }
}

extension AccessTokenOrder {
    package func position(of token: AccessToken) -> ListPosition {
        func value(_ time: Timestamp?) -> ListPosition.Value { time.map { .integer($0.microseconds) } ?? .none }
        let value: ListPosition.Value =
            switch criterion {
            case .name: .text(token.name)
            case .createdAt: value(token.createdAt)
            case .expiresAt: value(token.expiresAt)
            case .lastUsedAt: value(token.lastUsedAt)
            }
        return ListPosition(value, token.id)
    }
}

extension UserOrder {
    package func position(of user: User) -> ListPosition {
        let value: ListPosition.Value =
            switch criterion {
            case .name: user.name.map { .text($0) } ?? .none
            case .handle: .text(user.handle)
            case .createdAt: .integer(user.createdAt.microseconds)
            case .modifiedAt: .integer(user.modifiedAt.microseconds)
            case .isDisabled: .integer(user.isDisabled ? 1 : 0)
            }
        return ListPosition(value, user.id)
    }
}

extension AccessStore {
    package func actToken(digest: KeyDigest) throws(StoreError) -> ActToken? {
        try actToken(digests: digest...digest)
    }
}
