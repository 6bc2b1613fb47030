import Access
import ActService
import AWSAccounts
import Acting
import Connections
import Documents
import Egress
import Storage
import Threads
import Vault
import WorkloadIdentity

/// All operations of the API, put together from what a service is given.
struct EndpointList: Sendable {
    let store: any Store
    let vault: Vault
    let identifiers: IdentifierGenerator
    let egress: EgressClient
    let configuration: Service.Configuration
    let metrics: Metrics
    let auditHeads: AuditHeads
    let keyUses: KeyUses
    let actTokenKeys: ActTokenKeys
    let connectionActs: ConnectionActs
    let proxySessions: ServedProxySessions
    let toolTokens: ToolTokens
    let log: AccessLog

    /// In the order in which the OpenAPI document has them.
    var all: [Endpoint] { documents + acts + access + workloads + audit + operators }

    /// Connections and AWS accounts.
    private var documents: [Endpoint] {
        let connections = ConnectionWriter(
            access: connectionAccess,
            writer: writer(of: .connection, .connection, auditedAs: "connection"),
            documents: store,
            identifiers: identifiers,
            usability: UsabilityCheck(planner: planner),
            guards: GuardCheck(planner: planner),
            awsPrincipalID: configuration.awsPrincipalID
        )
        let accounts = AWSAccountEndpoints(
            documents: store,
            store: store,
            writer: writer(of: .awsAccount, .awsAccount, auditedAs: "aws_account"),
            identifiers: identifiers,
            principalID: configuration.awsPrincipalID
        )
        let ccmConfigs = CCMConfigEndpoints(
            documents: store,
            writer: writer(of: .ccmConfig, .ccmConfig, auditedAs: "aws_ccm_config")
        )
        let inquiries = AccountInquiries(
            store: store,
            vault: vault,
            access: AWSAccountAccess(
                endpoint: egress,
                aws: AWSCredentialSource(environment: configuration.environment),
                endpoints: AWSEndpoints(environment: configuration.environment)
            )
        )
        let eventBridges = EventBridgeEndpoints(
            documents: store,
            writer: writer(of: .eventBridge, .eventBridge, auditedAs: "aws_event_bridge"),
            identifiers: identifiers
        )
        return ConnectionEndpoints(access: connectionAccess, writer: connections).all
            + RegistrationEndpoints(store: store).all
            + accounts.all
            + ccmConfigs.all
            + AccountInquiryEndpoints(documents: store, inquiries: inquiries).all
            + eventBridges.all
            + AWSCatalogueEndpoints().all
    }

    /// The endpoints that act through connections, and that say how.
    private var acts: [Endpoint] {
        let settings = SettingsEndpoints(
            access: connectionAccess,
            documents: store,
            writer: SettingsWriter(
                store: store,
                vault: vault,
                usability: UsabilityCheck(planner: planner),
                guards: GuardCheck(planner: planner),
                timings: metrics.sealing
            )
        )
        let tokens = ActTokenEndpoints(
            store: store,
            access: connectionAccess,
            keys: actTokenKeys,
            identifiers: identifiers
        )
        let tools = AmbientTokenEndpoints(tokens: toolTokens, publicURL: configuration.publicURL)
        let sessions = ProxySessionEndpoints(
            store: store,
            acts: connectionActs,
            sessions: proxySessions,
            identifiers: identifiers
        )
        let uses = ConnectionUseEndpoints(access: connectionAccess, store: store, uses: keyUses)
        return ActEndpoints(acts: connectionActs).all + tokens.all + tools.all + sessions.all + settings.all + uses.all
            + agents
    }

    /// The endpoints whose messages another door takes.
    private var agents: [Endpoint] {
        guard let makeDoor = configuration.agentDoor else { return [] }
        let core = DoorCore(acts: connectionActs, access: connectionAccess) { [log] error, requestID in
            ErrorWords(error, of: requestID, notedIn: log)
        }
        return AgentEndpoints(door: makeDoor(core), publicURL: configuration.publicURL).all
    }

    /// The endpoints that decide who may do what.
    private var access: [Endpoint] {
        RestrictionPolicyEndpoints(store: store).all
            + ValidationEndpoints().all
            + APIKeyEndpoints(store: store, identifiers: identifiers, uses: keyUses).all
            + ApplicationKeyEndpoints(store: store, identifiers: identifiers, uses: keyUses).all
            + AccessTokenEndpoints(store: store, identifiers: identifiers, uses: keyUses).all
            + UserEndpoints(store: store, identifiers: identifiers, uses: keyUses).all
            + InvitationEndpoints(store: store, identifiers: identifiers).all
            + RoleEndpoints(store: store, uses: keyUses).all
            + OwnRoleEndpoints(store: store, identifiers: identifiers).all
    }

    /// The endpoints by which workloads without a key act as service accounts.
    private var workloads: [Endpoint] {
        TokenIssuerEndpoints(
            store: store,
            writer: writer(of: .tokenIssuer, .tokenIssuer, auditedAs: "token_issuer"),
            identifiers: identifiers,
            allowsPlaintext: egress.allowsPlaintext
        ).all
            + TokenExchangeEndpoint(
                store: store,
                keys: IssuerKeys(source: GuardedIssuerDocuments(egress: egress), now: MonotonicClock.now),
                access: connectionAccess,
                identifiers: identifiers
            ).all
            + PersonaMappingEndpoints(
                store: store,
                writer: writer(of: .personaMapping, .personaMapping, auditedAs: "persona_mapping"),
                identifiers: identifiers
            ).all
            + DelegatedTokenEndpoint(
                store: store,
                shared: store.shared,
                endpoint: egress,
                endpoints: AWSEndpoints(environment: configuration.environment),
                identifiers: identifiers
            ).all
    }

    private var audit: [Endpoint] {
        AuditEndpoints(store: store, heads: auditHeads).all
            + AuditWebhookEndpoints(
                store: store,
                writer: writer(of: .auditWebhook, .auditWebhook, auditedAs: "audit_webhook"),
                identifiers: identifiers,
                allowsPlaintext: egress.allowsPlaintext
            ).all
    }

    private var operators: [Endpoint] {
        OperatorEndpoints(store: store, vault: vault, metrics: configuration.metricsHaveOwnListener ? nil : metrics).all
    }

    private var planner: ActPlanner { ActPlanner(endpoints: AWSEndpoints(environment: configuration.environment)) }

    private var connectionAccess: ConnectionAccess { ConnectionAccess(store: store) }

    private func writer(
        of kind: DocumentKind,
        _ schema: DocumentSchema,
        auditedAs name: String
    ) -> DocumentWriter {
        DocumentWriter(
            kind: kind,
            schema: schema,
            auditName: name,
            store: store,
            vault: vault,
            timings: metrics.sealing
        )
    }
}
