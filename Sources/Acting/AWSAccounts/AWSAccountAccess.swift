package import Documents
import Egress
package import Secrets

/// How an AWS account is got into, as its configuration says.
package struct AWSAccountSubject: Sendable {
    package enum Authentication: Sendable {
        /// A role, which asks for an external id.
        case role(name: String, externalID: String)
        case accessKey(id: String, secret: Secret)
    }

    /// The configuration's id.
    package let id: Identifier
    /// 12 digits.
    package let number: String
    package let partition: String
    package let authentication: Authentication

    package init(id: Identifier, number: String, partition: String, authentication: Authentication) {
        self.id = id
        self.number = number
        self.partition = partition
        self.authentication = authentication
    }
}

/// Gets into AWS accounts, to ask them about themselves.
package struct AWSAccountAccess: Sendable {
    private let endpoint: any TokenEndpoint
    private let aws: AWSCredentialSource
    private let endpoints: AWSEndpoints
    private let now: @Sendable () -> Timestamp

    package init(
        endpoint: any TokenEndpoint,
        aws: AWSCredentialSource,
        endpoints: AWSEndpoints,
        now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.endpoint = endpoint
        self.aws = aws
        self.endpoints = endpoints
        self.now = now
    }

    /// A session in the account: by access keys nothing is asked for it, by a role it is assumed again.
    ///
    /// It throws ``ActFailure`` if there is none to be had, and ``ActRefusal`` if the environment names no address of
    /// STS that can be used.
    package func session(in account: AWSAccountSubject) async throws -> AWSAccountSession {
        guard let partition = AWSServices.partitions.first(where: { $0.name == account.partition }) else {
            throw ActRefusal(.connectionNotUsable, "the account's partition is unknown to this version")
        }
        let credentials =
            switch account.authentication {
            case .accessKey(let id, let secret):
                AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: nil)
            case .role(let name, let externalID):
                try await assume(name, externalID, of: account, in: partition)
            }
        return AWSAccountSession(
            credentials: credentials,
            partition: partition,
            endpoint: endpoint,
            endpoints: endpoints,
            now: now
        )
    }

    private func assume(
        _ name: String,
        _ externalID: String,
        of account: AWSAccountSubject,
        in partition: AWSPartition
    ) async throws -> AWSCredentials {
        let role = AssumedRole(
            arn: "arn:\(partition.name):iam::\(account.number):role/\(name.drop { $0 == "/" })",
            externalID: externalID,
            sessionName: "keyway-\(account.id)",
            endpoint: try endpoints.tokenService(for: partition, preferring: nil, or: partition.globalRegion)
        )
        let token = try await role.mint(as: try aws.credentials(), at: now(), by: endpoint).get()
        guard case .session(let session) = token.content else {
            preconditionFailure("an assumed role gives a session")
        }
        return session
    }
}

/// The reason why a question to an account has no result: no response came, or one that says nothing.
package struct AWSUnavailable: Error, Sendable {
    /// For people; it quotes nothing of a response.
    package let detail: String
}

/// A session in an AWS account.
package struct AWSAccountSession: Sendable {
    let credentials: AWSCredentials
    let partition: AWSPartition
    let endpoint: any TokenEndpoint
    let endpoints: AWSEndpoints
    let now: @Sendable () -> Timestamp

    /// The region to ask where the account's configuration names none.
    package var standardRegion: String {
        let standard = endpoints.standardRegion
        return AWSPartition(ofRegion: standard) == partition ? standard : partition.globalRegion
    }

    /// Sends a signed request, and returns whatever response comes.
    ///
    /// - Parameters:
    ///   - method: The HTTP method.
    ///   - service: The service's name in hosts.
    ///   - region: The region; `nil` for that of services that are one for the whole partition.
    ///   - path: The path, encoded.
    ///   - query: The query, encoded.
    ///   - headers: Further headers.
    ///   - body: The body.
    /// - Returns: Head and body of the response.
    /// - Throws: ``AWSUnavailable`` if there is none, or one that only asks to try again.
    func send(
        _ method: String = "POST",
        to service: String,
        in region: String?,
        path: String = "/",
        query: String? = nil,
        headers: [OutgoingRequest.Header] = [],
        body: [UInt8]? = nil
    ) async throws(AWSUnavailable) -> (head: ResponseHead, body: SecretBuffer) {
        let address: AWSEndpoint
        do {
            address = try endpoints.endpoint(of: service, in: region ?? partition.globalRegion)
        } catch {
            throw AWSUnavailable(detail: "\(service) has no address: \(error.detail)")
        }
        let path = (address.path.hasSuffix("/") ? String(address.path.dropLast()) : address.path) + path
        let buffer = body.map { $0.withUnsafeBytes { SecretBuffer(copying: $0) } }
        let added = address.sign(
            buffer,
            method: method,
            path: path,
            query: query,
            headers: headers,
            as: credentials,
            at: now()
        )
        let request = OutgoingRequest(
            method: method,
            origin: address.origin,
            target: Secret(copying: (path + (query.map { "?\($0)" } ?? "")).utf8),
            headers: headers + added,
            body: buffer
        )
        let answer: (head: ResponseHead, body: SecretBuffer)
        do {
            answer = try await endpoint.exchange(request)
        } catch {
            throw AWSUnavailable(detail: "AWS (\(service)) could not be reached, or its response cannot be read")
        }
        guard answer.head.status != 429, answer.head.status < 500 else {
            throw AWSUnavailable(
                detail: "AWS (\(service)) responded with status \(answer.head.status): try again later"
            )
        }
        return answer
    }
}
