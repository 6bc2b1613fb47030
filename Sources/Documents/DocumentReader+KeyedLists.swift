// Lists that an update merges by the names of their elements.
extension DocumentReader {
    mutating func keyedList(_ list: KeyedList, sent: JSONValue?, current: JSONValue?) -> JSONValue? {
        var stored: [JSONValue] = []
        if case .array(let elements)? = current { stored = elements }
        guard let sent else {
            for element in stored { keep(element, of: list) }
            return current
        }
        guard case .array(let elements) = sent else {
            report("must be a list, not \(sent.kindName)")
            return nil
        }
        guard elements.count <= list.countAtMost else {
            report("must have at most \(list.countAtMost) elements")
            return nil
        }
        var named: [JSONText] = []
        var result: [JSONValue] = []
        for (index, element) in elements.enumerated() {
            guard let name = elementName(of: element, at: index, in: list, besides: named) else {
                // Its other errors are told as well; in an update they depend on the name.
                if !isUpdate, case .object = element {
                    descend(intoElement: index, named: "") { _ = $0.element("", of: list, sent: element, current: nil) }
                }
                continue
            }
            named.append(name)
            descend(intoElement: index, named: list.address(of: name)) { reader in
                guard !reader.isDeleted(element, of: list) else { return }
                let stored = stored.first { $0["name"]?.text.map { list.same($0, name) } ?? false }
                result.append(reader.element(name, of: list, sent: element, current: stored))
            }
        }
        for element in stored {
            guard let name = element["name"]?.text, !named.contains(where: { list.same($0, name) }) else { continue }
            keep(element, of: list)
            result.append(element)
        }
        if result.count > list.countAtMost {
            report("must have at most \(list.countAtMost) elements, those that are stored included")
        }
        return .array(result)
    }

    /// The name of a sent element, or `nil` after a report.
    mutating func elementName(
        of element: JSONValue,
        at index: Int,
        in list: KeyedList,
        besides others: [JSONText]
    ) -> JSONText? {
        var result: JSONText?
        descend(intoElement: index, named: "") { reader in
            guard case .object = element else {
                return reader.report("must be an object, not \(element.kindName)")
            }
            reader.descend(into: "name") { reader in
                guard let value = element["name"] else { return reader.report("is required") }
                guard let name = value.text else {
                    return reader.report("must be a string, not \(value.kindName)")
                }
                if let fault = list.nameFormat.fault(in: name) { return reader.report(fault) }
                if others.contains(where: { list.same($0, name) }) {
                    return reader.report("stands in this list already; a name may stand once")
                }
                result = name
            }
        }
        return result
    }

    mutating func isDeleted(_ element: JSONValue, of list: KeyedList) -> Bool {
        guard isUpdate, case .object(let members) = element, let flag = element["deleted"] else { return false }
        guard case .boolean(let isDeleted) = flag else {
            descend(into: "deleted") { $0.report("must be true or false, not \(flag.kindName)") }
            return false
        }
        if isDeleted { refuseUnknown(members, known: ["name", "deleted"] + list.fields.map(\.name)) }
        return isDeleted
    }

    mutating func element(
        _ name: JSONText,
        of list: KeyedList,
        sent: JSONValue?,
        current: JSONValue?
    ) -> JSONValue {
        let reserved = isUpdate ? ["name", "deleted"] : ["name"]
        let members = members(of: list.fields, sent: sent, current: current, reserved: reserved)
        return .object([.init("name", .string(name))] + members)
    }

    /// Notes the secrets of a stored element that an update does not mention.
    mutating func keep(_ element: JSONValue, of list: KeyedList) {
        guard let name = element["name"]?.text else { return }
        descend(intoElement: 0, named: list.address(of: name)) { reader in
            _ = reader.members(of: list.fields, sent: nil, current: element)
        }
    }
}

extension KeyedList {
    fileprivate func same(_ left: JSONText, _ right: JSONText) -> Bool {
        ignoresCase ? left.equalsIgnoringASCIICase(right) : left == right
    }

    /// The name by which an element's secrets are addressed: the same for all names that are one name here.
    fileprivate func address(of name: JSONText) -> String {
        guard ignoresCase else { return name.string }
        return name.withUTF8 { String(decoding: $0.map(\.lowercasedASCII), as: UTF8.self) }
    }
}
