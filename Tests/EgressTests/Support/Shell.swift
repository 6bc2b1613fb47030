import Platform

/// Returns the output of a shell command. A thread of its own waits, since the threads of tasks are for all tests.
///
/// The command inherits no descriptor and blocks no signal. One that lives on could otherwise hold the pipe by which
/// another test waits for its child, and could not be told to end.
func shell(_ command: String) async throws -> [UInt8] {
    try await withCheckedThrowingContinuation { continuation in
        onThread { continuation.resume(with: Result { try output(of: command) }) }
    }
}

private func output(of command: String) throws -> [UInt8] {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw LoopbackServer.Failure(call: "pipe") }
    defer { close(ends[0]) }
    let process = try start(command, output: ends[1])
    close(ends[1])
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = read(ends[0], &chunk, chunk.count), count > 0 { output += chunk[..<count] }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return output
}

private func start(_ command: String, output: Int32) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
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
    let words: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/sh"), strdup("-c"), strdup(command), nil]
    let variables: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=" + path), nil]
    defer { for text in words + variables { free(text) } }
    var process: pid_t = 0
    guard posix_spawn(&process, "/bin/sh", &actions, &attributes, words, variables) == 0 else {
        throw LoopbackServer.Failure(call: "posix_spawn")
    }
    return process
}
