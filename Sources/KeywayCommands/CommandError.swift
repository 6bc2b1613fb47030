/// Why a command ended without doing its work, what to do next, and the exit code (sysexits.h).
struct CommandError: Error {
    enum Code: Int32 {
        /// The command line is wrong.
        case usage = 64
        /// What a file holds is not as it should be.
        case data = 65
        /// A file that the user named can't be used.
        case input = 66
        /// Something that is needed is in use or not there.
        case unavailable = 69
        /// A file can't be created.
        case cannotCreate = 73
        /// What a command is to print can't be written.
        case output = 74
        /// The settings don't fit together.
        case configuration = 78
    }

    let code: Code
    let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    static func usage(_ message: String, of command: Command) -> CommandError {
        CommandError(.usage, "\(message)\nTry: keyway \(command.name) --help")
    }
}
