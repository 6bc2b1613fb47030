/// Swift source in the making, indented by its blocks.
struct SourceText {
    private(set) var text = ""
    private var depth = 0

    /// The width of our lines.
    private static let width = 120

    mutating func line(_ line: String = "") {
        text += line.isEmpty ? "\n" : String(repeating: "    ", count: depth) + line + "\n"
    }

    /// Lines that stand one level deeper.
    mutating func indented(_ body: (inout SourceText) -> Void) {
        depth += 1
        body(&self)
        depth -= 1
    }

    /// A block in braces.
    mutating func block(_ head: String, _ body: (inout SourceText) -> Void) {
        line(head + " {")
        indented(body)
        line("}")
    }

    /// A switch, whose cases stand under its keyword.
    mutating func cases(of subject: String, _ body: (inout SourceText) -> Void) {
        line("switch \(subject) {")
        body(&self)
        line("}")
    }

    /// Whether a line has room for a text.
    func fits(_ text: String) -> Bool { depth * 4 + text.count <= Self.width }

    /// A comment, broken at the width of our lines.
    mutating func comment(_ paragraphs: String...) {
        for (index, paragraph) in paragraphs.enumerated() {
            if index > 0 { line("///") }
            wrap(paragraph, indent: "")
        }
    }

    /// The paragraph of a comment that describes parameters.
    mutating func parameters(_ parameters: [(name: String, help: String)]) {
        line("///")
        if let parameter = parameters.first, parameters.count == 1 {
            return wrap("- Parameter \(parameter.name): \(parameter.help)", indent: "")
        }
        line("/// - Parameters:")
        for parameter in parameters { wrap("- \(parameter.name): \(parameter.help)", indent: "  ") }
    }

    private mutating func wrap(_ paragraph: String, indent: String) {
        var current = ""
        for word in paragraph.split(separator: " ") {
            if !current.isEmpty, !fits("/// \(indent)\(current) \(word)") {
                line("/// \(indent)\(current)")
                current = ""
            }
            current += (current.isEmpty ? "" : " ") + word
        }
        line("/// \(indent)\(current)")
    }
}

extension String {
    /// The phrase as it stands within a sentence.
    var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
