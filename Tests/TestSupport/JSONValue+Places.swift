package import Documents

extension JSONValue {
    /// The value at a JSON Pointer of plain names and indices.
    package func at(_ pointer: String) -> JSONValue? {
        pointer.split(separator: "/").reduce(self as JSONValue?) { value, step in
            switch value {
            case .array(let elements)?: Int(step).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            default: value?[String(step)]
            }
        }
    }

    /// A copy with another value at a pointer; `nil` removes the member.
    package func with(_ pointer: String, _ new: JSONValue?) -> JSONValue {
        with(pointer.split(separator: "/").map(String.init)[...], new) ?? .null
    }

    private func with(_ steps: ArraySlice<String>, _ new: JSONValue?) -> JSONValue? {
        guard let step = steps.first else { return new }
        switch self {
        case .array(var elements):
            guard let index = Int(step) else { return self }
            let element = elements[index].with(steps.dropFirst(), new)
            elements.replaceSubrange(index...index, with: element.map { [$0] } ?? [])
            return .array(elements)
        case .object(var members):
            guard let index = members.firstIndex(where: { $0.name == step }) else {
                if let value = JSONValue.object([]).with(steps.dropFirst(), new) {
                    members.append(.init(JSONText(step), value))
                }
                return .object(members)
            }
            if let value = members[index].value.with(steps.dropFirst(), new) {
                members[index].value = value
            } else {
                members.remove(at: index)
            }
            return .object(members)
        default:
            return JSONValue.object([]).with(steps, new)
        }
    }

    package var json: String { String(decoding: JSONWriter.bytes(of: self), as: UTF8.self) }
}
