/// Writes the members of an object; those that are `nil` are left out.
struct ObjectBuilder {
    let secrets: SecretVisibility
    private var members: [JSONObject.Member] = []

    init(secrets: SecretVisibility) {
        self.secrets = secrets
    }

    var json: JSONValue { .object(JSONObject(members)) }

    mutating func add(_ name: String, json value: JSONValue?) {
        if let value { members.append(.init(name: name, value: value)) }
    }

    mutating func add(_ name: String, _ text: String?) {
        add(name, json: text.map { .string($0) })
    }

    mutating func add(_ name: String, _ flag: Bool?) {
        add(name, json: flag.map { .boolean($0) })
    }

    mutating func add(_ name: String, _ integer: Int?) {
        add(name, json: integer.map { .number(JSONNumber($0)) })
    }

    mutating func add(_ name: String, _ texts: [String]?) {
        add(name, json: texts.map { .array($0.map { .string($0) }) })
    }

    mutating func add(_ name: String, _ secret: Secret?) {
        add(name, json: secret.map { .string(secrets == .revealed ? $0.revealed : "") })
    }

    mutating func add(_ name: String, _ timestamp: Timestamp?) {
        add(name, json: timestamp.map { .string($0.rawValue) })
    }

    mutating func add(_ name: String, _ value: (some APIValue)?) {
        add(name, json: value?.json(secrets: secrets))
    }

    mutating func add(_ name: String, _ values: [some APIValue]?) {
        add(name, json: values.map { .array($0.map { $0.json(secrets: secrets) }) })
    }

    mutating func add(_ name: String, _ change: Removable<String>?) {
        switch change {
        case .set(let text): add(name, text)
        case .remove: add(name, json: .null)
        case nil: break
        }
    }
}

extension JSONValue {
    /// An object whose members `build` adds.
    static func object(secrets: SecretVisibility, _ build: (inout ObjectBuilder) -> Void) -> JSONValue {
        var builder = ObjectBuilder(secrets: secrets)
        build(&builder)
        return builder.json
    }
}
