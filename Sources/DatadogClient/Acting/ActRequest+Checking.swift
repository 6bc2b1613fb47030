import Foundation

extension ActRequest {
    /// Finds out whether the request can be sent as it is. Every operation does that before it sends anything.
    ///
    /// - Throws: ``DatadogError`` with the code `configuration`, which says what is wrong and quotes no value.
    public func check() throws(DatadogError) {
        if let fault { throw DatadogError(.configuration, details: fault) }
    }

    private var fault: String? {
        guard !method.isEmpty, method.utf8.allSatisfy(Self.isTokenByte) else {
            return "the method must be a name such as GET, without blanks"
        }
        guard path.hasPrefix("/") else { return "the path must begin with a slash" }
        guard path.utf8.allSatisfy({ Self.isURLByte($0) && $0 != UInt8(ascii: "?") }), Self.isEncoded(path) else {
            return "the path must be percent-encoded, and separate from the query"
        }
        guard !path.split(separator: "/").contains(where: Self.isDots) else {
            return "the path must not have a segment of dots: software that normalizes it would go up"
        }
        guard (query ?? "").utf8.allSatisfy(Self.isURLByte), Self.isEncoded(query ?? "") else {
            return "the query must be percent-encoded"
        }
        for header in headers {
            guard !header.name.isEmpty, header.name.utf8.allSatisfy(Self.isTokenByte) else {
                return "the name of a header must consist of letters, digits and hyphens"
            }
            guard !Self.isReserved(header.name.lowercased()) else {
                return "the header \(header.name) is not the caller's to set"
            }
            guard header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
                return "the header \(header.name) has a control character in its value"
            }
        }
        return nil
    }

    /// Those of the way to Keyway: they would not arrive, or take the place of the client's own.
    private static func isReserved(_ name: String) -> Bool {
        name.hasPrefix("dd-") || name.hasPrefix("keyway-")
            || ["connection", "content-length", "expect", "host", "te", "trailer", "transfer-encoding", "upgrade"]
                .contains(name)
    }

    /// RFC 9110, section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    /// Tells bytes that may stand in a path or a query (RFC 3986, section 3.3 and 3.4) from those that Foundation would
    /// encode or refuse.
    private static func isURLByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~!$&'()*+,;=:@/?%".utf8.contains(byte)
        }
    }

    /// Whether two hexadecimal digits follow each percent sign.
    private static func isEncoded(_ text: String) -> Bool {
        text.split(separator: "%", omittingEmptySubsequences: false).dropFirst().allSatisfy { part in
            part.utf8.count >= 2 && part.prefix(2).allSatisfy { $0.isASCII && $0.isHexDigit }
        }
    }

    private static func isDots(_ segment: Substring) -> Bool {
        let plain = segment.lowercased().replacingOccurrences(of: "%2e", with: ".")
        return plain == "." || plain == ".."
    }
}
