import CSystem
import PKCS11
import Platform

/// The helper process of a master key in hardware: this program, under another name, which loads the vendor's module.
enum KeyHelper {
    /// The first word of its command line, by which the program knows what it is.
    static let name = "keyway-key-helper"

    /// Serves the server at the other end of the standard input, until it closes that.
    static func run() -> Never {
        ProcessProtection.applyToHelper(name)
        PKCS11Helper.serve(STDIN_FILENO)
    }

    /// Starts helpers, which inherit no file and none of Keyway's own variables, but all others: modules read them.
    ///
    /// - Parameter showsOutput: Whether what the module prints goes to the standard error.
    /// - Returns: Starts one.
    static func launcher(showingOutput showsOutput: Bool = false) -> HelperLauncher {
        { (socket) throws(HelperLaunchError) in
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO)
            posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
            if !showsOutput { posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) }
            var attributes = posix_spawnattr_t()
            posix_spawnattr_init(&attributes)
            defer { posix_spawnattr_destroy(&attributes) }
            // A group of its own: what a terminal sends to the server is not for the helper.
            posix_spawnattr_setpgroup(&attributes, 0)
            var signals = sigset_t()
            sigemptyset(&signals)
            posix_spawnattr_setsigmask(&attributes, &signals)
            sigfillset(&signals)
            posix_spawnattr_setsigdefault(&attributes, &signals)
            posix_spawnattr_setflags(
                &attributes,
                Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)
            )
            let words = [strdup(name), nil]
            defer { free(words[0]) }
            let environment = ChildEnvironment(
                without: { name in ["KEYWAY_", "AWS_", "DD_"].contains { name.hasPrefix($0) } },
                adding: [:]
            )
            var process = pid_t()
            // The program itself, whatever was installed in its place meanwhile; without a /proc, what it was started as.
            var code = environment.withPointers {
                posix_spawn(&process, "/proc/self/exe", &actions, &attributes, words, $0)
            }
            if code == ENOENT, let path = keyway_program_path() {
                code = environment.withPointers { posix_spawn(&process, path, &actions, &attributes, words, $0) }
            }
            guard code == 0 else { throw HelperLaunchError(code: code) }
            return process
        }
    }
}
