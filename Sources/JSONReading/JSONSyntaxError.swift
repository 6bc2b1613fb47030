/// Why a text is no JSON that we read, and where. It never quotes the text, in which a secret may stand.
package struct JSONSyntaxError: Error, Equatable {
    package enum Kind: Sendable, CaseIterable {
        case empty
        case unexpectedEnd
        case notJSON
        case textAfterValue
        case duplicateName
        case invalidUTF8
        case nulCharacter
        case numberOutOfRange
        case nestedTooDeep
    }

    package let kind: Kind
    /// The line, from 1.
    package let line: Int
    /// The character within the line, from 1; 0 if the error showed at the line's very start.
    package let column: Int
    /// How many bytes had been read when the error showed.
    package let offset: Int
}

extension JSONSyntaxError {
    /// An error that showed when `offset` of `bytes` had been read.
    init(_ kind: Kind, offset: Int, in bytes: UnsafeRawBufferPointer) {
        let read = bytes.prefix(max(offset, 0))
        let lastLine = read.suffix(while: { $0 != UInt8(ascii: "\n") })
        self.kind = kind
        self.line = 1 + read.count { $0 == UInt8(ascii: "\n") }
        // The bytes of the form 10xxxxxx continue a character.
        self.column = lastLine.count { $0 & 0xc0 != 0x80 }
        self.offset = read.count
    }
}

extension JSONSyntaxError: CustomStringConvertible {
    /// For the caller's eyes: `duplicate member name at line 3, column 12`.
    package var description: String {
        kind == .empty ? kind.text : "\(kind.text) at line \(line), column \(column)"
    }
}

extension JSONSyntaxError.Kind {
    fileprivate var text: String {
        switch self {
        case .empty: "empty, where a JSON value is expected"
        case .unexpectedEnd: "unexpected end of input"
        case .notJSON: "not valid JSON"
        case .textAfterValue: "text after the JSON value"
        case .duplicateName: "duplicate member name"
        case .invalidUTF8: "invalid UTF-8"
        case .nulCharacter: "a NUL character"
        case .numberOutOfRange: "a number out of range"
        case .nestedTooDeep: "nested deeper than \(JSONReader.maximumDepth) levels"
        }
    }
}

extension BidirectionalCollection {
    /// The longest end of the collection whose elements all satisfy `condition`.
    fileprivate func suffix(while condition: (Element) -> Bool) -> SubSequence {
        var start = endIndex
        while start > startIndex, condition(self[index(before: start)]) {
            formIndex(before: &start)
        }
        return self[start...]
    }
}
