import Foundation
import Testing
import TestSupport

@testable import KeywayCommands

/// The output of a run of the program.
struct Transcript {
    let output: String
    let errors: String
}

/// Runs the program in a process of its own, and expects it to end with that exit code.
func keyway(
    _ arguments: String...,
    environment: [String: String] = [:],
    exits code: Int32,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws -> Transcript {
    try await keyway(arguments, environment: environment, exits: code, sourceLocation: sourceLocation)
}

func keyway(
    _ arguments: [String],
    environment: [String: String] = [:],
    exits code: Int32,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws -> Transcript {
    let result = try await #require(
        processExitsWith: .exitCode(code),
        observing: [\.standardOutputContent, \.standardErrorContent],
        sourceLocation: sourceLocation
    ) { [arguments = arguments as [String], environment = environment as [String: String]] in
        for (name, value) in environment { setenv(name, value, 1) }
        exit(await KeywayCommand.run(arguments))
    }
    return Transcript(output: printed(result.standardOutputContent), errors: printed(result.standardErrorContent))
}

/// Decodes the output of a process. In a stream to which it wrote nothing the testing library leaves a mark, which is
/// not UTF-8.
func printed(_ content: [UInt8]) -> String {
    String(validating: content, as: UTF8.self) ?? ""
}

extension TemporaryDirectory {
    /// The names of all files in a directory in it.
    func names(in name: String = "") -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: self(name))) ?? []).sorted()
    }
}
