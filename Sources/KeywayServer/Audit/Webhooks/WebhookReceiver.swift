import Access
import Documents
import Egress
import JSONReading
import Secrets
import Storage

/// A webhook that events can be sent to.
struct WebhookReceiver {
    let stored: StoredAuditWebhook
    let webhook: AuditWebhook
    /// The destination that its secret is sealed for.
    let destination: String
    private let origin: String
    private let target: String

    /// How long it may take to respond, in seconds.
    private static let patience = 15.0

    /// - Returns: `nil` if its document can't be read.
    init?(_ stored: StoredAuditWebhook) {
        guard let document = try? JSONReader.read(stored.document), let webhook = AuditWebhook(document),
            let (origin, target) = WebOrigin.parts(of: webhook.url)
        else { return nil }
        self.stored = stored
        self.webhook = webhook
        self.origin = origin
        self.target = target
        destination = DocumentSchema.auditWebhook.destination(of: document).text
    }

    /// The request that brings it an event.
    func request(for event: WebhookEvent, _ signature: WebhookSignature, at time: Timestamp) -> OutgoingRequest {
        let id = "\(stored.id)_\(event.id)"
        let body = event.body
        let seconds = time.microseconds / 1_000_000
        return OutgoingRequest(
            method: "POST",
            origin: origin,
            target: Secret(copying: target.utf8),
            headers: [
                .init(name: "Content-Type", text: "application/json"), .init(name: "webhook-id", text: id),
                .init(name: "webhook-timestamp", text: String(seconds)),
                .init(name: "webhook-signature", text: signature.text(id: id, seconds: seconds, body: body)),
            ],
            body: body.withUnsafeBytes { SecretBuffer(copying: $0) },
            timeout: .exact(Self.patience)
        )
    }
}
