/// How much the server takes from clients before it refuses.
package struct Limits: Sendable {
    /// The longest header block, request line included, in bytes; above it 431.
    ///
    /// The engine itself holds 32 KiB: requests beyond that get the engine's own page instead of ours, and one that
    /// leaves no room for the response's headers gets none.
    package var headerBytes = 16_384
    /// The longest request target in bytes; above it 414.
    package var targetBytes = 8_192
    /// The longest request body that is held, in bytes; above it 413, unless the handler takes it as it comes.
    package var bodyBytes = 1_048_576
    /// The longest request body that is handed over as it comes, in bytes; above it 413.
    package var streamedBodyBytes = 5 * 1_024 * 1_048_576
    /// The memory for the bodies of all requests being received, in bytes; above it 503.
    package var bufferedBodyBytes = 64 * 1_048_576
    /// How much of a refused body is read and dropped so that the client, still sending, gets the response; in bytes.
    /// A client that sends more loses its connection.
    package var discardedBodyBytes = 64 * 1_048_576
    /// The connections at one time; above it 503 on the first request of a new connection.
    package var connections = 4_096
    /// The connections at one time of one client address (one /64 network in IPv6); above it 429.
    package var connectionsPerAddress = 512
    /// The seconds after which a silent connection is closed; 0 means never. A request being handled never is.
    package var idleTimeout = 30
    /// The seconds a client may take to send one request in all, however steadily; 0 means for ever. Where the body is
    /// handed over as it comes, those for each ``leastPerTimeout`` of it.
    package var requestTimeout = 60
    /// How much of a body that is handed over as it comes must come within ``requestTimeout``, in bytes.
    package var leastPerTimeout = 16_384

    package init() {}
}
