import Access
import ActService
import Acting
import Documents
import Egress
import HTTPServer
import NetworkTypes
import Secrets

/// The signature of a request that AWS' SDKs have signed with the key pair of an act token.
struct SignedCaller: Sendable {
    let claim: SignatureClaim
    let request: SignedRequest

    /// Looks for a signature.
    ///
    /// - Returns: `nil` if there is none, or one that is not by an act token beside Keyway's own keys, which count then.
    /// - Throws: ``SignatureRefusal`` for one that can't be verified here; ``APIError`` if an act token stands beside it
    ///   that is another, or that would travel on.
    init?(in request: any ServiceRequest) throws {
        guard request.isSignedAsForAWS else { return nil }
        let signed = SignedRequest(request)
        let bringsKeys = request.header("DD-API-KEY") != nil || request.header("DD-APPLICATION-KEY") != nil
        do throws(SignatureRefusal) {
            guard let claim = try SignatureClaim(signed) else { return nil }
            self.claim = claim
        } catch {
            guard bringsKeys else { throw error }
            return nil
        }
        self.request = signed
        let digests = AccessKeyID.digests(of: claim.accessKeyID)
        if digests == nil, bringsKeys { return nil }
        guard let token = try CallerToken(in: request) else { return }
        let isInPlace = token.places.allSatisfy { place in
            switch place {
            case .header(let name), .parameter(let name): name.lowercased() == "x-amz-security-token"
            }
        }
        guard isInPlace, digests?.contains(token.digest) ?? false else {
            throw APIError(
                400,
                "The request is signed by the key pair of an act token. Beside it the same token may stand as the session "
                    + "token, and no token anywhere else."
            )
        }
    }

    /// Looks for a signature by the key pair of an act token, in a request to a third party's own host. One by any other
    /// keys is the tool's own, and proves nothing here.
    ///
    /// - Throws: As ``init(in:)``.
    init?(inTunnel request: any ServiceRequest) throws {
        guard let claim = request.signatureClaim, AccessKeyID.digests(of: claim.accessKeyID) != nil else { return nil }
        try self.init(in: request)
    }

    /// Verifies the signature by the secret of the token that the caller's session is of.
    ///
    /// - Throws: ``SignatureRefusal``; ``StoreError`` or ``VaultError`` if the secret can't be had.
    func verify(_ session: Session, by keys: ActTokenKeys) throws -> SignedCall {
        guard let token = session.principal.actToken else { throw GateError.unknownAccessKey }
        let secret = try keys.secretAccessKey(of: token.id)
        return SignedCall(signature: try claim.verify(request, secret: secret, now: .now), request: request)
    }
}

/// A request whose signature was found to be right.
struct SignedCall: Sendable {
    let signature: VerifiedSignature
    fileprivate let request: SignedRequest

    /// The body as it comes, which does not come to its end unless it is the one that was signed.
    func checking(_ upload: any UploadSource) -> any UploadSource { signature.checking(upload, of: request) }

    /// Whether nobody can have changed a header on its way; its name is in lower case.
    func covers(header name: String) -> Bool { signature.headers.contains(name) }
}

extension SignedRequest {
    fileprivate init(_ request: any ServiceRequest) {
        self.init(
            method: request.method.name,
            path: request.rawPath,
            query: request.rawQuery,
            headers: request.foldedHeaders,
            body: request.bodyStream == nil ? .whole(request.body) : .streamed
        )
    }
}

extension ServiceRequest {
    fileprivate var isSignedAsForAWS: Bool {
        header("Authorization", beginsWith: "AWS4-") || rawQuery?.holds("X-Amz-Algorithm=") ?? false
    }

    /// The signature as for AWS that the request carries, by whichever keys; `nil` if there is none that can be read.
    var signatureClaim: SignatureClaim? {
        guard isSignedAsForAWS else { return nil }
        return try? SignatureClaim(SignedRequest(self))
    }

    /// The headers as acts have them.
    var foldedHeaders: [FoldedHeader] {
        var headers: [FoldedHeader] = []
        forEachHeader { headers.append(FoldedHeader($0)) }
        return headers
    }

    /// Refuses signatures of AWS' that are not verified here, of requests that bring nothing else.
    func refuseOtherSignatures() throws(APIError) {
        let names = (rawQuery ?? "").split(separator: "&").map { $0.prefix { $0 != "=" } }
        let isInQuery = names.contains("AWSAccessKeyId") && names.contains("Signature")
        if isInQuery || header("Authorization", beginsWith: "AWS ") {
            throw APIError(
                400,
                "Signatures of AWS' version 2 are not verified here: have the client sign by version 4, as in boto3 by "
                    + "Config(signature_version=\"s3v4\")."
            )
        }
        let type = header("Content-Type")?.lowercased() ?? ""
        if method == .post, type.hasPrefix("multipart/form-data"), holdsPolicy {
            throw APIError(
                400,
                "Forms with a POST policy of S3 are not verified here: upload by a presigned PUT, or by the SDK."
            )
        }
    }

    /// Whether a form has the fields of a signed policy.
    private var holdsPolicy: Bool {
        withExtendedLifetime(body) {
            let text = String(decoding: body.bytes, as: UTF8.self).lowercased()
            return text.contains("name=\"policy\"")
                && (text.contains("name=\"x-amz-signature\"") || text.contains("name=\"signature\""))
        }
    }
}
