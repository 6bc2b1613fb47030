import Documents
import JSONReading
import Platform

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
extension StateDirectory {
    /// Writes documents, each to the file that holds it already, else to a new one; a file that would not change is not
    /// touched. A file that holds none of them is left alone.
    ///
    /// - Parameters:
    ///   - documents: What the server has.
    ///   - prunes: Whether to remove the files of an earlier export whose documents are gone. A file with a name of the
    ///     user's own is never removed.
    /// - Returns: What was done, and what is stale.
    /// - Throws: ``CommandError`` if two files hold one document, or a file can't be written.
    func write(_ documents: [ExportedDocument], prunes: Bool) throws(CommandError) -> ExportSummary {
        var summary = ExportSummary()
        var holders = DocumentHolders(FileManager.default.fileExists(atPath: path) ? try holders() : [], of: documents)
        for document in documents {
            let holder = try holders.take(holding: document)
            let name = holder.flatMap { $0.isNamedByExport ? nil : $0.entry.name } ?? document.fileName
            if let holder, holder.entry.name == name, holder.entry.bytes == Array(document.text.utf8) {
                summary.unchanged += 1
                continue
            }
            try write(document.text, to: name)
            if let holder, holder.entry.name != name { try remove(holder.entry.name) }
            if holder == nil { summary.created += 1 } else { summary.changed += 1 }
        }
        for holder in holders.stale {
            if prunes, holder.isNamedByExport {
                try remove(holder.entry.name)
                summary.removed.append(holder.entry.name)
            } else {
                summary.stale.append(holder.entry.name)
            }
        }
        return summary
    }

    /// The documents that files hold, as far as they have ids.
    func references() throws(CommandError) -> [DocumentReference] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try holders().compactMap { holder in holder.id.map { DocumentReference(kind: holder.kind, id: $0) } }
    }

    /// The files that hold documents; what is none is left alone.
    private func holders() throws(CommandError) -> [DocumentHolder] {
        try entries().compactMap { entry in
            guard let data = (try? JSONReader.read(entry.bytes))?["data"], let type = data["type"]?.text?.string,
                let kind = StateKind.allCases.first(where: { $0.schema.type == type })
            else { return nil }
            return DocumentHolder(
                entry: entry,
                kind: kind,
                id: data["id"]?.text.flatMap { Identifier($0.string) },
                key: kind.key(of: data["attributes"] ?? .null)
            )
        }
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
