import Documents

/// A file that holds a document.
struct DocumentHolder {
    let entry: StateDirectory.Entry
    let kind: StateKind
    let id: Identifier?
    let key: String

    /// Whether an export gave the file its name; else it is of the user's own choice.
    var isNamedByExport: Bool {
        guard let id else { return false }
        let parts = entry.name.split(separator: "/")
        return parts.count == 2 && parts[0] == kind.directory
            && (parts[1] == "\(id).json" || parts[1].hasSuffix("-\(id).json"))
    }
}

/// The files that hold documents, to be found by what they hold.
struct DocumentHolders {
    private var byID: [Identifier: [DocumentHolder]] = [:]
    /// Those without an id that the server knows.
    private var byKey: [String: [DocumentHolder]] = [:]

    init(_ holders: [DocumentHolder], of documents: [ExportedDocument]) {
        let ids = Set(documents.map(\.id))
        for holder in holders {
            if let id = holder.id, ids.contains(id) {
                byID[id, default: []].append(holder)
            } else {
                byKey[holder.key, default: []].append(holder)
            }
        }
    }

    /// Takes out the file that holds a document: by its id, else by what people know it by, if that tells one file.
    mutating func take(holding document: ExportedDocument) throws(CommandError) -> DocumentHolder? {
        if let holders = byID.removeValue(forKey: document.id) {
            guard holders.count == 1 else {
                let names = holders.map(\.entry.name).joined(separator: " and ")
                throw CommandError(.data, "\(names) both hold \(document.id): remove one of them")
            }
            return holders[0]
        }
        guard byKey[document.key]?.count == 1 else { return nil }
        return byKey.removeValue(forKey: document.key)?.first
    }

    /// The files that are left, and have an id that the server does not know any more.
    var stale: [DocumentHolder] {
        byKey.values.joined().filter { $0.id != nil }.sorted { $0.entry.name < $1.entry.name }
    }
}
