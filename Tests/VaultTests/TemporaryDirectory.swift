import Cryptography
import Platform

/// A new directory, removed with all its files at the end of its test.
final class TemporaryDirectory {
    let path: String

    init() {
        path = "/tmp/keyway-vault-tests-" + RandomBytes.array(count: 8).map { String($0, radix: 16) }.joined()
        mkdir(path, 0o700)
    }

    func file(_ name: String) -> String { path + "/" + name }

    func save(_ text: String, as name: String) {
        let descriptor = open(file(name), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        let bytes = [UInt8](text.utf8)
        // A short write shows in the test that reads it.
        _ = write(descriptor, bytes, bytes.count)
        close(descriptor)
    }

    func text(of name: String) -> String {
        let descriptor = open(file(name), O_RDONLY)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }

    func mode(of name: String) -> mode_t {
        var status = stat()
        stat(file(name), &status)
        return status.st_mode & 0o7777
    }

    deinit {
        for name in ["key", "key.new", "link"] { unlink(file(name)) }
        rmdir(file("directory"))
        rmdir(path)
    }
}
