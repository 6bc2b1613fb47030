import DatadogClient
import Platform

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The forward proxy of a command: a session of the server's, and the file of the authorities that the command trusts.
struct RunProxy {
    let session: ProxySession
    /// Leads to the proxy, where tools don't get there by themselves.
    private let relay: RunRelay?
    private let directory: String
    private var file: String { "\(directory)/authorities.pem" }

    /// Files of the system's authorities, of Debian, of Red Hat, of SUSE and of Alpine and macOS.
    private static let systemFiles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ]
    /// The variables by which tools find such a file. Most take it in the place of the system's, so that it has both.
    private static let variablesOfFile = [
        "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE",
        "GIT_SSL_CAINFO", "PIP_CERT",
    ]

    /// Writes the file, which its owner alone may read.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - server: The host of its server.
    /// - Throws: ``CommandError`` if that can't be done.
    init(_ session: ProxySession, of server: String?) throws(CommandError) {
        self.session = session
        relay = try RunRelay.Target(session.proxy, of: server).map { target throws(CommandError) in
            try RunRelay(to: target)
        }
        let parent = Environment["TMPDIR"] ?? "/tmp"
        var template = Array("\(parent)/keyway-run-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else {
            relay?.stop()
            throw CommandError(.unavailable, "no directory can be made in \(parent)", try: "the same with TMPDIR set")
        }
        directory = String(cString: made)
        let content = Self.systemAuthorities + Array(session.certificateAuthority.utf8)
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        var written = 0
        while descriptor >= 0, written < content.count {
            let count = content[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            written += count
        }
        if descriptor >= 0 { close(descriptor) }
        guard written == content.count else {
            remove()
            throw CommandError(.unavailable, "\(file) can't be written")
        }
    }

    private static var systemAuthorities: [UInt8] {
        let files = [Environment["SSL_CERT_FILE"]].compactMap(\.self) + systemFiles
        for file in files {
            guard let content = try? Data(contentsOf: URL(filePath: file)), !content.isEmpty else { continue }
            return Array(content) + (content.last == 0x0A ? [] : [0x0A])
        }
        return []
    }

    /// The variables that lead tools through the proxy.
    ///
    /// - Parameters:
    ///   - token: The act token of the command.
    ///   - server: The host of Keyway, which is asked directly.
    ///   - before: The hosts that were to be asked directly before.
    /// - Returns: The variables.
    func variables(token: Secret, server: String?, directHosts before: String?) -> [String: String] {
        var variables = Dictionary(uniqueKeysWithValues: Self.variablesOfFile.map { ($0, file) })
        let address = "http://\(session.id):\(token.revealed)@\(relay?.address ?? session.proxy)"
        for name in ["HTTPS_PROXY", "https_proxy"] { variables[name] = address }
        var hosts = before.map { [$0] } ?? []
        for host in ["localhost", "127.0.0.1", "::1"] + [server].compactMap(\.self) where !hosts.contains(host) {
            hosts.append(host)
        }
        for name in ["NO_PROXY", "no_proxy"] { variables[name] = hosts.joined(separator: ",") }
        return variables
    }

    /// Removes the file, and lets nobody reach the proxy from here any more. To be called once.
    func remove() {
        relay?.stop()
        unlink(file)
        rmdir(directory)
    }
}

extension ProxySession {
    /// The events of the session in a line; `nil` if there were none.
    var summary: String? {
        guard acts + refusals + unboundHosts.count > 0 else { return nil }
        let hosts = unboundHosts.isEmpty ? "" : "; hosts of no connection: \(unboundHosts.joined(separator: ", "))"
        return "through the proxy: \(acts) sent, \(refusals) refused\(hosts)"
    }
}
