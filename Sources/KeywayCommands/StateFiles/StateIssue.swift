import Documents

/// Why a state file can't be applied, and where the error stands.
struct StateIssue: Sendable, Equatable {
    /// The file, as seen from the directory of the state.
    let file: String
    /// A JSON Pointer (RFC 6901) into the file; empty for the file as a whole.
    let pointer: String
    let detail: String

    init(file: String, pointer: String = "", _ detail: String) {
        self.file = file
        self.pointer = pointer
        self.detail = detail
    }

    init(file: String, _ problem: Problem) {
        self.init(file: file, pointer: problem.pointer, problem.detail)
    }

    var text: String {
        pointer.isEmpty ? "\(file): \(detail)" : "\(file): \(pointer): \(detail)"
    }
}

/// All that is wrong with a directory of state files.
struct InvalidState: Error {
    let issues: [StateIssue]
}
