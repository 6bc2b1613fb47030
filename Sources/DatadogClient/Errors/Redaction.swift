import Foundation

/// Blacks out secrets in texts of others.
struct Redaction {
    private let secrets: [String]
    /// Shorter ones would black out half of every text, and are no secrets.
    private static let leastLength = 4

    /// - Parameter secrets: What must not show.
    init(_ secrets: [String]) {
        // Longest first: one may be a part of another.
        self.secrets = Set(secrets)
            .filter { $0.utf8.count >= Self.leastLength }
            .sorted { $0.utf8.count > $1.utf8.count }
    }

    func scrub(_ text: String) -> String {
        secrets.reduce(text) { $0.replacingOccurrences(of: $1, with: "<redacted>") }
    }

    /// The secrets of a value: the strings that differ between what shows of it and what is sent.
    static func secrets(in value: (any APIValue)?) -> [String] {
        guard let value else { return [] }
        var secrets: [String] = []
        collect(value.json(secrets: .revealed), value.json(secrets: .hidden), into: &secrets)
        return secrets
    }

    private static func collect(_ revealed: JSONValue, _ hidden: JSONValue, into secrets: inout [String]) {
        switch (revealed, hidden) {
        case (.string(let text), .string("")) where !text.isEmpty: secrets.append(text)
        case (.array(let revealed), .array(let hidden)):
            for (one, other) in zip(revealed, hidden) { collect(one, other, into: &secrets) }
        case (.object(let revealed), .object(let hidden)):
            for (one, other) in zip(revealed.members, hidden.members) {
                collect(one.value, other.value, into: &secrets)
            }
        default: break
        }
    }
}
