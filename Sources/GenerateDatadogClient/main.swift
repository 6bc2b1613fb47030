import Connections
import Foundation

// Writes the SDK's models of integrations into a directory: one file per integration, and two for all of them.
// Usage: GenerateDatadogClient DIRECTORY

guard CommandLine.arguments.count == 2 else {
    FileHandle.standardError.write(Data("usage: GenerateDatadogClient DIRECTORY\n".utf8))
    exit(64)
}
let directory = URL(fileURLWithPath: CommandLine.arguments[1], isDirectory: true)
try? FileManager.default.removeItem(at: directory)
try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
for (name, text) in GeneratedFiles.all {
    try Data(text.utf8).write(to: directory.appendingPathComponent(name))
}
