import Documents
import HTTPServer
import Storage

// What lists of keys, users and roles are asked for.
extension QueryItems {
    /// A time, or `nil` if the parameter is not sent.
    func time(_ name: String) throws -> Timestamp? {
        guard let text = try only(name) else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw APIError(
                400,
                "\(name) must be a date or a time with an offset, such as 2026-11-20T14:05:09Z.",
                at: .parameter(name)
            )
        }
        return time
    }

    /// `true` or `false` in any case (Python's clients send `True`), or `nil` if the parameter is not sent.
    func flag(_ name: String) throws -> Bool? {
        switch try only(name)?.lowercased() {
        case nil: return nil
        case "true": return true
        case "false": return false
        default: throw APIError(400, "\(name) must be true or false.", at: .parameter(name))
        }
    }

    /// The elements of a list with commas between them, each of them one of `choices`; none if the parameter is not
    /// sent.
    func choices(_ name: String, from choices: [String]) throws -> [String] {
        guard let text = try only(name) else { return [] }
        let elements = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard elements.allSatisfy(choices.contains) else {
            let rule = "\(name) may hold \(choices.joined(separator: ", ")), with commas between them."
            throw APIError(400, rule, at: .parameter(name))
        }
        return elements
    }

    /// `sort`: one of the criteria by their names, of which the first is the standard; behind `-` the order is
    /// turned round.
    func order<Criterion>(_ criteria: [(name: String, criterion: Criterion)]) throws -> (Criterion, Bool) {
        guard let text = try only("sort") else { return (criteria[0].criterion, false) }
        let isDescending = text.hasPrefix("-")
        let name = isDescending ? text.dropFirst() : text[...]
        guard let (_, criterion) = criteria.first(where: { $0.name == name }) else {
            let names = criteria.map(\.name).joined(separator: ", ")
            throw APIError(
                400,
                "sort must be one of \(names); a leading - reverses the order.",
                at: .parameter("sort")
            )
        }
        return (criterion, isDescending)
    }
}

extension [QueryParameter] {
    static func sort(_ criteria: [String]) -> [QueryParameter] {
        let values = criteria.flatMap { [$0, "-\($0)"] }
        return [
            QueryParameter(
                name: "sort",
                summary: "The criterion to order by; a leading - reverses the order",
                schema: [
                    "type": "string", "enum": .array(values.map { .string($0) }), "default": .string(criteria[0]),
                ]
            )
        ]
    }

    static func text(_ name: String, _ summary: String) -> [QueryParameter] {
        [QueryParameter(name: name, summary: summary, schema: ["type": "string"])]
    }

    static func time(_ name: String, _ summary: String) -> [QueryParameter] {
        [QueryParameter(name: name, summary: summary, schema: ["type": "string", "format": "date-time"])]
    }

    /// A list with commas between its elements.
    static func choices(_ name: String, _ summary: String, from choices: [String]) -> [QueryParameter] {
        let one = "(\(choices.joined(separator: "|")))"
        return [
            QueryParameter(
                name: name,
                summary: "\(summary), with commas between them: \(choices.joined(separator: ", "))",
                schema: ["type": "string", "pattern": .string("^\(one)(,\(one))*$")]
            )
        ]
    }
}
