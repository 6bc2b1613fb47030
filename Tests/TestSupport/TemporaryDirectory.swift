package import Platform

/// A new directory, removed with all that is in it when the last reference goes.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package init() {
        var template = Array("/tmp/keyway-test-XXXXXX\0".utf8.map(CChar.init))
        path = template.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress, mkdtemp(start) != nil else { fatalError("no temporary directory") }
            return String(cString: start)
        }
    }

    deinit { Self.remove(path) }

    /// The path of a file in it.
    package func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file in it that only its owner may read.
    package func save(_ text: String, as name: String) {
        let descriptor = open(self(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        let bytes = [UInt8](text.utf8)
        // A short write shows in the test that reads it.
        _ = write(descriptor, bytes, bytes.count)
        close(descriptor)
    }

    /// The permissions of a file in it, or `nil` if there is none.
    package func mode(of name: String) -> mode_t? {
        var status = stat()
        guard stat(self(name), &status) == 0 else { return nil }
        return status.st_mode & 0o7777
    }

    /// The text of a file in it, empty if there is none.
    package func text(of name: String) -> String {
        String(decoding: bytes(ofFile: self(name)) ?? [], as: UTF8.self)
    }

    private static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR, let directory = opendir(path) else {
            unlink(path)
            return
        }
        var names: [String] = []
        while let entry = readdir(directory) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
            )
        }
        closedir(directory)
        for name in names where name != "." && name != ".." { remove("\(path)/\(name)") }
        rmdir(path)
    }
}

/// The bytes of a file, or `nil` if there is none.
package func bytes(ofFile path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = read(descriptor, &chunk, chunk.count), count > 0 { result += chunk[..<count] }
    return result
}
