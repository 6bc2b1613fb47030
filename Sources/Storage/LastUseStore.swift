package import Documents

/// Reads of last uses that stand in no document. They block, as those of ``PublicDocuments`` do.
package protocol LastUseStore: Sendable {
    /// The beginning of the day on which a connection was last acted through; `nil` if it never was, or there is none.
    func lastUse(ofConnection id: Identifier, in organization: Identifier) throws(StoreError) -> Timestamp?
}
