/// A piece of a store's work, as one who waits for it sees it.
package enum StoreWork: Sendable {
    case read
    /// From the question to the moment that it is durable, or certain that nothing was done.
    case commit
}

/// Is told of a store's work, by the thread or the task that asks for it.
package protocol StoreObserver: Sendable {
    /// A piece of work begins.
    ///
    /// - Returns: Called once when it ends, with whether it failed; `nil` if nobody wants to know. From the store's own
    ///   threads too: it must return at once.
    func begins(_ work: StoreWork) -> (@Sendable (_ hasFailed: Bool) -> Void)?
}
