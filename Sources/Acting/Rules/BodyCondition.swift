import Documents

/// A member that a JSON body must have, with one of some values.
struct BodyCondition: Sendable {
    /// Where it stands, as a JSON Pointer.
    let pointer: String
    private let steps: [String]?
    private let values: [JSONValue]

    init(_ condition: JSONValue) {
        pointer = condition["pointer"]?.text?.string ?? ""
        steps = JSONPointer.steps(pointer.utf8)
        values = condition["values"]?.elements ?? []
    }

    func isMet(by body: JSONValue) -> Bool {
        guard let steps else { return false }
        var value = body
        for step in steps {
            guard let next = value.part(step) else { return false }
            value = next
        }
        return values.contains { $0.isSameScalar(as: value) }
    }

    /// Whether some server may find one of the values there: one that takes names of members in any case, and scalars
    /// of different types or in different case for the same. A list or an object in their place may be any.
    func mayBeMet(by body: JSONValue) -> Bool {
        guard let steps else { return true }
        let found = steps.reduce([body]) { found, step in found.flatMap { $0.parts(step) } }
        return found.contains { value in
            switch value {
            case .array, .object: true
            default: values.contains { $0.mayBeTaken(for: value) }
            }
        }
    }
}

extension JSONValue {
    /// The member or element that a step of a pointer leads to.
    ///
    /// Some servers take member names as the same whatever their case, and the last of them counts. So a member beside
    /// which another one stands that differs in case alone leads nowhere.
    fileprivate func part(_ step: String) -> JSONValue? {
        switch self {
        case .object(let members):
            let folded = step.folded
            let alike = members.filter { $0.name.isSame(asFolded: folded) }
            guard alike.count == 1, let member = alike.first, member.name == step else { return nil }
            return member.value
        case .array(let elements):
            guard let index = Int(step), String(index) == step, elements.indices.contains(index) else { return nil }
            return elements[index]
        default: return nil
        }
    }

    /// The members or elements that a step of a pointer may lead to.
    fileprivate func parts(_ step: String) -> [JSONValue] {
        switch self {
        case .object(let members):
            let folded = step.folded
            return members.filter { $0.name.isSame(asFolded: folded) }.map(\.value)
        case .array(let elements):
            guard let index = Int(step), elements.indices.contains(index) else { return [] }
            return [elements[index]]
        default: return []
        }
    }

    /// Whether a server that converts types may take both for one scalar.
    fileprivate func mayBeTaken(for other: JSONValue) -> Bool {
        let (mine, others) = (lenientTexts, other.lenientTexts)
        if !mine.isDisjoint(with: others) { return true }
        let numbers = others.compactMap { Double($0) }
        return mine.contains { text in Double(text).map { numbers.contains($0) } ?? false }
    }

    /// The texts that a server may take for a scalar, without blanks around them and in one case.
    private var lenientTexts: Set<String> {
        switch self {
        case .boolean(true): ["true", "t", "yes", "y", "on", "1"]
        case .boolean(false), .null: ["false", "f", "no", "n", "off", "0", "null", ""]
        case .array, .object: []
        case .integer, .number: [String(decoding: JSONWriter.bytes(of: self), as: UTF8.self).folded]
        case .string(let text): [text.string.trimmed.folded]
        }
    }

    /// Whether both are one scalar. Of numbers their values count, not their notation.
    fileprivate func isSameScalar(as other: JSONValue) -> Bool {
        switch (self, other) {
        case (.integer, .number), (.number, .integer): wholeNumber != nil && wholeNumber == other.wholeNumber
        case (.array, _), (.object, _): false
        default: self == other
        }
    }
}

extension JSONText {
    /// Whether a name and a folded one differ in case alone.
    fileprivate func isSame(asFolded name: String) -> Bool {
        let ascii: Bool? = withUTF8 { bytes in
            guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
            return bytes.lazy.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }.elementsEqual(name.utf8)
        }
        return ascii ?? (string.folded == name)
    }
}

extension String {
    /// Without white space and control characters around it.
    fileprivate var trimmed: String {
        let isBlank = { (character: Character) in
            character.isWhitespace || character.unicodeScalars.allSatisfy { $0.value < 0x20 || $0.value == 0x7F }
        }
        var text = self[...].drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return String(text)
    }

    /// The same for all that differ in case alone; `K` and the Kelvin sign, `s` and the long s included.
    fileprivate var folded: String { uppercased().lowercased() }
}
