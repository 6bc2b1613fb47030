import DatadogClient

/// The API's documents as texts for programs, members in their order.
///
/// Characters that could command a terminal are escaped in both: a reader gets the same value back.
enum DocumentText {
    static func json(_ value: JSONValue) -> String {
        var writer = JSONTextWriter()
        writer.write(value, indentation: 0)
        return writer.text + "\n"
    }

    static func yaml(_ value: JSONValue) -> String {
        var writer = YAMLTextWriter()
        writer.write(value, indentation: 0)
        return writer.text
    }

    /// A string in double quotes, which JSON and YAML 1.2 read alike.
    fileprivate static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where TextLayout.isUnsafe(scalar):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

private struct JSONTextWriter {
    var text = ""

    mutating func write(_ value: JSONValue, indentation: Int) {
        switch value {
        case .array(let elements) where !elements.isEmpty:
            write("[", elements, "]", indentation) { $0.write($1, indentation: indentation + 2) }
        case .object(let object) where !object.members.isEmpty:
            write("{", object.members, "}", indentation) { writer, member in
                writer.text += DocumentText.quoted(member.name) + ": "
                writer.write(member.value, indentation: indentation + 2)
            }
        default: text += value.scalarText
        }
    }

    private mutating func write<Element>(
        _ start: String,
        _ elements: [Element],
        _ end: String,
        _ indentation: Int,
        _ body: (inout JSONTextWriter, Element) -> Void
    ) {
        text += start
        for (index, element) in elements.enumerated() {
            text += (index == 0 ? "\n" : ",\n") + String(repeating: " ", count: indentation + 2)
            body(&self, element)
        }
        text += "\n" + String(repeating: " ", count: indentation) + end
    }
}

private struct YAMLTextWriter {
    var text = ""

    /// Writes a value that begins on the current line, which has the given number of blanks before it, and ends the
    /// line.
    mutating func write(_ value: JSONValue, indentation: Int) {
        let margin = String(repeating: " ", count: indentation)
        switch value {
        case .array(let elements) where !elements.isEmpty:
            for (index, element) in elements.enumerated() {
                text += (index == 0 ? "" : margin) + "- "
                write(element, indentation: indentation + 2)
            }
        case .object(let object) where !object.members.isEmpty:
            for (index, member) in object.members.enumerated() {
                text += (index == 0 ? "" : margin) + Self.plainOrQuoted(member.name) + ":"
                if member.value.isBlock {
                    text += "\n" + margin + "  "
                    write(member.value, indentation: indentation + 2)
                } else {
                    text += " "
                    write(member.value, indentation: indentation + 2)
                }
            }
        case .string(let string): text += Self.plainOrQuoted(string) + "\n"
        default: text += value.scalarText + "\n"
        }
    }

    /// Plain where no reader of YAML 1.1 or 1.2 could take it for anything but a string.
    private static func plainOrQuoted(_ string: String) -> String {
        let isPlain =
            string.first.map { $0.isASCII && $0.isLetter } ?? false
            && string.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "_-./".unicodeScalars.contains($0))
            }
            && !reserved.contains(string.lowercased())
        return isPlain ? string : DocumentText.quoted(string)
    }

    /// Words that some readers take for booleans, null or numbers.
    private static let reserved: Set<String> = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"]
}

extension JSONValue {
    /// Whether YAML needs lines of its own for it.
    fileprivate var isBlock: Bool {
        switch self {
        case .array(let elements): !elements.isEmpty
        case .object(let object): !object.members.isEmpty
        default: false
        }
    }

    /// A value without parts.
    fileprivate var scalarText: String {
        switch self {
        case .null: "null"
        case .boolean(let flag): flag ? "true" : "false"
        case .number(let number): number.text
        case .string(let text): DocumentText.quoted(text)
        case .array: "[]"
        case .object: "{}"
        }
    }
}
