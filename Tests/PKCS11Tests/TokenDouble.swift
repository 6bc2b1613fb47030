import Foundation
import PKCS11
import Platform
import Secrets
import TestSupport
import Vault

/// A module that misbehaves on demand, in a helper of its own: its source says how.
final class TokenDouble: Sendable {
    enum Misbehaviour: String {
        case crash, hang, lose, absent, broken, exposed, other
    }

    let directory = TemporaryDirectory()
    let uri: HardwareKeyURI

    init(object: String = "master", pin: String = "1234") throws {
        let pinFile = directory("pin")
        uri = try HardwareKeyURI(
            parsing:
                "pkcs11:token=Double;object=\(object)?module-path=\(try Self.module.get())&pin-source=file:\(pinFile)"
        )
        write(pin: pin)
    }

    /// The module, built for these tests.
    private static let module = Result {
        let path = NSTemporaryDirectory() + "keyway-token-double-\(getpid()).so"
        let source = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Modules/token_double.c")
        let compiler = try ChildProgram(
            ["/usr/bin/env", "cc", "-shared", "-fPIC", "-O1", "-o", path, source.path]
        )
        guard compiler.wait() == 0 else { throw CocoaError(.executableLoad) }
        atexit { unlink(NSTemporaryDirectory() + "keyway-token-double-\(getpid()).so") }
        return path
    }

    /// The helper that was built beside this program.
    private static let helper: String = {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: program).deletingLastPathComponent().appending(path: "PKCS11TestHelper").path
    }()

    func write(pin: String) {
        _ = FileManager.default.createFile(
            atPath: directory("pin"),
            contents: Data("\(pin)\n".utf8),
            attributes: [.posixPermissions: 0o600]
        )
    }

    func will(_ misbehaviour: Misbehaviour) {
        _ = FileManager.default.createFile(atPath: directory(misbehaviour.rawValue), contents: nil)
    }

    func willNot(_ misbehaviour: Misbehaviour) {
        unlink(directory(misbehaviour.rawValue))
    }

    /// Whether a misbehaviour of one time is still to come.
    func isToCome(_ misbehaviour: Misbehaviour) -> Bool {
        access(directory(misbehaviour.rawValue), F_OK) == 0
    }

    /// How often somebody logged in.
    var logins: Int { directory.text(of: "logins").split(separator: "\n").count }

    /// Starts a helper that loads the module.
    var launch: HelperLauncher {
        { [directory = directory.path] (socket) throws(HelperLaunchError) in
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_adddup2(&actions, socket, 0)
            let words: [UnsafeMutablePointer<CChar>?] = [strdup(Self.helper), nil]
            let variables: [UnsafeMutablePointer<CChar>?] = [strdup("TOKEN_DOUBLE=\(directory)"), nil]
            defer { for word in words + variables { free(word) } }
            var process = pid_t()
            let code = posix_spawn(&process, Self.helper, &actions, nil, words, variables)
            guard code == 0 else { throw HelperLaunchError(code: code) }
            return process
        }
    }

    func open(times: HelperTimes = HelperTimes()) async throws(VaultError) -> PKCS11Key {
        try await PKCS11Key.open(uri, launch: launch, times: times)
    }
}

extension PKCS11Key {
    /// Wraps a data key and unwraps it again.
    func roundTrip(_ byte: UInt8 = 7) async throws -> Bool {
        let dataKey = [UInt8](repeating: byte, count: 32)
        let wrapped = try await wrap(Secret(copying: dataKey), associatedData: [byte])
        let unwrapped = try await unwrap(wrapped, associatedData: [byte])
        return unwrapped.withBytes { $0.elementsEqual(dataKey) }
    }

    /// Waits until it can be used: what is asked meanwhile is refused.
    func roundTripAtLast() async throws -> Bool {
        while true {
            do {
                return try await roundTrip()
            } catch VaultError.unavailable {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
