package import Secrets
package import Vault

/// A master key in a hardware security module, which a helper process reaches by the vendor's module.
package final class PKCS11Key: HardwareKey {
    package let id: String
    /// The name by which it was opened.
    package let uri: HardwareKeyURI
    private let helper: HelperSupervisor

    private init(_ uri: HardwareKeyURI, id: String, _ helper: HelperSupervisor) {
        self.uri = uri
        self.id = id
        self.helper = helper
    }

    /// Starts a helper, which logs in, finds the key and proves that it wraps and unwraps.
    ///
    /// - Parameters:
    ///   - uri: The key.
    ///   - launch: Starts the process.
    ///   - times: How long things may take.
    /// - Returns: The key, ready for use.
    /// - Throws: ``VaultError/unavailable(reason:)``, whose text says what to do; nothing runs then.
    package static func open(
        _ uri: HardwareKeyURI,
        launch: @escaping HelperLauncher,
        times: HelperTimes = HelperTimes()
    ) async throws(VaultError) -> PKCS11Key {
        let helper = HelperSupervisor(uri, launch: launch, times: times)
        do throws(VaultError) {
            _ = try await helper.perform(.probe, [])
            guard let id = helper.keyID else { throw .unavailable(reason: "the helper names no key") }
            return PKCS11Key(uri, id: id, helper)
        } catch {
            helper.stop()
            throw error
        }
    }

    deinit {
        helper.stop()
    }

    package var unavailability: String? { helper.unavailability }

    package var starts: UInt64 { helper.starts }

    /// Ends the helper. What it is asked from then on is refused.
    package func close() {
        helper.stop()
    }

    package func wrap(_ dataKey: Secret, associatedData: [UInt8]) async throws(VaultError) -> [UInt8] {
        let parts = [CountedParts.encode([Secret(copying: associatedData)]), dataKey]
        return try await helper.perform(.wrap, parts).withBytes { Array($0) }
    }

    package func unwrap(_ wrappedKey: [UInt8], associatedData: [UInt8]) async throws(VaultError) -> Secret {
        let parts = [CountedParts.encode([Secret(copying: associatedData)]), Secret(copying: wrappedKey)]
        return try await helper.perform(.unwrap, parts)
    }
}
