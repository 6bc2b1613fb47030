import Documents

/// A state file that was read and understood.
struct StateFile: Sendable {
    /// Its path, as seen from the directory of the state.
    let name: String
    let document: StateDocument
}

/// The steps after which a server has what the files describe.
struct StatePlan: Sendable {
    let steps: [StateStep]

    /// The steps that change something, in the order in which they are to be done.
    var changes: [StateStep] { steps.filter { $0.action != .keep } }

    /// Compares files with a server.
    ///
    /// - Parameters:
    ///   - files: What the server is to have.
    ///   - server: What it has.
    ///   - prunes: Whether to delete what no file describes.
    /// - Throws: ``InvalidState`` with all that stands in the way: files whose counterpart is ambiguous, and changes
    ///   that no request can make.
    init(files: [StateFile], server: [StateDocument], prunes: Bool) throws(InvalidState) {
        var matching = StateMatching(files: files, server: server)
        let pairs = matching.pairs()
        var issues = matching.issues
        var steps = pairs.map { file, current in
            let step = StateStep(file, current: current, prunes: prunes)
            issues += step.difference.refusals.map { StateIssue(file: file.name, $0) }
            return step
        }
        if prunes { steps += matching.unmatched.map(StateStep.init(deleting:)) }
        guard issues.isEmpty else { throw InvalidState(issues: issues) }
        self.steps = steps
    }
}

/// The change of one document.
struct StateStep: Sendable {
    enum Action: Sendable, Equatable {
        case create
        case update(Identifier)
        case delete(Identifier)
        /// The server has it as it is to be.
        case keep
    }

    let action: Action
    let kind: StateKind
    /// The name by which people know the document.
    let key: String
    /// The file that describes it; `nil` if it is to be deleted.
    let file: String?
    let difference: DocumentDifference
    /// The change of an AWS account's exports of cost reports, if there is any.
    let dataExports: FieldChange?
    /// The secrets that must be given.
    let neededSecrets: [SecretSlot]

    init(_ file: StateFile, current: StateDocument?, prunes: Bool) {
        let document = file.document
        let difference = DocumentDifference(from: current, to: document)
        self.difference = difference
        kind = document.kind
        key = document.key
        self.file = file.name
        let exports = (before: current?.dataExports, after: document.dataExports)
        // A file that says nothing of them leaves them alone, unless what no file has is to go.
        let leavesExports = exports.before == exports.after || (exports.after == nil && !prunes)
        dataExports =
            leavesExports ? nil : FieldChange(path: "data_export_configs", before: exports.before, after: exports.after)
        neededSecrets = document.slots.filter { difference.neededSecrets.contains($0.address) }
        if let id = current?.id {
            action = difference.isEmpty && dataExports == nil ? .keep : .update(id)
        } else {
            action = .create
        }
    }

    init(deleting document: StateDocument) {
        action = document.id.map(Action.delete) ?? .keep
        kind = document.kind
        key = document.key
        file = nil
        difference = DocumentDifference(from: document, to: document)
        dataExports = nil
        neededSecrets = []
    }
}
