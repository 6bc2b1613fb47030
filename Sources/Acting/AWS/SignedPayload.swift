import Cryptography
import Documents
import Secrets

/// The way in which a signature covers the body.
enum SignedPayload: Sendable {
    /// By a digest of it, in hexadecimal.
    case digest(String)
    /// Not at all.
    case unsigned
    /// In chunks of `aws-chunked`, not at all.
    case unsignedChunks
    /// In chunks of `aws-chunked`, each with a signature of its own; and so have their trailers, if there are any.
    case signedChunks(hasTrailer: Bool)

    private static let unsignedName = "UNSIGNED-PAYLOAD"
    private static let chunkNames: [(name: String, payload: SignedPayload)] = [
        ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", .unsignedChunks),
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", .signedChunks(hasTrailer: false)),
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", .signedChunks(hasTrailer: true)),
    ]

    /// The text that stands for the body in the signature.
    var text: String {
        switch self {
        case .digest(let digest): digest
        case .unsigned: Self.unsignedName
        case .unsignedChunks: Self.chunkNames[0].name
        case .signedChunks(let hasTrailer): Self.chunkNames[hasTrailer ? 2 : 1].name
        }
    }

    /// Whether nobody can have changed the body on its way.
    var coversBody: Bool {
        switch self {
        case .digest, .signedChunks: true
        case .unsigned, .unsignedChunks: false
        }
    }

    init(of request: SignedRequest, isPresigned: Bool, _ scope: SigningScope) throws(SignatureRefusal) {
        let name = "X-Amz-Content-Sha256"
        var stated = try request.value(of: name.lowercased())
        if isPresigned, stated == nil { stated = request.parameters.first { $0.name == name }?.value }
        if let stated {
            self = try Self.read(stated)
        } else if isPresigned, SignatureClaim.objectStorages.contains(scope.service) {
            self = .unsigned
        } else if case .whole(let body) = request.body {
            self = .digest(withExtendedLifetime(body) { SHA256.digest(of: body.bytes).description })
        } else {
            throw SignatureRefusal(
                .bodyTooLong,
                "the signature covers a digest of the whole body, and the body is longer than the 1048576 bytes that are "
                    + "held for that; X-Amz-Content-Sha256 can state the digest"
            )
        }
    }

    private static func read(_ stated: String) throws(SignatureRefusal) -> SignedPayload {
        if stated == unsignedName { return .unsigned }
        if let chunks = chunkNames.first(where: { $0.name == stated }) { return chunks.payload }
        if stated.utf8.count == 2 * Digest.length, Hex.bytes(stated) != nil { return .digest(stated) }
        throw SignatureRefusal(
            .malformed,
            stated.contains("-EVENTS")
                ? "signed event streams are not verified here: send the request as a whole"
                : stated.contains("ECDSA")
                    ? "a body signed by version 4A is not verified here: have the client sign by version 4 (sigv4)"
                    : "X-Amz-Content-Sha256 must be the digest of the body, \(unsignedName), or one of "
                        + chunkNames.map(\.name).joined(separator: ", ")
        )
    }
}
