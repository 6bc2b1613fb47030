/// Reads a body against its fields: finds every error, parts the secrets off, and merges an update into what is stored.
///
/// A create is an update of nothing. So one walk serves both: each field is given what was sent and what is stored, and
/// either may be missing.
struct DocumentReader {
    private(set) var isUpdate: Bool
    /// Gives the value of an issued field, by its name.
    let issue: (String) -> String

    private(set) var problems: [Problem] = []
    var secrets: [SecretField] = []
    var keptSecrets: [String] = []
    /// Whether the vault may hold secrets of the object that is read: of an option that is new it holds none.
    var mayHoldSecrets: Bool

    private var path = DocumentPath()
    /// The names on the way to where the reader stands; an element of a list stands by its name.
    private var address: [String] = []
    /// How many of them lead to `attributes`, from where secrets are known by their addresses.
    private var addressStart = 0

    /// Errors beyond this many are not reported: a body may have a million.
    private static let problemsAtMost = 100

    init(isUpdate: Bool, issue: @escaping (String) -> String) {
        self.isUpdate = isUpdate
        self.mayHoldSecrets = isUpdate
        self.issue = issue
    }

    // MARK: The place in the body

    mutating func report(_ detail: String, below pointer: String = "") {
        guard problems.count < Self.problemsAtMost else { return }
        problems.append(Problem(pointer: path.pointer + pointer, detail: detail))
    }

    mutating func descend(into name: String, _ body: (inout DocumentReader) -> Void) {
        path.push(.member(JSONText(name)))
        address.append(name)
        body(&self)
        address.removeLast()
        path.pop()
    }

    mutating func descend(intoElement index: Int, named name: String, _ body: (inout DocumentReader) -> Void) {
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

    var secretAddress: String {
        var text = ""
        for (index, name) in address[addressStart...].enumerated() {
            if index > 0 { text += "/" }
            text += SecretAddress.escape(name)
        }
        return text
    }

    /// Reads something as in a create, though it may stand in an update.
    mutating func readingACreate<Result>(_ body: (inout DocumentReader) -> Result) -> Result {
        let wasUpdate = isUpdate
        isUpdate = false
        defer { isUpdate = wasUpdate }
        return body(&self)
    }

    // MARK: Objects

    /// The member of that name, of an object that may have no other but those that are looked past.
    mutating func onlyMember(_ name: String, of value: JSONValue, besides others: [String] = []) -> JSONValue? {
        guard case .object(let members) = value else {
            report("the body must be an object, not \(value.kindName)")
            return nil
        }
        refuseUnknown(members, known: [name] + others)
        for member in members where others.contains(where: { member.name == $0 }) {
            guard case .object = member.value else {
                descend(into: member.name.string) { $0.report("must be an object, not \(member.value.kindName)") }
                continue
            }
        }
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
            let isReset = isUpdate && sent != nil && field.updating == .resets
            let currentValue = isReset ? nil : current?[field.name]
            descend(into: field.name) { reader in
                let value =
                    switch field.part {
                    case .issued:
                        reader.issued(
                            field,
                            sent: sentValue,
                            current: currentValue,
                            anew: reissued.contains(field.name)
                        )
                    case .renewed: reader.issued(field, sent: sentValue, current: currentValue, anew: true)
                    default: reader.value(of: field, sent: sentValue, current: currentValue)
                    }
                if let value { result.append(.init(JSONText(field.name), value)) }
            }
        }
        return result
    }

    /// The issued fields that an update asks to issue again.
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
}

extension Field {
    fileprivate var isOfUpdatesAlone: Bool {
        if case .reissues = part { true } else { false }
    }
}
