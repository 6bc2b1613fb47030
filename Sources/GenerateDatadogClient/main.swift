import Foundation

// Writes the SDK's models of integrations and AWS accounts into a directory.
// Usage: GenerateDatadogClient DIRECTORY

guard CommandLine.arguments.count == 2 else {
    FileHandle.standardError.write(Data("usage: GenerateDatadogClient DIRECTORY\n".utf8))
    exit(64)
}
let directory = URL(fileURLWithPath: CommandLine.arguments[1], isDirectory: true)
try? FileManager.default.removeItem(at: directory)
for (path, text) in GeneratedFiles.all {
    let file = directory.appendingPathComponent(path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
}
