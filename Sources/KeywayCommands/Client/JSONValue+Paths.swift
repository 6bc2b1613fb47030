import DatadogClient

extension JSONValue {
    /// The value at the end of a way through objects.
    subscript(path path: [String]) -> JSONValue? {
        path.reduce(self as JSONValue?) { value, name in value?[name] }
    }

    /// Puts a value at the end of a way through objects, which are created where they are missing.
    mutating func set(_ path: some Collection<String>, to value: JSONValue) {
        guard let name = path.first else {
            self = value
            return
        }
        var members: [JSONObject.Member] = []
        if case .object(let object) = self { members = object.members }
        let index = members.firstIndex { $0.name == name } ?? members.endIndex
        if index == members.endIndex { members.append(.init(name: name, value: [:])) }
        members[index].value.set(path.dropFirst(), to: value)
        self = .object(JSONObject(members))
    }

    /// Puts an object into a list, instead of the one of the same name.
    mutating func setEntry(in path: [String], to entry: JSONValue) {
        var entries = self[path: path]?.elements ?? []
        if let index = entries.firstIndex(where: { $0["name"] == entry["name"] }) {
            entries[index] = entry
        } else {
            entries.append(entry)
        }
        set(path, to: .array(entries))
    }

    /// The places of all members that another value lacks, as RFC 6901 has them.
    func members(notIn other: JSONValue) -> [String] {
        switch (self, other) {
        case (.object(let object), _):
            object.members.flatMap { member in
                guard let counterpart = other[member.name] else { return ["/" + member.name] }
                return member.value.members(notIn: counterpart).map { "/\(member.name)\($0)" }
            }
        case (.array(let elements), .array(let others)) where elements.count == others.count:
            zip(elements, others).enumerated().flatMap { index, pair in
                pair.0.members(notIn: pair.1).map { "/\(index)\($0)" }
            }
        default: []
        }
    }

    /// The body of a request or a response, in the bytes that are checked.
    var bytes: [UInt8] { [UInt8](data) }
}
