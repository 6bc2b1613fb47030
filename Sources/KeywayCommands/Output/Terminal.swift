import Platform

/// Standard output and standard error.
enum Terminal {
    /// Whether people see the standard output, rather than programs.
    static var showsOutput: Bool { isatty(STDOUT_FILENO) == 1 }
    static var showsErrors: Bool { isatty(STDERR_FILENO) == 1 }
    static var isInput: Bool { isatty(STDIN_FILENO) == 1 }

    /// How many columns the terminal has; `nil` if the output goes elsewhere.
    static var width: Int? {
        guard showsOutput else { return nil }
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return Environment["COLUMNS"].flatMap(Int.init) ?? 80
    }

    /// Prints a text as it is; of texts from elsewhere ``TextLayout/printable(_:keepsLineBreaks:)`` makes what may be
    /// printed.
    ///
    /// - Throws: ``CommandError`` if not all of it could be written.
    static func print(_ text: String) throws(CommandError) {
        guard write(text, to: STDOUT_FILENO) else {
            throw CommandError(.output, "cannot write to standard output: \(String(cString: strerror(errno)))")
        }
    }

    /// Prints a line, or several, for a person; whatever stands in them commands no terminal.
    static func printError(_ line: String) {
        _ = write(TextLayout.printable(line, keepsLineBreaks: true) + "\n", to: STDERR_FILENO)
    }

    /// Writes all of a text to a file descriptor.
    static func write(_ text: String, to descriptor: Int32) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { bytes in
                Platform.write(descriptor, bytes.baseAddress, bytes.count)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return false }
            rest = rest.dropFirst(written)
        }
        return true
    }
}
