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
        /// The hosts of AWS' services in a partition, and of buckets.
        case aws(AWSPartition)
        /// The host that issues a cloud's tokens, which Keyway answers in its place.
        case tokens(TokenCloud)
    }

    /// The clouds whose tools ask a host of its own for tokens.
    package enum TokenCloud: Sendable, Hashable {
        case google, entra
    }

    /// The host in lower case, or the domain that hosts stand below.
    package let name: String
    package let port: UInt16
    private let place: Place

    /// Whether a host is one of it.
    package func includes(_ host: String, port: UInt16) -> Bool {
        guard port == self.port else { return false }
        switch place {
        case .base, .tokens: return host == name
        case .services: return service(of: host) != nil && host != Self.googleTokens
        case .aws(let partition):
            return host.hasSuffix(".\(name)") && !AWSHost.all(named: host, in: partition).isEmpty
        }
    }

    /// The issuer of tokens that it is; `nil` for a place that requests are sent to.
    package var tokenCloud: TokenCloud? {
        if case .tokens(let issuer) = place { issuer } else { nil }
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
        case .aws: return path
        case .tokens: return nil
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
        case .services, .aws, .tokens: 0
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

    private static let googleDomain = "googleapis.com"
    private static let googleTokens = "oauth2.googleapis.com"

    private init(_ name: String, _ place: Place) {
        self.name = name
        port = 443
        self.place = place
    }

    /// The addresses of a connection; none for one that can't be used.
    static func all(of members: ConnectionMembers, _ endpoints: AWSEndpoints) -> [BoundAddress] {
        do {
            switch members.credentialType.authentication {
            case .assumedRole:
                guard !endpoints.areElsewhere else { return [] }
                let partition = endpoints.partition(of: members)
                return [partition.domain, partition.dualStackDomain].map { BoundAddress($0, .aws(partition)) }
            case .serviceAccount:
                let tokens = BoundAddress(googleTokens, .tokens(.google))
                guard let base = try members.overridingAddress() else {
                    return [BoundAddress(googleDomain, .services), tokens]
                }
                return [BoundAddress(base, isOwn: base.ownPath != nil), tokens].compactMap(\.self)
            case .clientCredentials:
                let authority = BoundAddress(try members.entraAuthority(), isOwn: false)
                let tokens = authority.map { BoundAddress($0.name, .tokens(.entra)) }
                return (try bases(of: members) + [tokens]).compactMap(\.self)
            case .placed, .chosen, .placeholders: return try bases(of: members).compactMap(\.self)
            }
        } catch {
            return []
        }
    }

    /// The base URL, and those of other versions of the API.
    private static func bases(of members: ConnectionMembers) throws(ActRefusal) -> [BoundAddress?] {
        let base = try members.baseAddress()
        var all = [BoundAddress(base, isOwn: base.ownPath != nil)]
        guard base.ownPath != nil else { return all }
        for path in members.siblingPaths { all.append(BoundAddress(try base.sibling(at: path), isOwn: true)) }
        return all
    }
}

extension ActConnection {
    /// The name of the connection, for people.
    package var title: String { members.connection.document["attributes"]?["name"]?.text?.string ?? id.description }
}
