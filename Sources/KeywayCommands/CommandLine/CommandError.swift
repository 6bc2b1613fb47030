/// Why a command ended without doing its work, what to do next, and the exit code.
struct CommandError: Error {
    let code: ExitCode
    /// A description of the error; the last line says what to do next.
    let message: String

    /// - Parameters:
    ///   - code: How the program ends.
    ///   - message: What went wrong, for a person.
    ///   - next: A command line, or a sentence, that leads on.
    init(_ code: ExitCode, _ message: String, try next: String? = nil) {
        self.code = code
        self.message = next.map { "\(message)\nTry: \($0)" } ?? message
    }

    static func usage(_ message: String, of command: Command) -> CommandError {
        CommandError(.usage, message, try: "keyway \(command.name) --help")
    }
}
