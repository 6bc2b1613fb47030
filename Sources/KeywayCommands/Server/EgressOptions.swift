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

    static let all = [allow, plaintext, authorities, timeout]

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
        if let seconds = try arguments.count(timeout) {
            guard seconds <= 3_600 else { throw CommandError(.usage, "--egress-timeout must be at most 3600") }
            configuration.firstByteTimeout = Double(seconds)
            configuration.idleTimeout = Double(seconds)
            configuration.hasUsualTimeouts = false
        }
        return configuration
    }
}
