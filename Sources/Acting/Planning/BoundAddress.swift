import Connections
import Documents
import NetworkTypes

/// A place of the web that requests through a connection reach, as tools without a base URL ask for it.
package struct BoundAddress: Sendable, Hashable {
    private enum Place: Hashable {
        /// The URLs below a base path. Where the path is the integration's own, requests bring it, and plans add it once.
        case base(String, isOwn: Bool)
        /// Google's services: hosts of one label below a domain, whose label stands before the path.
        case services
    }

    /// The host in lower case, or the domain that hosts stand below.
    package let name: String
    package let port: UInt16
    private let place: Place

    /// Whether a host is one of it.
    package func includes(_ host: String, port: UInt16) -> Bool {
        guard port == self.port else { return false }
        switch place {
        case .base: return host == name
        case .services: return service(of: host) != nil
        }
    }

    /// The path below `…/proxy` that leads to a path of a host.
    ///
    /// - Parameters:
    ///   - path: The path as it was sent to the host.
    ///   - host: The host, which is one of it.
    /// - Returns: `nil` for a path outside the base path.
    package func path(for path: String, at host: String) -> String? {
        switch place {
        case .services: return service(of: host).map { "/\($0)\(path)" }
        case .base(let base, let isOwn):
            guard path.utf8.starts(with: base.utf8) else { return nil }
            let rest = path.utf8.dropFirst(base.utf8.count)
            // The base path with a final slash ends with the slash that the rest begins with.
            let isWhole = base.utf8.last == UInt8(ascii: "/") || rest.isEmpty || rest.first == UInt8(ascii: "/")
            guard isWhole else { return nil }
            if isOwn || base.isEmpty { return path }
            return (base.utf8.last == UInt8(ascii: "/") ? "/" : "") + String(Substring(rest))
        }
    }

    /// The length of the base path: of two addresses of one host the longer decides.
    package var length: Int {
        switch place {
        case .services: 0
        case .base(let base, _): base.utf8.count
        }
    }

    private func service(of host: String) -> String? {
        guard host.hasSuffix(".\(name)") else { return nil }
        let label = String(host.dropLast(name.utf8.count + 1))
        return label.isHostLabel ? label : nil
    }

    /// - Returns: `nil` for an address that no certificate can be made for: plain HTTP, or an IP address.
    private init?(_ base: BaseAddress, isOwn: Bool) {
        let scheme = "https://"
        guard base.origin.hasPrefix(scheme), !base.host.hasPrefix("["), IPAddress(base.host) == nil else { return nil }
        let rest = base.origin.dropFirst(scheme.count + base.host.count)
        guard let port = rest.isEmpty ? 443 : UInt16(rest.dropFirst()) else { return nil }
        name = base.host
        self.port = port
        place = .base(base.path, isOwn: isOwn)
    }

    private init(servicesBelow domain: String) {
        name = domain
        port = 443
        place = .services
    }

    /// The addresses of a connection; none for one that can't be used.
    fileprivate static func all(of members: ConnectionMembers) -> [BoundAddress] {
        do {
            switch members.credentialType.authentication {
            // The host alone does not tell the service and the region of a request to AWS.
            case .assumedRole: return []
            case .serviceAccount:
                guard let base = try members.overridingAddress() else {
                    return [BoundAddress(servicesBelow: "googleapis.com")]
                }
                return [BoundAddress(base, isOwn: base.ownPath != nil)].compactMap(\.self)
            case .placed, .chosen, .clientCredentials, .placeholders:
                let base = try members.baseAddress()
                let own = BoundAddress(base, isOwn: base.ownPath != nil)
                let siblings = try base.ownPath == nil ? [] : members.siblingPaths.map { try base.sibling(at: $0) }
                return ([own] + siblings.map { BoundAddress($0, isOwn: true) }).compactMap(\.self)
            }
        } catch {
            return []
        }
    }
}

extension ActConnection {
    /// The places of the web that requests through it reach, for tools without a base URL.
    package var boundAddresses: [BoundAddress] { BoundAddress.all(of: members) }

    /// The name of the connection, for people.
    package var title: String { members.connection.document["attributes"]?["name"]?.text?.string ?? id.description }
}
