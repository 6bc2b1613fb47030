import Access
import Documents
import Egress
import JSONReading
import Secrets
import Storage
import Synchronization
import Vault

/// Sends audit events to the webhooks of their organisations.
///
/// Each webhook has a place in the audit log, and gets what comes behind it, in order, each event until it is taken:
/// so nothing is missed by a restart, and an event may come twice. Nobody waits for it: it reads what is committed.
package final class WebhookDeliveries: Sendable {
    private struct State {
        var isBusy = false
        /// How often in a row the next event could not be delivered.
        var failures = 0
        var retryAt = ContinuousClock.now
        /// How far it has come, which the store may learn a moment later.
        var delivered: Int64 = 0
    }

    /// A webhook that an event can be sent to.
    private struct Receiver {
        let stored: StoredAuditWebhook
        let webhook: AuditWebhook
        let origin: String
        let target: String
    }

    private enum Failure: Error {
        case status(Int)
        case egress(EgressError)
        case unreadable
        /// The webhook is not any more what it was: what is to be done is decided again.
        case changed

        /// The failure for the operator's log, with nothing of what the receiver sent.
        var text: String {
            switch self {
            case .status(let status): "it answers with status \(status)"
            case .egress(let error): error.deliveryDetail
            case .unreadable: "its secret or the audit log can't be read"
            case .changed: "it was changed"
            }
        }
    }

    /// How often it looks for events.
    private static let interval: Duration = .seconds(1)
    /// The webhooks that are sent to at once.
    private static let atOnce = 32
    /// The events that are read at a time.
    private static let batch = 100
    /// How long a receiver may take to answer, in seconds.
    private static let patience = 15.0
    /// The longest wait between two tries, in seconds.
    private static let longestDelay = 600.0

    private let store: any AuditStore & AuditWebhookStore & PublicDocuments & SealedSecretStore & ChangeStore
    private let vault: Vault
    private let egress: EgressClient
    private let log: AccessLog
    private let states = Mutex<[Identifier: State]>([:])

    init(
        store: any AuditStore & AuditWebhookStore & PublicDocuments & SealedSecretStore & ChangeStore,
        vault: Vault,
        egress: EgressClient,
        log: AccessLog
    ) {
        self.store = store
        self.vault = vault
        self.egress = egress
        self.log = log
    }

    /// Sends what there is to send, again and again, until the task is cancelled.
    package func keepDelivering() async {
        await withDiscardingTaskGroup { group in
            while (try? await Task.sleep(for: Self.interval)) != nil {
                for webhook in (try? due()) ?? [] { group.addTask { await self.deliver(to: webhook) } }
            }
            group.cancelAll()
        }
    }

    /// The webhooks that have something to receive, and are not sent to at present; they count as busy from here on.
    private func due() throws -> [StoredAuditWebhook] {
        let webhooks = try store.auditWebhooks()
        let ids = Set(webhooks.map(\.id))
        states.withLock { states in
            for id in states.keys where !ids.contains(id) && states[id]?.isBusy == false { states[id] = nil }
        }
        var newest: [Identifier: Int64] = [:]
        var due: [StoredAuditWebhook] = []
        for webhook in webhooks {
            let organization = webhook.organization
            if newest[organization] == nil {
                newest[organization] = try store.newestAuditLine(in: organization)?.sequence ?? 0
            }
            let end = newest[organization] ?? 0
            let isDue = states.withLock { states in
                var state = states[webhook.id] ?? State()
                guard !state.isBusy, max(state.delivered, webhook.delivered) < end, state.retryAt <= .now,
                    states.values.count(where: \.isBusy) < Self.atOnce
                else { return false }
                state.isBusy = true
                state.delivered = max(state.delivered, webhook.delivered)
                states[webhook.id] = state
                return true
            }
            if isDue { due.append(webhook) }
        }
        return due
    }

    /// Sends the next events of one webhook, as far as it takes them.
    private func deliver(to stored: StoredAuditWebhook) async {
        do throws(Failure) {
            try await sendBatch(to: stored)
            finish(stored) { $0.failures = 0 }
        } catch .changed {
            finish(stored) { _ in }
        } catch {
            let failures = finish(stored) { state in
                state.failures += 1
                // Spread, so that receivers that failed together are not asked together.
                let delay = min(Self.longestDelay, Double(1 << min(state.failures - 1, 10)))
                state.retryAt = .now + .seconds(delay * Double.random(in: 0.8...1))
            }
            guard !Task.isCancelled else { return }
            log.note(
                "webhook failed",
                level: .warning,
                [
                    .init("audit_webhook_id", .string(stored.id.description)),
                    .init("organization_id", .string(stored.organization.description)),
                    .init("tries", .integer(Int64(failures))), .init("reason", .string(error.text)),
                ]
            )
        }
    }

    @discardableResult
    private func finish(_ webhook: StoredAuditWebhook, _ change: (inout State) -> Void) -> Int {
        states.withLock { states in
            var state = states[webhook.id] ?? State()
            change(&state)
            state.isBusy = false
            states[webhook.id] = state
            return state.failures
        }
    }

    private func sendBatch(to stored: StoredAuditWebhook) async throws(Failure) {
        guard let receiver = receiver(stored) else { throw .unreadable }
        // What comes meanwhile waits in the log.
        guard receiver.webhook.isEnabled else { return }
        var place = states.withLock { $0[stored.id]?.delivered ?? stored.delivered }
        let lines = try reading { try store.auditLines(in: stored.organization, after: place, atMost: Self.batch) }
        var isNoted = true
        for line in lines {
            guard let event = try? JSONReader.read(line.bytes), let action = event["action"]?.text?.string else {
                throw .unreadable
            }
            let receives = receiver.webhook.receives(action)
            if receives { try await send(line, action, to: receiver) }
            place = line.sequence
            states.withLock { $0[stored.id]?.delivered = place }
            isNoted = receives
            if receives { note(place, of: stored) }
        }
        if !isNoted { note(place, of: stored) }
    }

    private func receiver(_ stored: StoredAuditWebhook) -> Receiver? {
        guard let document = try? JSONReader.read(stored.document), let webhook = AuditWebhook(document),
            let (origin, target) = WebOrigin.parts(of: webhook.url)
        else { return nil }
        return Receiver(stored: stored, webhook: webhook, origin: origin, target: target)
    }

    /// Tells the store how far a webhook has come. Nobody waits for that: if it is lost, an event comes twice.
    private func note(_ sequence: Int64, of webhook: StoredAuditWebhook) {
        let place = Mutation.noteDelivery(to: webhook.id, organization: webhook.organization, sequence: sequence)
        store.commitSoon(Change([place], event: nil))
    }

    private func reading<Result>(_ body: () throws -> Result) throws(Failure) -> Result {
        do {
            return try body()
        } catch {
            throw .unreadable
        }
    }

    /// The signature of a webhook's secret; `nil` if the vault or the document can't be read.
    private func signature(of sealed: SealedSecrets, _ stored: StoredAuditWebhook) async -> WebhookSignature? {
        do {
            let document = try JSONReader.read(stored.document)
            let secret = try await vault.open(
                sealed,
                field: AuditWebhook.secretField,
                organization: stored.organization,
                record: stored.id,
                destination: DocumentSchema.auditWebhook.destination(of: document).text
            )
            return WebhookSignature(secret)
        } catch {
            return nil
        }
    }

    /// Sends one event. A webhook that was changed or deleted meanwhile gets none.
    private func send(_ line: AuditLine, _ action: String, to receiver: Receiver) async throws(Failure) {
        let stored = receiver.stored
        let found = try reading {
            try store.sealedSecrets(of: .auditWebhook, stored.id, in: stored.organization)
        }
        guard let (revision, sealed) = found, revision == stored.revision, let sealed else { throw .changed }
        guard let signature = await signature(of: sealed, stored) else { throw .unreadable }
        let id = "\(stored.id)_\(line.sequence)"
        let seconds = Timestamp.now.microseconds / 1_000_000
        let body = Self.body(line, action)
        let request = OutgoingRequest(
            method: "POST",
            origin: receiver.origin,
            target: Secret(copying: receiver.target.utf8),
            headers: [
                .init(name: "Content-Type", text: "application/json"), .init(name: "webhook-id", text: id),
                .init(name: "webhook-timestamp", text: String(seconds)),
                .init(name: "webhook-signature", text: signature.text(id: id, seconds: seconds, body: body)),
            ],
            body: body.withUnsafeBytes { SecretBuffer(copying: $0) },
            timeout: .exact(Self.patience)
        )
        let status: Int
        do throws(EgressError) {
            status = try await egress.collect(request, atMost: 64 * 1_024).head.status
        } catch {
            throw .egress(error)
        }
        guard (200...299).contains(status) else { throw .status(status) }
    }

    /// `type`, `timestamp` and `data`, which is the line of the log as it is: its digest can be checked.
    private static func body(_ line: AuditLine, _ action: String) -> [UInt8] {
        var writer = JSONWriter(capacity: line.bytes.count + 128)
        writer.write(raw: "{\"type\":")
        writer.write(action)
        writer.write(raw: ",\"timestamp\":")
        writer.write(line.time)
        writer.write(raw: ",\"data\":")
        writer.write(raw: line.bytes)
        writer.write(raw: "}")
        return writer.bytes
    }
}

extension EgressError {
    /// The error in words, without anything that a third party sent.
    fileprivate var deliveryDetail: String {
        switch self {
        case .refusedAddress: "its address may not be connected to"
        case .plaintextNotAllowed: "plain HTTP is not allowed"
        case .unresolvableHost: "its host has no address"
        case .connectionFailed: "no connection came about"
        case .insecure: "its certificate is not valid, or TLS failed otherwise"
        case .timedOut: "it takes too long"
        case .cancelled, .stopped: "the server stops"
        default: "its URL or its response is malformed"
        }
    }
}
