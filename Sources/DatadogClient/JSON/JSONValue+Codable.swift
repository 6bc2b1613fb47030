private import Foundation

/// The name of any member.
private struct MemberName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

// For those who keep values in documents of their own. Foundation's coders know neither the order of members nor the
// digits of numbers: the client's own reading and writing does not pass through here.
extension JSONValue: Codable {
    /// Reads a value from any decoder.
    ///
    /// - Parameter decoder: The decoder.
    /// - Throws: `DecodingError` if it holds what JSON has not.
    public init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: MemberName.self) {
            self = .object(
                JSONObject(
                    try container.allKeys.sorted { $0.stringValue < $1.stringValue }.map { name in
                        .init(name: name.stringValue, value: try container.decode(JSONValue.self, forKey: name))
                    }
                )
            )
        } else if var container = try? decoder.unkeyedContainer() {
            var elements: [JSONValue] = []
            while !container.isAtEnd { elements.append(try container.decode(JSONValue.self)) }
            self = .array(elements)
        } else {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let flag = try? container.decode(Bool.self) {
                self = .boolean(flag)
            } else if let text = try? container.decode(String.self) {
                self = .string(text)
            } else if let integer = try? container.decode(Int.self) {
                self = .number(JSONNumber(integer))
            } else {
                self = .number(JSONNumber(checked: "\(try container.decode(Decimal.self))"))
            }
        }
    }

    /// Writes the value to any encoder.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .boolean(let flag): try flag.encode(to: encoder)
        case .number(let number):
            if let integer = number.integer {
                try integer.encode(to: encoder)
            } else if let decimal = Decimal(string: number.text) {
                // Single, so that the encoder sees a number and not the members of a `Decimal`.
                var container = encoder.singleValueContainer()
                try container.encode(decimal)
            } else {
                try number.double.encode(to: encoder)
            }
        case .string(let text): try text.encode(to: encoder)
        case .array(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        case .object(let object):
            var container = encoder.container(keyedBy: MemberName.self)
            for member in object.members {
                try container.encode(member.value, forKey: MemberName(stringValue: member.name))
            }
        }
    }
}
