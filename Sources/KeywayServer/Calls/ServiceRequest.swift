package import Access
import Cryptography
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

    /// The digest of the key in that header, or `nil` if there is none or it is empty. The key is not copied.
    func keyDigest(ofHeader name: StaticString) -> KeyDigest?
}

/// Takes the one answer to a request.
package protocol ServiceReply: AnyObject, Sendable {
    func send(_ response: Response)
}

extension Request: ServiceRequest {
    package func keyDigest(ofHeader name: StaticString) -> KeyDigest? {
        withHeader(name) { key in
            key.isEmpty ? nil : KeyDigest(SHA256.digest(of: UnsafeRawBufferPointer(key)))
        } ?? nil
    }
}
extension Reply: ServiceReply {}
