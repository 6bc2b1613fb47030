import Documents

/// The arguments of a tool, read one by one. All that is wrong with them is named at once; a `null` counts as not sent.
struct ToolArguments {
    /// The arguments are not what the tool's schema asks for.
    struct Invalid: Error {
        let problems: [String]
    }

    private let members: [JSONValue.Member]
    private var names: Set<String> = []
    private(set) var problems: [String] = []

    init(_ arguments: JSONValue) {
        if case .object(let members) = arguments { self.members = members } else { members = [] }
    }

    /// The value of an argument; `nil` if it was not sent.
    mutating func value(_ name: String) -> JSONValue? {
        names.insert(name)
        guard let value = members.first(where: { $0.name == name })?.value, value != .null else { return nil }
        return value
    }

    mutating func text(_ name: String) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.text else {
            object("\(name) must be a string")
            return nil
        }
        return text.string
    }

    mutating func requiredText(_ name: String) -> String {
        let isSent = members.contains { $0.name == name && $0.value != .null }
        if !isSent { object("\(name) is required") }
        return text(name) ?? ""
    }

    mutating func number(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = value(name) else { return nil }
        guard let number = value.wholeNumber.flatMap(Int.init(exactly:)), range.contains(number) else {
            object("\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// The members of an argument that is an object.
    mutating func members(_ name: String) -> [JSONValue.Member] {
        guard let value = value(name) else { return [] }
        guard case .object(let members) = value else {
            object("\(name) must be an object")
            return []
        }
        return members
    }

    mutating func texts(_ name: String, countAtMost: Int) -> [String] {
        guard let value = value(name) else { return [] }
        guard case .array(let elements) = value, elements.count <= countAtMost,
            elements.allSatisfy({ $0.text != nil })
        else {
            object("\(name) must be an array of \(countAtMost) strings at most")
            return []
        }
        return elements.compactMap { $0.text?.string }
    }

    /// The connection that is meant: the one that the address of the door names, or else an argument.
    mutating func connection(at fixed: Identifier?) -> Identifier {
        let none = Identifier(high: 0, low: 0)
        guard let fixed else {
            guard let id = Identifier(requiredText("connection_id")) else {
                object("connection_id must be the id of a connection, as list_connections tells it")
                return none
            }
            return id
        }
        if let text = text("connection_id"), Identifier(text) != fixed {
            object("connection_id can be left out: this address is of one connection, and that is another one's id")
        }
        return fixed
    }

    /// Notes that something is wrong: an argument by its name, and what it must be.
    mutating func object(_ problem: String) { problems.append(problem) }

    /// Makes sure that all is well, and that nothing else was sent.
    mutating func finish() throws(Invalid) {
        let unknown = members.filter { !names.contains($0.name.string) }.count
        if unknown > 0 {
            object(
                "\(unknown) further argument\(unknown == 1 ? " is" : "s are") not known; known are "
                    + names.sorted().joined(separator: ", ")
            )
        }
        guard problems.isEmpty else { throw Invalid(problems: problems) }
    }
}
