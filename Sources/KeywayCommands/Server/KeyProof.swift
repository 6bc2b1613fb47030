import Cryptography
import PKCS11
import Secrets
import Vault

/// The proof that a key in hardware opens what it sealed: what one helper process wrapped, another that logs in anew
/// unwraps.
struct KeyProof {
    private let uri: HardwareKeyURI

    init(_ uri: HardwareKeyURI) {
        self.uri = uri
    }

    /// - Returns: The key, which was closed.
    /// - Throws: ``CommandError``, with a text that says what to do.
    @discardableResult
    func run() async throws(CommandError) -> PKCS11Key {
        let launch = KeyHelper.launcher(showingOutput: true)
        let dataKey = Secret(SecretBuffer(count: 32) { RandomBytes.fill($0) })
        let associatedData = Array("keyway proof of a key".utf8)
        do throws(VaultError) {
            let first = try await PKCS11Key.open(uri, launch: launch)
            defer { first.close() }
            let wrapped = try await first.wrap(dataKey, associatedData: associatedData)
            let second = try await PKCS11Key.open(uri, launch: launch)
            defer { second.close() }
            let unwrapped = try await second.unwrap(wrapped, associatedData: associatedData)
            let isSame = unwrapped.withBytes { one in dataKey.withBytes { one.elementsEqual($0) } }
            guard first.id == second.id, isSame else {
                throw .unavailable(reason: "it does not open what it sealed")
            }
            return first
        } catch {
            let reason = if case .unavailable(let reason) = error { reason } else { "it does not open what it sealed" }
            throw CommandError(.unavailable, "the key \(uri) can't be used: \(reason)")
        }
    }
}
