import Documents

/// Finds for each file the server's document that it describes: by its id, else by what people know it by.
struct StateMatching {
    private let files: [StateFile]
    private let server: [StateDocument]
    private var matched: Set<Identifier> = []
    /// Files whose counterpart can't be told.
    private(set) var faults: [StateFault] = []

    init(files: [StateFile], server: [StateDocument]) {
        self.files = files
        self.server = server
    }

    /// The server's documents that no file describes, once the pairs are found.
    var unmatched: [StateDocument] {
        server.filter { document in document.id.map { !matched.contains($0) } ?? false }
    }

    /// Each file with what the server has of it, `nil` if it is to be created; without those that are faulty.
    mutating func pairs() -> [(file: StateFile, current: StateDocument?)] {
        let byID = files.map(documentWithID)
        for (file, current) in zip(files, byID) {
            guard let id = current?.id, !matched.insert(id).inserted else { continue }
            faults.append(StateFault(file: file.name, pointer: "/data/id", "is the id of another file too: remove one"))
        }
        // Only now is it known which documents are left to be found by their keys.
        let byKey = zip(files, byID).map { file, current in current == nil ? candidates(for: file) : [] }
        var pairs: [(StateFile, StateDocument?)] = []
        for (file, (current, candidates)) in zip(files, zip(byID, byKey)) {
            if let current {
                pairs.append((file, current))
            } else if let fault = ambiguity(of: file, candidates, byID) {
                faults.append(StateFault(file: file.name, fault))
            } else {
                if let id = candidates.first?.id { matched.insert(id) }
                pairs.append((file, candidates.first))
            }
        }
        return pairs
    }

    private func documentWithID(_ file: StateFile) -> StateDocument? {
        guard let id = file.document.id else { return nil }
        return server.first { $0.kind == file.document.kind && $0.id == id }
    }

    private func candidates(for file: StateFile) -> [StateDocument] {
        unmatched.filter { $0.kind == file.document.kind && $0.key == file.document.key }
    }

    /// Why it can't be told what a file without a known id describes; `nil` if it can.
    private func ambiguity(
        of file: StateFile,
        _ candidates: [StateDocument],
        _ byID: [StateDocument?]
    ) -> String? {
        let key = file.document.key
        let namesakes = zip(files, byID).filter { other, current in
            current == nil && other.name != file.name && other.document.kind == file.document.kind
                && other.document.key == key
        }
        if let other = namesakes.first?.0.name {
            return "describes the \(key), as \(other) does, and the server knows neither by its id: give them "
                + "different names"
        }
        guard candidates.count > 1 else { return nil }
        let ids = candidates.compactMap { $0.id?.description }.joined(separator: ", ")
        return "the server has \(candidates.count) of \(key): say in data.id which one is meant: \(ids)"
    }
}
