package import Documents
package import Egress
import NetworkTypes
import Secrets

/// Puts the credentials into planned requests, and asks for the tokens that some need.
package final class ActAuthenticator: Sendable {
    private let endpoint: any TokenEndpoint
    private let aws: AWSCredentialSource
    private let now: @Sendable () -> Timestamp
    private let cache: TokenCache
    private let sharing: TokenSharing?

    /// - Parameters:
    ///   - endpoint: Sends requests for tokens.
    ///   - aws: Has the credentials by which roles are assumed.
    ///   - shared: The tokens that other servers have asked for; `nil` where there are no others.
    ///   - now: Tells the time.
    package init(
        endpoint: any TokenEndpoint,
        aws: AWSCredentialSource,
        sharing shared: (any SharedTokens)? = nil,
        now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.endpoint = endpoint
        self.aws = aws
        self.now = now
        cache = TokenCache()
        sharing = shared.map { TokenSharing(tokens: $0, now: now) }
    }

    /// The request with its credentials. With `anew`, no token that was issued before is used.
    ///
    /// It throws ``ActFailure`` if a secret or a token is not to be had; nothing was sent to the destination then.
    package func authenticate(
        _ act: PlannedAct,
        with secrets: any ConnectionSecrets,
        anew: Bool = false
    ) async throws(ActFailure) -> AuthenticatedAct {
        guard let exchange = act.exchange else {
            return try assemble(act, OpenedSecrets(secrets), token: nil)
        }
        let key = TokenCache.Key(connection: act.connection, fingerprint: exchange.fingerprint)
        let outcome = await cache.token(for: key, at: now(), anew: anew) { [self] in
            // One that is asked for to test the credentials is nobody else's.
            guard let sharing, !anew else { return await mint(exchange, secrets) }
            return await sharing.token(for: key, insteadOf: await cache.refusedSerial(of: key)) {
                await self.mint(exchange, secrets)
            }
        }
        return try assemble(act, OpenedSecrets(secrets), token: (key, try outcome.get()))
    }

    /// The same with a token that was not issued before. A task that is cancelled waits no longer; the token is for the
    /// next caller.
    ///
    /// - Throws: ``ActFailure``, or ``EgressError/cancelled``.
    package func authenticateAnew(
        _ act: PlannedAct,
        with secrets: any ConnectionSecrets
    ) async throws -> AuthenticatedAct {
        let (results, result) = AsyncStream<Result<AuthenticatedAct, ActFailure>>.makeStream()
        Task {
            do throws(ActFailure) {
                result.yield(.success(try await authenticate(act, with: secrets, anew: true)))
            } catch {
                result.yield(.failure(error))
            }
        }
        for await result in results { return try result.get() }
        throw EgressError.cancelled
    }

    /// The same for requests that need no token, without waiting; `nil` for others.
    package func authenticateAtOnce(
        _ act: PlannedAct,
        with secrets: any ConnectionSecrets
    ) throws(ActFailure) -> AuthenticatedAct? {
        guard act.exchange == nil else { return nil }
        return try assemble(act, OpenedSecrets(secrets), token: nil)
    }

    /// Whether a response says that the token in the request is no longer taken, so that the request was not carried
    /// out and may be sent once more, with another. Most services of AWS say so at the beginning of the response's
    /// body.
    package func shouldRenew(
        after head: ResponseHead,
        bodyStart: UnsafeRawBufferPointer? = nil,
        of act: AuthenticatedAct
    ) -> Bool {
        guard let token = act.token else { return false }
        if head.status == 401 { return true }
        guard token.isOfAWS, head.status == 400 || head.status == 403 else { return false }
        if head["x-amzn-errortype"]?.hasPrefix("ExpiredToken") ?? false { return true }
        return bodyStart?.prefix(2048).contains("ExpiredToken".utf8) ?? false
    }

    /// Lets go of the token in a request, so that the next one gets another.
    package func forgetToken(of act: AuthenticatedAct) async {
        if let token = act.token { await cache.forget(token.serial, of: token.key) }
    }

    private func mint(
        _ exchange: TokenExchange,
        _ secrets: any ConnectionSecrets
    ) async -> Result<MintedToken, ActFailure> {
        let opened = OpenedSecrets(secrets)
        do throws(ActFailure) {
            switch exchange {
            case .assumedRole(let role, _):
                return await role.mint(as: try aws.credentials(), at: now(), by: endpoint)
            case .serviceAccount(let grant):
                return await grant.mint(key: try opened.take(grant.keyAddress), at: now(), by: endpoint)
            case .clientCredentials(let grant):
                return await grant.mint(secret: try opened.take(grant.secretAddress), at: now(), by: endpoint)
            }
        } catch {
            return .failure(error)
        }
    }

    /// Writes the request out.
    private func assemble(
        _ act: PlannedAct,
        _ secrets: OpenedSecrets,
        token: (key: TokenCache.Key, entry: TokenCache.Entry)?
    ) throws(ActFailure) -> AuthenticatedAct {
        var secrets = secrets
        var headers: [OutgoingRequest.Header] = []
        headers.reserveCapacity(act.headers.count + 4)
        for header in act.headers {
            if let bytes = header.rawValue {
                headers.append(.init(name: header.name, value: Secret(copying: bytes)))
            } else {
                headers.append(.init(name: header.name, value: try header.value.resolve(&secrets, for: .header)))
            }
        }
        let target = try act.target.resolve(&secrets, for: .elsewhere)
        let body: SecretBuffer?
        var upload: (any UploadSource)?
        switch act.body {
        case .none: body = nil
        case .caller(let buffer): body = buffer
        case .streamed(let source):
            body = nil
            upload = source
        case .configured(let text):
            body = try text.resolve(&secrets, for: .elsewhere).withBytes { SecretBuffer(copying: $0) }
        }
        var guarded = secrets.guarded
        if let token {
            let added = authentication(of: act, by: token.entry.token, headers: headers, body: body)
            headers += added
            guarded += token.entry.token.secrets
        }
        var request = OutgoingRequest(
            method: act.method,
            origin: act.origin,
            target: target,
            headers: headers,
            body: body,
            timeout: act.timeout
        )
        request.upload = upload
        return AuthenticatedAct(
            request: request,
            secrets: guarded,
            token: token.map {
                AuthenticatedAct.TokenReference(
                    key: $0.key,
                    serial: $0.entry.serial,
                    isOfAWS: $0.entry.token.isSession
                )
            }
        )
    }

    private func authentication(
        of act: PlannedAct,
        by token: MintedToken,
        headers: [OutgoingRequest.Header],
        body: SecretBuffer?
    ) -> [OutgoingRequest.Header] {
        switch token.content {
        case .bearer(let token):
            var value = SecretText()
            value.append("Bearer ")
            value.append(token)
            return [.init(name: "Authorization", value: value.joined())]
        case .session(let session):
            guard case .assumedRole(_, let service)? = act.exchange else {
                preconditionFailure("sessions are issued for assumed roles alone")
            }
            return service.sign(
                body,
                payload: act.payload,
                method: act.method,
                path: act.path,
                query: act.query,
                headers: headers,
                as: session,
                at: now()
            )
        }
    }
}
