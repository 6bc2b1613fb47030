#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Standard output and standard error.
enum Terminal {
    /// - Throws: ``CommandError`` if not all of it could be written.
    static func print(_ text: String) throws(CommandError) {
        guard write(text, to: STDOUT_FILENO) else {
            throw CommandError(.output, "cannot write to standard output: \(String(cString: strerror(errno)))")
        }
    }

    static func printError(_ line: String) {
        _ = write(line + "\n", to: STDERR_FILENO)
    }

    private static func write(_ text: String, to descriptor: Int32) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { bytes in
                #if canImport(Glibc)
                    Glibc.write(descriptor, bytes.baseAddress, bytes.count)
                #else
                    Darwin.write(descriptor, bytes.baseAddress, bytes.count)
                #endif
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return false }
            rest = rest.dropFirst(written)
        }
        return true
    }
}
