import Connections
import Documents
import LinkRewriting

// The clouds, whose requests carry tokens that are issued for them.
extension ActDraft {
    /// `…/proxy/{service}/…`
    mutating func joinGoogleService() throws(ActRefusal) {
        let (service, rest) = path.partingFirstLabel
        guard let service else {
            throw ActRefusal(.serviceNotNamed, "the path must begin with a service, as in /storage/storage/v1/b")
        }
        path = rest
        try join(BaseAddress("https://\(service).googleapis.com", named: "the service"))
        scope = .services(domain: "googleapis.com")
    }
}

extension ActPlanner {
    private static let headersOfSignatures = [
        "Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256", "Date",
    ].map(HeaderName.init)

    /// `…/proxy/{service}/{region}/…`, or `…/proxy/…` for a request that its caller has signed for a service and a region;
    /// or a host of AWS' own, which names both.
    func planAWS(
        _ subject: ConnectionMembers,
        _ draft: inout ActDraft,
        _ request: ActRequest
    ) throws(ActRefusal) {
        let found: (AWSPlace, AWSEndpoint)
        if let arrival = request.arrival {
            found = try place(of: arrival, signedFor: request.signature?.scope, draft, subject)
        } else {
            found = try namedPlace(draft, signedFor: request.signature?.scope)
        }
        let (place, endpoint) = found
        let (service, region) = (place.service, place.region)
        draft.path = place.rest.isEmpty ? "/" : place.rest
        draft.pathBelowBase = place.pathBelowBase(place.rest)
        try draft.join(endpoint.address, ledToBy: place.prefix)
        if endpoint.isObjectStorage {
            // Sent as it is signed: S3 knows no difference, and who verifies need not either.
            draft.path = CanonicalPath.ofObject(draft.path)
            draft.pathBelowBase = place.pathBelowBase(CanonicalPath.ofObject(place.rest))
        }
        if case .streamed(let upload) = draft.body {
            if endpoint.isObjectStorage {
                try draft.stream(upload)
            } else if let digest = draft.statedDigest {
                draft.payload = digest
            } else {
                throw ActRefusal(
                    .bodyTooLong,
                    "\(service) takes requests only with a signature over a digest of the whole body, and the body is "
                        + "longer than the 1048576 bytes that are held for that; X-Amz-Content-Sha256 can state the digest"
                )
            }
        } else {
            try draft.removeAWSChunking()
        }
        for name in Self.headersOfSignatures { draft.remove(header: name) }
        for name in [
            "Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature", "Security-Token",
            "Content-Sha256",
        ] {
            try draft.query.remove("X-Amz-\(name)")
        }
        for name in ["AWSAccessKeyId", "Signature"] { try draft.query.remove(name) }
        let partition = AWSPartition(ofRegion: region)
        let account = try subject.credentialMember("account_id")
        let role = try subject.credentialMember("role").drop { $0 == "/" }
        draft.exchange = .assumedRole(
            AssumedRole(
                arn: "arn:\(partition.name):iam::\(account):role/\(role)",
                externalID: try subject.credentialMember("external_id"),
                sessionName: "keyway-\(subject.connection.id)",
                endpoint: try endpoints.tokenService(for: partition, preferring: subject.setting("region"), or: region)
            ),
            endpoint
        )
    }
}

// The places of AWS that requests are for.
extension ActPlanner {
    /// The place that the path names, or the signature, and its host.
    private func namedPlace(
        _ draft: ActDraft,
        signedFor scope: SigningScope?
    ) throws(ActRefusal) -> (AWSPlace, AWSEndpoint) {
        let place = try draft.placeAtAWS(signedFor: scope)
        let endpoint = try endpoints.endpoint(of: place.service, in: place.region)
        guard scope.map({ $0 == SigningScope(service: endpoint.signingName, region: endpoint.region) }) ?? true else {
            throw ActRefusal(
                .serviceNotNamed,
                "the path names another service or region than the one that the request is signed for"
            )
        }
        return (place, endpoint)
    }

    /// The place that a host of AWS' own stands for.
    ///
    /// - Parameters:
    ///   - arrival: Has the host, and what the tool has signed the request for by keys that do not count.
    ///   - scope: Service and region that the request is signed for by the key pair of an act token.
    ///   - draft: The request.
    ///   - subject: The connection.
    /// - Returns: The place and its host.
    /// - Throws: ``ActRefusal`` for a host of no service, or one that the operator has put another in the place of.
    private func place(
        of arrival: ThirdPartyArrival,
        signedFor scope: SigningScope?,
        _ draft: ActDraft,
        _ subject: ConnectionMembers
    ) throws(ActRefusal) -> (AWSPlace, AWSEndpoint) {
        let address = try BaseAddress(arrival.origin, named: "the host")
        let host = try AWSHost.named(
            address.host,
            in: endpoints.partition(of: subject),
            signedFor: scope ?? arrival.signedFor
        )
        guard try endpoints.override(for: host.service) == nil else {
            throw ActRefusal(
                .destinationNotAllowed,
                "this server sends requests for \(host.service) to another host than AWS', by AWS_ENDPOINT_URL"
            )
        }
        let place = AWSPlace(
            service: host.service,
            region: host.region,
            rest: draft.path,
            prefix: "",
            bucket: host.bucket
        )
        let endpoint = AWSEndpoint(address: address, signingName: host.signingName, region: host.region)
        return (place, endpoint)
    }

    /// The places of the web that requests through a connection reach, for tools without a base URL.
    package func boundAddresses(of connection: ActConnection) -> [BoundAddress] {
        BoundAddress.all(of: connection.members, endpoints)
    }
}

// The exchanges that are the same for all requests of a connection.
extension ConnectionMembers {
    func googleExchange() throws(ActRefusal) -> TokenExchange {
        let tokenURL = try BaseAddress(
            setting("token_url") ?? "https://oauth2.googleapis.com/token",
            named: "token_url in the connection's settings",
            in: .setting("token_url")
        )
        try tokenURL.requireAllowed(for: self, hosts: ["oauth2.googleapis.com"])
        return .serviceAccount(
            ServiceAccountGrant(
                email: try credentialMember("service_account_email"),
                scopes: setting("scopes") ?? "https://www.googleapis.com/auth/cloud-platform",
                tokenURL: tokenURL,
                keyAddress: address("private_key")
            )
        )
    }

    private func azureManagement() throws(ActRefusal) -> BaseAddress {
        try BaseAddress(
            setting("management_url") ?? "https://management.azure.com",
            named: "management_url in the connection's settings",
            in: .setting("management_url")
        )
    }

    /// The address of Microsoft Entra, which issues the tokens of an Azure connection.
    func entraAuthority() throws(ActRefusal) -> BaseAddress {
        let management = try azureManagement()
        return try BaseAddress(
            setting("authority") ?? Self.authority(for: management),
            named: "authority in the connection's settings",
            in: .setting("authority")
        )
    }

    func azureExchange() throws(ActRefusal) -> TokenExchange {
        let management = try azureManagement()
        let authority = try entraAuthority()
        try authority.requireAllowed(
            for: self,
            hosts: [
                "login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn",
                "login.chinacloudapi.cn",
            ]
        )
        let tenant = TextEscape.percent.escape(try credentialMember("tenant_id"))
        let scopes = credentialValue("custom_scopes")?.text?.string ?? ""
        return .clientCredentials(
            ClientCredentialsGrant(
                clientID: try credentialMember("app_client_id"),
                scope: scopes.isEmpty ? "\(management.origin)/.default" : scopes,
                tokenURL: try BaseAddress(
                    authority.origin + authority.joined("/\(tenant)/oauth2/v2.0/token"),
                    named: "authority in the connection's settings"
                ),
                secretAddress: address("client_secret")
            )
        )
    }

    /// Microsoft Entra of the cloud that an address belongs to.
    private static func authority(for management: BaseAddress) -> String {
        if management.isOne(of: [".usgovcloudapi.net", "graph.microsoft.us", "dod-graph.microsoft.us"]) {
            return "https://login.microsoftonline.us"
        }
        return management.isOne(of: [".chinacloudapi.cn"])
            ? "https://login.partner.microsoftonline.cn" : "https://login.microsoftonline.com"
    }
}
