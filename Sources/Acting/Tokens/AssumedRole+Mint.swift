import Cryptography
import Documents
import Egress
import NetworkTypes
import Secrets

extension AssumedRole {
    private static let issuer = "AWS STS"
    private static let advice =
        "check that the role exists, and that its trust policy names Keyway's principal and the connection's external ID"
    /// Errors that speak of who asks, and when, not of the role.
    private static let principalErrors: Set<String> = [
        "AuthFailure", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "InvalidAccessKeyId",
        "InvalidClientTokenId", "InvalidSignatureException", "MissingAuthenticationToken", "NotAuthorized",
        "RequestExpired", "RequestTimeTooSkewed", "SignatureDoesNotMatch", "UnrecognizedClientException",
    ]
    /// How long a session lives: as long as AWS allows when the principal is in a role itself.
    private static let seconds: Int64 = 3600

    /// Assumes the role (AWS STS API Reference, `AssumeRole`).
    func mint(
        as principal: AWSCredentials,
        at time: Timestamp,
        by tokenEndpoint: any TokenEndpoint
    ) async -> Result<MintedToken, ActFailure> {
        var form = TokenForm()
        form.add("Action", "AssumeRole")
        form.add("Version", "2011-06-15")
        form.add("RoleArn", arn)
        form.add("RoleSessionName", sessionName)
        form.add("ExternalId", externalID)
        form.add("DurationSeconds", String(Self.seconds))
        let body = form.buffer()
        let headers = endpoint.sign(
            body,
            method: "POST",
            path: endpoint.path.isEmpty ? "/" : endpoint.path,
            query: nil,
            headers: [TokenForm.contentType],
            as: principal,
            at: time
        )
        let answer = await tokenEndpoint.post(body, to: endpoint.address, headers: headers, issuer: Self.issuer)
        return answer.flatMap { Self.session($0.head, $0.body, at: time) }
    }

    static func session(
        _ head: ResponseHead,
        _ body: SecretBuffer,
        at time: Timestamp
    ) -> Result<MintedToken, ActFailure> {
        let answer = TokenServiceResponse(body)
        guard head.status == 200 else {
            let code = ActFailure.vendorCode(answer?.text("ErrorResponse/Error/Code"))
            if let code, principalErrors.contains(code) {
                return .failure(
                    ActFailure(
                        .principalRefused,
                        "\(issuer) does not take Keyway's own credentials, by which it would assume the role: "
                            + "\(head.status) (\(code)); check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and "
                            + "AWS_SESSION_TOKEN or the profile of the server, and the clock of its machine",
                        vendorCode: code
                    )
                )
            }
            let status = code == "Throttling" ? 429 : head.status
            return .failure(ActFailure(status: status, vendorCode: code, issuer, advice: advice))
        }
        let place = "AssumeRoleResponse/AssumeRoleResult/Credentials"
        guard let answer, let id = answer.text("\(place)/AccessKeyId"), ActFailure.isPlain(id),
            let secret = answer["\(place)/SecretAccessKey"], secret.count > 0,
            let token = answer["\(place)/SessionToken"], token.count > 0, !token.containsControl,
            let expiry = answer.text("\(place)/Expiration").flatMap(UTCTime.parse)
        else {
            return .failure(ActFailure(.tokenMalformed, "\(issuer) responded without the credentials of a session"))
        }
        let session = AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token)
        return .success(MintedToken(content: .session(session), issued: time, expiry: expiry))
    }
}

extension AWSEndpoint {
    /// The headers by which a request shows whose it is. Of those that are sent beside them, `Content-Type`,
    /// `Content-MD5` and AWS' own are signed.
    ///
    /// - Parameters:
    ///   - body: The body.
    ///   - payload: What stands for it in the signature instead of its digest.
    ///   - method: The method.
    ///   - path: The path as it is sent.
    ///   - query: The query as it is sent.
    ///   - headers: The headers that are sent beside.
    ///   - credentials: Whose request it is.
    ///   - time: The time of the signature.
    /// - Returns: The headers to add.
    func sign(
        _ body: SecretBuffer?,
        payload: String? = nil,
        method: String,
        path: String,
        query: String?,
        headers: [OutgoingRequest.Header],
        as credentials: AWSCredentials,
        at time: Timestamp
    ) -> [OutgoingRequest.Header] {
        let digest =
            payload
            ?? (body.map { body in withExtendedLifetime(body) { SHA256.digest(of: body.bytes) } }
            ?? SHA256.digest(of: "")).description
        var added = [OutgoingRequest.Header(name: "X-Amz-Date", text: UTCTime.compact(time))]
        if let token = credentials.sessionToken { added.append(.init(name: "X-Amz-Security-Token", value: token)) }
        if isObjectStorage { added.append(.init(name: "X-Amz-Content-Sha256", text: digest)) }
        let host = OutgoingRequest.Header(name: "Host", text: String(address.origin.drop { $0 != "/" }.dropFirst(2)))
        let signed = (headers.filter { Self.isSigned($0.name) } + added + [host]).map {
            (name: $0.name, value: $0.value)
        }
        let signature = SignatureV4(
            credentials: credentials,
            scope: SigningScope(service: signingName, region: region),
            time: time,
            encodesPathOnce: isObjectStorage
        )
        let authorization = signature.authorization(
            method: method,
            path: path,
            query: query,
            headers: signed,
            payloadDigest: digest
        )
        return added + [OutgoingRequest.Header(name: "Authorization", text: authorization)]
    }

    private static func isSigned(_ name: String) -> Bool {
        let name = name.lowercased()
        return name.hasPrefix("x-amz-") || name == "content-type" || name == "content-md5"
    }
}
