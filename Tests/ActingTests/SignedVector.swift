import Documents
import Secrets
import Testing

@testable import Acting

/// A request that a client of AWS has signed.
struct SignedVector: Sendable, CustomTestStringConvertible {
    let name: String
    var method: String
    var path: String
    var query: String?
    var headers: [(String, String)]
    var body: String
    let service: String

    var testDescription: String { name }

    var request: SignedRequest { request(body: .whole(Sample.buffer(body))) }

    func request(body: SignedRequest.Body) -> SignedRequest {
        SignedRequest(
            method: method,
            path: path,
            query: query,
            headers: headers.map { FoldedHeader(name: $0.0, value: $0.1) },
            body: body
        )
    }

    var isPresigned: Bool { query?.contains("X-Amz-Signature") ?? false }

    /// The same request with something changed in it.
    func changing(_ change: (inout SignedVector) -> Void) -> SignedVector {
        var vector = self
        change(&vector)
        return vector
    }

    mutating func set(_ header: String, _ value: String?) {
        headers.removeAll { $0.0.lowercased() == header.lowercased() }
        if let value { headers.append((header, value)) }
    }

    /// Signs it as its vectors were signed.
    @discardableResult
    func verify(
        at seconds: Int64 = 0,
        secret: String = SignedVector.secretAccessKey,
        body: SignedRequest.Body? = nil
    ) throws(SignatureRefusal) -> VerifiedSignature? {
        let request = body.map { self.request(body: $0) } ?? self.request
        guard let claim = try SignatureClaim(request), let start = UTCTime.parse(Self.time) else { return nil }
        return try claim.verify(
            request,
            secret: Secret(copying: secret.utf8),
            now: Timestamp(microseconds: start.microseconds + seconds * 1_000_000)
        )
    }

    /// Why it is refused; `nil` if it is not.
    func refusal(
        at seconds: Int64 = 0,
        secret: String = SignedVector.secretAccessKey,
        body: SignedRequest.Body? = nil
    ) -> SignatureRefusal.Code? {
        do throws(SignatureRefusal) {
            _ = try verify(at: seconds, secret: secret, body: body)
            return nil
        } catch {
            return error.code
        }
    }

    static func named(_ name: String) throws -> SignedVector {
        try #require(all.first { $0.name == name })
    }
}
