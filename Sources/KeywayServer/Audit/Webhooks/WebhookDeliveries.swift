import Access
import Documents
import Egress
import Secrets
import Storage
import Synchronization
import Vault

/// Sends audit events to the webhooks of their organisations.
///
/// Each webhook has a place in the audit log, and gets what comes behind it, in order, each event until it is taken:
/// so nothing is missed by a restart, and an event may come twice. Nobody waits for it: it reads what is committed.
package final class WebhookDeliveries: Sendable {
    /// How often it looks for events.
    private static let interval: Duration = .seconds(1)
    /// The events that are read at a time.
    private static let batch = 100

    private let store: any AuditStore & AuditWebhookStore & SealedSecretStore & ChangeStore
    /// The data that nodes share; `nil` where there is one node.
    private let shared: (any SharedStore)?
    private let vault: Vault
    private let egress: EgressClient
    private let log: AccessLog
    private let schedule = Mutex(DeliverySchedule())

    init(
        store: any AuditStore & AuditWebhookStore & SealedSecretStore & ChangeStore,
        shared: (any SharedStore)?,
        vault: Vault,
        egress: EgressClient,
        log: AccessLog
    ) {
        self.store = store
        self.shared = shared
        self.vault = vault
        self.egress = egress
        self.log = log
    }

    /// Sends what there is to send, again and again, until the task is cancelled.
    package func keepDelivering() async {
        await withDiscardingTaskGroup { group in
            var shift = DeliveryShift(among: shared)
            var isReadable = true
            while (try? await Task.sleep(for: Self.interval)) != nil {
                guard let end = await shift.end() else { continue }
                do {
                    for webhook in try due() { group.addTask { await self.deliver(to: webhook, until: end) } }
                    isReadable = true
                } catch {
                    if isReadable { log.note("webhooks not read", level: .warning) }
                    isReadable = false
                }
            }
            group.cancelAll()
        }
    }

    /// The webhooks whose turn it is. They count as busy from here on.
    private func due() throws(StoreError) -> [StoredAuditWebhook] {
        let webhooks = try store.auditWebhooks()
        var newest: [Identifier: Int64] = [:]
        for organization in Set(webhooks.map(\.organization)) {
            newest[organization] = try store.newestAuditLine(in: organization)?.sequence
        }
        return schedule.withLock { $0.begin(webhooks, upTo: newest, now: .now) }
    }

    /// Sends the next events of one webhook, as far as it takes them.
    private func deliver(to webhook: StoredAuditWebhook, until end: ContinuousClock.Instant) async {
        do throws(DeliveryFailure) {
            try await sendEvents(to: webhook, until: end)
            schedule.withLock { _ = $0.end(webhook, .taken, now: .now) }
        } catch {
            let tries = schedule.withLock { $0.end(webhook, error == .changed ? .changed : .refused, now: .now) }
            guard let reason = error.text, !Task.isCancelled else { return }
            log.note(
                "webhook failed",
                level: .warning,
                [
                    .init("audit_webhook_id", .string(webhook.id.description)),
                    .init("organization_id", .string(webhook.organization.description)),
                    .init("tries", .integer(Int64(tries))), .init("reason", .string(reason)),
                ]
            )
        }
    }

    private func sendEvents(
        to webhook: StoredAuditWebhook,
        until end: ContinuousClock.Instant
    ) async throws(DeliveryFailure) {
        guard let receiver = WebhookReceiver(webhook) else { throw .unreadable }
        var place = schedule.withLock { $0.place(of: webhook) }
        while true {
            let lines = try reading {
                try store.auditLines(in: webhook.organization, after: place, atMost: Self.batch)
            }
            for line in lines {
                guard ContinuousClock.now < end else { return }
                guard let event = WebhookEvent(line) else { throw .unreadable }
                let isWanted = receiver.webhook.receives(event.action)
                if isWanted { try await send(event, to: receiver) }
                place = line.sequence
                schedule.withLock { $0.note(place, of: webhook.id) }
                // What it does not receive is noted with what it does, or with the last.
                if isWanted || line.sequence == lines.last?.sequence { note(place, of: webhook) }
            }
            // Fewer, and there were no more.
            if lines.count < Self.batch { return }
            // Of a long log it may receive nothing: others use this thread too.
            await Task.yield()
        }
    }

    /// Sends one event. A webhook that was changed or deleted meanwhile gets none.
    private func send(_ event: WebhookEvent, to receiver: WebhookReceiver) async throws(DeliveryFailure) {
        let stored = receiver.stored
        let found = try reading {
            try store.sealedSecrets(of: .auditWebhook, stored.id, in: stored.organization)
        }
        guard let (revision, sealed) = found, revision == stored.revision, let sealed else { throw .changed }
        guard let signature = await signature(by: sealed, for: receiver) else { throw .unreadable }
        let status: Int
        do throws(EgressError) {
            status = try await egress.head(of: receiver.request(for: event, signature, at: .now)).status
        } catch {
            throw .egress(error)
        }
        guard (200...299).contains(status) else { throw .status(status) }
    }

    private func signature(by sealed: SealedSecrets, for receiver: WebhookReceiver) async -> WebhookSignature? {
        let secret = try? await vault.open(
            sealed,
            field: AuditWebhook.secretField,
            organization: receiver.stored.organization,
            record: receiver.stored.id,
            destination: receiver.destination
        )
        return secret.flatMap { WebhookSignature($0) }
    }

    /// Tells the store how far a webhook has come. Nobody waits for that: if it is lost, an event comes twice.
    private func note(_ sequence: Int64, of webhook: StoredAuditWebhook) {
        let place = Mutation.noteDelivery(to: webhook.id, organization: webhook.organization, sequence: sequence)
        store.commitSoon(Change([place], event: nil))
    }

    private func reading<Result>(_ body: () throws -> Result) throws(DeliveryFailure) -> Result {
        do {
            return try body()
        } catch {
            throw .unreadable
        }
    }
}
