import Documents
package import Storage

/// Erases tokens that have expired from the store.
package struct ExpiredTokens: Sendable {
    private let store: any ChangeStore
    /// How often it looks for them.
    private static let interval: Duration = .seconds(20)

    package init(store: any ChangeStore) {
        self.store = store
    }

    /// Erases what has expired, again and again, until the task is cancelled. What the store refuses is tried again the
    /// next time: an expired token opens nothing meanwhile.
    package func keepErasing() async {
        while (try? await Task.sleep(for: Self.interval)) != nil {
            _ = try? await store.commit(Change([.deleteExpiredTokens(asOf: .now)], event: nil))
        }
    }
}
