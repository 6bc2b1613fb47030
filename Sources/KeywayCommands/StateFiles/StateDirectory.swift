import Documents
import JSONReading

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A directory of state files: every `.json` file in it or below it, except those whose names begin with a dot.
struct StateDirectory: Sendable {
    let path: String

    /// A file as it lies there.
    struct Entry {
        /// Its path, as seen from the directory.
        let name: String
        let bytes: [UInt8]
    }

    /// All state files, in the order of their names.
    ///
    /// - Throws: ``CommandError`` if they can't be read.
    func entries() throws(CommandError) -> [Entry] {
        do {
            return try names(below: "").sorted().map { name in
                let bytes = try Data(contentsOf: URL(filePath: "\(path)/\(name)")).withoutByteOrderMark
                return Entry(name: name, bytes: [UInt8](bytes))
            }
        } catch {
            throw CommandError(
                .input,
                "cannot read \(path): check that it is a directory, and that you may read all of it"
            )
        }
    }

    private func names(below directory: String) throws -> [String] {
        var names: [String] = []
        for item in try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(directory)")
        where !item.hasPrefix(".") {
            let name = directory + item
            let type = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")[.type] as? FileAttributeType
            if type == .typeDirectory {
                names += try self.names(below: name + "/")
            } else if item.hasSuffix(".json") {
                names.append(name)
            }
        }
        return names
    }

    /// Reads and checks all files.
    ///
    /// - Throws: ``InvalidState`` with every error of every file; ``CommandError`` if there are none, or they can't be
    ///   read.
    func read() throws -> [StateFile] {
        let entries = try entries()
        guard !entries.isEmpty else {
            throw CommandError(.input, "\(path) has no .json files", try: "keyway export -o \(path)")
        }
        var files: [StateFile] = []
        var issues: [StateIssue] = []
        for entry in entries {
            do {
                files.append(StateFile(name: entry.name, document: try StateDocument(JSONReader.read(entry.bytes))))
            } catch let error as JSONSyntaxError {
                issues.append(StateIssue(file: entry.name, "\(error)"))
            } catch let error as InvalidDocument {
                issues += error.problems.map { StateIssue(file: entry.name, $0) }
            }
        }
        guard issues.isEmpty else { throw InvalidState(issues: issues) }
        return files
    }
}
