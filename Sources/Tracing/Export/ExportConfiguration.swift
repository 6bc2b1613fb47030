package import Egress

/// Where spans are sent, and how.
package struct ExportConfiguration: Sendable {
    /// Scheme, host and port of the collector.
    package var origin: String
    /// The path to which spans are posted.
    package var path: String
    /// Headers of each request, such as the collector's key.
    package var headers: [OutgoingRequest.Header] = []
    /// Certificate authorities in PEM that are trusted beside the system's.
    package var certificateAuthorityFile: String?
    /// The resource of the spans, such as `service.name`.
    package var resource: [(name: String, value: String)] = []
    /// Keyway's version.
    package var version: String
    /// The share of new traces that is recorded.
    package var ratio = 1.0

    /// Spans that wait at most, beyond those of the request under way.
    package var capacity = 4_096
    /// Spans in a request at most.
    package var batch = 512
    /// How long a span waits for others, in milliseconds.
    package var interval = 1_000
    /// How long a request may take, in seconds.
    package var timeout = 10.0
    /// The pauses before a batch is sent again, in milliseconds; after the last it is dropped.
    package var pauses = [500, 2_000]

    package init(origin: String, path: String, version: String) {
        self.origin = origin
        self.path = path
        self.version = version
    }
}
