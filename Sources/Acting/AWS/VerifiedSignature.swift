import Cryptography
package import Egress
import Secrets

/// A caller's signature that was found to be right, and what it vouches for.
package struct VerifiedSignature: Sendable {
    /// Service and region that the request was signed for.
    package let scope: SigningScope
    /// The names of the headers that nobody can have changed, in lower case.
    package let headers: Set<String>
    let payload: SignedPayload
    let chunks: ChunkSignatures

    /// Whether nobody can have changed the body on its way.
    package var coversBody: Bool { payload.coversBody }

    /// Checks a body that is there as a whole.
    func check(_ body: SecretBuffer, of request: SignedRequest) throws(SignatureRefusal) {
        guard let check = BodyCheck(self, framing: Framing(of: request)) else { return }
        do throws(ActRefusal) {
            try withExtendedLifetime(body) { () throws(ActRefusal) in
                try check.append(body.bytes)
                try check.finish()
            }
        } catch {
            throw SignatureRefusal(error.code == .bodyNotSigned ? .mismatch : .malformed, error.detail)
        }
    }

    /// The body of the request, which does not come to its end unless it is the one that was signed.
    ///
    /// - Parameters:
    ///   - upload: The body as it comes.
    ///   - request: The request.
    /// - Returns: The same body, checked as it is read.
    package func checking(_ upload: any UploadSource, of request: SignedRequest) -> any UploadSource {
        guard let check = BodyCheck(self, framing: Framing(of: request)) else { return upload }
        return CheckedUpload(upload, check)
    }

    /// The framing `aws-chunked` as the headers announce it.
    struct Framing {
        let contentLength: Int?
        let trailers: Set<String>

        init(of request: SignedRequest) {
            contentLength = request.values(of: "x-amz-decoded-content-length").first.flatMap { Int($0) }
            trailers = Set(
                request.values(of: "x-amz-trailer").flatMap { $0.split(separator: ",") }.map { name in
                    name.filter { $0 != " " && $0 != "\t" }.lowercased()
                }
            )
        }
    }
}

/// Finds out, piece by piece, whether a body is the one that was signed.
///
/// Safe to share: what changes belongs to the reader of the body.
final class BodyCheck: @unchecked Sendable {
    private enum Way {
        case digest(String)
        case chunks(AWSChunkedDecoder)
    }

    private let way: Way
    private var digest = SHA256Stream()

    /// - Returns: `nil` where the signature does not cover the body.
    init?(_ signature: VerifiedSignature, framing: VerifiedSignature.Framing) {
        switch signature.payload {
        case .digest(let digest): way = .digest(digest)
        case .unsigned, .unsignedChunks: return nil
        case .signedChunks(let hasTrailer):
            way = .chunks(
                AWSChunkedDecoder(
                    for: .checking(ChunkCheck(signature.chunks, signsTrailers: hasTrailer)),
                    contentLength: framing.contentLength,
                    trailers: framing.trailers
                )
            )
        }
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(ActRefusal) {
        switch way {
        case .digest: digest.append(bytes)
        case .chunks(let decoder):
            var nothing: [UInt8] = []
            try decoder.decode(bytes, into: &nothing)
        }
    }

    /// The body has come to its end.
    func finish() throws(ActRefusal) {
        switch way {
        case .digest(let stated):
            guard digest.finish()?.description == stated.lowercased() else {
                throw ActRefusal(.bodyNotSigned, "the body is not the one that was signed: its digest is another")
            }
        case .chunks(let decoder): try decoder.finish()
        }
    }
}

/// A body of which the last byte is held back until it is known to be the one that was signed: so a third party never
/// has all of another.
///
/// Safe to share: what changes belongs to the reader's thread.
final class CheckedUpload: UploadSource, @unchecked Sendable {
    private let source: any UploadSource
    private let check: BodyCheck
    private var held: UInt8?
    private var isAtEnd = false
    private var failure: EgressError?

    init(_ source: any UploadSource, _ check: BodyCheck) {
        self.source = source
        self.check = check
    }

    var length: Int? { source.length }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> UploadReading {
        if let failure { return .failed(failure) }
        guard !isAtEnd else { return .end }
        do throws(ActRefusal) {
            return try readOn(into: buffer)
        } catch {
            let failure: EgressError =
                error.code == .bodyNotSigned ? .unsignedBody(error.detail) : .malformedBody(error.detail)
            self.failure = failure
            return .failed(failure)
        }
    }

    private func readOn(into buffer: UnsafeMutableRawBufferPointer) throws(ActRefusal) -> UploadReading {
        while true {
            let reading = source.read(into: buffer)
            switch reading {
            case .bytes(let count):
                try check.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                let last = buffer[count - 1]
                let before = held
                held = last
                if let before {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[1..<count])
                    rest.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<(count - 1)]))
                    buffer[0] = before
                    return .bytes(count)
                }
                if count > 1 { return .bytes(count - 1) }
            case .end:
                try check.finish()
                isAtEnd = true
                guard let last = held else { return .end }
                buffer[0] = last
                return .bytes(1)
            case .pending, .failed: return reading
            }
        }
    }

    func whenReadable(_ wake: @escaping @Sendable () -> Void) { source.whenReadable(wake) }

    func close() { source.close() }
}
