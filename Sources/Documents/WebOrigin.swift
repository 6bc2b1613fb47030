/// A host name in lower case, with its port where one is named.
package struct HostName: Sendable, Equatable {
    package let text: String

    /// Reads a host name, or an http(s) URL that holds one and at most a final slash.
    package init?(parsing text: UnsafeBufferPointer<UInt8>) {
        var rest = Substring(decoding: text, as: UTF8.self)
        for scheme in ["https://", "http://"] where rest.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
            break
        }
        if rest.last == "/" { rest = rest.dropLast() }
        guard let host = HostName(authority: rest) else { return nil }
        self = host
    }

    /// Reads `host` or `host:port` of a URL (RFC 3986, section 3.2) without user information.
    init?(authority: Substring) {
        let lowercased = authority.lowercased()
        var host = lowercased[...]
        if host.first == "[" {
            // An IPv6 address; the resolver judges its inside.
            guard let end = host.firstIndex(of: "]") else { return nil }
            let address = host[host.index(after: host.startIndex)..<end]
            guard !address.isEmpty, address.utf8.allSatisfy({ $0.isHexDigit || ":.".utf8.contains($0) })
            else { return nil }
            host = host[host.index(after: end)...]
            guard host.isEmpty || host.first == ":" else { return nil }
        } else {
            let name = host.prefix { $0 != ":" }
            guard
                !name.isEmpty, name.utf8.count <= 253, name.first != ".", name.last != ".", !name.contains(".."),
                name.utf8.allSatisfy(\.isHostCharacter)
            else { return nil }
            host = host[name.endIndex...]
        }
        if host.first == ":" {
            let digits = host.dropFirst()
            guard
                (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy(\.isASCIIDigit), let port = UInt32(digits),
                (1...65_535).contains(port)
            else { return nil }
        }
        text = lowercased
    }
}

/// Where a URL leads: scheme, host and port (RFC 6454), in one spelling.
package struct WebOrigin: Sendable, Equatable {
    /// `https://example.com`, with the port where it is not the scheme's own.
    package let text: String

    /// Reads an http(s) URL without user information, query and fragment.
    package init?(parsing text: UnsafeBufferPointer<UInt8>) {
        guard !text.contains(where: { $0 <= 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "\\") }) else { return nil }
        let url = String(decoding: text, as: UTF8.self)
        guard let separator = url.firstRange(of: "://") else { return nil }
        let scheme = url[..<separator.lowerBound].lowercased()
        guard let ownPort = ["https": ":443", "http": ":80"][scheme] else { return nil }
        let rest = url[separator.upperBound...]
        guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else { return nil }
        guard let host = HostName(authority: rest.prefix { $0 != "/" }) else { return nil }
        let authority = host.text.hasSuffix(ownPort) ? host.text.dropLast(ownPort.count) : host.text[...]
        self.text = "\(scheme)://\(authority)"
    }
}
