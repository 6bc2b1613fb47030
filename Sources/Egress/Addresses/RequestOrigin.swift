/// Scheme, host and port of a request, read strictly: no user information, path, query or fragment.
struct RequestOrigin {
    let isSecure: Bool
    /// As given, without a last `/`.
    let text: String

    /// - Throws: ``EgressError/malformedURL``.
    init(_ text: String) throws(EgressError) {
        var text = text
        let read = text.withUTF8 { bytes -> (isSecure: Bool, count: Int)? in
            let count = bytes.last == UInt8(ascii: "/") ? bytes.count - 1 : bytes.count
            let url = UnsafeBufferPointer(rebasing: bytes[..<count])
            for (scheme, isSecure) in Self.schemes where url.starts(with: scheme) {
                let authority = UnsafeBufferPointer(rebasing: url[scheme.count...])
                guard let host = Self.hostCount(authority), Self.isEmptyOrPort(authority[host...]) else { return nil }
                return (isSecure, count)
            }
            return nil
        }
        guard let read else { throw .malformedURL }
        isSecure = read.isSecure
        self.text = read.count == text.utf8.count ? text : String(text.dropLast())
    }

    private static let schemes = [(Array("https://".utf8), true), (Array("http://".utf8), false)]

    /// The length of the host, or `nil` if there is none. The inside of an IPv6 address is left to the resolver.
    private static func hostCount(_ authority: UnsafeBufferPointer<UInt8>) -> Int? {
        if authority.first == UInt8(ascii: "[") {
            let end = authority.dropFirst().firstIndex { !isHexDigit($0) && $0 != UInt8(ascii: ":") && $0 != dot }
            guard let end, end > 1, authority[end] == UInt8(ascii: "]") else { return nil }
            return end + 1
        }
        var count = 0
        var label = 0
        while count < authority.count, isNameCharacter(authority[count]) {
            // A single dot at the end stands for the root; elsewhere, labels are not empty.
            if authority[count] == dot, label == 0 { return nil }
            label = authority[count] == dot ? 0 : label + 1
            count += 1
        }
        return count == 0 ? nil : count
    }

    private static let dot = UInt8(ascii: ".")

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || byte == dot || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    private static func isEmptyOrPort(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let colon = text.first else { return true }
        let digits = text.dropFirst()
        guard colon == UInt8(ascii: ":"), (1...5).contains(digits.count), digits.allSatisfy(isDigit) else {
            return false
        }
        return (1...65_535).contains(digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) })
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private static func isHexDigit(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 6 }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 26
    }
}
