import Platform

/// Reads the content of files: regular ones, and pipes that a shell passes as `/dev/fd/63`.
enum FileContent {
    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: How much of it is wanted; it reads a little more, so that a larger one shows.
    ///   - isAcceptable: Whether to read a file of that owner and those permissions.
    /// - Returns: The content; `nil` if it can't be read.
    static func read(
        _ path: String,
        atMost limit: Int,
        ifAcceptable isAcceptable: (stat) -> Bool = { _ in true }
    ) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, isAcceptable(status) else { return nil }
        return read(descriptor, atMost: limit)
    }

    /// Reads a file into memory that is there, as for what must leave no copies.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - memory: Room for more than is wanted, so that a larger file shows.
    ///   - isAcceptable: Whether to read a file of that owner and those permissions.
    /// - Returns: The number of bytes; `nil` if it can't be read.
    static func read(
        _ path: String,
        into memory: UnsafeMutableRawBufferPointer,
        ifAcceptable isAcceptable: (stat) -> Bool
    ) -> Int? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, isAcceptable(status) else { return nil }
        var rest = memory[...]
        while let start = UnsafeMutableRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
            let count = readSome(descriptor, start, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            rest = rest.dropFirst(count)
        }
        return memory.count - rest.count
    }

    /// Reads an open file to its end.
    static func read(_ descriptor: Int32, atMost limit: Int) -> [UInt8]? {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while content.count <= limit {
            let count = readSome(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            content += buffer[..<count]
        }
        return content
    }
}

extension Collection<UInt8> {
    /// The text without the byte order mark that some editors begin files with.
    var withoutByteOrderMark: SubSequence {
        starts(with: [0xEF, 0xBB, 0xBF]) ? dropFirst(3) : self[...]
    }
}

/// `read(2)`, whose name ``FileContent`` has methods of.
private func readSome(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
