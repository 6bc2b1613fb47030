import Documents

/// The difference between two documents: the changes as people read them, and the attributes of a request for them.
///
/// A create is a change of nothing: one walk over the fields serves both.
struct DocumentDifference: Sendable {
    private(set) var changes: [FieldChange] = []
    /// The addresses of the secrets that the request must bring.
    private(set) var neededSecrets: [String] = []
    /// The changes that no request can make.
    private(set) var refusals: [Problem] = []
    /// The request's attributes. Where a needed secret belongs stands `""`.
    private(set) var attributes: JSONValue = .object([])

    /// Whether secrets that the server has are to be sent again: their destination changes, or what they belong to.
    private var replacesSecrets: Bool
    private var path: [String] = []

    var isEmpty: Bool { changes.isEmpty && neededSecrets.isEmpty && refusals.isEmpty }

    /// Compares documents of one kind.
    ///
    /// - Parameters:
    ///   - current: What the server has, `nil` if nothing.
    ///   - desired: What it is to have.
    init(from current: StateDocument?, to desired: StateDocument) {
        replacesSecrets = current.map { $0.destination != desired.destination } ?? true
        attributes = .object(
            members(of: desired.kind.schema.attributes, from: current?.attributes, to: desired.attributes)
        )
    }

    // MARK: Objects

    /// The members that a request sends, none if there is no change.
    private mutating func members(
        of fields: [Field],
        from current: JSONValue?,
        to desired: JSONValue
    ) -> [JSONValue.Member] {
        var result: [JSONValue.Member] = []
        for field in fields {
            path.append(field.name)
            let value = value(of: field, isNew: current == nil, from: current?[field.name], to: desired[field.name])
            if let value { result.append(.init(JSONText(field.name), value)) }
            path.removeLast()
        }
        guard !result.isEmpty, current != nil else { return result }
        // What updates repeat, or would lose.
        for field in fields where field.updating != .keeps && !result.contains(where: { $0.name == field.name }) {
            if let value = desired[field.name] { result.append(.init(JSONText(field.name), value)) }
        }
        return result
    }

    /// The value that a request sends for a field, `nil` if none.
    private mutating func value(
        of field: Field,
        isNew: Bool,
        from current: JSONValue?,
        to desired: JSONValue?
    ) -> JSONValue? {
        switch field.part {
        case .issued, .renewed, .issuedUnlessSent, .reissues: return nil
        case .secret, .withheldSecret:
            guard isNew || replacesSecrets else { return nil }
            neededSecrets.append(address)
            return ""
        case .open: break
        }
        if field.updating == .fixed, let current, current != desired {
            refuse("may not change: delete this on the server, or take the id out of the file to create another")
            return nil
        }
        switch field.kind {
        case .text, .flag, .number, .constant: return whole(isNew: isNew, from: current, to: desired, removedBy: .null)
        case .texts, .scalars, .list: return whole(isNew: isNew, from: current, to: desired, removedBy: [])
        case .object: return whole(isNew: isNew, from: current, to: desired, removedBy: .object([]))
        case .group(let fields):
            let members = members(of: fields, from: current, to: desired ?? .object([]))
            return members.isEmpty ? nil : .object(members)
        case .choice(let choice): return self.choice(choice, from: current, to: desired)
        case .keyedList(let list):
            return elements(of: list, from: current, to: desired) ?? (isNew ? desired : nil)
        case .variants(let variants): return variant(of: variants, from: current, to: desired)
        }
    }

    /// A value that is sent as a whole.
    private mutating func whole(
        isNew: Bool,
        from current: JSONValue?,
        to desired: JSONValue?,
        removedBy absence: JSONValue
    ) -> JSONValue? {
        let isChanged = note(from: current, to: desired)
        // In a new object an empty list is no nothing: it says that there is none.
        if isNew { return desired }
        return isChanged ? desired ?? absence : nil
    }

    private mutating func choice(_ choice: Choice, from current: JSONValue?, to desired: JSONValue?) -> JSONValue? {
        guard let desired, let option = choice.options.first(where: { desired[$0[0].name] != nil }) else { return nil }
        let first = option[0].name
        let isSameOption = current?[first] != nil
        if current != nil, !isSameOption {
            if let refusal = choice.refusalToSwitch {
                refuse(refusal)
                return nil
            }
            note(from: current, to: desired)
            return desired
        }
        // A secret belongs to what tells the option, as the secret access key to the id of the access key.
        let replacedSecrets = replacesSecrets
        replacesSecrets = replacedSecrets || current?[first] != desired[first]
        defer { replacesSecrets = replacedSecrets }
        var members = members(of: choice.common + option, from: current, to: desired)
        guard !members.isEmpty else { return nil }
        if !members.contains(where: { $0.name == first }), let value = desired[first] {
            members.insert(.init(JSONText(first), value), at: 0)
        }
        return .object(members)
    }

    private mutating func variant(
        of variants: Variants,
        from current: JSONValue?,
        to desired: JSONValue?
    ) -> JSONValue? {
        guard let desired, let type = desired["type"], let shape = type.text.flatMap(variants.shape(ofType:)) else {
            return nil
        }
        let isSameShape = current?["type"] == type
        if current != nil, !isSameShape, !variants.isSwitchable {
            path.append("type")
            refuse("may not change: give the connection a file of its own, without the id")
            path.removeLast()
            return nil
        }
        if !isSameShape {
            path.append("type")
            note(from: current?["type"], to: type)
            path.removeLast()
        }
        let members = members(of: shape.fields, from: isSameShape ? current : nil, to: desired)
        if isSameShape, members.isEmpty { return nil }
        return .object([.init("type", type)] + members)
    }

    // MARK: Lists that are merged by name

    private mutating func elements(
        of list: KeyedList,
        from current: JSONValue?,
        to desired: JSONValue?
    ) -> JSONValue? {
        let (stored, wanted) = (list.named(in: current), list.named(in: desired))
        let (changesBefore, secretsBefore) = (changes.count, neededSecrets.count)
        var result: [JSONValue] = []
        for (name, element) in wanted {
            let match = stored.first { list.isSame($0.name, name) }
            path.append(name)
            if let match, match.name != name {
                changes.append(FieldChange(path: pathText, before: .string(match.name), after: .string(name)))
            }
            let members = members(of: list.fields, from: match?.element, to: element)
            if match == nil, members.isEmpty { note(from: nil, to: element) }
            let named = list.namingMembers(of: element)
            result.append(.object(named + members.filter { member in !named.contains { $0.name == member.name } }))
            path.removeLast()
        }
        for (name, element) in stored where !wanted.contains(where: { list.isSame($0.name, name) }) {
            path.append(name)
            note(from: list.withoutSecrets(element), to: nil)
            path.removeLast()
            result.append(.object(list.namingMembers(of: element) + [.init("deleted", true)]))
        }
        if changes.count == changesBefore, stored.map(\.name) != wanted.map(\.name) {
            let names = [stored, wanted].map { JSONValue.array($0.map { .string($0.name) }) }
            note(from: names[0], to: names[1])
        }
        return changes.count == changesBefore && neededSecrets.count == secretsBefore ? nil : .array(result)
    }

    // MARK: Notes

    /// Notes a change, unless the values say the same: nothing and an empty list or object do.
    @discardableResult
    private mutating func note(from current: JSONValue?, to desired: JSONValue?) -> Bool {
        let (before, after) = (current.flatMap(\.unlessEmpty), desired.flatMap(\.unlessEmpty))
        guard before != after else { return false }
        changes.append(FieldChange(path: pathText, before: before, after: after))
        return true
    }

    private mutating func refuse(_ detail: String) {
        let pointer = path.map(JSONPointer.escape).joined(separator: "/")
        refusals.append(Problem(pointer: "/data/attributes/\(pointer)", detail: detail))
    }

    private var pathText: String { path.joined(separator: "/") }
    private var address: String { path.map(SecretAddress.escape).joined(separator: "/") }
}

extension KeyedList {
    fileprivate func named(in value: JSONValue?) -> [(name: String, element: JSONValue)] {
        guard case .array(let elements)? = value else { return [] }
        return elements.compactMap { element in element["name"]?.text.map { ($0.string, element) } }
    }

    /// The members that every mention of an element has: its name, and those that are the same in all elements, which
    /// requests repeat.
    fileprivate func namingMembers(of element: JSONValue) -> [JSONValue.Member] {
        let constants = fields.filter { if case .constant = $0.kind { true } else { false } }.map(\.name)
        return (["name"] + constants).compactMap { name in element[name].map { .init(JSONText(name), $0) } }
    }

    fileprivate func withoutSecrets(_ element: JSONValue) -> JSONValue {
        guard case .object(let members) = element else { return element }
        let secrets = fields.filter { $0.part != .open }.map(\.name)
        return .object(members.filter { member in !secrets.contains { member.name == $0 } })
    }

    fileprivate func isSame(_ left: String, _ right: String) -> Bool {
        let (left, right) = (JSONText(left), JSONText(right))
        return ignoresCase ? left.equalsIgnoringASCIICase(right) : left == right
    }
}

extension JSONValue {
    /// The value, or `nil` for an empty list or object, which stands for nothing.
    fileprivate var unlessEmpty: JSONValue? {
        switch self {
        case .array([]), .object([]): nil
        default: self
        }
    }
}
