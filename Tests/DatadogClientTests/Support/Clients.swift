@testable import DatadogClient
import Foundation

extension Client {
    /// A client over a fake transport, whose waits are over at once.
    static func faked(
        _ transport: FakeTransport,
        retries: RetryPolicy = .off,
        clock: SkippingClock = SkippingClock()
    ) -> Client {
        Client(
            Configuration(
                apiKey: Secret(Keys.api),
                applicationKey: Secret(Keys.application),
                retries: retries
            ),
            transport: transport,
            clock: clock,
            jitter: { 0 }
        )
    }
}

/// Keys that no server knows.
enum Keys {
    static let api = "marker-api-key-00000000000000000"
    static let application = "marker-app-key-00000000000000000"
}

extension TransportRequest {
    var bodyText: String? { body.map { String(decoding: $0, as: UTF8.self) } }
}

/// The error that `operation` throws.
func failure(_ operation: () async throws -> some Any) async -> DatadogError? {
    do {
        _ = try await operation()
        return nil
    } catch {
        return error as? DatadogError
    }
}
