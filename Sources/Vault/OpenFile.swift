import Platform
import Secrets

/// An open file, closed when it goes out of scope.
struct OpenFile: ~Copyable {
    private let descriptor: Int32
    private let path: String

    /// Opens what stands at `path`.
    init(reading path: String, _ flags: Int32 = 0) throws(MasterKeyError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | flags)
        self.path = path
        guard descriptor >= 0 else { throw error("open") }
    }

    /// Creates a file at `path`, where there must be none, of a mode that the process's mask may narrow.
    init(creating path: String, mode: mode_t) throws(MasterKeyError) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        self.path = path
        guard descriptor >= 0 else { throw error("create") }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func status() throws(MasterKeyError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw error("examine") }
        return status
    }

    /// Gives the file to the owner of another, so that a server goes on reading what root has written again.
    func takeOwner(from status: stat) throws(MasterKeyError) {
        let own = try self.status()
        if own.st_uid == status.st_uid, own.st_gid == status.st_gid { return }
        guard fchown(descriptor, status.st_uid, status.st_gid) == 0 else { throw error("give away") }
    }

    /// The first `count` bytes.
    func content(count: Int) throws(MasterKeyError) -> SecretBuffer {
        var failure: MasterKeyError?
        let buffer = SecretBuffer(count: count) { memory in
            do throws(MasterKeyError) { try fill(memory) } catch { failure = error }
        }
        if let failure { throw failure }
        return buffer
    }

    private func fill(_ memory: UnsafeMutableRawBufferPointer) throws(MasterKeyError) {
        var rest = memory[...]
        while !rest.isEmpty {
            let part = UnsafeMutableRawBufferPointer(rebasing: rest)
            let count = read(descriptor, part.baseAddress, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw error("read") }
            // The file became shorter meanwhile.
            guard count > 0 else { throw .system(path: path, action: "read", code: EIO) }
            rest = rest.dropFirst(count)
        }
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(MasterKeyError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = write(descriptor, part.baseAddress, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw error("write") }
            rest = rest.dropFirst(count)
        }
    }

    /// Returns when the content, or a directory's entries, are on the disk.
    func synchronize() throws(MasterKeyError) {
        guard fsync(descriptor) == 0 else { throw error("write") }
    }

    private func error(_ action: String) -> MasterKeyError {
        .system(path: path, action: action, code: errno)
    }
}
