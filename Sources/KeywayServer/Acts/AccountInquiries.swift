import AWSAccounts
import Access
import Acting
import Documents
import Egress
import HTTPServer
import Secrets
import Storage
import Threads
import Vault

/// Asks AWS accounts about themselves, by the role or the access keys of their configurations.
///
/// A role is assumed only with an external id that was issued here to the organisation: one that was brought may be
/// another's (decision 0010). As with acts, the audit log has the intent before a secret is opened or a role assumed.
struct AccountInquiries: Sendable {
    let store: any PublicDocuments & SealedSecretStore & ChangeStore
    let vault: Vault
    let access: AWSAccountAccess
    private let limiter = ActLimiter()

    /// Inquiries about one account at a time.
    private static let concurrency = 4

    init(
        store: any PublicDocuments & SealedSecretStore & ChangeStore,
        vault: Vault,
        access: AWSAccountAccess
    ) {
        self.store = store
        self.vault = vault
        self.access = access
    }

    /// The reason why an account was not asked.
    enum Refusal: Error {
        /// Its role or its keys let nobody in.
        case credentials(ActFailure)
    }

    /// Asks about the account of a configuration.
    ///
    /// - Parameters:
    ///   - id: The configuration's id.
    ///   - document: The configuration.
    ///   - action: What the audit log calls it.
    ///   - call: Who asks.
    ///   - ask: The questions.
    /// - Returns: What `ask` makes of the answers.
    /// - Throws: ``Refusal``; ``APIError`` with 403 if Keyway may not assume the role, with 429 for too many at once, and
    ///   with 503 if Keyway or AWS is not up to it.
    func ask<Answer: Sendable>(
        about id: Identifier,
        _ document: JSONValue,
        _ action: String,
        by call: Call,
        _ ask: (AWSAccountSession) async throws -> Answer
    ) async throws -> Answer {
        let organization = call.principal.organization
        try requireIssuedExternalID(of: document, in: organization)
        let verdict = limiter.enter(
            id,
            of: organization,
            concurrency: Self.concurrency,
            rate: nil,
            now: MonotonicClock.now()
        )
        guard verdict == .admitted else {
            throw APIError(429, "This account is being asked about \(Self.concurrency) times already. Try again later.")
        }
        defer { limiter.leave(id, of: organization) }
        let intent = call.event(action, on: "account", id, details: [.init("phase", "intent")])
        guard try await store.commit(Change([], event: intent)) == .committed else { throw APIError.refusedIssue }
        do {
            let session = try await session(in: id, document, organization)
            let answer = try await ask(session)
            end(action, id, call, result: "answered")
            return answer
        } catch let failure as ActFailure {
            end(action, id, call, result: failure.code.rawValue)
            switch failure.code {
            case .tokenRefused, .secretMissing, .secretUnusable: throw Refusal.credentials(failure)
            case .principalMissing, .principalRefused, .tokenThrottled, .tokenUnreachable, .tokenMalformed:
                throw APIError(503, failure.detail.asSentence)
            }
        } catch let unanswered as AWSUnanswered {
            end(action, id, call, result: "unanswered")
            throw APIError(503, unanswered.detail.asSentence)
        } catch let refusal as ActRefusal {
            end(action, id, call, result: "not_configured")
            throw APIError(503, refusal.detail.asSentence)
        } catch let refused as AWSRefused {
            end(action, id, call, result: "refused")
            throw refused
        } catch {
            end(action, id, call, result: "failed")
            throw error
        }
    }

    private func requireIssuedExternalID(of document: JSONValue, in organization: Identifier) throws {
        guard let externalID = document["attributes"]?["auth_config"]?["external_id"]?.text?.string else { return }
        let owner = try store.owner(ofExternalID: externalID)
        guard owner == ExternalIDOwner(organization: organization, isIssued: true) else {
            throw APIError(
                403,
                "The account's external id was brought, not issued here, so its role is not assumed. Let "
                    + "POST \(AWSAccountEndpoints.path)/generate_new_external_id issue one, put it into the role's trust "
                    + "policy, and update the account's auth_config with it."
            )
        }
    }

    private func session(
        in id: Identifier,
        _ document: JSONValue,
        _ organization: Identifier
    ) async throws -> AWSAccountSession {
        let attributes = document["attributes"]
        let authentication = attributes?["auth_config"]
        let subject: AWSAccountSubject.Authentication
        if let name = authentication?["role_name"]?.text?.string,
            let externalID = authentication?["external_id"]?.text?.string
        {
            subject = .role(name: name, externalID: externalID)
        } else {
            let keyID = authentication?["access_key_id"]?.text?.string ?? ""
            subject = .accessKey(id: keyID, secret: try secret(of: id, document, organization))
        }
        return try await access.session(
            in: AWSAccountSubject(
                id: id,
                number: attributes?["aws_account_id"]?.text?.string ?? "",
                partition: attributes?["aws_partition"]?.text?.string ?? "",
                authentication: subject
            )
        )
    }

    private func secret(of id: Identifier, _ document: JSONValue, _ organization: Identifier) throws -> Secret {
        let sealed = try store.sealedSecrets(of: .awsAccount, id, in: organization)?.sealed
        let fields = try sealed.map { sealed in
            try vault.openAll(
                sealed,
                organization: organization,
                record: id,
                destination: DocumentSchema.awsAccount.destination(of: document).text
            )
        }
        guard let secret = fields?.first?.secret else {
            throw ActFailure(.secretMissing, "the account has no secret_access_key: send it in an update")
        }
        return secret
    }

    private func end(_ action: String, _ id: Identifier, _ call: Call, result: String) {
        let details: [JSONValue.Member] = [.init("phase", "outcome"), .init("result", .string(result))]
        store.commitSoon(Change([], event: call.event(action, on: "account", id, details: details)))
    }
}
