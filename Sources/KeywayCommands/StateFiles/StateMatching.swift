import Documents

/// Finds for each file the server's document that it describes: by its id, else by what people know it by.
struct StateMatching {
    private let files: [StateFile]
    private let server: [StateDocument]
    /// The server's documents that a file describes.
    private var matched: Set<Identifier> = []
    /// Files whose counterpart can't be told.
    private(set) var issues: [StateIssue] = []

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
        let byID = Dictionary(server.compactMap { document in document.id.map { ($0, document) } }) { first, _ in first
        }
        let known = files.map { file in
            file.document.id.flatMap { byID[$0] }.flatMap { $0.kind == file.document.kind ? $0 : nil }
        }
        for (file, current) in zip(files, known) {
            guard let id = current?.id, !matched.insert(id).inserted else { continue }
            issues.append(StateIssue(file: file.name, pointer: "/data/id", "is the id of another file too: remove one"))
        }
        // Only now is it known which documents are left to be found by their keys.
        let candidates = Dictionary(grouping: unmatched, by: \.key)
        let namesakes = Dictionary(grouping: files, by: \.document.key)
        var pairs: [(StateFile, StateDocument?)] = []
        for (file, current) in zip(files, known) {
            let key = file.document.key
            if let current {
                pairs.append((file, current))
            } else if let issue = Self.ambiguity(of: file, namesakes[key] ?? [], candidates[key] ?? []) {
                issues.append(StateIssue(file: file.name, issue))
            } else {
                let candidate = candidates[key]?.first
                if let id = candidate?.id { matched.insert(id) }
                pairs.append((file, candidate))
            }
        }
        return pairs
    }

    /// Why it can't be told what a file without a known id describes; `nil` if it can.
    private static func ambiguity(
        of file: StateFile,
        _ namesakes: [StateFile],
        _ candidates: [StateDocument]
    ) -> String? {
        if let namesake = namesakes.first(where: { $0.name != file.name }) {
            return "describes the \(file.document.key), as \(namesake.name) does, and has no id that the server knows: "
                + "remove one of them, or give this one another name"
        }
        guard candidates.count > 1 else { return nil }
        let ids = candidates.compactMap { $0.id?.description }.joined(separator: ", ")
        return "the server has \(candidates.count) of \(file.document.key): say in data.id which one is meant: \(ids)"
    }
}
