import Platform

/// Reads a file line by line, in memory for one line and a block.
struct LineReader: ~Copyable {
    /// A line is longer than any that is expected.
    struct TooLong: Error {}

    private static let blockLength = 1 << 18
    private static let lineLimit = 1 << 24

    private let descriptor: Int32
    private let path: String
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false

    /// Opens a file, or standard input for `-`.
    init(path: String) throws(CommandError) {
        self.path = path
        descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.unreadable(path) }
    }

    deinit { close(descriptor) }

    /// Lends the next line without its newline, and whether it had one, or returns `nil` after the last.
    ///
    /// - Throws: ``CommandError`` if the file can't be read, ``TooLong`` for a line of more than 16 MiB.
    mutating func next<Result>(_ body: (UnsafeRawBufferPointer, _ hasNewline: Bool) throws -> Result) throws -> Result?
    {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return try buffer.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[start..<end]), true) }
            }
            if isAtEnd {
                guard start < buffer.count else { return nil }
                defer { start = buffer.count }
                return try buffer.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[start...]), false) }
            }
            guard buffer.count - start <= Self.lineLimit else { throw TooLong() }
            buffer.removeSubrange(..<start)
            start = 0
            searched = buffer.count
            try readBlock()
        }
    }

    private mutating func readBlock() throws(CommandError) {
        let filled = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: Self.blockLength))
        var count: Int
        repeat {
            count = buffer.withUnsafeMutableBytes { buffer in
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                return read(descriptor, rest.baseAddress, rest.count)
            }
        } while count < 0 && errno == EINTR
        guard count >= 0 else { throw Self.unreadable(path) }
        buffer.removeSubrange((filled + count)...)
        isAtEnd = count == 0
    }

    private static func unreadable(_ path: String) -> CommandError {
        CommandError(.input, "cannot read \(path): \(String(cString: strerror(errno)))")
    }
}
