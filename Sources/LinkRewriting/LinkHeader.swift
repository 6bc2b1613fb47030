/// The header `Link` (RFC 8288): links in angle brackets, each with parameters, and commas between them.
enum LinkHeader {
    /// The value with the targets of its links rewritten; `nil` if none is.
    ///
    /// Only what stands in the place of a target is looked at: a parameter's quoted text may look like one. What is
    /// malformed stays as it is, to the end of the value; clients read the links before it all the same.
    static func rewritten(_ value: some Collection<UInt8>, by rewriter: LinkRewriter) -> [UInt8]? {
        var rest = Array(value)[...]
        var output: [UInt8] = []
        var hasChanged = false
        while true {
            let blanks = rest.prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: ",") }
            output += blanks
            rest = rest[blanks.endIndex...]
            guard rest.first == UInt8(ascii: "<"), let end = rest.firstIndex(of: UInt8(ascii: ">")) else { break }
            let target = rest[(rest.startIndex + 1)..<end]
            let replacement = rewriter.rewritten(reference: target)
            hasChanged = hasChanged || replacement != nil
            output.append(UInt8(ascii: "<"))
            output += replacement ?? Array(target)
            output.append(UInt8(ascii: ">"))
            rest = rest[(end + 1)...]
            let parameters = parameters(at: rest)
            output += parameters
            rest = rest[parameters.endIndex...]
        }
        return hasChanged ? output + rest : nil
    }

    /// The text between a target and the comma after it; all of it if a quoted text has no end.
    private static func parameters(at text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var isQuoted = false
        var index = text.startIndex
        while index < text.endIndex {
            switch text[index] {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: "\\") where isQuoted: index += 1
            case UInt8(ascii: ",") where !isQuoted: return text[..<index]
            default: break
            }
            index += 1
        }
        return text
    }
}
