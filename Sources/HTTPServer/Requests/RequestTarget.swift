/// The target of a request line as received: nothing is unescaped.
struct RequestTarget {
    let rawPath: String
    let rawQuery: String?
    let refusal: Refusal?

    /// Splits at the first `?` and checks the path.
    init(_ bytes: UnsafeBufferPointer<UInt8>, longest: Int) {
        guard bytes.count <= longest else {
            self.init(refusal: .targetTooLong)
            return
        }
        let pathEnd: Int
        switch Self.inspect(bytes) {
        case .failure(let refusal):
            self.init(refusal: refusal)
            return
        case .success(let end):
            pathEnd = end
        }
        self.init(
            rawPath: String(decoding: bytes[..<pathEnd], as: UTF8.self),
            rawQuery: pathEnd < bytes.count ? String(decoding: bytes[(pathEnd + 1)...], as: UTF8.self) : nil
        )
    }

    private init(rawPath: String = "", rawQuery: String? = nil, refusal: Refusal? = nil) {
        self.rawPath = rawPath
        self.rawQuery = rawQuery
        self.refusal = refusal
    }

    /// How far a path segment is like `.` or `..`.
    private enum Dots {
        case none, one, two, other
    }

    /// The path's length, or what is wrong with the target.
    ///
    /// Encoded slashes and both kinds of backslashes separate segments here, though not in the router: anyone who gets
    /// the path next may take them for separators, and then must not find dot segments.
    private static func inspect(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<Int, Refusal> {
        guard bytes.first == UInt8(ascii: "/") else { return .failure(.malformedTarget) }
        var dots = Dots.none
        var index = 0
        var refusal: Refusal?
        while index < bytes.count {
            var byte = bytes[index]
            if byte == UInt8(ascii: "?") { break }
            guard isAllowed(byte) else { return .failure(.malformedTarget) }
            index += 1
            if byte == UInt8(ascii: "%") {
                guard index + 1 < bytes.count, let high = PercentCoding.digit(bytes[index]),
                    let low = PercentCoding.digit(bytes[index + 1])
                else { return .failure(.malformedPath) }
                byte = high << 4 | low
                index += 2
                if byte < 0x20 || byte == 0x7f { refusal = .malformedPath }
            }
            switch byte {
            case UInt8(ascii: "/"), UInt8(ascii: "\\"):
                if dots == .one || dots == .two { refusal = refusal ?? .dotSegments }
                dots = .none
            case UInt8(ascii: "."):
                dots = dots == .none ? .one : dots == .one ? .two : .other
            default:
                dots = .other
            }
        }
        if dots == .one || dots == .two { refusal = refusal ?? .dotSegments }
        guard bytes[index...].allSatisfy(isAllowed) else { return .failure(.malformedTarget) }
        return refusal.map(Result.failure) ?? .success(index)
    }

    /// Printable ASCII without `#`: a fragment is not part of a target, and would end it where it is sent on.
    @inline(__always)
    private static func isAllowed(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "#")
    }
}
