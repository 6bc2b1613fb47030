import DatadogClient
import Platform

/// Reads what a command is given by files and by standard input, which is there only once.
struct InputSource {
    /// The value that took the standard input.
    private var taker: String?
    private static let greatestSize = 1_048_576

    /// Reads a file, or for `-` the standard input.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - option: What asks for it, for messages.
    /// - Returns: All of it.
    /// - Throws: ``CommandError`` if it can't be read, is too large, or is the standard input for the second time.
    mutating func read(_ path: String, for option: String) throws(CommandError) -> [UInt8] {
        let bytes: [UInt8]?
        if path == "-" {
            if let taker {
                throw CommandError(.usage, "\(taker) and \(option) can't both be the standard input: give a file")
            }
            taker = option
            bytes = FileContent.read(STDIN_FILENO, atMost: Self.greatestSize)
        } else {
            bytes = FileContent.read(path, atMost: Self.greatestSize)
        }
        let place = path == "-" ? "the standard input" : path
        guard let bytes else {
            throw CommandError(.input, "cannot read \(place): check that it exists and that you may read it")
        }
        guard bytes.count <= Self.greatestSize else { throw CommandError(.input, "\(place) is larger than 1 MiB") }
        return bytes
    }

    /// Reads a secret, without a byte order mark and the line break at its end.
    mutating func secret(_ path: String, for option: String) throws(CommandError) -> Secret {
        let bytes = try read(path, for: option).withoutByteOrderMark
        guard var text = String(validating: bytes, as: UTF8.self) else {
            throw CommandError(.input, "\(path == "-" ? "the standard input" : path) is not UTF-8")
        }
        // The last character may be a carriage return and a line feed.
        if text.utf8.last == UInt8(ascii: "\n") { text.removeLast() }
        guard !text.isEmpty else {
            throw CommandError(.input, "\(path == "-" ? "the standard input" : path) is empty: it should be a secret")
        }
        Self.warnOfWhiteSpace(around: text, from: path == "-" ? "the standard input" : path)
        return Secret(text)
    }

    /// Warns of white space at the edges of a secret, which is rarely part of it, and of which the secret tells nothing
    /// later.
    static func warnOfWhiteSpace(around secret: String, from place: String) {
        // PEM does not mind it.
        guard !secret.contains("-----BEGIN ") else { return }
        let ends = [("begins", secret.unicodeScalars.first), ("ends", secret.unicodeScalars.last)]
            .filter { $0.1?.properties.isWhitespace == true }.map(\.0)
        guard !ends.isEmpty else { return }
        Terminal.printError(
            "keyway: warning: the secret from \(place) \(ends.joined(separator: " and ")) with white space, and is "
                + "sent with it"
        )
    }

    /// Reads a document of the API, `{"data": {…}}`.
    mutating func document(_ path: String) throws(CommandError) -> JSONValue {
        let bytes = try read(path, for: "--from-file")
        let place = path == "-" ? "the standard input" : path
        let json = try DocumentCheck.parse(Array(bytes.withoutByteOrderMark), from: place)
        guard case .object = json["data"], case .object = json["data"]?["attributes"] else {
            throw CommandError(
                .data,
                "\(place) is no document of the API, {\"data\": {\"type\": …, \"attributes\": {…}}}",
                try: "--output json on what is there, to see one"
            )
        }
        return json
    }
}

/// Where a secret comes from: `NAME=@FILE`, `NAME=-`, or `NAME` alone to be asked.
struct SecretArgument {
    let name: String
    /// The file, `-` for the standard input; `nil` to ask.
    let path: String?

    init(_ argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        name = String(parts[0])
        path = parts.count < 2 ? nil : parts[1] == "-" ? "-" : String(parts[1].dropFirst())
    }

    /// The secret itself.
    ///
    /// - Parameters:
    ///   - input: What reads files.
    ///   - question: How to ask for it.
    ///   - command: The command that it is for.
    /// - Returns: The secret.
    /// - Throws: ``CommandError`` if it can't be read, or if nobody is there to ask.
    func secret(
        by input: inout InputSource,
        asking question: String,
        of command: Command
    ) throws(CommandError) -> Secret {
        if let path { return try input.secret(path, for: "--secret") }
        guard let prompt = Prompt() else {
            throw .usage(
                "there is no terminal to ask for \(name) on: give it as \(name)=@FILE or \(name)=-",
                of: command
            )
        }
        let answer = try prompt.secret(question)
        InputSource.warnOfWhiteSpace(around: answer, from: "the terminal")
        return Secret(answer)
    }
}

extension Option {
    /// A whole document, for what has no option of its own.
    static let fromFile = Option(
        name: "from-file",
        placeholder: "FILE",
        help: "The API's JSON document, secrets included; - for standard input. Options override it",
        values: .file
    )

    static func secret(_ names: [String], _ help: String) -> Option {
        Option(
            name: "secret",
            placeholder: "NAME[=@FILE]",
            help: help,
            values: .secret(names: names),
            isRepeatable: true
        )
    }
}
