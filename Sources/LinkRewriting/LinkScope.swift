import Documents

/// The addresses that requests through a connection can reach, and the path below `…/proxy` that leads to each.
package enum LinkScope: Sendable, Equatable {
    /// The URLs below a base path of one origin. They are reached by the rest of their path, after `prefix`. Where the
    /// path is Keyway's own to add, it is not added to a rest that begins with segments of it.
    case base(origin: String, path: String, prefix: String, addsPath: Bool = false)
    /// `https://NAME.DOMAIN` for a single label of that domain, reached by `/NAME` and its path.
    case services(domain: String)

    /// Path, query and fragment below `…/proxy` of a link, byte for byte except what leads there.
    ///
    /// - Returns: `nil` if the link leads elsewhere, or nowhere that a request could be sent to.
    package func proxied(_ link: WebLink) -> [UInt8]? {
        guard URLPath.fault(in: WebLink.encoded(link.path)) == nil else { return nil }
        switch self {
        case .base(let origin, let path, let prefix, let addsPath):
            guard link.origin == origin, let below = Self.remainder(of: link.path, below: Array(path.utf8)) else {
                return nil
            }
            // Such a rest would lose those segments on its way: with the base path before it, it loses just that.
            let isTaken = addsPath && BasePath(path).rest(of: Array(below)) != nil
            return prefix.utf8 + (isTaken ? Array(path.utf8) : []) + below + link.rest
        case .services(let domain):
            let host = link.origin.dropFirst("https://".count)
            guard link.origin.hasPrefix("https://"), host.hasSuffix("." + domain) else { return nil }
            let name = host.dropLast(domain.count + 1)
            guard !name.isEmpty, name.utf8.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2D }) else {
                return nil
            }
            return [UInt8(ascii: "/")] + name.utf8 + link.path + link.rest
        }
    }

    /// Compares segment by segment, each decoded: an encoded slash ends none.
    private static func remainder(of path: [UInt8], below base: [UInt8]) -> ArraySlice<UInt8>? {
        let slash = UInt8(ascii: "/")
        var rest = path[...]
        for segment in base.split(separator: slash) {
            guard rest.first == slash else { return nil }
            let next = rest.dropFirst().prefix { $0 != slash }
            guard let decoded = PercentDecoding.decode(next), decoded == PercentDecoding.decode(segment) else {
                return nil
            }
            rest = rest[next.endIndex...]
        }
        return rest
    }
}
