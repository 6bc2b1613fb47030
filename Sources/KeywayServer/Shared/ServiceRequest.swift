import ActService
package import Access
import Cryptography
package import HTTPServer
package import NetworkTypes
package import Secrets
import Threads

/// A request as the service reads it, from any receiver.
///
/// Only objects: one in an existential is a pointer, and takes no allocation on the way to its response.
package protocol ServiceRequest: AnyObject, Sendable {
    var method: HTTPMethod { get }
    /// The path as received, nothing unescaped.
    var rawPath: String { get }
    var rawQuery: String? { get }
    var body: SecretBuffer { get }
    /// The body where it is taken as it comes; then ``body`` is empty.
    var bodyStream: RequestBodyStream? { get }
    /// When the request line had been received, in ``MonotonicClock`` nanoseconds.
    var startedAt: UInt64 { get }
    var remoteAddress: IPAddress { get }
    /// Where the client reached the server, if that is known.
    var localEndpoint: LocalEndpoint? { get }

    /// The tunnel of the forward proxy that the request came through, if it did.
    var tunnel: Tunnel? { get }

    /// The first header of that name, its case ignored.
    func header(_ name: StaticString) -> String?

    /// Visits all headers in the order received.
    func forEachHeader(_ body: (HeaderField) -> Void)

    /// Whether the first header of that name begins with a text.
    func header(_ name: StaticString, beginsWith text: StaticString) -> Bool

    /// Whether a text stands in the value of any header.
    func headersHold(_ text: StaticString) -> Bool

    /// The digest of the key in that header, or `nil` if there is none or it is empty. The key is not copied.
    func keyDigest(ofHeader name: StaticString) -> KeyDigest?
}

/// Takes the one response to a request.
package protocol ServiceReply: AnyObject, Sendable {
    func send(_ response: Response)

    /// Has `body` called if the client leaves before it is answered; see ``HTTPServer/Reply/whenClientLeaves(_:)``.
    func whenClientLeaves(_ body: @escaping @Sendable () -> Void)

    /// Sends a response whose body is sent as it comes; see ``HTTPServer/Reply/stream(_:length:owner:)``.
    func stream(_ response: Response, length: Int?, owner: any BodyStreamOwner) -> any ServiceBodyStream
}

/// Takes the body of a response as it comes; see ``HTTPServer/BodyStream``.
package protocol ServiceBodyStream: AnyObject, Sendable {
    /// Takes a piece, and says whether more may follow at once.
    func write(_ piece: [UInt8]) -> Bool
    /// The body is complete.
    func finish()
    /// The body will not be complete, and the client learns it.
    func abort()
}

extension Request: ServiceRequest {
    package func header(_ name: StaticString, beginsWith text: StaticString) -> Bool {
        withHeader(name) { value in
            text.withUTF8Buffer { value.starts(with: $0) }
        } ?? false
    }

    package func keyDigest(ofHeader name: StaticString) -> KeyDigest? {
        withHeader(name) { key in
            key.isEmpty ? nil : KeyDigest(SHA256.digest(of: UnsafeRawBufferPointer(key)))
        } ?? nil
    }
}
extension Reply: ServiceReply {
    package func stream(
        _ response: Response,
        length: Int?,
        owner: any BodyStreamOwner
    ) -> any ServiceBodyStream {
        let stream: BodyStream = self.stream(response, length: length, owner: owner)
        return stream
    }
}
extension BodyStream: ServiceBodyStream {}

extension ServiceRequest {
    package func header(_ name: StaticString, beginsWith text: StaticString) -> Bool {
        header(name)?.hasPrefix("\(text)") ?? false
    }

    package func headersHold(_ text: StaticString) -> Bool {
        var isFound = false
        forEachHeader { isFound = isFound || $0.value.contains("\(text)") }
        return isFound
    }

    package var bodyStream: RequestBodyStream? { nil }

    package var tunnel: Tunnel? { nil }
}
