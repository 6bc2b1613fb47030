import Platform

/// A thread of our own, for work that blocks.
package enum DetachedThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }

        func begin() {
            pthread_setspecific(mark, UnsafeRawPointer(bitPattern: 1))
            run()
        }
    }

    /// Marks our own threads.
    private static let mark: pthread_key_t = {
        var key = pthread_key_t()
        let status = pthread_key_create(&key, nil)
        precondition(status == 0, "the system can tell threads apart")
        return key
    }()

    /// Whether the calling thread is one of these, and so may wait.
    package static var isCurrent: Bool { pthread_getspecific(mark) != nil }

    /// Lets the calling thread wait. It should be one of these.
    package static func sleep(milliseconds: Int) {
        usleep(UInt32(milliseconds) * 1_000)
    }

    /// Runs `body` on a new thread.
    package static func start(_ body: @escaping @Sendable () -> Void) {
        let context = Unmanaged.passRetained(Body(body)).toOpaque()
        var thread = pthread_t()
        let status = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Body>.fromOpaque(context).takeRetainedValue().begin()
                return nil
            },
            context
        )
        precondition(status == 0, "the system can start a thread")
        pthread_detach(thread)
    }

    /// Runs `body` on a new thread.
    ///
    /// - Returns: What it returns.
    /// - Throws: What it throws.
    package static func result<Result: Sendable>(
        of body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            start { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}
