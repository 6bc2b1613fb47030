import Platform

/// A file descriptor that bytes go to.
final class ByteOutput {
    private let descriptor: Int32
    private let name: String
    private let isOurs: Bool

    static var standard: ByteOutput { ByteOutput(descriptor: STDOUT_FILENO, name: "standard output", isOurs: false) }

    private init(descriptor: Int32, name: String, isOurs: Bool) {
        self.descriptor = descriptor
        self.name = name
        self.isOurs = isOurs
    }

    /// Creates a file that only its owner may read. One that exists stays: it may be the only copy of its time.
    convenience init(creating path: String) throws(CommandError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandError(.cannotCreate, "cannot create \(path): \(String(cString: strerror(errno)))")
        }
        self.init(descriptor: descriptor, name: path, isOurs: true)
    }

    deinit { if isOurs { close(descriptor) } }

    func append(_ bytes: [UInt8]) throws(CommandError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw failure }
            rest = rest.dropFirst(written)
        }
    }

    /// Makes the file safe on its disk.
    func finish() throws(CommandError) {
        if isOurs, fsync(descriptor) != 0 { throw failure }
    }

    private var failure: CommandError {
        CommandError(.output, "cannot write to \(name): \(String(cString: strerror(errno)))")
    }
}
