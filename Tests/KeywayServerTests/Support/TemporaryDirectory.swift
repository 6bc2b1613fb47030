import Documents
import Platform

/// A new directory, removed with all that is in it when the last reference goes.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        path = "/tmp/keyway-server-tests-\(IdentifierGenerator().next())"
        mkdir(path, 0o700)
    }

    deinit {
        Self.remove(path)
    }

    private static func remove(_ path: String) {
        if let directory = opendir(path) {
            defer { closedir(directory) }
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { remove("\(path)/\(name)") }
            }
        }
        // Whichever it is.
        unlink(path)
        rmdir(path)
    }
}

/// A file's bytes.
func contents(of path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = read(descriptor, &chunk, chunk.count), count > 0 { result += chunk[..<count] }
    return result
}
