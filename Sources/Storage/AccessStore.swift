package import Access
package import Documents

/// Reads of keys and their owners. They block, as those of ``ConnectionDocuments`` do.
package protocol AccessStore: Sendable {
    /// Rises whenever a change of keys, users or registrations is committed: what was read under a lower number may
    /// be out of date.
    var accessGeneration: UInt64 { get }

    func apiKey(digest: KeyDigest) throws(StoreError) -> APIKey?
    func applicationKey(digest: KeyDigest) throws(StoreError) -> ApplicationKey?
    func applicationKey(_ id: Identifier, in organization: Identifier) throws(StoreError) -> ApplicationKey?
    func user(_ id: Identifier, in organization: Identifier) throws(StoreError) -> User?

    /// Ids of an organisation's registered application keys, oldest first.
    func registrations(in organization: Identifier, page: Page) throws(StoreError) -> PageOf<Identifier>

    /// Whether any organisation exists: `false` before `keyway init`.
    func isInitialized() throws(StoreError) -> Bool
}
