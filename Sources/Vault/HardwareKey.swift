package import Secrets

/// A master key in a hardware security module: it wraps and unwraps data keys there, and never leaves it.
///
/// Both take as long as the module takes, and end with ``VaultError/unavailable(reason:)`` where it does not answer.
package protocol HardwareKey: Sendable {
    /// Eight hexadecimal digits, which follow from the key alone and name it wherever it is used.
    var id: String { get }

    /// The reason why it could not be used last time, or `nil` if it could.
    var unavailability: String? { get }

    /// How often the process that holds the module was started.
    var starts: UInt64 { get }

    /// Wraps a data key.
    func wrap(_ dataKey: Secret, associatedData: [UInt8]) async throws(VaultError) -> [UInt8]

    /// Unwraps a data key.
    ///
    /// - Throws: ``VaultError/notAuthentic`` if it was altered, or wrapped with other associated data, too.
    func unwrap(_ wrappedKey: [UInt8], associatedData: [UInt8]) async throws(VaultError) -> Secret
}
