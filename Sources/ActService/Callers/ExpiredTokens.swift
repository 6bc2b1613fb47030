import Documents
package import Storage

/// Erases from the store what has expired: tokens, and what nodes share.
package struct ExpiredTokens: Sendable {
    private let store: any ChangeStore
    private let shared: (any SharedStore)?
    /// How often it looks for them.
    private static let interval: Duration = .seconds(20)

    /// - Parameters:
    ///   - store: Has the tokens.
    ///   - shared: The data that nodes share; `nil` where there is one node.
    package init(store: any ChangeStore, shared: (any SharedStore)?) {
        self.store = store
        self.shared = shared
    }

    /// Erases what has expired, again and again, until the task is cancelled. What the store refuses is tried again the
    /// next time: an expired token opens nothing meanwhile.
    package func keepErasing() async {
        while (try? await Task.sleep(for: Self.interval)) != nil {
            _ = try? await store.commit(Change([.deleteExpiredTokens(asOf: .now)], event: nil))
            try? await shared?.eraseEnded(asOf: .now)
        }
    }
}
