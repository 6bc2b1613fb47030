import Documents

/// An absolute http(s) URL in its parts, read as strictly as needed to know where every client would go with it.
///
/// A link that clients may read differently is none: one with user information, a backslash before its query, control
/// characters, or a host that is not plain ASCII.
package struct WebLink: Sendable, Equatable {
    /// Scheme, host and port in one spelling, as ``WebOrigin`` writes them.
    package let origin: String
    /// Empty, or beginning with a slash, without dot segments, as clients send it; nothing is unescaped.
    package let path: [UInt8]
    /// Query and fragment with what begins them; nothing is unescaped.
    package let rest: [UInt8]

    /// Longer ones are not read, in bytes.
    package static let longest = 16 * 1_024

    package init?(_ text: some Collection<UInt8>) {
        guard let reference = Reference(text), let scheme = reference.scheme, let authority = reference.authority
        else { return nil }
        self.init(scheme: scheme, authority: authority, path: reference.path, rest: reference.rest)
    }

    /// Reads a URL that may be given relative to another (RFC 3986, section 5.2).
    package init?(_ text: some Collection<UInt8>, relativeTo base: WebLink) {
        guard let reference = Reference(text) else { return nil }
        if let authority = reference.authority {
            let scheme = reference.scheme ?? Array(base.origin.utf8.prefix { $0 != UInt8(ascii: ":") })
            self.init(scheme: scheme, authority: authority, path: reference.path, rest: reference.rest)
            return
        }
        guard reference.scheme == nil else { return nil }
        if reference.path.isEmpty {
            let query = base.rest.prefix { $0 != UInt8(ascii: "#") }
            let rest = reference.rest.first == UInt8(ascii: "?") ? reference.rest : query + reference.rest
            self.init(origin: base.origin, path: base.path, rest: rest)
        } else {
            let isAbsolute = reference.path.first == UInt8(ascii: "/")
            let directory = isAbsolute ? [] : Self.directory(of: base.path)
            self.init(origin: base.origin, path: directory + reference.path, rest: reference.rest)
        }
    }

    private init(origin: String, path: [UInt8], rest: [UInt8]) {
        self.origin = origin
        self.path = path.isEmpty ? [] : Self.withoutDotSegments(path)
        self.rest = rest
    }

    private init?(scheme: [UInt8], authority: [UInt8], path: [UInt8], rest: [UInt8]) {
        var authority = authority
        // An empty port is the scheme's own (RFC 3986, section 3.2.3).
        if authority.last == UInt8(ascii: ":") { authority.removeLast() }
        let url = scheme + Array("://".utf8) + authority
        guard let origin = url.withUnsafeBufferPointer({ WebOrigin(parsing: $0) }) else { return nil }
        self.init(origin: origin.text, path: path, rest: rest)
    }

    /// The target of a request for it: path and query, with what may not stand there encoded, as clients do.
    package var target: [UInt8] {
        Self.encoded((path.isEmpty ? [UInt8(ascii: "/")] : path) + rest.prefix { $0 != UInt8(ascii: "#") })
    }

    /// Bytes that are no visible ASCII characters, percent-encoded.
    package static func encoded(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(where: { !(0x21...0x7E).contains($0) }) else { return text }
        let digits = Array("0123456789ABCDEF".utf8)
        return text.reduce(into: []) { encoded, byte in
            if (0x21...0x7E).contains(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
    }

    private static func directory(of path: [UInt8]) -> [UInt8] {
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return [UInt8(ascii: "/")] }
        return Array(path[...slash])
    }

    /// RFC 3986, section 5.2.4, for a path that begins with a slash.
    private static func withoutDotSegments(_ path: [UInt8]) -> [UInt8] {
        var segments: [ArraySlice<UInt8>] = []
        let parts = path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            if part.elementsEqual("..".utf8) {
                _ = segments.popLast()
                if isLast { segments.append([]) }
            } else if part.elementsEqual(".".utf8) {
                if isLast { segments.append([]) }
            } else {
                segments.append(part)
            }
        }
        return segments.reduce(into: []) { $0 += [UInt8(ascii: "/")] + $1 }
    }
}

/// A URI reference in its parts (RFC 3986, section 4.1), of http(s) or without a scheme.
private struct Reference {
    var scheme: [UInt8]?
    var authority: [UInt8]?
    let path: [UInt8]
    let rest: [UInt8]

    init?(_ text: some Collection<UInt8>) {
        guard (1...WebLink.longest).contains(text.count), !text.contains(where: \.isASCIIControl) else { return nil }
        var text = Array(text)[...]
        // Blanks around it would be taken off by some clients, and sent by others.
        guard text.first != UInt8(ascii: " "), text.last != UInt8(ascii: " ") else { return nil }
        let end = text.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? text.endIndex
        rest = Array(text[end...])
        text = text[..<end]
        guard !text.contains(UInt8(ascii: "\\")) else { return nil }
        if let colon = text.firstIndex(of: UInt8(ascii: ":")), !text[..<colon].contains(UInt8(ascii: "/")) {
            let scheme = text[..<colon]
            guard ["http", "https"].contains(String(decoding: scheme, as: UTF8.self).lowercased()) else { return nil }
            self.scheme = Array(scheme)
            text = text[(colon + 1)...]
            // Clients take `https:/host` for `https://host`; a link in that form is nobody's.
            guard text.starts(with: "//".utf8) else { return nil }
        }
        if text.starts(with: "//".utf8) {
            text = text.dropFirst(2)
            let end = text.firstIndex(of: UInt8(ascii: "/")) ?? text.endIndex
            authority = Array(text[..<end])
            text = text[end...]
        }
        path = Array(text)
    }
}
