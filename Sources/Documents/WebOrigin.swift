/// A host name in lower case, with its port where one is named.
///
/// It is read byte by byte: to Swift's `Character` a slash with a combining mark is no slash, and the Kelvin sign is a
/// letter that lower case turns into `k`.
package struct HostName: Sendable, Equatable {
    package let text: String

    /// Reads a host name, or an http(s) URL that holds one and at most a final slash.
    package init?(parsing text: UnsafeBufferPointer<UInt8>) {
        var rest = text.map(\.lowercasedASCII)[...]
        for scheme in ["https://", "http://"] where rest.starts(with: scheme.utf8) {
            rest = rest.dropFirst(scheme.utf8.count)
            break
        }
        if rest.last == UInt8(ascii: "/") { rest = rest.dropLast() }
        self.init(authority: rest)
    }

    /// Reads `host` or `host:port` of a URL (RFC 3986, section 3.2) in lower case and without user information.
    init?(authority: ArraySlice<UInt8>) {
        var port: ArraySlice<UInt8>
        if authority.first == UInt8(ascii: "[") {
            // An IPv6 address; the resolver judges its inside.
            guard let end = authority.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            let address = authority[..<end].dropFirst()
            guard
                address.count(where: { $0 == UInt8(ascii: ":") }) >= 2,
                address.allSatisfy({ $0.isHexDigit || ":.".utf8.contains($0) })
            else { return nil }
            port = authority[end...].dropFirst()
        } else {
            let name = authority.prefix { $0 != UInt8(ascii: ":") }
            guard HostName.isDottedName(name) else { return nil }
            port = authority[name.endIndex...]
        }
        if !port.isEmpty {
            guard port.removeFirst() == UInt8(ascii: ":"), HostName.isPort(port) else { return nil }
        }
        text = String(decoding: authority, as: UTF8.self)
    }

    /// Whether `name` is labels of letters, digits, `-` and `_` (underscores stand in names that work) with single
    /// dots between them.
    package static func isDottedName(_ name: some Collection<UInt8>) -> Bool {
        name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.allSatisfy(\.isHostLabelCharacter)
        }
    }

    /// Whether `digits` is a number from 1 to 65535 without leading zeros.
    private static func isPort(_ digits: ArraySlice<UInt8>) -> Bool {
        guard digits.count <= 5, digits.first != UInt8(ascii: "0"), digits.allSatisfy(\.isASCIIDigit) else {
            return false
        }
        return (1...65_535).contains(digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) })
    }
}

/// Where a URL leads: scheme, host and port (RFC 6454), in one spelling.
package struct WebOrigin: Sendable, Equatable {
    /// `https://example.com`, with the port where it is not the scheme's own.
    package let text: String

    /// Reads an http(s) URL of visible ASCII characters, without user information, query and fragment.
    package init?(parsing text: UnsafeBufferPointer<UInt8>) {
        guard text.allSatisfy(URLPath.isCharacter) else { return nil }
        let url = text.map(\.lowercasedASCII)
        for (scheme, ownPort) in [("https://", ":443"), ("http://", ":80")] where url.starts(with: scheme.utf8) {
            let authority = url.dropFirst(scheme.utf8.count).prefix { $0 != UInt8(ascii: "/") }
            guard let host = HostName(authority: authority) else { return nil }
            self.text = scheme + (host.text.hasSuffix(ownPort) ? host.text.dropLast(ownPort.count) : host.text[...])
            return
        }
        return nil
    }
}

extension WebOrigin {
    /// Origin, and path with query, of a URL that has no fragment and names no user.
    package static func parts(of url: String) -> (origin: String, target: String)? {
        guard url.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "#") }) else { return nil }
        let halves = url.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let origin = Array(halves[0]).withUnsafeBufferPointer({ WebOrigin(parsing: $0) })?.text else {
            return nil
        }
        // The path begins with the third slash.
        let parts = halves[0].split(separator: UInt8(ascii: "/"), maxSplits: 3, omittingEmptySubsequences: false)
        let path = parts.count > 3 ? String(decoding: parts[3], as: UTF8.self) : ""
        let query = halves.count > 1 ? "?" + String(decoding: halves[1], as: UTF8.self) : ""
        return (origin, "/\(path)\(query)")
    }
}
