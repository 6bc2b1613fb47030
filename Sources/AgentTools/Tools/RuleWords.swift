import Access
import ActService
import Documents

/// The rules of a connection in words.
struct RuleWords {
    private let description: ConnectionDescription
    /// Those that are for the caller.
    private let rules: [JSONValue]

    init(_ description: ConnectionDescription, for principal: Principal) {
        self.description = description
        rules = description.rules.filter { rule in
            guard let subjects = rule["principals"] else { return true }
            return !Set(subjects.texts.compactMap { RestrictionPolicy.Subject($0) }).isDisjoint(
                with: principal.subjects
            )
        }
    }

    /// The acts that are allowed and those that are not, a sentence for each rule, in their order.
    var sentences: [String] {
        if description.rules.isEmpty { return ["Anything that its credentials allow: it has no rules"] }
        var sentences = rules.map(Self.sentence)
        if !rules.isEmpty, !rules.contains(where: \.allows) {
            sentences.append("Nothing else either: no rule allows it")
        }
        if description.isObserving {
            sentences.append("Anything else too, for now: rules are only observed, and it is noted")
        }
        return sentences
    }

    /// Whether a rule may allow a method, on some path and with some body.
    func mayAllow(_ method: String) -> Bool {
        description.rules.isEmpty || description.isObserving
            || rules.contains { $0.allows && $0["methods"].map { $0.texts.contains(method) } ?? true }
    }

    /// The limits of an act token, as the object of a sentence.
    static func text(of limits: ActToken.Limits) -> String { text(methods: limits.methods, paths: limits.paths) }

    private static func sentence(_ rule: JSONValue) -> String {
        var text = text(methods: rule["methods"]?.texts, paths: rule["paths"]?.texts)
        var conditions: [String] = []
        if case .array(let elements)? = rule["body"] { conditions = elements.map(condition) }
        if !conditions.isEmpty { text += ", if in the JSON body \(conditions.joined(separator: " and "))" }
        if !rule.allows { text = "never \(text), however it is spelled" }
        return rule["name"]?.text.map { "\($0.string): \(text)" } ?? text
    }

    private static func text(methods: [String]?, paths: [String]?) -> String {
        let methods = methods.map { $0.joined(separator: ", ") } ?? "any method"
        return "\(methods) on \(paths.map { $0.joined(separator: ", ") } ?? "any path")"
    }

    private static func condition(_ condition: JSONValue) -> String {
        var values: [String] = []
        if case .array(let elements)? = condition["values"] {
            values = elements.map { String(decoding: JSONWriter.bytes(of: $0), as: UTF8.self) }
        }
        return "\(condition["pointer"]?.text?.string ?? "") is \(values.joined(separator: " or "))"
    }
}

extension JSONValue {
    /// Whether this rule allows what matches it.
    fileprivate var allows: Bool { self["effect"]?.text.map { $0 == "allow" } ?? true }

    /// The strings of a list.
    fileprivate var texts: [String] {
        guard case .array(let elements) = self else { return [] }
        return elements.compactMap { $0.text?.string }
    }
}
