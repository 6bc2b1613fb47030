/// The work of a store since it was opened, for metrics.
package struct StoreStatistics: Sendable, Equatable {
    /// Changes that were committed.
    package var commits: UInt64 = 0
    /// Changes that failed, as they do when the disk refuses; those that were refused for what they ask do not count.
    package var failedCommits: UInt64 = 0
    /// Transactions that carried them: several changes that wait together share one.
    package var batches: UInt64 = 0
    /// The time that those transactions took, from begin to durable.
    package var commitNanoseconds: UInt64 = 0
    /// Reads of any kind.
    package var reads: UInt64 = 0

    package init() {}
}
