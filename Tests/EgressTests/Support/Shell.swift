import Platform
import TestSupport

/// Returns the output of a shell command. A thread of its own waits, since the threads of tasks are for all tests.
func shell(_ command: String) async throws -> [UInt8] {
    try await withCheckedThrowingContinuation { continuation in
        onThread { continuation.resume(with: Result { try output(of: command) }) }
    }
}

private func output(of command: String) throws -> [UInt8] {
    let ends = try ChildProgram.pipe()
    defer { close(ends.reading) }
    let program: ChildProgram
    do {
        defer { close(ends.writing) }
        program = try ChildProgram(["/bin/sh", "-c", command], output: ends.writing)
    }
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = read(ends.reading, &chunk, chunk.count), count > 0 { output += chunk[..<count] }
    program.wait()
    return output
}
