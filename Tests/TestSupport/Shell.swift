import Platform

/// Commands that tests run by a shell.
package enum Shell {
    package struct Failure: Error {}

    /// Runs a command.
    ///
    /// - Returns: Its standard output, which it has written all of.
    /// - Throws: ``Failure`` if no shell can be started.
    package static func run(_ command: String) throws -> String {
        guard let stream = popen(command, "r") else { throw Failure() }
        defer { pclose(stream) }
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while case let count = fread(&chunk, 1, chunk.count, stream), count > 0 { output += chunk[..<count] }
        return String(decoding: output, as: UTF8.self)
    }
}
