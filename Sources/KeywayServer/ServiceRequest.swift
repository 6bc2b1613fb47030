package import HTTPServer
package import Secrets

/// What the service reads of a request, whoever received it.
///
/// Only objects: one in an existential is a pointer, and takes no allocation on the way to its answer.
package protocol ServiceRequest: AnyObject, Sendable {
    var method: HTTPMethod { get }
    /// The path as received, nothing unescaped.
    var rawPath: String { get }
    var rawQuery: String? { get }
    var body: SecretBuffer { get }
    /// When the request line had been received, in ``MonotonicClock`` nanoseconds.
    var startedAt: UInt64 { get }
    var remoteAddress: RemoteAddress { get }

    /// The first header of that name, its case ignored.
    func header(_ name: StaticString) -> String?
}

/// Takes the one answer to a request.
package protocol ServiceReply: AnyObject, Sendable {
    func send(_ response: Response)
}

extension Request: ServiceRequest {}
extension Reply: ServiceReply {}
