import Platform
import TestSupport

extension TemporaryDirectory {
    func file(_ name: String) -> String { self(name) }

    func save(_ text: String, as name: String) {
        let descriptor = open(file(name), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        let bytes = [UInt8](text.utf8)
        // A short write shows in the test that reads it.
        _ = write(descriptor, bytes, bytes.count)
        close(descriptor)
    }
}
