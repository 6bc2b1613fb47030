import Glibc

/// Returns the output of a shell command. A thread of its own waits, since the threads of tasks are for all tests.
func shell(_ command: String) async throws -> [UInt8] {
    try await withCheckedThrowingContinuation { continuation in
        onThread { continuation.resume(with: Result { try output(of: command) }) }
    }
}

private func output(of command: String) throws -> [UInt8] {
    guard let stream = popen(command, "r") else { throw LoopbackServer.Failure(call: "popen") }
    defer { pclose(stream) }
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&chunk, 1, chunk.count, stream)
        if count == 0 { break }
        output += chunk[..<count]
    }
    return output
}
