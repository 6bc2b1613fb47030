/// The operations on webhooks that audit events are sent to. Keyway's own.
public struct AuditWebhookOperations: Sendable {
    let requester: Requester

    private static let path = ["v2", "audit", "webhooks"]

    /// Has audit events sent to a URL, from now on.
    ///
    /// - Parameter webhook: The webhook.
    /// - Returns: The webhook, with an id and without its secret.
    /// - Throws: ``DatadogError``: `invalid`, `conflict` where the organisation has the name already, and those of any
    ///   operation.
    public func create(_ webhook: NewAuditWebhook) async throws -> AuditWebhook {
        try await requester.data(Operation("POST", Self.path, body: webhook))
    }

    /// Gets a webhook, without its secret.
    ///
    /// - Parameter id: The webhook's id.
    /// - Returns: The webhook.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func get(_ id: AuditWebhook.ID) async throws -> AuditWebhook {
        try await requester.data(Operation("GET", Self.path + [id]))
    }

    /// Changes a webhook.
    ///
    /// - Parameters:
    ///   - id: The webhook's id.
    ///   - changes: The changes.
    /// - Returns: The webhook as it is now.
    /// - Throws: ``DatadogError``: `notFound`, `invalid`, `conflict` where the organisation has the name already, and
    ///   those of any operation.
    public func update(_ id: AuditWebhook.ID, with changes: AuditWebhookUpdate) async throws -> AuditWebhook {
        try await requester.data(Operation("PATCH", Self.path + [id], body: changes))
    }

    /// Deletes a webhook, to which nothing is sent any more.
    ///
    /// - Parameter id: The webhook's id.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func delete(_ id: AuditWebhook.ID) async throws {
        try await requester.perform(ignoringAnswer: Operation("DELETE", Self.path + [id]))
    }

    /// Lists webhooks, ordered by name.
    ///
    /// - Parameter page: Which part of the list.
    /// - Returns: The page, and how many webhooks there are.
    /// - Throws: ``DatadogError``: `invalid` if the page is, and those of any operation.
    public func list(page: Page = Page()) async throws -> ListPage<AuditWebhook> {
        try await requester.page(Operation("GET", Self.path, query: page.query))
    }

    /// All webhooks, fetched page by page.
    ///
    /// - Parameter pageSize: How many to fetch at once, at most 100.
    /// - Returns: The webhooks.
    public func all(pageSize: Int = 100) -> Elements<AuditWebhook> {
        Elements(pageSize: pageSize) { try await list(page: $0) }
    }
}
