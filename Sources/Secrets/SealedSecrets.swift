/// The secrets of one record as they are stored: encrypted, and of no use without the vault.
package struct SealedSecrets: Sendable, Equatable {
    /// The master key that wraps the record's data key.
    package let masterKeyID: String
    /// The wrapped data key and the sealed fields, in the vault's own versioned encoding.
    package let bytes: [UInt8]

    package init(masterKeyID: String, bytes: [UInt8]) {
        self.masterKeyID = masterKeyID
        self.bytes = bytes
    }
}
