import Documents
import JSONReading

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What an export writes: a server's document as a file holds it.
struct ExportedDocument: Sendable {
    let kind: DocumentKind
    let id: Identifier
    let slug: String
    let text: String

    /// The name of its file, unless a file of another name holds it already.
    var fileName: String { "\(kind.directory)/\(slug.isEmpty ? "" : slug + "-")\(id).json" }
}

/// What an export did.
struct ExportSummary: Sendable, Equatable {
    var created = 0
    var changed = 0
    var unchanged = 0
    var removed: [String] = []
    /// Files of an earlier export whose documents the server does not have any more.
    var stale: [String] = []
}

extension StateDirectory {
    /// Writes documents, each to the file that holds it already, else to a new one; a file that would not change is not
    /// touched.
    ///
    /// - Parameters:
    ///   - documents: What the server has.
    ///   - prunes: Whether to remove the files of an earlier export whose documents are gone. A file with a name of the
    ///     user's own is never removed.
    /// - Returns: What was done, and what is stale.
    /// - Throws: ``CommandError`` if two files hold one document, or a file can't be written.
    func write(_ documents: [ExportedDocument], prunes: Bool) throws(CommandError) -> ExportSummary {
        var summary = ExportSummary()
        let held = FileManager.default.fileExists(atPath: path) ? try holders() : [:]
        for document in documents {
            let holder = held[document.id]
            let isRenamed = holder.map { Self.isOfExport($0.name, document.id) } ?? true
            let name = isRenamed ? document.fileName : holder?.name ?? document.fileName
            if let holder, holder.name == name, holder.bytes == Array(document.text.utf8) {
                summary.unchanged += 1
                continue
            }
            try write(document.text, to: name)
            if let holder, holder.name != name { try remove(holder.name) }
            if holder == nil { summary.created += 1 } else { summary.changed += 1 }
        }
        let ids = Set(documents.map(\.id))
        for (id, holder) in held.sorted(by: { $0.value.name < $1.value.name }) where !ids.contains(id) {
            if prunes, Self.isOfExport(holder.name, id) {
                try remove(holder.name)
                summary.removed.append(holder.name)
            } else {
                summary.stale.append(holder.name)
            }
        }
        return summary
    }

    /// Whether a file has the name that an export gave it.
    private static func isOfExport(_ name: String, _ id: Identifier) -> Bool {
        DocumentKind.allCases.contains { name.hasPrefix($0.directory + "/") } && name.hasSuffix("\(id).json")
            && name.split(separator: "/").count == 2
    }

    /// The files that hold documents, by the documents' ids.
    private func holders() throws(CommandError) -> [Identifier: Entry] {
        var holders: [Identifier: Entry] = [:]
        for entry in try entries() {
            guard let id = (try? JSONReader.read(entry.bytes))?["data"]?["id"]?.text.flatMap({ Identifier($0.string) })
            else { continue }
            if let other = holders.updateValue(entry, forKey: id) {
                throw CommandError(.data, "\(other.name) and \(entry.name) both hold \(id): remove one of them")
            }
        }
        return holders
    }

    /// Writes a file whole or not at all. Its permissions are those of any new file: there is no secret in it.
    private func write(_ text: String, to name: String) throws(CommandError) {
        let target = "\(path)/\(name)"
        let directory = target[..<(target.lastIndex(of: "/") ?? target.endIndex)]
        let draft = "\(directory)/.\(getpid()).draft"
        do {
            try FileManager.default.createDirectory(atPath: String(directory), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: draft))
        } catch {
            unlink(draft)
            throw CommandError(
                .cannotCreate,
                "cannot write \(target): check that there is room, and that you may write there"
            )
        }
        guard rename(draft, target) == 0 else {
            unlink(draft)
            throw CommandError(.cannotCreate, "cannot replace \(target): \(String(cString: strerror(errno)))")
        }
    }

    private func remove(_ name: String) throws(CommandError) {
        guard unlink("\(path)/\(name)") == 0 else {
            throw CommandError(.cannotCreate, "cannot remove \(path)/\(name): \(String(cString: strerror(errno)))")
        }
    }
}
