import Platform
package import Secrets
package import Storage

/// The way to a PostgreSQL, and how long to wait for it.
package struct PostgresConfiguration: Sendable {
    /// A connection URI or string of libpq, such as `postgresql://keyway@db.example/keyway?sslmode=verify-full`. It may
    /// hold a password. What it leaves open comes from `PGSERVICE`, `PGPASSFILE` and libpq's other variables.
    package var address: Secret

    /// An address without a pooler between, for notifications. Where ``address`` has none between either, it is not
    /// needed; without notifications the generation of access is asked for several times in ``accessStaleness``.
    package var directAddress: Secret?

    /// The longest wait for a statement, and for what a broken connection left unknown.
    package var patience: Duration = .seconds(5)

    /// The longest wait for a connection to one host, in seconds; libpq takes 1 as 2.
    package var connectTimeout = 2

    /// How long a change of access on another node may stay unknown here: see ``AccessStore/accessStaleness``.
    package var accessStaleness: Duration = .seconds(1)

    /// The most connections that read at once.
    package var readConnections = 4

    /// Whether to use a server that loses what it acknowledged when its machine stops (`fsync` or `full_page_writes`
    /// off): for tests.
    package var acceptsVolatileServer = false

    package init(address: Secret) {
        self.address = address
    }

    package init(address: String) {
        self.init(address: Secret(copying: address.utf8))
    }

    /// The address in a file of mode 0600 or stricter, without the line's end.
    ///
    /// - Throws: ``StoreError``, with a text that names the path and what to do.
    package static func address(inFile path: String) throws(StoreError) -> Secret {
        let descriptor = Platform.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .unavailable("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        defer { Platform.close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 == 0 else {
            throw .unavailable("\(path) may hold a password: let its owner alone read it (chmod 600)")
        }
        var bytes = [UInt8](repeating: 0, count: 8_192)
        let count = bytes.withUnsafeMutableBytes { Platform.read(descriptor, $0.baseAddress, $0.count) }
        defer {
            bytes.withUnsafeMutableBytes { buffer in
                if let start = buffer.baseAddress { explicit_bzero(start, buffer.count) }
            }
        }
        guard count >= 0, count < bytes.count else { throw .unavailable("cannot read \(path): it is too long") }
        var text = bytes.prefix(count)
        while let last = text.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { text.removeLast() }
        guard !text.isEmpty, !text.contains(UInt8(ascii: "\n")), !text.contains(0) else {
            throw .unavailable("\(path) must hold one line: the address of a PostgreSQL database")
        }
        return Secret(copying: text)
    }
}
