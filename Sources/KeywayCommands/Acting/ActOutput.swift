import DatadogClient
import Platform

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where the response to an act goes: to a file or a program byte for byte, to a terminal with what could command it
/// escaped.
struct ActOutput {
    static let file = Option(
        name: "output",
        letter: "o",
        placeholder: "FILE",
        help: "New file for the response, instead of standard output; an existing one is left alone",
        values: .file
    )

    private let path: String?
    private let output: ByteOutput
    private var terminal: TerminalText?

    /// Prepares the output before anything is sent: a response that can't be kept is lost.
    init(_ arguments: Arguments) throws(CommandError) {
        path = arguments[Self.file]
        if let path {
            output = try ByteOutput(creating: path)
        } else {
            output = .standard
            if Terminal.showsOutput { terminal = TerminalText() }
        }
    }

    /// Removes the file: there was no response.
    func discard() {
        if let path { unlink(path) }
    }

    /// Writes status and headers.
    mutating func write(head answer: ActAnswer<BodyPieces>) throws(CommandError) {
        let lines = ["HTTP/1.1 \(answer.status)"] + answer.headers.map { "\($0.name): \($0.value)" } + [""]
        try write(Array(lines.map { "\($0)\n" }.joined().utf8))
    }

    /// Writes a piece of the body.
    mutating func write(_ piece: Data) throws(CommandError) {
        try write(Array(piece))
    }

    private mutating func write(_ bytes: [UInt8]) throws(CommandError) {
        try output.append(terminal?.printable(bytes) ?? bytes)
    }

    /// Ends the output.
    mutating func finish() throws(CommandError) {
        if let rest = terminal?.rest() { try output.append(rest) }
        try output.finish()
    }
}
