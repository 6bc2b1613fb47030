import AWSAccounts
import Access
import ActService
import Acting
import Documents
import HTTPServer
import JSONReading
import NetworkTypes
import Storage
import Synchronization

/// Gives tokens that live for minutes to AWS principals who prove their names by a signed request for them, which is
/// sent to AWS STS.
struct DelegatedTokenEndpoint: Sendable {
    let store: any AccessStore & PublicDocuments & ChangeStore
    /// Where proofs are taken that other nodes could take too; `nil` where there is one node.
    let shared: (any SharedStore)?
    let endpoint: any TokenEndpoint
    let endpoints: AWSEndpoints
    let identifiers: IdentifierGenerator
    private let memory = ProofMemory(window: CallerIdentityProof.window)
    private let inquiries = InquiryCount()

    /// How long a token lives, as Datadog's do.
    private static let seconds: Int64 = 900
    private static let scheme = "Delegated "

    init(
        store: any AccessStore & PublicDocuments & ChangeStore,
        shared: (any SharedStore)?,
        endpoint: any TokenEndpoint,
        endpoints: AWSEndpoints,
        identifiers: IdentifierGenerator
    ) {
        self.store = store
        self.shared = shared
        self.endpoint = endpoint
        self.endpoints = endpoints
        self.identifiers = identifiers
    }

    var all: [Endpoint] {
        [
            Endpoint(
                method: .post,
                path: "/api/v2/delegated-token",
                guarding: .open,
                errors: .strings(.json),
                description: .getDelegatedToken,
                handling: .exchange(exchange)
            )
        ]
    }

    /// A mapping with what it was read from.
    private struct Found {
        let mapping: PersonaMapping
        let revision: Int64
    }

    private func exchange(_ applicant: Applicant) async throws -> Response {
        guard let header = applicant.request.header("Authorization"), header.hasPrefix(Self.scheme) else {
            throw APIError(403, "Authorization must be \(Self.scheme)PROOF.", at: .header("Authorization"))
        }
        let proof: CallerIdentityProof
        let identity: CallerIdentity
        do {
            proof = try CallerIdentityProof(
                parsing: String(header.dropFirst(Self.scheme.count)),
                endpoints: endpoints,
                now: .now
            )
            // Without a mapping, nobody can make this server ask another one.
            guard try !mappings(in: proof.organization).isEmpty else { throw Self.unmapped }
            guard inquiries.begin() else { throw Self.tooMany }
            defer { inquiries.end() }
            identity = try await proof.identity(by: endpoint)
        } catch let refusal as CallerIdentityRefusal {
            throw APIError(refusal.isUnavailable ? 503 : 403, refusal.detail.asSentence)
        }
        let found = try mapping(of: identity, in: proof.organization)
        guard let user = try store.user(found.mapping.account, in: proof.organization), !user.isDisabled else {
            throw Self.unmapped
        }
        switch memory.take(proof.signature, of: proof.time, now: .now) {
        case .taken: break
        case .repeated: throw Self.repeated
        case .full: throw Self.tooMany
        }
        do {
            guard try await isFirst(proof, of: applicant) else { throw Self.repeated }
        } catch let error as StoreError {
            memory.forget(proof.signature)
            throw error
        }
        do {
            return try await issue(to: identity, for: user, found, applicant)
        } catch let overtaken as Overtaken {
            // It is decided again, by the same proof.
            memory.forget(proof.signature)
            throw overtaken
        }
    }

    /// Whether a proof was taken on no other node.
    private func isFirst(_ proof: CallerIdentityProof, of applicant: Applicant) async throws -> Bool {
        guard let shared else { return true }
        let seconds = CallerIdentityProof.window + 1
        return try await shared.takeProof(
            KeyDigest(of: proof.signature),
            // The same when its exchange is decided again.
            for: KeyDigest(of: applicant.requestID),
            until: Timestamp(microseconds: proof.time.microseconds + seconds * 1_000_000)
        )
    }

    private static let repeated = APIError(
        403,
        "The proof was taken already, or was made before this server started: sign anew."
    )

    private static let unmapped = APIError(
        403,
        "No persona mapping of the organisation fits the AWS principal, or its user is disabled."
    )

    private static let tooMany: APIError = {
        var error = APIError(503, "Too many proofs are being verified. Wait Retry-After seconds.")
        error.headers = [.init(name: "Retry-After", value: "1")]
        return error
    }()

    private func mappings(in organization: Identifier) throws -> [PersonaMapping] {
        let stored = try store.documents(.personaMapping, in: organization, matching: DocumentFilter(), page: nil)
        return try stored.elements.compactMap { PersonaMapping(try JSONReader.read($0)) }
    }

    private func mapping(of identity: CallerIdentity, in organization: Identifier) throws -> Found {
        // Read again with its revision: an exchange is decided on what is stored then.
        guard let mapping = PersonaMapping.mapping(of: identity.arn, in: try mappings(in: organization)),
            let stored = try store.stored(.personaMapping, mapping.id, in: organization),
            PersonaMapping(try JSONReader.read(stored.record.document)) == mapping
        else { throw Self.unmapped }
        return Found(mapping: mapping, revision: stored.revision)
    }

    private func issue(
        to identity: CallerIdentity,
        for user: User,
        _ found: Found,
        _ applicant: Applicant
    ) async throws -> Response {
        let unchanged = Requirement.unchangedDocument(
            .personaMapping,
            found.mapping.id,
            organization: user.organization,
            revision: found.revision
        )
        let tokens = DelegatedTokens(store: store, identifiers: identifiers)
        let made = try await tokens.make(
            "persona mapping \(found.mapping.id)",
            for: user,
            seconds: Self.seconds,
            requiring: [unchanged],
            requestID: applicant.requestID,
            details: [
                .init("persona_mapping_id", .string(found.mapping.id.description)),
                .init("arn", .string(identity.arn)),
            ]
        )
        let expires = (made.token.expiresAt?.microseconds ?? 0) / 1_000_000
        var response = Response.resource([
            "type": "delegated_token",
            "id": .string(made.token.id.description),
            "attributes": ["access_token": .string(made.text), "expires": .string(String(expires))],
        ])
        response.headers.append(.init(name: "Cache-Control", value: "no-store"))
        return response
    }
}

/// Bounds how many callers without keys have AWS asked at once.
private final class InquiryCount: Sendable {
    private static let atMost = 16
    private let count = Mutex(0)

    func begin() -> Bool {
        count.withLock { count in
            guard count < Self.atMost else { return false }
            count += 1
            return true
        }
    }

    func end() { count.withLock { $0 -= 1 } }
}

extension OperationDescription {
    fileprivate static let getDelegatedToken = OperationDescription(
        id: "GetDelegatedToken",
        summary: "Get a token for the proof of an AWS principal's name, in Authorization: Delegated",
        tag: "Cloud Authentication",
        responses: [
            DescribedResponse(200, "The token", .schema("DelegatedToken", .json)),
            .error(403, "The proof is not taken, or fits no mapping"),
            .error(503, "AWS STS can't be asked"),
        ]
    )
}
