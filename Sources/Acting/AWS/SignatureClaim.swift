import Cryptography
package import Documents
import NetworkTypes
package import Secrets

/// The signature that a caller of AWS' SDKs has put on a request: in `Authorization`, or in the query of a presigned
/// URL (IAM User Guide, "Create a signed AWS API request").
package struct SignatureClaim: Sendable {
    package let accessKeyID: String
    /// Service and region that it was made for.
    package let scope: SigningScope
    /// Whether it stands in a URL, which anyone may have who was given it.
    package let isPresigned: Bool
    let time: Timestamp
    /// The time as it was signed.
    private let timeText: String
    /// How many seconds a URL was signed for.
    private let seconds: Int64
    let signedHeaders: [String]
    let signature: String

    /// The furthest that a caller's clock may be from this server's, as at AWS.
    static let skew: Int64 = 300
    /// The longest time that a URL may be signed for, as at AWS: 7 days.
    private static let longestLife: Int64 = 604_800
    static let signatureParameter = "X-Amz-Signature"
    private static let parameters = [
        "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", signatureParameter,
    ]

    /// Reads the signature of a request.
    ///
    /// - Returns: `nil` for a request that AWS' SDKs have not signed.
    /// - Throws: ``SignatureRefusal`` for a signature of another version, or one that can't be read.
    package init?(_ request: SignedRequest) throws(SignatureRefusal) {
        let header = request.values(of: "authorization").first { $0.hasPrefix("AWS4-") }
        let query = request.parameters.filter { Self.parameters.contains($0.name) }
        switch (header, query.contains { $0.name == "X-Amz-Algorithm" }) {
        case (nil, false): return nil
        case (let header?, false): try self.init(header: header, of: request)
        case (nil, true): try self.init(query: query, of: request)
        case (_?, true):
            throw SignatureRefusal(.malformed, "a request is signed in a header or in its query, not in both")
        }
    }

    private init(header: String, of request: SignedRequest) throws(SignatureRefusal) {
        _ = try request.value(of: "authorization")
        let parts = header.split(separator: " ", maxSplits: 1)
        try Self.require(algorithm: parts.first.map(String.init) ?? "")
        var fields: [String: String] = [:]
        for field in (parts.count > 1 ? parts[1] : "").split(separator: ",") {
            let pair = field.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " } }
            guard pair.count == 2, fields.updateValue(pair[1], forKey: pair[0]) == nil else { throw Self.incomplete }
        }
        guard let credential = fields["Credential"], let names = fields["SignedHeaders"],
            let signature = fields["Signature"], fields.count == 3
        else { throw Self.incomplete }
        guard let time = try request.value(of: "x-amz-date") else {
            throw SignatureRefusal(.malformed, "a signed request needs the header X-Amz-Date")
        }
        try self.init(credential: credential, names: names, signature: signature, time: time, seconds: nil)
    }

    private init(query: [(name: String, value: String)], of request: SignedRequest) throws(SignatureRefusal) {
        var fields: [String: String] = [:]
        for (name, value) in query where fields.updateValue(value, forKey: name) != nil {
            throw SignatureRefusal(.malformed, "the query has \(name) twice")
        }
        try Self.require(algorithm: fields["X-Amz-Algorithm"] ?? "")
        guard let credential = fields["X-Amz-Credential"], let names = fields["X-Amz-SignedHeaders"],
            let signature = fields[Self.signatureParameter], let time = fields["X-Amz-Date"],
            let seconds = fields["X-Amz-Expires"].flatMap({ Int64($0) })
        else {
            throw SignatureRefusal(.malformed, "a presigned URL needs \(Self.parameters.joined(separator: ", "))")
        }
        guard (1...Self.longestLife).contains(seconds) else {
            throw SignatureRefusal(.malformed, "X-Amz-Expires must be from 1 to \(Self.longestLife) seconds")
        }
        try self.init(credential: credential, names: names, signature: signature, time: time, seconds: seconds)
    }

    private init(
        credential: String,
        names: String,
        signature: String,
        time: String,
        seconds: Int64?
    ) throws(SignatureRefusal) {
        let parts = credential.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts[4] == "aws4_request", parts.allSatisfy({ !$0.isEmpty }) else {
            throw SignatureRefusal(.malformed, "the credential must read ID/DATE/REGION/SERVICE/aws4_request")
        }
        guard parts[2].isHostLabel, parts[3].utf8.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2D })
        else { throw SignatureRefusal(.malformed, "the credential names no region or no service of AWS") }
        guard let moment = UTCTime.parseCompact(time), time.hasPrefix(parts[1]), parts[1].utf8.count == 8 else {
            throw SignatureRefusal(.malformed, "X-Amz-Date must read as in 20150830T123600Z, on the credential's day")
        }
        let names = names.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        guard names.allSatisfy({ !$0.isEmpty && $0 == $0.lowercased() }), signature.utf8.count == 64 else {
            throw Self.incomplete
        }
        accessKeyID = parts[0]
        scope = SigningScope(service: parts[3], region: parts[2])
        isPresigned = seconds != nil
        self.time = moment
        timeText = time
        self.seconds = seconds ?? 0
        signedHeaders = names
        self.signature = signature
    }

    private static let incomplete = SignatureRefusal(
        .malformed,
        "the signature must have Credential, SignedHeaders (in lower case) and Signature (64 hexadecimal digits), once"
    )

    private static func require(algorithm: String) throws(SignatureRefusal) {
        switch algorithm {
        case SignatureV4.algorithm: break
        case "AWS4-ECDSA-P256-SHA256":
            throw SignatureRefusal(
                .malformed,
                "signatures of version 4A are not verified here: have the client sign by version 4, for one region "
                    + "(sigv4a_signing_region_set unset, and no access point of many regions)"
            )
        default:
            throw SignatureRefusal(.malformed, "only signatures by \(SignatureV4.algorithm) are verified here")
        }
    }
}

// MARK: Verifying

extension SignatureClaim {
    /// Verifies the signature of a request.
    ///
    /// - Parameters:
    ///   - request: The request that the claim was read of.
    ///   - secret: The secret access key.
    ///   - now: The time.
    /// - Returns: What the signature vouches for. A body that comes is yet to be checked as it comes.
    /// - Throws: ``SignatureRefusal``.
    package func verify(
        _ request: SignedRequest,
        secret: Secret,
        now: Timestamp
    ) throws(SignatureRefusal) -> VerifiedSignature {
        try requireTime(now)
        try requireSignedHeaders(of: request)
        let payload = try SignedPayload(of: request, isPresigned: isPresigned, scope)
        let key = AWSSigningKey(secret, day: String(timeText.prefix(8)), scope)
        let headers = CanonicalHeaders(
            request.headers.compactMap { header in
                guard signedHeaders.contains(header.name.lowercased()) else { return nil }
                return (header.name, Secret(copying: header.rawValue ?? Array(header.value.utf8)))
            }
        )
        guard headers.names == signedHeaders.joined(separator: ";") else { throw .mismatch }
        let isRight = canonicalPaths(request.path).contains { path in
            let digest = CanonicalRequest(
                method: request.method,
                path: path,
                query: isPresigned ? request.queryWithoutSignature : request.query,
                headers: headers,
                payload: payload.text
            ).digest
            return key.isSignature(signature, of: "\(SignatureV4.algorithm)\n\(timeText)\n\(key.scope)\n\(digest)")
        }
        guard isRight else { throw .mismatch }
        let verified = VerifiedSignature(
            scope: scope,
            headers: Set(signedHeaders),
            payload: payload,
            chunks: ChunkSignatures(key: key, time: timeText, seed: signature)
        )
        if case .whole(let body) = request.body { try verified.check(body, of: request) }
        return verified
    }

    func requireTime(_ now: Timestamp) throws(SignatureRefusal) {
        let age = (now.microseconds - time.microseconds) / 1_000_000
        let isTooEarly = age < -Self.skew
        if isTooEarly || (!isPresigned && age > Self.skew) {
            throw SignatureRefusal(
                .skewed,
                "the signature's time is more than \(Self.skew) s from this server's: check the clocks, and sign again"
            )
        }
        if isPresigned, age > seconds { throw SignatureRefusal(.expired, "the presigned URL has expired") }
    }

    /// Demands what AWS demands: that `Host` and all of its own headers are signed.
    func requireSignedHeaders(of request: SignedRequest) throws(SignatureRefusal) {
        let own = request.headers.filter { $0.folded.text.hasPrefix("x-amz-") }.map { $0.name.lowercased() }
        for name in ["host"] + own where !signedHeaders.contains(name) {
            throw SignatureRefusal(.unsignedHeader, "the signature must cover the header \(name)")
        }
    }

    /// The forms of the path that may have been signed. S3 has a path as it is sent, and also in its own way of writing
    /// it, which leads to the same object.
    private func canonicalPaths(_ path: String) -> [String] {
        guard Self.objectStorages.contains(scope.service) else { return [CanonicalPath.normalised(path)] }
        let canonical = CanonicalPath.ofObject(path)
        return canonical == path ? [path] : [path, canonical]
    }

    /// The services whose paths are signed as they are sent.
    static let objectStorages: Set<String> = ["s3", "s3express", "s3-outposts", "s3-object-lambda"]
}
