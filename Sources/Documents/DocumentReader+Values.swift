// Values, by their kinds.
extension DocumentReader {
    mutating func value(of field: Field, sent: JSONValue?, current: JSONValue?) -> JSONValue? {
        if case .group(let fields) = field.kind {
            var sent = sent
            // Not sent and not stored, it still has its members' standards.
            if sent == nil, current == nil { sent = .object([]) }
            return .object(members(of: fields, sent: sent, current: current))
        }
        if field.updating == .fixed, isUpdate { return fixed(sent: sent, current: current) }
        if sent == nil, current == nil, !field.part.isSetByServiceToo {
            if field.isRequired { report("is required") }
            // What the vault holds does not show in the document.
            if case .withheldSecret = field.part, mayHoldSecrets { keptSecrets.append(secretAddress) }
            return field.standard
        }
        switch field.kind {
        case .text(let format):
            switch field.part {
            case .secret: return secret(format, sent: sent, current: current)
            case .withheldSecret: return withheldSecret(format, sent: sent)
            case .issuedUnlessSent: return issuedUnlessSent(field, format, sent: sent, current: current)
            default: return open(field, sent: sent, current: current) { $0.text($1, format) }
            }
        case .flag: return open(field, sent: sent, current: current) { $0.flag($1) }
        case .number(let range): return number(range, of: field, sent: sent, current: current)
        case .constant(let constant): return open(field, sent: sent, current: current) { $0.constant($1, constant) }
        case .texts(let format, let count):
            return open(field, sent: sent, current: current) { reader, value in
                reader.elements(of: value, atLeast: field.leastCount, atMost: count) { $0.text($1, format) }
            }
        case .scalars(let count):
            return open(field, sent: sent, current: current) { reader, value in
                reader.elements(of: value, atLeast: field.leastCount, atMost: count) { $0.scalar($1) }
            }
        case .object(let fields), .group(let fields): return object(fields, sent: sent, current: current)
        case .list(let choice, let count):
            return list(of: choice, atMost: count, sent: sent, current: current)
                ?? (field.isRequired ? [] : field.standard)
        case .choice(let choice): return self.choice(choice, sent: sent, current: current)
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
        if sent == .null, !field.isRequired, isUpdate || field.isNullable { return field.standard }
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

    /// A whole number. A fraction of nothing, as in `5.0`, makes no difference.
    private mutating func number(
        _ range: ClosedRange<Int64>,
        of field: Field,
        sent: JSONValue?,
        current: JSONValue?
    ) -> JSONValue? {
        let value = open(field, sent: sent, current: current) { reader, value in
            guard value.kindName == "number" else { return reader.report("must be a number, not \(value.kindName)") }
            guard let number = value.wholeNumber, range.contains(number) else {
                return reader.report("must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
        }
        return value?.wholeNumber.map(JSONValue.integer) ?? value
    }

    private mutating func elements(
        of value: JSONValue,
        atLeast least: Int,
        atMost count: Int,
        read: (inout DocumentReader, JSONValue) -> Void
    ) {
        guard case .array(let elements) = value else { return report("must be a list, not \(value.kindName)") }
        if elements.count < least { report("must have at least \(least) element") }
        if elements.count > count { report("must have at most \(count) elements") }
        for (index, element) in elements.prefix(count).enumerated() {
            descend(intoElement: index, named: "") { read(&$0, element) }
        }
    }

    private mutating func scalar(_ value: JSONValue) {
        switch value {
        case .array, .object: report("must be a string, a number, true, false or null, not \(value.kindName)")
        case .null, .boolean, .integer, .number, .string: break
        }
    }

    /// Parts a secret off. `""` in an update stands for the stored one, as responses have it.
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

    /// A credential that responses leave out: whether one is stored does not show in the document.
    private mutating func withheldSecret(_ format: TextFormat, sent: JSONValue?) -> JSONValue? {
        guard let text = sent?.text else {
            report("must be a string, not \(sent?.kindName ?? "null")")
            return nil
        }
        if text.isEmpty, mayHoldSecrets {
            keptSecrets.append(secretAddress)
        } else if let fault = format.fault(in: text) {
            report(fault)
        } else {
            secrets.append(SecretField(address: secretAddress, value: text.secret))
        }
        return nil
    }

    private mutating func issuedUnlessSent(
        _ field: Field,
        _ format: TextFormat,
        sent: JSONValue?,
        current: JSONValue?
    ) -> JSONValue? {
        guard let sent, !(sent.text?.isEmpty ?? false) else { return current ?? .string(issue(field.name)) }
        text(sent, format)
        return sent
    }

    /// A value that updates repeat.
    private mutating func fixed(sent: JSONValue?, current: JSONValue?) -> JSONValue? {
        if sent == nil {
            report("is required, as it is stored")
        } else if sent != current {
            report("may not change: delete this and create another")
        }
        return current
    }

    private mutating func object(_ fields: [Field], sent: JSONValue?, current: JSONValue?) -> JSONValue? {
        guard let sent else { return .object(members(of: fields, sent: nil, current: current)) }
        // Replaced as a whole, it is read as in a create.
        let members = readingACreate { $0.members(of: fields, sent: sent, current: nil) }
        return members.isEmpty ? nil : .object(members)
    }
}

extension Field {
    /// How many elements a list of strings or scalars must have.
    var leastCount: Int { isNeverEmpty ? 1 : 0 }
}

extension Field.Part {
    /// Whether the service gives a value that nobody sent.
    fileprivate var isSetByServiceToo: Bool {
        if case .issuedUnlessSent = self { true } else { false }
    }
}
