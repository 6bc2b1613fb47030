/// One error of a body, with the place where it stands.
package struct Problem: Sendable, Equatable {
    /// A JSON Pointer (RFC 6901) into the body; empty for the body as a whole.
    package let pointer: String
    /// A description of the error and of what would be right. It never quotes a value.
    package let detail: String

    package init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }
}

/// A body that does not say what its schema asks for, with every error of it.
package struct InvalidDocument: Error, Equatable {
    package let problems: [Problem]

    package init(_ problems: [Problem]) {
        self.problems = problems
    }
}

/// The way from the root of a body to where a reader stands, kept as a stack.
struct DocumentPath {
    enum Step {
        case member(JSONText)
        case index(Int)
    }

    private var steps: [Step] = []

    /// The longest member name that a pointer shows, in Unicode scalars; of a longer one it shows the start.
    private static let nameLength = 128

    mutating func push(_ step: Step) { steps.append(step) }
    mutating func pop() { steps.removeLast() }

    var pointer: String {
        steps.reduce(into: "") { pointer, step in
            pointer += "/"
            switch step {
            case .member(let name):
                pointer += JSONPointer.escape(String(name.string.unicodeScalars.prefix(Self.nameLength)))
            case .index(let index): pointer += String(index)
            }
        }
    }
}
