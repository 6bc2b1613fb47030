import Connections
import Documents
import LinkRewriting

/// A URL that paths are joined to, in its parts.
struct BaseAddress: Sendable {
    /// Scheme, host and port, in one spelling.
    let origin: String
    /// The beginning of every path; empty, or with a slash first.
    let path: String
    /// The path where it is the integration's own: a request that brings it, as vendors' clients do, has it once.
    private(set) var ownPath: BasePath?

    /// Reads an http(s) URL; errors call it by its `name`, and blame a `member` for it.
    init(
        _ url: String,
        named name: String,
        in member: @autoclosure () -> ActRefusal.Member? = nil
    ) throws(ActRefusal) {
        var url = url
        let origin = url.withUTF8 { WebOrigin(parsing: $0)?.text }
        guard let origin, let scheme = url.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            throw ActRefusal(
                .connectionNotUsable,
                "\(name) must be an http:// or https:// URL with a host",
                member: member()
            )
        }
        self.origin = origin
        let authority = url.utf8[scheme...].dropFirst("://".utf8.count)
        path = String(decoding: authority.drop { $0 != UInt8(ascii: "/") }, as: UTF8.self)
        do {
            _ = try RequestPath(path)
        } catch {
            throw ActRefusal(.connectionNotUsable, "\(name): \(error.detail)", member: member())
        }
    }

    /// Joins a request's path byte for byte.
    func joined(_ path: String) throws(ActRefusal) -> String {
        guard !path.isEmpty else { return self.path.isEmpty ? "/" : self.path }
        return (try RequestPath((self.path.hasSuffix("/") ? String(self.path.dropLast()) : self.path) + path)).text
    }

    /// The same, as the integration's own address.
    func addingPath() -> BaseAddress {
        var address = self
        address.ownPath = path.isEmpty ? nil : BasePath(path)
        return address
    }

    /// The address of another version of the API at the same origin.
    func sibling(at path: String) throws(ActRefusal) -> BaseAddress {
        try BaseAddress(origin + path, named: "the base URL").addingPath()
    }

    /// The host without its port.
    var host: String {
        let authority = origin.utf8.drop { $0 != UInt8(ascii: "/") }.dropFirst(2)
        if authority.first == UInt8(ascii: "[") {
            return String(decoding: authority.prefix { $0 != UInt8(ascii: "]") }, as: UTF8.self) + "]"
        }
        return String(decoding: authority.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)
    }

    /// Whether the host is one of those, each by its name, or by its end if it begins with a dot.
    func isOne(of hosts: [String]) -> Bool {
        let host = self.host
        return hosts.contains { allowed in
            allowed.hasPrefix(".") ? host.utf8.count > allowed.utf8.count && host.hasSuffix(allowed) : host == allowed
        }
    }

    /// Refuses a host that the integration's credentials may not go to.
    func requireAllowed(for subject: ConnectionMembers, hosts: [String]?) throws(ActRefusal) {
        guard let hosts, !subject.flag("custom_domain") else { return }
        guard isOne(of: hosts) else {
            throw ActRefusal(
                .destinationNotAllowed,
                "credentials of \(subject.integration.title) may go to \(hosts.joined(separator: ", ")) alone; a caller who "
                    + "may redirect connections can set custom_domain in the connection's settings"
            )
        }
    }
}

extension ConnectionMembers {
    /// The address that the paths of requests are joined to, where the path does not name another.
    func baseAddress() throws(ActRefusal) -> BaseAddress {
        let base = try declaredAddress()
        try base.requireAllowed(for: self, hosts: integration.baseURL.allowedHosts)
        return base
    }

    /// The setting `base_url`, which stands for what is declared.
    func overridingAddress() throws(ActRefusal) -> BaseAddress? {
        guard let url = setting("base_url") else { return nil }
        let base = try BaseAddress(url, named: "base_url in the connection's settings", in: .setting("base_url"))
        try base.requireAllowed(for: self, hosts: integration.baseURL.allowedHosts)
        return base
    }

    /// As `baseAddress`, whether credentials may go there or not.
    func declaredAddress() throws(ActRefusal) -> BaseAddress {
        if let base = try overridingAddress() { return base }
        switch integration.baseURL.source {
        case .fixed(let url, _): return try BaseAddress(url, named: "the base URL").addingPath()
        case .integrationMember(let name):
            return try BaseAddress(integrationMember(name), named: name, in: .connection("/integration/\(name)"))
        case .setting(let name, let standard):
            return try BaseAddress(setting(name) ?? standard, named: name, in: .setting(name))
        case .credentialHost(let name, let path, let spelling):
            let host = try credentialMember(name)
            return try address(ofHost: host, named: name, in: credential(name), path: path, spelling)
        case .settingHost(let name, let standard, let path):
            return try address(ofHost: setting(name) ?? standard, named: name, in: .setting(name), path: path) { $0 }
        case .awsService, .googleService:
            throw ActRefusal(.serviceNotNamed, "the path must name a service")
        }
    }

    private func address(
        ofHost text: String,
        named name: String,
        in member: @autoclosure () -> ActRefusal.Member,
        path: String,
        _ spelling: (String) -> String
    ) throws(ActRefusal) -> BaseAddress {
        var text = text
        guard let host = text.withUTF8({ HostName(parsing: $0) }) else {
            throw ActRefusal(
                .connectionNotUsable,
                "\(name) must be a host name such as example.com",
                member: member()
            )
        }
        // Whatever scheme it was written with: credentials go by TLS.
        return try BaseAddress("https://\(spelling(host.text))\(path)", named: name, in: member()).addingPath()
    }
}
