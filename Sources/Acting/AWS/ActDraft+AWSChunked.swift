import Documents
import Egress
import Secrets

// Uploads in the framing `aws-chunked`, as AWS' SDKs send them by default over TLS. The framing is taken off, and what
// is in it is signed as a whole: S3 takes the framing off by itself only where the signature is made for it.
extension ActDraft {
    /// The payloads whose framing is known, as `X-Amz-Content-Sha256` names them.
    private static let framed: Set<String> = [
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "STREAMING-UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    ]

    /// Takes the framing off, if the headers say that there is one; its trailers become headers.
    ///
    /// - Throws: ``ActRefusal`` if the framing is none, or one that is not known.
    mutating func removeAWSChunking() throws(ActRefusal) {
        guard let codings = try codingsBesideAWSChunked() else { return }
        let framed = if case .caller(let buffer) = body { buffer } else { SecretBuffer(count: 0) { _ in } }
        let chunked = try AWSChunkedBody(framed)
        try checkLength(of: chunked)
        try checkTrailers(of: chunked)
        body = chunked.content.count == 0 ? .none : .caller(chunked.content)
        describeContent(codings)
        for trailer in chunked.trailers { set(header: trailer.name, PlannedText(trailer.value)) }
    }

    /// Lets a body be sent to S3 while it comes, without a digest of it. S3 verifies what the caller says of it: its
    /// digest, or the checksums in its trailers.
    ///
    /// - Parameter upload: The body.
    /// - Throws: ``ActRefusal`` for a framing that is not known, or that can't be taken off.
    mutating func stream(_ upload: any UploadSource) throws(ActRefusal) {
        guard let codings = try codingsBesideAWSChunked() else {
            payload = statedDigest ?? "UNSIGNED-PAYLOAD"
            return
        }
        let lengths = values(of: "X-Amz-Decoded-Content-Length")
        guard lengths.count == 1, let length = lengths.first.flatMap({ Int($0) }), length >= 0 else {
            throw ActRefusal(
                .bodyNotAllowed,
                "a body in the framing aws-chunked needs the header X-Amz-Decoded-Content-Length, with its length"
            )
        }
        let trailers = Set(elements(of: "X-Amz-Trailer").map { $0.lowercased() })
        if let other = trailers.first(where: { S3Checksum.algorithm(ofHeader: $0) == nil }) {
            throw ActRefusal(.bodyNotAllowed, "the trailer \(other) is no checksum, and cannot be sent on")
        }
        guard trailers.isEmpty else {
            // Without signatures of chunks it is as long as it was.
            let isSigned = values(of: "X-Amz-Content-Sha256").contains { $0.uppercased().contains("AWS4-HMAC") }
            payload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
            body = .streamed(
                AWSChunkedUpload(
                    upload,
                    as: .framed(length: isSigned ? nil : upload.length),
                    contentLength: length,
                    trailers: trailers
                )
            )
            return set(header: "Content-Encoding", PlannedText((["aws-chunked"] + codings).joined(separator: ",")))
        }
        payload = "UNSIGNED-PAYLOAD"
        body = .streamed(AWSChunkedUpload(upload, as: .content(length: length), contentLength: length, trailers: []))
        describeContent(codings)
    }

    /// The digest of the body that the caller states, as it has signed it.
    var statedDigest: String? {
        let digests = values(of: "X-Amz-Content-Sha256")
        guard digests.count == 1, let digest = digests.first?.lowercased(), digest.utf8.count == 64,
            digest.utf8.allSatisfy({ $0.hexDigit != nil })
        else { return nil }
        return digest
    }

    private static let ofFraming = ["X-Amz-Decoded-Content-Length", "X-Amz-Trailer", "Content-Encoding"]
        .map(HeaderName.init)

    /// Changes the headers to those of the content without its framing.
    private mutating func describeContent(_ codings: [String]) {
        for name in Self.ofFraming { remove(header: name) }
        if !codings.isEmpty { set(header: "Content-Encoding", PlannedText(codings.joined(separator: ", "))) }
    }

    /// The codings of a body that is framed, beside that framing; `nil` for one that is not.
    private func codingsBesideAWSChunked() throws(ActRefusal) -> [String]? {
        let payloads = values(of: "X-Amz-Content-Sha256").filter { $0.uppercased().hasPrefix("STREAMING-") }
        if let unknown = payloads.first(where: { !Self.framed.contains($0.uppercased()) }) {
            throw ActRefusal(
                .bodyNotAllowed,
                unknown.uppercased().contains("ECDSA")
                    ? "a body signed by version 4A cannot be sent on: have the client sign by version 4 (sigv4)"
                    : "a body of the kind that X-Amz-Content-Sha256 names cannot be sent on: "
                        + Self.framed.sorted().joined(separator: ", ") + " can"
            )
        }
        let codings = elements(of: "Content-Encoding")
        let others = codings.filter { $0.lowercased() != "aws-chunked" }
        return payloads.isEmpty && others.count == codings.count ? nil : others
    }

    private func checkLength(of chunked: AWSChunkedBody) throws(ActRefusal) {
        let lengths = values(of: "X-Amz-Decoded-Content-Length")
        guard lengths.allSatisfy({ Int($0) == chunked.content.count }) else {
            throw ActRefusal(
                .bodyNotAllowed,
                "the body has \(chunked.content.count) bytes without its framing, which is not what "
                    + "X-Amz-Decoded-Content-Length says"
            )
        }
    }

    private func checkTrailers(of chunked: AWSChunkedBody) throws(ActRefusal) {
        let announced = Set(elements(of: "X-Amz-Trailer").map { $0.lowercased() })
        guard announced == Set(chunked.trailers.map(\.name)) else {
            throw ActRefusal(.bodyNotAllowed, "the body's trailers are not those that X-Amz-Trailer names")
        }
        for (name, value) in chunked.trailers {
            guard let algorithm = S3Checksum.algorithm(ofHeader: name) else {
                throw ActRefusal(.bodyNotAllowed, "the trailer \(name) is no checksum, and cannot be sent on")
            }
            if let checksum = S3Checksum(algorithm), checksum.text(of: chunked.content) != value {
                throw ActRefusal(.bodyNotAllowed, "the body's \(name) is not the one in its trailer: it was damaged")
            }
        }
    }

    /// The values of all headers that may be taken for that one; what is secret in them is masked.
    func values(of name: String) -> [String] {
        let name = HeaderName(name)
        return headers.filter { $0.folded == name }.map(\.value.masked)
    }

    /// The elements of all lists that such headers hold.
    private func elements(of name: String) -> [String] {
        values(of: name).flatMap { value -> [String] in
            value.split(separator: ",").map { $0.filter { $0 != " " && $0 != "\t" } }.filter { !$0.isEmpty }
        }
    }
}
