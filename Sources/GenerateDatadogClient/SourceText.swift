/// Swift source in the making, indented by its blocks.
struct SourceText {
    private(set) var text = ""
    private var depth = 0

    mutating func line(_ line: String = "") {
        text += line.isEmpty ? "\n" : String(repeating: "    ", count: depth) + line + "\n"
    }

    /// A block in braces.
    mutating func block(_ head: String, _ body: (inout SourceText) -> Void) {
        line(head + " {")
        depth += 1
        body(&self)
        depth -= 1
        line("}")
    }

    /// A switch, whose cases stand under its keyword.
    mutating func cases(of subject: String, _ body: (inout SourceText) -> Void) {
        line("switch \(subject) {")
        body(&self)
        line("}")
    }

    /// A comment, broken at the width of our lines.
    mutating func comment(_ paragraphs: String...) {
        for (index, paragraph) in paragraphs.enumerated() {
            if index > 0 { line("///") }
            var current = ""
            for word in paragraph.split(separator: " ") {
                if !current.isEmpty, current.count + word.count + depth * 4 + 5 > 120 {
                    line("/// " + current)
                    current = ""
                }
                current += (current.isEmpty ? "" : " ") + word
            }
            line("/// " + current)
        }
    }
}
