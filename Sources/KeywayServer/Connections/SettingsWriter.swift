import ActService
import Access
import Connections
import Documents
import HTTPServer
import JSONReading
import Secrets
import Storage
import Vault

/// Replaces the settings of connections, and seals their secrets again where the settings send them elsewhere.
struct SettingsWriter: Sendable {
    let store: any PublicDocuments & ActingStore & ChangeStore
    let vault: Vault
    let usability: UsabilityCheck
    let guards: GuardCheck
    /// How long sealing takes.
    let timings: Histogram

    /// The version of the rules by which settings are rendered here.
    private static let documentVersion = 1

    func put(_ call: Call) async throws -> Response {
        let id = try call.identifier("connection_id", orStatus: 400)
        guard let state = try store.actingState(of: id, in: call.principal.organization) else {
            throw APIError.noConnection
        }
        try ConnectionAccess.require(.editor, under: state.policy, for: call.principal)
        let draft = try await draft(id, call, state)
        try await store.commit(draft.change).requireCommitted(or: .noConnection)
        return .document(draft.document)
    }

    private func draft(
        _ id: Identifier,
        _ call: Call,
        _ state: ActingState
    ) async throws -> (document: [UInt8], change: Change) {
        let connection = try JSONReader.read(state.document)
        let previous = try state.settings.map { try JSONReader.read($0.document) }
        let settings = try SettingsReader(of: connection).read(try call.json(), id: id)
        let old = DocumentSchema.connectionDestination(document: connection, settings: previous)
        let new = DocumentSchema.connectionDestination(document: connection, settings: settings)
        let opensDomains =
            DocumentSchema.allowsCustomDomain(settings) && !DocumentSchema.allowsCustomDomain(previous)
        let redirects = state.sealed != nil && (old != new || opensDomains)
        if redirects {
            try Self.require(.connectionsRedirect, of: call.principal, changing: old, to: new, opensDomains)
        }
        let loosened = guards.loosened(
            from: .init(document: connection, settings: previous),
            to: .init(document: connection, settings: settings),
            id
        )
        try GuardCheck.require(loosening: loosened, by: call.principal)
        try usability.check(settings: settings, after: previous, of: connection, id)
        let record = DocumentRecord(
            kind: .connectionSettings,
            id: id,
            organization: call.principal.organization,
            owner: call.principal.user,
            name: "",
            document: JSONWriter.bytes(of: settings),
            documentVersion: Self.documentVersion
        )
        let unchanged = Requirement.unchangedDocument(
            .connection,
            id,
            organization: record.organization,
            revision: state.revision
        )
        let requirements = [unchanged] + (redirects || !loosened.isEmpty ? call.isStillAllowed : [])
        let ofConnection = old == new ? [] : [try await moving(id, call, state, from: old, to: new)]
        let ofSettings: Mutation =
            if let stored = state.settings {
                .updateDocument(record, expecting: stored.revision, sealed: nil)
            } else {
                .createDocument(record, sealed: nil)
            }
        let event = call.event(
            "connection_settings.update",
            on: SettingsReader.type,
            id,
            details: (old == new ? [] : [.init("destination", .string(new.text))])
                + (opensDomains ? [.init("custom_domain", true)] : [])
                + (loosened.isEmpty ? [] : [.init("loosens_rules", true)])
        )
        return (record.document, Change(ofConnection + [ofSettings], requiring: requirements, event: event))
    }

    /// The connection's change when its secrets are to be sent elsewhere: a writer that works on what they were sealed
    /// for before meets a conflict.
    private func moving(
        _ id: Identifier,
        _ call: Call,
        _ state: ActingState,
        from old: DocumentDestination,
        to new: DocumentDestination
    ) async throws -> Mutation {
        let organization = call.principal.organization
        guard let stored = try store.stored(.connection, id, in: organization) else { throw APIError.noConnection }
        var resealed: SealedSecrets?
        if let sealed = state.sealed {
            resealed = try await timings.timeSealing(under: call.actor.span) {
                try await vault.update(
                    sealed,
                    setting: [],
                    keeping: Set(try vault.fields(of: sealed)),
                    organization: organization,
                    record: id,
                    from: old.text,
                    to: new.text
                )
            }
        }
        // If the two reads met different revisions, the older of them makes the commit a conflict.
        return .updateDocument(stored.record, expecting: min(stored.revision, state.revision), sealed: resealed)
    }

    private static func require(
        _ permission: Permission,
        of principal: Principal,
        changing old: DocumentDestination,
        to new: DocumentDestination,
        _ opensDomains: Bool
    ) throws {
        guard !principal.permissions.contains(permission) else { return }
        var pointers = new.parts.filter { !old.parts.contains($0) }.map(\.pointer)
        if opensDomains { pointers.append("/data/attributes/custom_domain") }
        // What was there before decides as well once it is left out.
        if pointers.isEmpty { pointers = old.parts.filter { !new.parts.contains($0) }.map(\.pointer) }
        throw APIError(
            403,
            pointers.map { pointer in
                APIError.Issue(
                    detail: """
                        \(pointer) decides where this connection's stored secrets are sent. To change it, use a key \
                        with the permission \(permission.rawValue).
                        """,
                    source: .pointer(pointer)
                )
            }
        )
    }
}
