import Documents
import Egress
import KeywayServer

/// The options of `keyway serve` for requests to third parties.
enum EgressOptions {
    private static let allow = Option(
        name: "egress-allow",
        placeholder: "NETWORK",
        help: "Network that acts may reach although not public, such as 10.1.0.0/16; repeatable, or a list with commas",
        isRepeatable: true,
        variables: ["KEYWAY_EGRESS_ALLOW"]
    )
    private static let plaintext = Option.setting(
        "egress-allow-plaintext",
        nil,
        "Let acts go out over plain HTTP, where credentials travel in the clear"
    )
    private static let authorities = Option.setting(
        "egress-ca-file",
        "FILE",
        "Certificate authorities in PEM that acts trust besides the system's",
        values: .file
    )
    private static let timeout = Option.setting(
        "egress-timeout",
        "SECONDS",
        "Time that an act waits for the next byte of a response; 60, and 600 for models, if not given"
    )

    private static let map = Option(
        name: "egress-map",
        placeholder: "HOST=ADDRESS:PORT",
        help: "For tests alone: ask ADDRESS:PORT instead of HOST; repeatable, and told in the log as a warning",
        isRepeatable: true,
        variables: ["KEYWAY_EGRESS_MAP"]
    )

    static let all = [allow, plaintext, authorities, timeout, map]

    static func configuration(_ arguments: Arguments) throws(CommandError) -> EgressConfiguration {
        var configuration = EgressConfiguration()
        configuration.userAgent = "Keyway/\(KeywayVersion.current)"
        for list in arguments.all(allow) {
            for text in list.split(separator: ",", omittingEmptySubsequences: false) {
                guard let network = IPNetwork(String(text)) else {
                    throw CommandError(
                        .usage,
                        "--egress-allow must be a network such as 10.1.0.0/16 or fd00:1::/64, or one address; "
                            + "the bits after its prefix must be 0"
                    )
                }
                configuration.allowedNetworks.append(network)
            }
        }
        configuration.allowsPlaintext = arguments.has(plaintext)
        configuration.certificateAuthorityFile = arguments[authorities]
        configuration.standIns = try arguments.all(map).map { text throws(CommandError) in try standIn(text) }
        if let seconds = try arguments.count(timeout) {
            guard seconds <= 3_600 else { throw CommandError(.usage, "--egress-timeout must be at most 3600") }
            configuration.firstByteTimeout = Double(seconds)
            configuration.idleTimeout = Double(seconds)
            configuration.hasUsualTimeouts = false
        }
        return configuration
    }

    /// `HOST=ADDRESS:PORT` or `HOST:PORT=ADDRESS:PORT`, as egress has it.
    private static func standIn(_ text: String) throws(CommandError) -> String {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        let names = parts.compactMap { part in
            var part = part
            return part.withUTF8 { HostName(parsing: $0)?.text }
        }
        guard parts.count == 2, names.count == 2, names[1].contains(":"), !text.contains("/") else {
            throw CommandError(
                .usage,
                "--egress-map must be a host, =, and the address and port that stand for it, such as "
                    + "api.example.com=127.0.0.1:8443"
            )
        }
        return (names[0].contains(":") ? names[0] : names[0] + ":443") + ":" + names[1]
    }
}
