import Documents

/// Threads on which each read is a closure, and begins when its turn comes.
typealias ReadingThreads = FairThreads<@Sendable () -> Void>

extension FairThreads<@Sendable () -> Void> {
    convenience init(limits: Limits = Limits()) {
        self.init(limits: limits) { reads in
            for read in reads { read() }
        }
    }

    /// As ``take(_:for:refused:)``.
    func run(
        for key: Identifier,
        _ body: @escaping @Sendable () -> Void,
        refused: @escaping @Sendable () -> Void
    ) {
        take(body, for: key, refused: refused)
    }

    /// As ``takeRest(_:for:)``.
    func goOn(for key: Identifier, _ body: @escaping @Sendable () -> Void) {
        takeRest(body, for: key)
    }
}
