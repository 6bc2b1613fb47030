import Synchronization
package import Vault

/// The master keys in hardware that are open, each with its helper.
package final class PKCS11Keys: Sendable {
    private let launch: HelperLauncher
    private let times: HelperTimes
    private let keys = Mutex<[HardwareKeyURI: PKCS11Key]>([:])

    package init(launch: @escaping HelperLauncher, times: HelperTimes = HelperTimes()) {
        self.launch = launch
        self.times = times
    }

    /// Opens all keys of a list that are not open yet.
    ///
    /// - Returns: The list's keys, ready for use.
    /// - Throws: ``VaultError/unavailable(reason:)``; the text names the key.
    package func open(_ list: MasterKeyList) async throws(VaultError) -> MasterKeyring {
        var opened: [HardwareKeyURI: any HardwareKey] = [:]
        for uri in list.hardware { opened[uri] = try await open(uri) }
        return list.keyring(with: opened)
    }

    /// Opens a key, unless it is open.
    package func open(_ uri: HardwareKeyURI) async throws(VaultError) -> PKCS11Key {
        if let key = keys.withLock({ $0[uri] }) { return key }
        let key: PKCS11Key
        do throws(VaultError) {
            key = try await PKCS11Key.open(uri, launch: launch, times: times)
        } catch .unavailable(let reason) {
            throw .unavailable(reason: "\(uri): \(reason)")
        }
        return keys.withLock { keys in
            if let other = keys[uri] {
                key.close()
                return other
            }
            keys[uri] = key
            return key
        }
    }

    /// Closes all keys that a list does not name.
    package func closeOthers(than list: MasterKeyList?) {
        let closed = keys.withLock { keys in
            let others = keys.filter { list?.hardware.contains($0.key) != true }
            for uri in others.keys { keys[uri] = nil }
            return others.values.map { $0 }
        }
        for key in closed { key.close() }
    }
}
