// Objects of one of several shapes, and lists of them.
extension DocumentReader {
    mutating func variant(of variants: Variants, sent: JSONValue?, current: JSONValue?) -> JSONValue? {
        guard let sent else {
            guard let current, let type = current["type"]?.text, let shape = variants.shape(ofType: type) else {
                return current
            }
            return object(of: shape, sent: nil, current: current)
        }
        guard case .object = sent else {
            report("must be an object, not \(sent.kindName)")
            return nil
        }
        var shape: Variant?
        descend(into: "type") { reader in
            shape = sent["type"]?.text.flatMap(variants.shape(ofType:))
            guard let shape else {
                let types = variants.shapes.map { "\"\($0.type)\"" }.joined(separator: ", ")
                let rule = variants.shapes.count == 1 ? "must be \(types)" : "must be one of \(types)"
                return reader.report(sent["type"] == nil ? "is required and \(rule)" : rule)
            }
            if let stored = current?["type"]?.text, !(stored == shape.type), !variants.isSwitchable {
                reader.report("may not change: delete the connection and create another")
            }
        }
        guard let shape else { return nil }
        let isSameShape = current?["type"]?.text.map { $0 == shape.type } ?? false
        return object(of: shape, sent: sent, current: isSameShape ? current : nil)
    }

    mutating func object(of shape: Variant, sent: JSONValue?, current: JSONValue?) -> JSONValue {
        let members = members(of: shape.fields, sent: sent, current: current, reserved: ["type"])
        return .object(members + [.init("type", .string(shape.type))])
    }

    /// An object that has the members of exactly one of several options.
    mutating func choice(_ choice: Choice, sent: JSONValue?, current: JSONValue?) -> JSONValue? {
        let stored = current.flatMap { current in choice.options.first { current[$0[0].name] != nil } }
        guard let sent else {
            return .object(members(of: choice.common + (stored ?? []), sent: nil, current: current))
        }
        guard case .object = sent else {
            report("must be an object, not \(sent.kindName)")
            return nil
        }
        guard !choice.options.isEmpty else { return .object(members(of: choice.common, sent: sent, current: nil)) }
        let chosen = choice.options.filter { sent[$0[0].name] != nil }
        guard let option = chosen.first, chosen.count == 1 else {
            let names = choice.options.map(\.[0].name).joined(separator: ", ")
            report("must have exactly one of these members: \(names)")
            // The errors of what was sent are told as well.
            let others = choice.options.filter { sent[$0[0].name] == nil }.joined().map(\.name)
            _ = members(of: choice.common + chosen.joined(), sent: sent, current: current, reserved: others)
            return nil
        }
        let isStored = stored.map { $0[0].name == option[0].name } ?? false
        if stored != nil, !isStored, let refusal = choice.refusalToSwitch { report(refusal) }
        let couldHoldSecrets = mayHoldSecrets
        mayHoldSecrets = isStored
        defer { mayHoldSecrets = couldHoldSecrets }
        return .object(members(of: choice.common + option, sent: sent, current: isStored ? current : nil))
    }

    /// A list of objects, replaced as a whole; `nil` if it is empty.
    mutating func list(of choice: Choice, atMost count: Int, sent: JSONValue?, current: JSONValue?) -> JSONValue? {
        guard let sent else { return current }
        guard case .array(let elements) = sent else {
            report("must be a list, not \(sent.kindName)")
            return nil
        }
        if elements.count > count { report("must have at most \(count) elements") }
        var result: [JSONValue] = []
        for (index, element) in elements.prefix(count).enumerated() {
            descend(intoElement: index, named: "") { reader in
                if let element = reader.choice(choice, sent: element, current: nil) { result.append(element) }
            }
        }
        if result.isEmpty { return nil }
        return .array(result)
    }
}
