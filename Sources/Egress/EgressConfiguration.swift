/// The limits and permissions of requests to third parties.
package struct EgressConfiguration: Sendable {
    /// Addresses that may be connected to although they are not public: the operator's `--egress-allow`. A metadata
    /// service of a cloud stays refused unless its very address is listed.
    package var allowedNetworks: [IPNetwork] = []
    /// Addresses that count as public for requests to public hosts alone. Tests have them, and no option sets them.
    package var networksTakenForPublic: [IPNetwork] = []
    /// Whether `http://` may be used at all.
    package var allowsPlaintext = false
    /// The places that stand for hosts, each as `HOST:PORT:ADDRESS:PORT`: for tests of what has a fixed host. The address
    /// is guarded, and the certificate verified for the host, as everywhere.
    package var standIns: [String] = []
    /// A file of PEM certificates that are trusted beside the system's.
    package var certificateAuthorityFile: String?

    /// `User-Agent` of requests that have none of their own: many firewalls turn those without away.
    package var userAgent = "Keyway"

    /// How long resolving, connecting and the TLS handshake may take together, in seconds.
    package var connectTimeout = 10.0
    /// How long nothing may happen between the request and the first byte of its response, in seconds.
    package var firstByteTimeout = 60.0
    /// How long nothing may come between two pieces of a response, in seconds; time paused by us does not count.
    package var idleTimeout = 60.0
    /// Whether requests have the times that are usual at their third parties: not where the operator has set a time.
    package var hasUsualTimeouts = true
    /// How long a transfer that is not passed on may take in all, in seconds; longer where its response may take longer
    /// to begin. Others last as long as something comes.
    package var totalTimeout = 300.0

    /// The longest response head, interim responses and trailers included, in bytes.
    package var headerBytes = 64 * 1_024
    /// The longest body of a response, decoded, in bytes.
    package var answerBytes = 5 * 1_024 * 1_024 * 1_024

    /// How many connections may be open; requests beyond wait for one.
    package var connectionsAtMost = 2_048
    /// How many connections may be kept without a request; the oldest are closed first.
    package var idleConnections = 256

    package init() {}
}
