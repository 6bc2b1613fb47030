/// Reads a body against its fields: finds every fault, parts the secrets off, and merges an update into what is stored.
///
/// A create is an update of nothing. So one walk serves both: each field is given what was sent and what is stored, and
/// either may be missing.
struct DocumentReader {
    let isUpdate: Bool
    /// Gives the value of an issued field, by its name.
    let issue: (String) -> String

    private(set) var problems: [Problem] = []
    private(set) var secrets: [SecretField] = []
    private(set) var keptSecrets: [String] = []

    private var path = DocumentPath()
    /// The names on the way to where the reader stands; an element of a list stands by its name.
    private var address: [String] = []
    /// How many of them lead to `attributes`, from where secrets are known by their addresses.
    private var addressStart = 0

    /// Faults beyond this many are not reported: a body may have a million.
    private static let problemsAtMost = 100

    init(isUpdate: Bool, issue: @escaping (String) -> String) {
        self.isUpdate = isUpdate
        self.issue = issue
    }

    // MARK: The place in the body

    mutating func report(_ detail: String) {
        guard problems.count < Self.problemsAtMost else { return }
        problems.append(Problem(pointer: path.pointer, detail: detail))
    }

    mutating func descend(into name: String, _ body: (inout DocumentReader) -> Void) {
        path.push(.member(JSONText(name)))
        address.append(name)
        body(&self)
        address.removeLast()
        path.pop()
    }

    private mutating func descend(intoElement index: Int, named name: String, _ body: (inout DocumentReader) -> Void) {
        path.push(.index(index))
        address.append(name)
        body(&self)
        address.removeLast()
        path.pop()
    }

    /// Counts addresses of secrets from here.
    mutating func startAddresses() {
        addressStart = address.count
    }

    private var secretAddress: String {
        address[addressStart...].map(SecretAddress.escape).joined(separator: "/")
    }

    // MARK: Objects

    /// The member of that name, of an object that may have no other.
    mutating func onlyMember(_ name: String, of value: JSONValue) -> JSONValue? {
        guard case .object(let members) = value else {
            report("the body must be an object, not \(value.kindName)")
            return nil
        }
        refuseUnknown(members, known: [name])
        guard let member = value[name] else {
            descend(into: name) { $0.report("is required") }
            return nil
        }
        return member
    }

    mutating func refuseUnknown(_ members: [JSONValue.Member], known: [String]) {
        for member in members where !known.contains(where: { member.name == $0 }) {
            reportUnknown(member.name)
        }
    }

    private mutating func reportUnknown(_ name: JSONText) {
        path.push(.member(name))
        report("is not a member that this object has; check the spelling")
        path.pop()
    }

    /// Reads an object's members in the order of its fields.
    ///
    /// - Parameters:
    ///   - fields: What the object may hold.
    ///   - sent: The object in the body, `nil` if it was not sent.
    ///   - current: The object as it is stored, `nil` if there is none.
    ///   - reserved: Names that the caller reads itself.
    /// - Returns: The members that the object has now.
    mutating func members(
        of fields: [Field],
        sent: JSONValue?,
        current: JSONValue?,
        reserved: [String] = []
    ) -> [JSONValue.Member] {
        var sentMembers: [JSONValue.Member] = []
        if let sent {
            guard case .object(let members) = sent else {
                report("must be an object, not \(sent.kindName)")
                return []
            }
            sentMembers = members
        }
        for member in sentMembers
        where !reserved.contains(where: { member.name == $0 })
            && !fields.contains(where: { member.name == $0.name && (isUpdate || !$0.isOfUpdatesAlone) })
        {
            reportUnknown(member.name)
        }
        let reissued = reissuedFields(among: fields, sent: sentMembers)
        var result: [JSONValue.Member] = []
        result.reserveCapacity(fields.count + reserved.count)
        for field in fields where !field.isOfUpdatesAlone {
            let sentValue = sentMembers.first { $0.name == field.name }?.value
            let currentValue = current?[field.name]
            descend(into: field.name) { reader in
                let value =
                    field.part == .issued
                    ? reader.issued(field, sent: sentValue, current: currentValue, anew: reissued.contains(field.name))
                    : reader.value(of: field, sent: sentValue, current: currentValue)
                if let value { result.append(.init(JSONText(field.name), value)) }
            }
        }
        return result
    }

    /// The issued fields that an update asks to issue anew.
    private mutating func reissuedFields(among fields: [Field], sent: [JSONValue.Member]) -> [String] {
        guard isUpdate else { return [] }
        var names: [String] = []
        for field in fields {
            guard case .reissues(let name) = field.part, let value = sent.first(where: { $0.name == field.name })?.value
            else { continue }
            switch value {
            case .boolean(true): names.append(name)
            case .boolean(false): break
            default: descend(into: field.name) { $0.report("must be true or false, not \(value.kindName)") }
            }
        }
        return names
    }

    private mutating func issued(_ field: Field, sent: JSONValue?, current: JSONValue?, anew: Bool) -> JSONValue? {
        if isUpdate, let sent, let current, sent != current {
            report("is set by the service: send it as it is stored, or leave it out")
        }
        if let current, !anew { return current }
        return .string(issue(field.name))
    }

    // MARK: Values

    private mutating func value(of field: Field, sent: JSONValue?, current: JSONValue?) -> JSONValue? {
        if sent == nil, current == nil {
            if field.isRequired { report("is required") }
            return nil
        }
        switch field.kind {
        case .text(let format):
            if field.part == .secret { return secret(format, sent: sent, current: current) }
            return open(field, sent: sent, current: current) { $0.text($1, format) }
        case .flag: return open(field, sent: sent, current: current) { $0.flag($1) }
        case .constant(let constant): return open(field, sent: sent, current: current) { $0.constant($1, constant) }
        case .texts(let format, let count):
            return open(field, sent: sent, current: current) { $0.texts($1, format, atMost: count) }
        case .object(let fields): return object(fields, sent: sent, current: current)
        case .keyedList(let list): return keyedList(list, sent: sent, current: current)
        case .variants(let variants): return variant(of: variants, sent: sent, current: current)
        }
    }

    /// A value that the stored one gives way to; in an update `null` removes one that may be missing.
    private mutating func open(
        _ field: Field,
        sent: JSONValue?,
        current: JSONValue?,
        read: (inout DocumentReader, JSONValue) -> Void
    ) -> JSONValue? {
        guard let sent else { return current }
        if sent == .null, !field.isRequired, isUpdate { return nil }
        read(&self, sent)
        return sent
    }

    private mutating func text(_ value: JSONValue, _ format: TextFormat) {
        guard let text = value.text else { return report("must be a string, not \(value.kindName)") }
        if let fault = format.fault(in: text) { report(fault) }
    }

    private mutating func flag(_ value: JSONValue) {
        guard case .boolean = value else { return report("must be true or false, not \(value.kindName)") }
    }

    private mutating func constant(_ value: JSONValue, _ constant: String) {
        guard let text = value.text, text == constant else { return report("must be \"\(constant)\"") }
    }

    private mutating func texts(_ value: JSONValue, _ format: TextFormat, atMost count: Int) {
        guard case .array(let elements) = value else { return report("must be a list, not \(value.kindName)") }
        if elements.count > count { report("must have at most \(count) elements") }
        for (index, element) in elements.prefix(count).enumerated() {
            descend(intoElement: index, named: "") { $0.text(element, format) }
        }
    }

    /// Parts a secret off. `""` in an update stands for the stored one, as answers have it.
    private mutating func secret(_ format: TextFormat, sent: JSONValue?, current: JSONValue?) -> JSONValue? {
        if let sent {
            guard let text = sent.text else {
                report("must be a string, not \(sent.kindName)")
                return nil
            }
            if !text.isEmpty || current == nil {
                if let fault = format.fault(in: text) {
                    report(fault)
                } else {
                    secrets.append(SecretField(address: secretAddress, value: text.secret))
                }
                return ""
            }
        }
        keptSecrets.append(secretAddress)
        return ""
    }

    private mutating func object(_ fields: [Field], sent: JSONValue?, current: JSONValue?) -> JSONValue? {
        let members = members(of: fields, sent: sent, current: sent == nil ? current : nil)
        return members.isEmpty ? nil : .object(members)
    }

    // MARK: Lists merged by name

    private mutating func keyedList(_ list: KeyedList, sent: JSONValue?, current: JSONValue?) -> JSONValue? {
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
                // Its other faults are told as well; in an update they depend on the name.
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
    private mutating func elementName(
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

    private mutating func isDeleted(_ element: JSONValue, of list: KeyedList) -> Bool {
        guard isUpdate, case .object(let members) = element, let flag = element["deleted"] else { return false }
        guard case .boolean(let isDeleted) = flag else {
            descend(into: "deleted") { $0.report("must be true or false, not \(flag.kindName)") }
            return false
        }
        if isDeleted { refuseUnknown(members, known: ["name", "deleted"] + list.fields.map(\.name)) }
        return isDeleted
    }

    private mutating func element(
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
    private mutating func keep(_ element: JSONValue, of list: KeyedList) {
        guard let name = element["name"]?.text else { return }
        descend(intoElement: 0, named: list.address(of: name)) { reader in
            _ = reader.members(of: list.fields, sent: nil, current: element)
        }
    }

    // MARK: Shapes told apart by their type

    private mutating func variant(of variants: Variants, sent: JSONValue?, current: JSONValue?) -> JSONValue? {
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

    private mutating func object(of shape: Variant, sent: JSONValue?, current: JSONValue?) -> JSONValue {
        let members = members(of: shape.fields, sent: sent, current: current, reserved: ["type"])
        return .object(members + [.init("type", .string(shape.type))])
    }
}

extension Field {
    fileprivate var isOfUpdatesAlone: Bool {
        if case .reissues = part { true } else { false }
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
