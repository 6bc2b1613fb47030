import AWSAccounts
import Access
package import Acting
package import Documents
import Secrets
package import Storage
import Threads
package import Vault

/// Asks AWS accounts about themselves, by the role or the access keys of their configurations.
///
/// A role is assumed only with an external id that was issued here to the organisation: one that was brought may be
/// another's (decision 0010). As with acts, the audit log has the intent before a secret is opened or a role assumed.
package struct AccountInquiries: Sendable {
    private let store: any PublicDocuments & SealedSecretStore & ChangeStore
    private let vault: Vault
    private let access: AWSAccountAccess
    private let limiter = ActLimiter()

    /// Inquiries about one account at a time.
    private static let concurrency = 4

    package init(
        store: any PublicDocuments & SealedSecretStore & ChangeStore,
        vault: Vault,
        access: AWSAccountAccess
    ) {
        self.store = store
        self.vault = vault
        self.access = access
    }

    /// Asks about the account of a configuration.
    ///
    /// - Parameters:
    ///   - id: The configuration's id.
    ///   - document: The configuration.
    ///   - action: What the audit log calls it.
    ///   - actor: The caller.
    ///   - ask: The questions.
    /// - Returns: The result that `ask` makes of the responses.
    /// - Throws: ``InquiryError``; ``AWSRefused`` if AWS refuses what `ask` asks for; ``StoreError``, or
    ///   ``VaultError``.
    package func ask<Answer: Sendable>(
        about id: Identifier,
        _ document: JSONValue,
        _ action: String,
        by actor: Actor,
        _ ask: (AWSAccountSession) async throws -> Answer
    ) async throws -> Answer {
        let organization = actor.principal.organization
        try requireIssuedExternalID(of: document, in: organization)
        let verdict = limiter.enter(
            id,
            of: organization,
            concurrency: Self.concurrency,
            rate: nil,
            now: MonotonicClock.now()
        )
        guard verdict == .admitted else {
            throw InquiryError.tooMany(atOnce: Self.concurrency)
        }
        defer { limiter.leave(id, of: organization) }
        let intent = actor.event(action, on: "account", id, details: [.init("phase", "intent")])
        guard try await store.commit(Change([], event: intent)) == .committed else { throw InquiryError.unrecorded }
        do {
            let session = try await session(in: id, document, organization)
            let answer = try await ask(session)
            end(action, id, actor, result: "answered")
            return answer
        } catch let failure as ActFailure {
            end(action, id, actor, result: failure.code.rawValue)
            switch failure.code {
            case .tokenRefused, .secretMissing, .secretUnusable: throw InquiryError.credentials(failure)
            case .principalMissing, .principalRefused, .tokenThrottled, .tokenUnreachable, .tokenMalformed:
                throw InquiryError.unavailable(failure.detail)
            }
        } catch let unanswered as AWSUnavailable {
            end(action, id, actor, result: "unanswered")
            throw InquiryError.unavailable(unanswered.detail)
        } catch let refusal as ActRefusal {
            end(action, id, actor, result: "not_configured")
            throw InquiryError.unavailable(refusal.detail)
        } catch let refused as AWSRefused {
            end(action, id, actor, result: "refused")
            throw refused
        } catch {
            end(action, id, actor, result: "failed")
            throw error
        }
    }

    private func requireIssuedExternalID(of document: JSONValue, in organization: Identifier) throws {
        guard let externalID = document["attributes"]?["auth_config"]?["external_id"]?.text?.string else { return }
        let owner = try store.owner(ofExternalID: externalID)
        guard owner == ExternalIDOwner(organization: organization, isIssued: true) else {
            throw InquiryError.foreignExternalID
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
            subject = .accessKey(id: keyID, secret: try await secret(of: id, document, organization))
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

    private func secret(of id: Identifier, _ document: JSONValue, _ organization: Identifier) async throws -> Secret {
        guard let sealed = try store.sealedSecrets(of: .awsAccount, id, in: organization)?.sealed,
            let field = try await vault.openAll(
                sealed,
                organization: organization,
                record: id,
                destination: DocumentSchema.awsAccount.destination(of: document).text
            ).first
        else {
            throw ActFailure(.secretMissing, "the account has no secret_access_key: send it in an update")
        }
        return field.secret
    }

    private func end(_ action: String, _ id: Identifier, _ actor: Actor, result: String) {
        let details: [JSONValue.Member] = [.init("phase", "outcome"), .init("result", .string(result))]
        store.commitSoon(Change([], event: actor.event(action, on: "account", id, details: details)))
    }
}

/// The reason why an account was not asked.
package enum InquiryError: Error {
    /// Its external id was brought, not issued here, so its role is not assumed.
    case foreignExternalID
    /// It is being asked as often as may be already.
    case tooMany(atOnce: Int)
    /// The audit log refused the intent.
    case unrecorded
    /// Its role or its keys let nobody in.
    case credentials(ActFailure)
    /// Keyway or AWS is not up to it, for this reason.
    case unavailable(String)
}
