import Documents

/// A pattern of paths: segments, of which `*` stands for any one, and `**`, the last, for any rest, even none.
struct PathPattern: Sendable {
    private let segments: [[UInt8]]
    /// Whether it ends with `**`.
    private let hasRest: Bool
    /// The readings of the pattern itself: to a server that decodes first, `/a%2Fb` and `/a/b` are one.
    private let readings: PathReadings

    /// - Returns: `nil` for what is no path.
    init?(_ text: String) {
        guard var segments = PathSegment.split(text) else { return nil }
        hasRest = segments.last?.elementsEqual("**".utf8) ?? false
        if hasRest { segments.removeLast() }
        self.segments = segments
        readings = PathReadings(of: text.utf8)
    }

    /// Whether a path is one of those that are meant; `nil` is none.
    func matches(_ path: [PathSegment]?) -> Bool {
        guard let path, hasRest ? path.count >= segments.count : path.count == segments.count else { return false }
        for (pattern, segment) in zip(segments, path) {
            let isMatch = pattern.elementsEqual("*".utf8) ? segment.isPlain : pattern == segment.bytes
            guard isMatch else { return false }
        }
        return path.dropFirst(segments.count).allSatisfy(\.isPlain)
    }

    /// Whether some server may read a path as one of those that are meant.
    func matchesWidely(_ path: PathReadings) -> Bool {
        guard let patterns = readings.all, let paths = path.all else { return true }
        return patterns.contains { pattern in paths.contains { Self.matches(pattern, $0) } }
    }

    private static func matches(_ pattern: [SegmentName], _ path: [SegmentName]) -> Bool {
        let hasRest = pattern.last?.text == "**"
        let pattern = hasRest ? pattern.dropLast() : pattern[...]
        guard hasRest ? path.count >= pattern.count : path.count == pattern.count else { return false }
        return zip(pattern, path).allSatisfy { $0.text == "*" || $0 == $1 }
    }
}

/// A segment of a path, as it is sent, except for the case of its escapes.
struct PathSegment {
    let bytes: [UInt8]

    /// Whether every server reads it as the same name, and as one segment.
    ///
    /// Others are matched by nothing but their own spelling: empty ones, dots, what has a semicolon or a backslash, an
    /// unreserved character percent-encoded, or an escape that is a slash, a backslash, a percent sign, a control
    /// character or no UTF-8 when it is decoded.
    let isPlain: Bool

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        isPlain = Self.isPlain(bytes)
    }

    /// The segments of a path; of `/` and of the empty path there are none.
    ///
    /// - Returns: `nil` for what is no path.
    static func segments(of path: String) -> [PathSegment]? {
        split(path)?.map(PathSegment.init)
    }

    static func split(_ path: String) -> [[UInt8]]? {
        guard path.utf8.first == UInt8(ascii: "/") || path.isEmpty else { return nil }
        let rest = path.utf8.dropFirst()
        guard !rest.isEmpty else { return [] }
        return rest.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(withUpperCaseEscapes)
    }

    /// The bytes with the digits of escapes in upper case: of either case, they are one spelling (RFC 3986, 6.2.2.1).
    private static func withUpperCaseEscapes(_ segment: Substring.UTF8View) -> [UInt8] {
        var bytes = Array(segment)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, bytes[index + 1].hexDigit != nil,
                bytes[index + 2].hexDigit != nil
            else {
                index += 1
                continue
            }
            for digit in [index + 1, index + 2] where bytes[digit].isASCIILetter { bytes[digit] &= ~0x20 }
            index += 3
        }
        return bytes
    }

    private static func isPlain(_ bytes: [UInt8]) -> Bool {
        guard !bytes.isEmpty, bytes != Array(".".utf8), bytes != Array("..".utf8) else { return false }
        var decoded: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                guard TextEscape.isUnreserved(byte) || "!$&'()*+,=:@".utf8.contains(byte) else { return false }
                decoded.append(byte)
                continue
            }
            guard let high = rest.popFirst()?.hexDigit, let low = rest.popFirst()?.hexDigit else { return false }
            let escaped = high << 4 | low
            guard escaped >= 0x20, escaped != 0x7F, !TextEscape.isUnreserved(escaped), !"/\\%;?#".utf8.contains(escaped)
            else {
                return false
            }
            decoded.append(escaped)
        }
        return String(validating: decoded, as: UTF8.self) != nil
    }
}

extension UInt8 {
    var hexDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
