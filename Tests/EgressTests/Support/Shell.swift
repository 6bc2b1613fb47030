import Glibc
import Testing

/// What a shell command prints.
func shell(_ command: String) throws -> [UInt8] {
    let stream = try #require(popen(command, "r"))
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
