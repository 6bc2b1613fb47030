/// Scheme, host and port of a request, read strictly: no user information, path, query or fragment.
struct RequestOrigin {
    let isSecure: Bool
    /// As given, without a last `/`.
    let text: Substring.UTF8View

    /// - Throws: ``EgressError/malformedURL``.
    init(_ text: String) throws(EgressError) {
        var url = text.utf8[...]
        if url.last == UInt8(ascii: "/") { url = url.dropLast() }
        let authority: Substring.UTF8View
        if url.starts(with: "https://".utf8) {
            isSecure = true
            authority = url.dropFirst("https://".utf8.count)
        } else if url.starts(with: "http://".utf8) {
            isSecure = false
            authority = url.dropFirst("http://".utf8.count)
        } else {
            throw .malformedURL
        }
        guard let port = Self.afterHost(authority), Self.isEmptyOrPort(port) else { throw .malformedURL }
        self.text = url
    }

    /// The text after the host, or `nil` if there is none. The inside of an IPv6 address is left to the resolver.
    private static func afterHost(_ authority: Substring.UTF8View) -> Substring.UTF8View? {
        if authority.first == UInt8(ascii: "[") {
            let address = authority.dropFirst().prefix { isHexDigit($0) || ":.".utf8.contains($0) }
            let rest = authority[address.endIndex...]
            return !address.isEmpty && rest.first == UInt8(ascii: "]") ? rest.dropFirst() : nil
        }
        let name = authority.prefix { isLetterOrDigit($0) || "-_.".utf8.contains($0) }
        // A single dot at the end stands for the root; elsewhere, labels are not empty.
        let labels = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard !(labels.last ?? "".utf8[...]).isEmpty || labels.count > 1 else { return nil }
        return labels.dropLast().contains(where: \.isEmpty) ? nil : authority[name.endIndex...]
    }

    private static func isEmptyOrPort(_ text: Substring.UTF8View) -> Bool {
        guard let colon = text.first else { return true }
        let digits = text.dropFirst()
        guard
            colon == UInt8(ascii: ":"), digits.count <= 5, digits.allSatisfy(isDigit),
            let port = Int(String(Substring(digits)))
        else { return false }
        return (1...65_535).contains(port)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
