/// The outline of a text, found by one pass before it is parsed.
struct JSONOutline {
    /// At least as many bytes as all its strings will take, names included: an escape is never shorter than what it
    /// stands for.
    let stringBytes: Int

    /// Counts the strings' bytes, and refuses what must not reach the parser.
    ///
    /// The parser descends by recursion, so depth is bounded here, where the position is known as well. A raw NUL is
    /// legal nowhere in JSON. Other malformed texts pass: the parser finds their errors.
    init(of bytes: UnsafeRawBufferPointer) throws(JSONSyntaxError) {
        var depth = 0
        var stringBytes = 0
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                let start = position
                while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
                    if bytes[position] == 0 {
                        throw JSONSyntaxError(.nulCharacter, offset: position + 1, in: bytes)
                    }
                    position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
                }
                position = min(position, bytes.count)
                stringBytes += position - start
                position += 1
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                if depth > JSONReader.maximumDepth {
                    throw JSONSyntaxError(.nestedTooDeep, offset: position, in: bytes)
                }
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
            case 0:
                throw JSONSyntaxError(.nulCharacter, offset: position, in: bytes)
            default:
                break
            }
        }
        self.stringBytes = stringBytes
    }
}
