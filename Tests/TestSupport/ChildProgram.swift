import Platform

/// A program that a test starts, with PATH alone for an environment.
///
/// It inherits no descriptor but the standard ones, and blocks no signal. One that lives on could otherwise hold the
/// pipe by which another test waits for its child, and could not be told to end. Foundation's `Process` has its
/// children block signals, and reads beyond a buffer when many files are open (Swift 6.3.1).
package struct ChildProgram: Sendable {
    package struct Failure: Error {
        let call: String
    }

    private let id: pid_t

    /// - Parameters:
    ///   - command: The path of the program, and its arguments.
    ///   - input: Its standard input; that of this process if `nil`.
    ///   - output: Its standard output; that of this process if `nil`.
    /// - Throws: ``Failure`` if it can't be started.
    package init(_ command: [String], input: Int32? = nil, output: Int32? = nil) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input { posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) }
        if let output { posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO) }
        // Those that are not open do no harm.
        for descriptor in STDERR_FILENO + 1..<8_192 { posix_spawn_file_actions_addclose(&actions, descriptor) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        let variables: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=" + path), nil]
        defer { for text in words + variables { free(text) } }
        var id = pid_t()
        guard posix_spawn(&id, command[0], &actions, &attributes, words, variables) == 0 else {
            throw Failure(call: "posix_spawn")
        }
        self.id = id
    }

    /// Waits until it ends, once. It blocks.
    ///
    /// - Returns: Its status as `waitpid` has it: 0 if it ended well.
    @discardableResult
    package func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        return status
    }

    /// The two ends of a pipe that other programs do not inherit.
    package static func pipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        guard Platform.pipe(&ends) == 0 else { throw Failure(call: "pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}
