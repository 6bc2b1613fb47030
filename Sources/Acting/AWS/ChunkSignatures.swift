import Cryptography
import Documents

/// The chain of signatures of the chunks of a body (Amazon S3 API Reference, "Signature Calculations for the
/// Authorization Header: Transferring Payload in Multiple Chunks").
struct ChunkSignatures: Sendable {
    let key: AWSSigningKey
    /// The time of the request, as it was signed.
    let time: String
    /// The signature of the request, which the first chunk's follows.
    let seed: String

    func text(ofChunk digest: Digest, after previous: String) -> String {
        "\(SignatureV4.algorithm)-PAYLOAD\n\(time)\n\(key.scope)\n\(previous)\n\(Self.digestOfNothing)\n\(digest)"
    }

    func text(ofTrailers digest: Digest, after previous: String) -> String {
        "\(SignatureV4.algorithm)-TRAILER\n\(time)\n\(key.scope)\n\(previous)\n\(digest)"
    }

    private static let digestOfNothing = SHA256.digest(of: "")
}

/// Verifies the signatures of chunks and trailers as they come.
final class ChunkCheck {
    private let signatures: ChunkSignatures
    /// Whether the trailers have a signature of their own.
    private let signsTrailers: Bool
    private var previous: String
    private var digest = SHA256Stream()
    private var expected = ""
    private var trailers: [String] = []
    private var trailerSignature: String?

    init(_ signatures: ChunkSignatures, signsTrailers: Bool) {
        self.signatures = signatures
        self.signsTrailers = signsTrailers
        previous = signatures.seed
    }

    /// A chunk begins, with the line before it.
    func begin(_ line: Substring) throws(ActRefusal) {
        guard let signature = AWSChunkedBody.signature(in: line) else {
            throw Self.refusal("a chunk has no signature")
        }
        expected = signature
        digest = SHA256Stream()
    }

    func append(_ bytes: UnsafeRawBufferPointer) { digest.append(bytes) }

    /// A chunk has come to its end.
    func end() throws(ActRefusal) {
        guard let digest = digest.finish(),
            signatures.key.isSignature(expected, of: signatures.text(ofChunk: digest, after: previous))
        else { throw Self.refusal("a chunk of it has the signature of another") }
        previous = expected
    }

    func trailer(_ name: String, _ value: String) throws(ActRefusal) {
        guard trailerSignature == nil else { throw Self.refusal("a trailer follows the signature of the trailers") }
        if name == AWSChunkedBody.signatureTrailer {
            trailerSignature = value
        } else {
            trailers.append("\(name):\(value)\n")
        }
    }

    /// All trailers were read.
    func endTrailers() throws(ActRefusal) {
        guard signsTrailers else {
            guard trailers.isEmpty, trailerSignature == nil else {
                throw Self.refusal("it has trailers, which X-Amz-Content-Sha256 does not say")
            }
            return
        }
        let digest = SHA256.digest(of: trailers.sorted().joined())
        guard let trailerSignature,
            signatures.key.isSignature(trailerSignature, of: signatures.text(ofTrailers: digest, after: previous))
        else { throw Self.refusal("its trailers have no signature, or that of others") }
    }

    private static func refusal(_ text: String) -> ActRefusal {
        ActRefusal(.bodyNotSigned, "the body is not the one that was signed: \(text)")
    }
}
