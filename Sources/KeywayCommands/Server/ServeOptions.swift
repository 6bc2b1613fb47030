import ActService
import Documents
import Egress
import ForwardProxy
import HTTPServer
import KeywayServer
import Tracing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The options of `keyway serve`.
struct ServeOptions {
    private static let listen = Option.setting(
        "listen",
        "ADDRESS:PORT",
        "An IP address or localhost, and a port, 0 for any; 127.0.0.1:8480 if not given"
    )
    private static let rateLimit = Option.setting(
        "rate-limit",
        "N/SECONDS",
        "Requests of one application key, or off; 60000/60 if not given"
    )
    private static let certificate = Option.setting(
        "tls-cert",
        "FILE",
        "Certificate and its chain in PEM: serves HTTPS",
        values: .file
    )
    private static let key = Option.setting("tls-key", "FILE", "The certificate's private key in PEM", values: .file)
    private static let plaintext = Option.setting(
        "allow-plaintext",
        nil,
        "Listen on an address that others reach without TLS, as behind a proxy"
    )
    private static let unprovenEngine = Option.setting(
        "allow-unproven-libmicrohttpd",
        nil,
        "Start with a version of libmicrohttpd other than \(EngineVersion.proven.alternatives)"
    )
    private static let publicURL = Option.setting(
        "public-url",
        "URL",
        "URL under which callers reach the server; default the request's Host, if the server listens there"
    )
    private static let metricsListen = Option.setting(
        "metrics-listen",
        "ADDRESS:PORT",
        "Serve /metrics there, to anyone, and not on the main address"
    )
    private static let proxyListen = Option.setting(
        "proxy-listen",
        "ADDRESS:PORT",
        "Be a forward proxy there, of this machine, for tools whose host is fixed: 127.0.0.1:8481, or unix:PATH"
    )
    private static let proxyCertificate = Option.setting(
        "proxy-tls-cert",
        "FILE",
        "Certificate and its chain in PEM: the proxy is reached over TLS, from other machines, too",
        values: .file
    )
    private static let proxyKey = Option.setting(
        "proxy-tls-key",
        "FILE",
        "That certificate's private key in PEM",
        values: .file
    )
    private static let proxyTunnel = Option(
        name: "proxy-tunnel",
        placeholder: "HOST",
        help: "Let the proxy pass on HOST or HOST:PORT, unopened, although no connection reaches it; repeatable",
        isRepeatable: true,
        variables: ["KEYWAY_PROXY_TUNNEL"]
    )
    private static let principal = Option.setting(
        "aws-principal-id",
        "ACCOUNT",
        "AWS account that roles are to trust, 12 digits; 000000000000 if not given"
    )
    private static let connectionsPerAddress = Option.setting(
        "connections-per-address",
        "N",
        "Open connections of one client address; 512 if not given"
    )
    private static let actBodyLimit = Option.setting(
        "act-body-limit",
        "SIZE",
        "Longest body of an act and of its response, such as 500MiB or 20GiB, or off; 5GiB if not given"
    )

    private static let auditHeadInterval = Option.setting(
        "audit-head-interval",
        "SECONDS",
        "How often signed heads of audit logs that grew go to the log; 60 if not given"
    )

    private static let dataKeyLifetime = Option.setting(
        "data-key-lifetime",
        "SECONDS",
        "How long data keys that a master key in hardware opened stay in locked memory, 60 at most; 0 if not given"
    )

    static let all =
        [
            listen, rateLimit, certificate, key, plaintext, publicURL, metricsListen, proxyListen, proxyCertificate,
            proxyKey, proxyTunnel, principal,
            connectionsPerAddress, actBodyLimit, auditHeadInterval, dataKeyLifetime, unprovenEngine,
        ] + EgressOptions.all + TracingOptions.all

    let server: ServerConfiguration
    let metricsServer: ServerConfiguration?
    /// The forward proxy.
    let proxy: ServerConfiguration?
    let service: Service.Configuration
    let auditHeadInterval: Duration
    /// `nil` for not at all.
    let dataKeyLifetime: Duration?
    let egress: EgressConfiguration
    /// Where traces are sent; `nil` for nowhere.
    let tracing: ExportConfiguration?

    init(_ arguments: Arguments) throws(CommandError) {
        let tls = try Self.identity(arguments, Self.certificate, Self.key)
        let proxyTLS = try Self.identity(arguments, Self.proxyCertificate, Self.proxyKey)
        var server = try Self.endpoint(arguments[Self.listen] ?? "127.0.0.1:8480", option: Self.listen)
        server.tls = tls
        server.singleHeaders = Service.keyHeaders
        if let text = arguments[Self.connectionsPerAddress] {
            guard let number = Self.number(text), (1...100_000).contains(number) else {
                throw CommandError(.usage, "--connections-per-address must be a whole number from 1 to 100000")
            }
            server.limits.connectionsPerAddress = number
            server.limits.connections = max(server.limits.connections, 2 * number)
        }
        let actBodyLimit = try arguments[Self.actBodyLimit].map { text throws(CommandError) in try Self.size(text) }
        if let actBodyLimit { server.limits.streamedBodyBytes = actBodyLimit }
        if tls == nil, !LoopbackAddress.isLoopback(server.address), !arguments.has(Self.plaintext) {
            throw CommandError(
                .configuration,
                "keys and secrets would cross the network in the clear on \(server.address): give --tls-cert and "
                    + "--tls-key, or --allow-plaintext if a proxy in front speaks TLS"
            )
        }
        server.allowsUnprovenEngine = arguments.has(Self.unprovenEngine)
        self.server = server
        metricsServer = try arguments[Self.metricsListen].map { text throws(CommandError) in
            var endpoint = try Self.endpoint(text, option: Self.metricsListen)
            endpoint.threads = 1
            endpoint.limits.connections = 64
            endpoint.limits.connectionsPerAddress = 64
            endpoint.allowsUnprovenEngine = server.allowsUnprovenEngine
            return endpoint
        }
        proxy = try arguments[Self.proxyListen].map { text throws(CommandError) in
            var endpoint: ServerConfiguration
            if let path = ConnectListener.path(of: text) {
                guard path.hasPrefix("/") else {
                    throw CommandError(.usage, "--proxy-listen takes the whole path of a socket, from / on")
                }
                endpoint = ServerConfiguration(address: text)
            } else {
                endpoint = try Self.endpoint(text, option: Self.proxyListen)
                endpoint.tls = proxyTLS
                guard proxyTLS != nil || LoopbackAddress.isLoopback(endpoint.address) else {
                    throw CommandError(
                        .configuration,
                        "tokens would cross the network in the clear on \(endpoint.address): give --proxy-tls-cert and "
                            + "--proxy-tls-key, or have --proxy-listen on loopback, such as 127.0.0.1:8481"
                    )
                }
            }
            endpoint.limits = server.limits
            endpoint.allowsUnprovenEngine = server.allowsUnprovenEngine
            return endpoint
        }
        var service = Service.Configuration()
        service.environment = { Environment[$0] }
        service.metricsHaveOwnListener = metricsServer != nil
        service.publicURL = try arguments[Self.publicURL].map(Self.publicURL)
        service.rateLimit = try Self.rateLimit(arguments)
        if let principal = arguments[Self.principal] {
            guard TextFormat.digits(12).fault(in: JSONText(principal)) == nil else {
                throw CommandError(.usage, "--aws-principal-id must be an AWS account id, 12 digits")
            }
            service.awsPrincipalID = principal
        }
        auditHeadInterval = try Self.seconds(arguments)
        dataKeyLifetime = try Self.dataKeyLifetime(arguments)
        var egress = try EgressOptions.configuration(arguments)
        if let actBodyLimit { egress.answerBytes = actBodyLimit }
        self.egress = egress
        let tunnels = try arguments.all(Self.proxyTunnel).map { text throws(CommandError) in try Self.tunnel(text) }
        guard tunnels.isEmpty || proxy != nil else {
            throw CommandError(.usage, "--proxy-tunnel is for the forward proxy: give --proxy-listen, too")
        }
        if !tunnels.isEmpty {
            service.proxyTunnels = ProxyTunnels(hosts: Set(tunnels), sockets: GuardedSockets(egress))
        }
        self.service = service
        tracing = try TracingOptions.configuration(arguments)
    }

    /// A host that is passed on, with its port.
    private static func tunnel(_ text: String) throws(CommandError) -> String {
        var name = text
        guard let host = name.withUTF8({ HostName(parsing: $0)?.text }), !host.contains("["), !text.contains("/") else {
            throw CommandError(.usage, "--proxy-tunnel must be a host such as pypi.org, or a host and a port")
        }
        return host.contains(":") ? host : "\(host):443"
    }

    /// The URL in one spelling, without a final slash.
    private static func publicURL(_ text: String) throws(CommandError) -> String {
        var text = text
        let path = text.utf8.drop { $0 != UInt8(ascii: ":") }.dropFirst("://".utf8.count)
            .drop { $0 != UInt8(ascii: "/") }
        guard let origin = text.withUTF8({ WebOrigin(parsing: $0) }), URLPath.fault(in: Array(path)) == nil else {
            throw CommandError(
                .usage,
                "--public-url must be an http:// or https:// URL such as https://keyway.example.com, without a query"
            )
        }
        let url = origin.text + String(Substring(path))
        return url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    private static func rateLimit(_ arguments: Arguments) throws(CommandError) -> RateLimit? {
        guard let text = arguments[rateLimit] else { return .standard }
        if text == "off" { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(number)
        guard parts.count == 2, let requests = parts[0], let seconds = parts[1],
            (1...1_000_000_000).contains(requests), (1...86_400).contains(seconds)
        else {
            throw CommandError(.usage, "--rate-limit must be requests/seconds, such as 60000/60, or off")
        }
        return RateLimit(requests: requests, seconds: seconds)
    }

    /// A number of bytes, KiB, MiB, GiB or TiB.
    private static func size(_ text: String) throws(CommandError) -> Int {
        if text == "off" { return .max }
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let units = ["": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40]
        guard let number = Int(Substring(digits)), number > 0, let unit = units[String(text.dropFirst(digits.count))],
            !number.multipliedReportingOverflow(by: unit).overflow
        else {
            throw CommandError(
                .usage,
                "--act-body-limit must be a size such as 500MiB or 20GiB (units are KiB, MiB, GiB, TiB), or off"
            )
        }
        return number * unit
    }

    private static func seconds(_ arguments: Arguments) throws(CommandError) -> Duration {
        guard let text = arguments[auditHeadInterval] else { return .seconds(60) }
        guard let number = number(text), (1...86_400).contains(number) else {
            throw CommandError(.usage, "--audit-head-interval must be a whole number of seconds from 1 to 86400")
        }
        return .seconds(number)
    }

    private static func dataKeyLifetime(_ arguments: Arguments) throws(CommandError) -> Duration? {
        guard let text = arguments[dataKeyLifetime] else { return nil }
        guard let number = number(text), (0...60).contains(number) else {
            throw CommandError(.usage, "--data-key-lifetime must be a whole number of seconds from 0 to 60")
        }
        return number == 0 ? nil : .seconds(number)
    }

    private static func identity(
        _ arguments: Arguments,
        _ certificate: Option,
        _ key: Option
    ) throws(CommandError) -> TLSIdentity? {
        switch (arguments[certificate], arguments[key]) {
        case (nil, nil): return nil
        case (let file?, let keyFile?):
            let chain = try read(file)
            try TLSKeyFile.requireClosed(file, ifItHoldsAKey: chain)
            return TLSIdentity(certificatePEM: chain, keyPEM: try TLSKeyFile.read(keyFile))
        default:
            throw CommandError(.usage, "--\(certificate.name) and --\(key.name) go together: give both or neither")
        }
    }

    private static func read(_ path: String) throws(CommandError) -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: URL(filePath: path)).withoutByteOrderMark)
        } catch {
            throw CommandError(.input, "cannot read \(path): check that it exists and that this user may read it")
        }
    }

    private static func endpoint(_ text: String, option: Option) throws(CommandError) -> ServerConfiguration {
        guard let colon = text.lastIndex(of: ":"), colon != text.startIndex,
            let port = number(text[text.index(after: colon)...]).flatMap(UInt16.init(exactly:))
        else {
            throw CommandError(.usage, "--\(option.name) must be an address and a port, such as 127.0.0.1:8480")
        }
        var address = text[..<colon]
        if address.hasPrefix("["), address.hasSuffix("]") { address = address.dropFirst().dropLast() }
        return ServerConfiguration(address: String(address), port: port)
    }

    /// A number of nothing but digits.
    private static func number(_ text: some StringProtocol) -> Int? {
        text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ? Int(text) : nil
    }
}
