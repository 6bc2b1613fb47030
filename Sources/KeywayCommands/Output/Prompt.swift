import Platform

/// Asks the person at the terminal.
struct Prompt: ~Copyable {
    private let terminal: Int32

    /// Opens the terminal; `nil` if nobody is there to ask: the standard input comes from elsewhere, or there is none.
    init?() {
        guard Terminal.isInput else { return nil }
        let descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { return nil }
        terminal = descriptor
    }

    deinit { close(terminal) }

    /// Asks for a text, which shows as it is typed.
    ///
    /// - Throws: ``CommandError`` if the input ends instead.
    func text(_ question: String) throws(CommandError) -> String {
        show("\(question): ")
        var input = LineInput()
        while let byte = readByte() {
            // The terminal edits the line, and gives it when it is complete.
            if byte == UInt8(ascii: "\n") { return input.text }
            input.append(byte)
        }
        show("\n")
        throw .unanswered
    }

    /// Asks for a text until there is one.
    func requiredText(_ question: String) throws(CommandError) -> String {
        while true {
            let answer = try text(question)
            if !answer.allSatisfy(\.isWhitespace) { return answer }
        }
    }

    /// Asks for a secret, which does not show; nothing of what was pasted beyond its first line stays behind.
    ///
    /// - Throws: ``CommandError`` if the input ends instead.
    func secret(_ question: String) throws(CommandError) -> String {
        // First of all: what is pasted as soon as the question appears must not show.
        let silence = Silence(of: terminal)
        show("\(question) (not shown): ")
        defer { show("\n") }
        var input = LineInput()
        while let byte = readByte() {
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                dropRest()
                silence.end()
                return input.text
            case 0x7f, 0x08: input.removeLast()
            case silence.kill: input.removeAll()
            case silence.endOfFile where input.isEmpty:
                silence.end()
                throw .unanswered
            default: input.append(byte)
            }
        }
        silence.end()
        throw .unanswered
    }

    /// Asks for one of several; a number will do.
    func choice(_ question: String, among choices: [(value: String, help: String)]) throws(CommandError) -> String {
        show(question + ":\n")
        for (index, choice) in choices.enumerated() { show("  \(index + 1)  \(choice.value): \(choice.help)\n") }
        while true {
            let answer = try requiredText("Number or name")
            if let number = Int(answer), choices.indices.contains(number - 1) { return choices[number - 1].value }
            if let choice = choices.first(where: { $0.value.lowercased() == answer.lowercased() }) {
                return choice.value
            }
        }
    }

    /// Asks a question that is answered by yes or no; no answer means no.
    func confirms(_ question: String) throws(CommandError) -> Bool {
        ["y", "yes"].contains(try text("\(question) [y/N]").lowercased())
    }

    private func show(_ text: String) {
        _ = Terminal.write(TextLayout.printable(text, keepsLineBreaks: true), to: terminal)
    }

    /// Drops the rest of what was pasted, which comes in parts: it must neither show nor reach the shell.
    private func dropRest() {
        var state = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
        while poll(&state, 1, 50) > 0, readByte() != nil {}
    }

    private func readByte() -> UInt8? {
        var byte: UInt8 = 0
        while true {
            let count = read(terminal, &byte, 1)
            if count == 1 { return byte }
            guard count < 0, errno == EINTR else { return nil }
        }
    }
}

extension CommandError {
    fileprivate static var unanswered: CommandError {
        CommandError(.usage, "you did not answer, and nothing was done")
    }
}

/// A line that is being typed.
private struct LineInput {
    private var bytes: [UInt8] = []

    var isEmpty: Bool { bytes.isEmpty }
    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func append(_ byte: UInt8) { bytes.append(byte) }
    mutating func removeAll() { bytes.removeAll() }

    /// Removes the last character with all its bytes.
    mutating func removeLast() {
        while let byte = bytes.popLast(), byte & 0xc0 == 0x80 {}
    }
}
