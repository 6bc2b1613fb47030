// The classes of characters that formats are made of. Public, so that loops of other modules ask without a call for
// each byte.
extension UInt8 {
    /// A control character, the tab among them.
    @inlinable public var isASCIIControl: Bool { self < 0x20 || self == 0x7F }

    /// A decimal digit.
    @inlinable public var isASCIIDigit: Bool { self &- UInt8(ascii: "0") < 10 }

    /// A lower-case letter.
    @inlinable public var isASCIILowercaseLetter: Bool { self &- UInt8(ascii: "a") < 26 }

    /// A letter of either case.
    @inlinable public var isASCIILetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }

    /// A character of a token (RFC 9110, section 5.6.2), of which header names are made.
    var isHeaderNameCharacter: Bool {
        switch self {
        // In the order of ASCII: !, # to ', *, +, -, ., ^ to `, | and ~.
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: isASCIILetter || isASCIIDigit
        }
    }

    var isHexDigit: Bool { isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20) }

    /// A character of a host name between its dots.
    var isHostLabelCharacter: Bool { isASCIILetter || isASCIIDigit || "-_".utf8.contains(self) }

    /// The character with upper-case letters in lower case.
    @inlinable public var lowercasedASCII: UInt8 { self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self }
}

extension String {
    /// Whether the text may name a header (``TextFormat/headerName``).
    package var isHeaderName: Bool {
        var text = self
        return text.withUTF8 { name in
            TextFormat.headerName.length.contains(name.count) && name.allSatisfy(\.isHeaderNameCharacter)
        }
    }

    /// Whether the text may be the value of a header: it holds no control character but tabs.
    package var isHeaderValue: Bool {
        var text = self
        return text.withUTF8 { $0.allSatisfy { !$0.isASCIIControl || $0 == UInt8(ascii: "\t") } }
    }
}
