// How values read their members. An optional member that is null is as one that is missing.
extension JSONValue {
    /// The value of a member that must be there.
    func member(_ name: String, _ expected: String) throws(JSONMismatch) -> JSONValue {
        guard case .object(let object) = self else { throw JSONMismatch(expected: "an object", found: self) }
        guard let value = object[name] else {
            throw JSONMismatch(expected: expected, found: nil).inside(name)
        }
        return value
    }

    /// The value of a member, unless it is missing or null.
    func optionalMember(_ name: String) throws(JSONMismatch) -> JSONValue? {
        guard case .object(let object) = self else { throw JSONMismatch(expected: "an object", found: self) }
        guard let value = object[name], value != .null else { return nil }
        return value
    }

    func text(_ name: String) throws(JSONMismatch) -> String {
        let value = try member(name, "a string")
        guard case .string(let text) = value else {
            throw JSONMismatch(expected: "a string", found: value).inside(name)
        }
        return text
    }

    func optionalText(_ name: String) throws(JSONMismatch) -> String? {
        guard let value = try optionalMember(name) else { return nil }
        guard case .string(let text) = value else {
            throw JSONMismatch(expected: "a string", found: value).inside(name)
        }
        return text
    }

    func optionalFlag(_ name: String) throws(JSONMismatch) -> Bool? {
        guard let value = try optionalMember(name) else { return nil }
        guard case .boolean(let flag) = value else {
            throw JSONMismatch(expected: "a boolean", found: value).inside(name)
        }
        return flag
    }

    func optionalInteger(_ name: String) throws(JSONMismatch) -> Int? {
        guard let value = try optionalMember(name) else { return nil }
        guard case .number(let number) = value, let integer = number.integer else {
            throw JSONMismatch(expected: "a whole number", found: value).inside(name)
        }
        return integer
    }

    func optionalTimestamp(_ name: String) throws(JSONMismatch) -> Timestamp? {
        try optionalText(name).map(Timestamp.init(rawValue:))
    }

    /// A secret; a response that leaves it out is as good as one that blanks it.
    func secret(_ name: String) throws(JSONMismatch) -> Secret {
        Secret(try optionalText(name) ?? "")
    }

    func optionalSecret(_ name: String) throws(JSONMismatch) -> Secret? {
        try optionalText(name).map(Secret.init)
    }

    func optionalTexts(_ name: String) throws(JSONMismatch) -> [String]? {
        guard let value = try optionalMember(name) else { return nil }
        do {
            return try value.texts()
        } catch {
            throw error.inside(name)
        }
    }

    /// The elements of an array of strings.
    func texts() throws(JSONMismatch) -> [String] {
        guard case .array(let elements) = self else { throw JSONMismatch(expected: "an array", found: self) }
        var texts: [String] = []
        texts.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            guard case .string(let text) = element else {
                throw JSONMismatch(expected: "a string", found: element).inside(String(index))
            }
            texts.append(text)
        }
        return texts
    }

    func value<Value: APIValue>(_ name: String) throws(JSONMismatch) -> Value {
        let value = try member(name, "an object")
        do {
            return try Value(json: value)
        } catch {
            throw error.inside(name)
        }
    }

    func optionalValue<Value: APIValue>(_ name: String) throws(JSONMismatch) -> Value? {
        guard let value = try optionalMember(name) else { return nil }
        do {
            return try Value(json: value)
        } catch {
            throw error.inside(name)
        }
    }

    func optionalValues<Value: APIValue>(_ name: String) throws(JSONMismatch) -> [Value]? {
        guard let value = try optionalMember(name) else { return nil }
        do {
            return try value.values()
        } catch {
            throw error.inside(name)
        }
    }

    /// The elements of an array of values.
    func values<Value: APIValue>() throws(JSONMismatch) -> [Value] {
        guard case .array(let elements) = self else { throw JSONMismatch(expected: "an array", found: self) }
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            do {
                values.append(try Value(json: element))
            } catch {
                throw error.inside(String(index))
            }
        }
        return values
    }
}
